"""Visits to queues: each begins once, ends once, and has one reason for its end.

In any span of time: offered = answered + abandoned + flowed out + still waiting.
"""

from ccserver.core.ids import AgentId
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Fallback,
    Place,
    Ringing,
    Talking,
    Visit,
    Waiting,
)
from ccserver.core.quick import replace
from ccserver.core.records import QueueExit, SaveQueueVisit

_EXITS = {
    "overflow": QueueExit.OVERFLOW,
    "transferred": QueueExit.TRANSFERRED,
    "timeout": QueueExit.TIMEOUT,
    "full": QueueExit.FULL,
    "closed": QueueExit.CLOSED,
    "exit_empty": QueueExit.EXIT_EMPTY,
    "voicemail": QueueExit.VOICEMAIL,
    "abandoned": QueueExit.ABANDONED,
    "ended_away": QueueExit.ABANDONED,
}
"""How the part ended in which the visit did; anything else was lost from sight."""


def begin_visit(call: Call, place: Waiting | Fallback, *, talked: bool = False) -> Call:
    """The caller joins a queue. `talked`: he comes out of a talk, which is no part of his wait."""
    queued_at = place.since - call.credit_seconds if talked else place.queued_at
    visit = Visit(
        number=call.visits + 1,
        queue=place.queue,
        entered_at=place.since,
        queued_at=min(queued_at, place.since),
    )
    return replace(call, visits=visit.number, visit=visit)


def leaves_queue(visit: Visit, to: Place) -> bool:
    """Whether the caller, going there, is no longer on this visit."""
    return not isinstance(to, Waiting | Fallback | Ringing) or to.queue != visit.queue


def visit_ended(
    call: Call, visit: Visit, to: Place, outcome: str, *, short_seconds: float
) -> SaveQueueVisit:
    """What is kept of a visit that has ended."""
    agent: AgentId | None = None
    if isinstance(to, Talking):
        exit_, agent = QueueExit.ANSWERED, to.agent
    elif isinstance(to, AwaitingCallback):
        exit_ = QueueExit.CALLBACK
    else:
        exit_ = _EXITS.get(outcome, QueueExit.SYSTEM_ERROR)
    if exit_ is QueueExit.ABANDONED and to.since - visit.entered_at < short_seconds:
        exit_ = QueueExit.SHORT_ABANDONED
    return SaveQueueVisit(
        contact=call.contact,
        number=visit.number,
        queue=visit.queue,
        tier=call.tier,
        value=call.value,
        entered_at=visit.entered_at,
        ended_at=to.since,
        waited_seconds=to.since - visit.queued_at,
        exit=exit_,
        agent=agent,
        wait_from_seconds=visit.band.from_seconds,
        wait_until_seconds=visit.band.until_seconds,
    )

"""What should have gone on long ago and has not: a count that must be 0."""

from collections.abc import Callable, Iterable

from ccserver.core.company import agents_of, is_sent_outside, party_ring_seconds
from ccserver.core.ids import ContactId, Queue
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.rules import QueueRules
from ccserver.core.watching import OVERDUE_SECONDS, UNHELD_SECONDS
from ccserver.core.work import (
    Agent,
    Idle,
    Missed,
    Offered,
    OnCall,
    Previewing,
    WrapUp,
    owes_disposition,
)

STUCK_SECONDS = 30.0
"""So long past its time something is stuck: the switch has been looked at again meanwhile."""

LEAVING_SECONDS = 300.0
"""The longest that a caller may take who is on the way out: a prompt, and a message of three
minutes."""


def stuck(
    now: float,
    places: Iterable[Place],
    agents: Iterable[Agent],
    rules: Callable[[Queue], QueueRules],
) -> int:
    """How many calls and agents wait for what will not come any more."""
    calls = {place.call.contact: place for place in places}
    late = [place for place in calls.values() if _until(place, rules) + STUCK_SECONDS < now]
    return len(late) + sum(_is_lost(agent, calls, now) for agent in agents)


def _until(place: Place, rules: Callable[[Queue], QueueRules]) -> float:
    """When the call must have gone on; a person's own time has no end."""
    match place:
        case (
            Waiting(held=False, since=since)
            | InFlow(after_talk=True, call=Call(walk=None), since=since)
        ):
            return since + UNHELD_SECONDS
        case Ringing(queue=queue, since=since):
            return since + rules(queue).ring_seconds + OVERDUE_SECONDS
        case Dialing(queue=queue, since=since):
            return since + rules(queue).callback.ring_seconds + OVERDUE_SECONDS
        case Talking(queue=queue, since=since) if _rings(place):
            return since + party_ring_seconds(rules(queue)) + OVERDUE_SECONDS
        case Leaving(since=since):
            return since + LEAVING_SECONDS
        case InFlow() | Waiting() | Fallback() | Talking() | AwaitingCallback():
            return float("inf")


def _rings(place: Talking) -> bool:
    """Whether the caller waits for somebody to pick up who was called when this part began."""
    consults = place.consult is not None and not place.consult.answered
    return consults or is_sent_outside(place)


def _is_lost(agent: Agent, calls: dict[ContactId, Place], now: float) -> bool:
    """Whether the agent is with a call that is not there, or in a time that is over."""
    match agent.work:
        case Offered(contact=contact) | OnCall(contact=contact):
            return agent.profile.agent not in agents_of(calls.get(contact))
        case WrapUp(until=until) | Missed(until=until):
            return until + STUCK_SECONDS < now and not owes_disposition(agent)
        case Idle() | Previewing():
            return False

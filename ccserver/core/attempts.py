"""Attempts to reach leads: each from its order to its one result, and the contact it may become."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ccserver.core.campaigns import CampaignRules, ClockStart, Lead, MachineWay, Result
from ccserver.core.claim import Wish
from ccserver.core.dial_events import AttemptAnswered
from ccserver.core.dial_orders import SaveAttempt
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.places import Call
from ccserver.core.quick import quick
from ccserver.core.rules import Direction
from ccserver.core.site import OpenContact
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

OVERDUE_SECONDS: Final = 15.0
"""How long past its ring limit, or after its answer, an attempt may stay without news."""

MESSAGE_SECONDS: Final = 120.0
"""How long leaving a message on a machine takes at most."""


class Stage(StrEnum):
    """Where an attempt is."""

    RINGING = "ringing"
    LISTENED = "listened"
    """Picked up, and it is not known by whom."""
    CANCELED = "canceled"
    """We have hung up, and the switch has not said so yet."""
    MACHINE = "machine"
    """A machine is being hung up, or hears a message."""
    WAITING = "waiting"
    """A person, whom nobody has served yet."""
    SERVED = "served"
    OVER = "over"
    """It has its result; the leg is still to end."""


BEFORE_ANSWER: Final = frozenset({Stage.RINGING, Stage.LISTENED, Stage.CANCELED})


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to reach a lead."""

    lead: Lead
    leg: LegId
    rules: CampaignRules
    """As they were when it was placed: the law of this call."""
    placed_at: float
    stage: Stage = Stage.RINGING
    agent: AgentId | None = None
    """Who is kept for it; after the answer, who talked."""
    reserved: bool = False
    """An agent was kept for it: no pacer counts it."""
    counted: bool = False
    """The lead's `tries` has it already."""
    answered_at: float | None = None
    clock_at: float | None = None
    ordered_at: float | None = None
    """When an agent who is off-hook was told to have the customer."""
    connected_at: float | None = None
    heard: str = ""
    disposition: str = ""

    @property
    def contact(self) -> ContactId:
        """Its id."""
        return self.lead.attempt

    @property
    def limit_at(self) -> float:
        """Until then an agent must have the customer."""
        return (self.clock_at or 0.0) + self.rules.abandon.connect_seconds


def saved(
    one: Attempt,
    now: float,
    result: Result | None = None,
    *,
    ended_at: float | None = None,
    message: str = "",
) -> SaveAttempt:
    """What is kept of an attempt as it stands."""
    return SaveAttempt(
        contact=one.contact,
        campaign=one.rules.name,
        lead=one.lead.lead,
        at=now,
        result=result,
        answered_at=one.answered_at,
        clock_at=one.clock_at,
        connected_at=one.connected_at,
        ended_at=ended_at,
        agent=one.agent,
        heard=one.heard,
        message=message,
    )


def is_machine(one: Attempt, heard: str) -> bool:
    """Whether nobody is to talk to what has answered."""
    return heard == "machine" and one.rules.machine in (MachineWay.HANG_UP, MachineWay.MESSAGE)


def clock_of(one: Attempt, event: AttemptAnswered, now: float) -> tuple[float, float]:
    """(when it was picked up, when the clock of the connect limit started)."""
    picked_up = max(one.placed_at, now - event.picked_up_ms / 1000)
    ended_ms = event.greeting_ended_ms
    if one.rules.abandon.clock is ClockStart.GREETING_END and ended_ms is not None:
        return picked_up, max(picked_up, now - ended_ms / 1000)
    return picked_up, picked_up


_RESULTS: Final = {
    "busy": Result.BUSY,
    "no_answer": Result.NO_ANSWER,
    "congestion": Result.CONGESTION,
    "rejected": Result.REJECTED,
    "disconnected": Result.DISCONNECTED,
    "unsent": Result.UNSENT,
    "canceled": Result.CANCELED,
}


def result_of(one: Attempt, cause: str) -> Result:
    """The result of an attempt whose leg has ended without a person."""
    if one.stage is Stage.MACHINE:
        return Result.MACHINE
    if one.stage is Stage.CANCELED:
        return Result.CANCELED
    return _RESULTS.get(cause, Result.FAILED)


def queue_of(one: Attempt) -> Queue:
    """Whose agents talk to the customer. Of a campaign that has lost its queue: nobody's."""
    return one.rules.queue or Queue("")


def call_of(one: Attempt, now: float, known: OpenContact | None = None) -> Call:
    """The contact that it becomes. `known`: it was one already in the last run."""
    lead = one.lead
    customer = None
    if lead.customer:
        customer = Customer(
            id=CustomerId(lead.customer),
            tier=Tier.STANDARD,
            value=VALUE_OF_TIER[Tier.STANDARD],
            language=lead.language,
        )
    return Call(
        contact=one.contact,
        leg=one.leg,
        arrived_at=known.arrived_at if known else now,
        caller=lead.number,
        customer=customer,
        language=lead.language,
        segments=known.segments if known else 0,
        queue=one.rules.queue,
        # He has picked up because we called, and the law counts seconds.
        wish=Wish(urgent=True),
        visits=known.visits if known else 0,
        data=lead.data,
        walks=known.walks if known else 0,
        direction=Direction.OUTBOUND,
        disposition=known.disposition if known else "",
        campaign=one.rules.name,
        lead=lead.lead,
        name=lead.name,
    )

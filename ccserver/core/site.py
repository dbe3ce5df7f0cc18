"""What the center is told when it starts: its queues, its agents, and the calls it knew of."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.quick import quick
from ccserver.core.rules import Direction, Skills
from ccserver.core.value import Customer


class Presence(StrEnum):
    """What the agent chose."""

    READY = "ready"
    PAUSED = "paused"
    LOGGED_OUT = "logged_out"


class WorkState(StrEnum):
    """What the system sees an agent do. Presence, which the agent chose, is another field."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    MISSED = "missed"
    UNREACHABLE = "unreachable"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """An agent as the database knows him, with the state in which he was last seen."""

    agent: AgentId
    phone: Phone
    queues: frozenset[Queue]
    """Those he is assigned to. None: every queue whose required skills he has."""
    skills: Skills = ()
    languages: frozenset[str] = frozenset()
    """BCP 47. None: speaks whatever is needed."""
    regions: frozenset[str] = frozenset()
    """None: serves everywhere."""
    presence: Presence = Presence.LOGGED_OUT
    reason: str = ""
    work: WorkState = WorkState.LOGGED_OUT
    since: float = 0.0
    contact: ContactId | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContact:
    """A contact that had not ended when the last run of ccserver did."""

    contact: ContactId
    leg: LegId
    arrived_at: float
    queue: Queue | None
    segment_from: float
    """Where the last segment that was saved ended: the history goes on from there."""
    segments: int
    """How many segments were saved."""
    visits: int = 0
    """The number of the last visit to a queue that was saved."""
    walks: int = 0
    """The number of the last walk through a flow that was saved."""
    direction: Direction = Direction.INBOUND
    disposition: str = ""
    campaign: str = ""
    lead: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCallback:
    """A customer who hung up and keeps the place, as the database remembers it."""

    contact: ContactId
    number: str
    """E.164."""
    queue: Queue
    queued_at: float
    """When the caller joined the queue: the place that is kept."""
    requested_at: float
    tries: int
    """How often the customer was called already."""
    not_before: float
    """The next try waits until then."""
    arrived_at: float
    segments: int
    segment_from: float
    """Where the last segment that was saved ended."""
    visits: int
    dialed: str
    customer: Customer | None
    language: str
    walks: int = 0
    direction: Direction = Direction.INBOUND
    """OUTBOUND: an agent has planned it."""
    agent: AgentId | None = None
    """Who is to call; None: whoever is free."""

"""Everything that the core can ask the world to do.

A command is an order in the imperative. Giving one cannot fail; carrying it out can, and
then the failure comes back as an event. Instants (`..._at`, `since`) are seconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.seen import EndedBy
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import Tier


class CallState(StrEnum):
    """Where a call is on its way."""

    IVR = "ivr"
    QUEUED = "queued"
    OFFERED = "offered"
    TALKING = "talking"
    FALLBACK = "fallback"


class SegmentKind(StrEnum):
    """The parts that a contact is made of. They follow each other without a gap."""

    IVR = "ivr"
    QUEUE = "queue"
    OFFER = "offer"
    TALK = "talk"
    WRAP_UP = "wrap_up"


# -- to Asterisk


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Ring the agent's phone for the caller, and join the two when it is answered."""

    contact: ContactId
    leg: LegId
    agent: AgentId
    phone: Phone
    ring_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Bring a caller out of Asterisk's own queue into the hold loop, with the old place."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True)
class Look:
    """Look at everything on the switch again: something has not come that should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorAgent:
    """Show Asterisk's own queue who would answer, should ccserver go away."""

    agent: AgentId
    phone: Phone
    presence: Presence


# -- to the database


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Find out who is calling: the call came while no one could ask."""

    contact: ContactId
    caller: str
    """E.164."""


# -- to the screens


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCaller:
    """Put the caller's card on the agent's screen."""

    agent: AgentId
    contact: ContactId
    customer: str
    """The customer's id, empty when unknown."""
    caller: str
    queue: Queue
    tier: Tier
    value: float
    keys: tuple[tuple[str, str], ...]
    """(step, key) for each menu that the caller answered."""
    waited_seconds: float
    offered_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgent:
    """An agent's state changed."""

    agent: AgentId
    presence: Presence
    reason: str
    work: WorkState
    since: float
    contact: ContactId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCall:
    """A call is in a new place."""

    contact: ContactId
    state: CallState
    since: float
    arrived_at: float
    caller: str
    customer: str
    tier: Tier
    value: float
    queue: Queue | None
    agent: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HideCall:
    """A call is over."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Tell the agent why a button did nothing."""

    agent: AgentId
    request: str
    """`hang_up` or `wrap_up_done`."""
    reason: str


# -- to the history


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContact:
    """Remember that a contact has begun."""

    contact: ContactId
    leg: LegId
    caller: str
    dialed: str
    arrived_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContactEnd:
    """Complete a contact."""

    contact: ContactId
    ended_at: float
    ended_by: EndedBy
    customer: str
    tier: Tier
    value: float
    language: str
    queue: Queue | None
    agent: AgentId | None
    """Who talked to the caller last."""
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSegment:
    """Keep one finished part of a contact."""

    contact: ContactId
    number: int
    """1, 2, 3 … within the contact."""
    kind: SegmentKind
    queue: Queue | None
    agent: AgentId | None
    started_at: float
    ended_at: float
    outcome: str
    """How it ended: `queued`, `offered`, `answered`, `no_answer`, `abandoned`, `agent_hung_up` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAgentInterval:
    """Keep one finished stretch of an agent's day."""

    agent: AgentId
    presence: Presence
    reason: str
    work: WorkState
    contact: ContactId | None
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRecording:
    """Keep the row of a recording whose talk has ended."""

    contact: ContactId
    agent: AgentId
    file: str
    started_at: float
    ended_at: float


Command = (
    Connect
    | HangUp
    | TakeBack
    | Look
    | MirrorAgent
    | LookUp
    | ShowCaller
    | ShowAgent
    | ShowCall
    | HideCall
    | Refuse
    | SaveContact
    | SaveContactEnd
    | SaveSegment
    | SaveAgentInterval
    | SaveRecording
)

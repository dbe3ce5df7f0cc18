"""What agents do at their desk beside talking, and what supervisors order on the floor."""

from dataclasses import dataclass

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.quick import quick
from ccserver.core.site import Presence

# -- the agent's desk


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended:
    """The agent needs more time for the notes."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionSet:
    """The agent has said what came of the talk, in it or in the wrap-up."""

    agent: AgentId
    contact: ContactId
    disposition: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDialed:
    """The agent wants to be connected to a number: a new contact, which goes out."""

    agent: AgentId
    contact: ContactId
    number: str
    """E.164."""
    queue: Queue
    """Whose rules hold for the talk."""
    customer: str = ""
    """The customer's id, where the agent knows it."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPlanned:
    """A customer is to be called at an instant that was agreed: a new contact."""

    contact: ContactId
    number: str
    """E.164."""
    queue: Queue
    at: float
    """Seconds since 1970 UTC."""
    agent: AgentId | None = None
    """Who is to call; None: whoever serves the queue."""
    customer: str = ""
    language: str = ""


# -- the supervisor's floor


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSet:
    """A supervisor makes an agent ready, pauses him, or logs him out."""

    agent: AgentId
    presence: Presence
    reason: str
    by: str
    """The supervisor's login."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallMoved:
    """A supervisor sends a waiting caller to another queue, where he keeps how long he waited."""

    contact: ContactId
    queue: Queue
    by: str


DeskEvent = WrapUpExtended | DispositionSet | AgentDialed | CallbackPlanned
FloorEvent = AgentSet | CallMoved

"""What can happen to a talk: hold, consultation, transfer, conference, supervisors, recording."""

from dataclasses import dataclass

from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.quick import quick
from ccserver.core.rules import SpyMode

# -- what the switch tells


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyAnswered:
    """Somebody picked up whom the agent consults, or who was called into the talk."""

    contact: ContactId
    leg: LegId
    """The new leg."""
    phone: Phone
    """Empty for somebody outside."""
    recording: str = ""
    """The file of a consultation; empty: none."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyEnded:
    """A leg of the talk that is neither the caller's nor the agent's has ended, or never came."""

    contact: ContactId
    leg: LegId
    """Empty for a consulted phone that did not answer."""
    cause: str
    """`left`, or as in `OfferFailed`."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMoved:
    """A phone handed its talk to another by its own keys: the caller talks to this one now."""

    contact: ContactId
    leg: LegId
    """The leg that talks to the caller now."""
    phone: Phone


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TalkKeyPressed:
    """A key was pressed in a talk. Which one is not told: it may be of a card's number."""

    contact: ContactId | None
    leg: LegId
    phone: Phone | None
    """None: the caller pressed it."""


# -- what an agent does with the caller


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTransferred:
    """The agent hands the caller on, unseen: to one queue, one agent, or one number."""

    agent: AgentId
    queue: Queue | None = None
    to_agent: AgentId | None = None
    number: str = ""
    """E.164."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHeld:
    """The agent puts the caller on hold."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResumed:
    """The agent takes the caller off hold."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConsulted:
    """The agent calls a colleague, or a number, while the caller hears music."""

    agent: AgentId
    to_agent: AgentId | None = None
    number: str = ""
    """E.164."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded:
    """The agent ends the consultation, and is with the caller again."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCompleted:
    """The agent gives the caller to whom he consults."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceBegun:
    """The agent brings the caller and whom he consults together."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReturned:
    """The agent's phone has lost the talk, by a page that was loaded anew, and is there again."""

    agent: AgentId


# -- supervisors


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorJoined:
    """A supervisor comes into an agent's talk, on a phone of his own."""

    supervisor: str
    """The login."""
    phone: Phone
    agent: AgentId
    mode: SpyMode


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorLeft:
    """A supervisor leaves the talk into which he came."""

    supervisor: str


# -- the recording


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TapeStarted:
    """The agent wants the talk to be recorded, where the policy leaves it to him."""

    agent: AgentId
    file: str
    """What it is to be called: `<year>/<month>/<day>/<contact>-<milliseconds>.raw`."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TapeStopped:
    """The agent ends the recording that he began."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TapePaused:
    """What follows must not be recorded: a card's number."""

    contact: ContactId
    by: str
    """The login of who asked for it, or the name of a program."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TapeResumed:
    """The recording goes on."""

    contact: ContactId
    by: str


# -- in groups, by what they are about

CallControlEvent = (
    AgentTransferred | AgentHeld | AgentResumed | AgentConsulted | ConsultEnded | TransferCompleted
    | ConferenceBegun | AgentReturned
)  # fmt: skip
PartyEvent = PartyAnswered | PartyEnded | PartyMoved
TapeEvent = TapeStarted | TapeStopped | TapePaused | TapeResumed | TalkKeyPressed
SupervisorEvent = SupervisorJoined | SupervisorLeft

WithinTalk = CallControlEvent | PartyEvent | SupervisorEvent | TapeEvent

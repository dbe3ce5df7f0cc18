"""Everything that the core can ask the world to do.

A command is an order in the imperative. Giving one cannot fail; carrying it out can, and
then the failure comes back as an event. Instants (`..._at`, `since`) are seconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.dial_orders import DialOrder
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.parties import Party, Phase
from ccserver.core.quick import quick
from ccserver.core.records import Record
from ccserver.core.rules import Direction, Taping, Way
from ccserver.core.site import Presence, WorkState
from ccserver.core.talk_orders import TalkOrder, TapeOrder
from ccserver.core.value import Tier


class CallState(StrEnum):
    """Where a call is on its way."""

    IVR = "ivr"
    QUEUED = "queued"
    OFFERED = "offered"
    TALKING = "talking"
    CALLBACK = "callback"
    """The customer has hung up and waits to be called."""
    DIALING = "dialing"
    """The customer is being called."""
    FALLBACK = "fallback"


# -- to Asterisk


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Ring the agent's phone for the caller, and join the two when it is answered."""

    contact: ContactId
    leg: LegId
    agent: AgentId
    phone: Phone
    ring_seconds: int
    survey: str = ""
    """The flow that the caller walks when the agent has hung up; empty: none."""
    record: bool = True
    """Whether the switch is to record the talk from the answer on."""
    notice: str = ""
    """The prompt that the caller is to hear first: the talk may be recorded. Empty: none."""
    off_hook: LegId = NO_LEG
    """The agent's own leg, which waits for callers: nothing rings. Empty: his phone rings."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Bring a caller, out of a talk too, into the hold loop."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTicket:
    """Let the leg carry a new ticket: the caller is in another queue."""

    contact: ContactId
    leg: LegId
    ticket: str
    """As `Ticket.pack` gives it."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Tell a waiting caller the place and how long it will take. He can be connected meanwhile."""

    contact: ContactId
    leg: LegId
    place: int
    """1: the next."""
    wait_seconds: float
    """The upper end of what is promised."""
    callback: bool
    """Whether the key for a callback is offered."""
    voicemail: bool = False
    """Whether the key for a message is offered."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Divert:
    """The queue does not keep this caller: send him where its rules say."""

    contact: ContactId
    leg: LegId
    way: Way
    """CALLBACK (a confirmation, and goodbye), VOICEMAIL or ANNOUNCEMENT."""
    prompt: str
    queue: Queue | None = None
    """Whose message it is."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AskSurvey:
    """Part the caller from the agent, who pressed the button, and let him walk this flow."""

    contact: ContactId
    leg: LegId
    survey: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Call the customer whose turn has come, into the hold loop."""

    contact: ContactId
    leg: LegId
    """What the new leg is to be called."""
    number: str
    """E.164."""
    language: str
    ring_seconds: int
    ticket: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Bring a caller out of Asterisk's own queue into the hold loop, with the old place."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True)
class Look:
    """Look at everything on the switch again: something has not come that should have."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorAgent:
    """Show Asterisk's own queue who would answer, should ccserver go away."""

    agent: AgentId
    phone: Phone
    presence: Presence


# -- to the database


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Find out who is calling: the call came while no one could ask."""

    contact: ContactId
    caller: str
    """E.164."""


# -- to the screens


@quick
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
    data: tuple[tuple[str, str], ...] = ()
    """(label, value) that the flow attached."""
    waited_seconds: float
    offered_at: float
    direction: Direction = Direction.INBOUND
    """OUTBOUND: we call."""
    campaign: str = ""
    lead: int = 0
    name: str = ""
    """As the list of the lead has it."""
    language: str = ""
    """BCP 47, as it is known without the customer."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgent:
    """An agent's state changed."""

    agent: AgentId
    presence: Presence
    reason: str
    work: WorkState
    since: float
    contact: ContactId | None


@quick
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
    place: int = 0
    """While waiting, at the last look: 1 is the next; 0: not known."""
    wait_from_seconds: float = 0.0
    """The promised band of the whole wait, from joining the queue."""
    wait_until_seconds: float = 0.0
    phase: Phase | None = None
    """While an agent has the caller."""
    parties: tuple[Party, ...] = ()
    """Who else is in the talk: whom the agent consults first."""
    taping: Taping | None = None
    """What the policy says of the talk."""
    taped: bool = False
    paused_until: float | None = None
    """The recording is paused, and goes on then."""
    direction: Direction = Direction.INBOUND
    disposition: str = ""
    """What an agent has said came of it so far."""
    campaign: str = ""
    visiting: bool = False
    """He is on a visit to the queue, which figures count. Whom a campaign called is on none until
    he has waited for an agent in vain."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class HideCall:
    """A call is over."""

    contact: ContactId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowWrapUp:
    """An agent's wrap-up has begun, or ends at another time."""

    agent: AgentId
    contact: ContactId
    until: float
    extends_left: int
    """How many times the agent may still ask for more."""
    disposition_required: bool
    """There is none yet, and the wrap-up of an agent who is ready does not end before."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Tell the agent why a button did nothing."""

    agent: AgentId
    request: str
    """As the screen's message names it: `hang_up`, `wrap_up_done`, `extend_wrap_up`, `dial`,
    `transfer`, `hold`, `resume`, `consult`, `end_consult`, `complete_transfer`, `conference`,
    `record`, `stop_record`, `pause_recording`, `resume_recording`, `preview_dial`, `preview_skip`,
    `off_hook`, `join` or `leave`."""
    reason: str


Command = (
    Connect
    | HangUp
    | Hold
    | WriteTicket
    | Announce
    | Divert
    | AskSurvey
    | CallBack
    | TakeBack
    | TalkOrder
    | TapeOrder
    | DialOrder
    | Look
    | MirrorAgent
    | LookUp
    | ShowCaller
    | ShowAgent
    | ShowCall
    | ShowWrapUp
    | HideCall
    | Refuse
    | Record
)

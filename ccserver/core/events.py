"""Everything that can happen to a contact center.

An event is a fact in the past tense. Shells make events out of the world; the core only
reads them. `Wake` is the one event that no one sends: it says that time itself has come.
Instants (`..._at`) are seconds since 1970 UTC.
"""

from dataclasses import dataclass

from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.desk_events import DeskEvent as DeskEvent
from ccserver.core.desk_events import FloorEvent as FloorEvent
from ccserver.core.dial_events import DialEvent as DialEvent
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue, StepName
from ccserver.core.quick import quick
from ccserver.core.rules import AS_USUAL, QueueRules, SiteRules
from ccserver.core.seen import SeenCall
from ccserver.core.site import AgentProfile, OpenCallback, OpenContact
from ccserver.core.talk_events import WithinTalk
from ccserver.core.value import Customer


@quick
@dataclass(frozen=True, slots=True)
class Wake:
    """The instant that `Center.due()` named has come."""


# -- the house itself


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """ccserver has started: the first event of every run, with all that it remembers."""

    queues: tuple[QueueRules, ...]
    agents: tuple[AgentProfile, ...]
    open_contacts: tuple[OpenContact, ...]
    callbacks: tuple[OpenCallback, ...] = ()
    """Those among the open contacts whose customers wait to be called."""
    site: SiteRules = AS_USUAL


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """The operator changed how queues are run: these are all of them."""

    queues: tuple[QueueRules, ...]
    site: SiteRules


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKnown:
    """An agent was added, or the record changed, while ccserver runs."""

    profile: AgentProfile


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSeen:
    """The link to Asterisk is up, and this is everything that is there."""

    asked_at: float
    """When we asked. What we learnt since then is newer than this."""
    calls: tuple[SeenCall, ...]
    phones: frozenset[Phone]
    """The phones that can be reached."""


@quick
@dataclass(frozen=True, slots=True)
class AsteriskLost:
    """The link to Asterisk broke: what happens there is unknown until `AsteriskSeen`."""


# -- a call on its way


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller rang and the flow begins."""

    contact: ContactId
    leg: LegId
    caller: str
    """E.164 where the number is one, else what the trunk sent, cut and cleaned; may be empty."""
    dialed: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecognized:
    """The look-up found who is calling."""

    contact: ContactId
    customer: Customer


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntered:
    """The caller came to a step of a flow (`ivr.entered`), and left the one before."""

    contact: ContactId
    flow: str
    version: int
    """0: the flow was never published."""
    step: StepName
    came: str
    """How the step before was left: `then`, `key 1`, `error` …; empty for the first."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """The caller answered a question (`ivr.key`). An empty key means that the time ran out."""

    contact: ContactId
    step: str
    key: str
    """`hidden` where the step is marked secret."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WalkEnded:
    """The caller left a flow (`ivr.left`). What comes of it is told by another event."""

    contact: ContactId
    how: str
    """`queued`, `callback`, `voicemail`, `back`, `goodbye`, `transferred`, `hung_up`; `failed` when
    the flow failed the caller, who goes to the operator or waits on; `connected` when an agent was
    free for a caller in the middle of it, `diverted` when the queue sent him on."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class DataAttached:
    """The flow put values on the contact. What was there under the same label is replaced."""

    contact: ContactId
    data: tuple[tuple[str, str], ...]
    """(label, value)."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered:
    """The caller answered a survey's question."""

    contact: ContactId
    survey: str
    """The flow's name."""
    question: str
    answer: str
    """The key, or the recording's file."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEnded:
    """The caller left the flow, for a queue or (None) for goodbye."""

    contact: ContactId
    queue: Queue | None
    language: str
    callback: str = ""
    """E.164: he hangs up, keeps a place in the queue, and is called at this number."""
    voicemail: bool = False
    """He leaves a message for the agents of the queue."""
    announce_after_seconds: float | None = None
    """When he is first told how long it takes; None: as the queue's rules say."""
    announce_every_seconds: float | None = None
    wish: Wish = NO_WISH
    """What it asks of routing for the caller."""
    noticed: bool = False
    """The flow told the caller that the talk may be recorded."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested:
    """A caller who waits wants to hang up and be called when the turn comes."""

    contact: ContactId
    number: str = ""
    """E.164; empty: the one he calls from."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailRequested:
    """A caller who waits wants to leave a message instead."""

    contact: ContactId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFailed:
    """The customer could not be reached. One who answers is in the hold loop: `CallHeld`."""

    contact: ContactId
    leg: LegId
    """The leg that `CallBack` named."""
    cause: str
    """`no_answer`, `busy`, `failed`, or `unsent`: the order never got through."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft:
    """A caller has left a message for the agents of a queue."""

    contact: ContactId
    queue: Queue
    recording: str
    """The recording's file name."""
    started_at: float
    ended_at: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld:
    """The caller has reached the hold loop, from where the switch can connect the call."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallFellBack:
    """The caller went into the switch's own queue, since it believes that we are away."""

    contact: ContactId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRang:
    """An agent's phone is being alerted for the caller on `leg`."""

    leg: LegId
    phone: Phone


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """The agent picked up; both hear each other and the recording runs."""

    contact: ContactId
    phone: Phone
    recording: str
    """The recording's file name, empty when the switch keeps none."""
    leg: LegId = NO_LEG
    """The agent's own leg."""
    in_room: bool = False
    """They meet in a room, and not in a bridge of the two alone."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFailed:
    """The agent did not take the call. The caller is on the way back to the hold loop, or never
    left it (`unsent`): the loop's next word tells where he is."""

    contact: ContactId
    phone: Phone
    cause: str
    """`no_answer`, `busy`, `unreachable`, `failed`, or `unsent`: the order never got through."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLegEnded:
    """The agent's side of the talk ended while the caller was still there."""

    contact: ContactId
    phone: Phone
    leg: LegId = NO_LEG
    """Which of the phone's it was, where the switch tells."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The caller's leg is gone, whoever hung up. `cause` is Q.850."""

    leg: LegId
    cause: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged:
    """An agent's phone registered, or was lost."""

    phone: Phone
    reachable: bool


# -- what an agent does


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOpened:
    """The agent's first screen is connected."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenClosed:
    """The agent's last screen is gone."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut:
    """The agent went home."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReady:
    """The agent asks for work."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPaused:
    """The agent takes no calls for now."""

    agent: AgentId
    reason: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHungUp:
    """The agent pressed the button that ends the talk."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpDone:
    """The agent finished the notes before the time was up."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PopAcked:
    """The agent's screen has shown the caller's card."""

    agent: AgentId
    contact: ContactId


# -- in groups, by what they are about

HouseEvent = Started | RulesChanged | AgentKnown | AsteriskSeen | AsteriskLost | PhoneChanged
FlowEvent = CallArrived | CallerRecognized | FlowEnded
StepEvent = StepEntered | KeyPressed | WalkEnded | DataAttached | SurveyAnswered
LoopEvent = CallHeld | CallbackRequested | VoicemailRequested
TalkEvent = PhoneRang | CallAnswered | OfferFailed | CallFellBack | AgentLegEnded
EndEvent = CallEnded | CallbackFailed | VoicemailLeft
ScreenEvent = PopAcked | ScreenOpened | ScreenClosed
AgentEvent = AgentLoggedOut | AgentReady | AgentPaused | AgentHungUp | WrapUpDone

Event = (
    Wake | HouseEvent | FlowEvent | StepEvent | LoopEvent | TalkEvent | EndEvent | ScreenEvent
    | AgentEvent | WithinTalk | DeskEvent | FloorEvent | DialEvent
)  # fmt: skip

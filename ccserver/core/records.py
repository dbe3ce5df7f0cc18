"""The commands that keep something for good: what the history, figures and stories are made of.

Instants (`..._at`) are seconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ccserver.core.ids import AgentId, ContactId, LegId, Queue
from ccserver.core.quick import quick
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import Tier

RECORDINGS: Final = "/var/spool/asterisk/recording"
"""The folder of the recordings as Asterisk sees it, here and in the dialplan."""

Parts = tuple[tuple[str, float], ...]


class SegmentKind(StrEnum):
    """The parts that a contact is made of. They follow each other without a gap."""

    IVR = "ivr"
    QUEUE = "queue"
    OFFER = "offer"
    TALK = "talk"
    HOLD = "hold"
    """The agent has put the caller on hold."""
    CONSULT = "consult"
    """The caller is on hold, while the agent talks to somebody else."""
    OUTSIDE = "outside"
    """An agent has sent the caller to a number outside."""
    CALLBACK = "callback"
    """The customer has hung up and keeps the place."""
    DIAL = "dial"
    """The customer is being called."""
    WRAP_UP = "wrap_up"


class CallbackState(StrEnum):
    """How a callback stands."""

    WAITING = "waiting"
    DIALING = "dialing"
    CONNECTED = "connected"
    EXPIRED = "expired"
    """Given up after its tries, or its time."""
    CALLED_AGAIN = "called_again"
    """The customer called by himself, and got the place back."""


class QueueExit(StrEnum):
    """How a visit to a queue ended: exactly one for each (vocabulary: queue exit reasons)."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    TIMEOUT = "timeout"
    """Waited as long as the queue lets anyone wait."""
    OVERFLOW = "overflow"
    """Moved to another queue."""
    FULL = "full"
    CLOSED = "closed"
    EXIT_EMPTY = "exit_empty"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    TRANSFERRED = "transferred"
    """Handed on before anyone answered."""
    SYSTEM_ERROR = "system_error"
    """Lost from sight."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContact:
    """Remember that a contact has begun."""

    contact: ContactId
    leg: LegId
    caller: str
    """E.164 where it is one; of an outbound contact whom we call."""
    dialed: str
    arrived_at: float
    direction: Direction = Direction.INBOUND
    campaign: str = ""
    lead: int = 0
    """0: none."""


@quick
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
    data: tuple[tuple[str, str], ...] = ()
    """(label, value) that flows attached."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDisposition:
    """Keep what came of a contact. A later word replaces it."""

    contact: ContactId
    disposition: str
    """A name in the configuration; empty: it was taken back."""
    agent: AgentId
    at: float


@quick
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


@quick
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


class Recorded(StrEnum):
    """What a recording holds."""

    TALK = "talk"
    """What was said to the customer, and what he said: one of those that make the contact's."""
    CONSULT = "consult"
    """What an agent and whom he consulted said, while the customer heard music."""
    VOICEMAIL = "voicemail"
    """A message, or an answer to a survey."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRecording:
    """Keep the row of a recording that has ended: one leg's."""

    contact: ContactId
    agent: AgentId | None
    """Whom it heard first; None: a voicemail, or nobody of ours."""
    file: str
    started_at: float
    ended_at: float
    kind: Recorded = Recorded.TALK
    agents: tuple[AgentId, ...] = ()
    """All whom it heard."""
    queue: Queue | None = None
    caller: str = ""
    customer: str = ""
    direction: Direction = Direction.INBOUND
    disposition: str = ""
    """What has been said so far."""
    cut: bool = False
    """The switch was lost while it ran: where it really ends, its length says."""


class MarkKind(StrEnum):
    """What can stand on the time line of a contact's recordings."""

    TALK = "talk"
    """An agent answered."""
    HOLD = "hold"
    RESUME = "resume"
    CONSULT = "consult"
    CONSULT_ENDED = "consult_ended"
    TRANSFER = "transfer"
    CONFERENCE = "conference"
    LEFT = "left"
    """Somebody left a conference."""
    SUPERVISOR = "supervisor"
    """A supervisor came in; what he does is the detail."""
    SUPERVISOR_LEFT = "supervisor_left"
    TAPE_STARTED = "tape_started"
    TAPE_STOPPED = "tape_stopped"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    KEY = "key"
    """A key was pressed in the talk. Which one is not kept."""
    SECRET = "secret"  # noqa: S105 - what it is, not one
    """The caller was asked for something secret, and is not recorded."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMark:
    """Keep what stands at this instant on the time line of a contact's recordings."""

    contact: ContactId
    at: float
    kind: MarkKind
    agent: AgentId | None = None
    detail: str = ""
    """Whom it concerns: an agent, a number, a supervisor; who paused; how it ended."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOffer:
    """Keep why this caller was given to this agent. Parts are (name, number)."""

    contact: ContactId
    agent: AgentId
    queue: Queue
    policy: str
    rule: str
    """What decided: `urgent`, `direct`, `overdue`, `top_tier_late`, `last_agent`, `score`,
    `only_one`."""
    caller: Parts
    """The caller's score and what it is made of."""
    next_contact: ContactId | None
    """The runner-up among the callers."""
    next_caller: Parts
    cost: Parts
    """What taking this agent costs, and what that is made of."""
    next_agent: AgentId | None
    """The runner-up among the agents."""
    next_cost: Parts


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveQueueVisit:
    """Keep one visit to a queue, from joining to leaving it. This is what figures are made of."""

    contact: ContactId
    number: int
    """1, 2, 3 … within the contact."""
    queue: Queue
    tier: Tier
    value: float
    entered_at: float
    ended_at: float
    waited_seconds: float
    """From `entered_at` to the exit, and what the caller brought along from before."""
    exit: QueueExit
    agent: AgentId | None
    """Who answered."""
    wait_from_seconds: float
    """The band that was promised when the caller joined; 0 and 0: served at once."""
    wait_until_seconds: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCallback:
    """Keep how a callback stands: written at each change, so that no restart forgets one."""

    contact: ContactId
    state: CallbackState
    number: str
    queue: Queue
    queued_at: float
    requested_at: float
    tries: int
    not_before: float
    language: str = ""
    """What the customer is to be spoken to in, after a restart too."""
    agent: AgentId | None = None
    """Who is to call; None: whoever is free."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWalk:
    """Keep one walk through a flow, when it is over: what drop-off is counted from."""

    contact: ContactId
    number: int
    """1, 2, 3 … within the contact."""
    flow: str
    """The one that it began with. The steps of its parts stand as `part.step`."""
    version: int
    began_at: float
    ended_at: float
    how: str
    """As in `WalkEnded`; `hung_up` and `connected` when nobody could say so any more."""
    steps: tuple[tuple[str, float, str], ...]
    """(step, entered at, how the one before was left), in their order."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveVoicemail:
    """Keep a message for the agents of a queue. Its sound is the recording of this name."""

    contact: ContactId
    queue: Queue
    file: str
    caller: str
    customer: str
    started_at: float
    ended_at: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAnswer:
    """Keep the answer to a survey's question. A second answer of the same contact replaces it."""

    contact: ContactId
    survey: str
    question: str
    answer: str
    queue: Queue | None
    """Whose caller it was."""
    agent: AgentId | None
    """Who had talked to him."""
    answered_at: float


Record = (
    SaveContact
    | SaveContactEnd
    | SaveDisposition
    | SaveSegment
    | SaveAgentInterval
    | SaveRecording
    | SaveMark
    | SaveOffer
    | SaveQueueVisit
    | SaveCallback
    | SaveWalk
    | SaveVoicemail
    | SaveAnswer
)

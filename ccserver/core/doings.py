"""What a walk asks of the line and of the house, what it gets for it, and where it ends.

A walk yields one of these and is sent the answer that stands with it, or `Failed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.rules import Skills
from ccserver.core.steps import TicketKind
from ccserver.core.value import Consent

HIDDEN = "hidden"
"""What stands for the digits of a step that is marked secret."""


class About(StrEnum):
    """What facts are about."""

    CUSTOMER = "customer"
    CALLER = "caller"
    NOW = "now"
    QUEUE = "queue"


# -- what it tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """The caller comes to a step. No answer."""

    flow: str
    version: int
    step: StepName
    came: str
    """How the step before was left: `then`, `key 1`, `error` …; empty for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Play prompts in this language from here on. No answer."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """Put values on the contact. No answer."""

    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """Keep the answer to a survey's question. No answer."""

    survey: str
    question: str
    answer: str
    """The key, or the recording's file."""


# -- what it asks of the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play prompts. With `barge_in` a key ends them, and is kept for the next question."""

    step: StepName
    prompts: tuple[Prompt, ...]
    barge_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Play prompts and wait for a key. The answer is the key, right or wrong; "" for none."""

    step: StepName
    prompts: tuple[Prompt, ...]
    timeout_seconds: float
    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDigits:
    """Play prompts and wait for keys. The answer is what came before the terminator."""

    step: StepName
    prompts: tuple[Prompt, ...]
    length_max: int
    terminator: str
    timeout_seconds: float
    between_seconds: float
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record the caller until he is silent or presses a key. The answer is the file, or ""."""

    step: StepName
    seconds_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Join the caller with a number. The answer: `answered` once they have parted, else why not:
    `busy`, `no_answer`, `failed`."""

    step: StepName
    to: str
    ring_seconds: int


# -- what it asks of the house


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn:
    """Tell facts: the answer is a mapping of their names to texts. Of `NOW` it is `now.epoch`,
    seconds since 1970 UTC, alone."""

    about: About
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCustomer:
    """Find a customer by number or id. The answer: the facts about the customer, None for none."""

    number: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumber:
    """Tell whether this is a number that can be called back. The answer: in E.164, or "" if not."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Ask a partner's system. The answer is an `Answered`."""

    partner: str
    method: str
    path: str
    body: Mapping[str, str]
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """Open a service ticket. The answer is its number."""

    kind: TicketKind
    title: str
    details: str
    urgent: bool


Doing = (
    Enter | SetLanguage | Attach | FileAnswer | Play | Ask | AskDigits | Record | Transfer | Learn
    | FindCustomer | ReadNumber | Fetch | OpenTicket
)  # fmt: skip


# -- answers


@dataclass(frozen=True, slots=True)
class Answered:
    """What a partner's system said: a value of JSON."""

    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done."""

    why: str


Answer = Mapping[str, str] | str | Answered | Failed | None


# -- ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """To the agents."""

    queue: Queue
    agent: str = ""
    urgent: bool = False
    boost: float = 0.0
    skills: Skills = ()
    announce_after_seconds: float | None = None
    announce_every_seconds: float | None = None
    recording: Consent | None = None
    """What the caller has said about being recorded."""
    failed: bool = field(default=False, compare=False)
    """The flow failed the caller: this is its operator, and nobody chose it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCallback:
    """To be called when the turn comes."""

    queue: Queue | None
    number: str
    """E.164."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVoicemail:
    """To leave a message. What is to be heard before it was played."""

    queue: Queue | None
    seconds_max: int


@dataclass(frozen=True, slots=True)
class Back:
    """On to wait in the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """The call ends."""

    how: str = "goodbye"
    """`goodbye`, or `transferred` after a talk with someone outside."""


End = ToQueue | ToCallback | ToVoicemail | Back | Bye


def how(end: End) -> str:
    """The end in a word."""
    match end:
        case ToQueue(failed=failed):
            return "failed" if failed else "queued"
        case ToCallback():
            return "callback"
        case ToVoicemail():
            return "voicemail"
        case Back():
            return "back"
        case Bye(how=word):
            return word

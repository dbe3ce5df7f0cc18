"""The steps that a flow is made of, and the texts in them.

Every value in a flow is a text: `caller.number`, what a caller keyed in, a field of an answer.
A `Text` names values in braces: `"{order}"`. Facts have a dot in their name and are always there,
empty where nothing is known; other names are the flow's own variables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.rules import Skills
from ccserver.core.spoken import Form
from ccserver.core.value import Consent

_NAMED = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text with values in it: literal, name, literal, name … literal."""

    parts: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The values that are read."""
        return self.parts[1::2]

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with the values in their places; empty for one that was never set."""
        if len(self.parts) == 1:
            return self.parts[0]
        return "".join(
            values.get(part, "") if place % 2 else part for place, part in enumerate(self.parts)
        )


def text_of(template: str) -> Text:
    """Read `"order {order}"`. A brace that names nothing is a brace."""
    return Text(tuple(_NAMED.split(template)))


NOTHING = Text(("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A value that is said: a number, a date, an amount, a code."""

    form: Form
    text: Text
    currency: str = "CNY"


Heard = tuple[Prompt | Spoken, ...]
"""What a caller hears, in order."""


# -- steps that speak or ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play what is to be heard."""

    prompts: Heard
    then: StepName
    barge_in: bool = True
    """Whether a key ends it. It then counts as the answer to the next question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Ask for one key, and go where it leads."""

    prompts: Heard
    keys: Mapping[str, StepName]
    otherwise: StepName
    """Where a caller goes whose last try was a wrong key or none."""
    timeout_seconds: float
    tries: int = 3
    barge_in: bool = True
    wrong_key: Heard = ()
    """Played before the menu is repeated to a caller who pressed a key that leads nowhere."""
    no_key: Heard = ()
    """Played before the menu is repeated to a caller who pressed nothing."""
    silent: StepName | None = None
    """Where a caller goes who pressed nothing in any try; else as `otherwise`."""


class Check(StrEnum):
    """A check digit."""

    NONE = "none"
    LUHN = "luhn"
    """ISO/IEC 7812-1, annex B: bank cards, IMEI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Ask for several keys: a number, a code."""

    prompts: Heard
    into: str
    """The variable that takes them."""
    length_min: int
    length_max: int
    then: StepName
    otherwise: StepName
    """Where a caller goes whose last try was wrong."""
    terminator: str = "#"
    """The key that ends them; empty: only length and time do."""
    timeout_seconds: float = 8.0
    """Until the first key."""
    between_seconds: float = 4.0
    """Until the next."""
    tries: int = 3
    pattern: str = ""
    """A regular expression that all of it must match; empty: any digits."""
    check: Check = Check.NONE
    wrong: Heard = ()
    """Played before the question is repeated, whatever was wrong."""
    confirm: Heard = ()
    """Played afterwards: 1 confirms, all else asks anew. Empty: not asked."""
    secret: bool = False
    """Never stored, logged, or shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakLanguage:
    """Go on in another language."""

    language: str
    then: StepName


# -- steps that decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where to go for a value. Exactly one of the conditions is set."""

    then: StepName
    one_of: frozenset[str] = frozenset()
    starts_with: tuple[str, ...] = ()
    at_least: float | None = None
    below: float | None = None
    between: tuple[str, str] | None = None
    """From the first, up to but without the second, as texts: `("22:00", "06:00")` goes over
    midnight, dates and times of one length compare as they read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Go where a value leads: the first case that holds."""

    on: str
    """A fact's or a variable's name."""
    cases: tuple[Case, ...]
    otherwise: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Go by a calendar."""

    calendar: str
    open: StepName
    closed: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRow:
    """Find a row of a table by the longest of its prefixes with which the key begins."""

    table: str
    key: Text
    into: Mapping[str, str]
    """Variable -> column."""
    found: StepName
    otherwise: StepName


# -- steps that ask or tell others


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpCustomer:
    """Find the customer anew: by a telephone number, or by the customer's id."""

    number: Text | None
    customer: Text | None
    found: StepName
    otherwise: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Ask a partner's system. JSON goes out and comes in."""

    partner: str
    """Named in the settings, which hold its address: no flow can reach another host."""
    method: str
    path: Text
    """Values in it are percent-encoded."""
    body: Mapping[str, Text]
    """The fields of the JSON object that is sent; none: no body."""
    into: Mapping[str, str]
    """Variable -> place in the answer, such as `account.balance` or `cars.0.plate`. A place that is
    not there leaves the variable empty."""
    timeout_seconds: float
    then: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValues:
    """Give variables values."""

    values: Mapping[str, Text]
    then: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachData:
    """Put values on the contact: the agent sees them with the caller."""

    data: Mapping[str, Text]
    then: StepName


class TicketKind(StrEnum):
    """What a service ticket is about."""

    COMPLAINT = "complaint"
    REPAIR = "repair"
    ROADSIDE = "roadside"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenServiceTicket:
    """Open a service ticket for the caller."""

    ticket: TicketKind
    title: Text
    details: Text
    urgent: bool
    into: str
    """The variable that takes the ticket's number; empty: none does."""
    then: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """Join the caller with a number outside, or an extension. When they part the call is over."""

    to: Text
    """E.164, or an extension of the site."""
    ring_seconds: int
    otherwise: StepName
    """Where the caller goes when nobody answers."""


class Style(StrEnum):
    """How a survey's question is answered."""

    KEYS = "keys"
    """By one key: a rating, or a choice."""
    RECORDING = "recording"
    """In the caller's own words."""
    VALUE = "value"
    """He is not asked: what is known already is his answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A survey's question."""

    question: str
    """What the answer is filed under."""
    into: str = ""
    """The variable that takes the answer, empty for none given; empty: none does."""
    style: Style
    prompts: Heard
    then: StepName
    keys: frozenset[str] = frozenset()
    timeout_seconds: float = 6.0
    tries: int = 2
    record_seconds_max: float = 60.0
    value: Text = NOTHING
    """The answer, for the style value; empty: none is filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """Walk another flow, and come back."""

    flow: str
    values: Mapping[str, Text]
    """The part's parameters."""
    into: Mapping[str, str]
    """Variable -> variable of the part, when it returns."""
    then: StepName


# -- steps that end the walk


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterQueue:
    """Hand the caller to the agents."""

    queue: Queue
    agent: Text = NOTHING
    """The log-in of the one agent whom the caller asks for; the others take over after a while."""
    urgent: bool = False
    """Straight to the front."""
    boost: float = 0.0
    """Added to the customer's value, 0 to 1."""
    skills: Skills = ()
    """What the agent must know beside what the queue requires."""
    announce_after_seconds: float | None = None
    """None: as the queue's rules say."""
    announce_every_seconds: float | None = None
    recording: Consent | None = None
    """What the caller has said about being recorded; None: he was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCallback:
    """The caller keeps a place in the queue, hangs up, and is called when the turn comes."""

    queue: Queue | None
    """None: the one in which he waits."""
    number: Text
    otherwise: StepName
    """Where he goes when that is no number, or one that is to be called already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveVoicemail:
    """The caller leaves a message for the agents of a queue."""

    queue: Queue | None
    prompts: Heard
    seconds_max: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """Wait on in the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Go back to the flow that this one is a part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodBye:
    """End the call."""

    prompts: Heard = ()


Step = (
    Say | Menu | Digits | SpeakLanguage | Branch | OpeningHours | FindRow | LookUpCustomer | Request
    | SetValues | AttachData | OpenServiceTicket | CallOut | Question | RunPart | EnterQueue
    | AskCallback | LeaveVoicemail | GoBack | Return | GoodBye
)  # fmt: skip

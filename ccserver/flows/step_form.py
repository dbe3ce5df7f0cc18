"""The forms of a flow's steps. The field `kind` says which form a step has."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccserver.config.fields import Form, Level
from ccserver.config.fields import Name as SettingName
from ccserver.core.steps import Check, Style, TicketKind
from ccserver.flows.heard_form import (
    LABEL,
    LINES,
    MAY_BE_KEY,
    SOME_KEYS,
    URL_PATH,
    Heards,
    Key,
    Language,
    Name,
    Place,
    Spoken,
    Template,
    Texts,
    Timeout,
    Tries,
    ValueName,
)

# -- steps that speak or ask


class StepForm(Form):
    """What any step may have."""

    on_error: Name | None = None
    """Where a caller goes when this step fails him; left out: to the operator."""


class SayForm(StepForm):
    """Play prompts."""

    kind: Literal["say"]
    prompts: Spoken
    then: Name
    barge_in: bool = True
    """Whether a key ends it. It then counts as the answer to the next question."""


class MenuForm(StepForm):
    """Ask for one key, and go where it leads."""

    kind: Literal["menu"]
    prompts: Spoken
    keys: Annotated[dict[Key, Name], Field(min_length=1)]
    timeout_seconds: Timeout
    tries: Tries = 3
    barge_in: bool = True
    wrong_key: Heards = ()
    """Played before the menu is repeated to a caller who pressed a key that leads nowhere."""
    no_key: Heards = ()
    """Played before the menu is repeated to a caller who pressed nothing."""
    otherwise: Name
    """Where a caller goes whose last try was a wrong key or none."""
    silent: Name | None = None
    """Where a caller goes who pressed nothing in any try; left out: as `otherwise`."""


class DigitsForm(StepForm):
    """Ask for several keys: a number, a code."""

    kind: Literal["digits"]
    prompts: Spoken
    into: Name
    """The variable that takes them."""
    length: int | None = Field(default=None, ge=1, le=40)
    """Exactly so many; or `length_min` and `length_max`."""
    length_min: int | None = Field(default=None, ge=1, le=40)
    length_max: int | None = Field(default=None, ge=1, le=40)
    terminator: str = Field(default="#", pattern=MAY_BE_KEY)
    """The key that ends them; empty: only length and time do."""
    timeout_seconds: Timeout = 8.0
    """Until the first key."""
    between_seconds: float = Field(default=4.0, ge=1, le=30)
    """Until the next."""
    tries: Tries = 3
    pattern: str = Field(default="", max_length=200)
    """A regular expression that all of it must match; empty: any digits."""
    check: Check = Check.NONE
    wrong: Heards = ()
    """Played before the question is repeated, whatever was wrong."""
    confirm: Heards = ()
    """Played afterwards: key 1 confirms, any other asks anew. Empty: not asked."""
    secret: bool = False
    """Never stored, logged, or shown."""
    then: Name
    otherwise: Name
    """Where a caller goes whose last try was wrong."""

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the most keys."""
        if self.length is not None:
            return self.length, self.length
        most = self.length_max or 0
        return self.length_min or most, most

    @model_validator(mode="after")
    def _a_length(self) -> Self:
        if self.length is None and self.length_max is None:
            raise ValueError("has no length; add `length`, or `length_min` and `length_max`")
        if self.length is not None and (self.length_min or self.length_max) is not None:
            raise ValueError("has `length` and bounds of it; take one of them out")
        return self


class QuestionForm(StepForm):
    """A survey's question."""

    kind: Literal["question"]
    question: Name
    """What the answer is filed under."""
    into: Name | None = None
    """The variable that takes the answer, empty for none given."""
    style: Style = Style.KEYS
    prompts: Heards = ()
    """What is asked; none for the style value."""
    keys: str = Field(default="", pattern=SOME_KEYS, max_length=12)
    """The keys that answer it, such as `12345`."""
    timeout_seconds: Timeout = 6.0
    tries: Tries = 2
    record_seconds_max: float = Field(default=60.0, ge=1, le=600)
    value: Template = ""
    """For the style value: what is filed as the answer, such as `{number}`."""
    then: Name

    @model_validator(mode="after")
    def _asks_or_has(self) -> Self:
        if self.style is Style.VALUE:
            if self.prompts or not self.value:
                raise ValueError("files a value and asks nothing; give it `value` and no `prompts`")
        elif self.value:
            raise ValueError('has a `value`; set style = "value", or take it out')
        elif not self.prompts:
            raise ValueError("asks nothing; add `prompts`")
        return self


class LanguageForm(StepForm):
    """Go on in another language."""

    kind: Literal["language"]
    language: Language
    then: Name


# -- steps that decide


class CaseForm(Form):
    """Where to go for a value: exactly one condition."""

    is_: Texts | None = Field(default=None, alias="is")
    """One text, or any of a list."""
    starts_with: Texts | None = None
    at_least: float | None = None
    below: float | None = None
    from_: str | None = Field(default=None, alias="from", min_length=1, max_length=40)
    """With `until`: from this text up to but without that; `22:00` until `06:00` is the night."""
    until: str | None = Field(default=None, min_length=1, max_length=40)
    then: Name

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.from_ is None) != (self.until is None):
            raise ValueError("has only one of `from` and `until`; add the other")
        in_range = self.at_least is not None or self.below is not None
        given = (self.is_ is not None, self.starts_with is not None, in_range, bool(self.from_))
        if sum(given) != 1:
            raise ValueError(
                f"has {sum(given) or 'no'} conditions; take exactly one of `is`, `starts_with`,"
                " `at_least` and `below`, `from` and `until`"
            )
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("never holds: `at_least` is not less than `below`; change one of them")
        return self


class BranchForm(StepForm):
    """Go where a value leads: the first case that holds."""

    kind: Literal["branch"]
    on: ValueName
    """A fact or a variable, without braces."""
    cases: Annotated[tuple[CaseForm, ...], Field(min_length=1, max_length=100)]
    otherwise: Name


class HoursForm(StepForm):
    """Go by a calendar of calendars.toml."""

    kind: Literal["hours"]
    calendar: Name
    open: Name
    closed: Name


class FindRowForm(StepForm):
    """Find a row of tables/<table>.toml by the longest prefix with which the key begins."""

    kind: Literal["table"]
    table: Name
    key: Template
    into: dict[Name, Name]
    """Variable = column."""
    found: Name
    otherwise: Name


# -- steps that ask or tell others


class LookUpForm(StepForm):
    """Find the customer anew, by a telephone number or by the customer's id."""

    kind: Literal["lookup"]
    number: Template | None = None
    customer: Template | None = None
    found: Name
    otherwise: Name

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.number is None) == (self.customer is None):
            raise ValueError("looks for none or for two; take one of `number` and `customer`")
        return self


class HttpForm(StepForm):
    """Ask a partner's system. JSON goes out and comes in."""

    kind: Literal["http"]
    partner: SettingName
    """Of the settings, which hold its address."""
    method: Literal["GET", "POST"] = "GET"
    path: str = Field(max_length=500, pattern=URL_PATH)
    body: dict[Annotated[str, Field(max_length=100)], Template] = Field(default={})
    """The fields of the JSON object that is sent."""
    into: dict[Name, Place] = Field(default={})
    """Variable = place in the answer, such as `account.balance` or `cars.0.plate`."""
    timeout_seconds: float = Field(default=2.0, gt=0, le=15)
    then: Name
    on_error: Name
    """Where a caller goes when the partner does not answer, or does not say what is asked for."""


class SetForm(StepForm):
    """Give variables values."""

    kind: Literal["set"]
    values: Annotated[dict[Name, Template], Field(min_length=1)]
    then: Name


class AttachForm(StepForm):
    """Put values on the contact: the agent sees them with the caller."""

    kind: Literal["attach"]
    data: Annotated[
        dict[Annotated[str, Field(pattern=LABEL)], Template],
        Field(min_length=1, max_length=20),
    ]
    then: Name


class TicketForm(StepForm):
    """Open a service ticket for the caller."""

    kind: Literal["ticket"]
    ticket: TicketKind
    title: Template
    details: str = Field(default="", max_length=4000, pattern=LINES)
    urgent: bool = False
    into: Name | None = None
    """The variable that takes the ticket's number."""
    then: Name


class TransferForm(StepForm):
    """Join the caller with a number outside, or an extension of the site."""

    kind: Literal["transfer"]
    to: Template
    """E.164, or an extension."""
    ring_seconds: int = Field(default=30, ge=5, le=120)
    otherwise: Name
    """Where the caller goes when nobody answers."""


class PartForm(StepForm):
    """Walk another flow, and come back."""

    kind: Literal["part"]
    flow: Name
    values: dict[Name, Template] = Field(default={})
    """The part's parameters."""
    into: dict[Name, Name] = Field(default={})
    """Variable here = variable of the part, when it returns."""
    then: Name


# -- steps that end the walk


class QueueForm(StepForm):
    """Hand the caller to the agents."""

    kind: Literal["queue"]
    queue: SettingName
    agent: Template = ""
    """The log-in of the one agent whom callers of this step ask for."""
    urgent: bool = False
    """Straight to the front."""
    boost: float = Field(default=0.0, ge=0, le=1)
    """Added to the customer's value."""
    skills: dict[SettingName, Level] = Field(default={})
    """What the agent must know beside what the queue requires."""
    announce_after_seconds: float | None = Field(default=None, ge=0, le=7 * 86400)
    """When place and expected wait are first told; left out: as the queue's rules say."""
    announce_every_seconds: float | None = Field(default=None, ge=10, le=3600)
    recording: Literal["given", "refused"] | None = None
    """What the caller has said about being recorded: goes before what his record says."""


class CallbackForm(StepForm):
    """The caller keeps a place in the queue, hangs up, and is called when the turn comes."""

    kind: Literal["callback"]
    queue: SettingName | None = None
    """Left out, in a flow of the role waiting: the one in which he waits."""
    number: Template = "{caller.number}"
    otherwise: Name
    """Where he goes when that is no number, or one that is to be called already."""


class VoicemailForm(StepForm):
    """The caller leaves a message for the agents of a queue."""

    kind: Literal["voicemail"]
    queue: SettingName | None = None
    """Left out, in a flow of the role waiting: the one in which he waits."""
    prompts: Heards = ()
    seconds_max: int = Field(default=180, ge=5, le=900)


class BackForm(StepForm):
    """Wait on in the queue. In flows of the role waiting only."""

    kind: Literal["back"]


class ReturnForm(StepForm):
    """Go back to the flow that this one is a part of. In flows of the role part only."""

    kind: Literal["return"]


class GoodByeForm(StepForm):
    """End the call."""

    kind: Literal["goodbye"]
    prompts: Heards = ()


AnyStepForm = (
    SayForm | MenuForm | DigitsForm | QuestionForm | LanguageForm | BranchForm | HoursForm
    | FindRowForm | LookUpForm | HttpForm | SetForm | AttachForm | TicketForm | TransferForm
    | PartForm | QueueForm | CallbackForm | VoicemailForm | BackForm | ReturnForm | GoodByeForm
)  # fmt: skip

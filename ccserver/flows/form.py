"""The form of a flow's TOML file, and of the files beside it: calendars, tables, prompts.

What is well-formed and still cannot work is a matter of `ccserver/core/flow_check.py`.
"""

from collections import Counter
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, JsonValue, RootModel, model_validator

from ccserver.config.fields import Form, Title, Zone
from ccserver.config.fields import Name as SettingName
from ccserver.config.form import CalendarForm
from ccserver.core.flow import NuisanceRules, Role
from ccserver.core.value import Tier
from ccserver.flows.heard_form import ENDS, PRESSES, Language, Name, Template
from ccserver.flows.step_form import AnyStepForm

_USUAL: Final = NuisanceRules()
Count = Annotated[int, Field(ge=0, le=1000)]


class NuisanceForm(Form):
    """When a caller counts as a nuisance, beside those whose number is listed."""

    within_seconds: float = Field(default=_USUAL.within_seconds, gt=0, le=7 * 86400)
    """How far the look goes back."""
    calls_max: Count = _USUAL.calls_max
    """More short calls than this: `repeated`."""
    short_seconds: float = Field(default=_USUAL.short_seconds, gt=0, le=3600)
    silent_max: Count = _USUAL.silent_max
    """More calls than this without a single key: `silent`."""


# -- tests of a flow, in its own file


class TestCustomerForm(Form):
    """Who is calling."""

    __test__: ClassVar[bool] = False  # no test of ours

    id: str = "1"
    name: str = ""
    tier: Tier = Tier.STANDARD
    value: float = Field(default=0.2, ge=0, le=1)
    language: str = ""
    region: str = ""


class TestForm(Form):
    """A caller who is imagined, and what must come of the call."""

    __test__: ClassVar[bool] = False  # no test of ours

    name: Annotated[str, Field(min_length=1, max_length=200)]
    # -- the world
    caller: str = Field(default="", max_length=40)
    """The number, E.164; empty: withheld."""
    at: AwareDatetime | None = None
    """Left out: a Monday at 10:00 in the flow's zone."""
    language: Language | None = None
    """Of the channel; left out: unknown."""
    customer: TestCustomerForm | None = None
    """Left out: nobody knows the caller."""
    keys: str = Field(default="", pattern=PRESSES)
    """With commas between them. `-` is a silence; `1234#` is typed in one go."""
    facts: dict[str, str] = Field(default={})
    """What else there is to know, such as `"queue.sales.wait_seconds" = "300"`."""
    replies: dict[Name, JsonValue] = Field(default={})
    """Step = the JSON that the partner answers."""
    fails: tuple[Name, ...] = ()
    """Steps whose request fails."""
    transfers: dict[Name, Literal["answered", "busy", "no_answer", "failed"]] = Field(default={})
    """Step = what comes of it; else `answered`."""
    # -- what must come of it
    hears: tuple[Name, ...] = ()
    """These prompts in this order; others may stand between them."""
    hears_not: tuple[Name, ...] = ()
    language_after: Language | None = None
    attached: dict[str, str] = Field(default={})
    answers: dict[str, str] = Field(default={})
    """Question = answer."""
    calls_back: str | None = None
    """The number that is to be called back, E.164."""
    ends: str | None = Field(default=None, pattern=ENDS)
    """`queue sales`, `urgent sales`, `callback sales`, `voicemail sales`, `transfer`, `back`,
    `return`, `goodbye`, or `operator` for a caller whom the flow failed."""

    @property
    def presses(self) -> tuple[str, ...]:
        """What is pressed at each question: keys, or `-` for none."""
        return tuple(one.strip() for one in self.keys.split(",")) if self.keys else ()


# -- the files


class FlowForm(Form):
    """A flow."""

    title: Title = ""
    """As people read it."""
    role: Role = Role.HOTLINE
    """Who walks it: callers of the hotline; callers who leave a queue (waiting); callers who are
    asked how it was (survey); those of another flow, of which it is a part."""
    start: Name
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    """Those that all prompts exist in. The first is spoken to callers of an unknown language."""
    operator: SettingName | None = None
    """The queue of callers whom the flow fails. A hotline must have one, other roles need none."""
    zone: Zone | None = None
    """Needed where a step reads the clock."""
    prompt_seconds_max: float = Field(default=60.0, gt=0, le=600)
    """No prompt is longer."""
    parameters: tuple[Name, ...] = ()
    """Values that the flow gives of which this one is a part."""
    variables: dict[Name, Template] = Field(default={})
    """Those that have a value from the start."""
    nuisance: NuisanceForm = NuisanceForm()
    steps: Annotated[
        dict[Name, Annotated[AnyStepForm, Field(discriminator="kind")]], Field(min_length=1)
    ]
    test: tuple[TestForm, ...] = ()
    """Run by `ccserver flow test`, and before a version is published."""


class CalendarsForm(RootModel[dict[Name, CalendarForm]]):
    """calendars.toml: opening hours by name."""


class RowForm(Form):
    """A row: the beginnings of the keys that it is for, and any columns of text."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]

    prefixes: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(min_length=1)
    ]

    @property
    def columns(self) -> dict[str, str]:
        """Name -> text."""
        return dict(self.__pydantic_extra__)


class TableForm(Form):
    """tables/<name>.toml."""

    row: Annotated[tuple[RowForm, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_prefix_once(self) -> Self:
        counted = Counter(prefix for row in self.row for prefix in row.prefixes)
        if twice := sorted(prefix for prefix, count in counted.items() if count > 1):
            raise ValueError(f"has {', '.join(twice)} more than once; keep one of each")
        return self


class PromptsForm(RootModel[dict[Name, dict[Language, Annotated[str, Field(min_length=1)]]]]):
    """prompts.toml and words.toml: what each prompt says, by language."""

"""What the forms of flows are made of: names, texts, and what is heard."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ccserver.config.fields import Form
from ccserver.core.spoken import Form as SpokenAs

_NAME = r"^[a-z][a-z0-9_]{0,39}$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
_KEY = r"^[0-9*#]$"
_LINE = r"^[^\x00-\x1f\x7f]*$"
_VALUE = r"^[a-z][a-z0-9_.-]{0,99}$"
_PLACE = r"^[^.\s]+(\.[^.\s]+)*$"
_CURRENCY = r"^[A-Z]{3}$"
_SETTING = r"^[a-z][a-z0-9_-]{0,39}$"
MAY_BE_KEY = r"^[0-9*#]?$"
SOME_KEYS = r"^[0-9*#]*$"
PRESSES = r"^(([0-9*#]+|-)(, ?([0-9*#]+|-))*)?$"
URL_PATH = r"^/[^\s\x00-\x1f\x7f#]*$"
LABEL = r"^[^\x00-\x1f\x7f]{1,60}$"
LINES = r"^[^\x00-\x09\x0b-\x1f\x7f]*$"
ENDS = (
    r"^((queue|urgent|callback|voicemail) [a-z][a-z0-9_-]{0,39}"
    r"|callback|voicemail|transfer|back|return|goodbye|operator)$"
)
PATTERNS: Final = {
    _NAME: "a name: small letters, digits and _, beginning with a letter",
    _SETTING: "a name: small letters, digits, _ and -, beginning with a letter",
    _LANGUAGE: "a language, such as zh or en-GB",
    _KEY: "a key: 0 to 9, * or #",
    _LINE: "one line without control characters",
    _VALUE: "the name of a fact or a variable, without braces",
    _PLACE: "a place in an answer, such as account.balance",
    _CURRENCY: "a currency's code, such as CNY",
    MAY_BE_KEY: "a key, 0 to 9, * or #, or empty",
    SOME_KEYS: "keys without anything between them, such as 12345",
    PRESSES: "keys with commas between them, such as 1,-,1234#",
    URL_PATH: "a path that begins with /, without blanks and #",
    LABEL: "a label of 1 to 60 characters, in one line",
    LINES: "lines without control characters",
    ENDS: "an end, such as `queue sales`, `transfer`, `goodbye` or `operator`",
}
"""What a text must be that has to match one of these."""

Name = Annotated[str, Field(pattern=_NAME)]
"""Of flows, steps, prompts, variables, calendars, tables, and a table's columns."""
Language = Annotated[str, Field(pattern=_LANGUAGE)]
Key = Annotated[str, Field(pattern=_KEY)]
Template = Annotated[str, Field(max_length=1000, pattern=_LINE)]
"""A text with values in braces, such as `"order {order}"`."""
ValueName = Annotated[str, Field(pattern=_VALUE)]
Place = Annotated[str, Field(max_length=200, pattern=_PLACE)]
Tries = Annotated[int, Field(ge=1, le=5)]
Timeout = Annotated[float, Field(ge=1, le=60)]


def is_name(text: str) -> bool:
    """Whether a flow, a step, a prompt … can be called so."""
    return re.fullmatch(_NAME, text) is not None


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _kind_of_heard(value: Any) -> str:
    return "value" if isinstance(value, Mapping) else "prompt"


Texts = Annotated[
    tuple[Annotated[str, Field(max_length=200)], ...],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
]
"""One text, or a list of them."""


# -- what is heard


class SpokenForm(Form):
    """A value that is said. Exactly one of these says how."""

    number: Template | None = None
    digits: Template | None = None
    """One after the other."""
    amount: Template | None = None
    date: Template | None = None
    time: Template | None = None
    spell: Template | None = None
    """Letters and digits, one after the other."""
    duration: Template | None = None
    """Seconds, said as minutes and hours."""
    currency: Annotated[str, Field(pattern=_CURRENCY)] | None = None
    """Of an amount: ISO 4217; else CNY."""

    @property
    def said(self) -> tuple[SpokenAs, str]:
        """How, and what."""
        one, *_ = self._said()
        return one

    def _said(self) -> list[tuple[SpokenAs, str]]:
        every = ((form, getattr(self, form.value)) for form in SpokenAs)
        return [(form, text) for form, text in every if text is not None]

    @model_validator(mode="after")
    def _one(self) -> Self:
        said = self._said()
        if len(said) != 1:
            every = ", ".join(SpokenAs)
            raise ValueError(f"says {len(said)} values; take exactly one of {every}")
        if self.currency is not None and self.amount is None:
            raise ValueError("has a currency and no amount; take it out")
        return self


HeardForm = Annotated[
    Annotated[Name, Tag("prompt")] | Annotated[SpokenForm, Tag("value")],
    Discriminator(_kind_of_heard),
]
Heards = Annotated[tuple[HeardForm, ...], Field(max_length=30)]
Spoken = Annotated[Heards, Field(min_length=1)]

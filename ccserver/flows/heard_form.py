"""What the forms of flows are made of: names, texts, and what is heard."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ccserver.config.form import Form
from ccserver.core.spoken import Form as SpokenAs

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of flows, steps, prompts, variables, calendars, tables, and a table's columns."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Template = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A text with values in braces, such as `"order {order}"`."""
ValueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,99}$")]
Place = Annotated[str, Field(max_length=200, pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
Tries = Annotated[int, Field(ge=1, le=5)]
Timeout = Annotated[float, Field(ge=1, le=60)]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


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
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
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

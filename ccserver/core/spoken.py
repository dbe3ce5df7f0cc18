"""How values are said: see the branch that fills this in."""

from enum import StrEnum

from ccserver.core.ids import Prompt

CURRENCIES = frozenset({"CNY", "EUR", "USD"})
"""Their codes in ISO 4217."""


class Form(StrEnum):
    """How a text is to be said."""

    NUMBER = "number"
    DIGITS = "digits"
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    SPELL = "spell"
    DURATION = "duration"


def spoken(form: Form, value: str, language: str, *, currency: str = "CNY") -> tuple[Prompt, ...]:
    """The prompts, in order. Raises ValueError for a text that cannot be said so."""
    if form is Form.DIGITS and value.isdecimal():
        return tuple(Prompt(f"w_{digit}") for digit in value)
    raise ValueError(f"{form} {value} {language} {currency}")


def words_of(language: str) -> frozenset[Prompt]:
    """Every prompt that `spoken` may return in this language (BCP 47)."""
    return frozenset(Prompt(f"w_{digit}") for digit in range(10)) if language else frozenset()

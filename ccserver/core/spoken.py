"""How values are said: see the branch that fills this in."""

from enum import StrEnum

from ccserver.core.ids import Prompt


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
    raise ValueError(f"{form} {value} {language} {currency}")

"""Numbers, amounts, dates, times and codes as prompts, in the grammar of the caller's language.

Such a prompt's name begins with `w_`: `w_7` is "seven" and 七. Words that sound otherwise side by
side than alone are one prompt: `w_1000` 一千, `w_minutes_2` 两分钟, `w_hours_1` "one hour". Their
texts are in `ivr_flows/words.toml`.
"""

import re
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from ccserver.core import spelled, spoken_english, spoken_mandarin
from ccserver.core.ids import Prompt

WHOLE_MAX = 10**12
"""The greatest number that is said as one; a decimal part may follow."""
CHARACTERS_MAX = 40
"""Longer texts are refused: nobody listens so long."""
CURRENCIES = frozenset({"CNY", "EUR", "USD"})
"""Their codes in ISO 4217."""

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,2})0*)?")
_SECONDS = re.compile(r"[0-9]+")
_DIGITS = re.compile(r"[0-9+*#]+")
_CODE = re.compile(r"[a-z0-9+*#./_-]+")


class Form(StrEnum):
    """How a text is to be said."""

    NUMBER = "number"
    """A whole or decimal number up to WHOLE_MAX: `-12`, `1203`, `3.5`."""
    DIGITS = "digits"
    """Digits, `+`, `*` and `#` one by one, as on the telephone. Blanks and hyphens stay unsaid."""
    AMOUNT = "amount"
    """Money with up to two decimals: `1234.50`."""
    DATE = "date"
    """A day in ISO 8601, `2026-10-01`, or an instant's day as it is written, whatever its zone."""
    TIME = "time"
    """Hour and minute: `09:30`, or those of an instant in ISO 8601 as they are written."""
    SPELL = "spell"
    """Letters, digits and the signs `+*#-./_` one by one: `AB12-C`. Blanks stay unsaid."""
    DURATION = "duration"
    """Whole seconds: `150` is two minutes and thirty seconds."""


class _Grammar(Protocol):
    """How one language says each thing. The answers are names of prompts."""

    WORDS: frozenset[Prompt]

    def number(self, whole: int, digits: str, /) -> list[str]: ...
    def amount(self, whole: int, hundredths: int, currency: str, /) -> list[str]: ...
    def duration(self, hours: int, minutes: int, seconds: int, /) -> list[str]: ...
    def day(self, of: date, /) -> list[str]: ...
    def clock(self, at: time, /) -> list[str]: ...
    def code(self, characters: str, /) -> list[str]: ...


_GRAMMARS: MappingProxyType[str, _Grammar] = MappingProxyType(
    {"zh": spoken_mandarin, "en": spoken_english}
)
WORDS = frozenset(word for grammar in _GRAMMARS.values() for word in grammar.WORDS)
"""Every prompt that is said in any language."""


def spoken(form: Form, value: str, language: str, *, currency: str = "CNY") -> tuple[Prompt, ...]:
    """The prompts that say a text, in order.

    Of the language (BCP 47) the primary part counts; one that has no grammar here says digits,
    letters and signs one by one. The currency, one of CURRENCIES, is for amounts alone. Raises
    ValueError for a text that cannot be said so, without repeating it: it may be a person's number.
    """
    text = value.strip()
    if len(text) > CHARACTERS_MAX:
        raise ValueError(f"what is said has at most {CHARACTERS_MAX} characters")
    return tuple(map(Prompt, _say(_grammar(language), form, text, currency)))


def words_of(language: str) -> frozenset[Prompt]:
    """Every prompt that `spoken` may return in this language (BCP 47)."""
    return _grammar(language).WORDS


def _grammar(language: str) -> _Grammar:
    return _GRAMMARS.get(language.partition("-")[0].lower(), spelled)


def _say(grammar: _Grammar, form: Form, text: str, currency: str) -> list[str]:
    match form:
        case Form.NUMBER:
            found = _found(_NUMBER, text, "a number is written like -12 or 3.5")
            return _minus(found) + grammar.number(_whole(found[2]), found[3] or "")
        case Form.AMOUNT:
            if currency not in CURRENCIES:
                raise ValueError(f"a currency is one of {', '.join(sorted(CURRENCIES))}")
            found = _found(_AMOUNT, text, "an amount is written like 1234.50")
            hundredths = int((found[3] or "").ljust(2, "0"))
            return _minus(found) + grammar.amount(_whole(found[2]), hundredths, currency)
        case Form.DURATION:
            found = _found(_SECONDS, text, "a duration is written in whole seconds, like 90")
            minutes, seconds = divmod(_whole(found[0]), 60)
            return grammar.duration(*divmod(minutes, 60), seconds)
        case Form.DATE:
            return grammar.day(_instant(text, "a date is written like 2026-10-01").date())
        case Form.TIME:
            return grammar.clock(_clock(text))
        case Form.DIGITS:
            dictated = re.sub("[ -]", "", text)
            return grammar.code(_found(_DIGITS, dictated, "digits are 0 to 9, +, * and #")[0])
        case Form.SPELL:
            letters = text.replace(" ", "").lower()
            return grammar.code(_found(_CODE, letters, "a code has A to Z, 0 to 9 and +*#-./_")[0])


def _found(form: re.Pattern[str], text: str, rule: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError(rule)
    return found


def _minus(found: re.Match[str]) -> list[str]:
    """A zero has no sign, however it is written."""
    return ["w_minus"] if found[1] and re.search("[1-9]", found[0]) else []


def _whole(digits: str) -> int:
    if int(digits) > WHOLE_MAX:
        raise ValueError(f"a number that is said as one is at most {WHOLE_MAX}")
    return int(digits)


def _clock(text: str) -> time:
    rule = "a time is written like 09:30"
    hour, colon, rest = text.partition(":")
    if not (hour and colon):
        # A day alone would be taken for its midnight.
        raise ValueError(rule)
    return _instant(f"2000-01-01T{hour:0>2}:{rest}" if len(hour) <= 2 else text, rule).time()


def _instant(text: str, rule: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(rule) from None

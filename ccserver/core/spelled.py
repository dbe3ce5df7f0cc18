"""Digits, letters and signs one by one: how codes are said, and all else where no grammar is known.

Beside `spoken_mandarin` and `spoken_english` this is the third way to say things, with the same
functions.
"""

import string
from collections.abc import Iterable
from datetime import date, time

from ccserver.core.ids import Prompt

_SIGNS = {
    "+": "w_plus",
    "*": "w_star",
    "#": "w_hash",
    "-": "w_dash",
    ".": "w_dot",
    "/": "w_slash",
    "_": "w_underscore",
}
_OF_CHARACTER = (
    {digit: f"w_{digit}" for digit in string.digits}
    | {letter: f"w_letter_{letter}" for letter in string.ascii_lowercase}
    | _SIGNS
)


def prompts(names: Iterable[str]) -> frozenset[Prompt]:
    """The names as a set of prompts."""
    return frozenset(map(Prompt, names))


WORDS = prompts([*_OF_CHARACTER.values(), "w_minus"])
"""All that is said here. It is a part of every language's words."""
COMMON_WORDS = WORDS | prompts(
    (
        *(f"w_{number}" for number in (*range(10, 20), *range(20, 100, 10))),
        *(f"w_{hundreds}00" for hundreds in range(1, 10)),
        *(f"w_month_{month}" for month in range(1, 13)),
        *(f"w_day_{day}" for day in range(1, 32)),
        *("w_point", "w_am", "w_noon", "w_pm"),
    )
)
"""The words that every grammar has."""


def spelled(characters: str) -> list[str]:
    """Lower-case letters, digits and the signs `+*#-./_`, one by one."""
    return [_OF_CHARACTER[character] for character in characters]


def tens(number: int) -> list[str]:
    """0 to 99 as grammars count; nothing for 0."""
    if number < 20:
        return [f"w_{number}"] if number else []
    ones = number % 10
    return [f"w_{number - ones}", *([f"w_{ones}"] if ones else [])]


def decimals(digits: str) -> list[str]:
    """What stands behind the point, one by one; nothing where there is nothing."""
    return ["w_point", *spelled(digits)] if digits else []


# -- the same functions as in a grammar


def number(whole: int, digits: str) -> list[str]:
    """A number and its decimals."""
    return spelled(f"{whole}.{digits}" if digits else f"{whole}")


def amount(whole: int, hundredths: int, _currency: str) -> list[str]:
    """Money, whose currency stays unsaid."""
    return spelled(f"{whole}.{hundredths:02}")


def duration(hours: int, minutes: int, seconds: int) -> list[str]:
    """Seconds, all together."""
    return spelled(f"{hours * 3600 + minutes * 60 + seconds}")


def day(of: date) -> list[str]:
    """As ISO 8601 writes it."""
    return spelled(of.isoformat())


def clock(at: time) -> list[str]:
    """Four digits."""
    return spelled(f"{at:%H%M}")


def code(characters: str) -> list[str]:
    """Letters, digits and signs."""
    return spelled(characters)

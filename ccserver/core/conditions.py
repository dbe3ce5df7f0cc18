"""What steps decide by: whether a case holds, digits are right, which row a key finds."""

import re
from collections.abc import Iterable

from ccserver.core.flow import Row
from ccserver.core.steps import Case, Check, Digits

_DIGITS = "[0-9]*"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?")


def holds(case: Case, value: str) -> bool:
    """Whether the value is one for this case. A text that is no number is in no range of them."""
    if case.one_of:
        return value in case.one_of
    if case.starts_with:
        return value.startswith(case.starts_with)
    if case.between is not None:
        start, end = case.between
        if start <= end:
            return start <= value < end
        return value >= start or "" < value < end
    number = _number(value)
    if number is None:
        return False
    if case.at_least is not None and number < case.at_least:
        return False
    return case.below is None or number < case.below


def _number(value: str) -> float | None:
    # `float` alone takes `nan`, `inf` and `1_000` too.
    return float(value) if _NUMBER.fullmatch(value) else None


def are_right(step: Digits, typed: str) -> bool:
    """Whether these digits are what was asked for."""
    if not step.length_min <= len(typed) <= step.length_max:
        return False
    if re.fullmatch(step.pattern or _DIGITS, typed) is None:
        return False
    return step.check is Check.NONE or luhn(typed)


def luhn(digits: str) -> bool:
    """Whether the last digit fits the others (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def find_row(table: Iterable[Row], key: str) -> Row | None:
    """The row that has the longest prefix with which the key begins; of two, the first."""
    found: Row | None = None
    longest = 0
    for row in table:
        for prefix in row.prefixes:
            if len(prefix) > longest and key.startswith(prefix):
                found, longest = row, len(prefix)
    return found


def dig(value: object, place: str) -> str:
    """What stands at `account.balance` or `cars.0.plate` in a value of JSON, as a text.

    Empty where nothing stands, or something that is no single value.
    """
    for part in place.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""

"""American English, without "and" inside a number: two hundred three, October first, noon."""

from datetime import date, time

from ccserver.core.spelled import COMMON_WORDS, decimals, prompts, spelled, tens

_CURRENCIES = {"CNY": ("yuan", "fen"), "EUR": ("euros", "cents"), "USD": ("dollars", "cents")}
_UNITS = (
    *("yuan", "fen", "euros", "dollars", "cents"),
    *("hours", "minutes", "seconds"),
)
_SIZES: tuple[tuple[int, list[str]], ...] = (
    (10**12, ["w_trillion"]),
    (10**9, ["w_billion"]),
    (10**6, ["w_million"]),
    (1000, ["w_thousand"]),
    (1, []),
)

WORDS = COMMON_WORDS | prompts(
    (
        *(word for _, words in _SIZES for word in words),
        *(f"w_{unit}" for unit in _UNITS),
        *(f"w_{unit}_1" for unit in _UNITS),
        *("w_and", "w_hundred", "w_midnight", "w_oh"),
    )
)
"""Every prompt that is said here."""


def number(whole: int, digits: str) -> list[str]:
    """A number up to 10^12, and its decimals."""
    return _whole(whole) + decimals(digits)


def amount(whole: int, hundredths: int, currency: str) -> list[str]:
    """Money: one thousand yuan, one dollar and fifty cents, fifty fen."""
    unit, part = _CURRENCIES[currency]
    return _counted((whole, unit), (hundredths, part)) or ["w_0", f"w_{unit}"]


def duration(hours: int, minutes: int, seconds: int) -> list[str]:
    """A length of time: two minutes, one hour five minutes and thirty seconds."""
    parts = ((hours, "hours"), (minutes, "minutes"), (seconds, "seconds"))
    return _counted(*parts) or ["w_0", "w_seconds"]


def day(of: date) -> list[str]:
    """October first, twenty twenty-six."""
    return [f"w_month_{of.month}", f"w_day_{of.day}", *_year(of.year)]


def clock(at: time) -> list[str]:
    """Nine a.m., two oh five p.m., noon."""
    if not at.minute and at.hour in (0, 12):
        return ["w_noon" if at.hour else "w_midnight"]
    words = [f"w_{at.hour % 12 or 12}", *_after_oh(at.minute)]
    return [*words, "w_am" if at.hour < 12 else "w_pm"]


def code(characters: str) -> list[str]:
    """Letters, digits and signs one by one."""
    return spelled(characters)


def _counted(*parts: tuple[int, str]) -> list[str]:
    """How many of each unit, without those of which there are none; "and" before the last."""
    said = [
        [f"w_{unit}_1"] if count == 1 else [*_whole(count), f"w_{unit}"]
        for count, unit in parts
        if count
    ]
    if len(said) > 1:
        said.insert(-1, ["w_and"])
    return [word for part in said for word in part]


def _whole(count: int) -> list[str]:
    words: list[str] = []
    for size, name in _SIZES:
        group, count = divmod(count, size)
        words += [f"w_{group // 100}00"] if group >= 100 else []
        words += [*tens(group % 100), *(name if group else [])]
    return words or ["w_0"]


def _year(year: int) -> list[str]:
    """Nineteen ninety-nine, nineteen oh five, nineteen hundred; but two thousand five."""
    century, rest = divmod(year, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return _whole(year)
    return [*tens(century), *(_after_oh(rest) or ["w_hundred"])]


def _after_oh(number: int) -> list[str]:
    """1 to 99 behind an hour or a century: oh five, thirty. Nothing for 0."""
    return [*(["w_oh"] if 0 < number < 10 else []), *tens(number)]

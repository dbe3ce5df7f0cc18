"""What the fields of the configuration are made of: names, levels, times of day, days."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
DAYS_MAX: Final = 366
"""The longest run of special days in one line."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Login = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f]{1,64}$")]
Title = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Level = Annotated[int, Field(ge=1, le=5)]
Levels = dict[Name, Level]
Seconds = Annotated[float, Field(ge=0, le=7 * 86400)]
Weight = Annotated[float, Field(ge=0, le=100)]
W = TypeVar("W", bound=str)

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


# -- times of day


def minutes_of(span: str) -> tuple[int, int]:
    """(from, until) in minutes since midnight. Raises ValueError for what is no `09:00-18:00`."""
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"{span!r} is no time of day such as 09:00-18:00; write it like that")
    from_minute = int(match[1]) * 60 + int(match[2])
    until = DAY_MINUTES if match[3] is None else int(match[3]) * 60 + int(match[4])
    if until <= from_minute:
        raise ValueError(f"{span!r} ends before it begins; past midnight write two: the rest of the"
                         " day until 24:00, and the next day from 00:00")  # fmt: skip
    return from_minute, until


def _spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted(spans, key=minutes_of)
    for one, other in pairwise(ordered):
        if minutes_of(other)[0] < minutes_of(one)[1]:
            raise ValueError(f"{one} and {other} overlap; make one of them, or part them")
    return tuple(ordered)


def each_weekday(weekly: Any) -> Any:
    """`mon-fri` and `sat` as single days; the order is that of the week."""
    if not isinstance(weekly, Mapping):
        return weekly
    days: dict[str, object] = {}
    for key, spans in weekly.items():
        first, _, last = str(key).partition("-")
        run = WEEKDAYS[_weekday(first, key) : _weekday(last or first, key) + 1]
        if not run:
            raise ValueError(f"{key!r} ends before it begins; the week begins with mon")
        _put(days, run, spans)
    return {day: days[day] for day in WEEKDAYS if day in days}


def _weekday(word: str, key: object) -> int:
    if word not in WEEKDAYS:
        raise ValueError(f"{key!r} is no weekday; write mon … sun, or a run such as mon-fri")
    return WEEKDAYS.index(word)


def each_date(special: Any) -> Any:
    """`2026-10-01/2026-10-07` as single days, in their order."""
    if not isinstance(special, Mapping):
        return special
    days: dict[str, object] = {}
    for key, spans in special.items():
        first, _, last = str(key).partition("/")
        try:
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise ValueError(
                f"{key!r} is no day; write 2026-10-01, or a run as 2026-10-01/2026-10-07"
            ) from None
        if not 0 <= (end - begin).days < DAYS_MAX:
            raise ValueError(f"{key!r} is no run of days; it ends before it begins, or is too long")
        run = [str(begin + timedelta(days=n)) for n in range((end - begin).days + 1)]
        _put(days, run, spans)
    return dict(sorted(days.items()))


def _put(days: dict[str, object], run: Iterable[str], spans: object) -> None:
    for day in run:
        if day in days:
            raise ValueError(f"{day} stands here twice; keep one of them")
        days[day] = spans


def _zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {zone!r}; take an IANA name such as Asia/Shanghai"
        ) from None
    return zone


def distinct(words: tuple[W, ...]) -> tuple[W, ...]:
    """Each once, in one order."""
    return tuple(sorted(set(words)))


Zone = Annotated[str, AfterValidator(_zone)]
"""IANA name, such as Asia/Shanghai."""
Spans = Annotated[tuple[str, ...], AfterValidator(_spans)]
Names = Annotated[tuple[Name, ...], AfterValidator(distinct)]
Languages = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")], ...],
    AfterValidator(distinct),
]
Logins = Annotated[tuple[Login, ...], AfterValidator(distinct)]
Regions = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")], ...],
    AfterValidator(distinct),
]


class Form(BaseModel):
    """A key that is not known is a spelling mistake, not a wish."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

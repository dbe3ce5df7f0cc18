"""Spans of time cut into intervals on the clock of a time zone."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Step(StrEnum):
    """How long an interval is: minutes, or a day on the clock of the time zone."""

    FIVE = "5"
    FIFTEEN = "15"
    THIRTY = "30"
    SIXTY = "60"
    DAY = "day"


def bounds(since: datetime, until: datetime, step: Step, zone: str) -> list[datetime]:
    """Where the intervals between `since` and `until` begin, in their order, and last `until`.

    They begin at midnight on the clock of `zone` (IANA) and every step after that, so the day on
    which clocks change has more or fewer. The first and the last are cut where the span is.
    """
    there = ZoneInfo(zone)
    day = since.astimezone(there).date()
    made = [since]
    while (at := _midnight(day, there)) < until:
        day += timedelta(days=1)
        end = min(until, _midnight(day, there))
        if step is Step.DAY:
            made += [at] if at > since else []
            continue
        minutes = timedelta(minutes=int(step))
        skipped = max(0, (since - at) // minutes + 1)
        number = -((at - end) // minutes)
        made += [at + minutes * place for place in range(skipped, number)]
    return [*made, until]


def bounds_max(since: datetime, until: datetime, step: Step) -> int:
    """So many intervals `bounds` makes at most, without making them."""
    length = timedelta(days=1) if step is Step.DAY else timedelta(minutes=int(step))
    # An hour that a clock is set back makes a day longer, never an interval shorter than a step,
    # except the last of a day.
    return (until - since) // length + (until - since) // timedelta(hours=23) + 3


def _midnight(day: date, there: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), there).astimezone(UTC)

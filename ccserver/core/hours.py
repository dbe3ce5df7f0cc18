"""Whether a queue is open, on the clock of its time zone."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ccserver.core.rules import Hours

DAYS_AHEAD = 400
"""So far ahead the next change is looked for."""


def is_open(hours: Hours | None, now: float) -> bool:
    """Whether someone serves now. Queues without hours are always open."""
    if hours is None:
        return True
    local = local_time(now, hours.zone)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in _openings(hours, local.date()))


def local_time(now: float, zone: str) -> datetime:
    """An instant on the clock of a time zone (IANA name)."""
    return datetime.fromtimestamp(now, UTC).astimezone(_zone(zone))


def day_of(now: float, zone: str) -> tuple[float, float]:
    """Midnight before this instant, or at it, on the clock of a time zone (IANA name), and the next
    midnight. Seconds since 1970 UTC."""
    there = _zone(zone)
    day = datetime.fromtimestamp(now, UTC).astimezone(there).date()
    begins, ends = (
        datetime(one.year, one.month, one.day, tzinfo=there).timestamp()
        for one in (day, day + timedelta(days=1))
    )
    return begins, ends


def opens_at(hours: Hours | None, now: float) -> float | None:
    """When it opens next, `now` where it is open. None: not within DAYS_AHEAD days."""
    if hours is None or is_open(hours, now):
        return now
    zone = _zone(hours.zone)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        for start, _ in sorted(_openings(hours, day)):
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            at = (midnight + timedelta(minutes=start)).timestamp()
            if at > now:
                return at
    return None


def _openings(hours: Hours, day: date) -> tuple[tuple[int, int], ...]:
    wanted = day.isoformat()
    for special in hours.special:
        if special.date == wanted:
            return special.openings
    weekday = day.weekday()
    return tuple((o.from_minute, o.until_minute) for o in hours.weekly if o.weekday == weekday)


@lru_cache(maxsize=32)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

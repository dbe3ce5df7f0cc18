"""A day on people's own clocks, as instants."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def span_of(day: date, zone: str) -> tuple[datetime, datetime]:
    """From midnight up to the next, in this time zone (IANA): 23 to 25 hours."""
    there = ZoneInfo(zone)
    return (
        datetime.combine(day, time(), there),
        datetime.combine(day + timedelta(days=1), time(), there),
    )

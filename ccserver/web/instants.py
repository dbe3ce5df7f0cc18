"""Instants on the wire: whole milliseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

YEAR_9999_MS: Final = 253_402_300_799_999
"""The last instant that a `datetime` can hold."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """An instant, cut to the millisecond."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The instant; `ms` is 0 to `YEAR_9999_MS`."""
    return _EPOCH + timedelta(milliseconds=ms)


def ms(seconds: float) -> int:
    """Whole milliseconds, as they stand in every message."""
    return round(seconds * 1000)

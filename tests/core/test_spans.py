"""Intervals on people's own clocks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.spans import Step, bounds, bounds_max

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_day_has_96_quarters() -> None:
    since = at("2026-05-05", "Asia/Shanghai")
    made = bounds(since, since + 24 * HOUR, Step.FIFTEEN, "Asia/Shanghai")
    assert len(made) == 97
    assert made[1] - made[0] == timedelta(minutes=15)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_day_on_which_clocks_change_has_an_hour_less_or_more(day: str, hours: int) -> None:
    since = at(day, BERLIN)
    until = at(f"{day}T23:59:59", BERLIN) + timedelta(seconds=1)
    made = bounds(since, until, Step.SIXTY, BERLIN)
    assert len(made) == hours + 1
    assert {after - before for before, after in pairwise(made)} == {HOUR}
    assert bounds(since, until, Step.DAY, BERLIN) == [since, until]


def test_days_begin_at_midnight_there_and_are_cut_where_the_span_is() -> None:
    made = bounds(at("2026-05-05T12:00"), at("2026-05-07T12:00"), Step.DAY, "Asia/Shanghai")
    assert made == [
        at("2026-05-05T12:00"),
        at("2026-05-06", "Asia/Shanghai"),
        at("2026-05-07", "Asia/Shanghai"),
        at("2026-05-07T12:00"),
    ]


def test_hours_begin_at_the_zones_own_even_hour() -> None:
    made = bounds(at("2026-05-05T00:00"), at("2026-05-05T02:00"), Step.SIXTY, "Asia/Kolkata")
    assert [one.minute for one in made] == [0, 30, 30, 0]


def test_a_day_whose_midnight_is_skipped_begins_when_it_does() -> None:
    beirut = "Asia/Beirut"  # 2024-03-31: from 00:00 to 01:00
    made = bounds(at("2024-03-30", beirut), at("2024-04-01", beirut), Step.DAY, beirut)
    assert [after - before for before, after in pairwise(made)] == [24 * HOUR, 23 * HOUR]


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 - hypothesis
    st.timedeltas(timedelta(seconds=1), timedelta(days=9)),
    st.sampled_from(Step),
    st.sampled_from(["UTC", BERLIN, "Australia/Lord_Howe", "Asia/Kathmandu", "America/New_York"]),
)
def test_intervals_fill_the_span_in_order_and_none_is_too_long(
    since: datetime, length: timedelta, step: Step, zone: str
) -> None:
    since = since.replace(tzinfo=UTC)
    made = bounds(since, since + length, step, zone)
    assert (made[0], made[-1]) == (since, since + length)
    longest = 25 * HOUR if step is Step.DAY else timedelta(minutes=int(step))
    assert all(timedelta() < after - before <= longest for before, after in pairwise(made))
    assert len(made) - 1 <= bounds_max(since, since + length, step)

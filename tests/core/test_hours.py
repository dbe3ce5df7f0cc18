"""Opening hours, on the clock of the queue's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ccserver.core.hours import day_of, is_open, local_time, opens_at
from ccserver.core.rules import Hours, Opening, SpecialDay

WORKDAYS = tuple(Opening(weekday=day, from_minute=540, until_minute=1080) for day in range(5))
HOURS = Hours(
    zone="Asia/Shanghai",
    weekly=WORKDAYS,
    special=(
        SpecialDay(date="2026-10-01"),
        SpecialDay(date="2026-10-10", openings=((540, 720), (780, 1020))),
    ),
)


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_queue_without_hours_is_always_open() -> None:
    assert is_open(None, 0.0)
    assert opens_at(None, 5.0) == 5.0


def test_it_opens_and_closes_to_the_minute() -> None:
    assert not is_open(HOURS, at("2026-11-24T08:59:59"))
    assert is_open(HOURS, at("2026-11-24T09:00:00"))
    assert is_open(HOURS, at("2026-11-24T17:59:59"))
    assert not is_open(HOURS, at("2026-11-24T18:00:00"))
    assert not is_open(HOURS, at("2026-11-28T12:00:00")), "a Saturday"


def test_a_holiday_closes_and_a_moved_working_day_opens() -> None:
    assert not is_open(HOURS, at("2026-10-01T12:00:00"))
    assert is_open(HOURS, at("2026-10-10T10:00:00")), "a Saturday on which work is made up"
    assert not is_open(HOURS, at("2026-10-10T12:30:00")), "its lunch"


def test_the_next_opening_is_found_across_nights_and_weekends() -> None:
    assert opens_at(HOURS, at("2026-11-24T10:00:00")) == at("2026-11-24T10:00:00")
    assert opens_at(HOURS, at("2026-11-24T18:30:00")) == at("2026-11-25T09:00:00")
    assert opens_at(HOURS, at("2026-11-27T18:30:00")) == at("2026-11-30T09:00:00")
    assert opens_at(HOURS, at("2026-10-10T12:30:00")) == at("2026-10-10T13:00:00")


def test_a_queue_that_never_opens_says_so() -> None:
    assert opens_at(Hours(zone="UTC", weekly=()), 0.0) is None


def test_summer_time_moves_the_instant_and_not_the_clock() -> None:
    berlin = Hours(zone="Europe/Berlin", weekly=WORKDAYS)
    friday = at("2026-03-27T20:00:00", "Europe/Berlin")
    opening = opens_at(berlin, friday)
    assert opening == at("2026-03-30T09:00:00", "Europe/Berlin")
    assert opening - friday == 60 * 3600, "the clocks went forward"


def test_a_day_lasts_from_midnight_to_midnight_on_the_local_clock() -> None:
    noon = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    begins, ends = day_of(noon, "Europe/Berlin")
    assert local_time(begins, "Europe/Berlin").isoformat() == "2026-03-29T00:00:00+01:00"
    assert ends - begins == 23 * 3600, "the clocks are set on"
    assert day_of(begins, "Europe/Berlin") == (begins, ends)
    assert day_of(ends, "Europe/Berlin")[0] == ends

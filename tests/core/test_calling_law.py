"""What is asked before somebody is called."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccserver.core.calling_law import (
    caller_id,
    checks,
    failed,
    opening,
    put_off_until,
    ring_seconds,
)
from ccserver.core.campaigns import CampaignRules, Caps, Lead
from ccserver.core.quick import replace
from ccserver.core.rules import Hours, Opening, SpecialDay
from tests.core.campaigning import RULES, lead

DAYS = Hours(
    zone="America/New_York",
    weekly=tuple(Opening(weekday=d, from_minute=8 * 60, until_minute=21 * 60) for d in range(7)),
    special=(SpecialDay(date="2026-12-25"),),
)
LEGAL = replace(RULES, windows=DAYS)


def at(zone: str, year: int, month: int, day: int, hour: int, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp()


def barred(one: Lead, now: float, rules: CampaignRules = LEGAL, *, reserved: bool = False) -> str:
    bad = failed(checks(rules, one, now, reserved=reserved))
    return bad.name if bad else ""


def test_every_look_is_part_of_the_evidence() -> None:
    looks = checks(LEGAL, lead(1), at("America/New_York", 2026, 7, 1, 12), reserved=False)
    names = [look.name for look in looks]
    assert names == ["do_not_call", "consent", "caps", "lockout", "window", "ring", "caller_id"]
    assert all(look.passed and look.detail for look in looks)


@pytest.mark.parametrize(
    ("zone", "hour", "name"),
    [
        ("America/New_York", 7, "window"),
        ("America/New_York", 8, ""),
        ("America/New_York", 21, "window"),
        ("America/Los_Angeles", 20, ""),
        ("Asia/Shanghai", 23, "window"),
    ],
)
def test_the_window_is_on_the_callees_own_clock(zone: str, hour: int, name: str) -> None:
    assert barred(lead(1, zone=zone), at(zone, 2026, 7, 1, hour)) == name


def test_the_calendars_zone_holds_where_the_callees_is_not_known() -> None:
    assert barred(lead(1), at("America/New_York", 2026, 7, 1, 20, 59)) == ""
    assert barred(lead(1), at("America/Los_Angeles", 2026, 7, 1, 20, 59)) == "window"


def test_on_a_holiday_nobody_is_called_until_the_next_day() -> None:
    one = lead(1, zone="America/Chicago")
    noon = at("America/Chicago", 2026, 12, 25, 12)
    bad = failed(checks(LEGAL, one, noon, reserved=False))
    assert bad is not None
    assert put_off_until(LEGAL, one, bad, noon) == at("America/Chicago", 2026, 12, 26, 8)


def test_without_windows_anyone_may_be_called_at_any_time() -> None:
    assert barred(lead(1, zone="Asia/Tokyo"), 0.0, RULES) == ""
    assert opening(RULES, "Asia/Tokyo", 7.0) == 7.0


def test_who_has_not_consented_is_never_called() -> None:
    one = lead(1, consent=False)
    bad = failed(checks(RULES, one, 0.0, reserved=False))
    assert bad is not None
    assert bad.name == "consent"
    assert put_off_until(RULES, one, bad, 0.0) is None


@pytest.mark.parametrize(
    ("one", "until"),
    [
        (lead(1, tries=6), None),
        (lead(1, number_tries_campaign=2), None),
        (lead(1, number_tries_day=3), 86_400.0),
        (lead(1, number_tries_day=3, zone="Asia/Shanghai"), 16 * 3600.0),
        (lead(1, number_tries_24h=3), 3600.0),
    ],
)
def test_nobody_is_called_more_often_than_the_caps_allow(one: Lead, until: float | None) -> None:
    rules = replace(RULES, caps=Caps(per_number_campaign=2))
    bad = failed(checks(rules, one, 0.0, reserved=True))
    assert bad is not None
    assert bad.name == "caps"
    assert put_off_until(rules, one, bad, 0.0) == until


def test_a_day_ends_on_the_calendars_clock_where_the_callees_is_not_known() -> None:
    one = lead(1, number_tries_day=3)
    noon = at("America/New_York", 2026, 7, 1, 12)
    bad = failed(checks(LEGAL, one, noon, reserved=False))
    assert bad is not None
    assert put_off_until(LEGAL, one, bad, noon) == at("America/New_York", 2026, 7, 2, 8)


def test_who_was_abandoned_is_called_only_with_an_agent_reserved() -> None:
    one = lead(1, locked_until=500.0)
    assert barred(one, 499.0, RULES) == "lockout"
    assert barred(one, 499.0, RULES, reserved=True) == ""
    assert barred(one, 500.0, RULES) == ""
    bad = failed(checks(RULES, one, 1.0, reserved=False))
    assert bad is not None
    assert put_off_until(RULES, one, bad, 1.0) == 500.0


def test_a_phone_rings_for_15_seconds_at_least() -> None:
    assert ring_seconds(replace(RULES, ring_seconds=5)) == 15
    assert ring_seconds(RULES) == 30


def test_the_longest_beginning_chooses_the_caller_id() -> None:
    rules = replace(
        RULES, caller_id="+8610", caller_ids=(("+86", "+861"), ("+8621", "+862"), ("+1", "+19"))
    )
    assert caller_id(rules, "+862155") == "+862"
    assert caller_id(rules, "+865555") == "+861"
    assert caller_id(rules, "+44") == "+8610"

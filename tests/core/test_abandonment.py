"""Abandonment by each definition, with the worked examples of those who defined it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccserver.core.abandonment import (
    DAY_SECONDS,
    Live,
    Rate,
    clock_at,
    ftc_periods,
    is_compliance_abandon,
    is_true_abandon,
    ofcom_days,
    ofcom_drops,
    ofcom_rate,
    vicidial_days,
    vicidial_rate,
    whole_span,
    worst,
    worst_window,
)
from ccserver.core.campaigns import ClockStart

SHANGHAI = "Asia/Shanghai"
MIDNIGHT = datetime(2026, 11, 24, tzinfo=ZoneInfo(SHANGHAI)).timestamp()


def served(at: float, after: float = 0.2) -> Live:
    return Live(
        answered_at=at, clock_at=at, connected_at=at + after, ended_at=at + 60, abandoned=False
    )


def dropped(at: float) -> Live:
    return Live(answered_at=at, clock_at=at, connected_at=None, ended_at=at + 9, abandoned=True)


def machine(at: float) -> Live:
    return replace(served(at), machine=True)


# -- Annex 5's worked example, as VICIdial's documents have it: 29 dropped, 9 people, 7 machines


def test_annex_5() -> None:
    assert ofcom_drops(29, 9, 7) == 16.3125
    rate = ofcom_rate(29, 9, 7)
    assert rate == 16.3125 / 25.3125
    assert round(100 * rate, 2) == 64.44


def test_annex_5_over_a_day() -> None:
    lives = (
        [dropped(MIDNIGHT + n) for n in range(29)]
        + [served(MIDNIGHT + n) for n in range(9)]
        + [machine(MIDNIGHT + n) for n in range(7)]
    )
    (day,) = ofcom_days(lives, 2.0, SHANGHAI)
    assert (day.abandoned, day.answered) == (16.3125, 25.3125)
    assert (day.from_at, day.until_at) == (MIDNIGHT, MIDNIGHT + DAY_SECONDS)


def test_without_any_call_that_came_to_an_agent_all_dropped_count() -> None:
    assert ofcom_drops(3, 0, 0) == 3
    assert ofcom_rate(3, 0, 0) == 1.0
    assert ofcom_rate(0, 0, 0) is None


def test_false_positives_count_as_abandoned() -> None:
    assert ofcom_rate(2, 96, 0, false_positives=2.0) == 0.04


def test_false_positives_are_estimated_for_their_own_day() -> None:
    lives = [served(MIDNIGHT + 5), served(MIDNIGHT + DAY_SECONDS + 5)]
    hung_up = [MIDNIGHT + n for n in range(20)]
    one, two = ofcom_days(lives, 2.0, SHANGHAI, 0.05, hung_up)
    assert (one.abandoned, one.answered, two.abandoned) == (1.0, 2.0, 0.0)
    assert ofcom_days(lives, 2.0, SHANGHAI, None, hung_up)[0].abandoned == 0


def test_days_are_those_of_the_zone() -> None:
    lives = [served(MIDNIGHT - 1), dropped(MIDNIGHT)]
    assert [day.rate for day in ofcom_days(lives, 2.0, SHANGHAI)] == [0.0, 1.0]
    assert [day.rate for day in ofcom_days(lives, 2.0, "UTC")] == [0.5]


# -- the FTC


def test_the_ftc_allows_three_of_a_hundred_who_answered() -> None:
    lives = [served(MIDNIGHT + n) for n in range(97)] + [dropped(MIDNIGHT + n) for n in range(3)]
    (period,) = ftc_periods(lives, 2.0, MIDNIGHT, MIDNIGHT + DAY_SECONDS)
    assert (period.abandoned, period.answered, period.rate) == (3, 100, 0.03)


def test_machines_are_no_people_who_answered() -> None:
    lives = [served(MIDNIGHT), dropped(MIDNIGHT), machine(MIDNIGHT)]
    assert ftc_periods(lives, 2.0, MIDNIGHT, MIDNIGHT + 1)[0].answered == 2


def test_a_longer_campaign_has_successive_periods_of_30_days() -> None:
    month = 30 * DAY_SECONDS
    lives = [dropped(MIDNIGHT), served(MIDNIGHT + month), served(MIDNIGHT + month + 5)]
    periods = ftc_periods(lives, 2.0, MIDNIGHT, MIDNIGHT + month + 10)
    assert [(one.from_at - MIDNIGHT, one.until_at - MIDNIGHT, one.rate) for one in periods] == [
        (0, month, 1.0),
        (month, month + 10, 0.0),
    ]
    assert ftc_periods(lives, 2.0, MIDNIGHT, MIDNIGHT) == []


# -- what abandoned means


def test_who_comes_to_an_agent_within_two_seconds_is_not_abandoned() -> None:
    assert not is_compliance_abandon(served(0, after=2.0), 2.0)
    assert is_compliance_abandon(served(0, after=2.1), 2.0)
    assert is_compliance_abandon(dropped(0), 2.0)
    assert not is_compliance_abandon(machine(0), 2.0)


def test_the_clock_starts_by_the_rule() -> None:
    late = replace(served(10, after=3.0), clock_at=12.0)
    assert not is_compliance_abandon(late, 2.0)
    by_clock, by_answer, _ = whole_span([late], 2.0, 0, 100)
    assert (by_clock.rate, by_answer.rate) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (ClockStart.ANSWER, 10.0),
        (ClockStart.GREETING_START, 10.4),
        (ClockStart.GREETING_END, 11.1),
    ],
)
def test_clock_starts(clock: ClockStart, expected: float) -> None:
    assert clock_at(clock, 10.0, 10.4, 11.1) == expected
    assert clock_at(clock, 10.0, None, None) == 10.0


def test_a_greeting_is_never_before_the_answer() -> None:
    assert clock_at(ClockStart.GREETING_START, 10.0, 9.0, None) == 10.0


def test_true_abandons_hang_up_by_themselves_in_time() -> None:
    left = Live(answered_at=0, clock_at=0, connected_at=None, ended_at=1.0, abandoned=False)
    assert is_true_abandon(left, 2.0)
    assert not is_true_abandon(replace(left, ended_at=2.5), 2.0)
    assert not is_true_abandon(replace(left, ended_at=None), 2.0)
    assert not is_true_abandon(served(0), 2.0)
    compliance, _, true = whole_span([left, served(1), dropped(2), dropped(3)], 2.0, 0, 100)
    assert (compliance.rate, true.rate) == (0.5, 0.25)


# -- the others


def test_vicidial_counts_since_midnight_with_the_dropped_among_the_answered() -> None:
    assert vicidial_rate(3, 100) == 0.03
    assert vicidial_rate(0, 0) is None
    lives = [dropped(MIDNIGHT - 1), served(MIDNIGHT), dropped(MIDNIGHT + 1), machine(MIDNIGHT)]
    days = vicidial_days(lives, 2.0, SHANGHAI)
    assert [(day.abandoned, day.answered) for day in days] == [(1, 1), (1, 2)]


def test_the_worst_window_is_found_where_it_is() -> None:
    lives = [served(10.0 * n) for n in range(100)] + [dropped(500 + n) for n in range(4)]
    found = worst_window(lives, 2.0, 100, answers_min=10)
    assert found is not None
    assert (found.abandoned, found.answered) == (4, 14)
    # 413 <= t < 503: 42 … 50 of the served, and the four.
    assert found.until_at == 503
    assert found.from_at == 403


def test_a_call_leaves_the_window_when_it_is_as_old_as_the_window() -> None:
    lives = [dropped(0), served(99.9), served(100)]
    assert worst_window(lives, 2.0, 100, answers_min=2) == Rate(
        id="window_100",
        title="Worst rolling window",
        formula="abandoned / people who answered, within 100 s up to an answer, of at least 2",
        abandoned=1,
        answered=2,
        from_at=-100 + 99.9,
        until_at=99.9,
    )


def test_windows_with_few_answers_say_nothing() -> None:
    assert worst_window([dropped(0), machine(1)], 2.0, 1800, answers_min=2) is None


def test_the_worst_of_several_periods() -> None:
    lives = [served(0), dropped(1), served(2), served(3), dropped(11), served(12)]
    one, two = (ftc_periods(lives, 2.0, begin, begin + 10)[0] for begin in (0, 10))
    empty = ftc_periods([], 2.0, 0, 10)[0]
    assert empty.rate is None
    assert worst([one, two, empty]) == two
    assert worst([empty]) is None

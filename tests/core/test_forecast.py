"""Made-up days, of which the pattern is known: it must be found again."""

from datetime import date
from math import exp, pi, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.forecast import QUARTERS, SHAPE_MAX, TRIM_DAYS, Forecast, forecast, past_days

PATTERN = [20.0 * (1 + sin(pi * quarter / QUARTERS) ** 2) for quarter in range(QUARTERS)]
TOTAL = sum(PATTERN)


def poisson(luck: Random, mean: float) -> int:
    """Knuth's way: so many arrivals before the time is over."""
    left, number = luck.random(), 0
    while left > exp(-mean):
        left *= luck.random()
        number += 1
    return number


def day(luck: Random, busyness: float = 1.0) -> list[int]:
    return [poisson(luck, busyness * calls) for calls in PATTERN]


def told(past: list[list[int]], today: list[int]) -> Forecast:
    found = forecast(past, today)
    assert found is not None
    return found


def mean_error(found: tuple[float, ...], busyness: float = 1.0) -> float:
    """Of a quarter, as a share of the mean quarter."""
    wanted = [busyness * calls for calls in PATTERN]
    return sum(abs(a - b) for a, b in zip(found, wanted, strict=True)) / sum(wanted)


def test_the_pattern_is_found_again_within_five_percent() -> None:
    luck = Random(1)
    errors = [mean_error(told([day(luck) for _ in range(8)], []).usual) for _ in range(20)]
    # Chance alone leaves sqrt(2 / pi / (8 days x 30 calls)) = 5.8 % of each quarter.
    assert sum(errors) / len(errors) < 0.065
    totals = [sum(told([day(luck) for _ in range(8)], []).usual) for _ in range(20)]
    assert sum(totals) / len(totals) == pytest.approx(TOTAL, rel=0.01)


def test_one_strange_day_counts_little() -> None:
    luck = Random(2)
    past = [day(luck) for _ in range(7)] + [day(luck, 4.0)]
    assert sum(told(past, []).usual) == pytest.approx(TOTAL, rel=0.03)


def test_days_without_a_call_are_no_days() -> None:
    luck = Random(3)
    past = [day(luck) for _ in range(6)]
    with_holidays = told([*past, [0] * QUARTERS, [0] * QUARTERS], [])
    assert with_holidays == told(past, [])
    assert with_holidays.days == 6
    assert forecast([[0] * QUARTERS], [1]) is None
    assert forecast([], []) is None


@pytest.mark.parametrize("busyness", [0.7, 1.0, 1.4])
def test_by_noon_a_busy_day_is_known_for_one(busyness: float) -> None:
    luck = Random(4)
    past = [day(luck, 1 + 0.15 * (luck.random() - 0.5)) for _ in range(8)]
    today = day(luck, busyness)
    noon = told(past, today[: QUARTERS // 2])
    assert noon.busyness == pytest.approx(busyness, rel=0.1)
    assert noon.total == pytest.approx(sum(today), rel=0.07)
    assert noon.expected[: QUARTERS // 2] == tuple(map(float, today[: QUARTERS // 2]))
    morning = told(past, today[:2])
    assert abs(morning.busyness - 1) < 0.3, "two quarters say little"


def test_days_that_differ_by_chance_alone_leave_no_doubt_of_the_usual() -> None:
    past = [[1] * QUARTERS for _ in range(8)]
    found = told(past, [3] * 4)
    assert found.busyness == pytest.approx((SHAPE_MAX + 12) / (SHAPE_MAX + 4))


def test_of_two_days_the_busyness_is_guessed_with_the_usual_doubt() -> None:
    found = told([[2] * QUARTERS] * 2, [4] * 25)
    assert found.busyness == pytest.approx((50 + 100) / (50 + 50))


def test_rare_calls_are_not_trimmed_away() -> None:
    past = [[int(quarter == number) for quarter in range(QUARTERS)] for number in range(8)]
    assert sum(told(past, []).usual) == pytest.approx(1.0)


def test_it_is_learnt_from_the_same_weekday_and_no_holiday() -> None:
    found = past_days(date(2026, 10, 8), {"2026-10-01", "2026-09-30"})
    assert found[0] == date(2026, 9, 24)
    assert len(found) == 7
    assert {one.weekday() for one in found} == {date(2026, 10, 8).weekday()}


@given(
    st.lists(st.lists(st.integers(0, 500), min_size=QUARTERS, max_size=QUARTERS), max_size=10),
    st.lists(st.integers(0, 500), max_size=QUARTERS),
)
def test_a_day_is_whole_and_nothing_below_none_is_expected(
    past: list[list[int]], today: list[int]
) -> None:
    found = forecast(past, today)
    if found is None:
        assert not any(map(sum, past))
        return
    assert len(found.usual) == len(found.expected) == QUARTERS
    assert all(calls >= 0 for calls in (*found.usual, *found.expected, found.busyness))
    totals = sorted(sum(one) for one in past if sum(one))
    totals = totals[1:-1] if len(totals) >= TRIM_DAYS else totals
    if sum(found.usual) > 1:
        assert totals[0] - 0.001 <= sum(found.usual) <= totals[-1] + 0.001

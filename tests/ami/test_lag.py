"""Lateness by two clocks that do not agree."""

import pytest

from ccserver.ami.lag import WINDOW_SECONDS, Lag


def test_the_offset_of_two_clocks_is_no_lag() -> None:
    lag = Lag()
    assert lag.of(stamp=5_000.0, now=100.0) == 0.0
    assert lag.of(stamp=5_001.0, now=101.25) == pytest.approx(0.25)
    assert lag.of(stamp=5_002.0, now=102.0) == 0.0


def test_the_fastest_message_sets_the_offset_even_when_it_comes_late() -> None:
    lag = Lag()
    assert lag.of(stamp=0.0, now=0.5) == 0.0
    assert lag.of(stamp=1.0, now=1.125) == 0.0
    assert lag.of(stamp=2.0, now=2.5) == pytest.approx(0.375)


def test_a_clock_that_is_set_back_is_believed_after_two_windows() -> None:
    lag = Lag()
    at = 0.0
    lag.of(stamp=at, now=at)
    seen = []
    while at < 2 * WINDOW_SECONDS + 2:
        at += 1.0
        seen.append(lag.of(stamp=at - 3.0, now=at))
    assert seen[0] == 3.0
    assert seen[-1] == 0.0


def test_the_offset_is_kept_from_one_window_to_the_next() -> None:
    lag = Lag()
    lag.of(stamp=0.0, now=0.0)
    assert lag.of(stamp=WINDOW_SECONDS, now=WINDOW_SECONDS + 0.5) == 0.5

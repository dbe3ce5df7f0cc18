"""Life tables find the hazard, count who is not through yet, and look ahead."""

from itertools import pairwise
from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.hazards import (
    LifeTable,
    Survival,
    forgotten,
    lognormal_masses,
    survivals,
    through_talk,
    through_wrap,
)


def test_a_lognormal_has_its_weight_and_its_mean() -> None:
    masses = lognormal_masses(12.0, 0.6, bins=100, seconds=1.0, weight=20.0)
    assert sum(masses) == pytest.approx(20.0)
    mean = sum((n + 0.5) * mass for n, mass in enumerate(masses)) / 20.0
    assert mean == pytest.approx(12.0, rel=0.01)


def test_talks_that_go_on_lower_the_hazard() -> None:
    table = LifeTable([0.0] * 10, 1.0)
    for _ in range(4):
        table.add(2.5)
    assert table.hazards([])[2] == 1.0
    # Four more have come halfway through the same bin.
    assert table.hazards([2.5] * 4)[2] == pytest.approx(4 / 6)
    # Four more have come far beyond it.
    assert table.hazards([7.0] * 4)[2] == pytest.approx(4 / 8)


def test_what_lasts_forever_ends_in_the_last_bin() -> None:
    table = LifeTable([0.0] * 4, 5.0)
    table.add(1e6)
    assert table.ends == [0.0, 0.0, 0.0, 1.0]
    assert table.hazards([1e6])[0] == 0.0


def test_an_hour_forgets_most() -> None:
    table = LifeTable([8.0, 0.0], 1.0)
    table.forget(3600.0)
    assert table.ends[0] == pytest.approx(8.0 * exp(-1))
    assert forgotten(0.0) == 1.0


def test_the_tail_has_the_hazard_of_what_comes_before_it() -> None:
    dice = Random(1)
    table = LifeTable([0.0] * 60, 1.0)
    for _ in range(20_000):
        table.add(dice.expovariate(0.3))
    hazards = table.hazards([])
    assert hazards[0] == pytest.approx(1 - exp(-0.3), abs=0.02)
    assert hazards[-1] == pytest.approx(1 - exp(-0.3), abs=0.05)


def test_survival_is_a_line_between_bins_and_goes_on_past_them() -> None:
    share = Survival([0.5, 0.5], 2.0)
    assert survivals([0.5, 0.5]) == [1.0, 0.5, 0.25]
    assert share.at(1.0) == 0.75
    assert share.at(4.0) == 0.25
    assert share.at(6.0) == 0.125


def test_a_wrap_up_without_memory_is_over_as_soon_at_any_age() -> None:
    rows = through_wrap([0.1] * 90, [0.0, 1.0, 10.0])
    for row in rows:
        assert row == pytest.approx([0.0, 0.1, 1 - 0.9**10])


def test_a_talk_and_its_wrap_up_follow_each_other() -> None:
    """Against many lived ones: talk 60 s, wrap-up 10 s, both without memory."""
    talk, wrap = [1 - exp(-5 / 60)] * 120, [1 - exp(-1 / 10)] * 90
    row = through_talk(talk, wrap, [5.5, 20.5, 29.5], 5.0)[7]
    dice = Random(2)
    lived = [dice.expovariate(1 / 60) + dice.expovariate(1 / 10) for _ in range(40_000)]
    for chance, within in zip(row, [5.5, 20.5, 29.5], strict=True):
        share = sum(1 for one in lived if one <= within) / len(lived)
        assert chance == pytest.approx(share, abs=0.01)


@given(
    st.lists(st.floats(0.001, 1.0), min_size=3, max_size=30),
    st.lists(st.floats(0.001, 1.0), min_size=3, max_size=30),
)
def test_chances_are_chances_and_grow_with_time(talk: list[float], wrap: list[float]) -> None:
    times = [n + 2.5 for n in range(28)]
    for row in through_talk(talk, wrap, times, 5.0) + through_wrap(wrap, times):
        assert all(-1e-9 <= one <= 1 + 1e-9 for one in row)
        assert all(a <= b + 1e-9 for a, b in pairwise(row))

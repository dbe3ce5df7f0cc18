"""Ring times say who may still answer, and when."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ring_times import RingTimes, detection_times, ring_times

HORIZON = 28


def test_a_fresh_call_is_answered_with_the_chance_of_all_calls() -> None:
    chances = ring_times(27).chances(0.3, HORIZON)
    assert chances[0][-1] == pytest.approx(0.3, abs=0.02)


def test_who_has_rung_long_is_hardly_answered() -> None:
    chances = ring_times(27).chances(0.3, HORIZON)
    assert chances[24][-1] < 0.1


def test_what_rings_past_everything_is_answered_by_nobody() -> None:
    times = RingTimes([1.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    assert times.chances(0.5, 1)[2] == [0.0]


def test_ends_go_into_their_seconds() -> None:
    times = RingTimes([0.0] * 4, [0.0] * 4)
    times.add(1.5, by_person=True)
    times.add(99.0, by_person=False)
    times.add(-0.1, by_person=False)
    assert times.answered == [0.0, 1.0, 0.0, 0.0]
    assert times.other == [1.0, 0.0, 0.0, 1.0]
    times.forget(3600.0)
    assert times.answered[1] == pytest.approx(0.3679, abs=1e-4)
    assert times.shape() == ([0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 1.0])


def test_who_is_listened_to_is_soon_known() -> None:
    chances = detection_times().chances(0.8, HORIZON)
    assert chances[0][5] == pytest.approx(0.8, abs=0.03)


@given(st.floats(0.01, 0.98), st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=50))
def test_chances_are_chances_and_grow(p: float, ends: list[tuple[float, bool]]) -> None:
    times = ring_times(27)
    for rang, by_person in ends:
        times.add(rang, by_person=by_person)
    for row in times.chances(p, HORIZON):
        assert all(0 <= one <= 1 for one in row)
        assert all(a <= b + 1e-12 for a, b in pairwise(row))

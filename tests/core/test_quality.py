"""The E-model against what ITU-T has published of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.quality import R_DEFAULT, delay_impairment, loss_impairment, mos, mos_of


@pytest.mark.parametrize(
    ("rating", "score"),
    [
        (90, 4.34),
        (80, 4.03),
        (70, 3.60),
        (60, 3.10),
        (50, 2.58),
        (0, 1.0),
        (100, 4.5),
        (93.2, 4.41),
    ],
)
def test_scores_are_those_of_annex_b(rating: float, score: float) -> None:
    assert mos_of(rating) == pytest.approx(score, abs=0.01)


@pytest.mark.parametrize(
    ("percent", "impairment"),
    [(0, 0), (1, 5), (2, 7), (3, 10), (5, 15), (7, 20), (10, 25), (15, 35), (20, 45)],
)
def test_loss_impairs_as_in_the_table_for_g711_with_concealment(
    percent: float, impairment: float
) -> None:
    """ITU-T G.113 (02/2001), table I.2, which is rounded to fives beyond 3 per cent."""
    assert loss_impairment(percent) == pytest.approx(impairment, abs=3)


@pytest.mark.parametrize(("delay_ms", "impairment"), [(0, 0), (100, 0), (200, 3.04), (400, 24.07)])
def test_delay_impairs_as_the_formula_says_worked_by_hand(
    delay_ms: float, impairment: float
) -> None:
    """At 200 ms X is 1: 25 (2^(1/6) - 3 (730/729)^(1/6) + 2). At 400 ms it is 2."""
    assert delay_impairment(delay_ms) == pytest.approx(impairment, abs=0.01)


def test_delay_costs_what_g114_says_of_it() -> None:
    """Below 150 ms hardly anything; beyond 400 ms more than planning should allow, which G.109
    calls a quality (R below 70) with which many users are dissatisfied."""
    assert delay_impairment(150) < 1
    assert R_DEFAULT - delay_impairment(190) > 90
    assert R_DEFAULT - delay_impairment(400) < 70


def test_a_talk_over_a_good_network_is_as_good_as_the_telephone() -> None:
    assert mos(received=9000, lost=0, jitter_ms=2.0, round_trip_ms=30.0) == pytest.approx(
        4.41, abs=0.005
    )


def test_loss_jitter_and_delay_are_each_heard() -> None:
    good = mos(received=9000, lost=0, jitter_ms=2.0, round_trip_ms=30.0)
    lossy = mos(received=8550, lost=450, jitter_ms=2.0, round_trip_ms=30.0)
    shaky = mos(received=9000, lost=0, jitter_ms=120.0, round_trip_ms=30.0)
    far = mos(received=9000, lost=0, jitter_ms=2.0, round_trip_ms=700.0)
    assert good is not None
    for worse in (lossy, shaky, far):
        assert worse is not None
        assert worse < good - 0.2


def test_what_was_not_measured_takes_nothing_off() -> None:
    assert mos(received=100, lost=0, jitter_ms=0.0, round_trip_ms=None) == mos_of(R_DEFAULT)
    assert mos(received=0, lost=0, jitter_ms=0.0, round_trip_ms=None) is None
    # Packets that came twice make the count of the lost ones negative (RFC 3550, 6.4.1).
    assert mos(received=100, lost=-3, jitter_ms=0.0, round_trip_ms=None) == mos_of(R_DEFAULT)
    assert mos(received=0, lost=50, jitter_ms=0.0, round_trip_ms=None) == pytest.approx(
        1.3, abs=0.3
    )


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.floats(0, 10_000),
    st.none() | st.floats(0, 60_000),
)
def test_a_score_is_never_beyond_the_scale(
    received: int, lost: int, jitter_ms: float, round_trip_ms: float | None
) -> None:
    score = mos(received=received, lost=lost, jitter_ms=jitter_ms, round_trip_ms=round_trip_ms)
    assert score is None or 1.0 <= score <= 4.5

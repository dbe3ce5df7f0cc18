"""What is estimated of patience when most callers are answered before it ends."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.sim.patience import Patience, Wait, estimate

WAITS = st.lists(
    st.builds(Wait, seconds=st.floats(0.1, 900.0), abandoned=st.booleans()), max_size=60
)


def seen(patience: list[float], answer: list[float]) -> Patience:
    """What is left to see of patience when callers are answered at those times."""
    return estimate(
        Wait(seconds=min(p, a), abandoned=p < a) for p, a in zip(patience, answer, strict=True)
    )


def test_the_textbook_by_hand() -> None:
    """Of six callers three give up; who is answered at 20 with another's end was still there."""
    told = estimate(
        Wait(seconds=s, abandoned=a)
        for s, a in [(10, True), (15, False), (20, True), (20, False), (30, True), (40, False)]
    )
    assert list(told.steps) == [10, 20, 30]
    assert list(told.left) == pytest.approx([5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 3 / 4 / 2])
    assert (told.abandoned, told.censored) == (3, 3)
    assert told.exponential_mean_seconds == pytest.approx(135 / 3)
    assert told.still_patient(9.9) == 1.0
    assert told.still_patient(10.0) == pytest.approx(5 / 6)
    assert told.quantile_seconds(0.0) == 0.0
    assert told.quantile_seconds(0.2) == 20
    assert told.quantile_seconds(0.5) == 30
    assert told.quantile_seconds(0.9) > 30


@pytest.mark.parametrize("answered_after", [30.0, 120.0, 600.0])
def test_exponential_patience_is_recovered_though_most_are_answered(answered_after: float) -> None:
    luck = Random(3)
    patience = [luck.expovariate(1 / 180.0) for _ in range(20_000)]
    told = seen(patience, [luck.expovariate(1 / answered_after) for _ in patience])
    assert told.exponential_mean_seconds == pytest.approx(180.0, rel=0.05)
    for seconds in (10.0, 60.0, 120.0):
        assert told.still_patient(seconds) == pytest.approx(math.exp(-seconds / 180.0), abs=0.03)
    # The tail, too: it was seen by hardly anyone and goes on as it must.
    assert told.quantile_seconds(0.9) == pytest.approx(-180.0 * math.log(0.1), rel=0.15)


def test_a_law_with_memory_is_recovered_where_the_mean_alone_would_mislead() -> None:
    luck = Random(5)
    patience = [luck.lognormvariate(math.log(100.0), 0.5) for _ in range(20_000)]
    told = seen(patience, [luck.uniform(0.0, 300.0) for _ in patience])
    for z, share in ((-1.0, 0.1587), (0.0, 0.5), (1.0, 0.8413)):
        assert told.quantile_seconds(share) == pytest.approx(100 * math.exp(0.5 * z), rel=0.04)


def test_the_sampler_gives_back_the_law_and_what_is_left_of_it() -> None:
    luck = Random(7)
    patience = [luck.lognormvariate(math.log(100.0), 0.5) for _ in range(20_000)]
    told = seen(patience, [luck.uniform(0.0, 300.0) for _ in patience])
    drawn = sorted(told.draw(luck) for _ in range(10_000))
    assert drawn[5_000] == pytest.approx(100.0, rel=0.05)
    assert drawn[8_413] == pytest.approx(100.0 * math.exp(0.5), rel=0.05)
    longer = sorted(told.draw(luck, past_seconds=100.0) for _ in range(10_000))
    assert longer[0] >= 100.0
    # Half of those who wait past the median wait past the upper quartile.
    assert longer[5_000] == pytest.approx(100.0 * math.exp(0.5 * 0.6745), rel=0.05)


@given(waits=WAITS, past=st.floats(0.0, 2_000.0), seed=st.integers(0, 2**32))
def test_nobody_is_drawn_to_have_given_up_before_he_was_answered(
    waits: list[Wait], past: float, seed: int
) -> None:
    told = estimate(waits)
    assert told.draw(Random(seed), past_seconds=past) >= past
    assert told.abandoned + told.censored == len(waits)


@given(waits=WAITS, first=st.floats(0.0, 2_000.0), later=st.floats(0.0, 2_000.0))
def test_patience_only_ever_wears_out(waits: list[Wait], first: float, later: float) -> None:
    told = estimate(waits)
    first, later = sorted((first, later))
    assert 0.0 <= told.still_patient(later) <= told.still_patient(first) <= 1.0


@given(waits=WAITS, share=st.floats(0.0, 0.99))
def test_at_the_quantile_the_share_has_given_up(waits: list[Wait], share: float) -> None:
    told = estimate(waits)
    seconds = told.quantile_seconds(share)
    if math.isfinite(seconds) and share > 0.0:
        assert told.still_patient(seconds) <= 1.0 - share + 1e-9
        assert told.still_patient(math.nextafter(seconds, 0.0) - 1e-6) >= 1.0 - share - 1e-9
    assert math.isfinite(seconds) or not told.abandoned


def test_where_nobody_gave_up_everyone_waits_for_ever() -> None:
    told = estimate([Wait(seconds=30.0, abandoned=False)])
    assert told.still_patient(10_000.0) == 1.0
    assert told.quantile_seconds(0.5) == math.inf
    assert told.draw(Random(1)) == math.inf
    assert told.exponential_mean_seconds == math.inf


def test_who_did_not_wait_tells_nothing() -> None:
    told = estimate([Wait(seconds=0.0, abandoned=True), Wait(seconds=0.0, abandoned=False)])
    assert (told.steps, told.abandoned, told.censored) == ((), 0, 0)


def test_past_everyone_who_was_seen_patience_goes_on_without_memory() -> None:
    told = estimate(Wait(seconds=s, abandoned=True) for s in (10.0, 20.0, 30.0))
    assert told.still_patient(30.0) == 0.0
    luck = Random(2)
    beyond = [told.draw(luck, past_seconds=50.0) - 50.0 for _ in range(5_000)]
    assert sum(beyond) / len(beyond) == pytest.approx(20.0, rel=0.05)


def test_many_who_give_up_at_one_instant_make_no_tail_of_their_own() -> None:
    told = estimate([Wait(seconds=60.0, abandoned=True)] * 20)
    assert told.tail_per_second == pytest.approx(1 / 60)

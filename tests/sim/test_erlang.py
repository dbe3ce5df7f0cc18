"""The closed forms against published tables, a chain solved by hand, and their limits."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.sim.erlang import (
    Figures,
    Goal,
    Load,
    agents_needed,
    answered_within,
    erlang_b,
    erlang_c,
    impatient,
    patient,
    priority_waits_seconds,
    wait_quantile_seconds,
)


@pytest.mark.parametrize(
    ("agents", "erlangs"),
    [(1, 0.0101), (5, 1.36), (10, 4.46), (20, 12.0), (50, 37.9), (100, 84.1)],
)
def test_erlang_b_at_one_per_cent_is_the_table(agents: int, erlangs: float) -> None:
    """The traffic that the printed tables allow, which have three digits."""
    rounding = 0.5 * 10.0 ** (math.floor(math.log10(erlangs)) - 2)
    assert erlang_b(agents, erlangs - rounding) <= 0.01 <= erlang_b(agents, erlangs + rounding)


def test_erlang_c_is_the_textbook_call_center() -> None:
    """360 calls in half an hour of 4 minutes each, 55 agents."""
    load = Load(calls_per_second=0.2, handle_seconds=240.0)
    figures = patient(load, 55, within_seconds=15.0)
    assert load.erlangs == pytest.approx(48.0)
    assert figures.wait_probability == pytest.approx(0.239, abs=5e-4)
    assert figures.mean_wait_seconds == pytest.approx(8.18, abs=0.01)
    assert figures.service_level == pytest.approx(0.846, abs=5e-4)
    assert figures.occupancy == pytest.approx(48 / 55)


def test_erlang_a_is_the_example_of_garnett_mandelbaum_and_reiman() -> None:
    """48 calls a minute of a minute each, 50 agents, patience of two minutes."""
    load = Load(calls_per_second=0.8, handle_seconds=60.0)
    alone = patient(load, 50, within_seconds=20.0)
    figures = impatient(load, 50, patience_seconds=120.0, within_seconds=20.0)
    assert alone.mean_wait_seconds == pytest.approx(20.8, abs=0.05)
    assert wait_quantile_seconds(load, 50, 0.9) == pytest.approx(58.1, abs=0.05)
    assert figures.abandoned_share == pytest.approx(0.031, abs=5e-4)
    assert figures.mean_wait_seconds == pytest.approx(3.7, abs=0.06)
    assert figures.occupancy == pytest.approx(0.93, abs=5e-3)


def by_the_chain(load: Load, agents: int, patience: float, within: float) -> Figures:
    """Erlang A from the stationary chain of how many are in the house, and who overtakes whom."""
    states = agents + 600
    leaves = [min(k, agents) / load.handle_seconds + max(0, k - agents) / patience
              for k in range(1, states)]  # fmt: skip
    log_p = np.concatenate([[0.0], np.cumsum(np.log(load.calls_per_second) - np.log(leaves))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    queue = np.maximum(0, np.arange(states) - agents)
    lost = float(p @ queue) / patience / load.calls_per_second
    late = served_late(load, agents, patience, within, p)
    in_time = 1.0 - lost - late
    return Figures(
        wait_probability=float(p[agents:].sum()),
        service_level=in_time,
        abandoned_share=lost,
        mean_wait_seconds=float(p @ queue) / load.calls_per_second,
        answered_mean_wait_seconds=math.nan,
        occupancy=float(p @ np.minimum(np.arange(states), agents)) / agents,
    )


def served_late(
    load: Load, agents: int, patience: float, within: float, p: npt.NDArray[np.float64]
) -> float:
    """The share that waits longer than `within`, and is served all the same.

    The one who comes as number j moves up at the rate of talks that end and of those before him
    who give up, and gives up himself: a chain that only goes down, stepped by uniformization.
    """
    most = 250
    moves = np.array([agents / load.handle_seconds + j / patience for j in range(most)])
    own = 1.0 / patience
    rate = float(moves.max() + own)
    # still[j]: waiting with j before him. The chance to be served at last from there:
    at_last = np.cumprod(moves / (moves + own))
    still = p[agents : agents + most]
    events = rate * within
    result = 0.0
    for n in range(int(events + 12 * math.sqrt(events) + 30)):
        weight = math.exp(n * math.log(events) - events - math.lgamma(n + 1))
        result += weight * float(still @ at_last)
        down = np.concatenate([(still * moves / rate)[1:], [0.0]])
        still = still * (1.0 - (moves + own) / rate) + down
    return result


@pytest.mark.parametrize("agents", [1, 5, 20, 60])
@pytest.mark.parametrize("busy", [0.5, 0.9, 1.0, 1.3])
@pytest.mark.parametrize("patience", [2.0, 30.0, 180.0, 600.0])
def test_erlang_a_is_the_stationary_chain(agents: int, busy: float, patience: float) -> None:
    load = Load(calls_per_second=busy * agents / 195.0, handle_seconds=195.0)
    told = impatient(load, agents, patience_seconds=patience, within_seconds=20.0)
    true = by_the_chain(load, agents, patience, 20.0)
    assert told.wait_probability == pytest.approx(true.wait_probability, rel=1e-9)
    assert told.abandoned_share == pytest.approx(true.abandoned_share, rel=1e-8)
    assert told.mean_wait_seconds == pytest.approx(true.mean_wait_seconds, rel=1e-8)
    assert told.service_level == pytest.approx(true.service_level, rel=1e-8)
    assert told.occupancy == pytest.approx(true.occupancy, rel=1e-9)


@given(
    agents=st.integers(1, 3_000),
    busy=st.floats(0.05, 3.0),
    patience=st.floats(0.5, 1e6),
    within=st.floats(0.0, 300.0),
)
def test_erlang_a_keeps_its_balance(
    agents: int, busy: float, patience: float, within: float
) -> None:
    load = Load(calls_per_second=busy * agents / 180.0, handle_seconds=180.0)
    told = impatient(load, agents, patience_seconds=patience, within_seconds=within)
    assert 0.0 <= told.abandoned_share <= told.wait_probability <= 1.0
    assert told.occupancy <= 1.0 + 1e-9
    assert told.service_level <= 1.0 - told.abandoned_share + 1e-9
    assert told.answered_mean_wait_seconds >= 0.0
    everyone = impatient(load, agents, patience_seconds=patience, within_seconds=math.inf)
    assert everyone.service_level == pytest.approx(1.0 - told.abandoned_share, abs=1e-9)
    one_more = impatient(load, agents + 1, patience_seconds=patience, within_seconds=within)
    assert one_more.service_level >= told.service_level - 1e-9
    assert one_more.abandoned_share <= told.abandoned_share + 1e-9
    assert one_more.occupancy <= told.occupancy + 1e-9


def test_patience_without_end_is_erlang_c_and_none_is_erlang_b() -> None:
    load = Load(calls_per_second=0.2, handle_seconds=240.0)
    for_ever = impatient(load, 55, patience_seconds=1e9, within_seconds=15.0)
    truly = impatient(load, 55, patience_seconds=math.inf, within_seconds=15.0)
    erlang = patient(load, 55, within_seconds=15.0)
    assert truly == erlang
    assert for_ever.service_level == pytest.approx(erlang.service_level, rel=1e-6)
    assert for_ever.mean_wait_seconds == pytest.approx(erlang.mean_wait_seconds, rel=1e-6)
    not_at_all = impatient(load, 55, patience_seconds=1e-6, within_seconds=15.0)
    assert not_at_all.abandoned_share == pytest.approx(erlang_b(55, 48.0), rel=1e-4)


def test_where_nobody_calls_nobody_waits() -> None:
    silence = impatient(
        Load(calls_per_second=0.0, handle_seconds=180.0),
        3,
        patience_seconds=60.0,
        within_seconds=20.0,
    )
    assert silence.service_level == 1.0
    assert silence.occupancy == 0.0
    rare = Load(calls_per_second=1e-9, handle_seconds=180.0)
    crowd = impatient(rare, 3_000, patience_seconds=60.0, within_seconds=20.0)
    assert crowd.wait_probability == 0.0


def test_thousands_of_agents_under_a_storm_are_no_trouble() -> None:
    load = Load(calls_per_second=20.0, handle_seconds=240.0)
    storm = impatient(load, 4_000, patience_seconds=30_000.0, within_seconds=20.0)
    assert storm.abandoned_share == pytest.approx(1 / 6, rel=1e-6)
    assert storm.mean_wait_seconds == pytest.approx(5_000.0, rel=1e-6)
    assert agents_needed(load, Goal(share=0.8), patience_seconds=180.0) == 4_383


def test_too_few_for_patient_callers_means_a_line_without_end() -> None:
    load = Load(calls_per_second=0.2, handle_seconds=240.0)
    figures = patient(load, 48, within_seconds=15.0)
    assert figures.wait_probability == 1.0
    assert figures.service_level == 0.0
    assert math.isinf(figures.mean_wait_seconds)
    assert math.isinf(wait_quantile_seconds(load, 48, 0.5))


@given(share=st.floats(0.01, 0.999))
def test_the_quantile_is_where_the_share_is_reached(share: float) -> None:
    load = Load(calls_per_second=0.2, handle_seconds=240.0)
    seconds = wait_quantile_seconds(load, 55, share)
    assert answered_within(load, 55, seconds=seconds) >= share - 1e-9
    if seconds:
        assert answered_within(load, 55, seconds=seconds) == pytest.approx(share)


def test_one_class_of_cobham_is_erlang_c() -> None:
    load = Load(calls_per_second=0.2, handle_seconds=240.0)
    (only,) = priority_waits_seconds([0.2], 240.0, 55)
    assert only == pytest.approx(patient(load, 55, within_seconds=0.0).mean_wait_seconds)


def test_cobham_for_one_server_is_the_textbook() -> None:
    """M/M/1, two classes: W1 = R / (1 - r1), W2 = R / ((1 - r1)(1 - r)), R = r x handle."""
    first, second = priority_waits_seconds([0.3, 0.5], 1.0, 1)
    assert first == pytest.approx(0.8 / 0.7)
    assert second == pytest.approx(0.8 / (0.7 * 0.2))


def test_priority_moves_waiting_about_and_makes_none() -> None:
    rates = [0.02, 0.05, 0.08, 0.05]
    waits = priority_waits_seconds(rates, 240.0, 55)
    assert list(waits) == sorted(waits)
    mean = sum(r * w for r, w in zip(rates, waits, strict=True)) / sum(rates)
    load = Load(calls_per_second=sum(rates), handle_seconds=240.0)
    assert mean == pytest.approx(patient(load, 55, within_seconds=0.0).mean_wait_seconds)


def test_an_overload_reaches_only_the_classes_at_the_end() -> None:
    waits = priority_waits_seconds([0.5, 0.4, 0.2], 1.0, 1)
    assert list(waits[:2]) == pytest.approx([2.0, 20.0])
    assert math.isinf(waits[2])


@given(
    erlangs=st.floats(0.1, 400.0),
    share=st.floats(0.5, 0.99),
    seconds=st.floats(1.0, 60.0),
    patience=st.sampled_from([60.0, 300.0, math.inf]),
    occupancy=st.floats(0.5, 1.0),
)
def test_the_number_needed_meets_the_goal_and_one_fewer_does_not(
    erlangs: float, share: float, seconds: float, patience: float, occupancy: float
) -> None:
    load = Load(calls_per_second=erlangs / 195.0, handle_seconds=195.0)
    goal = Goal(share=share, seconds=seconds, abandoned_max=0.05, occupancy_max=occupancy)
    agents = agents_needed(load, goal, patience_seconds=patience)
    figures = impatient(load, agents, patience_seconds=patience, within_seconds=seconds)
    assert goal.met_by(figures)
    if agents > 1:
        fewer = impatient(load, agents - 1, patience_seconds=patience, within_seconds=seconds)
        assert not goal.met_by(fewer)


def test_no_calls_need_nobody_and_no_number_is_perfect() -> None:
    assert agents_needed(Load(calls_per_second=0.0, handle_seconds=180.0), Goal(share=0.8)) == 0
    with pytest.raises(ValueError, match="no number"):
        agents_needed(Load(calls_per_second=1.0, handle_seconds=180.0), Goal(share=1.0))


def test_erlang_c_waits_more_often_than_erlang_b_loses() -> None:
    assert erlang_c(10, 7.0) == pytest.approx(0.2217, abs=1e-3)
    assert erlang_c(10, 7.0) > erlang_b(10, 7.0)

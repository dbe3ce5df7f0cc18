"""The simulator against Erlang's formulas, within the error of the days themselves."""

from dataclasses import replace

import pytest

from tests.sim.exact import (
    TALK,
    abandons,
    cobham,
    days_of,
    differs,
    erlang_a,
    erlang_c,
    impatient,
    mean_wait,
    patient,
    waits,
)
from tests.sim.scenarios import pool


def check_erlang_c(agents: int, load: float, *, hours: int, days: int) -> None:
    lived = days_of(patient(agents, load, hours), days)
    probability = erlang_c(agents, load)
    assert not differs(probability, lived, waits)
    assert not differs(probability * TALK / (agents - load), lived, mean_wait)


def check_erlang_a(agents: int, load: float, patience: float, *, hours: int, days: int) -> None:
    lived = days_of(impatient(agents, load, patience, hours), days)
    exact = erlang_a(agents, load, patience)
    assert not differs(exact["waits"], lived, waits)
    assert not differs(exact["abandons"], lived, abandons)
    assert not differs(exact["wait"], lived, mean_wait)


def test_the_formulas_agree_with_each_other() -> None:
    """Patience without end is Erlang C; one class of callers is no priority."""
    assert erlang_c(5, 4.0) == pytest.approx(0.5541, abs=1e-4)
    assert erlang_a(5, 4.0, 1e7)["waits"] == pytest.approx(erlang_c(5, 4.0), rel=1e-3)
    assert cobham(5, [4.0]) == [pytest.approx(erlang_c(5, 4.0) * TALK / (5 - 4.0))]


@pytest.mark.parametrize(("agents", "load"), [(2, 1.2), (10, 8.0)])
def test_patient_callers_wait_as_erlang_c_says(agents: int, load: float) -> None:
    check_erlang_c(agents, load, hours=max(6, 40 // agents), days=8)


@pytest.mark.parametrize(("agents", "load"), [(4, 5.0), (20, 20.0)])
def test_impatient_callers_leave_as_erlang_a_says(agents: int, load: float) -> None:
    check_erlang_a(agents, load, 120.0, hours=max(5, 40 // agents), days=8)


def test_a_wrap_up_keeps_the_agent_as_long_as_a_talk_would() -> None:
    """Pollaczek and Khinchine, one agent: wait = load x service x (1 + CV^2) / 2 / (1 - load)."""
    scenario = pool(agents=1, calls_per_hour=12, hours=40)
    queue = replace(scenario.queues[0], talk_mean_s=120.0, talk_cv=0.0, wrap_mean_s=30.0)
    lived = days_of(replace(scenario, queues=(queue,)), 12)
    load, service = 12 * 150 / 3600, 150.0
    assert not differs(load * service / 2 / (1 - load), lived, mean_wait)


@pytest.mark.long
@pytest.mark.parametrize("busy", [0.5, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("agents", [1, 2, 5, 10, 20, 50])
def test_erlang_c_holds_on_a_grid_of_loads(agents: int, busy: float) -> None:
    if erlang_c(agents, agents * busy) > 0.02:  # else hardly anyone waits, and days tell nothing
        check_erlang_c(agents, agents * busy, hours=max(6, 100 // agents), days=16)


@pytest.mark.long
@pytest.mark.parametrize("patience", [60.0, 180.0, 600.0])
@pytest.mark.parametrize("busy", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("agents", [2, 10, 50])
def test_erlang_a_holds_on_a_grid_of_loads(agents: int, busy: float, patience: float) -> None:
    check_erlang_a(agents, agents * busy, patience, hours=max(6, 100 // agents), days=16)

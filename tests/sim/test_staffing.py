"""How many agents are needed, and that not one of them could be spared."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.sim.erlang import Goal, Load, agents_needed, impatient
from ccserver.sim.staffing import Counts, NotEnoughError, Reached, fewest, need

LOAD = Load(calls_per_second=200 / 3600, handle_seconds=195.0)
GOAL = Goal(share=0.8, seconds=20.0)


def test_who_gives_up_saves_agents() -> None:
    told = need(LOAD, GOAL, patience_seconds=180.0, shrinkage=0.3)
    assert (told.patient, told.agents) == (15, 13)
    assert told.rostered == 19
    assert told.figures.service_level >= 0.8
    assert told.figures.abandoned_share > 0.0


def test_without_patience_both_formulas_are_one() -> None:
    told = need(LOAD, GOAL)
    assert told.agents == told.patient == told.rostered
    assert told.figures.abandoned_share == 0.0


def test_shrinkage_does_not_round_a_whole_number_up() -> None:
    load = Load(calls_per_second=1 / 195.0, handle_seconds=195.0)
    goal = Goal(occupancy_max=1 / 7 + 1e-9)
    assert need(load, goal, shrinkage=0.3).rostered == 10


def test_an_hour_without_calls_needs_nobody() -> None:
    told = need(Load(calls_per_second=0.0, handle_seconds=195.0), GOAL, patience_seconds=180.0)
    assert (told.agents, told.patient, told.rostered) == (0, 0, 0)


class Lines:
    """Two queues: the first two groups serve one each, the third serves both as half of each."""

    def __init__(self, *erlangs: float) -> None:
        self.loads = [Load(calls_per_second=e / 195.0, handle_seconds=195.0) for e in erlangs]
        self.tried: list[Counts] = []

    def __call__(self, counts: Counts) -> list[Reached]:
        assert counts not in self.tried, "a simulated day is dear"
        self.tried.append(counts)
        both = counts[2] / 2 if len(counts) > 2 else 0.0
        return [
            Reached(name=f"queue {n}", wanted=0.8, share=self._share(load, counts[n] + both))
            for n, load in enumerate(self.loads)
        ]

    @staticmethod
    def _share(load: Load, agents: float) -> float:
        whole = math.floor(agents)
        if not whole:
            return 0.0
        figures = impatient(load, whole, patience_seconds=180.0, within_seconds=20.0)
        return figures.service_level


def met(lines: Lines, counts: Counts) -> bool:
    fresh = Lines()
    fresh.loads = lines.loads
    return all(reached.margin >= 0.0 for reached in fresh(counts))


@pytest.mark.timeout(400)  # many integrals, under coverage, beside whatever else the machine does
@given(
    first=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    erlangs=st.tuples(st.floats(0.5, 25.0), st.floats(0.5, 25.0)),
)
def test_separate_groups_come_to_what_the_formula_says(
    first: tuple[int, int], erlangs: tuple[float, float]
) -> None:
    lines = Lines(*erlangs)
    assert fewest(first, lines) == tuple(
        agents_needed(load, GOAL, patience_seconds=180.0) for load in lines.loads
    )


@given(first=st.tuples(*[st.integers(1, 20)] * 3), erlangs=st.tuples(*[st.floats(1.0, 15.0)] * 2))
def test_no_one_can_be_spared(first: Counts, erlangs: tuple[float, float]) -> None:
    lines = Lines(*erlangs)
    counts = fewest(first, lines)
    assert met(lines, counts)
    for g, size in enumerate(counts):
        if size:
            assert not met(lines, (*counts[:g], size - 1, *counts[g + 1 :]))


def test_the_search_tries_few_days() -> None:
    lines = Lines(60.0, 45.0)
    fewest((20, 20, 40), lines)
    assert len(lines.tried) < 60


def test_who_lacks_the_skill_cannot_be_made_up_for_by_numbers() -> None:
    def figures_of(_: Counts) -> list[Reached]:
        return [
            Reached(name="sales", wanted=0.8, share=1.0),
            Reached(name="roadside", wanted=0.8, share=0.0),
        ]

    with pytest.raises(NotEnoughError, match=r"roadside: 0\.0%"):
        fewest((5, 5), figures_of)

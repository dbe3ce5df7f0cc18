"""The world in which routing is measured is as it was described."""

from dataclasses import replace
from statistics import fmean

import pytest

from ccserver.core.rules import Fit
from ccserver.core.value import Tier
from ccserver.sim.day import run
from ccserver.sim.figures import figures
from ccserver.sim.scenario import Law, faults
from ccserver.sim.study import LOADS, POOLS, Kind, find_load, study, team, unevenness

RATE = {20: 310.0, 50: 830.0, 200: 3500.0}


@pytest.mark.parametrize("agents", [20, 50, 200])
def test_a_study_can_be_lived(agents: int) -> None:
    scenario = study(agents, RATE[agents])
    assert faults(scenario) == []
    assert sum(group.count for group in scenario.agents) == agents
    assert len(scenario.queues) == 12
    assert sum(scenario.arrivals) / 8 == pytest.approx(RATE[agents])
    talk = sum(queue.share * queue.talk_mean_s for queue in scenario.queues)
    assert talk == pytest.approx(180, abs=0.1)


def test_agents_have_skills_and_languages_in_the_shares_told() -> None:
    groups = team(200, 1)
    by_skills = [sum(g.count for g in groups if len(g.skills) == n) for n in (1, 2, 3)]
    assert by_skills == [80, 80, 40]
    by_language = [
        sum(g.count for g in groups if g.languages == spoken)
        for spoken in (("a",), ("a", "b"), ("b",))
    ]
    assert by_language == [140, 40, 20]


def test_the_same_seed_makes_the_same_team() -> None:
    assert team(50, 1) == team.__wrapped__(50, 1)
    assert team(50, 1) != team(50, 2)


def test_a_team_is_uneven_by_the_pools_that_too_few_can_serve() -> None:
    everything: Kind = (frozenset(skill for skill, _ in POOLS), ("a", "b"))
    sales: Kind = (frozenset({"sales"}), ("a", "b"))
    assert unevenness([everything] * 20) < 1
    assert unevenness([everything] * 10 + [sales] * 10) > 1
    assert unevenness([everything, *[sales] * 19]) > unevenness([everything] * 10 + [sales] * 10)


def test_the_chosen_team_can_be_loaded_evenly() -> None:
    """No group of pools has more work than its share of the agents."""
    groups = team(50, 1)
    agents: list[Kind] = [
        (frozenset(g.skills), g.languages) for g in groups for _ in range(g.count)
    ]
    assert unevenness(agents) <= 1


def test_a_language_is_required_or_held_for_a_while() -> None:
    small, large = study(20, 310.0), study(50, 830.0)
    by_name = {queue.name: queue for queue in large.queues}
    assert by_name["sales-a"].language is Fit.REQUIRED
    assert by_name["sales-b"].languages == {"b": 1.0}
    assert by_name["sales-b-pref"].language is Fit.PREFERRED
    assert {queue.language_seconds for queue in small.queues} == {5.0}
    assert {queue.language_seconds for queue in large.queues} == {20.0}


def test_variants_are_the_same_world_but_for_one_thing() -> None:
    base = study(50, 830.0)
    storm = study(50, 830.0, storm="complaint")
    assert storm.surge[0].queue == ("complaint-a", "complaint-b", "complaint-b-pref")
    assert replace(storm, surge=base.surge) == base
    patient = study(50, 830.0, patience=Law.LOGNORMAL)
    assert {tier.patience_law for tier in patient.tiers} == {Law.LOGNORMAL}
    assert [tier.name for tier in base.tiers] == [Tier.PLATINUM, Tier.GOLD, Tier.STANDARD]


def test_a_load_that_was_not_found_before_is_found() -> None:
    """By bisection, on a very small world."""
    rate = find_load(6, 0.2, days=1)
    scenario = study(6, rate)
    found = figures([run(scenario, "fifo", seed=1)]).all
    assert found.abandon_rate == pytest.approx(0.2, abs=0.04)


@pytest.mark.long
@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize(("agents", "days"), [(20, 12), (50, 6), (200, 3)])
def test_at_each_load_so_many_hang_up_as_it_says(agents: int, days: int, load: str) -> None:
    scenario = study(agents, load)
    found = [figures([run(scenario, "fifo", seed)]).all for seed in range(1, days + 1)]
    assert fmean(day.abandon_rate for day in found) == pytest.approx(LOADS[load], abs=0.006)

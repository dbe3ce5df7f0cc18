"""Who calls is drawn from the seed, and from nothing that happens later."""

from collections import Counter
from dataclasses import replace
from math import inf
from random import Random
from statistics import fmean, stdev

import pytest

from ccserver.core.rules import Fit
from ccserver.sim.contacts import HOUR_SECONDS, Contact, contacts, law
from ccserver.sim.day import run
from ccserver.sim.scenario import Law, Scenario, Surge
from ccserver.sim.site import people
from tests.sim.scenarios import hotline, pool


def drawn(scenario: Scenario, seed: int = 1) -> list[Contact]:
    return list(contacts(scenario, people(scenario), begin=0.0, seed=seed))


@pytest.mark.parametrize(
    ("cv", "name", "median"),
    [
        (1.0, None, 69.31),
        (1.0, Law.EXPONENTIAL, 69.31),
        (1.0, Law.LOGNORMAL, 70.71),
        (0.8, None, 78.09),
        (0.5, None, 89.44),
    ],
)
def test_durations_have_mean_spread_and_law(cv: float, name: Law | None, median: float) -> None:
    draw, random = law(100.0, cv, name), Random(1)
    many = [draw(random.random()) for _ in range(40_000)]
    assert fmean(many) == pytest.approx(100, rel=0.02)
    assert stdev(many) == pytest.approx(100 * cv, rel=0.05)
    assert draw(0.5) == pytest.approx(median, abs=0.01)


def test_without_spread_every_duration_is_the_mean() -> None:
    assert law(15.0, 0.0)(0.9) == 15.0
    assert law(inf, 1.0)(0.9) == inf
    assert law(0.0, 1.0)(0.9) == 0.0


def test_calls_come_at_the_rate_of_the_hour() -> None:
    scenario = replace(pool(agents=1, calls_per_hour=1, hours=3), arrivals=(1000, 0, 4000))
    by_hour = Counter(int(contact.at // HOUR_SECONDS) for contact in drawn(scenario))
    assert set(by_hour) == {0, 2}
    assert by_hour[0] == pytest.approx(1000, abs=4 * 1000**0.5)
    assert by_hour[2] == pytest.approx(4000, abs=4 * 4000**0.5)


def test_a_day_may_end_within_an_hour() -> None:
    scenario = replace(pool(agents=1, calls_per_hour=2000, hours=2), hours=1.5)
    assert max(contact.at for contact in drawn(scenario)) == pytest.approx(5400, abs=20)


def test_a_surge_brings_more_of_the_usual_mix_or_of_one_queue() -> None:
    calm = replace(hotline(hours=3), arrivals=(3000.0, 3000.0, 3000.0))
    surge = Surge(at_h=1, for_h=1, factor=1.6)

    def in_hour(scenario: Scenario, hour: int) -> Counter[str]:
        return Counter(
            contact.queue.name for contact in drawn(scenario) if contact.at // HOUR_SECONDS == hour
        )

    mixed = in_hour(replace(calm, surge=(surge,)), 1)
    assert mixed.total() == pytest.approx(4800, rel=0.05)
    assert mixed["sales"] / mixed.total() == pytest.approx(0.4, abs=0.03)
    storm = in_hour(replace(calm, surge=(replace(surge, queue=("sales",)),)), 1)
    assert storm["sales"] == pytest.approx(0.4 * 3000 + 1800, rel=0.05)
    assert storm["service"] == pytest.approx(0.6 * 3000, rel=0.06)


def test_every_policy_sees_the_same_contacts() -> None:
    def seen(policy: str) -> list[tuple[object, ...]]:
        return [
            (c.id, c.at, c.queue, c.tier, c.patience_s, c.talk_s, c.wrap_s, c.last_agent)
            for c in run(hotline(), policy, seed=5).contacts
        ]

    assert seen("fifo") == seen("balanced")


def test_a_different_law_leaves_all_other_draws_as_they_were() -> None:
    scenario = hotline()
    constant = tuple(replace(queue, talk_cv=0.0) for queue in scenario.queues)
    plain = [(c.at, c.tier.name, c.patience_s) for c in drawn(scenario)]
    assert plain == [
        (c.at, c.tier.name, c.patience_s) for c in drawn(replace(scenario, queues=constant))
    ]


def test_the_last_agent_could_have_served_the_caller() -> None:
    scenario = hotline(hours=8)
    strict = tuple(replace(q, language=Fit.REQUIRED) for q in scenario.queues)
    groups = (
        replace(scenario.agents[0], languages=("en", "zh")),
        replace(scenario.agents[1], languages=("zh",)),
    )
    spoken = replace(scenario, queues=strict, agents=groups, languages={"zh": 0.7, "en": 0.3})
    group_of = dict(people(spoken))
    repeats = [contact for contact in drawn(spoken) if contact.last_agent]
    assert len(repeats) / len(drawn(spoken)) == pytest.approx(0.3, abs=0.05)
    for contact in repeats:
        assert contact.last_agent is not None
        group = group_of[contact.last_agent]
        assert contact.language in group.languages
        assert set(contact.queue.skills.required) <= set(group.skills)

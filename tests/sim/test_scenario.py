"""A scenario that cannot be lived is refused with what to do about it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ccserver.core.rules import Fit
from ccserver.sim.scenario import AgentGroup, Needs, Scenario, Surge, faults
from tests.sim.scenarios import hotline


def test_a_sound_scenario_has_no_fault() -> None:
    assert faults(hotline()) == []


def tier(scenario: Scenario, **changes: object) -> Scenario:
    first, *rest = scenario.tiers
    return replace(scenario, tiers=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def queue(scenario: Scenario, **changes: object) -> Scenario:
    first, *rest = scenario.queues
    return replace(scenario, queues=(replace(first, **changes), *rest))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: replace(s, hours=0), "hours: 0 is no length"),
        (lambda s: replace(s, arrivals=(5.0,)), "arrivals: 1 numbers for 2 hours"),
        (lambda s: tier(s, share=0.5), "tier.share: together 1.4"),
        (lambda s: tier(s, share=-0.5), "tier.share: a share is below 0"),
        (lambda s: tier(s, value=2), "tier.value: 2; write a number from 0 to 1"),
        (lambda s: tier(s, name=s.tiers[1].name), "tier.name: 'gold' stands there twice"),
        (lambda s: queue(s, talk_mean_s=0), "queue.talk_mean_s: 0"),
        (lambda s: queue(s, name="service"), "queue.name: 'service' stands there twice"),
        (lambda s: replace(s, policy="luck"), "policy: 'luck' is not known; write one of balanced"),
        (lambda s: queue(s, policy="luck"), "policy: 'luck' is not known"),
        (lambda s: replace(s, repeat_share=2), "repeat_share: 2"),
        (lambda s: replace(s, languages={"zh": 0.5}), "languages.share: together 0.5"),
        (lambda s: queue(s, languages={"zh": 2.0}), "queue sales: languages.share: together 2"),
        (lambda s: replace(s, agents=(AgentGroup(count=1, shift=(3, 2)),)), "agents.shift: [3, 2]"),
        (lambda s: replace(s, surge=(Surge(at_h=-1, for_h=1, factor=2),)), "surge: at_h and for_h"),
        (lambda s: replace(s, surge=(Surge(at_h=1, for_h=1, factor=-1),)), "surge.factor: -1"),
        (
            lambda s: replace(s, surge=(Surge(at_h=1, for_h=1, factor=2, queue=("parts",)),)),
            "surge.queue: no queue is called 'parts'",
        ),
        (
            lambda s: queue(s, skills=Needs(required={"sales": 4})),
            "queue sales: no agent has all of its required skills",
        ),
        (
            lambda s: replace(
                queue(s, language=Fit.REQUIRED),
                languages={"en": 1.0},
                agents=tuple(replace(group, languages=("zh",)) for group in s.agents),
            ),
            "queue sales: no agent who could serve it speaks 'en'",
        ),
    ],
)
def test_a_fault_is_told(change: Callable[[Scenario], Scenario], told: str) -> None:
    assert [fault for fault in faults(change(hotline())) if fault.startswith(told)]

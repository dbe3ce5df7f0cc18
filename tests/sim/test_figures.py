"""Figures of days whose callers are counted by hand."""

from dataclasses import replace

import pytest

from ccserver.core.ids import ContactId, LegId
from ccserver.core.records import QueueExit
from ccserver.core.value import Tier
from ccserver.sim.compare import compare, measure
from ccserver.sim.contacts import Contact
from ccserver.sim.day import run
from ccserver.sim.figures import figures, group, waits_of
from ccserver.sim.reach import findings
from ccserver.sim.scenario import TierMix
from tests.sim.scenarios import CALLS, hotline, pool

GOLD = TierMix(name=Tier.GOLD, share=1.0, value=0.6, target=(0.9, 20.0))


def caller(exit_: QueueExit | None, wait: float = 0.0, value: float = 0.6) -> Contact:
    left_at = None if exit_ is None else 1000.0 + wait
    return Contact(
        number=1,
        id=ContactId("c1"),
        at=1000.0,
        queue=CALLS,
        tier=replace(GOLD, value=value),
        language="",
        patience_s=60.0,
        talk_s=60.0,
        wrap_s=0.0,
        last_agent=None,
        callback=False,
        leg=LegId("c1"),
        left_at=left_at,
        exit=exit_,
    )


def test_each_caller_is_counted_once() -> None:
    some = group(
        [
            caller(QueueExit.ANSWERED, 5.0),
            caller(QueueExit.ANSWERED, 20.0),
            caller(QueueExit.ANSWERED, 30.0),
            caller(QueueExit.ABANDONED, 40.0, value=1.0),
            caller(QueueExit.SHORT_ABANDONED, 3.0, value=0.2),
            caller(QueueExit.TIMEOUT, 60.0),
            caller(QueueExit.CALLBACK, 60.0),
            caller(None),
        ]
    )
    assert some.offered == 8
    assert (some.answered, some.abandoned, some.short_abandoned) == (3, 2, 1)
    assert some.flowed_out == {"callback": 1, "timeout": 1}
    assert some.waiting == 1
    out = sum(some.flowed_out.values())
    assert some.offered == some.answered + some.abandoned + out + some.waiting
    assert some.service_level == pytest.approx(2 / (3 + 2 - 1))
    assert some.service_level_variant == "sl_excl_short"
    assert some.asa_s == pytest.approx(55 / 3)
    assert some.value_lost == pytest.approx(1.2 / 4.8)
    assert some.value_missing_target == pytest.approx(1 - 1.2 / 4.8)
    assert some.wait.max == 60.0
    assert some.wait_answered.max == 30.0


def test_no_callers_are_no_reason_to_divide_by_them() -> None:
    none = group([])
    assert none.service_level is None
    assert (none.offered, none.value_lost, none.asa_s, none.wait.max) == (0, 0.0, 0.0, 0.0)


def test_a_percentile_is_a_wait_that_someone_had() -> None:
    waits = waits_of(float(n) for n in range(1, 101))
    assert (waits.p50, waits.p90, waits.p99, waits.max) == (50.0, 90.0, 99.0, 100.0)
    assert waits_of([7.0]).p50 == 7.0


def test_tiers_and_queues_add_up_to_all() -> None:
    found = figures([run(hotline(), seed=1), run(hotline(), seed=2)])
    for parts in (found.tiers, found.queues, found.cells):
        assert sum(part.offered for part in parts.values()) == found.all.offered
        assert sum(part.answered for part in parts.values()) == found.all.answered
    assert sum(hour.offered for hour in found.hours) * 2 == found.all.offered
    assert 0 < found.occupancy.min <= found.occupancy.mean <= found.occupancy.max <= 1
    assert found.occupancy.spread == pytest.approx(found.occupancy.max - found.occupancy.min)


def test_repeat_callers_reach_their_last_agent_now_and_then() -> None:
    day = run(hotline())
    found = figures([day]).last_agent
    assert found.offered == sum(contact.last_agent is not None for contact in day.contacts)
    assert 0 < found.share < 1
    assert found.reached == sum(
        contact.agent is not None and contact.agent == contact.last_agent
        for contact in day.contacts
    )


def test_without_affinity_the_last_agent_is_reached_by_chance() -> None:
    days = [run(replace(hotline(), affinity_days=days)) for days in (0.0, 30.0)]
    by_chance, wanted = (figures([day]).last_agent.share for day in days)
    assert by_chance < wanted


def test_a_target_that_no_routing_could_meet_is_told_as_such() -> None:
    scenario = pool(agents=10, calls_per_hour=220, hours=2, tier=replace(GOLD, patience_mean_s=90))
    days = [run(scenario)]
    missed = findings(days, figures(days))
    assert [one.queue for one in missed] == [None, "calls"]
    assert missed[0].reachable is False
    assert "NOT REACHABLE at this staffing" in missed[0].text()
    assert missed[1].reachable is None
    assert "gold in calls" in missed[1].text()


def test_a_target_that_is_missed_for_want_of_skills_could_be_met() -> None:
    """Sales starves while those who only know service idle."""
    scenario = hotline()
    few, many = scenario.agents
    agents = (replace(few, count=3, no_answer=0.0), replace(many, count=30))
    days = [run(replace(scenario, agents=agents))]
    by_tier = {one.tier: one for one in findings(days, figures(days)) if one.queue is None}
    assert by_tier["standard"].reachable is True
    assert "NOT" not in by_tier["standard"].text()


def test_targets_that_are_met_are_not_spoken_of() -> None:
    days = [run(pool(agents=30, calls_per_hour=100, hours=2))]
    assert findings(days, figures(days)) == []


def test_differences_are_paired_by_day() -> None:
    found = measure([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (found.mean, found.difference, found.difference_error) == (3.0, 1.0, 0.0)
    assert found.relative == 0.5
    assert found.error == pytest.approx(3**-0.5)
    assert measure([1.0], [0.0]).relative is None


def test_a_policy_compared_with_itself_differs_in_nothing() -> None:
    days = [figures([run(hotline(), seed=seed)]) for seed in (1, 2)]
    found = compare({"fifo": days, "again": days}, "fifo")
    assert set(found) == {"fifo", "again"}
    assert all(one.difference == 0 for one in found["again"].values())
    assert {"value_lost", "service_level.gold", "wait_p99.standard"} <= set(found["fifo"])

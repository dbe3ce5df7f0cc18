"""Pools and types: the estimates that follow the day."""

import pytest

from ccserver.core.demand import Ability, Need
from ccserver.core.ids import AgentId, Queue, Skill
from ccserver.core.pools import MEMORY_SECONDS, USUAL_SECONDS, Group, HandleTimes, Landscape, Pool
from ccserver.core.rules import Fit, QueueRules

SALES, SERVICE = Queue("sales"), Queue("service")


def rules(name: Queue) -> QueueRules:
    return QueueRules(name=name, required=((Skill(name), 1),), language=Fit.IGNORED)


def ability(*names: Queue) -> Ability:
    skills = tuple(sorted((Skill(name), 1) for name in names))
    return Ability(frozenset(), skills, frozenset(), frozenset())


def landscape() -> Landscape:
    scape = Landscape()
    scape.set_rules([rules(SALES), rules(SERVICE)])
    for name in (SALES, SERVICE):
        scape.pool(rules(name), Need(name, "", ""))
    return scape


def staff(scape: Landscape, count: int, *names: Queue) -> None:
    kind = scape.kind(ability(*names))
    kind.signed_in = kind.working = count


def pool_of(scape: Landscape, name: Queue) -> Pool:
    return scape.pools[Need(name, "", "")]


def test_a_queue_s_handle_time_begins_as_the_usual_one_and_becomes_its_own() -> None:
    times = HandleTimes()
    assert times.of(SALES) == USUAL_SECONDS
    times.add(SALES, 100.0)
    assert 100.0 < times.of(SALES) < USUAL_SECONDS
    for _ in range(2000):
        times.add(SALES, 100.0)
        times.add(SERVICE, 300.0)
    assert times.of(SALES) == pytest.approx(100.0, rel=0.12)
    assert times.of(SERVICE) == pytest.approx(300.0, rel=0.12)
    assert times.usual == pytest.approx(200.0, rel=0.05)
    times.add(SALES, 0.0)
    assert times.of(SALES) >= 1.0


def test_queues_that_the_same_agents_serve_are_one_group() -> None:
    scape = landscape()
    staff(scape, 10, SALES, SERVICE)
    sales, service = (scape.pools[Need(name, "", "")] for name in (SALES, SERVICE))
    now = 0.0
    for second in range(1200):
        now = float(second)
        sales.count_arrival(now, 0.2)
        if second % 3 == 0:
            service.count_arrival(now, 0.2)
        scape.follow(now)
    assert sales.group is service.group, "the same agents serve both"
    assert sales.group.capacity == pytest.approx(10.0)
    assert sales.share / service.share == pytest.approx(3.0, rel=0.05)
    assert sales.group.load == pytest.approx(USUAL_SECONDS * 4 / 3, rel=0.05)


def test_specialists_free_those_who_can_do_both() -> None:
    scape = landscape()
    staff(scape, 5, SALES, SERVICE)
    staff(scape, 5, SALES)
    sales, service = (scape.pools[Need(name, "", "")] for name in (SALES, SERVICE))
    for second in range(1200):
        for pool in (sales, service):
            pool.count_arrival(float(second), 0.2)
        scape.follow(float(second))
    assert service.group.capacity == pytest.approx(5.0, rel=0.1)


def test_arrivals_are_forgotten_within_the_hour() -> None:
    scape = landscape()
    pool = scape.pools[Need(SALES, "", "")]
    pool.count_arrival(0.0, 1.0)
    assert pool.recent(MEMORY_SECONDS) == pytest.approx(0.3679, abs=1e-3)
    scape.follow(0.0)
    assert pool.group.worth_per_second == pytest.approx(pool.worth / 30, rel=0.1)


def test_an_idle_agent_s_price_falls_with_each_other_one_who_could_serve() -> None:
    group = Group(worth_per_second=0.1, thinness=0.5, idle=1)
    last_one = group.price()
    group.idle = 3
    assert group.price() < last_one / 2


def test_needs_that_no_one_has_any_more_are_dropped() -> None:
    scape = landscape()
    staff(scape, 1, SALES)
    scape.kind(ability(SERVICE))
    need = Need(SALES, "en", "")
    pool = scape.pool(rules(SALES), need)
    pool.count_arrival(0.0, 0.2)
    scape.follow(0.0)
    assert need in scape.pools
    scape.follow(86_400.0)
    assert need not in scape.pools
    (kind,) = scape.kinds.values()
    assert kind.opens(pool) == float("inf")
    assert kind.ability == ability(SALES), "nobody was of the other type"
    assert list(scape.idle("type-99")) == []


def test_rules_that_change_are_worked_out_anew() -> None:
    scape = landscape()
    staff(scape, 1, SALES)
    kind = scape.kind(ability(SALES))
    kind.idle[AgentId("anna")] = 0.0
    assert [pool.need.queue for pool, _ in kind.pools] == [SALES]
    scape.set_rules([QueueRules(name=SERVICE, required=((Skill(SALES), 1),))])
    assert {pool.need.queue for pool, _ in kind.pools} == {SALES, SERVICE}
    service = pool_of(scape, SERVICE)
    scape.follow(0.0)
    assert service.group.idle == 1

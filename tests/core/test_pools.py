"""Pools and types: the estimates that follow the day."""

import pytest

from ccserver.core.demand import Ability, Need
from ccserver.core.ids import AgentId, Queue, Skill
from ccserver.core.pools import MEMORY_SECONDS, USUAL_SECONDS, HandleTimes, Landscape
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
    return scape


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


def test_agents_are_shared_by_load_where_queues_want_the_same_ones() -> None:
    scape = landscape()
    scape.kind(ability(SALES, SERVICE)).working = 10
    sales, service = (scape.pools[Need(name, "", "")] for name in (SALES, SERVICE))
    now = 0.0
    for second in range(1200):
        now = float(second)
        sales.count_arrival(now, 0.2)
        if second % 3 == 0:
            service.count_arrival(now, 0.2)
        scape.follow(now)
    assert sales.capacity + service.capacity == pytest.approx(10.0)
    assert sales.capacity / service.capacity == pytest.approx(3.0, rel=0.05)
    assert sales.per_second == pytest.approx(1.0, rel=0.05)


def test_specialists_free_those_who_can_do_both() -> None:
    scape = landscape()
    scape.kind(ability(SALES, SERVICE)).working = 5
    scape.kind(ability(SALES)).working = 5
    sales, service = (scape.pools[Need(name, "", "")] for name in (SALES, SERVICE))
    for second in range(1200):
        for pool in (sales, service):
            pool.count_arrival(float(second), 0.2)
        scape.follow(float(second))
    assert service.capacity == pytest.approx(5.0, rel=0.1)


def test_arrivals_are_forgotten_within_the_hour() -> None:
    scape = landscape()
    pool = scape.pools[Need(SALES, "", "")]
    pool.count_arrival(0.0, 1.0)
    assert pool.recent(MEMORY_SECONDS) == pytest.approx(0.3679, abs=1e-3)
    scape.follow(0.0)
    assert pool.per_second == pytest.approx(1 / 30, rel=0.05), "no more than it knows"


def test_an_idle_agent_s_price_falls_with_each_other_one_who_could_serve() -> None:
    pool = landscape().pools[Need(SALES, "", "")]
    pool.capacity = 4.0
    pool.per_second, pool.thinness = 0.1, 0.5
    pool.idle = 1
    last_one = pool.price()
    pool.idle = 3
    assert pool.price() < last_one / 2


def test_needs_that_no_one_has_any_more_are_dropped() -> None:
    scape = landscape()
    scape.kind(ability(SALES))
    need = Need(SALES, "en", "")
    pool = scape.pool(rules(SALES), need)
    pool.count_arrival(0.0, 0.2)
    scape.follow(0.0)
    assert need in scape.pools
    scape.follow(86_400.0)
    assert need not in scape.pools
    assert all(kind.opens(pool) == float("inf") for kind in scape.kinds.values())
    assert Need(SALES, "", "") in scape.pools


def test_rules_that_change_are_worked_out_anew() -> None:
    scape = landscape()
    kind = scape.kind(ability(SALES))
    kind.idle[AgentId("anna")] = 0.0
    assert [pool.need.queue for pool, _ in kind.pools] == [SALES]
    scape.set_rules([QueueRules(name=SERVICE, required=((Skill(SALES), 1),))])
    assert {pool.need.queue for pool, _ in kind.pools} == {SALES, SERVICE}
    assert scape.pools[Need(SERVICE, "", "")].idle == 1

"""What deciding costs: each `handle` on a busy floor, and one decision by how many wait."""

import time
from math import log
from random import Random
from statistics import median

from ccserver.core.claim import Claim
from ccserver.core.demand import Ability
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.routing import Router
from ccserver.core.rules import AS_USUAL
from ccserver.core.timers import Timers
from ccserver.core.value import VALUE_OF_TIER
from tests.bench.acd_floor import (
    BEGINS_AT,
    TIER_SHARES,
    TIERS,
    Floor,
    profile,
    rules,
)
from tests.bench.costs import percentile
from tests.bench.report import Row

SKILLS = [f"skill-{n}" for n in range(10)]
SPARE_SKILLS = [f"spare-{n}" for n in range(3)]
"""Whose agents are free, so that a caller who comes finds one whoever else waits."""

HANDLE_MS_MAX = 1.0
WAITING, AGENTS = 5_000, 1_000
FILLED_SECONDS = 300.0
HANDLE_SECONDS = 195.0
PATIENCE_SECONDS = 600.0
EVENTS = 20_000

WAITING_OF_DECISIONS = (10, 100, 1_000, 10_000)
SPARE_AGENTS = 100
DECISIONS = 1_000
LOG_GOAL = log(WAITING_OF_DECISIONS[-1]) / log(WAITING_OF_DECISIONS[0])

ROUTER_AGENTS = 5_000
ROUTER_WAITING = (1_000, 10_000, 100_000)
ROUTER_MS_MAX = 0.15
FLAT = 2.0


def filled(waiting: int, *, spare: int = 0, announced: bool = True) -> Floor:
    """A floor on which every agent talks, but for the spare ones, and so many callers wait."""
    floor = Floor()
    groups = [(AGENTS, SKILLS), (spare, SPARE_SKILLS if spare else [])]
    floor.open(groups, announced=announced)
    coming = AGENTS + waiting
    while len(floor.talking) < AGENTS or len(floor.waiting) < waiting:
        floor.wait(FILLED_SECONDS / coming)
        floor.arrive(floor.luck.choice(SKILLS))
    while len(floor.waiting) > waiting:
        floor.hang_up()
    floor.forget_costs()
    return floor


def handle_rows() -> list[Row]:
    """Steady traffic: callers come, agents finish, callers hang up, and are told where they
    stand."""
    floor = filled(WAITING)
    finished, lost = AGENTS / HANDLE_SECONDS, WAITING / PATIENCE_SECONDS
    handled = 0
    while handled < EVENTS:
        floor.wait(floor.luck.expovariate(finished + lost))
        if floor.luck.random() < finished / (finished + lost):
            floor.finish(floor.luck.choice(list(floor.talking)))
        else:
            floor.hang_up()
        floor.arrive(floor.luck.choice(SKILLS))
        handled = sum(map(len, floor.spent_us.values()))
    floor.center.check()
    everything = [one / 1000 for some in floor.spent_us.values() for one in some]
    what = f"handle(), {WAITING:,} waiting x {AGENTS:,} agents x {len(SKILLS)} skills"
    return [
        Row(name=f"{what}: p50", value=percentile(everything, 0.5), unit="ms CPU"),
        Row(name=f"{what}: p99", value=percentile(everything, 0.99), unit="ms CPU",
            goal=("<=", HANDLE_MS_MAX)),
        Row(name=f"{what}: longest of {len(everything):,}", value=max(everything), unit="ms CPU"),
        *(
            Row(name=f"handle({name}): p99", value=percentile(some, 0.99) / 1000, unit="ms CPU")
            for name, some in sorted(floor.spent_us.items())
        ),
    ]  # fmt: skip


def decision_rows() -> list[Row]:
    """One decision by how many wait, in the whole Center and in the router alone.

    What grows is the number of lines of which the first is looked at: there are as many as there
    are sorts of callers, and with thousands waiting someone stands in each.
    """
    freed, came, waits = {}, {}, {}
    for waiting in WAITING_OF_DECISIONS:
        freed[waiting], came[waiting], waits[waiting] = _decisions(waiting)
    rows = []
    for what, costs, goal in (
        ("agent freed to offer", freed, ("<=", LOG_GOAL)),
        ("caller comes to offer", came, ("<=", LOG_GOAL)),
        # No decision: his place is looked up in each line of the queue, and lines grow in number.
        ("caller comes and waits", waits, None),
    ):
        rows += [
            Row(name=f"{what}, {n:,} waiting: median", value=us, unit="us CPU")
            for n, us in costs.items()
        ]
        least, most = WAITING_OF_DECISIONS[0], WAITING_OF_DECISIONS[-1]
        growth = costs[most] / costs[least]
        name = f"{what}: {most:,} waiting / {least:,}"
        rows.append(Row(name=name, value=growth, unit="x", goal=goal))
    return [*rows, *_router_rows()]


def _decisions(waiting: int) -> tuple[float, float, float]:
    """Microseconds: an agent is freed and gets a caller; a caller comes and gets an agent; a
    caller comes and waits."""
    floor = filled(waiting, spare=SPARE_AGENTS, announced=False)
    for _ in range(DECISIONS):
        floor.wait(0.05)
        busy = [agent for agent in floor.talking if int(agent[1:]) < AGENTS]
        floor.finish(floor.luck.choice(busy))
        floor.arrive(floor.luck.choice(SKILLS))
    freed = median(floor.offers_us["WrapUpDone"])
    waits = median(floor.spent_us["CallHeld"])
    floor.forget_costs()
    for _ in range(DECISIONS):
        floor.wait(0.05)
        floor.arrive(floor.luck.choice(SPARE_SKILLS))
        spare_talks = [agent for agent in floor.talking if int(agent[1:]) >= AGENTS]
        if len(spare_talks) > SPARE_AGENTS // 2:
            floor.finish(floor.luck.choice(spare_talks))
    return freed, median(floor.offers_us["CallHeld"]), waits


# -- the router alone, as the study measured it


def _router_rows() -> list[Row]:
    costs = {waiting: _router_us(waiting) for waiting in ROUTER_WAITING}
    least, most = ROUTER_WAITING[0], ROUTER_WAITING[-1]
    return [
        *(
            Row(name=f"router alone, {n:,} waiting x {ROUTER_AGENTS:,} agents: a decision",
                value=us / 1000, unit="ms CPU", goal=("<=", ROUTER_MS_MAX))
            for n, us in costs.items()
        ),
        Row(name=f"router alone: {most:,} waiting / {least:,}", value=costs[most] / costs[least],
            unit="x", goal=("<=", FLAT)),
    ]  # fmt: skip


def _router_us(waiting: int) -> float:
    """Microseconds for one freed agent's choice, the median of many."""
    luck = Random(waiting)
    router = Router(Timers())
    router.set_rules(map(rules, SKILLS), AS_USUAL)
    now = BEGINS_AT
    router.at(now)
    agents = [profile(n, SKILLS, luck) for n in range(ROUTER_AGENTS)]
    for one in agents:
        ability = Ability(one.queues, one.skills, one.languages, one.regions)
        router.seat(one.agent, ability, signed_in=True, working=True, misses=0)
    for n in range(waiting):
        now += FILLED_SECONDS / waiting
        router.at(now)
        router.enter(_claim(n, now, luck))
    _pairs(router, now)
    spent = []
    for n in range(waiting, waiting + DECISIONS):
        now += 0.05
        agent = luck.choice(agents).agent
        began = time.thread_time_ns()
        router.at(now)
        router.idle(agent, now)
        pairs = _pairs(router, now)
        spent.append((time.thread_time_ns() - began) / 1000)
        assert pairs, "there are callers for everyone"
        router.enter(_claim(n, now, luck))
        _pairs(router, now)
    return median(spent)


def _pairs(router: Router, now: float) -> list[tuple[AgentId, ContactId]]:
    pairs = []
    for found in router.match(now):
        router.leave(found.contact)
        router.busy(found.agent)
        pairs.append((found.agent, found.contact))
    return pairs


def _claim(n: int, now: float, luck: Random) -> Claim:
    tier = luck.choices(TIERS, TIER_SHARES)[0]
    return Claim(
        contact=ContactId(f"c{n}"),
        queue=Queue(luck.choice(SKILLS)),
        tier=tier,
        value=VALUE_OF_TIER[tier],
        queued_at=now,
        language=luck.choice(("zh", "en")),
    )

"""Whole days, in virtual time."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from ccserver.core.center import Center
from ccserver.core.commands import Command, Connect
from ccserver.core.events import Event, OfferFailed
from ccserver.core.records import QueueExit, SaveAgentInterval
from ccserver.sim.contacts import HOUR_SECONDS
from ccserver.sim.day import run
from ccserver.sim.journal import line
from ccserver.sim.stage import DAY_BEGINS
from ccserver.sim.world import World
from tests.sim.scenarios import hotline, pool

HASH_OF_A_DAY = """
from tests.sim.test_world import journal_hash
print(journal_hash(seed=7))
"""


def journal_hash(seed: int) -> str:
    digest = hashlib.sha256()

    def note(at: float, event: Event, commands: list[Command]) -> None:
        digest.update(line(at, event, commands).encode())

    run(hotline(hours=1), seed=seed, note=note)
    return digest.hexdigest()


def test_the_same_seed_writes_the_same_journal() -> None:
    assert journal_hash(seed=7) == journal_hash(seed=7)
    assert journal_hash(seed=7) != journal_hash(seed=8)


def test_the_journal_is_the_same_in_every_process() -> None:
    """Python hashes texts with a salt of each process: nothing may hang on the order of a set."""
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASH_OF_A_DAY],
            env={**os.environ, "PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert hashes == {journal_hash(seed=7) + "\n"}


@pytest.mark.parametrize("seed", range(3))
def test_what_must_always_be_true_is_true_after_every_event(seed: int) -> None:
    world: World

    def note(_at: float, _event: Event, _commands: list[Command]) -> None:
        world.center.check()

    world = World(hotline(hours=1), seed=seed, note=note)
    world.live()
    assert len(world.contacts) > 100


def test_everyone_leaves_the_queue_once() -> None:
    day = run(hotline())
    assert all(contact.exit is not None for contact in day.contacts)
    assert all(contact.wait_s >= 0 for contact in day.contacts)
    answered = [contact for contact in day.contacts if contact.exit is QueueExit.ANSWERED]
    assert all(contact.agent is not None for contact in answered)
    assert all(contact.wait_s <= contact.patience_s for contact in answered)


def test_a_phone_that_is_not_answered_costs_the_caller_time_but_not_the_place() -> None:
    missed: Counter[str] = Counter()

    def note(_at: float, event: Event, _commands: list[Command]) -> None:
        if isinstance(event, OfferFailed):
            missed[event.contact] += 1

    day = run(hotline(), note=note)
    late = {contact.id: contact for contact in day.contacts if missed[contact.id]}
    assert len(late) > 5
    assert all(contact.wait_s >= 20 for contact in late.values() if contact.agent)


def test_no_one_is_connected_to_an_agent_outside_the_shift() -> None:
    day = run(hotline())
    for contact in day.contacts:
        if contact.agent and contact.answered_at:
            shift = day.shifts[contact.agent]
            assert contact.answered_at >= shift.from_at
            staying = shift.until_at == DAY_BEGINS + 2 * HOUR_SECONDS
            assert staying or contact.answered_at <= shift.until_at + 2.0


def test_who_still_waits_at_the_end_of_the_day_is_served() -> None:
    day = run(pool(agents=1, calls_per_hour=40, hours=1))
    assert {contact.exit for contact in day.contacts} == {QueueExit.ANSWERED}
    assert max(contact.left_at or 0.0 for contact in day.contacts) > DAY_BEGINS + HOUR_SECONDS


def test_agents_who_never_answer_are_paused_and_come_back() -> None:
    scenario = pool(agents=2, calls_per_hour=60, hours=1)
    deaf = replace(scenario, agents=(replace(scenario.agents[0], no_answer=1.0),))
    offers = Counter[str]()

    def note(_at: float, _event: Event, commands: list[Command]) -> None:
        offers.update(str(order.agent) for order in commands if isinstance(order, Connect))

    tier = replace(scenario.tiers[0], patience_mean_s=300.0)
    day = run(replace(deaf, tiers=(tier,)), note=note)
    assert not any(contact.agent for contact in day.contacts)
    assert len(offers) == 2
    assert min(offers.values()) > 6


def test_seconds_of_work_are_what_the_center_keeps_of_the_agents() -> None:
    kept: Counter[str] = Counter()

    def note(_at: float, _event: Event, commands: list[Command]) -> None:
        for order in commands:
            if isinstance(order, SaveAgentInterval) and order.work.value in {"on_call", "wrap_up"}:
                kept[order.agent] += round(order.ended_at - order.started_at)

    day = run(pool(agents=3, calls_per_hour=30, hours=4), note=note)
    ends_at = DAY_BEGINS + 4 * HOUR_SECONDS
    for name, shift in day.shifts.items():
        over = sum(
            max(0.0, contact.answered_at + contact.talk_s - ends_at)
            for contact in day.contacts
            if contact.agent == name and contact.answered_at
        )
        assert shift.busy_s + over == pytest.approx(kept[name], rel=0.01)


def test_a_world_drives_a_real_center() -> None:
    assert isinstance(World(hotline()).center, Center)

"""Past traffic through the center again: a simulated day stands for the past."""

from dataclasses import dataclass, replace
from functools import cache

import pytest

from ccserver.core.events import Started
from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import QueueExit
from ccserver.core.value import Tier
from ccserver.sim.day import Day, run
from ccserver.sim.figures import figures
from ccserver.sim.past import NothingToReplayError, Past, patience_by_tier, stage_of
from ccserver.sim.replay import replayed, resized, under
from ccserver.sim.stage import imagined
from tests.sim.scenarios import hotline

_NEVER = (QueueExit.SHORT_ABANDONED, QueueExit.ABANDONED)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A visit, as the history would tell it."""

    contact: ContactId
    entered_at: float
    queues: tuple[Queue, ...]
    tier: Tier
    value: float
    language: str
    customer: CustomerId | None
    waited_seconds: float
    exit: QueueExit
    missed: int
    offered_seconds: float
    agent: AgentId | None
    talk_seconds: float | None
    wrap_seconds: float


@dataclass(frozen=True, kw_only=True)
class There:
    """An agent's stretch."""

    agent: AgentId
    from_at: float
    until_at: float


def remembered(day: Day, opening: Started) -> Past:
    """What the history holds of a simulated day."""
    visits = [
        Seen(
            contact=contact.id,
            entered_at=contact.at,
            queues=(Queue(contact.queue.name),),
            tier=contact.tier.name,
            value=contact.tier.value,
            language=contact.language,
            customer=CustomerId(f"c{contact.number % 50}"),
            waited_seconds=contact.wait_s,
            exit=QueueExit.ABANDONED if contact.exit in _NEVER else QueueExit.ANSWERED,
            missed=max(0, contact.offers - 1),
            offered_seconds=2.0 if contact.answered_at else 0.0,
            agent=contact.agent,
            talk_seconds=contact.talk_s if contact.answered_at else None,
            wrap_seconds=contact.wrap_s if contact.answered_at else 0.0,
        )
        for contact in day.contacts
    ]
    work = [
        There(agent=name, from_at=begin, until_at=end)
        for name, shift in sorted(day.shifts.items())
        for begin, end in shift.stretches
    ]
    stage = imagined(day.scenario)
    return Past(
        begins_at=stage.begins_at,
        ends_at=stage.ends_at,
        opening=opening,
        visits=visits,
        work=work,
    )


@cache
def past() -> Past:
    scenario = hotline(hours=8)
    return remembered(run(scenario, seed=4), imagined(scenario).opening)


def test_the_figures_of_what_happened_are_those_of_the_day() -> None:
    lived = figures([run(hotline(hours=8), seed=4)])
    told = replayed(past()).happened
    assert told.all == lived.all
    assert told.tiers == lived.tiers
    assert told.occupancy.mean == pytest.approx(lived.occupancy.mean, abs=0.02)


def test_the_same_rules_bring_nearly_the_same_day() -> None:
    told = replayed(past())
    assert told.changed is None
    assert told.again.all.offered == told.happened.all.offered
    assert told.again.all.abandon_rate == pytest.approx(told.happened.all.abandon_rate, abs=0.03)
    for tier, group in told.happened.tiers.items():
        again = told.again.tiers[tier]
        assert again.service_level == pytest.approx(group.service_level, abs=0.06)
    assert told.again.occupancy.mean == pytest.approx(told.happened.occupancy.mean, abs=0.03)


def test_more_agents_answer_more_and_fewer_answer_less() -> None:
    more, fewer = replayed(past(), agents=13).changed, replayed(past(), agents=8).changed
    again = replayed(past()).again
    assert more is not None
    assert fewer is not None
    assert more.all.abandoned < again.all.abandoned < fewer.all.abandoned
    assert more.occupancy.mean < again.occupancy.mean < fewer.occupancy.mean


def test_the_same_seed_replays_the_same() -> None:
    assert replayed(past(), agents=9, seed=3) == replayed(past(), agents=9, seed=3)


def test_a_policy_is_put_into_every_queue() -> None:
    stage = stage_of(past(), patience_by_tier(past().visits), seed=1)
    assert {q.policy for q in under(stage, "fifo").opening.queues} == {"fifo"}
    assert under(stage, "") is stage
    assert replayed(past(), policy="fifo").changed is not None


def test_patience_is_that_of_those_who_gave_up_and_longer_for_the_others() -> None:
    stage = stage_of(past(), patience_by_tier(past().visits), seed=1)
    for contact, visit in zip(stage.contacts, past().visits, strict=True):
        if visit.exit is QueueExit.ABANDONED:
            assert contact.patience_s == visit.waited_seconds
        else:
            assert contact.patience_s >= visit.waited_seconds


def test_a_tier_of_which_few_gave_up_is_thought_as_patient_as_all() -> None:
    laws = patience_by_tier(past().visits)
    assert not laws[Tier.STANDARD].pooled
    few = [v for v in past().visits if v.tier is not Tier.GOLD or v.exit is QueueExit.ANSWERED]
    pooled = patience_by_tier(few)[Tier.GOLD]
    assert pooled.pooled
    assert pooled.abandoned == 0
    assert pooled.censored > 0
    assert pooled.law.abandoned > 0


def test_staff_is_thinned_and_doubled_evenly() -> None:
    stage = stage_of(past(), patience_by_tier(past().visits), seed=1)
    fewer = resized(stage, 5)
    assert len(fewer.shifts) == 5
    assert sum(len(shift.stretches) for shift in fewer.shifts.values()) == 5
    more = resized(stage, 25)
    assert len(more.shifts) == 25
    assert len({profile.phone for profile in more.opening.agents}) == 25
    both = [p for p in more.opening.agents if len(p.queues) == 2]
    assert len(both) == 10
    assert resized(stage, 10).shifts == stage.shifts


def test_who_calls_again_is_known_by_his_last_agent() -> None:
    stage = stage_of(past(), patience_by_tier(past().visits), seed=1)
    first, *others = stage.contacts
    assert first.last_agent is None
    assert sum(contact.last_agent is not None for contact in others) > len(others) / 2


def test_what_the_records_have_forgotten_is_made_up_for_by_the_history() -> None:
    gone = replace(past().opening, agents=(), queues=())
    stage = stage_of(replace(past(), opening=gone), patience_by_tier(past().visits), seed=1)
    assert {p.agent for p in stage.opening.agents} == {w.agent for w in past().work}
    assert {q.name for q in stage.opening.queues} == {"sales", "service"}
    assert all(profile.queues for profile in stage.opening.agents)


def test_a_caller_who_is_handed_on_comes_as_a_contact_of_his_own() -> None:
    one = past().visits[0]
    twice = replace(past(), visits=[one, one])
    first, second = stage_of(twice, patience_by_tier(twice.visits), seed=1).contacts
    assert (first.id, second.id) == (one.contact, f"{one.contact}-2")


def test_nothing_is_replayed_where_nobody_was_answered() -> None:
    with pytest.raises(NothingToReplayError):
        replayed(replace(past(), visits=[]))

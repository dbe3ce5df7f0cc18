"""A queue's day, counted as it goes by."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccserver.core.center import Center
from ccserver.core.commands import CallState, ShowCall
from ccserver.core.day_figures import (
    HANDLING,
    WRAP_UP_SECONDS,
    DayFigures,
    KeptDay,
    KeptVisits,
    Telling,
    kept_us,
)
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.records import (
    QueueExit,
    SaveContactEnd,
    SaveQueueVisit,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.rules import QueueRules, Target
from ccserver.core.seen import EndedBy
from ccserver.core.value import Tier
from tests.core.chance import QUEUES, Chance

SALES, HELP = Queue("sales"), Queue("help")
ANNA = AgentId("anna")
NOON = 1_700_020_800.0
"""12:00 in Shanghai on 2023-11-15."""
MIDNIGHT = NOON - 12 * 3600.0


def visit(
    exit_: QueueExit = QueueExit.ANSWERED,
    *,
    at: float = NOON,
    waited: float = 10.0,
    tier: Tier = Tier.STANDARD,
    name: str = "1",
    queue: Queue = SALES,
) -> SaveQueueVisit:
    return SaveQueueVisit(
        contact=ContactId(name),
        number=1,
        queue=queue,
        tier=tier,
        value=0.2,
        entered_at=at,
        ended_at=at + waited,
        waited_seconds=waited,
        exit=exit_,
        agent=None,
        wait_from_seconds=0.0,
        wait_until_seconds=0.0,
    )


def part(
    kind: SegmentKind, seconds: float, *, at: float = NOON, name: str = "1", queue: Queue = SALES
) -> SaveSegment:
    return SaveSegment(
        contact=ContactId(name),
        number=2,
        kind=kind,
        queue=queue,
        agent=ANNA,
        started_at=at,
        ended_at=at + seconds,
        outcome="",
    )


def shown(
    state: CallState = CallState.QUEUED,
    *,
    at: float = NOON,
    name: str = "1",
    queue: Queue | None = SALES,
) -> ShowCall:
    return ShowCall(
        contact=ContactId(name),
        state=state,
        since=at,
        arrived_at=at - 5.0,
        caller="",
        customer="",
        tier=Tier.STANDARD,
        value=0.2,
        queue=queue,
        agent=None,
        visiting=True,
    )


def ended(name: str = "1", agent: AgentId | None = ANNA) -> SaveContactEnd:
    return SaveContactEnd(
        contact=ContactId(name),
        ended_at=NOON,
        ended_by=EndedBy.CALLER,
        customer="",
        tier=Tier.STANDARD,
        value=0.2,
        language="",
        queue=SALES,
        agent=agent,
        keys=(),
    )


@pytest.fixture
def day() -> DayFigures:
    return DayFigures("Asia/Shanghai", NOON)


def test_nobody_yet(day: DayFigures) -> None:
    figures = day.of(SALES)
    assert (figures.offered, figures.answered, figures.waiting) == (0, 0, 0)
    assert figures.service_level is figures.abandon_rate is figures.asa_ms is figures.aht_ms is None


def test_every_exit_is_counted_in_one_place(day: DayFigures) -> None:
    for exit_ in QueueExit:
        assert day.take(visit(exit_)) == (SALES,)
    day.take(visit(QueueExit.ANSWERED, waited=21.0))
    day.take(shown(name="w"))
    figures = day.of(SALES)
    assert figures.offered == len(QueueExit) + 2
    assert (figures.answered, figures.abandoned, figures.short_abandoned) == (2, 1, 1)
    assert figures.flowed_out == len(QueueExit) - 3
    assert figures.waiting == 1
    assert figures.service_level == 1 / 3
    assert figures.abandon_rate == 1 / (figures.offered - 1)
    assert figures.asa_ms == 15_500
    assert day.of(HELP).offered == 0


def test_in_time_is_told_by_the_tier_and_by_the_targets_that_hold_now(day: DayFigures) -> None:
    day.take(visit(tier=Tier.PLATINUM, waited=10.0))
    day.take(visit(tier=Tier.PLATINUM, waited=10.001))
    day.take(visit(tier=Tier.GOLD, waited=20.0))
    assert day.of(SALES).answered_in_time == 2
    strict = (Target(tier=Tier.GOLD, share=0.9, seconds=5.0),)
    day.set_rules([QueueRules(name=SALES, targets=strict)])
    assert day.of(SALES).answered_in_time == 2, "platinum has none, and so 20 seconds"
    day.take(visit(tier=Tier.GOLD, waited=6.0))
    day.take(visit(tier=Tier.GOLD, waited=5.0))
    assert day.of(SALES).answered_in_time == 3


def test_who_waits_is_offered_already_and_counted_once(day: DayFigures) -> None:
    assert day.take(shown()) == (SALES,)
    assert day.take(shown(CallState.OFFERED, at=NOON + 3.0)) == ()
    assert day.take(shown(at=NOON + 20.0)) == (), "nobody answered: he waits on"
    assert day.take(shown(name="2", queue=None)) == ()
    assert day.take(shown(CallState.IVR, name="3")) == ()
    assert day.waiting(SALES) == [NOON]
    day.take(visit(QueueExit.OVERFLOW))
    assert day.take(shown(at=NOON + 30.0, queue=HELP)) == (HELP,)
    assert (day.waiting(SALES), day.waiting(HELP)) == ([], [NOON + 30.0])
    day.take(visit(at=NOON + 30.0, queue=HELP))
    assert (day.of(SALES).offered, day.of(HELP).offered) == (1, 1)
    assert day.waiting(HELP) == []


def test_handling_is_all_that_an_agent_does_for_the_customer(day: DayFigures) -> None:
    day.take(visit())
    day.take(part(SegmentKind.TALK, 60.0))
    day.take(part(SegmentKind.HOLD, 20.0))
    day.take(part(SegmentKind.TALK, 30.0))
    day.take(part(SegmentKind.CONSULT, 10.0))
    assert day.take(part(SegmentKind.QUEUE, 500.0)) == ()
    assert day.take(ended()) == ()
    day.take(part(SegmentKind.WRAP_UP, 30.0))
    assert (day.of(SALES).handled, day.of(SALES).aht_ms) == (1, 150_000)
    for queue in (SALES, HELP):
        day.take(visit(name="2", queue=queue))
        day.take(part(SegmentKind.TALK, 50.0, name="2", queue=queue))
    assert (day.of(SALES).handled, day.of(SALES).aht_ms) == (2, 100_000)
    assert day.of(HELP).aht_ms == 50_000


def test_a_talk_without_a_visit_is_none_of_the_queues(day: DayFigures) -> None:
    day.take(part(SegmentKind.TALK, 60.0))
    day.take(visit(QueueExit.ABANDONED))
    day.take(ended(agent=None))
    day.take(part(SegmentKind.WRAP_UP, 60.0))
    assert day.of(SALES).handled == 0
    assert day.of(SALES).aht_ms is None


def test_who_hung_up_in_the_instant_of_the_answer_is_wrapped_up_too(day: DayFigures) -> None:
    day.take(visit())
    day.take(ended())
    day.take(part(SegmentKind.WRAP_UP, 60.0))
    assert (day.of(SALES).handled, day.of(SALES).handling_ms) == (0, 60_000)


def test_a_contact_is_not_remembered_for_ever(day: DayFigures) -> None:
    day.take(visit())
    day.take(part(SegmentKind.TALK, 60.0))
    day.take(ended())
    day.take(part(SegmentKind.WRAP_UP, 10.0))
    day.take(replace(ended("2"), ended_at=NOON + WRAP_UP_SECONDS))
    day.take(part(SegmentKind.WRAP_UP, 10.0))
    assert day.of(SALES).handling_ms == 70_000


def test_the_day_begins_where_the_database_stands(day: DayFigures) -> None:
    day.recall(
        KeptDay(
            visits=(
                KeptVisits(
                    queue=SALES,
                    tier=Tier.GOLD,
                    exit=QueueExit.ANSWERED,
                    number=2,
                    waits=(20.0, 20.5),
                ),
                KeptVisits(queue=SALES, tier=Tier.GOLD, exit=QueueExit.ABANDONED, number=3),
            ),
            handled=((SALES, 2, 200_000),),
            open=(
                (ContactId("1"), SALES, NOON, True),
                (ContactId("2"), SALES, NOON, False),
                (ContactId("3"), SALES, MIDNIGHT - 9.0, True),
            ),
        )
    )
    for name in "123":
        day.take(visit(QueueExit.TIMEOUT, name=name))
        day.take(part(SegmentKind.TALK, 50.0, name=name))
    figures = day.of(SALES)
    assert (figures.answered, figures.abandoned, figures.answered_in_time) == (2, 3, 1)
    assert (figures.handled, figures.aht_ms, figures.asa_ms) == (3, 100_000, 20_250)


def test_at_midnight_the_day_begins_anew(day: DayFigures) -> None:
    assert (day.begins_at, day.ends_at) == (MIDNIGHT, MIDNIGHT + 86_400)
    day.take(shown(name="late", at=day.ends_at - 10.0))
    for name in "12":
        day.take(visit(name=name))
        day.take(part(SegmentKind.TALK, 60.0, name=name))
    day.take(ended("2"))
    assert not day.turn(day.ends_at - 0.001)
    assert day.of(SALES).offered == 3
    assert day.turn(day.ends_at)
    assert not day.turn(day.begins_at)
    figures = day.of(SALES)
    assert (figures.offered, figures.handled, figures.waiting) == (0, 0, 0)
    assert day.waiting(SALES) == [day.begins_at - 10.0], "he waits, but is of yesterday"
    day.take(visit(name="late", at=day.begins_at - 10.0, waited=30.0))
    for name in ("late", "1", "2"):
        day.take(part(SegmentKind.WRAP_UP, 60.0, at=day.begins_at, name=name))
    day.take(visit(QueueExit.TRANSFERRED, at=day.begins_at, name="1"))
    day.take(part(SegmentKind.TALK, 60.0, at=day.begins_at, name="1"))
    figures = day.of(SALES)
    assert (figures.offered, figures.handled, figures.aht_ms) == (1, 0, None)


def test_the_first_call_of_the_day_begins_it(day: DayFigures) -> None:
    day.take(visit())
    day.take(visit(at=day.ends_at, name="2"))
    assert day.of(SALES).offered == 1
    hair = replace(visit(name="3"), entered_at=day.begins_at - 2.4e-7)
    day.take(hair)
    assert kept_us(hair.entered_at) == kept_us(day.begins_at)
    assert day.of(SALES).offered == 2, "as PostgreSQL rounds it"


@example(541482)  # a campaign's customer waits for an agent, on no visit
@given(st.integers(0, 2**32))
def test_the_figures_are_those_of_all_that_was_kept(seed: int) -> None:
    center, day = Center(), DayFigures("UTC", 1000.0)
    told: list[Telling] = []
    for now, event in Chance(seed).story():
        for command in center.handle(now, event):
            if isinstance(command, get_args(Telling)):
                told.append(command)
                day.take(command)
    visits = [one for one in told if isinstance(one, SaveQueueVisit)]
    parts = [one for one in told if isinstance(one, SaveSegment) and one.kind in HANDLING]
    waiting = [place.call.visit for place in center._calls.all() if place.call.visit is not None]
    for queue in QUEUES:
        figures = day.of(queue)
        mine = [one for one in visits if one.queue == queue]
        assert figures.offered - figures.waiting == len(mine)
        assert figures.answered == sum(one.exit is QueueExit.ANSWERED for one in mine)
        assert sorted(day.waiting(queue)) == sorted(
            one.entered_at for one in waiting if one.queue == queue
        )
        seconds = sum(one.ended_at - one.started_at for one in parts if one.queue == queue)
        assert figures.handling_ms <= seconds * 1000 + len(parts)
        assert figures.handled <= len({one.contact for one in parts if one.queue == queue})

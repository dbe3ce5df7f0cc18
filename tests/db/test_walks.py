"""Walks out of the journal, what they add up to, and two versions beside each other."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId
from ccserver.core.records import SaveContactEnd, SaveWalk
from ccserver.core.seen import EndedBy
from ccserver.core.value import Tier
from ccserver.db import history, surveys, voicemails, walks
from ccserver.db.days import span_of
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.journal import REFUSED
from ccserver.db.walks import StepFigures, WalkStep
from tests.db.calls import T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import HOTLINE, Past, answer, voicemail, walk

pytestmark = pytest.mark.db

SINCE = datetime.fromtimestamp(T0, UTC)
UNTIL = SINCE + timedelta(days=1)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def figures(session: AsyncSession, version: int | None = None) -> dict[str, StepFigures]:
    found = await walks.figures(session, HOTLINE, since=SINCE, until=UNTIL, version=version)
    return {step.step: step for step in found.steps}


async def test_a_walk_is_kept_with_its_steps_and_their_times(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    past.save(walk(1, ("welcome", ""), ("menu", "then"), seconds=4.0, how="hung_up", version=3))
    await journaled(database, past)
    (kept,) = await walks.walks(session, contact_id(1))
    assert (kept.flow, kept.version, kept.how) == (HOTLINE, 3, "hung_up")
    assert (kept.began_at, kept.ended_at) == (SINCE, SINCE + timedelta(seconds=4))
    assert kept.steps == (
        WalkStep(step="welcome", at=SINCE, came=""),
        WalkStep(step="menu", at=SINCE + timedelta(seconds=2), came="then"),
    )
    assert await walks.walks(session, contact_id(2)) == ()


async def test_what_flows_attached_stands_with_the_contact(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    past.save(
        SaveContactEnd(
            contact=contact_id(1),
            ended_at=T0 + 9,
            ended_by=EndedBy.CALLER,
            customer="",
            tier=Tier.STANDARD,
            value=0.2,
            language="zh",
            queue=None,
            agent=None,
            keys=(),
            data=(("Order", "12345678"), ("原因", "\0")),
        )
    )
    await journaled(database, past)
    found = await history.contact(session, contact_id(1))
    assert found is not None
    assert found.data == (("Order", "12345678"), ("原因", "\ufffd"))


async def test_the_same_walk_twice_is_there_once(database: str, session: AsyncSession) -> None:
    past = Past()
    past.save(walk(1, ("welcome", "")))
    await journaled(database, past)
    await journaled(database, past)
    assert len(await walks.walks(session, contact_id(1))) == 1


async def test_whatever_stands_in_a_walk_a_message_or_an_answer_is_kept(
    database: str, session: AsyncSession
) -> None:
    odd, evil = ContactId("no id of ours"), "a\0b\ud800'\""
    past = Past()
    past.save(replace(walk(1, ("a", ""), (evil, evil)), contact=odd))
    past.save(replace(voicemail(1, file=evil, caller=evil), contact=odd))
    past.save(replace(answer(odd, evil), agent=AgentId(evil)))
    refused = REFUSED._value.get()
    await journaled(database, past)
    assert REFUSED._value.get() == refused
    (message,) = await voicemails.voicemails(session)
    assert message.caller == "a\ufffdb?'\""
    (kept,) = await walks.walks(session, message.contact)
    assert kept.steps[1].step == message.caller
    (given,) = await surveys.answers(session, message.contact)
    assert given.answer == given.agent == message.caller


async def test_each_step_tells_who_came_who_went_and_who_left(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    welcome, menu = ("welcome", ""), ("menu", "then")
    past.save(walk(1, welcome, menu, ("sales", "key 1")))
    past.save(walk(2, welcome, menu, ("sales", "key 1")))
    past.save(walk(3, welcome, menu, ("menu", "key *"), how="hung_up"))
    past.save(walk(4, welcome, menu, how="hung_up", version=2))
    past.save(walk(5, welcome, how="connected"))
    past.save(walk(6, ("welcome", ""), flow="other"))
    past.save(walk(7, welcome, at=T0 - 1), walk(8, welcome, at=T0 + 86400))
    await journaled(database, past)
    found = await walks.figures(session, HOTLINE, since=SINCE, until=UNTIL)
    assert (found.walks, found.mean_seconds) == (5, 10.0)
    assert found.ended == {"connected": 1, "hung_up": 2, "queued": 2}
    assert [step.step for step in found.steps] == ["welcome", "menu", "sales"]
    steps = await figures(session)
    assert steps["welcome"] == StepFigures(
        step="welcome", entered=5, ended={"connected": 1}, went_on={"then": 4}
    )
    assert steps["menu"] == StepFigures(
        step="menu", entered=5, ended={"hung_up": 2}, went_on={"key 1": 2, "key *": 1}
    )
    assert (steps["menu"].left_here, steps["welcome"].left_here) == (2, 0)
    assert steps["sales"].ended == {"queued": 2}
    assert (await figures(session, version=2)).keys() == {"welcome", "menu"}
    assert await figures(session, version=9) == {}


async def test_a_step_that_runs_a_part_is_left_when_the_part_is_over(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    part = (("ask", ""), ("plate.enter", ""), ("plate.done", "then"))
    past.save(walk(1, *part, ("sales", "then")))
    past.save(walk(2, *part, ("again", "then"), ("plate.enter", ""), how="hung_up"))
    await journaled(database, past)
    steps = await figures(session)
    assert steps["ask"].went_on == {"then": 2}
    assert steps["plate.enter"] == StepFigures(
        step="plate.enter", entered=3, ended={"hung_up": 1}, went_on={"then": 2}
    )
    assert steps["plate.done"] == StepFigures(step="plate.done", entered=2, ended={}, went_on={})


async def test_many_walks_add_up_as_they_do_by_hand(database: str, session: AsyncSession) -> None:
    rng, past = Random(7), Past()
    ways = ["then", "key 1", "key 2", "otherwise"]
    made: list[SaveWalk] = []
    for number in range(300):
        steps = [("start", "")]
        while rng.random() < 0.8:
            steps.append((rng.choice("abcde"), rng.choice(ways)))
        how = rng.choice(["hung_up", "queued", "goodbye"])
        made.append(walk(number, *steps, how=how, at=T0 + number, seconds=rng.uniform(1, 60)))
        past.save(made[-1])
    await journaled(database, past)
    entered = Counter(step for one in made for step, _, _ in one.steps)
    ended = Counter((one.steps[-1][0], one.how) for one in made)
    went = Counter((here[0], then[2]) for one in made for here, then in pairwise(one.steps))
    counted = await figures(session)
    assert {name: step.entered for name, step in counted.items()} == entered
    assert Counter(
        {(n, how): k for n, step in counted.items() for how, k in step.ended.items()}
    ) == (ended)
    assert Counter({(n, w): k for n, step in counted.items() for w, k in step.went_on.items()}) == (
        went
    )
    whole = await walks.figures(session, HOTLINE, since=SINCE, until=UNTIL)
    assert whole.ended == Counter(one.how for one in made)
    seconds = sum(one.ended_at - one.began_at for one in made) / 300
    assert whole.mean_seconds == pytest.approx(seconds, abs=1e-5)


async def test_a_day_without_callers_has_figures_too(session: AsyncSession) -> None:
    found = await walks.figures(session, HOTLINE, since=SINCE, until=UNTIL)
    assert (found.walks, found.mean_seconds, found.steps) == (0, 0.0, ())


async def test_two_versions_stand_beside_each_other(database: str, session: AsyncSession) -> None:
    past = Past()
    for number in range(100):
        past.save(walk(number, ("a", ""), how="hung_up" if number < 40 else "queued"))
    for number in range(100, 120):
        how = "hung_up" if number == 100 else "goodbye"
        past.save(walk(number, ("a", ""), how=how, version=2, seconds=5.0))
    past.save(walk(200, ("a", ""), version=3))
    past.save(walk(201, ("a", ""), version=2, at=T0 - 1))
    await journaled(database, past)
    found = await walks.comparison(session, HOTLINE, version=1, canary_version=2, since=SINCE)
    assert (found.released.walks, found.canary.walks) == (100, 20)
    assert (found.released.mean_seconds, found.canary.mean_seconds) == (10.0, 5.0)
    assert {way: share.value for way, share in found.released.ended.items()} == {
        "goodbye": 0.0, "hung_up": 0.4, "queued": 0.6,
    }  # fmt: skip
    assert found.canary.ended["hung_up"].value == 0.05
    hung_up = found.differences["hung_up"]
    assert hung_up.value == pytest.approx(-0.35)
    assert hung_up.is_certain
    assert hung_up.low < -0.35 < hung_up.high < 0


async def test_a_canary_that_nobody_met_tells_nothing(session: AsyncSession) -> None:
    found = await walks.comparison(session, HOTLINE, version=1, canary_version=2, since=SINCE)
    assert set(found.differences) == {"hung_up", "queued"}
    assert not any(one.is_certain for one in found.differences.values())


def test_a_day_is_that_of_the_zone_with_its_summer_time() -> None:
    since, until = span_of(date(2026, 3, 29), "Europe/Berlin")
    assert since.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert until.astimezone(UTC) - since.astimezone(UTC) == timedelta(hours=23)
    since, _ = span_of(date(2026, 3, 29), "Asia/Shanghai")
    assert since.astimezone(UTC) == datetime(2026, 3, 28, 16, tzinfo=UTC)

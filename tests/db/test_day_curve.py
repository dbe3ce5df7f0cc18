"""A day by the minute, beside a slow count of the same past in Python."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.records import QueueExit, SaveQueueVisit, SegmentKind
from ccserver.db.day_curve import day_curve, quarters
from ccserver.db.days import span_of
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.intervals import By
from tests.db.parts import journaled
from tests.db.random_past import AGENTS, BERLIN, Made, random_past
from tests.web.talked import execute

pytestmark = pytest.mark.db

LONG_DAY = date(2026, 10, 25)
BEGINS, ENDS = span_of(LONG_DAY, BERLIN)
SINCE, UNTIL = BEGINS.astimezone(UTC), ENDS.astimezone(UTC)
LATER = UNTIL + timedelta(days=3)
TALKS = (SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


@pytest.fixture
async def made(database: str) -> Made:
    past = random_past(seed=21, contacts=600)
    await journaled(database, past.past())
    return past


def by_minute(instants: Iterable[float]) -> tuple[int, ...]:
    minutes = [0] * (25 * 60)
    for at in instants:
        if SINCE.timestamp() <= at < UNTIL.timestamp():
            minutes[int((at - SINCE.timestamp()) // 60)] += 1
    return tuple(minutes)


def there_at(spans: list[tuple[float, float]]) -> tuple[int, ...]:
    begins = [SINCE.timestamp() + 60 * minute for minute in range(25 * 60)]
    return tuple(sum(begin <= at < end for begin, end in spans) for at in begins)


@pytest.mark.parametrize("names", [None, ["sales", "销售"]])
async def test_a_queues_day_is_as_one_would_count_it(
    session: AsyncSession, made: Made, names: list[str] | None
) -> None:
    found = await day_curve(session, By.QUEUE, names, since=BEGINS, until=ENDS, now=LATER)
    visits = [one for one in made.visits if names is None or one.queue in names]

    def those(wanted: Callable[[SaveQueueVisit], bool]) -> list[SaveQueueVisit]:
        return [one for one in visits if wanted(one)]

    gave_up = (QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)
    assert len(found.arrived) == 25 * 60, "the clocks went back"
    assert found.arrived == by_minute(one.entered_at for one in visits)
    assert found.answered == by_minute(
        one.ended_at for one in those(lambda one: one.exit is QueueExit.ANSWERED)
    )
    assert found.abandoned == by_minute(
        one.ended_at for one in those(lambda one: one.exit in gave_up)
    )
    assert found.in_talk == there_at(
        [
            (one.started_at, one.ended_at)
            for one in made.segments
            if one.kind in TALKS and (names is None or one.queue in names)
        ]
    )
    assert max(found.in_talk) > 0
    everyone = there_at([(one.started_at, one.ended_at) for one in made.stretches])
    assert found.signed_in == (everyone if names is None else (0,) * 1500), "nobody serves it"


@pytest.mark.parametrize("by", [By.AGENT, By.TEAM])
async def test_an_agents_day_is_as_one_would_count_it(
    database: str, session: AsyncSession, made: Made, by: By
) -> None:
    agent = AGENTS[0]
    await execute(
        database,
        "INSERT INTO person (login, name, role, password_hash, team) "
        "VALUES ('anna', '', 'agent', '', 'north')",
    )
    names = {By.AGENT: ["anna"], By.TEAM: ["north"]}[by]
    found = await day_curve(session, by, names, since=BEGINS, until=ENDS, now=LATER)
    mine = [one for one in made.segments if one.agent == agent]
    offers = [one for one in mine if one.kind is SegmentKind.OFFER]
    assert found.arrived == by_minute(one.started_at for one in offers)
    assert found.answered == by_minute(one.ended_at for one in offers if one.outcome == "answered")
    assert found.abandoned == by_minute(
        one.ended_at for one in offers if one.outcome == "abandoned"
    )
    talks = [(one.started_at, one.ended_at) for one in mine if one.kind in TALKS]
    assert found.in_talk == there_at(talks)
    stretches = [one for one in made.stretches if one.agent == agent]
    assert found.signed_in == there_at([(one.started_at, one.ended_at) for one in stretches])


async def test_a_day_goes_as_far_as_it_has_come(session: AsyncSession, made: Made) -> None:
    now = SINCE + timedelta(minutes=600, seconds=30)
    talks = [now - timedelta(minutes=10), SINCE - timedelta(hours=1), now + timedelta(1)]
    whole = await day_curve(session, By.QUEUE, None, since=BEGINS, until=ENDS, now=LATER)
    found = await day_curve(session, By.QUEUE, None, since=BEGINS, until=ENDS, now=now, talks=talks)
    assert found.arrived[:600] == whole.arrived[:600]
    assert len(found.arrived) == 601
    assert found.in_talk[0] == whole.in_talk[0] + 1
    assert found.in_talk[600] == whole.in_talk[600] + 2
    before = SINCE - timedelta(days=1)
    nothing = await day_curve(session, By.QUEUE, None, since=BEGINS, until=ENDS, now=before)
    assert nothing.arrived == nothing.signed_in == ()


async def test_quarters_go_by_the_clock_on_the_wall(session: AsyncSession, made: Made) -> None:
    days = [LONG_DAY, date(2026, 10, 24), date(2020, 1, 1)]
    found = await quarters(session, days, BERLIN, None)
    for day, counts in zip(days, found, strict=True):
        wanted = [0] * 96
        for visit in made.visits:
            local = datetime.fromtimestamp(visit.entered_at, UTC).astimezone(ZoneInfo(BERLIN))
            if local.date() == day:
                wanted[(local.hour * 60 + local.minute) // 15] += 1
        assert counts == wanted
    assert sum(found[0]) > 0

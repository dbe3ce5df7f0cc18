"""A day's figures begin where the history stands, and stay with it to the call."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.commands import Command
from ccserver.core.day_figures import DayFigures, KeptDay, Telling
from ccserver.core.events import Event
from ccserver.core.hours import day_of
from ccserver.db.day_figures import kept_day
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.journal import Journal
from tests.db.busy import QUEUES, Busy
from tests.db.calls import SALES, T0, Site
from tests.db.parts import journaled, running

Entries = Sequence[tuple[int, float, Event, Sequence[Command]]]

pytestmark = pytest.mark.db


async def recalled(session: AsyncSession, at: float) -> DayFigures:
    day = DayFigures("Asia/Shanghai", at)
    day.recall(await kept_day(session, day.begins_at))
    return day


async def test_nothing_is_kept_of_an_empty_day(database: str) -> None:
    async with sessions_of(engine_for(database, connections=0))() as session:
        assert await kept_day(session, T0) == KeptDay()


def told(day: DayFigures, commands: Iterable[Command]) -> None:
    for command in commands:
        if isinstance(command, get_args(Telling)):
            day.take(command)


async def test_what_was_counted_live_is_what_the_history_has(database: str) -> None:
    site, live = Site(), DayFigures("Asia/Shanghai", T0)
    for n in (1, 2, 3):
        site.call(n)
    for *_, commands in site.entries:
        told(live, commands)
    await journaled(database, site)
    async with sessions_of(engine_for(database, connections=0))() as session:
        kept = await recalled(session, site.now)
        tomorrow = await recalled(session, site.now + 86_400)
    figures = live.of(SALES)
    assert kept.of(SALES) == figures
    assert (figures.offered, figures.answered, figures.handled) == (3, 3, 3)
    assert figures.aht_ms == 69_000
    assert tomorrow.of(SALES).offered == 0


MIDNIGHT = day_of(T0, "Asia/Shanghai")[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_random_records_live_and_history_agree_to_the_call(
    database: str, tmp_path: Path, seed: int
) -> None:
    """Over midnight, and when ccserver was started anew while most was in its spool."""
    busy = Busy(seed, MIDNIGHT - 300.0, 900)
    live = DayFigures("Asia/Shanghai", busy.entries[0][1])
    sessions = sessions_of(engine_for(database, connections=0))
    died_at = busy.calm[len(busy.calm) // 2]
    for *_, commands in busy.entries[:died_at]:
        told(live, commands)
    await spooled(database, tmp_path, busy.entries[:died_at])
    async with sessions() as session:
        again = await recalled(session, busy.entries[died_at][1])
    for *_, commands in busy.entries[died_at:]:
        told(live, commands)
        told(again, commands)
    await journaled(database, busy)
    async with sessions() as session:
        kept = await recalled(session, busy.now)
        by_hand = await session.execute(
            text(
                "SELECT queue, exit, count(*) FROM queue_visit WHERE entered_at >= :at GROUP BY 1,2"
            ),
            {"at": datetime.fromtimestamp(MIDNIGHT, UTC)},
        )
    counted = {(queue, exit_): number for queue, exit_, number in by_hand}
    for queue in QUEUES:
        assert live.of(queue) == again.of(queue) == kept.of(queue)
        mine = {exit_: n for (name, exit_), n in counted.items() if name == queue}
        figures = live.of(queue)
        assert figures.offered == sum(mine.values()) > 30, "the story is one"
        assert figures.answered == mine["answered"] > figures.answered_in_time > 0
        assert figures.abandoned == mine["abandoned"] > 0
        assert figures.handled > 10
        assert figures.aht_ms
    assert live.begins_at == MIDNIGHT


async def spooled(database: str, folder: Path, entries: Entries) -> None:
    """A run that finds no database puts all on disk, and the next one begins by writing it."""
    away = Journal("postgresql://nobody@127.0.0.1:1/none", uuid4(), folder, now=lambda: T0)
    for entry in entries:
        away.put(*entry)
    async with running(away.run()):
        await asyncio.sleep(0.1)
    next_run = Journal(database, uuid4(), folder, now=lambda: T0)
    await next_run.drain()

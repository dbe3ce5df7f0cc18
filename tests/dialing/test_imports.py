"""Leads come in by a process of its own, and one that dies leaves no list in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db import lists
from ccserver.db.campaign_tables import CallListRow
from ccserver.db.engine import engine_for, sessions_of
from ccserver.dialing.imports import ListImports
from tests.db.campaigns import configured

pytestmark = pytest.mark.db

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine = engine_for(database, connections=0)
    await configured(database)
    yield sessions_of(engine)
    await engine.dispose()


@asynccontextmanager
async def importing(sessions: Sessions, dsn: str, folder: Path) -> AsyncIterator[ListImports]:
    imports = ListImports(sessions, dsn=dsn, folder=folder)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(imports.run())
        yield imports
        running.cancel()


async def begun(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        made = await lists.create(session, "reminder", title="List", region="CN", who="sue")
        return (await lists.begin(session, made.id, {"file": "x.csv"})).id


async def until(sessions: Sessions, key: int, is_so: Callable[[CallListRow], bool]) -> CallListRow:
    async with asyncio.timeout(60):
        while True:
            async with sessions() as session:
                row = await lists.call_list(session, key)
            if is_so(row):
                return row
            await asyncio.sleep(0.05)


async def test_a_file_is_brought_and_goes(
    sessions: Sessions, database: str, tmp_path: Path
) -> None:
    async with importing(sessions, database, tmp_path / "lists") as imports:
        await asyncio.sleep(0.1)  # it empties its folder first
        file = imports.place()
        await asyncio.to_thread(file.write_text, "phone\n13800138000\n")
        key = await begun(sessions)
        imports.start(key, file)
        done = await until(sessions, key, lambda row: row.state != "importing")
        assert (done.state, done.rows_good) == ("ready", 1)
        # One after the other: when the next one is done, what belonged to this one is gone.
        other = await begun(sessions)
        imports.start(other, file)
        gone = await until(sessions, other, lambda row: row.state != "importing")
        assert gone.state == "failed"


async def test_what_was_not_finished_has_failed_when_it_begins_anew(
    sessions: Sessions, database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    key = await begun(sessions)
    async with importing(sessions, database, folder):
        dead = await until(sessions, key, lambda row: row.state == "failed")
        assert "once more" in dead.failure


async def test_a_process_that_dies_fails_its_list(sessions: Sessions, tmp_path: Path) -> None:
    # It cannot reach its database.
    async with importing(sessions, "postgresql://127.0.0.1:1/x", tmp_path / "lists") as imports:
        await asyncio.sleep(0.1)
        key = await begun(sessions)
        imports.start(key, None)
        dead = await until(sessions, key, lambda row: row.state == "failed")
        assert "once more" in dead.failure

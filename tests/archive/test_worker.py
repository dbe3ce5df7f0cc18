"""The archive in the background of a house: all of its work, and what must not stop it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.archive import metrics
from ccserver.archive.worker import Archive
from ccserver.core.rules import RetentionRule
from ccserver.recordings.store import FolderStore
from ccserver.settings import Archive as Settings
from tests.archive.stage import DAY, Stage, tones
from tests.db.calls import T0, contact_id
from tests.db.parts import running

pytestmark = pytest.mark.db


async def thirty_days(session: AsyncSession) -> tuple[RetentionRule, ...]:
    return (RetentionRule(days=30.0),)


@asynccontextmanager
async def at_work(stage: Stage, settings: Settings = Settings()) -> AsyncIterator[Archive]:  # noqa: B008
    archive = Archive(
        stage.sessions,
        stage.places,
        settings,
        rules_of=thirty_days,
        now=lambda: stage.now,
    )
    async with running(archive.run()):
        yield archive


async def until(come_true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(400):
        if await come_true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def in_state(stage: Stage, state: str) -> bool:
    return [row["state"] for row in await stage.recordings()] == [state]


async def test_talks_are_kept_and_sent_and_files_without_a_row_are_told(
    stage: Stage, tmp_path: Path
) -> None:
    bucket = stage.bucket = FolderStore(tmp_path / "bucket")
    await stage.contact(1)
    await stage.talk(1)
    lost = f"{DAY}/{contact_id(9)}-1700000000000.raw"
    stage.write(lost, tones(1.0, 440.0, 620.0))
    os.utime(stage.places.recordings / lost, (T0, T0))
    async with at_work(stage) as archive:

        async def all_done() -> bool:
            return (
                stage.raw_files() == [lost]
                and archive.health.gaps == 1
                and any(bucket.folder.rglob("*.ccrf"))
            )

        await until(all_done)
    assert metrics.GAPS._value.get() == 1
    assert 0 < archive.health.disk_free_share < 1


async def test_the_day_is_closed_after_midnight_and_old_recordings_go(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    await stage.keep_all()
    stage.now += 31 * 86400.0
    async with at_work(stage):
        await until(partial(in_state, stage, "deleted"))
    assert stage.kept_files() == []
    assert len(await stage.rows("SELECT * FROM recording_day")) == 1


async def test_little_room_is_an_alarm_until_there_is_more(stage: Stage) -> None:
    async with at_work(stage, Settings(free_share_min=0.9999)) as archive:

        async def alarmed() -> bool:
            return archive.health.alarm

        await until(alarmed)
    async with at_work(stage, Settings(free_share_min=0.0)) as second:

        async def looked() -> bool:
            return second.health.disk_free_share < 1

        await until(looked)
    assert not second.health.alarm


async def test_a_database_that_is_away_stops_nothing(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    await stage.do("ALTER TABLE recording RENAME TO elsewhere")
    async with at_work(stage):
        await asyncio.sleep(0.5)
        await stage.do("ALTER TABLE elsewhere RENAME TO recording")
        await until(partial(in_state, stage, "kept"))


async def test_a_recording_is_understood_where_a_model_is_given(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    async with at_work(stage, Settings(speech="en-us")):

        async def understood() -> bool:
            return bool(await stage.rows("SELECT * FROM transcript"))

        await until(understood)
    (found,) = await stage.rows("SELECT recording, language, model FROM transcript")
    assert found == {"recording": 1, "language": "en", "model": "en-us"}

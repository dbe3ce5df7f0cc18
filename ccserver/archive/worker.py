"""The archive's work, in the background of the house. Whatever goes wrong with it, calls go on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive import metrics
from ccserver.archive.deleter import Deleter, RulesOf
from ccserver.archive.keeper import FULL_SECONDS, Keeper
from ccserver.archive.places import Places
from ccserver.archive.sweep import Sweeper, remove_old_folders
from ccserver.archive.uploader import Uploader
from ccserver.archive.words import Model, Words
from ccserver.db import archive, seals
from ccserver.recordings.disk import free_share
from ccserver.recordings.encoder import Encoder
from ccserver.recordings.store import StoreError
from ccserver.settings import Archive as Settings
from ccserver.web.app import RecordingsHealth

TURN_SECONDS: Final = 5.0
"""How soon what can be done is done."""
LOOK_SECONDS: Final = 60.0
"""How often files, days, deletions and the disk are looked after."""
EXPIRE_SECONDS: Final = 3600.0
"""How often it is looked which recordings' time is over."""
RETRY_MAX_SECONDS: Final = 300.0
"""A bucket that does not answer is asked again at least so often."""

log = structlog.get_logger("ccserver.archive")


class Archive:
    """Keeps recordings, and looks after them. `run` lives until cancelled."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        places: Places,
        settings: Settings,
        *,
        rules_of: RulesOf,
        now: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._now = now
        self._free_share_min = settings.free_share_min
        self._rules_of = rules_of
        self._encoder = Encoder()
        self._keeper = Keeper(sessions, places, encode=self._encoder.encode, now=now)
        self._sweeper = Sweeper(sessions, places.recordings, now=now)
        self._deleter = Deleter(sessions, places, now=now)
        self._uploader = (
            None
            if places.bucket is None
            else Uploader(
                sessions, places.folder, places.bucket, local_days=settings.local_days, now=now
            )
        )
        self._words = (
            Words(
                sessions,
                places,
                model=Model(setting=settings.speech, language=settings.speech_language),
                transcribe=self._encoder.transcribe,
            )
            if settings.speech
            else None
        )
        self._expired_at = 0.0
        self._swept_on: date | None = None
        self.health = RecordingsHealth()
        """As it was found when it was looked at last."""

    async def run(self) -> None:
        """Do all that is to be done, again and again, until cancelled."""
        async with self._encoder, asyncio.TaskGroup() as tasks:
            tasks.create_task(_again_and_again("keep", TURN_SECONDS, self._keep))
            tasks.create_task(_again_and_again("look after", LOOK_SECONDS, self._look))
            if self._uploader is not None:
                tasks.create_task(_again_and_again("upload", TURN_SECONDS, self._upload))

    async def _keep(self) -> None:
        while await self._keeper.turn() or (self._words is not None and await self._words.turn()):
            pass
        if self._keeper.full:
            await asyncio.sleep(FULL_SECONDS)

    async def _upload(self) -> None:
        if self._uploader is not None:
            await self._uploader.upload()
            if self._uploader.failures:
                await asyncio.sleep(min(2.0**self._uploader.failures, RETRY_MAX_SECONDS))

    async def _look(self) -> None:
        await self._watch_disk()
        for part in (self._sweep, self._close_days, self._delete, self._thin, self._count):
            await _guarded(part.__name__.strip("_"), part)

    async def _watch_disk(self) -> None:
        folders = self._places.recordings, self._places.folder.folder
        free = await asyncio.to_thread(free_share, *folders)
        metrics.FREE.set(free)
        alarm = free < self._free_share_min or self._keeper.full
        if alarm and not self.health.alarm:
            log.error(
                "there is little room for recordings: make room, or give them another disk",
                free_share=round(free, 3),
                folders=[str(folder) for folder in folders],
            )
        elif self.health.alarm and not alarm:
            log.info("there is room for recordings again", free_share=round(free, 3))
        self.health = replace(self.health, disk_free_share=round(free, 4), alarm=alarm)

    async def _sweep(self) -> None:
        await self._sweeper.sweep()
        today = self._at().date()
        if today != self._swept_on:
            await asyncio.to_thread(remove_old_folders, self._places.recordings, today)
            self._swept_on = today

    async def _close_days(self) -> None:
        async with self._sessions.begin() as session:
            closed = await seals.close_days(session, self._at())
        for day in closed:
            # Whoever keeps this line elsewhere can prove all that was sealed until then.
            log.info(
                "a day of recordings is sealed",
                day=day.day.isoformat(),
                recordings=day.entries,
                sha256=day.sha256.hex(),
            )

    async def _delete(self) -> None:
        if self._now() - self._expired_at >= EXPIRE_SECONDS:
            if expired := await self._deleter.expire(self._rules_of):
                log.info("the time of recordings is over", recordings=expired)
            self._expired_at = self._now()
        await self._deleter.carry_out()

    async def _thin(self) -> None:
        if self._uploader is not None:
            await self._uploader.thin()

    async def _count(self) -> None:
        async with self._sessions() as session:
            faulty, waiting = await archive.gaps(session), await archive.waiting(session)
        gaps = faulty + len(self._sweeper.orphans)
        self.health = replace(self.health, gaps=gaps, waiting=waiting)
        metrics.GAPS.set(gaps)
        metrics.WAITING.set(waiting)

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


async def _again_and_again(
    what: str, seconds: float, work: Callable[[], Awaitable[object]]
) -> None:
    while True:
        await _guarded(what, work)
        await asyncio.sleep(seconds)


async def _guarded(what: str, work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except (OSError, SQLAlchemyError, StoreError) as failure:
        log.warning(
            "the archive's work is put off",
            work=what,
            error=type(failure).__name__,
            detail=str(failure).partition("\n")[0],
        )
    except Exception:
        # A bug here must end no house that calls are in.
        log.exception("the archive failed", work=what)

"""Brings recordings from what Asterisk wrote to what is kept, one at a time.

The order is what makes it safe. A file lies encoded and verified before the row says so; the row
and its seal are one transaction; only then is what Asterisk wrote removed. Each attempt has a file
name of its own. So wherever it stops, the next turn finds a recording that is still raw, or one
that is kept and whose leftovers are to be removed.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive import metrics
from ccserver.archive.places import Places, attempts_of, name_for
from ccserver.archive.player import channels_of
from ccserver.core.taping import fault_of
from ccserver.db import archive, deletions
from ccserver.db.archive import Kept, Leg, Measured, Raw
from ccserver.recordings import sound
from ccserver.recordings.crypt import FileKey
from ccserver.recordings.encode import Encoded, EncodingError, Job

Encode = Callable[[Job], Awaitable[Encoded]]

RETRY_SECONDS: Final = 60.0
RETRY_MAX_SECONDS: Final = 3600.0
FULL_SECONDS: Final = 30.0
"""How soon it is looked whether there is room again."""
SECONDS_MIN: Final = 0.1
"""A recording in which nothing was said lasts so long: no player likes one of no length."""

SILENCE_SECONDS: Final = 6.0
"""Record leaves out the silence that ends a message (app_record.c): up to so much."""

log = structlog.get_logger("ccserver.archive")


class Keeper:
    """Encodes what can be encoded."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        places: Places,
        *,
        encode: Encode,
        now: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._encode = encode
        self._now = now
        self.full = False
        """The disk had no room for the last one."""
        self._stuck: set[str] = set()
        """What could not be removed, and was said."""

    async def turn(self) -> bool:
        """Do what can be done now; False when that was nothing.

        Raises what the database says, and nothing else that the world can do wrong.
        """
        tidied = await self._tidy()
        async with self._sessions.begin() as session:
            late = await archive.set_late_apart(session)
            await deletions.order_erased(session)
        if late:
            log.warning("legs came after their recordings were kept", recordings=late)
        async with self._sessions() as session:
            found = await archive.next_raw(session, self._at())
        if found is None:
            return tidied
        return await self._keep(found)

    # -- one recording

    async def _keep(self, raw: Raw) -> bool:
        paths = await asyncio.to_thread(_paths, self._places.recordings, raw.legs)
        if not paths:
            metrics.FAILED.labels("encode").inc()
            log.error(
                "all files of a recording are missing: bring them back, or mount their disk",
                recording=raw.id,
                files=[leg.file for leg in raw.legs],
            )
            await self._put_off(raw, fault="missing")
            return True
        job, key = self._job(raw, paths)
        try:
            encoded = await self._encode(job)
        except EncodingError as failure:
            metrics.FAILED.labels("encode").inc()
            self.full = failure.no_space
            if failure.no_space:
                log.error(
                    "no room for a recording: what Asterisk wrote stays; make room",
                    recording=raw.id,
                    folder=str(self._places.folder.folder),
                )
                return False
            log.error("a recording was not encoded", recording=raw.id, error=str(failure))
            await self._put_off(raw)
            return True
        self.full = False
        await self._mark(raw, paths, job, key, encoded)
        return True

    def _job(self, raw: Raw, paths: dict[str, Path]) -> tuple[Job, FileKey | None]:
        keys, folder = self._places.keys, self._places.folder
        name = name_for(
            raw.id,
            raw.contact,
            raw.started_at,
            secrets.token_hex(4),
            encrypted=bool(keys.current),
        )
        key = keys.fresh(name)
        legs = tuple(
            sound.Leg(
                path=paths[leg.file],
                offset_seconds=_offset(raw, leg),
                channels=channels_of(raw),
            )
            for leg in raw.legs
            if leg.file in paths
        )
        # What is missing is silence, also at the end.
        lost = [
            _offset(raw, leg) + _expected_seconds(leg) for leg in raw.legs if leg.file not in paths
        ]
        job = Job(
            legs=legs,
            seconds=max([SECONDS_MIN, *lost]),
            target=folder.path(name),
            name=name,
            key=None if key is None else key.key,
        )
        return job, key

    async def _mark(
        self, raw: Raw, paths: dict[str, Path], job: Job, key: FileKey | None, encoded: Encoded
    ) -> None:
        read = dict(zip(paths, encoded.legs, strict=True))
        legs = tuple(
            Measured(
                file=leg.file,
                seconds=read[leg.file].seconds if leg.file in read else 0.0,
                sha256=read[leg.file].sha256 if leg.file in read else None,
                fault=fault_of(
                    _expected_seconds(leg),
                    read[leg.file].seconds if leg.file in read else None,
                    leg.cut,
                ),
            )
            for leg in raw.legs
        )
        kept = Kept(
            recording=raw.id,
            file=job.name,
            seconds=encoded.seconds,
            size_bytes=encoded.size_bytes,
            sha256=encoded.sha256,
            key_name=None if key is None else key.key_name,
            wrapped_key=None if key is None else key.wrapped,
            peaks=encoded.peaks,
            fault=_worst(legs),
            legs=legs,
        )
        async with self._sessions.begin() as session:
            done = await archive.keep(session, kept, self._at())
        if not done:
            # Another leg has come, or it is to be deleted: this file is nobody's.
            await self._places.folder.delete(job.name)
            return
        metrics.KEPT.inc()
        metrics.KEPT_SECONDS.inc(encoded.seconds)
        if kept.fault:
            log.error("a recording lacks something", recording=raw.id, fault=kept.fault)

    async def _put_off(self, raw: Raw, fault: str | None = None) -> None:
        seconds = min(RETRY_SECONDS * 2.0 ** min(raw.attempts, 20), RETRY_MAX_SECONDS)
        async with self._sessions.begin() as session:
            until = self._at() + timedelta(seconds=seconds)
            await archive.put_off(session, raw.id, until=until, fault=fault)

    # -- what is left when it is kept

    async def _tidy(self) -> bool:
        """Remove what Asterisk wrote of recordings that are kept, and other attempts at them."""
        async with self._sessions() as session:
            spare = await archive.spare(session)
        gone = await asyncio.to_thread(self._remove, spare)
        if gone:
            async with self._sessions.begin() as session:
                await archive.removed(session, gone, self._at())
        return bool(gone)

    def _remove(self, spare: Sequence[archive.Spare]) -> list[str]:
        """It asks the disk. What cannot be removed now is tried again at the next turn."""
        gone: list[str] = []
        for one in spare:
            try:
                for other in attempts_of(self._places.folder, one.kept):
                    other.unlink(missing_ok=True)
                remove(self._places.recordings, one.file)
            except OSError as failure:
                if one.file not in self._stuck:
                    self._stuck.add(one.file)
                    log.error(
                        "what Asterisk wrote cannot be removed: may ccserver write in its folder?",
                        file=one.file,
                        error=failure.strerror,
                    )
                continue
            self._stuck.discard(one.file)
            gone.append(one.file)
        return gone

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def remove(folder: Path, name: str) -> None:
    """Remove a file that Asterisk wrote, if it is there; nothing outside of the folder.

    Raises OSError.
    """
    with suppress(FileNotFoundError):
        path = folder / name
        if path.parent.resolve(strict=True).is_relative_to(folder.resolve()):
            path.unlink()


def _paths(folder: Path, legs: Sequence[Leg]) -> dict[str, Path]:
    """Those of the legs' files that are there. It asks the disk."""
    found = {leg.file: sound.within(folder, leg.file) for leg in legs}
    return {file: path for file, path in found.items() if path is not None}


def _offset(raw: Raw, leg: Leg) -> float:
    return (leg.started_at - raw.started_at).total_seconds()


def _expected_seconds(leg: Leg) -> float:
    lasted = (leg.ended_at - leg.started_at).total_seconds()
    return lasted if leg.kind != "voicemail" else max(0.0, lasted - SILENCE_SECONDS)


def _worst(legs: Sequence[Measured]) -> str:
    faults = {leg.fault for leg in legs}
    return next((fault for fault in ("missing", "short", "cut") if fault in faults), "")

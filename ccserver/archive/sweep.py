"""Looks after files that Asterisk wrote and of which no row came."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive.keeper import remove
from ccserver.core.ids import ContactId
from ccserver.core.orphans import owner_of
from ccserver.db import archive, orphans

QUIET_SECONDS: Final = 600.0
"""A file that has not grown for so long is being written no more."""

EMPTY_SECONDS: Final = 24 * 3600.0
"""An empty file of a contact that is not known, or not over, is nobody's after so long."""

log = structlog.get_logger("ccserver.archive")

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"\d{{4}}/\d\d/\d\d/({_UUID})-(\d{{10,16}})\.raw")
_SOUND = (".raw", ".sln")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietFile:
    """A file that has not grown for a while."""

    name: str
    size_bytes: int
    changed_at: float


class Sweeper:
    """Removes what is empty, links what belongs to a talk, and counts the rest."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        folder: Path,
        *,
        now: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._folder = folder
        self._now = now
        self.orphans: frozenset[str] = frozenset()
        """Files whose talk is not known, as they were found last."""

    async def sweep(self) -> None:
        """Look through the folder once. Raises what the database says, and OSError."""
        quiet = await asyncio.to_thread(quiet_files, self._folder, self._now() - QUIET_SECONDS)
        names = [file.name for file in quiet]
        async with self._sessions.begin() as session:
            unknown = await archive.not_known(session, names)
            if back := await archive.back_again(session, names):
                log.info("files that were missing are there again", files=back)
        left = [file for file in quiet if file.name in unknown]
        found = frozenset([file.name for file in left if not await self._settle(file)])
        for name in sorted(found - self.orphans):
            log.error("a file belongs to no talk that is known", file=name)
        self.orphans = found

    async def _settle(self, file: QuietFile) -> bool:
        """Do with it what can be done. False: it is an orphan."""
        past = None
        named = _NAME.fullmatch(file.name)
        contact = ContactId("" if named is None else named[1])
        async with self._sessions.begin() as session:
            if named is not None:
                past = await orphans.past_of(session, contact)
            is_over = past is not None and past.is_over
            if file.size_bytes == 0:
                # While the contact goes on, Asterisk may hold it open for a talk that is to come.
                if is_over or self._now() - file.changed_at > EMPTY_SECONDS:
                    await asyncio.to_thread(remove, self._folder, file.name)
                return True
            if named is None or past is None:
                return False
            made_at = int(named[2]) / 1000
            if await orphans.was_erased(session, contact, made_at):
                await asyncio.to_thread(remove, self._folder, file.name)
                return True
            owner = owner_of(made_at, past.parts, past.talks_began_at)
            if owner is None:
                # The row of a talk that goes on comes at its end.
                return not past.is_over
            if await orphans.link(session, file.name, contact, owner):
                log.info("a file without a row was linked to its talk", file=file.name)
        return True


def quiet_files(folder: Path, until: float) -> list[QuietFile]:
    """Files of sound that were last written before `until`, by their names. It asks the disk."""
    found: list[QuietFile] = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            stat = path.stat(follow_symlinks=False)
            if path.is_file() and path.suffix in _SOUND and stat.st_mtime < until:
                found.append(
                    QuietFile(
                        name=str(path.relative_to(folder)),
                        size_bytes=stat.st_size,
                        changed_at=stat.st_mtime,
                    )
                )
    return sorted(found, key=lambda file: file.name)


def remove_old_folders(folder: Path, today: date) -> None:
    """Remove empty folders of days before yesterday. It asks the disk."""
    for day in folder.glob("[0-9]*/[0-9]*/[0-9]*"):
        with suppress(OSError, ValueError):
            year, month, number = day.relative_to(folder).parts
            if date(int(year), int(month), int(number)) < today - timedelta(days=1):
                day.rmdir()
                day.parent.rmdir()
                day.parent.parent.rmdir()

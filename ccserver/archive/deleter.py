"""Deletes recordings: those whose time is over, and those of customers who are to be forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive import metrics
from ccserver.archive.keeper import remove
from ccserver.archive.places import Places, attempts_at
from ccserver.core.ids import ContactId
from ccserver.core.rules import RetentionRule
from ccserver.db import deletions
from ccserver.db.deletions import LIMIT, Deletion
from ccserver.db.erasure import Erasure, Whose, erase
from ccserver.recordings.store import StoreError

log = structlog.get_logger("ccserver.archive")

RulesOf = Callable[[AsyncSession], Awaitable[Sequence[RetentionRule]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """What came of an erasure."""

    decided: Erasure
    files: int
    """So many files without a row were removed, too."""
    open: int
    """Of so many recordings something could not be deleted yet: it is tried again."""


class Deleter:
    """Carries out what was decided. What it cannot delete now stays decided."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        places: Places,
        *,
        now: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._now = now

    async def expire(self, rules_of: RulesOf) -> int:
        """Decide on all whose time is over. Gives how many. Raises what the database says."""
        found = 0
        while True:
            async with self._sessions.begin() as session:
                rules = await rules_of(session)
                some = await deletions.order_expired(session, rules, self._at())
            found += some
            if some < LIMIT:
                return found

    async def carry_out(self) -> int:
        """Delete what was decided and is there yet. Gives of how many recordings something could
        not be deleted now. Raises what the database says."""
        failed, after = 0, 0
        while True:
            async with self._sessions() as session:
                some = await deletions.open_deletions(session, after)
            for one in some:
                failed += not await self._delete(one)
            if len(some) < LIMIT:
                return failed
            after = some[-1].id

    async def erase(self, whose: Whose, *, detail: str, by: str) -> ErasureReport:
        """Forget a customer: recordings, messages, transcripts, and files without a row.

        `detail`: on whose request; `by`: who does it. Raises what the database says, and OSError
        when the folder of recordings cannot be read.
        """
        async with self._sessions.begin() as session:
            decided = await erase(session, whose, detail=detail, by=by)
        failed = await self.carry_out()
        async with self._sessions.begin() as session:
            known = await deletions.legs_of(session, decided.contacts)
        files = await asyncio.to_thread(
            _remove_files, self._places.recordings, frozenset(decided.contacts), known
        )
        log.info(
            "a customer was erased",
            recordings=decided.ordered,
            messages=decided.messages,
            held=len(decided.held),
            open=failed,
        )
        return ErasureReport(decided=decided, files=files, open=failed)

    async def _delete(self, deletion: Deletion) -> bool:
        try:
            if deletion.file is not None:
                await self._places.folder.delete(deletion.file)
                if self._places.bucket is not None:
                    # Also when the row says nothing of it: it may be on its way there.
                    await self._places.bucket.delete(deletion.file)
                elif deletion.remote:
                    raise StoreError("it lies in a bucket, but archive.bucket names none")
            await asyncio.to_thread(self._remove_files, deletion)
        except (StoreError, OSError) as failure:
            metrics.FAILED.labels("delete").inc()
            log.error(
                "a recording cannot be deleted now, and is tried again",
                recording=deletion.recording,
                why=deletion.why,
                error=str(failure),
            )
            return False
        async with self._sessions.begin() as session:
            done = await deletions.done(session, deletion, self._at())
        if done:
            metrics.DELETED.labels(deletion.why).inc()
        return done

    def _remove_files(self, deletion: Deletion) -> None:
        """What Asterisk wrote, and what an attempt that was interrupted left of it."""
        for left in attempts_at(
            self._places.folder, deletion.recording, deletion.contact, deletion.started_at
        ):
            left.unlink(missing_ok=True)
        for file in deletion.legs:
            remove(self._places.recordings, file)

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _remove_files(folder: Path, contacts: Collection[ContactId], known: Collection[str]) -> int:
    """Remove what Asterisk wrote of these contacts and no row names. It asks the disk."""
    gone = 0
    for path in folder.rglob("*"):
        contact, dash, _ = path.name.rpartition("-")
        name = str(path.relative_to(folder))
        if dash and ContactId(contact) in contacts and name not in known:
            remove(folder, name)
            gone += 1
    return gone

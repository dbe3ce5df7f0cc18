"""Proves that what was kept is what lies there, or says what is not.

Every file's SHA-256 is computed anew where it lies, and held against its seal; the seals are held
against the chain of days; and files that nobody knows are found.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive.places import Places, recording_of
from ccserver.archive.sweep import QUIET_SECONDS, quiet_files
from ccserver.core.seals import ChainFault, Seal, SealedDay, chain_faults
from ccserver.db import archive, deletions, kept, seals
from ccserver.db.kept import KeptFile
from ccserver.recordings.disk import Digest, digest_of
from ccserver.recordings.sound import within
from ccserver.recordings.store import Store, StoreError

_BATCH: Final = 500

Fault = Literal["changed", "missing", "truncated", "unlinked", "unsealed", "unreadable", "chain"]

_CHAIN = {
    ChainFault.LIST: "its list is not what was sealed: a line was changed, added or removed",
    ChainFault.LINK: "it does not continue the day before: that one was changed, or one removed",
    ChainFault.UNCLOSED: "it is not closed, though a later day is: its hash was removed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be."""

    fault: Fault
    where: str
    """`folder`, `bucket`, `recordings` (as Asterisk wrote it), `database`."""
    what: str
    """The file, or the day."""
    recording: int | None
    detail: str


@dataclass(slots=True)
class Report:
    """What was looked at, and found."""

    files: int = 0
    size_bytes: int = 0
    days: int = 0
    last_hash: str = ""
    """Of the last day that is closed: hold it against what was written down elsewhere."""
    findings: list[Finding] = field(default_factory=list)


class Verifier:
    """Looks at everything, one file after the other."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], places: Places, *, now: float
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._now = now
        self._report = Report()

    async def verify(
        self, since: date | None = None, until: date | None = None, *, legs: bool = True
    ) -> Report:
        """All that was sealed on these days, both with them (None: no bound), and the whole chain.

        Files that nobody knows are looked for only when there is no bound; `legs`: in what Asterisk
        wrote, too. Raises what the database says, OSError, and StoreError when the bucket cannot
        be listed.
        """
        await self._chain(since, until)
        if since is None and until is None:
            await self._unknown()
            if legs:
                await self._as_written()
        return self._report

    def _found(
        self, fault: Fault, where: str, what: str, detail: str, recording: int | None = None
    ) -> None:
        self._report.findings.append(
            Finding(fault=fault, where=where, what=what, recording=recording, detail=detail)
        )

    # -- seals and the files that they name

    async def _chain(self, since: date | None, until: date | None) -> None:
        async with self._sessions() as session:
            closed = await seals.days(session)
            listed = await seals.listed_days(session, since, until)
            unsealed = await kept.unsealed(session, since, until)
        self._report.days = len(listed)
        self._report.last_hash = closed[-1].sha256.hex() if closed else ""
        for day, fault in chain_faults(closed, {}):
            self._found("chain", "database", day.isoformat(), _CHAIN[fault])
        for day in listed:
            await self._day(day, closed)
        for file in unsealed:
            self._found("unsealed", "database", file.file, "it has no seal", file.id)

    async def _day(self, day: date, closed: Sequence[SealedDay]) -> None:
        async with self._sessions() as session:
            sealed = await seals.seals_of(session, day)
        for _, fault in chain_faults(closed, {day: sealed}):
            if fault is not ChainFault.LINK:
                self._found("chain", "database", day.isoformat(), _CHAIN[fault])
        for at in range(0, len(sealed), _BATCH):
            await self._sealed(sealed[at : at + _BATCH])

    async def _sealed(self, some: Sequence[Seal]) -> None:
        ids = [seal.recording for seal in some]
        async with self._sessions() as session:
            rows = await kept.of_ids(session, ids)
            deleted = await deletions.deleted(session, ids)
        for seal in some:
            if seal.recording in deleted:
                continue
            row = rows.get(seal.recording)
            if row is None:
                detail = (
                    "it was sealed, and its row says that it is not kept; no deletion is logged"
                )
                self._found("missing", "database", seal.file, detail, seal.recording)
            elif (row.file, row.sha256) != (seal.file, seal.sha256):
                detail = "its row names another file or another SHA-256 than its seal"
                self._found("changed", "database", seal.file, detail, seal.recording)
            else:
                await self._file(row)

    async def _file(self, row: KeptFile) -> None:
        places = self._places.of(row)
        if not places:
            detail = "its row says that it lies nowhere"
            if row.remote:
                detail = "it lies in a bucket, but archive.bucket names none"
            self._found("missing", "database", row.file, detail, row.id)
        for where, store in places:
            try:
                found = await store.digest(row.file)
            except StoreError as failure:
                self._found("unreadable", where, row.file, str(failure), row.id)
                continue
            self._report.files += 1
            self._report.size_bytes += 0 if found is None else found.size_bytes
            await self._compare(row, where, found)

    async def _compare(self, row: KeptFile, where: str, found: Digest | None) -> None:
        if found == Digest(row.size_bytes, row.sha256):
            return
        async with self._sessions() as session:
            if await kept.kept_file(session, row.id) is None:
                return  # It was deleted since.
        if found is None:
            self._found("missing", where, row.file, "it is not there", row.id)
        elif found.size_bytes < row.size_bytes:
            detail = f"it has {found.size_bytes} of {row.size_bytes} bytes"
            self._found("truncated", where, row.file, detail, row.id)
        else:
            detail = f"its SHA-256 is {found.sha256.hex()}, sealed is {row.sha256.hex()}"
            self._found("changed", where, row.file, detail, row.id)

    # -- files that nobody knows

    async def _unknown(self) -> None:
        stores: list[tuple[str, Store]] = [("folder", self._places.folder)]
        if self._places.bucket is not None:
            stores.append(("bucket", self._places.bucket))
        for where, store in stores:
            async for names in _batches(store.names()):
                await self._unknown_of(where, names)

    async def _unknown_of(self, where: str, names: Sequence[str]) -> None:
        found = {name: recording_of(name) for name in names}
        ids = [one for one in found.values() if one is not None]
        async with self._sessions() as session:
            rows = await kept.of_ids(session, ids)
            # Of a recording that is just being encoded the file lies before its row says so.
            coming = await archive.raw_of(session, ids)
        for name, recording in found.items():
            row = None if recording is None else rows.get(recording)
            if recording not in coming and (row is None or row.file != name):
                self._found("unlinked", where, name, "no recording has this file", recording)

    async def _as_written(self) -> None:
        folder = self._places.recordings
        quiet = await asyncio.to_thread(quiet_files, folder, self._now - QUIET_SECONDS)
        names = [file.name for file in quiet if file.size_bytes]
        async with self._sessions() as session:
            unknown = await archive.not_known(session, names)
            waiting = await archive.legs_there(session, datetime.fromtimestamp(self._now, UTC))
        for name in sorted(unknown):
            self._found("unlinked", "recordings", name, "no leg has this file")
        for leg in waiting:
            path = await asyncio.to_thread(within, folder, leg.file)
            if path is None:
                if leg.is_raw:
                    detail = "what Asterisk wrote is not there, and was not encoded"
                    self._found("missing", "recordings", leg.file, detail, leg.recording)
            elif leg.sha256 is not None:
                digest = await asyncio.to_thread(digest_of, path)
                if digest.sha256 != leg.sha256:
                    detail = "it is not what was encoded"
                    self._found("changed", "recordings", leg.file, detail, leg.recording)


async def _batches(names: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    some: list[str] = []
    async for name in names:
        some.append(name)
        if len(some) == _BATCH:
            yield some
            some = []
    if some:
        yield some

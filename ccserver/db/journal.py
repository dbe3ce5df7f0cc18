"""Writes down what the center was told and what it ordered, without ever making it wait.

`put` only remembers. `run` writes batches, each by one statement that may be repeated without
harm, so a batch whose fate is unknown is simply written again. While PostgreSQL is away batches
go to a spool on disk, and are written in their order when it is back, or by the next run.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter, Gauge, Histogram

from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.db.entries import Batch, Encoder, Entry, read_line
from ccserver.db.held import AwayError, Held
from ccserver.db.journal_sql import BEGIN_RUN, WRITE
from ccserver.db.spool import SIZE_MAX_BYTES, Spool

FLUSH_SECONDS = 0.045
BATCH_MAX = 500
WAITING_MAX = 50_000
"""Entries that wait in memory when neither PostgreSQL nor the disk takes them. More are lost."""
WRITE_SECONDS = 5.0
LAST_FLUSH_SECONDS = 8.0
DISK_RETRY_SECONDS = 0.5
DRAIN_BATCHES = 20
"""How many spooled batches are written for each new one: the spool shrinks while calls go on."""

LAG = Gauge("ccserver_journal_lag_seconds", "Age of the oldest entry that is not in PostgreSQL")
ENTRIES = Counter(
    "ccserver_journal_entries_total", "Events that the center handled and PostgreSQL has"
)
WRITE_TIME = Histogram("ccserver_journal_write_seconds", "Time to write one batch")
SPOOL_BYTES = Gauge("ccserver_journal_spool_bytes", "What waits on disk for PostgreSQL")
LOST = Counter("ccserver_journal_lost_total", "Entries lost: neither PostgreSQL nor disk took them")
REFUSED = Counter(
    "ccserver_journal_refused_total", "Rows that PostgreSQL refused for their content"
)

log = structlog.get_logger()


class Journal:
    """The one writer of journal and history."""

    def __init__(
        self,
        dsn: str,
        run: UUID,
        folder: Path,
        *,
        now: Callable[[], float],
        version: str = "",
        spool_max_bytes: int = SIZE_MAX_BYTES,
    ) -> None:
        """`folder` holds the spool, for this process alone. Raises OSError if it cannot."""
        self._run = run
        self._now = now
        self._begin: tuple[UUID, float, str] | None = (run, now(), version)
        self._held = Held(dsn, connections=1, query_seconds=WRITE_SECONDS)
        self._spool = Spool(folder, size_max_bytes=spool_max_bytes)
        self._refused = folder / "refused.txt"
        self._encoder = Encoder(run)
        self._waiting: deque[Entry] = deque()
        self._some = asyncio.Event()
        self._full = asyncio.Event()
        self._all_written = asyncio.Event()
        self._put = 0
        self._safe = 0
        """So many of them are in PostgreSQL or on disk."""
        self._safer = asyncio.Event()
        self._in_hand: Batch | None = None
        """Encoded, and neither known to be written nor spooled."""
        self._spooled_from: float | None = None
        """The instant of the first batch that is spooled."""
        LAG.set_function(self._lag)
        SPOOL_BYTES.set_function(lambda: self._spool.size_bytes)

    def put(self, seq: int, now: float, event: Event, commands: Sequence[Command]) -> None:
        """Remember what was handled. Never blocks, never fails. `commands` must not change."""
        if len(self._waiting) >= WAITING_MAX:
            LOST.inc()
            return
        self._waiting.append(Entry(seq, now, event, commands))
        self._put += 1
        self._some.set()
        self._all_written.clear()
        if len(self._waiting) >= BATCH_MAX:
            self._full.set()

    async def run(self) -> None:
        """Write until cancelled; then write or spool what is left, within a few seconds.

        Cancel the host first: what it puts after that is lost.
        """
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self._held.run())
            try:
                while True:
                    await self._turn()
            finally:
                await self._finish()
                keeper.cancel()

    async def drain(self) -> None:
        """Write what earlier runs have left on disk, then return. Waits for PostgreSQL.

        For the start, before the open contacts and the agents' presence are read.
        """
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self._held.run())
            while not self._spool.empty:
                await self._held.ready()
                await self._drain(DRAIN_BATCHES)
            keeper.cancel()

    async def written(self) -> None:
        """Wait until PostgreSQL has everything that was put before, also what was spooled."""
        if self._waiting or self._behind():
            await self._all_written.wait()

    async def settled(self) -> None:
        """Wait until all that was put before would outlive us, in PostgreSQL or in the spool."""
        put = self._put
        while self._safe < put:
            await self._safer.wait()

    def _is_safe(self, batch: Batch) -> None:
        self._in_hand = None
        self._safe += batch.entries
        safer, self._safer = self._safer, asyncio.Event()
        safer.set()

    def _behind(self) -> bool:
        return self._in_hand is not None or not self._spool.empty

    async def _turn(self) -> None:
        if not self._waiting and not self._behind():
            self._all_written.set()
            await self._some.wait()
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._full.wait()
        except TimeoutError:
            pass  # Not many came: write those.
        await self._store()
        if self._held.up and not self._spool.empty:
            await self._drain(DRAIN_BATCHES)

    async def _store(self) -> None:
        """Bring the next batch to PostgreSQL, or to disk when older ones wait there."""
        batch = self._in_hand or self._take()
        if batch is None:
            return
        if not (self._spool.empty and await self._write(batch)):
            await self._to_disk(batch)

    def _take(self) -> Batch | None:
        entries = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
        if not self._waiting:
            self._some.clear()
        if len(self._waiting) < BATCH_MAX:
            self._full.clear()
        if not entries:
            return None
        self._in_hand, failed = self._encoder.batch(entries)
        if failed:
            LOST.inc(failed)
        return self._in_hand

    async def _write(self, batch: Batch) -> bool:
        """Whether PostgreSQL has the batch."""
        try:
            if self._begin is not None:
                await self._held.fetch(BEGIN_RUN, *self._begin)
                self._begin = None
            with WRITE_TIME.time():
                await self._held.fetch(WRITE, *batch.rows)
        except AwayError:
            return False
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
            if not await self._write_singly(batch):
                return False
        ENTRIES.inc(batch.entries)
        if batch is self._in_hand:
            self._is_safe(batch)
        return True

    async def _write_singly(self, batch: Batch) -> bool:
        """One row at a time: those that PostgreSQL refuses are kept in a file for a person."""
        for single in batch.split():
            try:
                await self._held.fetch(WRITE, *single.rows)
            except AwayError:
                return False
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
                REFUSED.inc()
                log.error("journal_row_refused", error=str(error), file=str(self._refused))
                await asyncio.to_thread(_append, self._refused, single.line())
        return True

    async def _to_disk(self, batch: Batch) -> None:
        line = batch.line()
        try:
            await asyncio.to_thread(self._spool.append, line)
        except OSError as error:
            log.error("journal_spool_failed", error=str(error), waiting=len(self._waiting))
            await asyncio.sleep(DISK_RETRY_SECONDS)
            return
        self._is_safe(batch)
        if self._spooled_from is None:
            self._spooled_from = batch.oldest

    async def _drain(self, batches: int) -> None:
        for _ in range(batches):
            line = await asyncio.to_thread(self._spool.first)
            if line is None:
                break
            try:
                batch = read_line(line)
            except ValueError:
                log.error("journal_spool_line_broken", bytes=len(line))
                LOST.inc()
            else:
                self._spooled_from = batch.oldest
                if not await self._write(batch):
                    return
            await asyncio.to_thread(self._spool.taken, line)
        if self._spool.empty:
            self._spooled_from = None

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(LAST_FLUSH_SECONDS):
                while self._in_hand is not None or self._waiting:
                    await self._store()
        except TimeoutError:
            left = len(self._waiting) + (self._in_hand.entries if self._in_hand else 0)
            log.error("journal_entries_lost", entries=left)
            LOST.inc(left)
        finally:
            await asyncio.to_thread(self._spool.close)

    def _lag(self) -> float:
        oldest = self._spooled_from
        if oldest is None and self._in_hand is not None:
            oldest = self._in_hand.oldest
        if oldest is None and self._waiting:
            oldest = self._waiting[0].now
        return 0.0 if oldest is None else max(0.0, self._now() - oldest)


def _append(file: Path, line: bytes) -> None:
    try:
        with file.open("ab") as opened:
            opened.write(line)
    except OSError as error:
        log.error("journal_refused_lost", error=str(error))

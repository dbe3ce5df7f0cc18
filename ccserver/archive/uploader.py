"""Brings kept files to the bucket, and takes them out of the folder some days later."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive import metrics
from ccserver.db import kept
from ccserver.db.kept import KeptFile
from ccserver.recordings.store import FolderStore, NotKeptError, Store, StoreError

log = structlog.get_logger("ccserver.archive")


class Uploader:
    """Sends what is not in the bucket yet. What fails is tried again, for ever."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        folder: FolderStore,
        bucket: Store,
        *,
        local_days: float,
        now: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._folder = folder
        self._bucket = bucket
        self._local_days = local_days
        self._now = now
        self.failures = 0
        """So many times in a row the bucket did not answer."""

    async def upload(self) -> int:
        """Send all that is not there yet. Gives how many came there.

        It ends early when the bucket does not answer. Raises what the database says.
        """
        sent = 0
        after: tuple[datetime, int] | None = None
        while True:
            async with self._sessions() as session:
                found = await kept.to_upload(session, after)
            if found is None:
                self.failures = 0
                return sent
            after = found.kept_at, found.id
            try:
                sent += await self._send(found)
            except StoreError as failure:
                metrics.FAILED.labels("upload").inc()
                log.error(
                    "a recording was not brought to the bucket, and is tried again",
                    recording=found.id,
                    error=str(failure),
                )
                if not isinstance(failure, NotKeptError):
                    self.failures += 1
                    return sent

    async def _send(self, found: KeptFile) -> bool:
        if await self._folder.size(found.file) is None:
            raise NotKeptError(f"{found.file} is not in the folder: `ccserver recordings verify`")
        came = await self._bucket.put(found.file, self._folder.path(found.file))
        if (came.size_bytes, came.sha256) != (found.size_bytes, found.sha256):
            await self._bucket.delete(found.file)
            raise NotKeptError(f"{found.file} was changed: `ccserver recordings verify`")
        async with self._sessions.begin() as session:
            is_kept = await kept.uploaded(session, found)
        if not is_kept:
            # It was deleted meanwhile, and so must this copy be.
            await self._bucket.delete(found.file)
            return False
        metrics.UPLOADED.inc()
        return True

    async def thin(self) -> int:
        """Take out of the folder what has been in the bucket for long. Gives how many.

        Raises StoreError, and what the database says.
        """
        before = datetime.fromtimestamp(self._now(), UTC) - timedelta(days=self._local_days)
        async with self._sessions() as session:
            found = await kept.to_thin(session, before)
        thinned = 0
        for one in found:
            if await self._bucket.size(one.file) != one.size_bytes:
                log.error(
                    "a recording is not in the bucket any more, and stays in the folder",
                    recording=one.id,
                )
                continue
            # The file first: a row that says less than there is would leave it lying for ever.
            await self._folder.delete(one.file)
            async with self._sessions.begin() as session:
                await kept.thinned(session, one.id)
            thinned += 1
        return thinned

"""What several tests of the database need."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.db.journal import Journal


@asynccontextmanager
async def running(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Something that runs until cancelled, for as long as the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


class Told(Protocol):
    """What a center was told and what it ordered, as the journal takes it."""

    @property
    def now(self) -> float: ...
    @property
    def entries(self) -> Sequence[tuple[int, float, Event, Sequence[Command]]]: ...


async def journaled(database: str, site: Told) -> UUID:
    """Write all that the site did as one run."""
    run = uuid4()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(database, run, Path(folder), now=lambda: site.now, version="1")
        for entry in site.entries:
            journal.put(*entry)
        async with running(journal.run()):
            await journal.written()
    return run

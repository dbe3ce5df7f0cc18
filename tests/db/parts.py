"""What several tests of the database need."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from ccserver.db.journal import Journal
from tests.db.calls import Site


@asynccontextmanager
async def running(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Something that runs until cancelled, for as long as the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


async def journaled(database: str, site: Site) -> UUID:
    """Write all that the site did as one run."""
    run = uuid4()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(database, run, Path(folder), now=lambda: site.now, version="1")
        for entry in site.entries:
            journal.put(*entry)
        async with running(journal.run()):
            await journal.written()
    return run

"""Starts a house on an up-to-date database, and ends it."""

import asyncio
from dataclasses import replace
from typing import Final

import asyncpg
import stamina
import structlog

from ccserver.db import config, flows
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.flows.files import Shelf
from ccserver.house import House
from ccserver.settings import Settings
from ccserver.shelf import usable

DATABASE_SECONDS: Final = 30.0
"""How long a start waits for PostgreSQL, which may be starting too."""

AWAY: Final = (OSError, asyncpg.CannotConnectNowError)

log = structlog.get_logger("ccserver")


async def serve(settings: Settings, folder: Shelf) -> None:
    """Bring the database up to date and run ccserver until cancelled. `folder`: the flows' files.

    A PostgreSQL that is still starting is waited for. Raises what it says when it stays away, and
    FlowError when a hotline that was never published leads to what is not configured. Other such
    flows are left out.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    async for attempt in stamina.retry_context(on=AWAY, timeout=DATABASE_SECONDS, attempts=None):
        with attempt:
            await upgrade(settings.dsn)
    engine = engine_for(settings.dsn)
    sessions = sessions_of(engine)
    try:
        async with sessions.begin() as session:
            seeded = await config.seed(session, settings.queues)
            if not seeded and "queues" in settings.model_fields_set:
                log.info("queues come from the database, not from the settings")
            known = replace(
                await flows.known(session), partners=frozenset(settings.partners), agents=None
            )
            published = await flows.releases(session)
        new = folder.flows.keys() - published.keys()
        folder = await asyncio.to_thread(usable, folder, new, settings, known)
        await House(settings, folder, sessions).run()
    finally:
        await engine.dispose()

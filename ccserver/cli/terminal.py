"""What the commands share: the terminal, and a transaction in the site's database."""

import asyncio
import gc
import getpass
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db import config
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.local import site
from ccserver.local.processes import LocalError
from ccserver.local.sitefile import site_of
from ccserver.settings import Settings

_Result = TypeVar("_Result")

console = Console()

GARBAGE_AFTER = 50_000
"""Objects made until the collector looks for circles; a call makes thousands that are none."""


def in_database(settings: Settings, act: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    """Do something in one transaction, also in a database where ccserver has not run yet."""

    async def in_one(sessions: async_sessionmaker[AsyncSession]) -> _Result:
        async with sessions.begin() as session:
            await config.seed(session, settings.queues)
            return await act(session)

    return with_sessions(settings, in_one)


def with_sessions(
    settings: Settings, act: Callable[[async_sessionmaker[AsyncSession]], Awaitable[_Result]]
) -> _Result:
    """Do something in as many transactions as it takes."""
    dsn = dsn_of(settings)

    async def run() -> _Result:
        await upgrade(dsn)
        engine = engine_for(dsn, connections=0)
        try:
            return await act(sessions_of(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def operator() -> str:
    """Who sits at this terminal, for the audit."""
    return f"{getpass.getuser()} (command line)"


def dsn_of(settings: Settings) -> str:
    """The site's database. Raises typer.BadParameter where there is none."""
    if not settings.dsn and site_of(settings) is None:
        raise typer.BadParameter("there is no database: set CC_DSN, or start a site by `make up`")
    try:
        return site.own_dsn(settings)
    except LocalError as error:
        raise typer.BadParameter(str(error)) from None


def spare_the_collector() -> None:
    """Let the collector of circles look seldom, and not at what is there by now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 50, 100)

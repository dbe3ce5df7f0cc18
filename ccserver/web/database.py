"""The database, for as long as a request takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.web.auth import DATABASE_AWAY
from ccserver.web.problems import Problem

_log = structlog.get_logger("ccserver.web")


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    try:
        async with request.app.state.sessions() as session:
            yield session
    except DATABASE_AWAY as error:
        _log.warning("the history could not be read", error=repr(error))
        raise Problem(
            503, "The history cannot be read now.", "Try again in a minute; calls go on."
        ) from error


Database = Annotated[AsyncSession, Depends(_session)]
"""To read."""


@asynccontextmanager
async def changing(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction, to change something. It is committed before the answer goes out."""
    try:
        async with request.app.state.sessions.begin() as session:
            yield session
    except DATABASE_AWAY as error:
        _log.warning("something could not be changed", error=repr(error))
        raise Problem(
            503, "Nothing can be changed now.", "Try again in a minute; calls go on."
        ) from error

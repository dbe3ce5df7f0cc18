"""SQLAlchemy's way to PostgreSQL, for everything that is not on a caller's path."""

import asyncpg
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import NullPool

CONNECT_SECONDS = 5.0


def engine_for(dsn: str, *, connections: int = 5) -> AsyncEngine:
    """A pool of at most twice `connections`; none is kept when it is 0.

    asyncpg reads the DSN itself, so that one spelling (`postgresql://…`, also with a socket's
    folder as `?host=`) means the same here, to the journal and to the look-up.
    """

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)

    if not connections:
        return create_async_engine(
            "postgresql+asyncpg://", async_creator=connect, poolclass=NullPool
        )
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=connections,
        max_overflow=connections,
        pool_pre_ping=True,
    )


def sessions_of(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Makes sessions: `async with sessions.begin() as session` is one transaction."""
    return async_sessionmaker(engine, expire_on_commit=False)

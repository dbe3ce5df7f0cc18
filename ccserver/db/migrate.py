"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from ccserver.db.engine import engine_for

MIGRATIONS = Path(__file__).parents[2] / "migrations"

ADVISORY_LOCK = 0x63637365727665
"""Who migrates holds this lock of PostgreSQL; the number is `ccserve` in ASCII."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Run the migrations that are missing. Safe when several start at once: one works, all wait.

    Raises what asyncpg or SQLAlchemy raise; a failed migration leaves those before it in place.
    """
    engine = engine_for(dsn, connections=0)
    try:
        async with engine.connect() as connection:
            # The lock is the session's, not a transaction's: each migration commits on its own.
            await connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            await connection.commit()
            await connection.run_sync(lambda sync: command.upgrade(config(sync), revision))
            await connection.commit()
    finally:
        # Closing the connection gives the lock back.
        await engine.dispose()

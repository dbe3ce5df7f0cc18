"""From nothing to the newest schema, which is the one that the tables describe."""

import asyncio
import re

import asyncpg
import pytest
from alembic import command
from alembic.util import CommandError

from ccserver.db.engine import engine_for
from ccserver.db.migrate import MIGRATIONS, config, upgrade

pytestmark = pytest.mark.db


async def test_an_empty_database_becomes_what_the_tables_say(empty_database: str) -> None:
    await upgrade(empty_database)
    engine = engine_for(empty_database, connections=0)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.check(config(sync)))
    await engine.dispose()


async def test_a_second_upgrade_changes_nothing(empty_database: str) -> None:
    await upgrade(empty_database)
    await upgrade(empty_database)


async def test_two_that_start_at_once_do_not_disturb_each_other(empty_database: str) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(upgrade(empty_database))
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1
    await connection.close()


async def test_every_migration_can_be_taken_back(empty_database: str) -> None:
    await upgrade(empty_database)
    engine = engine_for(empty_database, connections=0)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))
        await connection.commit()
    await engine.dispose()
    await upgrade(empty_database)


async def test_a_revision_must_say_whether_it_adds_or_removes(empty_database: str) -> None:
    await upgrade(empty_database)
    engine = engine_for(empty_database, connections=0)
    async with engine.connect() as connection:
        with pytest.raises(CommandError, match="Begin the message"):
            await connection.run_sync(
                lambda sync: command.revision(config(sync), "add a column", autogenerate=True)
            )
    await engine.dispose()


def test_names_tell_order_and_kind_and_no_migration_waits_for_a_lock() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    assert files
    for number, file in enumerate(files, 1):
        assert re.fullmatch(rf"{number:04d}_(pre|post)_\w+\.py", file.name)
        assert "SET LOCAL lock_timeout" in file.read_text()

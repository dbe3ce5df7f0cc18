"""How alembic reaches the database, and the rule for names: NNNN_pre_*.py adds, _post_ removes."""

import asyncio
import os
from collections.abc import Iterable

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from ccserver.db import (  # noqa: F401 -- they fill the metadata
    campaign_tables,
    desk_tables,
    flow_tables,
    questionnaire_tables,
    recording_tables,
    tables,
)
from ccserver.db.engine import engine_for
from ccserver.db.table import Table


def name_by_rule(_: MigrationContext, __: object, directives: list[MigrationScript]) -> None:
    """Number a new revision, and refuse one that does not say whether it adds or removes."""
    for script in directives:
        if script.message is None:
            continue  # `alembic check` only looks.
        if not script.message.lower().startswith(("pre ", "post ")):
            raise CommandError("Begin the message with `pre` (only adds) or `post` (only removes).")
        head = ScriptDirectory.from_config(context.config).get_current_head()
        script.rev_id = f"{int(head or 0) + 1:04d}"


def run(connection: Connection) -> None:
    """Migrate over this connection, each migration in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        process_revision_directives=name_by_rule,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run(dsn: str) -> None:
    """For the `alembic` command: nobody gave us a connection."""
    engine = engine_for(dsn)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    arguments: Iterable[str] = context.get_x_argument()
    named = dict(argument.split("=", 1) for argument in arguments)
    asyncio.run(connect_and_run(named.get("dsn") or os.environ["CC_DSN"]))

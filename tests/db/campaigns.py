"""A campaign in the configuration, for tests that need no more."""

import asyncpg

CAMPAIGN = """
INSERT INTO setting (kind, name, body, updated_by) VALUES
  ('queues', 'sales', '{}', 'test'), ('campaigns', 'reminder', '{"queue": "sales"}', 'test')
"""


async def configured(dsn: str) -> None:
    """A campaign `reminder` with a queue."""
    line = await asyncpg.connect(dsn)
    await line.execute(CAMPAIGN)
    await line.close()

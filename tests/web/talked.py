"""A site with recorded talks, for the tests of the web."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from ccserver.core.ids import ContactId, Phone
from ccserver.db.people import Role, ensure_person
from tests.db.calls import Site, contact_id
from tests.db.parts import journaled
from tests.web.house import House, running

FIRST, SECOND = contact_id(1), contact_id(2)
SOUND_BYTES = 64_000
"""Two seconds of two channels."""
WAV_BYTES = 44 + SOUND_BYTES


@asynccontextmanager
async def talked(database: str, folder: Path) -> AsyncIterator[House]:
    """Two talks of Anna's with one customer, Wang: the agent loud, the customer quiet."""
    site = Site()
    frames = np.tile(np.array([-100, 20_000], "<i2"), SOUND_BYTES // 4)
    for number in (1, 2):
        made = site.call(number)
        (folder / f"{made}-{number}.raw").write_bytes(frames.tobytes())
    await journaled(database, site)
    house = House(dsn=database, recordings=folder)
    async with house.sessions.begin() as session:
        for login, role, phone in (
            ("anna", Role.AGENT, Phone("1001")),
            ("bob", Role.AGENT, Phone("1002")),
            ("sue", Role.SUPERVISOR, None),
            ("ada", Role.ADMIN, None),
        ):
            await ensure_person(
                session, login, name=login, role=role, password_hash="", phone=phone
            )
    await execute(
        database, "INSERT INTO customer (id, name) OVERRIDING SYSTEM VALUE VALUES (1, '王芳')"
    )
    await execute(database, "ALTER TABLE customer ALTER id RESTART WITH 2")
    async with running(house):
        yield house


async def execute(database: str, statement: str, *values: object) -> Any:
    """Change what no part of the house would; the first value that comes back."""
    line = await asyncpg.connect(database)
    try:
        return await line.fetchval(statement, *values)
    finally:
        await line.close()


async def id_of(house: House, contact: ContactId) -> int:
    """The recording's id, as the list tells it."""
    async with house.http("ada") as ada:
        found = (await ada.get(f"/api/recordings?contact={contact}")).json()["recordings"]
    return int(found[0]["id"])

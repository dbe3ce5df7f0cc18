"""The list of numbers whose callers are a nuisance."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db import nuisance
from ccserver.db.engine import engine_for, sessions_of
from tests.db.calls import contact_id

pytestmark = pytest.mark.db

NUMBER = "+8613800138000"


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def test_a_number_is_marked_with_who_and_why(session: AsyncSession) -> None:
    await nuisance.mark(session, NUMBER, reason="shouts", who="anna", contact=contact_id(1))
    found = await nuisance.marked(session, NUMBER)
    assert found is not None
    assert (found.number, found.reason, found.marked_by) == (NUMBER, "shouts", "anna")
    assert found.contact == contact_id(1)
    await session.commit()
    await nuisance.mark(session, NUMBER, reason="shouts again", who="bob")
    await nuisance.mark(session, "anonymous", reason="breathes", who="bob")
    newest, other = await nuisance.everyone(session)
    assert (newest.number, newest.contact) == (NUMBER, None)
    assert (newest.reason, other.reason) == ("shouts again", "breathes")
    assert await nuisance.numbers(session) == {NUMBER, "anonymous"}


async def test_a_number_is_taken_off_once(session: AsyncSession) -> None:
    await nuisance.mark(session, NUMBER, reason="a mistake", who="anna")
    assert await nuisance.unmark(session, NUMBER)
    assert not await nuisance.unmark(session, NUMBER)
    assert await nuisance.marked(session, NUMBER) is None
    assert await nuisance.numbers(session) == frozenset()

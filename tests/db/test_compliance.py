"""The evidence in a real database: verified, and what is found when somebody changed it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evidence import EvidenceFault
from ccserver.db import compliance
from ccserver.db.compliance import Wanted
from ccserver.db.engine import engine_for, sessions_of
from tests.db.dialed import BEGUN, REMINDER, RULES, Dialed, dial, dropped, served

pytestmark = pytest.mark.db

DAY = timedelta(days=1)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def tamper(session: AsyncSession, statement: str) -> None:
    """As one who owns the database can."""
    await session.execute(text("ALTER TABLE evidence DISABLE TRIGGER evidence_stays"))
    await session.execute(text(statement))


async def faults(session: AsyncSession) -> list[tuple[int, EvidenceFault]]:
    proof = await compliance.verify(session, REMINDER)
    return [(one.seq, one.fault) for one in proof.chain.faults]


async def test_a_chain_that_nobody_touched_holds(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dial(session, served(0), dropped(1), Dialed(minute=2), Dialed(result=None, minute=3))
    monkeypatch.setattr(compliance, "PAGE", 3)
    proof = await compliance.verify(session, REMINDER)
    assert proof.holds
    assert (proof.chain.entries, proof.chain.last_seq) == (8, 8)
    noted = (proof.chain.last_seq, proof.chain.last_hash)
    assert (await compliance.verify(session, REMINDER, until=noted)).holds
    early = await compliance.entries(session, REMINDER, after=1, limit=1)
    noted = (early[0].seq, early[0].hash)
    assert (await compliance.verify(session, REMINDER, until=noted)).holds
    wrong = await compliance.verify(session, REMINDER, until=(2, bytes(32)))
    assert [(one.seq, one.fault) for one in wrong.chain.faults] == [(2, EvidenceFault.CHANGED)]


async def test_evidence_cannot_be_changed_by_mistake(session: AsyncSession) -> None:
    await dial(session, served(0))
    with pytest.raises(Exception, match="evidence is never changed"):
        await session.execute(text("UPDATE evidence SET body = '{}'"))


async def test_a_changed_entry_is_found_where_it_is(session: AsyncSession) -> None:
    await dial(session, served(0), dropped(1))
    await tamper(session, "UPDATE evidence SET body = replace(body, '+86', '+87') WHERE seq = 2")
    assert await faults(session) == [(2, EvidenceFault.CHANGED)]


async def test_an_entry_that_is_gone_is_found(session: AsyncSession) -> None:
    await dial(session, served(0), dropped(1))
    before = await compliance.verify(session, REMINDER)
    await tamper(session, "DELETE FROM evidence WHERE seq = 3")
    assert await faults(session) == [(3, EvidenceFault.MISSING)]
    await session.execute(text("DELETE FROM evidence WHERE seq >= 3"))
    assert await faults(session) == []
    noted = (before.chain.last_seq, before.chain.last_hash)
    proof = await compliance.verify(session, REMINDER, until=noted)
    (gone,) = proof.chain.faults
    assert (gone.seq, gone.detail) == (3, "entries 3 to 5 are gone")
    assert not proof.holds


async def test_a_column_beside_the_body_cannot_be_changed_either(session: AsyncSession) -> None:
    await dial(session, served(0))
    await tamper(session, "UPDATE evidence SET at = at - interval '1 hour' WHERE seq = 2")
    assert await faults(session) == [(2, EvidenceFault.FORM)]


async def test_attempts_are_held_against_the_evidence(session: AsyncSession) -> None:
    _, changed, _ = await dial(session, served(0), dropped(1), Dialed(proven=False))
    await session.execute(
        text("UPDATE attempt SET result = 'human' WHERE id = :id"), {"id": changed}
    )
    proof = await compliance.verify(session, REMINDER)
    assert (proof.chain.whole, proof.unproven, proof.differing) == (True, 1, 1)
    assert not proof.holds


async def test_attempts_come_with_the_evidence_from_before_the_call(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance, "PAGE", 2)
    ids = await dial(session, served(0), dropped(0), Dialed(minute=2, proven=False))
    found = [one async for one in compliance.attempts(session, REMINDER, BEGUN, BEGUN + DAY)]
    assert [one.id for one in found] == ids
    first, _, bare = found
    assert first.checks == (("window", True, "09:00-20:00 Asia/Shanghai"),)
    assert (first.rules, first.pacing, first.seq) == (RULES, "budget 0.021", 2)
    assert (bare.rules, bare.checks, bare.seq, bare.hash) == ("", (), None, b"")
    late = BEGUN + timedelta(minutes=1)
    assert [
        one.id async for one in compliance.attempts(session, REMINDER, late, BEGUN + DAY)
    ] == ids[2:]


async def test_a_body_that_is_no_json_any_more_is_shown_without_facts(
    session: AsyncSession,
) -> None:
    await dial(session, served(0), dropped(1))
    await tamper(session, "UPDATE evidence SET body = substring(body FROM 5) WHERE seq = 2")
    await tamper(session, "UPDATE evidence SET body = '[]' WHERE seq = 4")
    found = await compliance.newest(session, REMINDER, Wanted())
    assert [one.checks for one in found] == [(), ()]


async def test_attempts_are_found_by_what_they_are(session: AsyncSession) -> None:
    ids = await dial(session, served(0), dropped(1), Dialed(result=None, minute=2, ended=None))

    async def found(wanted: Wanted, after: UUID | None = None, limit: int = 9) -> list[UUID]:
        page = await compliance.newest(session, REMINDER, wanted, after=after, limit=limit)
        return [one.id for one in page]

    assert await found(Wanted()) == ids[::-1]
    assert await found(Wanted(), limit=1) == [ids[2]]
    assert await found(Wanted(), after=ids[2], limit=1) == [ids[1]]
    assert await found(Wanted(result="abandoned")) == [ids[1]]
    assert await found(Wanted(result="open")) == [ids[2]]
    assert await found(Wanted(agent="anna")) == [ids[0]]
    assert await found(Wanted(number="+8613800000001")) == [ids[1]]
    minute = timedelta(minutes=1)
    assert await found(Wanted(since=BEGUN + minute, until=BEGUN + 2 * minute)) == [ids[1]]
    assert await compliance.abandoned_in(session, REMINDER, BEGUN, BEGUN + DAY) == 1


async def test_rules_are_told_with_those_that_held_when_the_span_began(
    session: AsyncSession,
) -> None:
    await dial(session, served(0))
    (one,) = await compliance.ruled(session, REMINDER, BEGUN + timedelta(hours=1), BEGUN + DAY)
    assert (one.seq, one.kind, one.at) == (1, "rules", BEGUN)
    assert await compliance.ruled(session, REMINDER, BEGUN - DAY, BEGUN) == ()
    assert await compliance.campaigns_with_evidence(session) == (REMINDER,)

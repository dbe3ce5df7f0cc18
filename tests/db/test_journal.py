"""What the center did is in the database: once, in order, and replays to the same commands."""

from contextlib import aclosing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ccserver.core.center import Center
from ccserver.core.events import CallArrived, KeyPressed, ScreenOpened, Wake
from ccserver.core.ids import ContactId, LegId
from ccserver.core.records import SegmentKind
from ccserver.core.seen import EndedBy
from ccserver.core.site import Presence, WorkState
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.history import (
    ContactFilter,
    agent_intervals,
    contact,
    contacts,
    open_contacts,
    segments,
)
from ccserver.db.journal import LOST, REFUSED, Journal
from ccserver.db.people import Role, agent_profiles, ensure_person
from ccserver.db.recordings import recordings
from ccserver.db.story import JournalGapError, first_difference, replay, runs, story
from tests.db.calls import ANNA, PHONE, SALES, T0, Site, contact_id
from tests.db.parts import journaled, running

pytestmark = pytest.mark.db


@pytest.fixture
async def engine(database: str) -> AsyncEngine:
    return engine_for(database, connections=0)


async def test_a_call_is_in_the_history_with_all_its_parts(
    database: str, engine: AsyncEngine
) -> None:
    site = Site()
    made = site.call(1)
    await journaled(database, site)
    async with sessions_of(engine)() as session:
        found = await contact(session, made)
        assert found is not None
        assert (found.caller, found.agent, found.queue) == ("+8613800138000", ANNA, SALES)
        assert found.ended_by is EndedBy.CALLER
        assert found.keys == (("menu", "1"),)
        assert found.ended_at is not None
        parts = await segments(session, made)
        assert [part.number for part in parts] == list(range(1, len(parts) + 1))
        assert [part.kind for part in parts][-2:] == [SegmentKind.TALK, SegmentKind.WRAP_UP]
        assert parts[0].started_at == found.arrived_at
        for part, after in pairwise(parts):
            assert part.ended_at == after.started_at, "without a gap"
        assert parts[-2].ended_at == found.ended_at, "the call's length is the sum of its parts"
        (kept,) = await recordings(session, made)
        assert (kept.agent, kept.ended_at - kept.started_at) == (ANNA, timedelta(seconds=60))
        day = await agent_intervals(
            session,
            ANNA,
            found.arrived_at - timedelta(days=1),
            found.arrived_at + timedelta(days=1),
        )
        assert WorkState.ON_CALL in [stretch.work for stretch in day]
        assert not await open_contacts(session)


async def test_the_story_tells_every_event_that_touched_the_call(
    database: str, engine: AsyncEngine
) -> None:
    site = Site()
    made, other = site.call(1), site.call(2)
    await journaled(database, site)
    async with sessions_of(engine)() as session:
        steps = await story(session, made)
        assert [step.event for step in steps] == [
            "CallArrived",
            "CallerRecognized",
            "KeyPressed",
            "FlowEnded",
            "CallHeld",
            "AgentReady",
            "PopAcked",
            "PhoneRang",
            "CallAnswered",
            "CallEnded",
            "WrapUpDone",
        ]
        assert "Connect" in [told.name for step in steps for told in step.commands]
        assert steps[0].fields is not None
        assert steps[0].fields["caller"] == "+8613800138000"
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        # Anna was ready when the second caller came: nobody's button began that talk.
        assert "AgentReady" not in [step.event for step in await story(session, other)]
        assert await story(session, contact_id(99)) == ()


async def test_a_run_replays_to_the_same_commands(database: str, engine: AsyncEngine) -> None:
    site = Site()
    for n in range(20):
        site.call(n)
    site.happen(Wake())
    site.happen(Wake())
    site.happen(ScreenOpened(agent=ANNA))
    run = await journaled(database, site)
    async with aclosing(replay(engine, run)) as handled:
        again = [one async for one in handled]
    assert [(one.seq, one.now, one.event) for one in again] == [e[:3] for e in site.entries]
    async with aclosing(replay(engine, run)) as handled:
        assert await first_difference(handled, Center().handle) is None


async def test_another_center_is_found_out(database: str, engine: AsyncEngine) -> None:
    site = Site()
    site.call(1)
    run = await journaled(database, site)
    async with aclosing(replay(engine, run)) as handled:
        found = await first_difference(handled, lambda now, event: [])
    assert found is not None
    assert found.handled.seq == 1


async def test_a_gap_in_the_journal_stops_the_replay(database: str, engine: AsyncEngine) -> None:
    site = Site()
    site.call(1)
    del site.entries[5]
    run = await journaled(database, site)
    async with aclosing(replay(engine, run)) as handled:
        with pytest.raises(JournalGapError, match="entry 6 is missing"):
            assert await first_difference(handled, Center().handle) is None


async def test_what_a_caller_sends_changes_nothing_but_its_own_row(
    database: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    evil = "bob,Event: X\r\n'\"${SHELL(id)}\0\ud800\uf8ff{}[]\\u0000" + "x" * 10_000
    site = Site()
    first = site.call(1, caller=evil)
    site.happen(KeyPressed(contact=first, step=evil, key=evil))
    second = site.call(2)
    refused = REFUSED._value.get()
    run = await journaled(database, site)
    assert REFUSED._value.get() == refused
    async with sessions_of(engine)() as session:
        page = await contacts(session, ContactFilter())
        assert [one.contact for one in page.contacts] == [second, first]
        assert page.contacts[1].caller.startswith("bob,Event: X\r\n'\"${SHELL(id)}\ufffd")
    async with aclosing(replay(engine, run)) as handled:
        assert await first_difference(handled, Center().handle) is None


async def test_an_id_that_is_no_uuid_is_kept_too(database: str, engine: AsyncEngine) -> None:
    site = Site()
    arrived = CallArrived(contact=ContactId("c1"), leg=LegId("1.1"), caller="", dialed="4001")
    site.happen(arrived)
    await journaled(database, site)
    async with sessions_of(engine)() as session:
        assert len((await contacts(session, ContactFilter())).contacts) == 1


async def test_presence_and_open_contacts_survive_a_kill(
    database: str, engine: AsyncEngine
) -> None:
    async with sessions_of(engine).begin() as session:
        await ensure_person(
            session, ANNA, name="Anna", role=Role.AGENT, password_hash="", phone=PHONE,
            queues=[SALES],
        )  # fmt: skip
    site = Site()
    site.call(1)
    key = contact_id(2)
    site.happen(CallArrived(contact=key, leg=LegId("1700000000.2"), caller="", dialed="4001"))
    arrived = site.now
    await journaled(database, site)
    async with sessions_of(engine)() as session:
        (profile,) = await agent_profiles(session)
        assert (profile.presence, profile.queues) == (Presence.READY, frozenset({SALES}))
        assert profile.work is WorkState.AVAILABLE
        (still,) = await open_contacts(session)
        assert (still.contact, still.leg, still.segments) == (key, "1700000000.2", 0)
        assert still.arrived_at == still.segment_from == arrived
        page = await contacts(session, ContactFilter(open=True))
        assert [one.contact for one in page.contacts] == [key]


async def test_an_end_without_a_start_makes_the_contact(database: str, engine: AsyncEngine) -> None:
    site = Site()
    made = site.call(1)
    site.entries = [entry for entry in site.entries if not isinstance(entry[2], CallArrived)]
    await journaled(database, site)
    async with sessions_of(engine)() as session:
        found = await contact(session, made)
        assert found is not None
        assert found.arrived_at.timestamp() == int(T0 * 1000 + 1) / 1000, "the instant in its id"
        assert found.ended_at is not None


async def test_the_same_batch_twice_is_there_once(
    database: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    site, run = Site(), uuid4()
    site.call(1)
    for folder in ("a", "b"):
        journal = Journal(database, run, tmp_path / folder, now=lambda: site.now, version="1")
        for entry in site.entries:
            journal.put(*entry)
        async with running(journal.run()):
            await journal.written()
    assert await counts(database) == await counts_of(site)
    async with sessions_of(engine)() as session:
        assert [one.run for one in await runs(session)] == [str(run)]


async def counts_of(site: Site) -> dict[str, int]:
    """How many rows there must be."""
    names = [type(command).__name__ for entry in site.entries for command in entry[3]]
    return {
        "contact": names.count("SaveContact"),
        "segment": names.count("SaveSegment"),
        "agent_interval": names.count("SaveAgentInterval"),
        "recording": names.count("SaveRecording"),
        "journal": sum(not isinstance(entry[2], Wake) or bool(entry[3]) for entry in site.entries),
    }


async def counts(database: str) -> dict[str, int]:
    connection = await asyncpg.connect(database)
    found = {
        table: await connection.fetchval(
            f"SELECT count(*) FROM {table}" + (" WHERE part = 0" if table == "journal" else "")
        )
        for table in ("contact", "segment", "agent_interval", "recording", "journal")
    }
    await connection.close()
    return found


async def test_a_row_that_postgresql_refuses_keeps_no_other_from_coming(
    database: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("ALTER TABLE segment ADD CHECK (number <> 2)")
    await connection.close()
    site, refused = Site(), REFUSED._value.get()
    site.call(1)
    journal = Journal(database, UUID(int=1), tmp_path, now=lambda: site.now, version="1")
    for entry in site.entries:
        journal.put(*entry)
    async with running(journal.run()):
        await journal.written()
    expected = await counts_of(site)
    assert await counts(database) == {**expected, "segment": expected["segment"] - 1}
    assert REFUSED._value.get() == refused + 1
    assert b"segment" not in (tmp_path / "refused.txt").read_bytes()
    assert LOST._value.get() == 0

"""Visits to queues and customers who wait to be called back: kept once, the newest word wins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccserver.core.commands import Command
from ccserver.core.events import CallbackRequested
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.records import (
    CallbackState,
    QueueExit,
    Recorded,
    SaveCallback,
    SaveContact,
    SaveOffer,
    SaveQueueVisit,
    SaveRecording,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.site import OpenCallback
from ccserver.core.value import Customer, Tier
from ccserver.db.callbacks import open_callbacks
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.entries import TABLES, TABLES_AT_FIRST, read_line
from ccserver.db.history import queue_visits
from ccserver.db.recordings import recordings
from ccserver.db.story import story
from tests.db.calls import ANNA, SALES, T0, Site, contact_id
from tests.db.parts import journaled

WAITS = contact_id(1)
NUMBER = "+8613800138000"
BEGUN = SaveContact(contact=WAITS, leg=LegId("1.0"), caller=NUMBER, dialed="4001", arrived_at=T0)
IN_THE_FLOW = SaveSegment(
    contact=WAITS,
    number=1,
    kind=SegmentKind.IVR,
    queue=None,
    agent=None,
    started_at=T0,
    ended_at=T0 + 10,
    outcome="queued",
)
VISIT = SaveQueueVisit(
    contact=WAITS,
    number=1,
    queue=SALES,
    tier=Tier.GOLD,
    value=0.6,
    entered_at=T0 + 10,
    ended_at=T0 + 70.5,
    waited_seconds=60.5,
    exit=QueueExit.CALLBACK,
    agent=None,
    wait_from_seconds=60.0,
    wait_until_seconds=180.0,
)
CALLBACK = SaveCallback(
    contact=WAITS,
    state=CallbackState.WAITING,
    number=NUMBER,
    queue=SALES,
    queued_at=T0 + 10,
    requested_at=T0 + 70.5,
    tries=0,
    not_before=T0 + 70.5,
    language="en",
)
OFFER = SaveOffer(
    contact=WAITS,
    agent=ANNA,
    queue=SALES,
    policy="balanced",
    rule="score",
    caller=(("score", 1.25), ("value", 0.6)),
    next_contact=contact_id(2),
    next_caller=(("score", 0.5),),
    cost=(("cost", 0.1),),
    next_agent=AgentId("bob"),
    next_cost=(("cost", 0.2),),
)
AT_ONCE = (BEGUN, IN_THE_FLOW, VISIT, CALLBACK, OFFER)


async def kept(database: str, *batches: Sequence[Command]) -> None:
    """Let the journal write these, a batch each."""
    for number, commands in enumerate(batches):
        site = Site()
        site.entries = [(1, T0 + 100 + number, CallbackRequested(contact=WAITS), commands)]
        await journaled(database, site)


async def opened(database: str) -> tuple[OpenCallback, ...]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as session:
        return await open_callbacks(session)


@pytest.mark.db
async def test_a_visit_to_a_queue_is_in_the_history(database: str) -> None:
    again = replace(VISIT, number=2, queue=Queue("service"), exit=QueueExit.ANSWERED, agent=ANNA)
    await kept(database, AT_ONCE, (*AT_ONCE, again))
    async with sessions_of(engine_for(database, connections=0))() as session:
        first, second = await queue_visits(session, WAITS)
        assert await queue_visits(session, contact_id(2)) == ()
    assert (first.queue, first.tier, first.value, first.agent) == (SALES, Tier.GOLD, 0.6, None)
    assert first.entered_at == datetime.fromtimestamp(T0 + 10, UTC)
    assert first.ended_at == datetime.fromtimestamp(T0 + 70.5, UTC)
    assert first.waited_seconds == 60.5
    assert (first.wait_from_seconds, first.wait_until_seconds) == (60.0, 180.0)
    assert (first.number, first.exit) == (1, QueueExit.CALLBACK)
    assert (second.number, second.exit, second.agent) == (2, QueueExit.ANSWERED, ANNA)


@pytest.mark.db
async def test_an_open_callback_is_there_after_a_restart(database: str) -> None:
    await kept(database, AT_ONCE)
    (found,) = await opened(database)
    assert found == OpenCallback(
        contact=WAITS,
        number=NUMBER,
        queue=SALES,
        queued_at=T0 + 10,
        requested_at=T0 + 70.5,
        tries=0,
        not_before=T0 + 70.5,
        arrived_at=T0,
        segments=1,
        segment_from=T0 + 10,
        visits=1,
        dialed="4001",
        customer=None,
        language="en",
    )


@pytest.mark.db
async def test_it_is_known_whose_callback_it_is(database: str) -> None:
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        who = await ensure_customer(session, NUMBER, name="王伟", tier=Tier.GOLD)
    await kept(database, AT_ONCE)
    (found,) = await opened(database)
    assert found.customer == Customer(id=CustomerId(who), tier=Tier.GOLD, value=0.6, language="zh")


@pytest.mark.db
async def test_the_newest_word_on_a_callback_wins(database: str) -> None:
    dialing = replace(CALLBACK, state=CallbackState.DIALING, tries=1)
    done = replace(dialing, state=CallbackState.CONNECTED)
    await kept(database, AT_ONCE, (CALLBACK, dialing))
    assert [found.tries for found in await opened(database)] == [1]
    await kept(database, (), (), (), (done,))
    assert await opened(database) == ()
    await kept(database, AT_ONCE)
    assert await opened(database) == (), "what is written again late is older"


@pytest.mark.db
async def test_a_message_is_a_recording_of_no_agent(database: str) -> None:
    left = SaveRecording(
        contact=WAITS,
        agent=None,
        file="2026/a.sln",
        started_at=T0,
        ended_at=T0 + 8,
        kind=Recorded.VOICEMAIL,
    )
    await kept(database, (BEGUN, left))
    async with sessions_of(engine_for(database, connections=0))() as session:
        (found,) = await recordings(session, WAITS)
    assert (found.agent, found.source) == (None, "2026/a.sln")


@pytest.mark.db
async def test_the_story_tells_an_offer_in_full(database: str) -> None:
    await kept(database, AT_ONCE)
    async with sessions_of(engine_for(database, connections=0))() as session:
        (step,) = await story(session, WAITS)
    told = {one.name: one.fields for one in step.commands}
    assert told["SaveOffer"]["caller"] == [["score", 1.25], ["value", 0.6]]
    assert told["SaveOffer"]["next_agent"] == "bob"
    assert told["SaveQueueVisit"] == {"number": 1}, "the history says the rest"
    assert told["SaveCallback"] == {"state": "waiting", "tries": 0}


@pytest.mark.db
async def test_what_postgresql_cannot_hold_is_kept_all_the_same(database: str) -> None:
    odd = replace(VISIT, queue=Queue("a\0b"), agent=AgentId("\udcff"))
    spoiled = replace(CALLBACK, number="+86\0")
    await kept(database, (BEGUN, odd, spoiled))
    async with sessions_of(engine_for(database, connections=0))() as session:
        (found,) = await queue_visits(session, WAITS)
    assert (found.queue, found.agent) == ("a\ufffdb", "?")
    assert [one.number for one in await opened(database)] == ["+86\ufffd"]


@pytest.mark.db
async def test_an_id_that_is_no_uuid_is_kept_too(database: str) -> None:
    odd = ContactId("no id of ours")
    await kept(
        database,
        (replace(BEGUN, contact=odd), replace(VISIT, contact=odd), replace(CALLBACK, contact=odd)),
    )
    assert len(await opened(database)) == 1


def test_a_line_of_an_earlier_version_has_fewer_tables() -> None:
    old = b'[1.5,2,"[]","[]","[]","[]","[]","[7]"]'
    batch = read_line(old)
    assert (batch.oldest, batch.entries, len(batch.rows)) == (1.5, 2, len(TABLES))
    assert batch.rows[TABLES_AT_FIRST - 1] == "[7]"
    too_many = b"[1.5,2" + b',"[]"' * (len(TABLES) + 1) + b"]"
    for cut in (b"[1.5,2]", b'[1.5,2,"[]"]', too_many):
        with pytest.raises(ValueError, match="spool"):
            read_line(cut)

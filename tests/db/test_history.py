"""Contacts by page, newest first."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.events import Wake
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.records import SaveContact
from ccserver.core.rules import Direction
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.history import (
    BadCursorError,
    ContactFilter,
    contact,
    contacts,
    open_contacts,
    segments,
)
from ccserver.db.recordings import recording, recordings
from tests.db.calls import Site, contact_id
from tests.db.parts import journaled

pytestmark = pytest.mark.db


@pytest.fixture
async def site(database: str) -> Site:
    site = Site()
    for n in range(7):
        site.call(n, caller=f"+861380013800{n}", customer=str(n % 2))
    await journaled(database, site)
    return site


@pytest.fixture
async def session(database: str, site: Site) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def test_pages_follow_each_other_without_gap_or_overlap(session: AsyncSession) -> None:
    seen: list[str] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        page = await contacts(session, ContactFilter(), after=after, limit=3)
        seen += [one.caller for one in page.contacts]
        after, pages = page.next, pages + 1
    assert seen == [f"+861380013800{n}" for n in reversed(range(7))]
    assert pages == 3


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ContactFilter(customer=CustomerId("1")), 3),
        (ContactFilter(customer=CustomerId("nobody")), 0),
        (ContactFilter(caller="+8613800138003"), 1),
        (ContactFilter(agent=AgentId("anna"), queue=Queue("sales"), open=False), 7),
        (ContactFilter(agent=AgentId("bob")), 0),
        (ContactFilter(queue=Queue("service")), 0),
        (ContactFilter(open=True), 0),
        (ContactFilter(since=datetime(2023, 1, 1, tzinfo=UTC)), 7),
        (ContactFilter(until=datetime(2023, 1, 1, tzinfo=UTC)), 0),
    ],
)
async def test_filters(session: AsyncSession, wanted: ContactFilter, count: int) -> None:
    assert len((await contacts(session, wanted)).contacts) == count


async def test_the_filter_of_time_takes_its_start_and_leaves_its_end(
    session: AsyncSession,
) -> None:
    newest = (await contacts(session, ContactFilter(), limit=1)).contacts[0]
    at = newest.arrived_at
    assert len((await contacts(session, ContactFilter(since=at))).contacts) == 1
    assert len((await contacts(session, ContactFilter(until=at))).contacts) == 6
    later = at + timedelta(microseconds=1)
    assert len((await contacts(session, ContactFilter(since=later))).contacts) == 0


@pytest.mark.parametrize("after", ["", "x", "1.x", f"{10**40}.{UUID(int=1)}"])
async def test_a_cursor_of_someone_elses_making(session: AsyncSession, after: str) -> None:
    with pytest.raises(BadCursorError):
        await contacts(session, ContactFilter(), after=after)


async def test_what_is_no_id_finds_nothing(session: AsyncSession) -> None:
    assert await contact(session, ContactId("c1")) is None
    assert await segments(session, ContactId("c1")) == ()
    assert await recordings(session, ContactId("\0")) == ()
    assert await recording(session, 10**6) is None


async def test_a_recording_is_found_by_its_id(session: AsyncSession) -> None:
    newest = (await contacts(session, ContactFilter(), limit=1)).contacts[0]
    (kept,) = await recordings(session, newest.contact)
    assert await recording(session, kept.id) == kept


async def test_whom_a_campaign_called_is_known_by_it_now_and_after_a_restart(
    database: str,
) -> None:
    site = Site()
    began = SaveContact(
        contact=contact_id(1), leg=LegId("at-1"), caller="+8613800138000", dialed="",
        arrived_at=site.now, direction=Direction.OUTBOUND, campaign="autumn", lead=7,
    )  # fmt: skip
    site.entries.append((1, site.now, Wake(), (began,)))
    await journaled(database, site)
    async with sessions_of(engine_for(database, connections=0))() as made:
        found = await contact(made, contact_id(1))
        (still,) = await open_contacts(made)
    assert found is not None
    assert (found.campaign, found.lead) == (still.campaign, still.lead) == ("autumn", 7)
    assert still.walks == 0

"""What came of a contact, as the journal and the desk write it; outbound contacts and callbacks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ccserver.core.doings import OpenTicket
from ccserver.core.ids import ContactId, CustomerId, LegId
from ccserver.core.records import (
    CallbackState,
    SaveCallback,
    SaveContact,
    SaveContactEnd,
    SaveDisposition,
    SaveRecording,
)
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy
from ccserver.core.steps import TicketKind
from ccserver.core.value import Tier
from ccserver.db import outcomes, service_tickets
from ccserver.db.callbacks import open_callbacks
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.erasure import Whose, erase
from ccserver.db.history import contact, open_contacts
from ccserver.db.recording_tables import RecordingRow
from tests.db.calls import ANNA, SALES, T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import Past

pytestmark = pytest.mark.db

ONE = contact_id(1)
NUMBER = "+8613800138000"
OUTBOUND = SaveContact(
    contact=ONE,
    leg=LegId("cb-1"),
    caller=NUMBER,
    dialed="",
    arrived_at=T0,
    direction=Direction.OUTBOUND,
)
SAID = SaveDisposition(contact=ONE, disposition="sale", agent=ANNA, at=T0 + 50)
ENDED = SaveContactEnd(
    contact=ONE,
    ended_at=T0 + 60,
    ended_by=EndedBy.AGENT,
    customer="",
    tier=Tier.STANDARD,
    value=0.2,
    language="zh",
    queue=SALES,
    agent=ANNA,
    keys=(),
)
TAPE = SaveRecording(
    contact=ONE,
    agent=ANNA,
    file="one.raw",
    started_at=T0 + 10,
    ended_at=T0 + 60,
    caller=NUMBER,
    direction=Direction.OUTBOUND,
    disposition="",
)
Batches = tuple[tuple[SaveContact | SaveContactEnd | SaveDisposition, ...], ...]
COMPLAINT = OpenTicket(kind=TicketKind.COMPLAINT, title="Noise", details="", urgent=True)


async def test_the_journal_writes_direction_and_disposition_in_whatever_order(
    database: str,
) -> None:
    first: Batches = ((OUTBOUND, SAID), (ENDED,))
    second: Batches = ((SAID,), (OUTBOUND,))
    for number, batches in enumerate((first, second)):
        one = contact_id(10 + number)
        for commands in batches:
            past = Past()
            past.save(*(replace(command, contact=one) for command in commands))
            await journaled(database, past)
        async with sessions_of(engine_for(database, connections=0))() as session:
            found = await contact(session, one)
        assert found is not None
        assert (found.direction, found.disposition) == (Direction.OUTBOUND, "sale")
        assert found.arrived_at == datetime.fromtimestamp(T0, UTC)
        assert found.agent == (ANNA if number == 0 else None)


async def test_a_disposition_may_be_all_that_the_journal_knows(database: str) -> None:
    past = Past()
    past.save(replace(SAID, contact=ContactId("0192f7a4-0000-4000-8000-000000000001")))
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0))() as session:
        (known,) = await open_contacts(session)
    assert (known.disposition, known.arrived_at) == ("sale", T0 + 50)


async def test_a_start_knows_which_contacts_are_outbound(database: str) -> None:
    past = Past()
    past.save(OUTBOUND, SAID)
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0))() as session:
        (known,) = await open_contacts(session)
    assert (known.direction, known.disposition) == (Direction.OUTBOUND, "sale")


async def test_a_recording_tells_who_called_and_what_came_of_it(database: str) -> None:
    past = Past()
    past.save(OUTBOUND, replace(TAPE, disposition="sale"))
    past.save(replace(TAPE, file="two.raw", started_at=T0 + 70, ended_at=T0 + 80))
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        (row,) = await session.scalars(select(RecordingRow))
        assert (row.direction, row.disposition) == ("outbound", "sale")
        await outcomes.keep(session, ONE, disposition="", note="n\0ote")
    async with sessions_of(engine_for(database, connections=0))() as session:
        (row,) = await session.scalars(select(RecordingRow))
        found = await contact(session, ONE)
    assert row.disposition is None
    assert found is not None
    assert (found.disposition, found.note) == ("", "n\ufffdote")


async def test_a_planned_callback_is_there_after_a_restart(database: str) -> None:
    planned = outcomes.callback_of(ONE)
    assert planned == outcomes.callback_of(ONE) != outcomes.callback_of(contact_id(2))
    with pytest.raises(ValueError, match="none"):
        outcomes.callback_of(ContactId("none"))
    kept = SaveCallback(
        contact=planned,
        state=CallbackState.WAITING,
        number=NUMBER,
        queue=SALES,
        queued_at=T0 + 900,
        requested_at=T0 + 900,
        tries=0,
        not_before=T0 + 900,
        language="en",
        agent=ANNA,
    )
    past = Past()
    past.save(replace(OUTBOUND, contact=planned), kept)
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0))() as session:
        (found,) = await open_callbacks(session)
        plan = await outcomes.planned(session, ONE)
        assert await outcomes.planned(session, contact_id(2)) is None
    assert (found.contact, found.agent, found.direction) == (planned, ANNA, Direction.OUTBOUND)
    assert (found.not_before, found.requested_at, found.segments) == (T0 + 900, T0 + 900, 0)
    assert plan is not None
    assert (plan.contact, plan.agent, plan.state) == (planned, ANNA, CallbackState.WAITING)
    assert plan.at == datetime.fromtimestamp(T0 + 900, UTC)


async def test_a_ticket_is_the_customers_who_has_the_number(database: str) -> None:
    past = Past()
    past.save(OUTBOUND)
    await journaled(database, past)
    sessions = sessions_of(engine_for(database, connections=0))
    async with sessions.begin() as session:
        await outcomes.lock(session, ONE)
        who = await ensure_customer(session, NUMBER, name="王伟", tier=Tier.GOLD)
        other = await ensure_customer(session, "+8621", name="李娜", tier=Tier.GOLD)
        for customer in (None, CustomerId(other)):
            await service_tickets.open_for(
                session, COMPLAINT, contact=ONE, caller=NUMBER, customer=customer
            )
        first, second = await service_tickets.of_contact(session, ONE)
    assert (first.customer, second.customer) == (who, other)
    assert (first.title, first.urgent) == ("Noise", True)


async def test_with_the_customer_go_the_notes_on_him(database: str) -> None:
    past = Past()
    past.save(OUTBOUND)
    await journaled(database, past)
    sessions = sessions_of(engine_for(database, connections=0))
    async with sessions.begin() as session:
        await outcomes.keep(session, ONE, disposition="sale", note="is ill")
        await erase(session, Whose(number=NUMBER), detail="request 7", by="ada")
    async with sessions() as session:
        found = await contact(session, ONE)
    assert found is not None
    assert (found.disposition, found.note) == ("sale", "")

"""Service tickets: opened during a call, closed by people."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.doings import OpenTicket
from ccserver.core.ids import ContactId
from ccserver.core.steps import TicketKind
from ccserver.db import service_tickets
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.held import AwayError, Held
from ccserver.db.service_tickets import NoSuchTicketError, TicketState, open_ticket
from tests.db.calls import contact_id
from tests.db.parts import running

pytestmark = pytest.mark.db

WANG = "+8613800138000"


def wanted(title: str = "Repair", *, urgent: bool = False) -> OpenTicket:
    return OpenTicket(kind=TicketKind.REPAIR, title=title, details="It rattles.", urgent=urgent)


@pytest.fixture
async def held(database: str) -> AsyncIterator[Held]:
    connections = Held(database, connections=1, query_seconds=5)
    async with running(connections.run()):
        await connections.ready()
        yield connections


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def test_a_ticket_belongs_to_the_caller_and_the_call(
    held: Held, session: AsyncSession
) -> None:
    customer = await ensure_customer(session, WANG, name="Wang")
    await session.commit()
    number = await open_ticket(held, wanted(), contact=contact_id(1), caller=WANG)
    (ticket,) = await service_tickets.of_contact(session, contact_id(1))
    assert (ticket.number, ticket.customer, ticket.caller) == (number, customer, WANG)
    assert (ticket.kind, ticket.title, ticket.details) == (
        TicketKind.REPAIR, "Repair", "It rattles.",
    )  # fmt: skip
    assert (ticket.state, ticket.closed_at, ticket.urgent) == (TicketState.OPEN, None, False)
    assert (await service_tickets.tickets(session)) == (ticket,)


async def test_a_stranger_gets_a_ticket_too(held: Held, session: AsyncSession) -> None:
    first = await open_ticket(held, wanted(), contact=contact_id(1), caller="")
    other = await open_ticket(held, wanted(), contact=contact_id(1), caller=WANG, customer="7")
    odd = await open_ticket(held, wanted(), contact=ContactId("c1"), caller="", customer="x")
    found = {one.number: one for one in await service_tickets.tickets(session)}
    assert (found[first].customer, found[other].customer, found[odd].customer) == (None, "7", None)
    assert found[odd].contact is None
    assert len({first, other, odd}) == 3


async def test_urgent_ones_come_first_and_closed_ones_are_asked_for(
    held: Held, session: AsyncSession
) -> None:
    numbers = [
        await open_ticket(held, wanted(urgent=n == 2), contact=contact_id(n), caller="")
        for n in range(4)
    ]
    opened = await service_tickets.tickets(session)
    assert [one.number for one in opened] == [numbers[n] for n in (2, 0, 1, 3)]
    assert len(await service_tickets.tickets(session, limit=2)) == 2
    assert not await service_tickets.tickets(session, kind=TicketKind.COMPLAINT)
    closed = await service_tickets.close(session, numbers[1], who="anna")
    assert (closed.state, closed.closed_by) == (TicketState.CLOSED, "anna")
    assert closed.closed_at is not None
    assert await service_tickets.close(session, numbers[1], who="bob") == closed
    assert await service_tickets.tickets(session, state=TicketState.CLOSED) == (closed,)
    assert len(await service_tickets.tickets(session)) == 3
    with pytest.raises(NoSuchTicketError):
        await service_tickets.close(session, 999, who="anna")


async def test_whatever_a_caller_or_a_partner_says_can_be_written(
    held: Held, session: AsyncSession
) -> None:
    evil = "'; DROP TABLE customer; --\0\ud800" + "x" * 10_000
    number = await open_ticket(held, wanted(evil), contact=contact_id(1), caller=evil)
    (ticket,) = await service_tickets.tickets(session)
    assert ticket.number == number
    assert ticket.title.startswith("'; DROP TABLE customer; --\ufffd?xxx")


async def test_while_the_database_is_away_it_says_so() -> None:
    with pytest.raises(AwayError):
        await open_ticket(
            Held("", connections=1, query_seconds=1), wanted(), contact=contact_id(1), caller=""
        )

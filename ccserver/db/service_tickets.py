"""Service tickets: what callers want to be done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.doings import OpenTicket
from ccserver.core.errors import Refused
from ccserver.core.ids import ContactId, CustomerId
from ccserver.core.steps import TicketKind
from ccserver.db.codec import id_number, storable
from ccserver.db.flow_tables import ServiceTicketRow
from ccserver.db.held import Held
from ccserver.db.history import uuid_of
from ccserver.db.tables import CustomerNumberRow

LIMIT_MAX = 500

_OPEN = """
INSERT INTO service_ticket (contact, customer_id, caller, kind, title, details, urgent)
VALUES ($1, coalesce($2, (SELECT customer_id FROM customer_number WHERE number = $3)), $3,
  $4, $5, $6, $7)
RETURNING number
"""


class TicketState(StrEnum):
    """Whether it was done."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTicket:
    """What a caller wants to be done."""

    number: int
    contact: ContactId | None
    customer: CustomerId | None
    caller: str
    kind: TicketKind
    title: str
    details: str
    urgent: bool
    state: TicketState
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None


class NoSuchTicketError(Refused):
    """There is no service ticket of this number."""

    status = 404


async def open_ticket(
    held: Held, wanted: OpenTicket, *, contact: ContactId, caller: str, customer: str = ""
) -> int:
    """Open a ticket and give its number. Without a customer's id it is that of who has the number.

    One query over a held connection. The caller sets the time limit, by `asyncio.timeout`.
    Raises AwayError: then nobody knows whether it was opened.
    """
    (row,) = await held.fetch(
        _OPEN,
        uuid_of(contact),
        id_number(customer),
        storable(caller),
        wanted.kind,
        storable(wanted.title),
        storable(wanted.details),
        wanted.urgent,
    )
    number: int = row["number"]
    return number


async def open_for(
    session: AsyncSession,
    wanted: OpenTicket,
    *,
    contact: ContactId,
    caller: str,
    customer: CustomerId | None,
) -> int:
    """The same, within a transaction."""
    his = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.number == caller)
    row = ServiceTicketRow(
        contact=uuid_of(contact),
        customer_id=id_number(customer) if customer else await session.scalar(his),
        caller=storable(caller),
        kind=wanted.kind,
        title=storable(wanted.title),
        details=storable(wanted.details),
        urgent=wanted.urgent,
    )
    session.add(row)
    await session.flush()
    return row.number


async def tickets(
    session: AsyncSession,
    *,
    state: TicketState = TicketState.OPEN,
    kind: TicketKind | None = None,
    limit: int = LIMIT_MAX,
) -> tuple[ServiceTicket, ...]:
    """Tickets: open ones by urgency and then oldest first, closed ones newest first."""
    query = _in_order(state, limit)
    if kind is not None:
        query = query.where(ServiceTicketRow.kind == kind)
    return tuple(_ticket(each) for each in await session.scalars(query))


async def of_customer(
    session: AsyncSession,
    customer: CustomerId,
    *,
    state: TicketState = TicketState.OPEN,
    limit: int = LIMIT_MAX,
) -> tuple[ServiceTicket, ...]:
    """A customer's tickets, in the same order."""
    his = ServiceTicketRow.customer_id == (id_number(customer) or 0)
    rows = await session.scalars(_in_order(state, limit).where(his))
    return tuple(_ticket(each) for each in rows)


def _in_order(state: TicketState, limit: int) -> Select[ServiceTicketRow]:
    row = ServiceTicketRow
    query = select(row).where(row.state == state).limit(limit)
    if state is TicketState.OPEN:
        return query.order_by(row.urgent.desc(), row.opened_at, row.number)
    return query.order_by(row.closed_at.desc(), row.number.desc())


async def of_contact(session: AsyncSession, contact: ContactId) -> tuple[ServiceTicket, ...]:
    """What was opened in a contact."""
    rows = await session.scalars(
        select(ServiceTicketRow)
        .where(ServiceTicketRow.contact == uuid_of(contact))
        .order_by(ServiceTicketRow.number)
    )
    return tuple(_ticket(each) for each in rows)


async def ticket(session: AsyncSession, number: int) -> ServiceTicket:
    """One ticket. Raises NoSuchTicketError."""
    row = await session.get(ServiceTicketRow, number)
    if row is None:
        raise NoSuchTicketError
    return _ticket(row)


async def add(
    session: AsyncSession,
    wanted: OpenTicket,
    *,
    contact: ContactId | None,
    caller: str,
    customer: CustomerId | None,
) -> ServiceTicket:
    """Open a ticket as a person wants it, of this customer and from this contact."""
    row = ServiceTicketRow(
        contact=None if contact is None else uuid_of(contact),
        customer_id=None if customer is None else id_number(customer),
        caller=storable(caller),
        kind=wanted.kind,
        title=storable(wanted.title),
        details=storable(wanted.details),
        urgent=wanted.urgent,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return _ticket(row)


async def close(session: AsyncSession, number: int, *, who: str) -> ServiceTicket:
    """What it asks for was done. One that is closed stays as it is. Raises NoSuchTicketError."""
    await session.execute(
        update(ServiceTicketRow)
        .where(ServiceTicketRow.number == number, ServiceTicketRow.state == TicketState.OPEN)
        .values(state=TicketState.CLOSED, closed_at=func.now(), closed_by=who)
    )
    row = await session.get(ServiceTicketRow, number, populate_existing=True)
    if row is None:
        raise NoSuchTicketError
    return _ticket(row)


def _ticket(row: ServiceTicketRow) -> ServiceTicket:
    return ServiceTicket(
        number=row.number,
        contact=None if row.contact is None else ContactId(str(row.contact)),
        customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
        caller=row.caller,
        kind=TicketKind(row.kind),
        title=row.title,
        details=row.details,
        urgent=row.urgent,
        state=TicketState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )

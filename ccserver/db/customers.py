"""Who calls: the look-up on the caller's path, and the customers' records."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.steps import TicketKind
from ccserver.core.value import VALUE_OF_TIER, Consent, Customer, Part, Reasons, Tier
from ccserver.db.codec import id_number
from ccserver.db.held import Held
from ccserver.db.tables import CustomerNumberRow, CustomerRow

CUSTOMERS_LOCK = 0x637573746F6D6572
"""Who writes many customers at once holds this lock of PostgreSQL: two that meet in a different
order would be a deadlock. The number is `customer` in ASCII."""

TICKETS_MAX = 10
"""So many open tickets come with a customer's card."""

_CARD = """
SELECT c.id, c.name, c.tier, c.value, c.language, c.region, c.notes,
  c.value_reasons::text AS value_reasons, c.recording_consent, t.tickets::text AS tickets,
  k.id AS contact, k.arrived_at, k.ended_at, k.queue, k.agent, p.name AS agent_name,
  s.talk_seconds, s.talked_to, s.talked_at, s.outcome
FROM customer c
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_array(number, kind, title, urgent, opened_at)) AS tickets FROM (
    SELECT number, kind, title, urgent, extract(epoch FROM opened_at)::float8 AS opened_at
    FROM service_ticket o WHERE customer_id = c.id AND state = 'open'
    ORDER BY urgent DESC, o.opened_at, number LIMIT {tickets}
  ) one
) t
LEFT JOIN LATERAL (
  SELECT id, arrived_at, ended_at, queue, agent FROM contact
  WHERE customer_id = c.id ORDER BY arrived_at DESC, id DESC LIMIT 5
) k ON true
LEFT JOIN person p ON p.login = k.agent
LEFT JOIN LATERAL (
  SELECT coalesce(extract(epoch FROM sum(ended_at - started_at) FILTER (WHERE kind = 'talk')), 0)
      ::float8 AS talk_seconds,
    (array_agg(agent ORDER BY number DESC) FILTER (WHERE kind = 'talk'))[1] AS talked_to,
    extract(epoch FROM max(ended_at) FILTER (WHERE kind = 'talk'))::float8 AS talked_at,
    (array_agg(outcome ORDER BY number DESC) FILTER (WHERE kind <> 'wrap_up'))[1] AS outcome
  FROM segment WHERE contact = k.id
) s ON true
WHERE c.id = {wanted}
ORDER BY k.arrived_at DESC, k.id DESC
"""
_BY_NUMBER = _CARD.format(
    wanted="(SELECT customer_id FROM customer_number WHERE number = $1)", tickets=TICKETS_MAX
)
_BY_ID = _CARD.format(wanted="$1", tickets=TICKETS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastContact:
    """One earlier contact, as the screen-pop shows it."""

    contact: ContactId
    arrived_at: datetime
    ended_at: datetime | None
    queue: Queue | None
    agent: AgentId | None
    agent_name: str
    """Empty when nobody answered."""
    talk_seconds: float
    outcome: str
    """How the last part before the wrap-up ended: `abandoned`, `agent_hung_up` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """A service ticket that nobody has closed, as the screen-pop shows it."""

    number: int
    kind: TicketKind
    title: str
    urgent: bool
    opened_at: float
    """Seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A customer, as the agent's screen shows him."""

    customer: Customer
    name: str
    notes: str
    number: str
    """The number that was looked up, E.164; empty where it was none."""
    last: tuple[LastContact, ...]
    """The last contacts, newest first, five at most."""
    reasons: Reasons = ()
    """What the value is made of; empty when it was not computed."""
    tickets: tuple[OpenTicket, ...] = ()
    """Those that are open, urgent ones first, then the oldest; `TICKETS_MAX` at most."""


async def look_up(held: Held, number: str) -> Card | None:
    """Who has this number. None for a stranger, and for what is no number.

    One query over a held connection. The caller sets the time limit, by `asyncio.timeout`.
    Raises AwayError.
    """
    try:
        rows = await held.fetch(_BY_NUMBER, number)
    except asyncpg.DataError:
        return None  # A NUL or half a surrogate pair: no number that we know looks like that.
    return _card(rows, number)


async def look_up_id(held: Held, customer: CustomerId) -> Card | None:
    """The customer of this id. None where there is none. Raises AwayError."""
    number = id_number(customer)
    return None if number is None else _card(await held.fetch(_BY_ID, number), "")


async def card_of(
    session: AsyncSession, customer: CustomerId, *, contact: ContactId
) -> Card | None:
    """The same within a session, for who has no caller waiting: the card for this contact, which
    is none of the last ones itself."""
    line = await session.connection()
    rows = await line.exec_driver_sql(_BY_ID, (id_number(customer) or 0,))
    card = _card(rows.mappings().all(), "")
    if card is None:
        return None
    return replace(card, last=tuple(one for one in card.last if one.contact != contact))


def _card(rows: Sequence[asyncpg.Record | RowMapping], number: str) -> Card | None:
    if not rows:
        return None
    first = rows[0]
    talk = next((row for row in rows if row["talked_to"]), None)
    return Card(
        customer=Customer(
            id=CustomerId(str(first["id"])),
            tier=Tier(first["tier"]),
            value=first["value"],
            language=first["language"],
            region=first["region"],
            last_agent=None if talk is None else talk["talked_to"],
            last_talk_at=0.0 if talk is None else talk["talked_at"],
            recording_consent=Consent(first["recording_consent"]),
        ),
        name=first["name"],
        notes=first["notes"],
        number=number,
        last=tuple(_last(row) for row in rows if row["contact"] is not None),
        reasons=reasons_of(json.loads(first["value_reasons"])),
        tickets=tuple(_ticket(*one) for one in json.loads(first["tickets"] or "[]")),
    )


def reasons_of(written: Iterable[tuple[str, float]]) -> Reasons:
    """What stands in `customer.value_reasons`, as the core has it."""
    return tuple((Part(part), added) for part, added in written)


def _ticket(number: int, kind: str, title: str, urgent: bool, opened_at: float) -> OpenTicket:
    return OpenTicket(
        number=number, kind=TicketKind(kind), title=title, urgent=urgent, opened_at=opened_at
    )


def _last(row: asyncpg.Record | RowMapping) -> LastContact:
    return LastContact(
        contact=ContactId(str(row["contact"])),
        arrived_at=row["arrived_at"],
        ended_at=row["ended_at"],
        queue=row["queue"],
        agent=row["agent"],
        agent_name=row["agent_name"] or row["agent"] or "",
        talk_seconds=row["talk_seconds"],
        outcome=row["outcome"] or "",
    )


async def find_customer(session: AsyncSession, number: str) -> CustomerRow | None:
    """The record of the customer who has this E.164 number."""
    row: CustomerRow | None = await session.scalar(
        select(CustomerRow)
        .join(CustomerNumberRow, CustomerNumberRow.customer_id == CustomerRow.id)
        .where(CustomerNumberRow.number == number)
    )
    return row


async def ensure_customer(
    session: AsyncSession,
    number: str,
    *,
    name: str,
    tier: Tier = Tier.STANDARD,
    value: float | None = None,
    language: str = "zh",
    notes: str = "",
) -> CustomerId:
    """Add the customer who has this E.164 number, or bring the record to these values.

    A `value` that is given stays until it is told to be computed.
    """
    fields = {
        "name": name,
        "tier": tier,
        "value": VALUE_OF_TIER[tier] if value is None else value,
        "value_fixed": value is not None,
        "value_reasons": [],
        "value_computed_at": None,
        "language": language,
        "notes": notes,
    }
    known = await session.scalar(
        select(CustomerNumberRow.customer_id).where(CustomerNumberRow.number == number)
    )
    if known is not None:
        await session.execute(
            update(CustomerRow)
            .where(CustomerRow.id == known)
            .values(**fields, updated_at=func.now())
        )
        return CustomerId(str(known))
    made = await session.scalar(insert(CustomerRow).values(**fields).returning(CustomerRow.id))
    assert made is not None, "an insert returns its id"
    await session.execute(insert(CustomerNumberRow).values(number=number, customer_id=made))
    return CustomerId(str(made))


async def is_customer(session: AsyncSession, customer: CustomerId) -> bool:
    """Whether there is a record of this id."""
    return await session.get(CustomerRow, id_number(customer) or 0) is not None


async def set_recording_consent(
    session: AsyncSession, customer: CustomerId, consent: Consent
) -> bool:
    """Keep what a customer has said about being recorded. False: there is no such customer."""
    found = await session.scalar(
        update(CustomerRow)
        .where(CustomerRow.id == (id_number(customer) or 0))
        .values(recording_consent=consent.value, updated_at=func.now())
        .returning(CustomerRow.id)
    )
    return found is not None

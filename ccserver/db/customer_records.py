"""The customers' records as people at desks read and change them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.value import VALUE_OF_TIER, Consent, Reasons, Tier
from ccserver.db.callbacks import OPEN
from ccserver.db.codec import id_number
from ccserver.db.customers import reasons_of
from ccserver.db.flow_tables import ServiceTicketRow, VoicemailRow
from ccserver.db.history import uuid_of
from ccserver.db.holds import holds_of
from ccserver.db.recording_tables import RecordingRow
from ccserver.db.tables import CallbackRow, ContactRow, CustomerNumberRow, CustomerRow

NUMBERS_MAX = 20

_WAIT = text("SET LOCAL lock_timeout = '3s'")
"""A file that comes in locks all numbers for minutes: who is at a desk is told so instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that stands in a customer's record."""

    id: CustomerId
    name: str
    tier: Tier
    value: float
    value_fixed: bool
    """Set by hand: computing all values leaves it alone."""
    reasons: Reasons
    """What the value is made of; empty when it was not computed."""
    language: str
    region: str
    address: str
    notes: str
    recording_consent: Consent
    numbers: tuple[str, ...]
    """E.164, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a record is to be. None: as it is, or as usual in a new one."""

    name: str | None = None
    language: str | None = None
    region: str | None = None
    address: str | None = None
    notes: str | None = None
    numbers: tuple[str, ...] | None = None
    """All of them, E.164."""
    tier: Tier | None = None
    """A new tier brings its own value, to be computed anew, where none is given."""
    value: float | None = None
    """Stays until it is told to be computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A call to the customer that is to be made."""

    contact: ContactId
    number: str
    queue: Queue
    not_before: float
    """Seconds since 1970 UTC."""
    tries: int
    """Calls that were made already."""
    agent: AgentId | None
    """Who is to call; None: whoever is free."""


class NumberTakenError(Exception):
    """A number has one owner, and this one has another."""

    def __init__(self, number: str, owner: CustomerId) -> None:
        super().__init__(f"The number {number} belongs to customer {owner}.")
        self.number = number
        self.owner = owner


class HeldError(Refused):
    """A legal hold is on the customer whose number or contact this is: it stays with him."""


async def record(
    session: AsyncSession, customer: CustomerId, *, locked: bool = False
) -> Record | None:
    """The record; None where there is none. With `locked` nobody changes it meanwhile."""
    query = select(CustomerRow).where(CustomerRow.id == (id_number(customer) or 0))
    if locked:
        await session.execute(_WAIT)
        query = query.with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    numbers = await session.scalars(
        select(CustomerNumberRow.number)
        .where(CustomerNumberRow.customer_id == row.id)
        .order_by(CustomerNumberRow.number)
    )
    return Record(
        id=CustomerId(str(row.id)),
        name=row.name,
        tier=Tier(row.tier),
        value=row.value,
        value_fixed=row.value_fixed,
        reasons=reasons_of(row.value_reasons),
        language=row.language,
        region=row.region,
        address=row.address,
        notes=row.notes,
        recording_consent=Consent(row.recording_consent),
        numbers=tuple(numbers),
    )


async def planned(session: AsyncSession, known: Record) -> tuple[Planned, ...]:
    """The calls to this customer that are to be made, the next one first."""
    his = select(ContactRow.id).where(
        ContactRow.id == CallbackRow.contact, ContactRow.customer_id == int(known.id)
    )
    rows = await session.scalars(
        select(CallbackRow)
        .where(
            CallbackRow.state.in_(OPEN),
            or_(CallbackRow.number.in_(known.numbers), his.exists()),
        )
        .order_by(CallbackRow.not_before, CallbackRow.contact)
    )
    return tuple(_planned(row) for row in rows)


async def planned_of(session: AsyncSession, agent: AgentId) -> tuple[Planned, ...]:
    """The calls that this agent is to make, the next one first."""
    rows = await session.scalars(
        select(CallbackRow)
        .where(CallbackRow.state.in_(OPEN), CallbackRow.agent == agent)
        .order_by(CallbackRow.not_before, CallbackRow.contact)
    )
    return tuple(_planned(row) for row in rows)


def _planned(row: CallbackRow) -> Planned:
    return Planned(
        contact=ContactId(str(row.contact)),
        number=row.number,
        queue=Queue(row.queue),
        not_before=row.not_before.timestamp(),
        tries=row.tries,
        agent=None if row.agent is None else AgentId(row.agent),
    )


# -- changing


async def create(session: AsyncSession, wish: Wish) -> CustomerId:
    """A new customer. Raises NumberTakenError."""
    await session.execute(_WAIT)
    made = await session.scalar(
        insert(CustomerRow).values(**_columns(wish)).returning(CustomerRow.id)
    )
    assert made is not None, "an insert returns its id"
    await _add_numbers(session, made, wish.numbers or ())
    return CustomerId(str(made))


async def change(session: AsyncSession, known: Record, wish: Wish) -> None:
    """Bring a record that is locked to what is wished. Raises NumberTakenError and HeldError."""
    await session.execute(
        update(CustomerRow)
        .where(CustomerRow.id == int(known.id))
        .values(**_columns(wish, known), updated_at=func.now())
    )
    if wish.numbers is not None:
        gone = set(known.numbers) - set(wish.numbers)
        if gone:
            await require_free(session, known.id)
            await session.execute(
                delete(CustomerNumberRow).where(
                    CustomerNumberRow.customer_id == int(known.id),
                    CustomerNumberRow.number.in_(gone),
                )
            )
        await _add_numbers(session, int(known.id), set(wish.numbers) - set(known.numbers))


async def give_number(session: AsyncSession, customer: CustomerId, number: str) -> None:
    """Let a number be this customer's, whosever it was. Raises HeldError."""
    await session.execute(_WAIT)
    owner = await session.scalar(
        select(CustomerNumberRow.customer_id)
        .where(CustomerNumberRow.number == number)
        .with_for_update()
    )
    if owner == int(customer):
        return
    if owner is not None:
        await require_free(session, CustomerId(str(owner)))
    await session.execute(
        insert(CustomerNumberRow)
        .values(number=number, customer_id=int(customer))
        .on_conflict_do_update(
            index_elements=[CustomerNumberRow.number], set_={"customer_id": int(customer)}
        )
    )


async def settle(session: AsyncSession, contact: ContactId, customer: CustomerId) -> None:
    """Write whose contact this was, and whose what was left in it. Tier and value stay those that
    the call had. Raises HeldError."""
    key = uuid_of(contact)
    before = await session.scalar(
        select(ContactRow.customer_id).where(ContactRow.id == key).with_for_update()
    )
    if before is not None and before != int(customer):
        await require_free(session, CustomerId(str(before)))
    await session.execute(
        update(ContactRow).where(ContactRow.id == key).values(customer_id=int(customer))
    )
    for row in (RecordingRow, VoicemailRow, ServiceTicketRow):
        await session.execute(
            update(row).where(row.contact == key).values(customer_id=int(customer))
        )


def _columns(wish: Wish, known: Record | None = None) -> dict[str, object]:
    texts = ("name", "language", "region", "address", "notes")
    columns: dict[str, object] = {
        name: getattr(wish, name) for name in texts if getattr(wish, name) is not None
    }
    # Saying what is so already is no reason to forget a value that was computed.
    tier = None if known is not None and wish.tier is known.tier else wish.tier
    if tier is not None:
        columns |= {"tier": tier, "value": VALUE_OF_TIER[tier], "value_fixed": False}
    if wish.value is not None:
        columns |= {"value": wish.value, "value_fixed": True}
    if "value" in columns:
        # Of a value that is given by hand, or is a new tier's, nobody knows the reasons.
        columns |= {"value_reasons": [], "value_computed_at": None}
    return columns


async def _add_numbers(session: AsyncSession, customer: int, numbers: Iterable[str]) -> None:
    # In one order, so that two who add the same numbers wait for each other and not for ever.
    for number in sorted(set(numbers)):
        # An update that changes nothing tells whose it is in the same moment.
        owner = await session.scalar(
            insert(CustomerNumberRow)
            .values(number=number, customer_id=customer)
            .on_conflict_do_update(
                index_elements=[CustomerNumberRow.number], set_={"number": number}
            )
            .returning(CustomerNumberRow.customer_id)
        )
        if owner != customer:
            raise NumberTakenError(number, CustomerId(str(owner)))


async def require_free(session: AsyncSession, customer: CustomerId) -> None:
    """Raises HeldError when a legal hold is on the customer: what is his stays his."""
    holds = await holds_of(session, customer=customer)
    if any(hold.released_at is None for hold in holds):
        raise HeldError

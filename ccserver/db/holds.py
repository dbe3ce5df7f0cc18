"""Legal holds: recordings that nobody may delete, of one contact or of one customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ccserver.core.ids import ContactId, CustomerId
from ccserver.db.codec import id_number
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import LegalHoldRow, RecordingRow
from ccserver.db.tables import ContactRow, CustomerNumberRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold, of a contact or of a customer: exactly one of both is named."""

    id: int
    contact: ContactId | None
    customer: CustomerId | None
    reason: str
    placed_at: datetime
    placed_by: str
    """The login."""
    released_at: datetime | None
    """None: it holds."""
    released_by: str | None
    release_reason: str | None


async def place_hold(
    session: AsyncSession,
    *,
    contact: ContactId | None = None,
    customer: CustomerId | None = None,
    reason: str,
    by: str,
) -> Hold:
    """Let nobody delete what there is, or will be, of this contact or of this customer.

    What is held already is held for this reason too. Raises ValueError unless one of both is given,
    and for an id that can be none.
    """
    key, number = _keys(contact, customer)
    if (key is None) == (number is None):
        raise ValueError("a hold is of one contact or of one customer")
    row = LegalHoldRow(contact=key, customer_id=number, reason=reason, placed_by=by)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return _hold(row)


async def release_hold(
    session: AsyncSession,
    *,
    contact: ContactId | None = None,
    customer: CustomerId | None = None,
    reason: str,
    by: str,
) -> tuple[Hold, ...]:
    """End all holds of this contact, or of this customer. Empty: there was none."""
    rows = await session.scalars(
        update(LegalHoldRow)
        .where(_is_of(contact, customer), LegalHoldRow.released_at.is_(None))
        .values(released_at=func.now(), released_by=by, release_reason=reason)
        .returning(LegalHoldRow),
        execution_options={"populate_existing": True},
    )
    return tuple(sorted((_hold(row) for row in rows), key=lambda hold: hold.id))


async def holds_of(
    session: AsyncSession,
    *,
    contact: ContactId | None = None,
    customer: CustomerId | None = None,
) -> tuple[Hold, ...]:
    """All holds of this contact and of this customer, past ones too, in their order."""
    rows = await session.scalars(
        select(LegalHoldRow).where(_is_of(contact, customer)).order_by(LegalHoldRow.id)
    )
    return tuple(_hold(row) for row in rows)


def covers(
    contact: InstrumentedAttribute[UUID],
    customer_id: InstrumentedAttribute[int | None],
    caller: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """For a query: whether a hold covers the row with these columns now.

    A customer's are those in which he was recognized, then or in the contact later, and those of
    the numbers that are his today.
    """
    contacts, numbers = aliased(ContactRow), aliased(CustomerNumberRow)
    his_contact = select(contacts.id).where(
        contacts.id == contact, contacts.customer_id == LegalHoldRow.customer_id
    )
    his_number = select(numbers.number).where(
        numbers.number == caller, numbers.customer_id == LegalHoldRow.customer_id
    )
    whose = or_(
        LegalHoldRow.contact == contact,
        LegalHoldRow.customer_id == customer_id,
        his_contact.exists(),
        his_number.exists(),
    )
    return select(LegalHoldRow.id).where(LegalHoldRow.released_at.is_(None), whose).exists()


def is_held() -> ColumnElement[bool]:
    """Whether a hold covers the recording of the row that is asked for."""
    return covers(RecordingRow.contact, RecordingRow.customer_id, RecordingRow.caller)


def _is_of(contact: ContactId | None, customer: CustomerId | None) -> ColumnElement[bool]:
    key, number = _keys(contact, customer)
    return or_(
        false(),
        *([LegalHoldRow.contact == key] if key is not None else []),
        *([LegalHoldRow.customer_id == number] if number is not None else []),
    )


def _keys(contact: ContactId | None, customer: CustomerId | None) -> tuple[UUID | None, int | None]:
    key = None if contact is None else uuid_of(contact)
    return key, None if customer is None else id_number(customer)


def _hold(row: LegalHoldRow) -> Hold:
    return Hold(
        id=row.id,
        contact=None if row.contact is None else ContactId(str(row.contact)),
        customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
        reason=row.reason,
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        released_at=row.released_at,
        released_by=row.released_by,
        release_reason=row.release_reason,
    )

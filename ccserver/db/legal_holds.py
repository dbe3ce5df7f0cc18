"""Legal holds: recordings of one contact, or of one customer, that nobody may delete."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ccserver.core.errors import Refused
from ccserver.core.ids import ContactId, CustomerId
from ccserver.db.codec import id_number
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import LegalHoldRow, RecordingRow
from ccserver.db.tables import ContactRow, CustomerNumberRow


class NoSuchHoldError(Refused):
    """There is no legal hold of this number, or it was released already."""

    status = 404


class NotHeldError(Refused):
    """A legal hold is for one contact or for one customer, by its id."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Somebody has said that these recordings stay."""

    id: int
    contact: ContactId | None
    customer: CustomerId | None
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None


async def place(
    session: AsyncSession,
    *,
    contact: ContactId | None = None,
    customer: CustomerId | None = None,
    reason: str,
    who: str,
) -> LegalHold:
    """Nothing of this contact, or of this customer, is deleted from now on.

    Raises NotHeldError unless it is one of the two, and by an id.
    """
    row = LegalHoldRow(
        contact=None if contact is None else uuid_of(contact),
        customer_id=None if customer is None else id_number(customer),
        reason=reason,
        placed_by=who,
    )
    if (row.contact is None) == (row.customer_id is None):
        raise NotHeldError
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return _hold(row)


async def release(session: AsyncSession, hold: int, *, who: str) -> LegalHold:
    """Its recordings may be deleted again. Raises NoSuchHoldError."""
    row = await session.get(LegalHoldRow, hold, with_for_update=True)
    if row is None or row.released_at is not None:
        raise NoSuchHoldError
    row.released_at, row.released_by = func.now(), who
    await session.flush()
    await session.refresh(row)
    return _hold(row)


async def holds(session: AsyncSession, *, released: bool = False) -> tuple[LegalHold, ...]:
    """Those that hold now; with `released` those that did, too. Oldest first."""
    query = select(LegalHoldRow).order_by(LegalHoldRow.placed_at, LegalHoldRow.id)
    if not released:
        query = query.where(LegalHoldRow.released_at.is_(None))
    return tuple(map(_hold, await session.scalars(query)))


def covers(
    contact: InstrumentedAttribute[UUID],
    customer_id: InstrumentedAttribute[int | None],
    caller: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """Whether a hold covers the row with these columns.

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
    return (
        select(LegalHoldRow.id)
        .where(
            LegalHoldRow.released_at.is_(None),
            or_(
                LegalHoldRow.contact == contact,
                LegalHoldRow.customer_id == customer_id,
                his_contact.exists(),
                his_number.exists(),
            ),
        )
        .exists()
    )


def is_held() -> ColumnElement[bool]:
    """Whether a hold covers the recording of the row that is asked for."""
    return covers(RecordingRow.contact, RecordingRow.customer_id, RecordingRow.caller)


def _hold(row: LegalHoldRow) -> LegalHold:
    return LegalHold(
        id=row.id,
        contact=None if row.contact is None else ContactId(str(row.contact)),
        customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
        reason=row.reason,
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        released_at=row.released_at,
        released_by=row.released_by,
    )

"""The erasure of one customer: which recordings and messages are his, and which are held."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ccserver.core.ids import ContactId
from ccserver.db.deletions import ERASURE, order
from ccserver.db.flow_tables import VoicemailRow
from ccserver.db.holds import covers
from ccserver.db.recording_tables import DeletionRow, LegalHoldRow, RecordingRow
from ccserver.db.tables import ContactRow, CustomerNumberRow, CustomerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whom to erase: a customer by his id, with all numbers that are his today, or a number."""

    customer: int | None = None
    number: str = ""
    """E.164."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was decided."""

    ordered: int
    """So many recordings are to go now."""
    already: int
    """So many had been erased, or were to be."""
    messages: int
    """So many rows of messages are gone."""
    contacts: tuple[ContactId, ...]
    """All of the customer's, but those that are held."""
    held: tuple[ContactId, ...]
    """Of these contacts nothing was deleted, since a legal hold covers them."""


async def erase(session: AsyncSession, whose: Whose, *, detail: str, by: str) -> Erasure:
    """Decide that all recordings and messages of a customer go, and forget his address. The files
    are not touched yet.

    `detail` says on whose request; it must not tell who is erased.
    """
    numbers = await _numbers(session, whose)

    def his(
        customer_id: InstrumentedAttribute[int | None], caller: InstrumentedAttribute[str]
    ) -> ColumnElement[bool]:
        if whose.customer is None:
            return caller.in_(numbers)
        # A number of his may have been somebody else's before.
        unknown = caller.in_(numbers) & customer_id.is_(None)
        return or_(customer_id == whose.customer, unknown)

    contacts: set[UUID] = set()
    held: set[UUID] = set()
    for one, customer_id, caller in (
        (ContactRow.id, ContactRow.customer_id, ContactRow.caller),
        (RecordingRow.contact, RecordingRow.customer_id, RecordingRow.caller),
        (VoicemailRow.contact, VoicemailRow.customer_id, VoicemailRow.caller),
    ):
        found = await session.execute(
            select(one, covers(one, customer_id, caller)).where(his(customer_id, caller))
        )
        for contact, is_covered in found:
            contacts.add(contact)
            if is_covered:
                held.add(contact)
    ordered, already = await _order(session, contacts - held, detail=detail, by=by)
    await _blank_address(session, whose)
    await session.execute(
        update(ContactRow).where(ContactRow.id.in_(contacts - held)).values(note="")
    )
    messages = await session.scalars(
        delete(VoicemailRow)
        .where(VoicemailRow.contact.in_(contacts - held))
        .returning(VoicemailRow.file)
    )
    return Erasure(
        ordered=ordered,
        already=already,
        messages=len(messages.all()),
        contacts=_ids(contacts - held),
        held=_ids(held),
    )


async def _blank_address(session: AsyncSession, whose: Whose) -> None:
    """Where he lives is nobody's business any more, unless a hold is on all that is his."""
    held = select(LegalHoldRow.id).where(
        LegalHoldRow.customer_id == CustomerRow.id, LegalHoldRow.released_at.is_(None)
    )
    await session.execute(
        update(CustomerRow)
        .where(CustomerRow.id == whose.customer, CustomerRow.address != "", ~held.exists())
        .values(address="", updated_at=func.now())
    )


async def _numbers(session: AsyncSession, whose: Whose) -> frozenset[str]:
    if whose.customer is None:
        return frozenset({whose.number})
    query = select(CustomerNumberRow.number).where(CustomerNumberRow.customer_id == whose.customer)
    return frozenset(await session.scalars(query))


async def _order(
    session: AsyncSession, contacts: set[UUID], *, detail: str, by: str
) -> tuple[int, int]:
    erased = select(DeletionRow.id).where(
        DeletionRow.recording == RecordingRow.id, DeletionRow.why == ERASURE
    )
    found = await session.execute(
        select(RecordingRow, erased.exists())
        .where(RecordingRow.contact.in_(contacts))
        .order_by(RecordingRow.id)
        .with_for_update(of=RecordingRow)
    )
    rows = found.all()
    new = [row for row, is_erased in rows if not is_erased]
    for row in new:
        await order(session, row, why=ERASURE, detail=detail, by=by)
    return len(new), len(rows) - len(new)


def _ids(contacts: set[UUID]) -> tuple[ContactId, ...]:
    return tuple(ContactId(str(contact)) for contact in sorted(contacts))

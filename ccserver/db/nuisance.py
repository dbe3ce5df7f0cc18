"""The numbers whose callers are a nuisance."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.db.flow_tables import NuisanceNumberRow
from ccserver.db.history import uuid_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisanceNumber:
    """A number that was marked."""

    number: str
    """As contacts show it: E.164 where it is one."""
    reason: str
    contact: ContactId | None
    """The call in which it was marked."""
    marked_by: str
    marked_at: datetime


async def mark(
    session: AsyncSession,
    number: str,
    *,
    reason: str,
    who: str,
    contact: ContactId | None = None,
) -> None:
    """Put a number on the list, or say anew why it is there."""
    fields = {
        "reason": reason,
        "contact": uuid_of(contact) if contact else None,
        "marked_by": who,
        "marked_at": func.now(),
    }
    await session.execute(
        insert(NuisanceNumberRow)
        .values(number=number, **fields)
        .on_conflict_do_update(index_elements=[NuisanceNumberRow.number], set_=fields)
    )


async def unmark(session: AsyncSession, number: str) -> bool:
    """Take a number off the list. False: it was not there."""
    found = await session.scalar(
        delete(NuisanceNumberRow)
        .where(NuisanceNumberRow.number == number)
        .returning(NuisanceNumberRow.number)
    )
    return found is not None


async def marked(session: AsyncSession, number: str) -> NuisanceNumber | None:
    """Why this number is on the list. None: it is not."""
    row = await session.get(NuisanceNumberRow, number)
    return None if row is None else _number(row)


async def everyone(session: AsyncSession) -> tuple[NuisanceNumber, ...]:
    """The list, newest first."""
    rows = await session.scalars(
        select(NuisanceNumberRow).order_by(
            NuisanceNumberRow.marked_at.desc(), NuisanceNumberRow.number
        )
    )
    return tuple(_number(row) for row in rows)


async def numbers(session: AsyncSession) -> frozenset[str]:
    """The numbers alone."""
    return frozenset(await session.scalars(select(NuisanceNumberRow.number)))


def _number(row: NuisanceNumberRow) -> NuisanceNumber:
    return NuisanceNumber(
        number=row.number,
        reason=row.reason,
        contact=None if row.contact is None else ContactId(str(row.contact)),
        marked_by=row.marked_by,
        marked_at=row.marked_at,
    )

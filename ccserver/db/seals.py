"""The lists of kept files and their chain, as the database holds them: see core/seals.py.

Whoever adds a seal or closes a day holds a lock until the transaction ends, so that numbers have no
gap and no seal comes to a day that is closed.
"""

from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.seals import Seal, SealedDay, closed, day_for
from ccserver.db.recording_tables import SealedDayRow, SealRow

_LOCK: Final = 4_031_702_211


async def add_seal(
    session: AsyncSession, *, recording: int, file: str, sha256: bytes, at: datetime
) -> None:
    """Write a line into today's list."""
    await _lock(session)
    last = await last_day(session)
    day = day_for(at.timestamp(), None if last is None else last.day)
    before = await session.scalar(select(func.max(SealRow.number)).where(SealRow.day == day))
    session.add(
        SealRow(
            day=day,
            number=(before or 0) + 1,
            recording=recording,
            file=file,
            sha256=sha256,
            sealed_at=at,
        )
    )
    await session.flush()


async def close_days(session: AsyncSession, at: datetime) -> tuple[SealedDay, ...]:
    """Close all days before today that have a list and are open yet. Gives them."""
    await _lock(session)
    last = await last_day(session)
    today = at.astimezone(UTC).date()
    query = select(SealRow.day).where(SealRow.day < today).distinct().order_by(SealRow.day)
    if last is not None:
        query = query.where(SealRow.day > last.day)
    made: list[SealedDay] = []
    for day in (await session.scalars(query)).all():
        last = closed(day, last, await seals_of(session, day))
        made.append(last)
        session.add(
            SealedDayRow(
                day=day,
                entries=last.entries,
                before=last.before,
                sha256=last.sha256,
                closed_at=at,
            )
        )
    return tuple(made)


async def last_day(session: AsyncSession) -> SealedDay | None:
    """The last day that is closed."""
    found = (
        await session.scalars(select(SealedDayRow).order_by(SealedDayRow.day.desc()).limit(1))
    ).first()
    return None if found is None else _day(found)


async def days(session: AsyncSession) -> tuple[SealedDay, ...]:
    """All days that are closed, in their order."""
    return tuple(map(_day, await session.scalars(select(SealedDayRow).order_by(SealedDayRow.day))))


async def listed_days(
    session: AsyncSession, since: date | None = None, until: date | None = None
) -> tuple[date, ...]:
    """The days from `since` to `until`, both with them (None: no bound), that have a list or are
    closed, in their order."""
    listed, closed_ = select(SealRow.day), select(SealedDayRow.day)
    if since is not None:
        listed, closed_ = (
            listed.where(SealRow.day >= since),
            closed_.where(SealedDayRow.day >= since),
        )
    if until is not None:
        listed, closed_ = (
            listed.where(SealRow.day <= until),
            closed_.where(SealedDayRow.day <= until),
        )
    return tuple(sorted(await session.scalars(listed.union(closed_))))


async def seals_of(session: AsyncSession, day: date) -> list[Seal]:
    """The list of a day, by its numbers."""
    rows = await session.scalars(select(SealRow).where(SealRow.day == day).order_by(SealRow.number))
    return [
        Seal(number=row.number, recording=row.recording, file=row.file, sha256=row.sha256)
        for row in rows
    ]


async def _lock(session: AsyncSession) -> None:
    await session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _day(row: SealedDayRow) -> SealedDay:
    return SealedDay(day=row.day, entries=row.entries, before=row.before, sha256=row.sha256)

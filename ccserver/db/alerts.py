"""Figures that were beyond their thresholds: written, and found again. Changes belong to the
caller's transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import Queue
from ccserver.core.thresholds import Figure, Red
from ccserver.db.desk_tables import AlertRow

LIMIT_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAlert:
    """An alert that was written."""

    id: int
    threshold: str
    queue: Queue
    figure: Figure
    began_at: datetime
    """When the figure came to be beyond."""
    ended_at: datetime | None
    """None: it still is."""
    worst: float | None
    """When it was last written: as the alert began, or all in all."""


async def begin_alert(session: AsyncSession, red: Red) -> int:
    """Write that a figure is beyond its threshold. The alert's number."""
    row = await session.execute(
        insert(AlertRow)
        .values(
            threshold=red.threshold.name,
            queue=red.queue,
            figure=red.threshold.figure,
            began_at=datetime.fromtimestamp(red.since, UTC),
            worst=red.worst,
        )
        .returning(AlertRow.id)
    )
    return row.scalar_one()


async def end_alert(
    session: AsyncSession, number: int, at: float, *, worst: float | None = None
) -> None:
    """Write that it is over. `worst`: None leaves what was written."""
    values = {"ended_at": datetime.fromtimestamp(at, UTC)}
    more = {} if worst is None else {"worst": worst}
    await session.execute(update(AlertRow).where(AlertRow.id == number).values(values | more))


async def open_alerts(session: AsyncSession) -> tuple[KeptAlert, ...]:
    """Those that the last run has left: nobody saw how they ended, or they go on."""
    rows = await session.scalars(
        select(AlertRow).where(AlertRow.ended_at.is_(None)).order_by(AlertRow.id)
    )
    return tuple(map(_kept, rows))


async def alerts(
    session: AsyncSession, since: datetime, until: datetime, *, limit: int = 200
) -> tuple[KeptAlert, ...]:
    """All that were there at any instant of [since, until), newest first."""
    rows = await session.scalars(
        select(AlertRow)
        .where(
            AlertRow.began_at < until,
            AlertRow.ended_at.is_(None) | (AlertRow.ended_at > since),
        )
        .order_by(AlertRow.began_at.desc(), AlertRow.id.desc())
        .limit(limit)
    )
    return tuple(map(_kept, rows))


def _kept(row: AlertRow) -> KeptAlert:
    return KeptAlert(
        id=row.id,
        threshold=row.threshold,
        queue=Queue(row.queue),
        figure=Figure(row.figure),
        began_at=row.began_at,
        ended_at=row.ended_at,
        worst=row.worst,
    )

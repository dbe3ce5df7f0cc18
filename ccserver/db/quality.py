"""How talks sounded, as agents' browsers measured it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId
from ccserver.db.desk_tables import CallQualityRow
from ccserver.db.history import uuid_of

_KEY = ("contact", "agent", "started_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuality:
    """One stretch of a talk over the network, on the agent's side."""

    agent: AgentId
    started_at: datetime
    ended_at: datetime
    packets_received: int
    packets_lost: int
    jitter_mean_ms: float
    jitter_max_ms: float
    round_trip_mean_ms: float | None
    """None: never measured."""
    round_trip_max_ms: float | None
    mos: float | None
    """1 to 4.5; None: nothing was to be heard."""


async def keep_quality(session: AsyncSession, contact: ContactId, measured: CallQuality) -> None:
    """Keep what was measured. What comes again for the same beginning takes its place."""
    values = asdict(measured) | {"contact": uuid_of(contact)}
    await session.execute(
        insert(CallQualityRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=_KEY,
            set_={name: value for name, value in values.items() if name not in _KEY},
        )
    )


async def of_contact(session: AsyncSession, contact: ContactId) -> tuple[CallQuality, ...]:
    """All that was measured in a contact, in the order in which it began."""
    rows = await session.scalars(
        select(CallQualityRow)
        .where(CallQualityRow.contact == uuid_of(contact))
        .order_by(CallQualityRow.started_at, CallQualityRow.agent)
    )
    return tuple(
        CallQuality(
            agent=AgentId(row.agent),
            started_at=row.started_at,
            ended_at=row.ended_at,
            packets_received=row.packets_received,
            packets_lost=row.packets_lost,
            jitter_mean_ms=row.jitter_mean_ms,
            jitter_max_ms=row.jitter_max_ms,
            round_trip_mean_ms=row.round_trip_mean_ms,
            round_trip_max_ms=row.round_trip_max_ms,
            mos=row.mos,
        )
        for row in rows
    )

"""Recordings as they are found and played."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import RecordingLegRow, RecordingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What can be played: a contact's talks on one time line, a consultation, or a message."""

    id: int
    source: str
    kind: str
    files: tuple[str, ...]
    """Of its legs, as Asterisk wrote them, in their order."""
    contact: ContactId
    agent: AgentId | None
    started_at: datetime
    ended_at: datetime


async def recordings(session: AsyncSession, wanted: ContactId) -> tuple[Recording, ...]:
    """The recordings of a contact, in their order."""
    rows = await session.execute(
        _recordings()
        .where(RecordingRow.contact == uuid_of(wanted))
        .order_by(RecordingRow.started_at, RecordingRow.id)
    )
    return tuple(_recording(row, files) for row, files in rows)


async def recording(session: AsyncSession, wanted: int) -> Recording | None:
    """One recording; None when there is none of this id."""
    found = (await session.execute(_recordings().where(RecordingRow.id == wanted))).first()
    return None if found is None else _recording(*found)


def _recordings() -> Select[RecordingRow, list[str]]:
    files = (
        select(func.array_agg(aggregate_order_by(RecordingLegRow.file, RecordingLegRow.started_at)))
        .where(RecordingLegRow.source == RecordingRow.source)
        .scalar_subquery()
    )
    return select(RecordingRow, func.coalesce(files, []))


def _recording(row: RecordingRow, files: Sequence[str]) -> Recording:
    return Recording(
        id=row.id,
        source=row.source,
        kind=row.kind,
        files=tuple(files),
        contact=ContactId(str(row.contact)),
        agent=None if row.agent is None else AgentId(row.agent),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

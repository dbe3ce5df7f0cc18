"""Files that Asterisk wrote and of which no row came: what the history knows of their contacts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.orphans import SPOKEN, Owner, Part
from ccserver.core.records import Recorded, SegmentKind
from ccserver.db.deletions import ERASURE
from ccserver.db.history import uuid_of
from ccserver.db.holds import is_held
from ccserver.db.recording_tables import (
    DeletionRow,
    RecordingLegRow,
    RecordingPartyRow,
    RecordingRow,
)
from ccserver.db.tables import ContactRow, SegmentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the history knows of the contact whose id a file carries."""

    is_over: bool
    parts: tuple[Part, ...]
    talks_began_at: tuple[float, ...]
    """Of the talks that have a file."""


async def past_of(session: AsyncSession, contact: ContactId) -> Past | None:
    """The talks, holds and consultations of a contact; None: it is not in the history (yet)."""
    known = await session.get(ContactRow, uuid_of(contact))
    if known is None:
        return None
    rows = await session.scalars(
        select(SegmentRow)
        .where(SegmentRow.contact == known.id, SegmentRow.kind.in_(SPOKEN))
        .order_by(SegmentRow.number)
    )
    legs = await session.scalars(
        select(RecordingLegRow.started_at).where(
            RecordingLegRow.contact == known.id, RecordingLegRow.kind == Recorded.TALK
        )
    )
    return Past(
        is_over=known.ended_at is not None,
        parts=tuple(
            Part(
                kind=SegmentKind(row.kind),
                queue=None if row.queue is None else Queue(row.queue),
                agent=None if row.agent is None else AgentId(row.agent),
                started_at=row.started_at.timestamp(),
                ended_at=row.ended_at.timestamp(),
            )
            for row in rows
        ),
        talks_began_at=tuple(leg.timestamp() for leg in legs),
    )


async def was_erased(session: AsyncSession, contact: ContactId, made_at: float) -> bool:
    """Whether the contact was erased after that instant, and is not held."""
    found = await session.scalar(
        select(DeletionRow.id)
        .join(RecordingRow, RecordingRow.id == DeletionRow.recording)
        .where(
            DeletionRow.contact == uuid_of(contact),
            DeletionRow.why == ERASURE,
            DeletionRow.at >= _instant(made_at),
            ~is_held(),
        )
        .limit(1)
    )
    return found is not None


async def link(session: AsyncSession, file: str, contact: ContactId, owner: Owner) -> bool:
    """Make the leg's row, and its recording's, as the journal does. False: it has come meanwhile.

    A talk whose contact's recording is kept already becomes one of its own, as any that is late.
    """
    id_ = uuid_of(contact)
    assert id_ is not None, "the history has it"
    source = file if owner.kind is Recorded.CONSULT else str(id_)
    started_at, ended_at = _instant(owner.started_at), _instant(owner.ended_at)
    made = await session.scalars(
        insert(RecordingLegRow)
        .values(
            file=file,
            source=source,
            contact=id_,
            kind=owner.kind,
            agents=list(owner.agents),
            started_at=started_at,
            ended_at=ended_at,
        )
        .on_conflict_do_nothing()
        .returning(RecordingLegRow.file)
    )
    if made.first() is None:
        return False
    await _join(session, owner, source, id_)
    for agent in owner.agents:
        party = insert(RecordingPartyRow).values(source=source, agent=agent, started_at=started_at)
        await session.execute(
            party.on_conflict_do_update(
                index_elements=["source", "agent"],
                set_={
                    "started_at": func.least(
                        RecordingPartyRow.started_at, party.excluded.started_at
                    )
                },
            )
        )
    return True


async def _join(session: AsyncSession, owner: Owner, source: str, contact: UUID) -> None:
    known = await session.get(ContactRow, contact)
    written = insert(RecordingRow).values(
        source=source,
        kind="consult" if owner.kind is Recorded.CONSULT else "contact",
        contact=contact,
        queue=owner.queue,
        agent=owner.agents[0] if owner.agents else None,
        caller="" if known is None else known.caller,
        customer_id=None if known is None else known.customer_id,
        started_at=_instant(owner.started_at),
        ended_at=_instant(owner.ended_at),
    )
    await session.execute(
        written.on_conflict_do_update(
            index_elements=["source"],
            set_={
                "started_at": func.least(RecordingRow.started_at, written.excluded.started_at),
                "ended_at": func.greatest(RecordingRow.ended_at, written.excluded.ended_at),
            },
            where=RecordingRow.state == "raw",
        )
    )


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)

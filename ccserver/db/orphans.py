"""Files that Asterisk wrote and of which no row came: what the history knows of their contacts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.core.records import SegmentKind
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import RecordingLegRow, RecordingPartyRow, RecordingRow
from ccserver.db.tables import ContactRow, SegmentRow

SPOKEN: Final = (SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT)
"""The parts of a contact that one file of a talk may span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A part of a contact in which the customer had an agent."""

    number: int
    kind: SegmentKind
    queue: str | None
    agent: str | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The leg that a file turned out to be."""

    file: str
    contact: ContactId
    kind: str
    """`talk` or `consult`"""
    queue: str | None
    agents: tuple[str, ...]
    started_at: datetime
    ended_at: datetime


async def spoken(session: AsyncSession, contact: ContactId) -> tuple[Spoken, ...]:
    """The talks, holds and consultations of a contact that are over, in their order."""
    rows = await session.scalars(
        select(SegmentRow)
        .where(SegmentRow.contact == uuid_of(contact), SegmentRow.kind.in_(SPOKEN))
        .order_by(SegmentRow.number)
    )
    return tuple(
        Spoken(
            number=row.number,
            kind=SegmentKind(row.kind),
            queue=row.queue,
            agent=row.agent,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )


async def link(session: AsyncSession, found: Found) -> bool:
    """Make the leg's row, and its recording's, as the journal does. False: it has come meanwhile.

    A talk whose contact's recording is kept already becomes one of its own, as any that is late.
    """
    contact = uuid_of(found.contact)
    assert contact is not None, "the file was found by the contact's id"
    source = found.file if found.kind == "consult" else str(contact)
    made = await session.scalars(
        insert(RecordingLegRow)
        .values(
            file=found.file,
            source=source,
            contact=contact,
            kind=found.kind,
            agents=list(found.agents),
            started_at=found.started_at,
            ended_at=found.ended_at,
        )
        .on_conflict_do_nothing()
        .returning(RecordingLegRow.file)
    )
    if made.first() is None:
        return False
    await _join(session, found, source, contact)
    for agent in found.agents:
        party = insert(RecordingPartyRow).values(
            source=source, agent=agent, started_at=found.started_at
        )
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


async def _join(session: AsyncSession, found: Found, source: str, contact: UUID) -> None:
    known = await session.get(ContactRow, contact)
    written = insert(RecordingRow).values(
        source=source,
        kind="consult" if found.kind == "consult" else "contact",
        contact=contact,
        queue=found.queue,
        agent=found.agents[0] if found.agents else None,
        caller="" if known is None else known.caller,
        customer_id=None if known is None else known.customer_id,
        started_at=found.started_at,
        ended_at=found.ended_at,
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

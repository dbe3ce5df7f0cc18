"""Recordings as they are found and played."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    Text,
    any_,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.db.history import uuid_of
from ccserver.db.holds import is_held
from ccserver.db.recording_filter import Hearer, length_seconds, may_hear
from ccserver.db.recording_tables import (
    EvaluationRow,
    RecordingLegRow,
    RecordingPartyRow,
    RecordingRow,
    RecordingTagRow,
    TranscriptRow,
)
from ccserver.db.tables import CustomerRow


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
    state: str
    """`raw`, `kept` or `deleted`."""
    sha256: bytes | None
    """Of the file, once it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecording:
    """A recording in a list, with what belongs to it."""

    id: int
    contact: ContactId
    kind: str
    direction: str
    started_at: datetime
    ended_at: datetime
    seconds: float
    """As its file says, and until there is one, as the events say."""
    queue: Queue | None
    agents: tuple[AgentId, ...]
    """Whom it heard."""
    caller: str
    customer: CustomerId | None
    customer_name: str | None
    """None: there is no such customer any more."""
    disposition: str | None
    tags: tuple[str, ...]
    state: str
    fault: str
    """Empty: it is complete."""
    evaluations: int
    held: bool
    """Nobody may delete it now."""
    transcribed: bool


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


async def found_recordings(
    session: AsyncSession, wanted: Iterable[int]
) -> tuple[FoundRecording, ...]:
    """These recordings as a list shows them, in this order. What there is not is left out."""
    ids = list(wanted)
    rows = await session.execute(
        select(
            RecordingRow,
            length_seconds().label("length"),
            CustomerRow.name,
            _all_of(RecordingPartyRow.agent, RecordingPartyRow.source == RecordingRow.source),
            _all_of(RecordingTagRow.tag, RecordingTagRow.recording == RecordingRow.id),
            select(func.count())
            .where(EvaluationRow.recording == RecordingRow.id)
            .correlate(RecordingRow)
            .scalar_subquery(),
            is_held(),
            exists().where(TranscriptRow.recording == RecordingRow.id),
        )
        .outerjoin(CustomerRow, CustomerRow.id == RecordingRow.customer_id)
        .where(RecordingRow.id == any_(literal(ids, ARRAY(BigInteger))))
    )
    found = {row[0].id: _found(*row) for row in rows}
    return tuple(found[number] for number in ids if number in found)


async def may_hear_this(session: AsyncSession, wanted: int, hearer: Hearer | None) -> bool:
    """Whether it may be heard by this agent (None: by one who may hear all)."""
    if hearer is None:
        return True
    query = select(RecordingRow.id).where(RecordingRow.id == wanted, may_hear(hearer))
    return await session.scalar(query) is not None


async def heard_agent(session: AsyncSession, wanted: Recording, agent: AgentId | None) -> bool:
    """Whether this agent is among those whom it heard."""
    if agent is None:
        return False
    return await session.get(RecordingPartyRow, (wanted.source, agent)) is not None


async def set_tags(session: AsyncSession, wanted: Recording, tags: Collection[str]) -> None:
    """Let it have these tags, and no other."""
    row = RecordingTagRow
    await session.execute(delete(row).where(row.recording == wanted.id, row.tag.not_in(tags)))
    if tags:
        values = [
            {"recording": wanted.id, "tag": tag, "started_at": wanted.started_at} for tag in tags
        ]
        await session.execute(insert(row).values(values).on_conflict_do_nothing())


async def set_disposition(session: AsyncSession, wanted: Recording, word: str | None) -> None:
    """Say how the talk ended, in the business's own word."""
    await session.execute(
        update(RecordingRow).where(RecordingRow.id == wanted.id).values(disposition=word)
    )


def _all_of(column: Any, condition: Any) -> Any:
    """What stands there, in its order; it may be nothing."""
    every = select(func.array_agg(aggregate_order_by(column, column))).where(condition)
    return func.coalesce(every.correlate(RecordingRow).scalar_subquery(), literal([], ARRAY(Text)))


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
        state=row.state,
        sha256=row.sha256,
    )


def _found(
    row: RecordingRow,
    seconds: float,
    customer_name: str | None,
    agents: Sequence[str],
    tags: Sequence[str],
    evaluations: int,
    held: bool,
    transcribed: bool,
) -> FoundRecording:
    return FoundRecording(
        id=row.id,
        contact=ContactId(str(row.contact)),
        kind=row.kind,
        direction=row.direction,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=float(seconds),
        queue=None if row.queue is None else Queue(row.queue),
        agents=tuple(AgentId(agent) for agent in agents),
        caller=row.caller,
        customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
        customer_name=customer_name,
        disposition=row.disposition,
        tags=tuple(tags),
        state=row.state,
        fault=row.fault,
        evaluations=evaluations,
        held=held,
        transcribed=transcribed,
    )

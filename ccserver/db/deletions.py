"""What is to be deleted, and what was: decided first, done then, and said each time.

A deletion is a row from the moment at which it was decided. Until its files are gone, and the
recording's row says so, it is open, and is tried again. While a legal hold covers the recording,
nothing is decided, and what was decided waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId, Queue
from ccserver.core.retention import DAY_SECONDS, expires_at
from ccserver.core.rules import Direction, RetentionRule
from ccserver.db.flow_tables import VoicemailRow
from ccserver.db.holds import is_held
from ccserver.db.recording_tables import (
    DeletionRow,
    EvaluationRow,
    RecordingLegRow,
    RecordingMarkRow,
    RecordingRow,
    RecordingTagRow,
    TranscriptRow,
)

BY_ITSELF: Final = "ccserver"
RETENTION: Final = "retention"
ERASURE: Final = "erasure"

LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A recording of which everything is to go."""

    id: int
    recording: int
    contact: ContactId
    started_at: datetime
    """The recording's."""
    why: str
    file: str | None
    """In the archive; None: it was not kept yet."""
    remote: bool
    """It was verified in the bucket."""
    legs: tuple[str, ...]
    """Files as Asterisk wrote them, be they there or not."""


async def order(
    session: AsyncSession, row: RecordingRow, *, why: str, detail: str, by: str
) -> None:
    """Decide that a recording is deleted. `row` must be locked."""
    legs = await _legs(session, row.source)
    session.add(
        DeletionRow(
            recording=row.id,
            contact=row.contact,
            kind=row.kind,
            file=row.file or ",".join(legs),
            sha256=row.sha256,
            started_at=row.started_at,
            why=why,
            detail=detail,
            by=by,
        )
    )


async def order_expired(
    session: AsyncSession, rules: Sequence[RetentionRule], now: datetime
) -> int:
    """Decide on recordings whose time is over by the first rule that fits each. Gives how many:
    fewer than LIMIT when no more are due."""
    fit: list[ColumnElement[bool]] = []
    earlier: list[ColumnElement[bool]] = []
    for rule in rules:
        fits = _fits(rule)
        over = RecordingRow.started_at <= now - timedelta(days=rule.days)
        fit.append(and_(fits, over, *map(not_, earlier)))
        earlier.append(fits)
    if not fit:
        return 0
    rows = await session.scalars(
        select(RecordingRow)
        .where(RecordingRow.state != "deleted", or_(*fit), ~_is_ordered(), ~is_held())
        .order_by(RecordingRow.started_at)
        .limit(LIMIT)
        .with_for_update(skip_locked=True)
    )
    ordered = 0
    for row in rows.all():
        began = row.started_at.timestamp()
        until = expires_at(
            tuple(rules),
            queue=None if row.queue is None else Queue(row.queue),
            kind=row.kind,
            direction=Direction(row.direction),
            started_at=began,
        )
        if until is not None and until <= now.timestamp():
            detail = f"after {(until - began) / DAY_SECONDS:g} days"
            await order(session, row, why=RETENTION, detail=detail, by=BY_ITSELF)
            ordered += 1
    return ordered


async def order_erased(session: AsyncSession) -> int:
    """Decide on what came only after its contact was erased. Gives how many."""
    erased = select(DeletionRow.id).where(
        DeletionRow.contact == RecordingRow.contact,
        DeletionRow.why == ERASURE,
        DeletionRow.at >= RecordingRow.started_at,
    )
    rows = await session.scalars(
        select(RecordingRow)
        .where(RecordingRow.state == "raw", erased.exists(), ~_is_ordered(), ~is_held())
        .limit(LIMIT)
        .with_for_update(skip_locked=True)
    )
    found = rows.all()
    for row in found:
        detail = "came after the erasure of its contact"
        await order(session, row, why=ERASURE, detail=detail, by=BY_ITSELF)
    return len(found)


async def open_deletions(session: AsyncSession, after: int = 0) -> tuple[Deletion, ...]:
    """What was decided and is not done, and is not held by now, in the order of the ids."""
    found = await session.execute(
        select(DeletionRow, RecordingRow)
        .join(RecordingRow, RecordingRow.id == DeletionRow.recording)
        .where(DeletionRow.done_at.is_(None), DeletionRow.id > after, ~is_held())
        .order_by(DeletionRow.id)
        .limit(LIMIT)
    )
    return tuple(
        [
            Deletion(
                id=deletion.id,
                recording=row.id,
                contact=ContactId(str(row.contact)),
                started_at=row.started_at,
                why=deletion.why,
                file=row.file,
                remote=row.remote,
                legs=await _legs(session, row.source),
            )
            for deletion, row in found.all()
        ]
    )


async def done(session: AsyncSession, deletion: Deletion, at: datetime) -> bool:
    """Its files are gone: so is all that was known of the sound.

    What stays is that there was a recording, and when; after an erasure not of whom. False, and
    nothing is done, when other files have come meanwhile.
    """
    row = await session.get(
        RecordingRow, deletion.recording, with_for_update=True, populate_existing=True
    )
    assert row is not None, "recordings are never taken out of their table"
    if row.file != deletion.file or await _legs(session, row.source) != deletion.legs:
        return False
    row.state, row.local, row.remote = "deleted", False, False
    row.peaks, row.wrapped_key, row.retry_at = None, None, None
    await session.execute(
        update(RecordingLegRow)
        .where(RecordingLegRow.source == row.source, RecordingLegRow.removed_at.is_(None))
        .values(removed_at=at)
    )
    for table in (TranscriptRow, RecordingTagRow):
        await session.execute(delete(table).where(table.recording == row.id))
    if deletion.why == ERASURE:
        await _forget(session, row)
    await session.execute(
        update(DeletionRow).where(DeletionRow.id == deletion.id).values(done_at=at)
    )
    return True


async def legs_of(session: AsyncSession, contacts: Sequence[ContactId]) -> frozenset[str]:
    """The files, as Asterisk wrote them, that rows of these contacts name."""
    query = select(RecordingLegRow.file).where(RecordingLegRow.contact.in_(contacts))
    return frozenset(await session.scalars(query))


async def deleted(session: AsyncSession, recordings: Sequence[int]) -> frozenset[int]:
    """Those of these recordings whose deletion was decided, be it done or not."""
    return frozenset(
        await session.scalars(
            select(DeletionRow.recording).where(DeletionRow.recording.in_(recordings))
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A deletion, as its log has it."""

    recording: int
    contact: ContactId
    kind: str
    file: str
    started_at: datetime
    why: str
    detail: str
    by: str
    at: datetime
    done_at: datetime | None


async def log_of(session: AsyncSession, contact: ContactId) -> tuple[Logged, ...]:
    """What was deleted of a contact, in the order in which that was decided."""
    rows = await session.scalars(
        select(DeletionRow).where(DeletionRow.contact == contact).order_by(DeletionRow.id)
    )
    return tuple(
        Logged(
            recording=row.recording,
            contact=ContactId(str(row.contact)),
            kind=row.kind,
            file=row.file,
            started_at=row.started_at,
            why=row.why,
            detail=row.detail,
            by=row.by,
            at=row.at,
            done_at=row.done_at,
        )
        for row in rows
    )


async def _forget(session: AsyncSession, row: RecordingRow) -> None:
    """Take out of what stays who the customer was."""
    row.caller, row.customer_id = "", None
    await session.execute(delete(VoicemailRow).where(VoicemailRow.file == row.source))
    await session.execute(delete(RecordingMarkRow).where(RecordingMarkRow.contact == row.contact))
    await session.execute(
        update(EvaluationRow).where(EvaluationRow.recording == row.id).values(comments=[])
    )


async def _legs(session: AsyncSession, source: str) -> tuple[str, ...]:
    return tuple(
        await session.scalars(
            select(RecordingLegRow.file)
            .where(RecordingLegRow.source == source)
            .order_by(RecordingLegRow.started_at, RecordingLegRow.file)
        )
    )


def _is_ordered() -> ColumnElement[bool]:
    return select(DeletionRow.id).where(DeletionRow.recording == RecordingRow.id).exists()


def _fits(rule: RetentionRule) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if rule.queues:
        parts.append(RecordingRow.queue.in_(rule.queues))
    if rule.kinds:
        parts.append(RecordingRow.kind.in_(rule.kinds))
    if rule.directions:
        parts.append(RecordingRow.direction.in_(rule.directions))
    return and_(*parts)

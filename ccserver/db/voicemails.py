"""The messages that callers left for the agents of a queue."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.errors import Refused
from ccserver.core.ids import ContactId, CustomerId, Queue
from ccserver.db.flow_tables import VoicemailRow
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import RecordingRow

LIMIT_MAX = 500


class VoicemailState(StrEnum):
    """Whether somebody has looked after a message."""

    NEW = "new"
    TAKEN = "taken"
    DONE = "done"


OPEN = (VoicemailState.NEW, VoicemailState.TAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """A message."""

    file: str
    contact: ContactId
    queue: Queue
    caller: str
    customer: CustomerId | None
    started_at: datetime
    ended_at: datetime
    state: VoicemailState
    taken_by: str | None
    """The log-in of who looks after it, or did."""
    changed_at: datetime
    recording: int | None
    """Where it can be heard."""


class NoSuchVoicemailError(Refused):
    """There is no such message for you."""

    status = 404


class NotYoursError(Refused):
    """Somebody else looks after this message, or has done so."""


async def voicemails(
    session: AsyncSession,
    *,
    queues: Collection[Queue] | None = None,
    states: Collection[VoicemailState] = OPEN,
    limit: int = LIMIT_MAX,
) -> tuple[Voicemail, ...]:
    """The messages in these queues (None: in all) and states, oldest first."""
    query = _voicemails().where(VoicemailRow.state.in_(states))
    if queues is not None:
        query = query.where(VoicemailRow.queue.in_(queues))
    query = query.order_by(VoicemailRow.ended_at, VoicemailRow.file).limit(limit)
    return tuple(_voicemail(row, recording) for row, recording in await session.execute(query))


async def of_contact(session: AsyncSession, contact: ContactId) -> tuple[Voicemail, ...]:
    """What the caller left in this contact."""
    query = _voicemails().where(VoicemailRow.contact == uuid_of(contact))
    rows = await session.execute(query.order_by(VoicemailRow.started_at))
    return tuple(_voicemail(row, recording) for row, recording in rows)


async def voicemail(session: AsyncSession, file: str) -> Voicemail:
    """One message. Raises NoSuchVoicemailError."""
    found = (await session.execute(_voicemails().where(VoicemailRow.file == file))).first()
    if found is None:
        raise NoSuchVoicemailError
    return _voicemail(*found)


async def take(session: AsyncSession, file: str, *, who: str) -> Voicemail:
    """Look after a new message. Of several at once one gets it, the others NotYoursError.

    Who has it already keeps it. Raises NoSuchVoicemailError.
    """
    row = await _locked(session, file)
    if row.state != VoicemailState.NEW:
        _require_yours(row, who)
    return await _mark(session, row, VoicemailState.TAKEN, who)


async def finish(
    session: AsyncSession, file: str, *, who: str, whosever: bool = False
) -> Voicemail:
    """A message was looked after. Raises NotYoursError unless `who` has it or it does not matter
    who has it (`whosever`), and NoSuchVoicemailError."""
    row = await _locked(session, file)
    if not whosever:
        _require_yours(row, who)
    return await _mark(session, row, VoicemailState.DONE, row.taken_by or who)


async def put_back(
    session: AsyncSession, file: str, *, who: str, whosever: bool = False
) -> Voicemail:
    """Leave a message to others, as if it were new. Raises as `finish` does."""
    row = await _locked(session, file)
    if not whosever:
        _require_yours(row, who)
    return await _mark(session, row, VoicemailState.NEW, None)


async def _locked(session: AsyncSession, file: str) -> VoicemailRow:
    """The row, which nobody else changes before the transaction ends."""
    row = await session.get(VoicemailRow, file, with_for_update=True, populate_existing=True)
    if row is None:
        raise NoSuchVoicemailError
    return row


def _require_yours(row: VoicemailRow, who: str) -> None:
    if row.state != VoicemailState.TAKEN or row.taken_by != who:
        raise NotYoursError


async def _mark(
    session: AsyncSession, row: VoicemailRow, state: VoicemailState, who: str | None
) -> Voicemail:
    if (row.state, row.taken_by) != (state, who):
        row.state, row.taken_by, row.changed_at = state, who, func.now()
        await session.flush()
    return await voicemail(session, row.file)


def _voicemails() -> Select[VoicemailRow, int | None]:
    return select(VoicemailRow, RecordingRow.id).outerjoin(
        RecordingRow, RecordingRow.source == VoicemailRow.file
    )


def _voicemail(row: VoicemailRow, recording: int | None) -> Voicemail:
    return Voicemail(
        file=row.file,
        contact=ContactId(str(row.contact)),
        queue=Queue(row.queue),
        caller=row.caller,
        customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
        started_at=row.started_at,
        ended_at=row.ended_at,
        state=VoicemailState(row.state),
        taken_by=row.taken_by,
        changed_at=row.changed_at,
        recording=recording,
    )

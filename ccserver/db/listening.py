"""Who heard which recording: written before the sound is sent, and never changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.db.recording_tables import ListeningRow
from ccserver.db.recordings import Recording

AGAIN = timedelta(minutes=10)
"""A player asks for one sound many times, piece by piece: within this time it is one listening."""

LIMIT_MAX = 1000


class Heard(StrEnum):
    """What somebody did with a recording."""

    PLAYED = "played"
    DOWNLOADED = "downloaded"
    READ = "read"
    """The transcript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Somebody heard, copied or read a recording."""

    id: int
    recording: int
    contact: ContactId
    person: str
    """The login."""
    what: Heard
    at: datetime


async def log_listening(
    session: AsyncSession, recording: Recording, *, person: str, what: Heard
) -> bool:
    """Write that this person hears it now. Of all but copies one row is enough for ten minutes:
    False when it is there already."""
    if what is not Heard.DOWNLOADED:
        # Two requests of one player wait for each other here, and not for anybody else.
        lock = func.hashtextextended(f"{person}/{recording.id}/{what}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(lock)))
        lately = (
            select(ListeningRow.id)
            .where(
                ListeningRow.recording == recording.id,
                ListeningRow.person == person,
                ListeningRow.what == what,
                ListeningRow.at > func.clock_timestamp() - AGAIN,
            )
            .limit(1)
        )
        if await session.scalar(lately) is not None:
            return False
    session.add(
        ListeningRow(
            recording=recording.id, contact=UUID(recording.contact), person=person, what=what.value
        )
    )
    await session.flush()
    return True


async def listenings(
    session: AsyncSession,
    *,
    recording: int | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = LIMIT_MAX,
) -> tuple[Listening, ...]:
    """Of one recording, of one person, of both, of all: the newest first. `before`: an id."""
    query = select(ListeningRow).order_by(ListeningRow.id.desc()).limit(limit)
    if recording is not None:
        query = query.where(ListeningRow.recording == recording)
    if person is not None:
        query = query.where(ListeningRow.person == person)
    if before is not None:
        query = query.where(ListeningRow.id < before)
    return tuple(
        Listening(
            id=row.id,
            recording=row.recording,
            contact=ContactId(str(row.contact)),
            person=row.person,
            what=Heard(row.what),
            at=row.at,
        )
        for row in await session.scalars(query)
    )

"""What the archive does to recordings, from what Asterisk wrote to what is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.db.recording_tables import (
    DeletionRow,
    RecordingLegRow,
    RecordingPartyRow,
    RecordingRow,
)
from ccserver.db.seals import add_seal
from ccserver.db.tables import ContactRow

WRITTEN: Final = timedelta(seconds=5)
"""After its end Asterisk may still write a file for about a second."""

OPEN_MAX: Final = timedelta(days=1)
"""For the end of a contact that has been open so long nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A file as Asterisk wrote it, and what the events say of it."""

    file: str
    kind: str
    started_at: datetime
    ended_at: datetime
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A recording that is to be encoded."""

    id: int
    kind: str
    contact: ContactId
    started_at: datetime
    attempts: int
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a leg turned out to be."""

    file: str
    seconds: float
    sha256: bytes | None
    """None: the file is missing."""
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A recording that was encoded, verified, and lies in the local folder."""

    recording: int
    file: str
    seconds: float
    size_bytes: int
    sha256: bytes
    key_name: str | None
    wrapped_key: bytes | None
    peaks: bytes
    fault: str
    legs: tuple[Measured, ...]


async def next_raw(session: AsyncSession, now: datetime) -> Raw | None:
    """The oldest recording that can be encoded now.

    Of talks the contact must have ended, for until then another may follow.
    """
    ended = or_(
        RecordingRow.kind != "contact",
        ContactRow.ended_at <= now - WRITTEN,
        func.coalesce(ContactRow.arrived_at, RecordingRow.started_at) <= now - OPEN_MAX,
    )
    row = await session.scalar(
        select(RecordingRow)
        .outerjoin(ContactRow, ContactRow.id == RecordingRow.contact)
        .where(
            RecordingRow.state == "raw",
            RecordingRow.ended_at <= now - WRITTEN,
            or_(RecordingRow.retry_at.is_(None), RecordingRow.retry_at <= now),
            ended,
            ~_is_to_go(),
        )
        .order_by(RecordingRow.started_at, RecordingRow.id)
        .limit(1)
    )
    return None if row is None else await _raw(session, row)


async def raw(session: AsyncSession, recording: int) -> Raw | None:
    """The recording of this id; None: it is not raw (any more), or is to be deleted."""
    row = await session.scalar(
        select(RecordingRow).where(
            RecordingRow.id == recording, RecordingRow.state == "raw", ~_is_to_go()
        )
    )
    return None if row is None else await _raw(session, row)


async def _raw(session: AsyncSession, row: RecordingRow) -> Raw:
    legs = await session.scalars(
        select(RecordingLegRow)
        .where(RecordingLegRow.source == row.source)
        .order_by(RecordingLegRow.started_at, RecordingLegRow.file)
    )
    return Raw(
        id=row.id,
        kind=row.kind,
        contact=ContactId(str(row.contact)),
        started_at=row.started_at,
        attempts=row.attempts,
        legs=tuple(
            Leg(
                file=leg.file,
                kind=leg.kind,
                started_at=leg.started_at,
                ended_at=leg.ended_at,
                cut=leg.cut,
            )
            for leg in legs
        ),
    )


async def put_off(
    session: AsyncSession, recording: int, *, until: datetime, fault: str | None = None
) -> None:
    """It could not be encoded. `fault`: what is wrong with it; None: as before."""
    values: dict[str, object] = {"attempts": RecordingRow.attempts + 1, "retry_at": until}
    if fault is not None:
        values["fault"] = fault
    await session.execute(update(RecordingRow).where(RecordingRow.id == recording).values(values))


async def keep(session: AsyncSession, kept: Kept, at: datetime) -> bool:
    """Mark it kept, its legs measured, and seal it.

    False, and nothing is done, when it became something else meanwhile: it is kept already, is to
    be deleted, or another leg has come. Then the file that was made of it is of no use.
    """
    row = await session.get(RecordingRow, kept.recording, with_for_update=True)
    if row is None or row.state != "raw":
        return False
    to_go = await session.scalar(
        select(DeletionRow.id).where(DeletionRow.recording == row.id).limit(1)
    )
    legs = await session.scalars(
        select(RecordingLegRow).where(RecordingLegRow.source == row.source).with_for_update()
    )
    found = {leg.file: leg for leg in legs}
    if to_go is not None or found.keys() != {leg.file for leg in kept.legs}:
        return False
    for measured in kept.legs:
        leg = found[measured.file]
        leg.seconds, leg.sha256, leg.fault = measured.seconds, measured.sha256, measured.fault
    row.state, row.fault, row.retry_at = "kept", kept.fault, None
    row.file, row.seconds, row.peaks = kept.file, kept.seconds, kept.peaks
    row.size_bytes, row.sha256 = kept.size_bytes, kept.sha256
    row.key_name, row.wrapped_key = kept.key_name, kept.wrapped_key
    row.kept_at, row.local, row.remote = at, True, False
    await add_seal(session, recording=row.id, file=kept.file, sha256=kept.sha256, at=at)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """A file as Asterisk wrote it whose sound is kept by now."""

    file: str
    kept: str
    """The file in the archive."""


async def spare(session: AsyncSession, limit: int = 100) -> tuple[Spare, ...]:
    """Files that may be removed, and are not yet."""
    found = await session.execute(
        select(RecordingLegRow.file, RecordingRow.file)
        .join(RecordingRow, RecordingRow.source == RecordingLegRow.source)
        .where(
            RecordingLegRow.removed_at.is_(None),
            RecordingLegRow.sha256.is_not(None),
            RecordingRow.state == "kept",
        )
        .order_by(RecordingLegRow.started_at)
        .limit(limit)
    )
    return tuple(Spare(file=file, kept=kept or "") for file, kept in found)


async def removed(session: AsyncSession, files: Collection[str], at: datetime) -> None:
    """These files, as Asterisk wrote them, are no more."""
    await session.execute(
        update(RecordingLegRow).where(RecordingLegRow.file.in_(files)).values(removed_at=at)
    )


async def set_late_apart(session: AsyncSession, limit: int = 100) -> tuple[int, ...]:
    """Make recordings of their own of legs that came after their recording was kept or deleted.

    Gives the recordings' ids.
    """
    late = await session.execute(
        select(RecordingLegRow, RecordingRow)
        .join(RecordingRow, RecordingRow.source == RecordingLegRow.source)
        .where(
            RecordingLegRow.removed_at.is_(None),
            RecordingLegRow.seconds.is_(None),
            RecordingLegRow.source != RecordingLegRow.file,
            RecordingRow.state != "raw",
        )
        .order_by(RecordingLegRow.started_at)
        .limit(limit)
        .with_for_update(of=RecordingLegRow)
    )
    made: list[int] = []
    for leg, whole in late.all():
        own = RecordingRow(
            source=leg.file,
            kind="contact" if leg.kind == "talk" else leg.kind,
            contact=leg.contact,
            direction=whole.direction,
            queue=whole.queue,
            agent=leg.agents[0] if leg.agents else None,
            caller=whole.caller,
            customer_id=whole.customer_id,
            disposition=whole.disposition,
            started_at=leg.started_at,
            ended_at=leg.ended_at,
        )
        leg.source = leg.file
        session.add(own)
        session.add_all(
            RecordingPartyRow(source=leg.file, agent=agent, started_at=leg.started_at)
            for agent in dict.fromkeys(leg.agents)
        )
        await session.flush()
        made.append(own.id)
    return tuple(made)


async def back_again(session: AsyncSession, files: Collection[str]) -> int:
    """Files that were missing when their recording was kept are there after all.

    They count as late from now on. Gives how many.
    """
    whole = select(RecordingRow.id).where(
        RecordingRow.source == RecordingLegRow.source, RecordingRow.state == "kept"
    )
    found = await session.scalars(
        update(RecordingLegRow)
        .where(
            RecordingLegRow.file.in_(files),
            RecordingLegRow.seconds.is_not(None),
            RecordingLegRow.sha256.is_(None),
            RecordingLegRow.removed_at.is_(None),
            whole.exists(),
        )
        .values(seconds=None, fault="")
        .returning(RecordingLegRow.file)
    )
    return len(found.all())


async def not_known(session: AsyncSession, files: Collection[str]) -> frozenset[str]:
    """Those of these files that no leg names."""
    known = await session.scalars(
        select(RecordingLegRow.file).where(RecordingLegRow.file.in_(files))
    )
    return frozenset(files) - frozenset(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A leg's file that is not removed, as far as is known."""

    file: str
    recording: int
    is_raw: bool
    """Its sound is nowhere else."""
    sha256: bytes | None
    """Of what was encoded."""


async def legs_there(session: AsyncSession, now: datetime) -> tuple[Written, ...]:
    """All legs that have ended and whose files are not removed."""
    found = await session.execute(
        select(RecordingLegRow, RecordingRow.id, RecordingRow.state)
        .join(RecordingRow, RecordingRow.source == RecordingLegRow.source)
        .where(RecordingLegRow.removed_at.is_(None), RecordingLegRow.ended_at <= now - WRITTEN)
        .order_by(RecordingLegRow.started_at)
    )
    return tuple(
        Written(file=leg.file, recording=recording, is_raw=state == "raw", sha256=leg.sha256)
        for leg, recording, state in found
    )


async def raw_of(session: AsyncSession, ids: Collection[int]) -> frozenset[int]:
    """Those of these recordings that are raw."""
    return frozenset(
        await session.scalars(
            select(RecordingRow.id).where(RecordingRow.id.in_(ids), RecordingRow.state == "raw")
        )
    )


async def gaps(session: AsyncSession) -> int:
    """How many recordings are known to lack something."""
    found = await session.scalar(
        select(func.count()).where(RecordingRow.fault != "", RecordingRow.state != "deleted")
    )
    return found or 0


async def waiting(session: AsyncSession) -> int:
    """How many recordings are as Asterisk wrote them."""
    return (await session.scalar(select(func.count()).where(RecordingRow.state == "raw"))) or 0


def _is_to_go() -> ColumnElement[bool]:
    return select(DeletionRow.id).where(DeletionRow.recording == RecordingRow.id).exists()

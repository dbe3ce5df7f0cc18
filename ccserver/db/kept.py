"""Kept files: where they lie, by which keys they are encrypted, and what was understood of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db.recording_tables import DeletionRow, RecordingRow, SealRow, TranscriptRow

PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A recording that is kept."""

    id: int
    file: str
    seconds: float
    size_bytes: int
    sha256: bytes
    key_name: str | None
    """None: the file is not encrypted."""
    wrapped_key: bytes | None
    kept_at: datetime
    local: bool
    remote: bool


async def kept_file(session: AsyncSession, recording: int) -> KeptFile | None:
    """The kept file of a recording; None: it has none, or is to be deleted."""
    row = await session.scalar(_kept().where(RecordingRow.id == recording, ~_is_to_go()))
    return None if row is None else _file(row)


async def of_ids(session: AsyncSession, ids: Collection[int]) -> dict[int, KeptFile]:
    """The kept files among these recordings."""
    query = _kept().where(RecordingRow.id.in_(ids))
    return {row.id: _file(row) for row in await session.scalars(query)}


async def unsealed(
    session: AsyncSession, since: date | None = None, until: date | None = None
) -> tuple[KeptFile, ...]:
    """Files without a seal that were kept on these days (UTC), both with them; None: no bound."""
    query = _kept().where(
        ~select(SealRow.recording).where(SealRow.recording == RecordingRow.id).exists()
    )
    if since is not None:
        query = query.where(RecordingRow.kept_at >= datetime.combine(since, time(), UTC))
    if until is not None:
        day = datetime.combine(until, time(), UTC) + timedelta(days=1)
        query = query.where(RecordingRow.kept_at < day)
    return tuple(map(_file, await session.scalars(query.order_by(RecordingRow.id))))


# -- to the bucket and out of the folder


async def to_upload(
    session: AsyncSession, after: tuple[datetime, int] | None = None
) -> KeptFile | None:
    """The next file that is not in the bucket yet, in the order in which they were kept."""
    query = _kept().where(~RecordingRow.remote, ~_is_to_go())
    if after is not None:
        query = query.where(_later(after))
    query = query.order_by(RecordingRow.kept_at, RecordingRow.id).limit(1)
    row = await session.scalar(query)
    return None if row is None else _file(row)


async def uploaded(session: AsyncSession, kept: KeptFile) -> bool:
    """It was verified in the bucket. False: it is kept no more, and may not stay there."""
    row = await session.get(RecordingRow, kept.id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "kept":
        return False
    row.remote = True
    return True


async def to_thin(session: AsyncSession, kept_before: datetime) -> tuple[KeptFile, ...]:
    """Files that lie in the bucket, and still in the folder though they were kept so long ago."""
    query = (
        _kept()
        .where(RecordingRow.local, RecordingRow.remote, RecordingRow.kept_at < kept_before)
        .order_by(RecordingRow.kept_at)
        .limit(PAGE)
    )
    return tuple(map(_file, await session.scalars(query)))


async def thinned(session: AsyncSession, recording: int) -> bool:
    """From now on the bucket alone has it. False: it is not in the bucket."""
    found = await session.scalars(
        update(RecordingRow)
        .where(RecordingRow.id == recording, RecordingRow.remote)
        .values(local=False)
        .returning(RecordingRow.id)
    )
    return found.first() is not None


# -- keys


async def wrapped_otherwise(
    session: AsyncSession, key_name: str, after: int, limit: int = PAGE
) -> tuple[KeptFile, ...]:
    """Files whose keys are wrapped by another key than this, beginning after this id."""
    query = _kept().where(
        RecordingRow.id > after,
        RecordingRow.key_name.is_not(None),
        RecordingRow.key_name != key_name,
    )
    return tuple(map(_file, await session.scalars(query.order_by(RecordingRow.id).limit(limit))))


async def rewrapped(
    session: AsyncSession, kept: KeptFile, *, key_name: str, wrapped_key: bytes
) -> None:
    """The file's key is wrapped anew."""
    await session.execute(
        update(RecordingRow)
        .where(RecordingRow.id == kept.id, RecordingRow.wrapped_key == kept.wrapped_key)
        .values(key_name=key_name, wrapped_key=wrapped_key)
    )


# -- what was said


async def without_words(
    session: AsyncSession, after: tuple[datetime, int] | None
) -> KeptFile | None:
    """The next recording without a transcript, in the order in which they were kept."""
    query = _kept().where(
        ~select(TranscriptRow.recording).where(TranscriptRow.recording == RecordingRow.id).exists(),
        ~_is_to_go(),
    )
    if after is not None:
        query = query.where(_later(after))
    row = await session.scalar(query.order_by(RecordingRow.kept_at, RecordingRow.id).limit(1))
    return None if row is None else _file(row)


async def save_words(
    session: AsyncSession,
    recording: int,
    *,
    language: str,
    model: str,
    parts: Sequence[tuple[int, float, float, str]],
) -> bool:
    """Keep what was understood: (channel, from second, until second, text). False: it is kept no
    more."""
    row = await session.scalar(
        _kept().where(RecordingRow.id == recording, ~_is_to_go()).with_for_update()
    )
    if row is None:
        return False
    values: dict[str, Any] = {
        "language": language,
        "model": model,
        "parts": [list(part) for part in parts],
        "text_": " ".join(text for *_, text in parts),
        "made_at": func.now(),
    }
    written = insert(TranscriptRow).values({"recording": recording, **values})
    values["text"] = values.pop("text_")
    await session.execute(written.on_conflict_do_update(index_elements=["recording"], set_=values))
    return True


def _kept() -> Select[RecordingRow]:
    return select(RecordingRow).where(RecordingRow.state == "kept")


def _later(after: tuple[datetime, int]) -> ColumnElement[bool]:
    at, recording = after
    return or_(
        RecordingRow.kept_at > at,
        (RecordingRow.kept_at == at) & (RecordingRow.id > recording),
    )


def _is_to_go() -> ColumnElement[bool]:
    return select(DeletionRow.id).where(DeletionRow.recording == RecordingRow.id).exists()


def _file(row: RecordingRow) -> KeptFile:
    assert row.file is not None, "a kept recording has a file"
    assert row.sha256 is not None
    assert row.size_bytes is not None
    assert row.seconds is not None
    assert row.kept_at is not None
    return KeptFile(
        id=row.id,
        file=row.file,
        seconds=row.seconds,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        key_name=row.key_name,
        wrapped_key=row.wrapped_key,
        kept_at=row.kept_at,
        local=row.local,
        remote=row.remote,
    )

"""One recording with all that belongs to it: legs, time line, deletions, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId
from ccserver.core.records import MarkKind, SegmentKind
from ccserver.db.history import segments, uuid_of
from ccserver.db.recording_tables import (
    DeletionRow,
    RecordingLegRow,
    RecordingMarkRow,
    RecordingRow,
    TranscriptRow,
)
from ccserver.db.recordings import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One file as Asterisk wrote it. Offsets are seconds from the recording's beginning."""

    file: str
    agents: tuple[AgentId, ...]
    offset_seconds: float
    seconds: float
    """As its file says, and until it was read, as the events say."""
    fault: str
    """Empty: it is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What stands on the time line."""

    offset_seconds: float
    kind: MarkKind
    agent: AgentId | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What the contact was in for a while: a talk, on hold."""

    offset_seconds: float
    seconds: float
    kind: SegmentKind
    agent: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Why it was deleted, or is to be."""

    why: str
    """`retention` or `erasure`."""
    detail: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A part of what was said, as a machine understood it."""

    channel: int
    """0: the customer, 1: the agents."""
    offset_seconds: float
    until_seconds: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was said."""

    language: str
    """BCP 47."""
    model: str
    parts: tuple[Said, ...]


async def legs_of(session: AsyncSession, recording: Recording) -> tuple[Leg, ...]:
    """Its files, in their order."""
    rows = await session.scalars(
        select(RecordingLegRow)
        .where(RecordingLegRow.source == recording.source)
        .order_by(RecordingLegRow.started_at, RecordingLegRow.file)
    )
    return tuple(
        Leg(
            file=row.file,
            agents=tuple(AgentId(str(agent)) for agent in row.agents),
            offset_seconds=_offset(recording, row.started_at),
            seconds=_length(row.started_at, row.ended_at) if row.seconds is None else row.seconds,
            fault=row.fault,
        )
        for row in rows
    )


async def marks_of(session: AsyncSession, recording: Recording) -> tuple[Mark, ...]:
    """What stands on its time line, in its order."""
    rows = await session.scalars(
        select(RecordingMarkRow)
        .where(
            RecordingMarkRow.contact == uuid_of(recording.contact),
            RecordingMarkRow.at.between(recording.started_at, recording.ended_at),
        )
        .order_by(RecordingMarkRow.at, RecordingMarkRow.kind)
    )
    return tuple(
        Mark(
            offset_seconds=_offset(recording, row.at),
            kind=MarkKind(row.kind),
            agent=AgentId(row.agent) if row.agent else None,
            detail=row.detail,
        )
        for row in rows
    )


async def spans_of(session: AsyncSession, recording: Recording) -> tuple[Span, ...]:
    """The contact's parts that it heard, cut where it begins and ends."""
    spans: list[Span] = []
    for part in await segments(session, recording.contact):
        begun = max(part.started_at, recording.started_at)
        ended = min(part.ended_at, recording.ended_at)
        if begun < ended:
            spans.append(
                Span(
                    offset_seconds=_offset(recording, begun),
                    seconds=_length(begun, ended),
                    kind=part.kind,
                    agent=part.agent,
                )
            )
    return tuple(spans)


async def deletions_of(session: AsyncSession, recording: Recording) -> tuple[Deletion, ...]:
    """Why it was deleted, or is to be; empty: it is not."""
    rows = await session.scalars(
        select(DeletionRow).where(DeletionRow.recording == recording.id).order_by(DeletionRow.id)
    )
    return tuple(Deletion(why=row.why, detail=row.detail, by=row.by, at=row.at) for row in rows)


async def transcript_of(session: AsyncSession, recording: Recording) -> Transcript | None:
    """What was said; None: nobody has tried to understand it."""
    row = await session.get(TranscriptRow, recording.id)
    if row is None:
        return None
    return Transcript(
        language=row.language, model=row.model, parts=tuple(_said(part) for part in row.parts)
    )


async def peaks_of(session: AsyncSession, recording: Recording) -> bytes | None:
    """The wave-form, ten times a second a byte for each channel; None: it is not kept yet."""
    return await session.scalar(select(RecordingRow.peaks).where(RecordingRow.id == recording.id))


def _said(part: Sequence[Any]) -> Said:
    channel, offset_seconds, until_seconds, text = part
    return Said(
        channel=int(channel),
        offset_seconds=float(offset_seconds),
        until_seconds=float(until_seconds),
        text=str(text),
    )


def _offset(recording: Recording, at: datetime) -> float:
    return _length(recording.started_at, at)


def _length(begun: datetime, ended: datetime) -> float:
    return (ended - begun).total_seconds()

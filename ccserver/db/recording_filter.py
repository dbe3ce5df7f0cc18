"""What recordings can be asked for: what must be true of a row, and the index's words for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, exists, func, or_
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.db.flow_tables import VoicemailRow
from ccserver.db.recording_index import lengths_of, of
from ccserver.db.recording_tables import (
    RecordingPartyRow,
    RecordingRow,
    RecordingTagRow,
    TranscriptRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """An agent, who may find what heard him, and the messages of his queues."""

    agent: AgentId | None
    queues: frozenset[Queue]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFilter:
    """Which recordings are asked for. None and empty: any."""

    since: datetime | None = None
    """Begun at this instant or later."""
    until: datetime | None = None
    """Begun before this instant."""
    agents: tuple[AgentId, ...] | None = None
    """Heard one of these; none of them: no recording fits."""
    queue: Queue | None = None
    numbers: tuple[str, ...] = ()
    """The caller's, one of these."""
    customer: CustomerId | None = None
    disposition: str | None = None
    tags: tuple[str, ...] = ()
    """Has all of these."""
    kind: str | None = None
    direction: str | None = None
    seconds_min: float | None = None
    seconds_max: float | None = None
    fault: bool = False
    """Only those with a fault."""
    contact: ContactId | None = None
    text: str = ""
    """Words that were said, all of these."""
    hearer: Hearer | None = None
    """None: one who may hear all."""


def length_seconds() -> ColumnElement[float]:
    """How long it is: as its file says, and until there is one, as the events say."""
    lasted = func.extract("epoch", RecordingRow.ended_at - RecordingRow.started_at)
    return func.coalesce(RecordingRow.seconds, lasted)


def fits_of(wanted: RecordingFilter) -> list[ColumnElement[bool]]:
    """What must be true of a recording's row and of those that belong to it."""
    row = RecordingRow
    equal = (
        (row.queue, wanted.queue),
        (row.disposition, wanted.disposition),
        (row.kind, wanted.kind),
        (row.direction, wanted.direction),
    )
    fits = [column == value for column, value in equal if value is not None]
    if wanted.since is not None:
        fits.append(row.started_at >= wanted.since)
    if wanted.until is not None:
        fits.append(row.started_at < wanted.until)
    if wanted.seconds_min is not None:
        fits.append(length_seconds() >= wanted.seconds_min)
    if wanted.seconds_max is not None:
        fits.append(length_seconds() <= wanted.seconds_max)
    if wanted.fault:
        fits.append(row.fault != "")
    if wanted.agents is not None:
        fits.append(_heard(wanted.agents))
    fits += [_tagged(tag) for tag in wanted.tags]
    if wanted.text:
        fits.append(exists().where(TranscriptRow.recording == row.id, says(wanted.text)))
    if wanted.hearer is not None:
        fits.append(may_hear(wanted.hearer))
    return fits


def _heard(agents: Sequence[AgentId]) -> ColumnElement[bool]:
    party = RecordingPartyRow
    return exists().where(party.source == RecordingRow.source, party.agent.in_(agents))


def _tagged(tag: str) -> ColumnElement[bool]:
    return exists().where(RecordingTagRow.recording == RecordingRow.id, RecordingTagRow.tag == tag)


def says(words: str, parts: Sequence[int] = ()) -> ColumnElement[bool]:
    """For a query: whether all these words were said; with `parts` (id >> PART_BITS), in one of a
    recording of these."""
    asked: ColumnElement[Any] = func.plainto_tsquery(cast("simple", REGCONFIG), words)
    if parts:
        among = cast(" | ".join(f"'part {part}'" for part in parts), TSQUERY)
        asked = asked.op("&&")(among)
    return TranscriptRow.words.bool_op("@@")(asked)


def may_hear(hearer: Hearer) -> ColumnElement[bool]:
    """For a query: whether this agent may hear the recording of the row that is asked for."""
    own = _heard(() if hearer.agent is None else (hearer.agent,))
    message = exists().where(
        VoicemailRow.file == RecordingRow.source, VoicemailRow.queue.in_(hearer.queues)
    )
    return or_(own, message)


def groups_of(wanted: RecordingFilter) -> list[tuple[str, ...]]:
    """The words of the index: of each group a recording has one."""
    equal = (
        ("queue", wanted.queue),
        ("disposition", wanted.disposition),
        ("kind", wanted.kind),
        ("direction", wanted.direction),
    )
    words = [of(name, value) for name, value in equal if value is not None]
    words += [of("tag", tag) for tag in wanted.tags]
    words += lengths_of(wanted.seconds_min, wanted.seconds_max)
    if wanted.fault:
        words.append("fault")
    groups: list[tuple[str, ...]] = [(word,) for word in words]
    if wanted.agents is not None:
        groups.append(tuple(of("agent", agent) for agent in wanted.agents))
    if wanted.hearer is not None:
        own = () if wanted.hearer.agent is None else (of("agent", wanted.hearer.agent),)
        groups.append((*own, *(of("message", queue) for queue in sorted(wanted.hearer.queues))))
    return groups

"""What happened to one call, step by step; and a whole run once more, for comparison."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ccserver.core.commands import Command
from ccserver.core.events import Event, Wake
from ccserver.core.ids import ContactId
from ccserver.db.codec import decode_event, hash_commands
from ccserver.db.history import uuid_of
from ccserver.db.tables import JournalRow, RunRow

STORY_MAX = 2_000
CHUNK_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A command in a story."""

    name: str
    fields: dict[str, Any]
    """Only those that neither the history nor the event says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event that touched a contact, and what was ordered for the contact because of it."""

    run: str
    seq: int
    at: datetime
    event: str
    fields: dict[str, Any] | None
    """None: the event was another contact's, or the whole center's."""
    commands: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One life of ccserver."""

    run: str
    started_at: datetime
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One event as the center handled it."""

    seq: int
    now: float
    event: Event
    commands_hash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a center did something else than the journal says."""

    handled: Handled
    commands: tuple[Command, ...]
    """What this center ordered."""


class JournalGapError(Exception):
    """Entries of the run are missing: what follows cannot be replayed."""


async def story(session: AsyncSession, contact: ContactId) -> tuple[Step, ...]:
    """Every event that touched the contact, with the commands for it, in order."""
    rows = await session.scalars(
        select(JournalRow)
        .where(JournalRow.contact == uuid_of(contact))
        .order_by(JournalRow.now, JournalRow.run, JournalRow.seq, JournalRow.part)
        .limit(STORY_MAX)
    )
    return tuple(
        Step(
            run=str(row.run),
            seq=row.seq,
            at=row.at,
            event=row.kind,
            fields=row.body.get("event"),
            commands=tuple(
                Told(name=name, fields=fields[0] if fields else {})
                for name, *fields in row.body.get("commands", ())
            ),
        )
        for row in rows
    )


async def runs(session: AsyncSession, *, limit: int = 50) -> tuple[Run, ...]:
    """The last runs, newest first."""
    rows = await session.scalars(select(RunRow).order_by(RunRow.started_at.desc()).limit(limit))
    return tuple(
        Run(run=str(row.id), started_at=row.started_at, version=row.version) for row in rows
    )


async def replay(engine: AsyncEngine, run: UUID) -> AsyncGenerator[Handled, None]:
    """Every event of a run, in order, silent wakes too. Use `aclosing` to stop before the end.

    Raises JournalGapError where entries are missing, and ValueError for an event that this
    version of the core cannot read.
    """
    seq = 0
    async with engine.connect() as connection:
        rows = await connection.stream(
            select(
                JournalRow.seq,
                JournalRow.now,
                JournalRow.kind,
                JournalRow.commands_hash,
                JournalRow.body,
            )
            .where(JournalRow.run == run, JournalRow.part == 0)
            .order_by(JournalRow.seq),
            execution_options={"yield_per": CHUNK_ROWS},
        )
        async for row in rows:
            for now in row.body.get("wakes", ()):
                seq += 1
                yield Handled(seq=seq, now=float(now), event=Wake(), commands_hash=NO_COMMANDS)
            seq += 1
            if row.seq != seq:
                raise JournalGapError(f"run {run}: entry {seq} is missing, {row.seq} is there")
            event = decode_event(row.kind, row.body["event"])
            yield Handled(seq=seq, now=row.now, event=event, commands_hash=row.commands_hash)


NO_COMMANDS = hash_commands(())


async def first_difference(
    handled: AsyncIterable[Handled], handle: Callable[[float, Event], Sequence[Command]]
) -> Difference | None:
    """Replay through `handle` of a fresh center. None: it gave the same commands throughout."""
    async for one in handled:
        commands = handle(one.now, one.event)
        if hash_commands(commands) != one.commands_hash:
            return Difference(handled=one, commands=tuple(commands))
    return None

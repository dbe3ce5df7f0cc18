"""Past traffic, for a replay: who came, how long they waited, and who was there to answer.

These queries read all of a window, weeks perhaps: they are for the command line.
"""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.events import AgentKnown, Event, RulesChanged, Started
from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import QueueExit, SegmentKind
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import VALUE_OF_TIER, Tier
from ccserver.db.codec import decode_event
from ccserver.db.tables import (
    AgentIntervalRow,
    AgentPresenceRow,
    ContactRow,
    JournalRow,
    RunRow,
    SegmentRow,
)

CHUNK_ROWS = 2_000
SEAM = timedelta(seconds=1)
"""Stretches of an agent's day that are no further apart are one."""

_WAITING = frozenset({SegmentKind.QUEUE, SegmentKind.OFFER})
_CALLED_BACK = frozenset({SegmentKind.CALLBACK, SegmentKind.DIAL})
_EXITS = {str(one): one for one in QueueExit}
_MISSED = frozenset({"no_answer", "busy", "unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A caller's wait for a person, through however many queues, and the talk if it came to one.

    Who was handed on after a talk waits once more, which is a visit of its own.
    """

    contact: ContactId
    entered_at: float
    queues: tuple[Queue, ...]
    """Those that the caller waited in, in their order: one at least."""
    tier: Tier
    value: float
    language: str
    customer: CustomerId | None
    """None: unknown."""
    waited_seconds: float
    """Until answered, abandoned, or sent away; to the request where a callback was wanted."""
    exit: QueueExit
    """How the wait ended. Only who abandoned it told how long the patience was."""
    missed: int
    """Offers that an agent did not take."""
    offered_seconds: float
    """From the choice of the agent who answered to the answer; 0 where nobody did."""
    agent: AgentId | None
    """Who answered. None: nobody did, or a phone that is no agent's."""
    talk_seconds: float | None
    """None: it came to no talk."""
    wrap_seconds: float

    @property
    def abandoned(self) -> bool:
        """Hung up while waiting."""
        return self.exit is QueueExit.ABANDONED


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A stretch in which an agent was ready, or busy with calls."""

    agent: AgentId
    from_at: float
    until_at: float


class _Part(NamedTuple):
    """A segment, as the query gives it."""

    kind: str
    queue: str | None
    agent: str | None
    started_at: datetime
    ended_at: datetime
    outcome: str

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


async def visits(
    session: AsyncSession, since: datetime, until: datetime
) -> AsyncGenerator[PastVisit, None]:
    """Every visit of the contacts that arrived in [since, until) and have ended, by arrival."""
    parts = [
        func.array_agg(aggregate_order_by(column, SegmentRow.number))
        for column in (
            SegmentRow.kind,
            SegmentRow.queue,
            SegmentRow.agent,
            SegmentRow.started_at,
            SegmentRow.ended_at,
            SegmentRow.outcome,
        )
    ]
    rows = await session.stream(
        select(
            ContactRow.id,
            ContactRow.tier,
            ContactRow.value,
            ContactRow.language,
            ContactRow.customer_id,
            *parts,
        )
        .join(SegmentRow, SegmentRow.contact == ContactRow.id)
        .where(
            ContactRow.arrived_at >= since,
            ContactRow.arrived_at < until,
            ContactRow.ended_at.is_not(None),
        )
        .group_by(ContactRow.id)
        .order_by(ContactRow.arrived_at, ContactRow.id),
        execution_options={"yield_per": CHUNK_ROWS},
    )
    async for contact, tier, value, language, customer, *columns in rows:
        known = Tier(tier or Tier.STANDARD)
        for visit in _visits(map(_Part, *columns)):
            yield replace(
                visit,
                contact=ContactId(str(contact)),
                tier=known,
                value=VALUE_OF_TIER[known] if value is None else value,
                language=language or "",
                customer=None if customer is None else CustomerId(str(customer)),
            )


def _visits(parts: Iterator[_Part]) -> Iterator[PastVisit]:
    """Cut a contact's parts into visits: each begins in a queue, and a talk ends it."""
    visit: PastVisit | None = None
    for part in parts:
        if part.kind in _WAITING:
            if visit is not None and visit.talk_seconds is not None:
                yield visit
                visit = None
            visit = _waited(visit or _new(part), part)
        elif visit is not None and part.kind in _CALLED_BACK:
            visit = replace(visit, exit=QueueExit.CALLBACK)
        elif visit is not None and part.kind == SegmentKind.TALK and visit.talk_seconds is None:
            visit = _answered(visit, part)
        elif visit is not None and part.kind == SegmentKind.WRAP_UP and part.agent == visit.agent:
            visit = replace(visit, wrap_seconds=visit.wrap_seconds + part.seconds)
    if visit is not None:
        yield visit


def _new(part: _Part) -> PastVisit:
    return PastVisit(
        contact=ContactId(""),
        entered_at=part.started_at.timestamp(),
        queues=(),
        tier=Tier.STANDARD,
        value=0.0,
        language="",
        customer=None,
        waited_seconds=0.0,
        exit=QueueExit.SYSTEM_ERROR,
        missed=0,
        offered_seconds=0.0,
        agent=None,
        talk_seconds=None,
        wrap_seconds=0.0,
    )


def _waited(visit: PastVisit, part: _Part) -> PastVisit:
    queue = Queue(part.queue or "")
    if not visit.queues or visit.queues[-1] != queue:
        visit = replace(visit, queues=(*visit.queues, queue))
    if part.kind == SegmentKind.OFFER:
        taken = part.outcome == QueueExit.ANSWERED
        visit = replace(
            visit,
            missed=visit.missed + (part.outcome in _MISSED),
            offered_seconds=part.seconds if taken else 0.0,
        )
    if visit.exit is QueueExit.CALLBACK:
        return visit  # on the line again: the wait that tells of patience ended with the request
    return replace(
        visit,
        waited_seconds=part.ended_at.timestamp() - visit.entered_at,
        # Any part but the last is followed by one that says more.
        exit=_EXITS.get(part.outcome, QueueExit.SYSTEM_ERROR),
    )


def _answered(visit: PastVisit, part: _Part) -> PastVisit:
    return replace(
        visit,
        exit=QueueExit.CALLBACK if visit.exit is QueueExit.CALLBACK else QueueExit.ANSWERED,
        agent=None if part.agent is None else AgentId(part.agent),
        talk_seconds=part.seconds,
    )


async def at_work(session: AsyncSession, since: datetime, until: datetime) -> tuple[AtWork, ...]:
    """When each agent could be given calls in [since, until), by agent and time."""
    every = union_all(
        select(
            AgentIntervalRow.agent,
            AgentIntervalRow.started_at.label("from_at"),
            AgentIntervalRow.ended_at.label("until_at"),
        ).where(
            AgentIntervalRow.presence == Presence.READY,
            AgentIntervalRow.work != WorkState.UNREACHABLE,
            AgentIntervalRow.ended_at > since,
            AgentIntervalRow.started_at < until,
        ),
        # The stretch that is not finished.
        select(AgentPresenceRow.agent, AgentPresenceRow.since, literal(until)).where(
            AgentPresenceRow.presence == Presence.READY,
            AgentPresenceRow.work != WorkState.UNREACHABLE,
            AgentPresenceRow.since < until,
        ),
    ).subquery()
    before = func.lag(every.c.until_at).over(
        partition_by=every.c.agent, order_by=(every.c.from_at, every.c.until_at)
    )
    begun = select(
        every, (func.coalesce(every.c.from_at > before + SEAM, True)).label("begins")
    ).subquery()
    numbered = select(
        begun,
        func.count()
        .filter(begun.c.begins)
        .over(partition_by=begun.c.agent, order_by=(begun.c.from_at, begun.c.until_at))
        .label("stretch"),
    ).subquery()
    first = func.greatest(func.min(numbered.c.from_at), since)
    rows = await session.execute(
        select(numbered.c.agent, first, func.least(func.max(numbered.c.until_at), until))
        .group_by(numbered.c.agent, numbered.c.stretch)
        .order_by(numbered.c.agent, first)
    )
    return tuple(
        AtWork(agent=AgentId(agent), from_at=start.timestamp(), until_at=end.timestamp())
        for agent, start, end in rows
    )


async def center_at(session: AsyncSession, at: datetime) -> Started | None:
    """The queues and agents that the center went by at this instant. None: it had none yet.

    The last start before it, with the changes that it was told since. Raises ValueError for
    events that this version of the core cannot read.
    """
    # Each run's first entry is its start, and runs are few.
    run = await session.scalar(
        select(JournalRow.run)
        .join(RunRow, RunRow.id == JournalRow.run)
        .where(JournalRow.seq == 1, JournalRow.part == 0, JournalRow.at < at)
        .order_by(JournalRow.at.desc())
        .limit(1)
    )
    told = await session.execute(
        select(JournalRow.kind, JournalRow.body)
        .where(
            JournalRow.run == run,
            JournalRow.part == 0,
            JournalRow.at < at,
            JournalRow.kind.in_([kind.__name__ for kind in (Started, RulesChanged, AgentKnown)]),
        )
        .order_by(JournalRow.seq)
    )
    known: Started | None = None
    for kind, body in told:
        event = decode_event(kind, body["event"])
        known = event if isinstance(event, Started) else known and _changed(known, event)
    return known


def _changed(known: Started, event: Event) -> Started:
    match event:
        case RulesChanged():
            return replace(known, queues=event.queues, site=event.site)
        case AgentKnown(profile=profile):
            agents = {one.agent: one for one in known.agents} | {profile.agent: profile}
            return replace(known, agents=tuple(agents.values()))
        case _:
            return known

"""Past traffic, for a replay: who came, how long they waited, and who was there to answer.

These queries read all of a window, weeks perhaps: they are for the command line.
"""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Double, func, literal, select, union_all
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
_WITH_AGENT = frozenset({SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT})
_CALLED_BACK = frozenset({SegmentKind.CALLBACK, SegmentKind.DIAL})
_EXITS = {str(one): one for one in QueueExit} | {"ended_away": QueueExit.ABANDONED}
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


async def visits(
    session: AsyncSession, since: datetime, until: datetime
) -> AsyncGenerator[PastVisit, None]:
    """Every visit of the contacts that arrived in [since, until) and have ended, by arrival."""
    parts = (
        select(
            ContactRow.arrived_at,
            ContactRow.id,
            ContactRow.tier,
            ContactRow.value,
            ContactRow.language,
            ContactRow.customer_id,
            SegmentRow.kind,
            SegmentRow.queue,
            SegmentRow.agent,
            func.extract("epoch", SegmentRow.started_at).cast(Double).label("begin"),
            func.extract("epoch", SegmentRow.ended_at).cast(Double).label("end"),
            SegmentRow.outcome,
        )
        .join(SegmentRow, SegmentRow.contact == ContactRow.id)
        .where(
            ContactRow.arrived_at >= since,
            ContactRow.arrived_at < until,
            ContactRow.ended_at.is_not(None),
            SegmentRow.kind != SegmentKind.IVR,
        )
        # Sorted once, and not for each array: an aggregate takes its rows as they come.
        .order_by(ContactRow.arrived_at, ContactRow.id, SegmentRow.number)
        .subquery()
        .c
    )
    contact = (
        parts.arrived_at,
        parts.id,
        parts.tier,
        parts.value,
        parts.language,
        parts.customer_id,
    )
    of_part = (parts.kind, parts.queue, parts.agent, parts.begin, parts.end, parts.outcome)
    rows = await session.stream(
        select(*contact, *map(func.array_agg, of_part))
        .group_by(*contact)
        .order_by(parts.arrived_at, parts.id),
        execution_options={"yield_per": CHUNK_ROWS},
    )
    async for _, name, tier, value, language, customer, *columns in rows:
        known = Tier(tier or Tier.STANDARD)
        for cut in _visits(zip(*columns, strict=True)):
            yield cut.visit(
                ContactId(str(name)),
                tier=known,
                value=VALUE_OF_TIER[known] if value is None else value,
                language=language or "",
                customer=None if customer is None else CustomerId(str(customer)),
            )


_Part = tuple[str, str | None, str | None, float, float, str]
"""Kind, queue, agent, begin, end and outcome of a segment."""


class _Cut:
    """A visit while its parts are being read: there are millions of them."""

    __slots__ = (
        "agent",
        "entered_at",
        "exit",
        "left_at",
        "missed",
        "offered_seconds",
        "queues",
        "talk_seconds",
        "wrap_seconds",
    )

    def __init__(self, entered_at: float) -> None:
        self.entered_at = entered_at
        self.left_at = entered_at
        self.queues: list[Queue] = []
        self.exit = QueueExit.SYSTEM_ERROR
        self.missed = 0
        self.offered_seconds = 0.0
        self.agent: AgentId | None = None
        self.talk_seconds: float | None = None
        self.wrap_seconds = 0.0

    def visit(
        self,
        contact: ContactId,
        *,
        tier: Tier,
        value: float,
        language: str,
        customer: CustomerId | None,
    ) -> PastVisit:
        return PastVisit(
            contact=contact,
            entered_at=self.entered_at,
            queues=tuple(self.queues),
            tier=tier,
            value=value,
            language=language,
            customer=customer,
            waited_seconds=self.left_at - self.entered_at,
            exit=self.exit,
            missed=self.missed,
            offered_seconds=self.offered_seconds,
            agent=self.agent,
            talk_seconds=self.talk_seconds,
            wrap_seconds=self.wrap_seconds,
        )

    def wait(self, part: _Part) -> None:
        kind, name, _, begin, end, outcome = part
        queue = Queue(name or "")
        if not self.queues or self.queues[-1] != queue:
            self.queues.append(queue)
        if kind == SegmentKind.OFFER:
            self.missed += outcome in _MISSED
            self.offered_seconds = end - begin if outcome == QueueExit.ANSWERED else 0.0
        # On the line again, the wait that tells of patience has ended with the request.
        if self.exit is not QueueExit.CALLBACK:
            self.left_at = end
            # Any part but the last is followed by one that says more.
            self.exit = _EXITS.get(outcome, QueueExit.SYSTEM_ERROR)

    def follow(self, part: _Part) -> None:
        kind, _, name, begin, end, _ = part
        agent = None if name is None else AgentId(name)
        if kind in _CALLED_BACK:
            self.exit = QueueExit.CALLBACK
        elif kind == SegmentKind.WRAP_UP and agent == self.agent:
            self.wrap_seconds += end - begin
        elif kind in _WITH_AGENT and self.talk_seconds is not None:
            # On hold too he is with the caller. Whoever got him from there took no other visit.
            self.talk_seconds += end - begin if agent == self.agent else 0.0
        elif kind in _WITH_AGENT:
            self.agent, self.talk_seconds = agent, end - begin
            if self.exit is not QueueExit.CALLBACK:
                self.exit = QueueExit.ANSWERED


def _visits(parts: Iterator[_Part]) -> Iterator[_Cut]:
    """Cut a contact's parts into visits: each begins in a queue, and a talk ends it."""
    cut: _Cut | None = None
    for part in parts:
        if part[0] in _WAITING:
            if cut is not None and cut.talk_seconds is not None:
                yield cut
                cut = None
            cut = cut or _Cut(part[3])
            cut.wait(part)
        elif cut is not None:
            cut.follow(part)
    if cut is not None:
        yield cut


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

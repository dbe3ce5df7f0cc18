"""What happened: contacts, their parts and recordings, and how agents spent the day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.records import QueueExit, SegmentKind
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy
from ccserver.core.site import OpenContact, Presence, WorkState
from ccserver.core.value import Tier
from ccserver.db.flow_tables import IvrWalkRow
from ccserver.db.tables import (
    AgentIntervalRow,
    ContactRow,
    QueueVisitRow,
    SegmentRow,
)

LIMIT_MAX = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact, in a list. Fields that are None are known when it has ended."""

    contact: ContactId
    leg: LegId
    caller: str
    dialed: str
    arrived_at: datetime
    ended_at: datetime | None
    ended_by: EndedBy | None
    customer: CustomerId | None
    tier: Tier | None
    value: float | None
    language: str | None
    queue: Queue | None
    agent: AgentId | None
    """Who talked to the caller last."""
    keys: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    """(label, value) that flows attached."""
    direction: Direction = Direction.INBOUND
    disposition: str = ""
    """What an agent said came of it; empty: nothing was said."""
    note: str = ""
    campaign: str = ""
    """Which one called; empty: none."""
    lead: int = 0
    """0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a contact."""

    number: int
    kind: SegmentKind
    queue: Queue | None
    agent: AgentId | None
    started_at: datetime
    ended_at: datetime
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueVisit:
    """One visit to a queue."""

    number: int
    queue: Queue
    tier: Tier
    value: float
    entered_at: datetime
    ended_at: datetime
    waited_seconds: float
    """With what was brought along from an earlier queue."""
    exit: QueueExit
    agent: AgentId | None
    """Who answered."""
    wait_from_seconds: float
    """The band that was promised at the beginning; 0 and 0: served at once."""
    wait_until_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInterval:
    """One finished stretch of an agent's day."""

    agent: AgentId
    presence: Presence
    reason: str
    work: WorkState
    contact: ContactId | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """Which contacts are asked for. None: any."""

    since: datetime | None = None
    """Arrived at this instant or later."""
    until: datetime | None = None
    """Arrived before this instant."""
    customer: CustomerId | None = None
    caller: str | None = None
    """E.164."""
    agent: AgentId | None = None
    """Who talked to the caller last."""
    queue: Queue | None = None
    """The last queue."""
    open: bool | None = None
    """True: not ended yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Contacts, newest first."""

    contacts: tuple[Contact, ...]
    next: str | None
    """Give it as `after` for the page that follows. None: this was the last."""


class BadCursorError(ValueError):
    """`after` is not what an earlier page gave as `next`."""


async def contacts(
    session: AsyncSession,
    wanted: ContactFilter,
    *,
    after: str | None = None,
    limit: int = 50,
) -> ContactPage:
    """The contacts that fit, newest first, `limit` (500 at most) a page. Raises BadCursorError.

    A page starts where the last one ended, wherever that now is: contacts that arrive meanwhile
    push nothing onto the next page a second time.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    query = _filtered(select(ContactRow), wanted)
    if after is not None:
        place = tuple_(ContactRow.arrived_at, ContactRow.id)
        query = query.where(place < tuple_(*_place(after)))
    query = query.order_by(ContactRow.arrived_at.desc(), ContactRow.id.desc()).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    page = rows[:limit]
    return ContactPage(
        contacts=tuple(_contact(row) for row in page),
        next=_cursor(page[-1]) if len(rows) > limit else None,
    )


async def contact(session: AsyncSession, wanted: ContactId) -> Contact | None:
    """One contact; None when there is none of this id."""
    key = uuid_of(wanted)
    row = await session.get(ContactRow, key) if key else None
    return _contact(row) if row else None


async def segments(session: AsyncSession, wanted: ContactId) -> tuple[Segment, ...]:
    """The finished parts of a contact, in their order."""
    rows = await session.scalars(
        select(SegmentRow).where(SegmentRow.contact == uuid_of(wanted)).order_by(SegmentRow.number)
    )
    return tuple(
        Segment(
            number=row.number,
            kind=SegmentKind(row.kind),
            queue=_maybe(Queue, row.queue),
            agent=_maybe(AgentId, row.agent),
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
        )
        for row in rows
    )


async def queue_visits(session: AsyncSession, wanted: ContactId) -> tuple[QueueVisit, ...]:
    """The finished visits of a contact to queues, in their order."""
    rows = await session.scalars(
        select(QueueVisitRow)
        .where(QueueVisitRow.contact == uuid_of(wanted))
        .order_by(QueueVisitRow.number)
    )
    return tuple(
        QueueVisit(
            number=row.number,
            queue=Queue(row.queue),
            tier=Tier(row.tier),
            value=row.value,
            entered_at=row.entered_at,
            ended_at=row.ended_at,
            waited_seconds=row.waited_seconds,
            exit=QueueExit(row.exit),
            agent=_maybe(AgentId, row.agent),
            wait_from_seconds=row.wait_from_seconds,
            wait_until_seconds=row.wait_until_seconds,
        )
        for row in rows
    )


async def agent_intervals(
    session: AsyncSession, agent: AgentId, since: datetime, until: datetime
) -> tuple[AgentInterval, ...]:
    """The finished stretches of an agent's day that began in [since, until), in their order."""
    rows = await session.scalars(
        select(AgentIntervalRow)
        .where(
            AgentIntervalRow.agent == agent,
            AgentIntervalRow.started_at >= since,
            AgentIntervalRow.started_at < until,
        )
        .order_by(AgentIntervalRow.started_at, AgentIntervalRow.ended_at, AgentIntervalRow.seq)
    )
    return tuple(
        AgentInterval(
            agent=AgentId(row.agent),
            presence=Presence(row.presence),
            reason=row.reason,
            work=WorkState(row.work),
            contact=_maybe(ContactId, row.contact),
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )


async def open_contacts(session: AsyncSession) -> tuple[OpenContact, ...]:
    """The contacts that have not ended, oldest first, for the start of a run.

    Drain the journal's spool before: an end may still wait there.
    """
    last = (
        select(
            SegmentRow.contact,
            func.max(SegmentRow.number).label("number"),
            func.max(SegmentRow.ended_at).label("ended_at"),
        )
        .where(SegmentRow.contact == ContactRow.id)
        .group_by(SegmentRow.contact)
        .lateral()
    )
    queue = (
        select(SegmentRow.queue)
        .where(SegmentRow.contact == ContactRow.id, SegmentRow.queue.is_not(None))
        .order_by(SegmentRow.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    visits = (
        select(func.coalesce(func.max(QueueVisitRow.number), 0))
        .where(QueueVisitRow.contact == ContactRow.id)
        .scalar_subquery()
    )
    walks = (
        select(func.coalesce(func.max(IvrWalkRow.number), 0))
        .where(IvrWalkRow.contact == ContactRow.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            ContactRow.id,
            ContactRow.leg,
            ContactRow.arrived_at,
            queue.label("queue"),
            last.c.number,
            last.c.ended_at,
            visits.label("visits"),
            walks.label("walks"),
            ContactRow.direction,
            ContactRow.disposition,
            ContactRow.campaign,
            ContactRow.lead,
        )
        .join_from(ContactRow, last, true(), isouter=True)
        .where(ContactRow.ended_at.is_(None))
        .order_by(ContactRow.arrived_at, ContactRow.id)
    )
    return tuple(
        OpenContact(
            contact=ContactId(str(row.id)),
            leg=LegId(row.leg),
            arrived_at=row.arrived_at.timestamp(),
            queue=_maybe(Queue, row.queue),
            segment_from=(row.ended_at or row.arrived_at).timestamp(),
            segments=row.number or 0,
            visits=row.visits,
            walks=row.walks,
            direction=Direction(row.direction),
            disposition=row.disposition,
            campaign=row.campaign,
            lead=row.lead or 0,
        )
        for row in rows
    )


def uuid_of(contact: str) -> UUID | None:
    """The id as the database holds it; None for what is no id of ours."""
    try:
        return UUID(contact)
    except ValueError:
        return None


def _filtered(query: Select[ContactRow], wanted: ContactFilter) -> Select[ContactRow]:
    if wanted.since is not None:
        query = query.where(ContactRow.arrived_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(ContactRow.arrived_at < wanted.until)
    if wanted.customer is not None:
        # An id that is no number is nobody's.
        number = int(wanted.customer) if wanted.customer.isdecimal() else -1
        query = query.where(ContactRow.customer_id == number)
    if wanted.caller is not None:
        query = query.where(ContactRow.caller == wanted.caller)
    if wanted.agent is not None:
        query = query.where(ContactRow.agent == wanted.agent)
    if wanted.queue is not None:
        query = query.where(ContactRow.queue == wanted.queue)
    if wanted.open is not None:
        query = query.where(ContactRow.ended_at.is_(None) == wanted.open)
    return query


def _cursor(row: ContactRow) -> str:
    # Whole microseconds, which is what the database has: a float would lose some.
    return f"{(row.arrived_at - _EPOCH) // timedelta(microseconds=1)}.{row.id}"


def _place(cursor: str) -> tuple[datetime, UUID]:
    microseconds, _, key = cursor.partition(".")
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds)), UUID(key)
    except (ValueError, OverflowError) as error:
        raise BadCursorError(cursor) from error


def _contact(row: ContactRow) -> Contact:
    return Contact(
        contact=ContactId(str(row.id)),
        leg=LegId(row.leg),
        caller=row.caller,
        dialed=row.dialed,
        arrived_at=row.arrived_at,
        ended_at=row.ended_at,
        ended_by=_maybe(EndedBy, row.ended_by),
        customer=_maybe(CustomerId, row.customer_id),
        tier=_maybe(Tier, row.tier),
        value=row.value,
        language=row.language,
        queue=_maybe(Queue, row.queue),
        agent=_maybe(AgentId, row.agent),
        keys=tuple((str(step), str(key)) for step, key in row.keys or ()),
        data=tuple((str(label), str(value)) for label, value in row.data or ()),
        direction=Direction(row.direction),
        disposition=row.disposition,
        note=row.note,
        campaign=row.campaign,
        lead=row.lead or 0,
    )


def _maybe(kind: Any, value: object) -> Any:
    return None if value is None else kind(str(value))

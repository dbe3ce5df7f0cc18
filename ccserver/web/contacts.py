"""The history over HTTP: contacts, and the story of each."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import QueueExit, SaveOffer, SegmentKind
from ccserver.core.seen import EndedBy
from ccserver.core.value import Tier
from ccserver.db import history
from ccserver.db.people import Role
from ccserver.db.story import Step, Told, story
from ccserver.web.auth import DATABASE_AWAY, Someone
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.live import Live
from ccserver.web.messages import Key, Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["contacts"])

OFFER = SaveOffer.__name__

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

_log = structlog.get_logger("ccserver.web")


class ContactRow(BaseModel):
    """One contact in a list. What is null is known when it has ended."""

    contact: str
    caller: str
    dialed: str
    arrived_at: int
    ended_at: int | None
    ended_by: EndedBy | None
    customer: str | None
    tier: Tier | None
    value: float | None
    language: str | None
    queue: str | None
    agent: str | None
    """Who talked to the caller last."""
    keys: list[Key]


class ContactList(BaseModel):
    """Contacts, newest first."""

    contacts: list[ContactRow]
    next: str | None
    """Ask again with `after` set to this for the page that follows; null: this was the last."""


class SegmentRow(BaseModel):
    """One part of a contact."""

    number: int
    kind: SegmentKind
    queue: str | None
    agent: str | None
    started_at: int
    ended_at: int
    outcome: str


class RecordingRow(BaseModel):
    """One recorded talk."""

    id: int
    file: str
    agent: str | None
    started_at: int
    ended_at: int


class VisitRow(BaseModel):
    """One visit to a queue."""

    number: int
    queue: str
    tier: Tier
    value: float
    entered_at: int
    ended_at: int
    waited_ms: int
    """With what was brought along from an earlier queue."""
    exit: QueueExit
    agent: str | None
    """Who answered."""
    wait_from_ms: int
    """What was promised of the wait at the beginning; 0 and 0: served at once."""
    wait_until_ms: int


class PartRow(BaseModel):
    """One part of a score or of a cost."""

    part: str
    number: float | None
    """Null: without end."""


class OfferRow(BaseModel):
    """Why this caller was given to this agent."""

    at: int
    agent: str
    queue: str
    policy: str
    rule: str
    """What decided: `urgent`, `direct`, `overdue`, `top_tier_late`, `last_agent`, `score`,
    `only_one`."""
    caller: list[PartRow]
    """The caller's score, and what it is made of."""
    next_contact: str | None
    """The runner-up among the callers."""
    next_caller: list[PartRow]
    cost: list[PartRow]
    """What taking this agent costs, and what that is made of."""
    next_agent: str | None
    """The runner-up among the agents."""
    next_cost: list[PartRow]


class ToldRow(BaseModel):
    """One command."""

    command: str
    fields: dict[str, Any]


class StepRow(BaseModel):
    """One event that touched the contact, and what was ordered because of it."""

    run: str
    seq: int
    at: int
    event: str
    fields: dict[str, Any] | None
    commands: list[ToldRow]


class ContactStory(ContactRow):
    """One contact with all that is known of it."""

    segments: list[SegmentRow]
    visits: list[VisitRow]
    offers: list[OfferRow]
    recordings: list[RecordingRow]
    story: list[StepRow]


class ContactQuery(BaseModel, extra="forbid"):
    """Which contacts are wanted. What is left out matters not."""

    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    """Arrived at this instant (ms since 1970 UTC) or later."""
    until: int | None = Field(None, alias="to", ge=0, le=YEAR_9999_MS)
    """Arrived before this instant (ms since 1970 UTC)."""
    customer: str | None = Field(None, pattern=r"^[0-9]{1,18}$")
    caller: str | None = Field(None, max_length=64, pattern=_PRINTABLE)
    agent: str | None = Field(None, max_length=64, pattern=_PRINTABLE)
    queue: str | None = Field(None, max_length=64, pattern=_PRINTABLE)
    state: Literal["open", "ended"] | None = None
    after: str | None = Field(None, max_length=100)
    """The `next` of the page before."""
    limit: int = Field(50, ge=1, le=history.LIMIT_MAX)


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    try:
        async with request.app.state.sessions() as session:
            yield session
    except DATABASE_AWAY as error:
        _log.warning("the history could not be read", error=repr(error))
        raise Problem(
            503, "The history cannot be read now.", "Try again in a minute; calls go on."
        ) from error


Database = Annotated[AsyncSession, Depends(_session)]


@router.get("/contacts")
async def contacts(
    database: Database, someone: Someone, wanted: Annotated[ContactQuery, Query()]
) -> ContactList:
    """Contacts, newest first. An agent sees the own ones, a supervisor all."""
    me = someone.me
    if me.role is Role.AGENT and wanted.agent not in (None, me.agent):
        raise Problem(403, "These are another agent's contacts.", "Ask for your own.")
    agent = wanted.agent if me.role is not Role.AGENT else (me.agent or "")
    try:
        page = await history.contacts(
            database, _filter(wanted, agent), after=wanted.after, limit=wanted.limit
        )
    except history.BadCursorError as error:
        raise Problem(
            422, "`after` is not a place in the list.", "Give the `next` of an earlier page."
        ) from error
    return ContactList(contacts=[_contact(row) for row in page.contacts], next=page.next)


def _filter(wanted: ContactQuery, agent: str | None) -> history.ContactFilter:
    return history.ContactFilter(
        since=_instant(wanted.since),
        until=_instant(wanted.until),
        customer=None if wanted.customer is None else CustomerId(wanted.customer),
        caller=wanted.caller,
        agent=None if agent is None else AgentId(agent),
        queue=None if wanted.queue is None else Queue(wanted.queue),
        open=None if wanted.state is None else wanted.state == "open",
    )


@router.get("/contacts/{contact}")
async def one_contact(
    request: Request,
    database: Database,
    someone: Someone,
    contact: Annotated[str, Path(max_length=64)],
) -> ContactStory:
    """One contact: its parts, its recordings, and every event and command that touched it."""
    key = ContactId(contact)
    found = await history.contact(database, key)
    segments = await history.segments(database, key) if found else ()
    live: Live = request.app.state.live
    if found is None or not _may_see(someone.me, found, segments, live):
        # Whether there is one of that id is no agent's business.
        raise Problem(404, "There is no such contact for you.", "Look for it in /api/contacts.")
    visits = await history.queue_visits(database, key)
    recordings = await history.recordings(database, key)
    steps = await story(database, key)
    return ContactStory(
        **_contact(found).model_dump(),
        segments=[_segment(part) for part in segments],
        visits=[_visit(visit) for visit in visits],
        offers=[
            _offer(step, told) for step in steps for told in step.commands if told.name == OFFER
        ],
        recordings=[_recording(part) for part in recordings],
        story=[_step(step) for step in steps],
    )


def _may_see(
    me: Me, found: history.Contact, segments: tuple[history.Segment, ...], live: Live
) -> bool:
    if me.role is not Role.AGENT:
        return True
    if me.agent is None:
        return False
    call = live.view.calls.get(found.contact)
    now = call.agent if call is not None else None
    return me.agent in (found.agent, now, *(part.agent for part in segments))


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)


def _contact(row: history.Contact) -> ContactRow:
    return ContactRow(
        contact=row.contact,
        caller=row.caller,
        dialed=row.dialed,
        arrived_at=to_ms(row.arrived_at),
        ended_at=None if row.ended_at is None else to_ms(row.ended_at),
        ended_by=row.ended_by,
        customer=row.customer,
        tier=row.tier,
        value=row.value,
        language=row.language,
        queue=row.queue,
        agent=row.agent,
        keys=[Key(step=step, key=key) for step, key in row.keys],
    )


def _segment(part: history.Segment) -> SegmentRow:
    return SegmentRow(
        number=part.number,
        kind=part.kind,
        queue=part.queue,
        agent=part.agent,
        started_at=to_ms(part.started_at),
        ended_at=to_ms(part.ended_at),
        outcome=part.outcome,
    )


def _visit(visit: history.QueueVisit) -> VisitRow:
    return VisitRow(
        number=visit.number,
        queue=visit.queue,
        tier=visit.tier,
        value=visit.value,
        entered_at=to_ms(visit.entered_at),
        ended_at=to_ms(visit.ended_at),
        waited_ms=round(visit.waited_seconds * 1000),
        exit=visit.exit,
        agent=visit.agent,
        wait_from_ms=round(visit.wait_from_seconds * 1000),
        wait_until_ms=round(visit.wait_until_seconds * 1000),
    )


def _offer(step: Step, told: Told) -> OfferRow:
    fields = told.fields
    return OfferRow(
        at=to_ms(step.at),
        agent=fields["agent"],
        queue=fields["queue"],
        policy=fields["policy"],
        rule=fields["rule"],
        caller=_parts(fields["caller"]),
        next_contact=fields["next_contact"],
        next_caller=_parts(fields["next_caller"]),
        cost=_parts(fields["cost"]),
        next_agent=fields["next_agent"],
        next_cost=_parts(fields["next_cost"]),
    )


def _parts(parts: Iterable[tuple[str, float | None]]) -> list[PartRow]:
    return [PartRow(part=name, number=number) for name, number in parts]


def _recording(part: history.Recording) -> RecordingRow:
    return RecordingRow(
        id=part.id,
        file=part.file,
        agent=part.agent,
        started_at=to_ms(part.started_at),
        ended_at=to_ms(part.ended_at),
    )


def _step(step: Step) -> StepRow:
    return StepRow(
        run=step.run,
        seq=step.seq,
        at=to_ms(step.at),
        event=step.event,
        fields=step.fields,
        commands=[ToldRow(command=told.name, fields=told.fields) for told in step.commands],
    )

"""The history over HTTP: contacts, and the story of each."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import SaveOffer
from ccserver.db import history, nuisance, quality, service_tickets, surveys, voicemails, walks
from ccserver.db.people import Role
from ccserver.db.recordings import recordings as recordings_of
from ccserver.db.story import story
from ccserver.web.auth import Someone
from ccserver.web.contact_rows import (
    ContactList,
    ContactStory,
    answer_row,
    contact_row,
    offer_row,
    recording_row,
    segment_row,
    step_row,
    ticket_row,
    visit_row,
    voicemail_row,
    walk_row,
)
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, from_ms
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem
from ccserver.web.quality_rows import quality_row
from ccserver.web.view import agents_in

router = APIRouter(prefix="/api", tags=["contacts"])

OFFER = SaveOffer.__name__

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

ContactInPath = Annotated[str, Path(max_length=64)]


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
    return ContactList(contacts=[contact_row(row) for row in page.contacts], next=page.next)


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
    request: Request, database: Database, someone: Someone, contact: ContactInPath
) -> ContactStory:
    """One contact: its parts, its recordings, and every event and command that touched it."""
    found, segments = await seen_contact(request, database, someone.me, contact)
    key = found.contact
    visits = await history.queue_visits(database, key)
    recordings = await recordings_of(database, key)
    walked = await walks.walks(database, key)
    answered = await surveys.answers(database, key)
    messages = await voicemails.of_contact(database, key)
    tickets = await service_tickets.of_contact(database, key)
    heard = await quality.of_contact(database, key)
    listed = await nuisance.marked(database, found.caller)
    steps = await story(database, key)
    live: Live = request.app.state.live
    # What happened step by step also tells who listened.
    is_told = someone.me.role is not Role.AGENT or live.view.spying_shown
    return ContactStory(
        **contact_row(found).model_dump(),
        segments=[segment_row(part) for part in segments],
        visits=[visit_row(visit) for visit in visits],
        offers=[
            offer_row(step, told) for step in steps for told in step.commands if told.name == OFFER
        ],
        recordings=[recording_row(part) for part in recordings],
        walks=[walk_row(walk) for walk in walked],
        answers=[answer_row(answer) for answer in answered],
        voicemails=[voicemail_row(message) for message in messages],
        tickets=[ticket_row(ticket) for ticket in tickets],
        quality=[quality_row(one) for one in heard],
        nuisance=None if listed is None else listed.reason,
        story=[step_row(step) for step in steps] if is_told else [],
    )


async def seen_contact(
    request: Request, session: AsyncSession, me: Me, contact: str
) -> tuple[history.Contact, tuple[history.Segment, ...]]:
    """The contact with its parts; 404 where there is none that this person may see."""
    key = ContactId(contact)
    found = await history.contact(session, key)
    segments = await history.segments(session, key) if found else ()
    may_see = found is not None and (
        me.role is not Role.AGENT or talked_in(request, me, found, segments)
    )
    if found is None or not may_see:
        # Whether there is one of that id is no agent's business.
        raise Problem(404, "There is no such contact for you.", "Look for it in /api/contacts.")
    return found, segments


def talked_in(
    request: Request, me: Me, found: history.Contact, segments: tuple[history.Segment, ...]
) -> bool:
    """Whether this person has the contact, had it, or is in its talk."""
    had = (found.agent, *(part.agent for part in segments))
    return has_now(request, me, found.contact) or (me.agent is not None and me.agent in had)


def has_now(request: Request, me: Me, contact: str) -> bool:
    """Whether this person has the contact, or is in its talk. The history may not know it yet:
    before its first word, and while he writes it up."""
    if me.agent is None:
        return False
    live: Live = request.app.state.live
    call = live.view.calls.get(ContactId(contact))
    own = live.view.agents.get(AgentId(me.agent))
    writes = own is not None and own.contact == contact
    return writes or (call is not None and me.agent in agents_in(call))


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)

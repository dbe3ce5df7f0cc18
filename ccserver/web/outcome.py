"""What came of a contact, over HTTP: disposition, note, the next call, a service ticket."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core import events as fact
from ccserver.core.desk_events import CallbackPlanned, DispositionSet
from ccserver.core.doings import OpenTicket
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.records import CallbackState, SegmentKind
from ccserver.core.steps import TicketKind
from ccserver.db import config, history, outcomes, service_tickets
from ccserver.db.outcomes import PlannedCallback
from ccserver.db.people import Role
from ccserver.numbers import e164
from ccserver.web.auth import Someone
from ccserver.web.contact_rows import TicketRow, ticket_row
from ccserver.web.contacts import ContactInPath
from ccserver.web.database import Database, changing
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/contacts", tags=["contacts"])

PAST_MS = 60_000
"""A callback may be planned for an instant that has just gone by: people are slow."""

ME = "me"

_OWN = (
    SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT, SegmentKind.DIAL, SegmentKind.WRAP_UP,
)  # fmt: skip
"""Parts that make a contact an agent's: he talked, or had dialed."""

Word = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]

_log = structlog.get_logger("ccserver.web")


class CallbackForm(BaseModel, extra="forbid"):
    """When the customer is to be called, and by whom."""

    at: int = Field(ge=0, le=YEAR_9999_MS)
    """ms since 1970 UTC."""
    queue: Word | None = None
    """Whose agents call; null: the contact's."""
    agent: Word | None = None
    """`me`, or a colleague's login; null: whoever is free."""
    number: Word | None = None
    """In E.164 or as people here write it; null: the contact's."""


class TicketForm(BaseModel, extra="forbid"):
    """What is to be done for the customer."""

    kind: TicketKind
    title: str = Field(min_length=1, max_length=200)
    details: str = Field("", max_length=10_000)
    urgent: bool = False


class OutcomeForm(BaseModel, extra="forbid"):
    """What came of the contact. The same twice is as once."""

    disposition: Word | None = None
    """null: nothing is said."""
    note: str = Field("", max_length=10_000)
    callback: CallbackForm | None = None
    """null: what is planned stays. Another one replaces it, until the customer is called."""
    ticket: TicketForm | None = None
    """null: none more."""


class CallbackRow(BaseModel):
    """A callback that is planned."""

    contact: str
    """The outbound contact that it is."""
    at: int
    queue: str
    agent: str | None
    number: str
    state: CallbackState


class OutcomeRow(BaseModel):
    """What is kept of what came of a contact."""

    disposition: str | None
    note: str
    callback: CallbackRow | None
    tickets: list[TicketRow]
    """All of the contact's: flows open some too."""


@router.get("/{contact}/outcome")
async def outcome(
    request: Request, database: Database, someone: Someone, contact: ContactInPath
) -> OutcomeRow:
    """What came of a contact. For its agents and supervisors."""
    found, _ = await _own(request, database, someone.me, contact)
    plan = await outcomes.planned(database, found.contact)
    return await _row(database, found.contact, found.disposition, found.note, plan)


@router.put("/{contact}/outcome")
async def say_outcome(
    request: Request, someone: Someone, contact: ContactInPath, form: OutcomeForm
) -> OutcomeRow:
    """Say what came of a contact: an agent of those where he talks or talked, supervisors of all.

    The disposition also goes to the recording, and ends a wrap-up that waits for it. However often
    the same is sent, one callback is planned and one ticket opened.
    """
    me = someone.me
    async with changing(request) as session:
        found, queue = await _own(request, session, me, contact, locks=True)
        said = form.disposition or ""
        await _require_disposition(session, said, queue)
        plan = await outcomes.planned(session, found.contact)
        wanted = None
        if form.callback is not None:
            wanted = _wanted(request, me, found, queue, form.callback)
            if _is_same(wanted, plan):
                wanted = None
            else:
                _require_open(plan)
                _require_future(wanted, await outcomes.now(session))
        await outcomes.keep(session, found.contact, disposition=said, note=form.note)
        if form.ticket is not None:
            await _open_once(session, found, form.ticket)
        row = await _row(session, found.contact, said, form.note, wanted or plan)
    who = AgentId(me.agent or me.login)
    if said or found.disposition:
        _post(request, DispositionSet(agent=who, contact=found.contact, disposition=said))
    if wanted is not None:
        _post(request, _event(wanted, found))
    _log.info("an outcome is kept", contact=found.contact, by=me.login)
    return row


async def _own(
    request: Request, session: AsyncSession, me: Me, contact: str, *, locks: bool = False
) -> tuple[history.Contact, Queue | None]:
    """The contact and its queue; 404 where this person has nothing to say of it.

    `locks`: nobody else says something of it until the transaction is over.
    """
    key = ContactId(contact)
    if locks:
        await outcomes.lock(session, key)
    found = await history.contact(session, key)
    parts = await history.segments(session, key) if found else ()
    if found is None or not _is_own(request, me, found, parts):
        # Whether there is one of that id is no agent's business.
        raise Problem(404, "There is no such contact of yours.", "Look for it in /api/contacts.")
    call = _live(request).view.calls.get(found.contact)
    queues = [call.queue if call else None, found.queue, *(part.queue for part in reversed(parts))]
    return found, next((Queue(queue) for queue in queues if queue), None)


def _is_own(
    request: Request, me: Me, found: history.Contact, parts: tuple[history.Segment, ...]
) -> bool:
    if me.role is not Role.AGENT:
        return True
    if me.agent is None:
        return False
    state = _live(request).view.agents.get(AgentId(me.agent))
    busy_with = state.contact if state is not None else None
    talked = (part.agent for part in parts if part.kind in _OWN)
    return found.contact == busy_with or me.agent in (found.agent, *talked)


async def _require_disposition(session: AsyncSession, said: str, queue: Queue | None) -> None:
    if not said:
        return
    known = (await config.current(session)).dispositions
    fitting = [name for name, one in known.items() if not one.queues or queue in one.queues]
    if said not in fitting:
        raise Problem(
            422,
            f"`{said}` is no disposition of the queue {queue or '(none)'}.",
            f"Choose one of: {', '.join(fitting)}." if fitting else "Add it to the configuration.",
        )


def _wanted(
    request: Request, me: Me, found: history.Contact, queue: Queue | None, form: CallbackForm
) -> PlannedCallback:
    view = _live(request).view
    wanted = Queue(form.queue) if form.queue else queue
    if wanted is None or wanted not in view.queues:
        raise Problem(422, "There is no such queue.", "Name a queue of the configuration.")
    agent = me.agent if form.agent == ME else form.agent
    if form.agent is not None and (agent is None or view.phone_of(AgentId(agent)) is None):
        raise Problem(
            422, f"`{form.agent}` takes no calls.", "Name an agent, or leave it to the queue."
        )
    number = e164(form.number or found.caller, request.app.state.region)
    if number is None:
        raise Problem(422, "This is no number.", "Write it with + and the country's code.")
    return PlannedCallback(
        contact=outcomes.callback_of(found.contact),
        at=from_ms(form.at),
        number=number,
        queue=wanted,
        agent=None if agent is None else AgentId(agent),
        state=CallbackState.WAITING,
    )


def _is_same(wanted: PlannedCallback, plan: PlannedCallback | None) -> bool:
    if plan is None:
        return False
    return _agreed(wanted) == _agreed(plan)


def _agreed(plan: PlannedCallback) -> tuple[object, ...]:
    return to_ms(plan.at), plan.number, plan.queue, plan.agent


def _require_open(plan: PlannedCallback | None) -> None:
    if plan is not None and plan.state is not CallbackState.WAITING:
        raise Problem(
            409,
            "The callback of this contact is under way, or has been made.",
            f"Plan the next one in that contact: {plan.contact}.",
        )


def _require_future(wanted: PlannedCallback, now: datetime) -> None:
    if to_ms(wanted.at) < to_ms(now) - PAST_MS:
        raise Problem(422, "That instant is past.", "Choose a later one.")


def _event(wanted: PlannedCallback, found: history.Contact) -> CallbackPlanned:
    return CallbackPlanned(
        contact=wanted.contact,
        number=wanted.number,
        queue=wanted.queue,
        at=wanted.at.timestamp(),
        agent=wanted.agent,
        customer=found.customer or "",
        language=found.language or "",
    )


async def _open_once(session: AsyncSession, found: history.Contact, form: TicketForm) -> None:
    wanted = OpenTicket(kind=form.kind, title=form.title, details=form.details, urgent=form.urgent)
    for one in await service_tickets.of_contact(session, found.contact):
        if OpenTicket(kind=one.kind, title=one.title, details=one.details, urgent=one.urgent) == (
            wanted
        ):
            return
    await service_tickets.open_for(
        session, wanted, contact=found.contact, caller=found.caller, customer=found.customer
    )


async def _row(
    session: AsyncSession,
    contact: ContactId,
    disposition: str,
    note: str,
    plan: PlannedCallback | None,
) -> OutcomeRow:
    tickets = await service_tickets.of_contact(session, contact)
    return OutcomeRow(
        disposition=disposition or None,
        note=note,
        callback=None
        if plan is None
        else CallbackRow(
            contact=plan.contact,
            at=to_ms(plan.at),
            queue=plan.queue,
            agent=plan.agent,
            number=plan.number,
            state=plan.state,
        ),
        tickets=[ticket_row(one) for one in tickets],
    )


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


def _post(request: Request, event: fact.Event) -> None:
    post: Callable[[fact.Event], None] = request.app.state.post
    post(event)

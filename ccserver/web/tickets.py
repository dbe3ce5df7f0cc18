"""Service tickets over HTTP: agents open them, and close those of the customer whom they have."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.doings import OpenTicket
from ccserver.core.ids import AgentId, ContactId, CustomerId
from ccserver.core.steps import TicketKind
from ccserver.db import service_tickets
from ccserver.db.customers import card_of, is_customer
from ccserver.db.people import Role
from ccserver.db.service_tickets import ServiceTicket, TicketState
from ccserver.web.auth import Someone, Supervisor
from ccserver.web.contact_rows import TicketRow, ticket_row
from ccserver.web.contacts import seen_contact
from ccserver.web.database import Database, changing
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/service-tickets", tags=["service tickets"])

_NUMBER_MAX = 2**63 - 1


class TicketForm(BaseModel, extra="forbid"):
    """What is to be done, and for whom: a customer, who called in a contact, or both."""

    customer: str | None = Field(None, pattern=r"^[0-9]{1,18}$")
    contact: str | None = Field(None, max_length=64)
    """Its customer is the ticket's unless another is named."""
    kind: TicketKind
    title: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    details: str = Field("", max_length=4_000, pattern=r"^[^\x00]*$")
    urgent: bool = False

    @model_validator(mode="after")
    def _of_somebody(self) -> "TicketForm":
        if self.customer is None and self.contact is None:
            raise ValueError("name the customer or the contact")
        return self


@router.get("")
async def listed(
    database: Database,
    _: Supervisor,
    state: TicketState = TicketState.OPEN,
    kind: TicketKind | None = None,
    limit: Annotated[int, Query(ge=1, le=service_tickets.LIMIT_MAX)] = 100,
) -> list[TicketRow]:
    """Tickets: open ones by urgency and then oldest first, closed ones newest first."""
    found = await service_tickets.tickets(database, state=state, kind=kind, limit=limit)
    return [ticket_row(one) for one in found]


@router.post("", status_code=201)
async def add(request: Request, someone: Someone, body: TicketForm) -> TicketRow:
    """Open a ticket. An agent opens it for any customer, and in the own contacts."""
    wanted = OpenTicket(kind=body.kind, title=body.title, details=body.details, urgent=body.urgent)
    customer = None if body.customer is None else CustomerId(body.customer)
    contact, caller = None, ""
    async with changing(request) as session:
        if customer is not None and not await is_customer(session, customer):
            raise Problem(404, "There is no such customer.", "GET /api/customers?q=… finds them.")
        if body.contact is not None:
            found, _ = await seen_contact(request, session, someone.me, body.contact)
            contact, caller = found.contact, found.caller
            customer = customer or _customer_now(request, contact) or found.customer
        made = await service_tickets.add(
            session, wanted, contact=contact, caller=caller, customer=customer
        )
        await _show_anew(request, session, someone.me, made)
    return ticket_row(made)


@router.post("/{number}/close")
async def close(
    request: Request, someone: Someone, number: Annotated[int, Path(ge=1, le=_NUMBER_MAX)]
) -> TicketRow:
    """What it asks for was done. One that is closed stays as it is.

    An agent closes those of the customer whom he has: on the phone, or to write up.
    """
    me = someone.me
    async with changing(request) as session:
        wanted = await service_tickets.ticket(session, number)
        had = _had(request, me)
        his = wanted.contact in had or wanted.customer in had.values()
        if me.role is Role.AGENT and not his:
            raise Problem(
                403,
                "You do not have this ticket's customer now.",
                "Close it while you talk to him, or ask a supervisor.",
            )
        closed = await service_tickets.close(session, number, who=me.login)
        await _show_anew(request, session, me, closed)
    return ticket_row(closed)


def _customer_now(request: Request, contact: ContactId) -> CustomerId | None:
    live: Live = request.app.state.live
    call = live.view.calls.get(contact)
    return CustomerId(call.customer) if call is not None and call.customer else None


def _had(request: Request, me: Me) -> dict[ContactId, str]:
    """The contacts that this person has now, on the phone or to write up, with the customers."""
    if me.agent is None:
        return {}
    live: Live = request.app.state.live
    agent = AgentId(me.agent)
    had = {ContactId(call.contact): call.customer for call in live.view.calls_of(agent)}
    if (pop := live.view.pop_of(agent)) is not None:
        had.setdefault(ContactId(pop.card.contact), pop.card.customer)
    return had


async def _show_anew(
    request: Request, session: AsyncSession, me: Me, ticket: ServiceTicket
) -> None:
    """Let the card on the person's screen show what is open now."""
    live: Live = request.app.state.live
    for contact, customer in _had(request, me).items():
        if customer and customer == ticket.customer:
            card = await card_of(session, ticket.customer, contact=contact)
            if card is not None:
                live.keep_card(contact, card, anew=True)

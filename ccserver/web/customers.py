"""Customers over HTTP: found, read, made and changed by those who talk to them."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.diff import tag_of
from ccserver.core.ids import CustomerId
from ccserver.core.value import Consent, Tier
from ccserver.db import customer_records, customer_search, history, service_tickets
from ccserver.db.customer_file import ADDRESS_MAX, NAME_MAX, NOTES_MAX, REGION_MAX
from ccserver.db.customer_records import NUMBERS_MAX, NumberTakenError, Planned, Record, Wish
from ccserver.db.customer_search import FoundBy
from ccserver.db.history import ContactFilter
from ccserver.db.people import Role
from ccserver.db.service_tickets import TicketState
from ccserver.numbers import e164
from ccserver.web.auth import Someone
from ccserver.web.contact_rows import ContactRow, TicketRow, contact_row, ticket_row
from ccserver.web.database import Database, changing
from ccserver.web.desk import require_match
from ccserver.web.instants import ms
from ccserver.web.keeping import CustomerInPath
from ccserver.web.messages import Reason
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/customers", tags=["customers"])

CONTACTS_SHOWN = 20
CLOSED_SHOWN = 10

Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
Numbers = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=NUMBERS_MAX)]

_log = structlog.get_logger("ccserver.web")


class FoundRow(BaseModel):
    """A customer who was found."""

    customer: str
    found_by: FoundBy
    """What begins with what was asked for; a number and an id are meant as a whole."""
    name: str
    tier: Tier
    value: float
    address: str
    region: str
    number: str | None
    """The one that was asked for, else the first; null: there is none."""
    numbers: list[str]


class FoundList(BaseModel):
    """Customers who were found, the nearest match first."""

    customers: list[FoundRow]


class CustomerRow(BaseModel):
    """A customer's record."""

    customer: str
    name: str
    tier: Tier
    value: float
    value_fixed: bool
    """Set by hand: computing all values leaves it alone."""
    reasons: list[Reason]
    """What the value is made of, the largest first; empty when it was set by hand."""
    language: str
    region: str
    address: str
    notes: str
    recording_consent: Consent
    numbers: list[str]


class PlannedRow(BaseModel):
    """A call to the customer that is to be made."""

    contact: str
    number: str
    queue: str
    at: int
    """Not before."""
    tries: int
    """Calls that were made already."""
    agent: str | None
    """Who is to call; null: whoever is free."""


def planned_row(plan: Planned) -> PlannedRow:
    """The call as it is answered."""
    return PlannedRow(
        contact=plan.contact,
        number=plan.number,
        queue=plan.queue,
        at=ms(plan.not_before),
        tries=plan.tries,
        agent=plan.agent,
    )


class CustomerPage(CustomerRow):
    """All that is known of a customer."""

    contacts: list[ContactRow]
    """The last 20, newest first."""
    tickets: list[TicketRow]
    """Those that are open, urgent ones first."""
    closed_tickets: list[TicketRow]
    """The last 10."""
    callbacks: list[PlannedRow]
    """The next one first."""


class CustomerForm(BaseModel, extra="forbid"):
    """What a record is to be. What is left out stays as it is."""

    name: Annotated[Line, Field(max_length=NAME_MAX)] = ""
    address: str = Field("", max_length=ADDRESS_MAX, pattern=r"^[^\x00]*$")
    notes: str = Field("", max_length=NOTES_MAX, pattern=r"^[^\x00]*$")
    language: str = Field("", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35)
    """BCP 47. Empty is as left out; a new record's is then zh."""
    region: Annotated[Line, Field(max_length=REGION_MAX)] = ""
    numbers: Numbers = []
    """All of them, as people write them."""
    tier: Tier = Tier.STANDARD
    """For supervisors. A new one brings its own value."""
    value: float = Field(0.0, ge=0, le=1)
    """For supervisors. It stays until it is told to be computed."""


@router.get("")
async def found(
    request: Request,
    database: Database,
    _: Someone,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")],
    limit: Annotated[int, Query(ge=1, le=customer_search.LIMIT_MAX)] = 20,
) -> FoundList:
    """Customers by number, as people write it, by id, or by the beginning of name or address."""
    number = e164(q, request.app.state.region)
    rows = await customer_search.search(database, q, number=number, limit=limit)
    return FoundList(
        customers=[
            FoundRow(
                customer=one.customer,
                found_by=one.found_by,
                name=one.name,
                tier=one.tier,
                value=one.value,
                address=one.address,
                region=one.region,
                number=number if number in one.numbers else next(iter(one.numbers), None),
                numbers=list(one.numbers),
            )
            for one in rows
        ]
    )


@router.post("", status_code=201)
async def create(
    request: Request, response: Response, someone: Someone, body: CustomerForm
) -> CustomerRow:
    """A new customer. 409 names in `customer` whose number it is, where it is another's."""
    _require_may(someone.me.role, body)
    async with changing(request) as session:
        try:
            made = await customer_records.create(session, _wish(request, body))
        except NumberTakenError as error:
            raise _taken(error) from error
        record = await _record(session, made)
    _log.info("a customer is made", customer=made, by=someone.me.login)
    return _tagged(response, record)


@router.get("/{customer}")
async def one(
    response: Response, database: Database, _: Someone, customer: CustomerInPath
) -> CustomerPage:
    """All that is known of a customer. Its ETag is for who changes the record."""
    key = CustomerId(customer)
    record = await _record(database, key)
    contacts = await history.contacts(database, ContactFilter(customer=key), limit=CONTACTS_SHOWN)
    opened = await service_tickets.of_customer(database, key)
    closed = await service_tickets.of_customer(
        database, key, state=TicketState.CLOSED, limit=CLOSED_SHOWN
    )
    planned = await customer_records.planned(database, record)
    return CustomerPage(
        **_tagged(response, record).model_dump(),
        contacts=[contact_row(row) for row in contacts.contacts],
        tickets=[ticket_row(ticket) for ticket in opened],
        closed_tickets=[ticket_row(ticket) for ticket in closed],
        callbacks=[planned_row(plan) for plan in planned],
    )


@router.patch("/{customer}")
async def change(
    request: Request,
    response: Response,
    someone: Someone,
    customer: CustomerInPath,
    body: CustomerForm,
    if_match: Annotated[str | None, Header()] = None,
) -> CustomerRow:
    """Change what is given of a record, with the ETag of what was read as If-Match.

    Tier and value are for supervisors. 409 names in `customer` whose number it is.
    """
    _require_may(someone.me.role, body)
    wish, key = _wish(request, body), CustomerId(customer)
    async with changing(request) as session:
        known = await _record(session, key, locked=True)
        require_match(if_match, _kept(known))
        try:
            await customer_records.change(session, known, wish)
        except NumberTakenError as error:
            raise _taken(error) from error
        record = await _record(session, key)
    _log.info("a customer is changed", customer=key, by=someone.me.login)
    return _tagged(response, record)


@router.get("/{customer}/tickets")
async def tickets(
    database: Database,
    _: Someone,
    customer: CustomerInPath,
    state: TicketState = TicketState.OPEN,
    limit: Annotated[int, Query(ge=1, le=service_tickets.LIMIT_MAX)] = 100,
) -> list[TicketRow]:
    """A customer's tickets: open ones by urgency, then oldest first; closed ones newest first."""
    key = CustomerId(customer)
    await _record(database, key)
    rows = await service_tickets.of_customer(database, key, state=state, limit=limit)
    return [ticket_row(row) for row in rows]


def _require_may(role: Role, body: CustomerForm) -> None:
    if role is Role.AGENT and body.model_fields_set & {"tier", "value"}:
        raise Problem(403, "Tier and value are set by supervisors.", "Leave them out, or ask one.")


def _wish(request: Request, body: CustomerForm) -> Wish:
    given = body.model_dump(include=body.model_fields_set)
    if "numbers" in given:
        given["numbers"] = tuple(_e164(request, number) for number in body.numbers)
    if not body.language:
        given.pop("language", None)
    return Wish(**given)


def _e164(request: Request, number: str) -> str:
    known = e164(number, request.app.state.region)
    if known is None:
        raise Problem(
            422, f"{number!r} is no telephone number.", "Write it as it is dialed, or with +."
        )
    return known


def _taken(error: NumberTakenError) -> Problem:
    return Problem(
        409,
        str(error),
        "Look at that customer: it may be the same person.",
        more={"customer": error.owner, "number": error.number},
    )


async def _record(session: AsyncSession, customer: CustomerId, *, locked: bool = False) -> Record:
    record = await customer_records.record(session, customer, locked=locked)
    if record is None:
        raise Problem(404, "There is no such customer.", "GET /api/customers?q=… finds them.")
    return record


def _tagged(response: Response, record: Record) -> CustomerRow:
    response.headers["ETag"] = f'"{tag_of(_kept(record))}"'
    return CustomerRow(
        customer=record.id,
        name=record.name,
        tier=record.tier,
        value=record.value,
        value_fixed=record.value_fixed,
        reasons=[Reason(part=part, share=share) for part, share in record.reasons],
        language=record.language,
        region=record.region,
        address=record.address,
        notes=record.notes,
        recording_consent=record.recording_consent,
        numbers=list(record.numbers),
    )


def _kept(record: Record) -> dict[str, Any]:
    """What can be changed here. A value that was computed anew is no change of the record's."""
    return {
        "name": record.name,
        "tier": record.tier,
        "value": record.value if record.value_fixed else None,
        "language": record.language,
        "region": record.region,
        "address": record.address,
        "notes": record.notes,
        "numbers": list(record.numbers),
    }

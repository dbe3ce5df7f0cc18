"""Who is not to be called, and who has consented, over HTTP."""

import asyncio
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from ccserver.core.campaigns import CampaignName
from ccserver.core.dial_events import LeadsBarred
from ccserver.db import consents, do_not_call, do_not_call_file
from ccserver.db.consents import CallingConsent
from ccserver.db.csv_text import ImportFileError
from ccserver.db.do_not_call import Barred, Entry, Source
from ccserver.db.people import Role
from ccserver.numbers import e164
from ccserver.web.auth import Someone, Supervisor
from ccserver.web.contacts import seen_contact
from ccserver.web.database import Database, changing
from ccserver.web.instants import to_ms
from ccserver.web.lists import Imports
from ccserver.web.problems import Problem
from ccserver.web.uploads import FILE_BYTES_MAX, receive

router = APIRouter(prefix="/api", tags=["do not call"])

Number = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
Campaign = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
CampaignAsked = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")]


class BarForm(BaseModel, extra="forbid"):
    """Who is not to be called any more."""

    number: Number
    """As people write it, or E.164."""
    prefix: bool = False
    """All numbers that begin so, such as +8610. For supervisors."""
    campaign: Campaign = ""
    """Empty: by none at all."""
    reason: Reason = ""
    contact: str | None = Field(None, max_length=64)
    """An agent names the contact, which he has or has had with this number."""


class EntryRow(BaseModel):
    """An entry of the list."""

    id: int
    number: str
    prefix: bool
    campaign: str
    source: str
    """`customer`, `agent`, `import` or `operator`."""
    reason: str
    added_at: int
    added_by: str


class EntryPage(BaseModel):
    """Entries, the newest first."""

    entries: list[EntryRow]
    next: int | None
    """`before` of the next page; null: there is none."""


class BarredRow(BaseModel):
    """What was done."""

    number: str
    """E.164, or its beginning."""
    leads: int
    """So many were open, and are not called any more."""


class BarredFile(BaseModel):
    """What came of a file."""

    added: int
    known: int
    bad: int
    leads: int
    faults: list[tuple[int, str]]
    """[row, what is wrong], the first hundred."""


class ConsentForm(BaseModel, extra="forbid"):
    """What somebody has said about being called."""

    number: Number
    campaign: Campaign = ""
    """Empty: for all of them."""
    given: bool
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    """How he has said it: on the telephone, a form and its number."""


class ConsentRow(BaseModel):
    """What somebody has said last."""

    number: str
    campaign: str
    given: bool
    source: str
    at: int
    by: str


@router.get("/do-not-call")
async def listed(
    request: Request,
    database: Database,
    _: Supervisor,
    number: Annotated[str | None, Query(max_length=64)] = None,
    campaign: CampaignAsked = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=do_not_call.LIMIT_MAX)] = 100,
) -> EntryPage:
    """The list, newest first; with `number` whatever bars it, also beginnings."""
    wanted = None if number is None else _written(request, number)
    found = await do_not_call.entries(
        database, number=wanted, campaign=campaign, before=before, limit=limit
    )
    more = found[-1].id if len(found) == limit else None
    return EntryPage(entries=[_entry_row(entry) for entry in found], next=more)


@router.post("/do-not-call")
async def add(request: Request, someone: Someone, body: BarForm) -> BarredRow:
    """Bar a number; its open leads are not called any more. An agent bars the number of a contact
    which he has or has had, and names it."""
    me = someone.me
    is_agent = me.role is Role.AGENT
    number = body.number if body.prefix else _written(request, body.number)
    if body.prefix and not do_not_call.PREFIX.fullmatch(number):
        raise Problem(422, "This is no beginning of numbers.", "Write + and digits, such as +8610.")
    async with changing(request) as session:
        if is_agent:
            await _require_own(request, someone, body, number)
        told = await do_not_call.bar(
            session,
            number,
            body.campaign,
            Source.AGENT if is_agent else Source.OPERATOR,
            body.reason,
            me.login,
            prefix=body.prefix,
        )
    _tell(request, told, body.campaign)
    return BarredRow(number=number, leads=told.leads)


async def _require_own(request: Request, someone: Someone, body: BarForm, number: str) -> None:
    if body.prefix or body.contact is None:
        raise Problem(
            403,
            "Agents bar the number of a contact of theirs.",
            "Name the contact, or ask a supervisor.",
        )
    async with request.app.state.sessions() as session:
        found, _ = await seen_contact(request, session, someone.me, body.contact)
    if found.caller != number:
        raise Problem(403, "This contact has another number.", "Ask a supervisor.")


@router.delete("/do-not-call", status_code=204)
async def remove(
    request: Request,
    someone: Supervisor,
    number: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]+$")],
    reason: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\x00]*\S[^\x00]*$")],
    campaign: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
) -> None:
    """Take an entry off the list, and say why. Leads that it has ended stay ended."""
    # A beginning is no whole number.
    written = number if number.startswith("+") else _written(request, number)
    async with changing(request) as session:
        await do_not_call.unbar(session, written, campaign, reason=reason, who=someone.me.login)


@router.post("/do-not-call/import", max_body_size=FILE_BYTES_MAX)
async def import_file(
    request: Request,
    someone: Supervisor,
    name: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    campaign: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
) -> BarredFile:
    """Bar all numbers of a file, CSV or XLSX, which is the request's body."""
    imports: Imports = request.app.state.imports
    file = imports.place()
    try:
        await receive(request, file)
        report = await _bring(request, file, name, campaign, someone.me.login)
    except ImportFileError as error:
        raise Problem(422, str(error), "Correct the file, and send it once more.") from error
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)
    return BarredFile(
        added=report.added,
        known=report.known,
        bad=report.bad,
        leads=report.leads,
        faults=report.faults,
    )


async def _bring(
    request: Request, file: FilePath, name: str, campaign: str, who: str
) -> do_not_call_file.Report:
    return await do_not_call_file.bring(
        request.app.state.sessions,
        file,
        name=name,
        campaign=campaign,
        region=request.app.state.region,
        who=who,
        barred=lambda told: _tell(request, told, campaign),
    )


def _tell(request: Request, told: Barred, campaign: str) -> None:
    """Let the leads leave the hopper."""
    if told.numbers:
        request.app.state.post(
            LeadsBarred(numbers=told.numbers, campaign=CampaignName(campaign) if campaign else None)
        )


# -- consents


@router.get("/consents")
async def consents_listed(
    request: Request,
    database: Database,
    _: Supervisor,
    number: Annotated[str | None, Query(max_length=64)] = None,
    campaign: CampaignAsked = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ConsentRow]:
    """What people have said last about being called, newest first."""
    wanted = None if number is None else _written(request, number)
    found = await consents.consents(database, number=wanted, campaign=campaign, limit=limit)
    return [_consent_row(one) for one in found]


@router.put("/consents", status_code=204)
async def say(request: Request, someone: Supervisor, body: ConsentForm) -> None:
    """Write what somebody has said: the last word counts, the audit keeps all."""
    number = _written(request, body.number)
    async with changing(request) as session:
        await consents.say(
            session,
            number,
            body.campaign,
            given=body.given,
            source=body.source,
            who=someone.me.login,
        )


def _written(request: Request, number: str) -> str:
    written = e164(number, request.app.state.region)
    if written is None:
        raise Problem(422, "This is no telephone number.", "Write it in full, such as +8613….")
    return written


def _entry_row(entry: Entry) -> EntryRow:
    return EntryRow(
        id=entry.id,
        number=entry.number,
        prefix=entry.prefix,
        campaign=entry.campaign,
        source=entry.source,
        reason=entry.reason,
        added_at=to_ms(entry.added_at),
        added_by=entry.added_by,
    )


def _consent_row(one: CallingConsent) -> ConsentRow:
    return ConsentRow(
        number=one.number,
        campaign=one.campaign,
        given=one.given,
        source=one.source,
        at=to_ms(one.at),
        by=one.by,
    )

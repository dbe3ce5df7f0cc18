"""Callers who are a nuisance, over HTTP: agents mark them, supervisors keep the list."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from ccserver.db import nuisance
from ccserver.db.people import Role
from ccserver.web.auth import Someone, Supervisor
from ccserver.web.config import ReasonForm
from ccserver.web.contacts import ContactInPath, seen_contact
from ccserver.web.database import Database, changing
from ccserver.web.instants import to_ms
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["nuisance"])


class NuisanceRow(BaseModel):
    """A number on the list."""

    number: str
    reason: str
    contact: str | None
    """The call in which it was marked."""
    marked_by: str
    marked_at: int


@router.get("/nuisance")
async def listed(database: Database, _: Supervisor) -> list[NuisanceRow]:
    """The list, newest first."""
    return [
        NuisanceRow(
            number=one.number,
            reason=one.reason,
            contact=one.contact,
            marked_by=one.marked_by,
            marked_at=to_ms(one.marked_at),
        )
        for one in await nuisance.everyone(database)
    ]


@router.delete("/nuisance/{number}", status_code=204)
async def take_off(
    request: Request,
    _: Supervisor,
    number: Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$")],
) -> None:
    """Take a number off the list."""
    async with changing(request) as session:
        if not await nuisance.unmark(session, number):
            raise Problem(404, "This number is not on the list.", "GET /api/nuisance shows it.")
    request.app.state.flow_tools.changed()


@router.post("/contacts/{contact}/nuisance", status_code=204)
async def mark(
    request: Request, someone: Someone, contact: ContactInPath, body: ReasonForm
) -> None:
    """Put the caller's number on the list: the agent who talked to him, or a supervisor."""
    async with changing(request) as session:
        found, _ = await seen_contact(request, session, someone.me, contact)
        if not found.caller:
            raise Problem(
                409, "This caller has hidden the number.", "There is nothing to put on the list."
            )
        await nuisance.mark(
            session,
            found.caller,
            reason=body.reason.replace("\0", ""),
            who=someone.me.login,
            contact=found.contact,
        )
    request.app.state.flow_tools.changed()


@router.delete("/contacts/{contact}/nuisance", status_code=204)
async def unmark(request: Request, someone: Someone, contact: ContactInPath) -> None:
    """Take the caller's number off the list: who put it there, or a supervisor."""
    me = someone.me
    async with changing(request) as session:
        found, _ = await seen_contact(request, session, me, contact)
        listed = await nuisance.marked(session, found.caller)
        if listed is None:
            raise Problem(404, "This caller's number is not on the list.", "All is well.")
        if me.role is Role.AGENT and listed.marked_by != me.login:
            raise Problem(403, "Somebody else has marked this number.", "Ask a supervisor.")
        await nuisance.unmark(session, found.caller)
    request.app.state.flow_tools.changed()

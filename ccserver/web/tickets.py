"""Service tickets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from ccserver.core.steps import TicketKind
from ccserver.db import service_tickets
from ccserver.db.service_tickets import TicketState
from ccserver.web.auth import Supervisor
from ccserver.web.contact_rows import TicketRow, ticket_row
from ccserver.web.database import Database, changing

router = APIRouter(prefix="/api/service-tickets", tags=["service tickets"])

_NUMBER_MAX = 2**63 - 1


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


@router.post("/{number}/close")
async def close(
    request: Request, someone: Supervisor, number: Annotated[int, Path(ge=1, le=_NUMBER_MAX)]
) -> TicketRow:
    """What it asks for was done. One that is closed stays as it is."""
    async with changing(request) as session:
        closed = await service_tickets.close(session, number, who=someone.me.login)
    return ticket_row(closed)

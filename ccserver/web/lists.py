"""Lists of leads over HTTP: made, filled, watched and changed. For supervisors."""

import csv
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path as FilePath
from typing import Annotated, Final, Literal, Protocol

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import CampaignName, LeadId, LeadState
from ccserver.core.dial_events import LeadSettled
from ccserver.db import audience, lists
from ccserver.numbers import e164
from ccserver.web.auth import Supervisor
from ccserver.web.database import Database, changing
from ccserver.web.instants import from_ms
from ccserver.web.lead_rows import (
    AudienceCount,
    FaultPage,
    FillForm,
    LeadChange,
    LeadPage,
    LeadShown,
    ListChange,
    ListForm,
    ListRow,
    fault_row,
    lead_row,
    list_row,
)
from ccserver.web.problems import Problem
from ccserver.web.uploads import FILE_BYTES_MAX, receive

router = APIRouter(prefix="/api", tags=["lists of leads"])

FAULTS_AT_ONCE: Final = 5_000
_CSV: Final = "text/csv; charset=utf-8"

CampaignInPath = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$")]
KeyInPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=lists.LIMIT_MAX)]
FileName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Imports(Protocol):
    """Who brings leads in the background."""

    def place(self) -> FilePath:
        """Where a file that comes is to be written."""

    def start(self, call_list: int, file: FilePath | None) -> None:
        """Bring the leads of a list that is `importing`."""


@router.get("/campaigns/{campaign}/lists")
async def listed(database: Database, _: Supervisor, campaign: CampaignInPath) -> list[ListRow]:
    """A campaign's lists, in the order in which they are called."""
    return [list_row(row) for row in await lists.of_campaign(database, campaign)]


@router.post("/campaigns/{campaign}/lists", status_code=201)
async def create(
    request: Request, someone: Supervisor, campaign: CampaignInPath, body: ListForm
) -> ListRow:
    """Make an empty list. Its leads come by `import` or `fill`."""
    said = body.model_dump()
    said["region"] = said["region"] or request.app.state.region
    async with changing(request) as session:
        made = await lists.create(session, campaign, who=someone.me.login, **said)
    return list_row(made)


@router.get("/lists/{key}")
async def one(database: Database, _: Supervisor, key: KeyInPath) -> ListRow:
    """One list: how far its import is, and what became of its leads."""
    row = await lists.call_list(database, key)
    return list_row(row, await lists.leads_by_state(database, key))


@router.patch("/lists/{key}")
async def change(request: Request, _: Supervisor, key: KeyInPath, body: ListChange) -> ListRow:
    """Another title, priority or share, or whether its leads are called at all."""
    said = {name: value for name, value in body.model_dump().items() if value is not None}
    async with changing(request) as session:
        row = await lists.change(session, key, said)
    return list_row(row)


# -- filling


@router.post("/lists/{key}/import", status_code=202, max_body_size=FILE_BYTES_MAX)
async def import_file(
    request: Request,
    _: Supervisor,
    key: KeyInPath,
    name: FileName = "",
    duplicates: Literal["list", "campaign"] = "list",
) -> ListRow:
    """Fill an empty list from a file, CSV or XLSX, which is the request's body.

    It comes in the background: GET the list for the progress, its faults for the rows that became
    no leads. With `duplicates=campaign` whoever is a lead of another list of the campaign is none
    of this one.
    """
    imports: Imports = request.app.state.imports
    async with changing(request) as session:
        await lists.require_empty(session, key)  # before so much is sent
    file = imports.place()
    try:
        await receive(request, file)
        async with changing(request) as session:
            row = await lists.begin(session, key, {"file": name, "duplicates": duplicates})
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    imports.start(key, file)
    return list_row(row)


@router.post("/lists/{key}/fill", status_code=202)
async def fill(request: Request, _: Supervisor, key: KeyInPath, body: FillForm) -> ListRow:
    """Fill an empty list from the customer base. It comes in the background."""
    imports: Imports = request.app.state.imports
    said = body.filter.model_dump(mode="json", exclude_defaults=True)
    async with changing(request) as session:
        row = await lists.begin(session, key, {"filter": said, "duplicates": body.duplicates})
    imports.start(key, None)
    return list_row(row)


@router.post("/lists/count")
async def count(
    request: Request, database: Database, _: Supervisor, body: audience.AudienceForm
) -> AudienceCount:
    """How many customers a filter finds, before a list is filled."""
    found, drawn = await audience.count(database, body, request.app.state.zone)
    return AudienceCount(found=found, drawn=drawn)


# -- faults


@router.get("/lists/{key}/faults")
async def faults(
    database: Database, _: Supervisor, key: KeyInPath, after: After = 0, limit: Limit = 100
) -> FaultPage:
    """The rows that became no leads, below row `after`."""
    await lists.call_list(database, key)
    rows = await lists.faults(database, key, after=after, limit=limit)
    more = rows[-1].row if len(rows) == limit else None
    return FaultPage(faults=[fault_row(row) for row in rows], next=more)


@router.get("/lists/{key}/faults.csv", response_class=StreamingResponse)
async def faults_file(
    request: Request, database: Database, _: Supervisor, key: KeyInPath
) -> StreamingResponse:
    """The same as a file, all of them."""
    await lists.call_list(database, key)
    return StreamingResponse(
        _fault_lines(request.app.state.sessions, key),
        media_type=_CSV,
        headers={"Content-Disposition": f'attachment; filename="list-{key}-faults.csv"'},
    )


async def _fault_lines(
    sessions: async_sessionmaker[AsyncSession], key: int
) -> AsyncIterator[bytes]:
    # Excel takes a file for UTF-8 only where it begins so.
    yield "\ufeffrow,fault,detail\r\n".encode()
    after = 0
    while True:
        async with sessions() as session:
            rows = await lists.faults(session, key, after=after, limit=FAULTS_AT_ONCE)
        if not rows:
            return
        text = StringIO(newline="")
        csv.writer(text).writerows((row.row, row.fault, _harmless(row.detail)) for row in rows)
        yield text.getvalue().encode()
        after = rows[-1].row


def _harmless(detail: str) -> str:
    """A detail quotes the file: no spreadsheet may take it for a formula."""
    return f"'{detail}" if detail[:1] in "=+-@" else detail


# -- leads


@router.get("/lists/{key}/leads")
async def leads(
    request: Request,
    database: Database,
    _: Supervisor,
    key: KeyInPath,
    state: LeadState | None = None,
    number: Annotated[str | None, Query(max_length=64)] = None,
    customer: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    after: After = 0,
    limit: Limit = 100,
) -> LeadPage:
    """Leads of a list, those after the lead of this id."""
    await lists.call_list(database, key)
    written = None if number is None else e164(number, request.app.state.region)
    if number is not None and written is None:
        raise Problem(422, "This is no telephone number.", "Write it in full, such as +8613….")
    rows = await lists.leads(
        database, key, state=state, number=written, customer=customer, after=after, limit=limit
    )
    more = rows[-1].id if len(rows) == limit else None
    return LeadPage(leads=[lead_row(row) for row in rows], next=more)


@router.put("/leads/{key}")
async def change_lead(
    request: Request, _: Supervisor, key: KeyInPath, body: LeadChange
) -> LeadShown:
    """Call a lead anew, give it to an agent, put it off, or have done with it."""
    async with changing(request) as session:
        row = await lists.change_lead(
            session,
            key,
            state=None if body.state is None else LeadState(body.state),
            agent=body.agent,
            not_before=None if body.not_before is None else from_ms(body.not_before),
        )
    if body.state == "completed":
        request.app.state.post(
            LeadSettled(lead=LeadId(row.id), campaign=CampaignName(row.campaign))
        )
    return lead_row(row)

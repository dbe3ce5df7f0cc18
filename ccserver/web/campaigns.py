"""Campaigns over HTTP: how they stand, what they have reached, and how it is proven. Supervisors
start and stop them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.config.form import ConfigForm
from ccserver.core.campaigns import CampaignName, CampaignState, Result
from ccserver.db import campaigns, compliance, config
from ccserver.db.campaign_figures import campaign_figures, list_figures
from ccserver.db.campaign_tables import CampaignReportRow
from ccserver.db.campaigns import Standing
from ccserver.db.compliance import Wanted
from ccserver.web.auth import Supervisor
from ccserver.web.campaign_figure_rows import CampaignFiguresRow, figures_row
from ccserver.web.campaign_rows import (
    AttemptList,
    CampaignRow,
    EntryRow,
    ReportRow,
    attempt_row,
    campaign_row,
    entry_row,
)
from ccserver.web.compliance_files import PDF, csv_of, pdf_of
from ccserver.web.compliance_report import USUAL_DAYS, report_of
from ccserver.web.compliance_words import Language
from ccserver.web.database import Database, changing
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.interval_files import CSV
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/campaigns", tags=["campaigns"])

_log = structlog.get_logger("ccserver.web")

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

CampaignInPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Login = Annotated[str, Field(max_length=64, pattern=_PRINTABLE)]


class StateForm(BaseModel, extra="forbid"):
    """Where a campaign is to go."""

    state: CampaignState
    reason: Annotated[str, Field(max_length=200, pattern=_PRINTABLE)] = ""


class SpanQuery(BaseModel, extra="forbid"):
    """Which attempts: those placed within this span."""

    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    """ms since 1970 UTC; left out: 30 days before `to`."""
    until: int | None = Field(None, alias="to", ge=0, le=YEAR_9999_MS)
    """Left out: now."""

    def span(self) -> tuple[datetime, datetime]:
        """The same as instants."""
        until_ms = int(clock.now() * 1000) + 1 if self.until is None else self.until
        since_ms = max(0, until_ms - USUAL_DAYS * 86_400_000) if self.since is None else self.since
        if since_ms >= until_ms:
            raise Problem(422, "The span is empty.", "Give a `from` that is before `to`.")
        return from_ms(since_ms), from_ms(until_ms)


class ReportQuery(SpanQuery):
    """Which attempts, and in which language."""

    language: Language = "zh"


class AttemptQuery(BaseModel, extra="forbid"):
    """Which attempts. What is left out matters not."""

    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    until: int | None = Field(None, alias="to", ge=0, le=YEAR_9999_MS)
    result: Result | Literal["open"] | None = None
    """`open`: those that go on."""
    number: str | None = Field(None, pattern=r"^\+?[0-9]{1,18}$")
    """E.164."""
    agent: Login | None = None
    after: UUID | None = None
    """The `next` of the page before."""
    limit: int = Field(50, ge=1, le=500)


@router.get("")
async def every(database: Database, _: Supervisor) -> list[CampaignRow]:
    """All campaigns of the configuration, and those that have run and are not in it any more."""
    form = await config.shared(database)
    standings = await campaigns.standings(database)
    return [
        campaign_row(
            name,
            form.campaigns.get(name),
            standings.get(CampaignName(name), Standing()),
            await list_figures(database, name),
        )
        for name in sorted(form.campaigns.keys() | standings.keys())
    ]


@router.get("/{name}")
async def one(database: Database, _: Supervisor, name: CampaignInPath) -> CampaignRow:
    """One campaign."""
    return await _row(database, await _known(database, name), name)


@router.post("/{name}/state")
async def set_state(
    request: Request, supervisor: Supervisor, name: CampaignInPath, body: StateForm
) -> CampaignRow:
    """Start, pause or stop a campaign. What is so already stays as it is."""
    me = supervisor.me
    async with changing(request) as session:
        form = await _known(session, name)
        wanted = CampaignName(name)
        if name not in form.campaigns and body.state is not CampaignState.STOPPED:
            raise Problem(
                409,
                f"{name} is not in the configuration any more.",
                "Put it back there before it is started.",
            )
        try:
            await campaigns.set_state(
                session, wanted, body.state, me.login, body.reason, at=clock.now()
            )
        except campaigns.NotAllowedError as error:
            row = await _row(session, form, name)
            ways = ", ".join(row.ways) or "nothing"
            raise Problem(
                409, f"{name} is {error.state} and cannot become {error.wanted}.",
                f"It can become: {ways}.",
            ) from error  # fmt: skip
        changed = await _row(session, form, name)
    _log.info("a campaign was sent on", campaign=name, state=body.state, by=me.login)
    request.app.state.config_changed()
    return changed


@router.get("/{name}/figures")
async def figures(
    request: Request,
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    query: Annotated[SpanQuery, Query()],
) -> CampaignFiguresRow:
    """What it has reached: results, shares, abandonment by each definition, detection, lists."""
    since, until = query.span()
    form = await _known(database, name)
    zone = request.app.state.zone
    return figures_row(await campaign_figures(database, name, since, until, form=form, zone=zone))


@router.get("/{name}/attempts")
async def attempts(
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    query: Annotated[AttemptQuery, Query()],
) -> AttemptList:
    """Its calls, newest first, each with the checks and the pacing figures from before it."""
    await _known(database, name)
    wanted = Wanted(
        since=None if query.since is None else from_ms(query.since),
        until=None if query.until is None else from_ms(query.until),
        result=query.result,
        number=query.number,
        agent=query.agent,
    )
    found = await compliance.newest(
        database, name, wanted, after=query.after, limit=query.limit + 1
    )
    page = found[: query.limit]
    more = str(page[-1].id) if len(found) > len(page) else None
    return AttemptList(attempts=[attempt_row(one) for one in page], next=more)


@router.get("/{name}/evidence")
async def evidence(
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[EntryRow]:
    """The chain of evidence in its order, after this seq: whoever has it can verify it himself."""
    await _known(database, name)
    found = await compliance.entries(database, name, after=after, limit=limit)
    return [entry_row(one) for one in found]


@router.get("/{name}/reports")
async def reports(
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
) -> list[ReportRow]:
    """What it did each day or night, as it was told in the morning, the newest first."""
    await _known(database, name)
    wanted = select(CampaignReportRow).where(CampaignReportRow.campaign == name)
    if before is not None:
        wanted = wanted.where(CampaignReportRow.id < before)
    rows = await database.scalars(wanted.order_by(CampaignReportRow.id.desc()).limit(limit))
    return [
        ReportRow(
            id=row.id,
            from_at=to_ms(row.from_at),
            until_at=to_ms(row.until_at),
            created_at=to_ms(row.created_at),
            body=row.body,
        )
        for row in rows
    ]


@router.get("/{name}/compliance.pdf")
async def compliance_pdf(
    request: Request,
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    query: Annotated[ReportQuery, Query()],
) -> Response:
    """The compliance report. The whole chain of evidence is verified for it."""
    since, until = query.span()
    form = await _known(database, name)
    report = await report_of(
        database, name, since, until,
        form=form, zone=request.app.state.zone, made_at=from_ms(int(clock.now() * 1000)),
    )  # fmt: skip
    # Drawing takes a second where much is listed, and other requests do not wait for it.
    made = await asyncio.to_thread(pdf_of, report, query.language)
    return Response(made, media_type=PDF, headers=_saved_as(f"{name}-compliance.pdf"))


@router.get("/{name}/compliance.csv")
async def compliance_csv(
    request: Request,
    database: Database,
    _: Supervisor,
    name: CampaignInPath,
    query: Annotated[SpanQuery, Query()],
) -> StreamingResponse:
    """Each attempt of the span with the rules, the checks and the pacing figures in force."""
    since, until = query.span()
    await _known(database, name)

    async def pieces() -> AsyncIterator[bytes]:
        async with request.app.state.sessions() as session:
            every = compliance.attempts(session, name, since, until)
            async for piece in csv_of(every, request.app.state.zone):
                yield piece

    return StreamingResponse(pieces(), media_type=CSV, headers=_saved_as(f"{name}-compliance.csv"))


async def _known(session: AsyncSession, name: str) -> ConfigForm:
    """The configuration; 404 unless the campaign is there, or has ever run."""
    form = await config.shared(session)
    if name not in form.campaigns:
        standing = await campaigns.standing(session, CampaignName(name))
        if standing.changed_at is None:
            raise Problem(404, f"There is no campaign `{name}`.", "GET /api/campaigns lists all.")
    return form


async def _row(session: AsyncSession, form: ConfigForm, name: str) -> CampaignRow:
    standing = await campaigns.standing(session, CampaignName(name))
    lists = await list_figures(session, name)
    return campaign_row(name, form.campaigns.get(name), standing, lists)


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}

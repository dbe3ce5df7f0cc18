"""What callers do in flows, over HTTP: drop-off at each step, canaries, surveys, a drawing."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.fields import Zone
from ccserver.core.ids import AgentId, Queue
from ccserver.core.release import Difference, Share
from ccserver.db import flows, surveys, walks
from ccserver.db.days import span_of
from ccserver.db.flows import UTC, NoSuchFlowError
from ccserver.db.publishing import NoCanaryError
from ccserver.db.walks import FlowFigures, Side
from ccserver.flows.draw import DrawError
from ccserver.flows.faults import FlowError
from ccserver.web.auth import Supervisor
from ccserver.web.database import Database
from ccserver.web.flow_tools import FlowTools
from ccserver.web.flows import FlowInPath, VersionInQuery, stored_flow
from ccserver.web.instants import to_ms
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["flows"])

_FIRST, _LAST = date(1970, 1, 2), date(9998, 12, 31)
Day = Annotated[date, Query(ge=_FIRST, le=_LAST)]
ZoneInQuery = Annotated[Zone | None, Query(max_length=64)]
Name = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")]


class StepFiguresRow(BaseModel):
    """What callers did at a step. Who came to it again counts again."""

    step: str
    """`part.step` in a part."""
    entered: int
    left_here: int
    """Those who hung up."""
    ended: dict[str, int]
    """How those walks ended of which this was the last step."""
    went_on: dict[str, int]
    """How it was left for another step: `then`, `key 1` …"""


class FlowFiguresPage(BaseModel):
    """What a day's walks through a flow add up to."""

    flow: str
    version: int | None
    """Null: all versions together."""
    since: int
    until: int
    walks: int
    ended: dict[str, int]
    mean_ms: int
    steps: list[StepFiguresRow]


class ShareRow(BaseModel):
    """So many of so many, with the 95 % interval of the true share."""

    count: int
    share: float
    low: float
    high: float


class SideRow(BaseModel):
    """What came of the callers of one version."""

    version: int
    walks: int
    ended: dict[str, ShareRow]
    mean_ms: int


class DifferenceRow(BaseModel):
    """The canary's share less the other's, with the 95 % interval of the true difference."""

    value: float
    low: float
    high: float
    is_certain: bool
    """Chance alone would hardly make such a difference."""


class ComparisonPage(BaseModel):
    """A canary beside what the other callers get."""

    since: int
    released: SideRow
    canary: SideRow
    differences: dict[str, DifferenceRow]


class QuestionRow(BaseModel):
    """What the answers to a survey's question add up to."""

    survey: str
    question: str
    keys: dict[str, int]
    recordings: int
    """Answers in the callers' own words."""
    mean: float | None
    """Of the digits; null: there are none."""


@router.get("/flows/{flow}/figures")
async def figures(
    database: Database,
    _: Supervisor,
    flow: FlowInPath,
    day: Day,
    version: VersionInQuery = None,
    zone: ZoneInQuery = None,
) -> FlowFiguresPage:
    """What callers did at each step, and how their walks ended, on a day of the flow's zone."""
    found = await _figures(database, flow, day, version, zone)
    return FlowFiguresPage(
        flow=flow,
        version=version,
        since=to_ms(found.since),
        until=to_ms(found.until),
        walks=found.walks,
        ended=dict(found.ended),
        mean_ms=round(found.mean_seconds * 1000),
        steps=[
            StepFiguresRow(
                step=step.step,
                entered=step.entered,
                left_here=step.left_here,
                ended=dict(step.ended),
                went_on=dict(step.went_on),
            )
            for step in found.steps
        ],
    )


@router.get("/flows/{flow}/canary")
async def compare(database: Database, _: Supervisor, flow: FlowInPath) -> ComparisonPage:
    """A canary beside what the other callers got since they are shared out as now."""
    released = await flows.released(database, flow)
    if released.release.canary_version is None or released.canary_since is None:
        raise NoCanaryError
    found = await walks.comparison(
        database,
        flow,
        version=released.release.version,
        canary_version=released.release.canary_version,
        since=released.canary_since,
    )
    return ComparisonPage(
        since=to_ms(found.since),
        released=_side(found.released),
        canary=_side(found.canary),
        differences={way: _difference(one) for way, one in found.differences.items()},
    )


_SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}}}


@router.get("/flows/{flow}/drawing.svg", response_class=Response, responses=_SVG)
async def drawing(
    request: Request,
    database: Database,
    _: Supervisor,
    flow: FlowInPath,
    day: Annotated[date | None, Query(ge=_FIRST, le=_LAST)] = None,
    version: VersionInQuery = None,
    zone: ZoneInQuery = None,
) -> Response:
    """The flow as a picture; with `day` what callers of this version did."""
    if version is None:
        version = (await flows.released(database, flow)).release.version
    stored = await stored_flow(database, flow, version)
    walked = None if day is None else await _figures(database, flow, day, version, zone)
    tools: FlowTools = request.app.state.flow_tools
    try:
        picture = await asyncio.to_thread(tools.draw, flow, version, stored, walked)
    except FlowError as error:
        raise Problem(409, str(error), "Publish a version that can be read.") from error
    except DrawError as error:
        raise Problem(503, str(error), "Ask an administrator.") from error
    return Response(picture, media_type="image/svg+xml")


@router.get("/surveys")
async def survey_figures(
    database: Database,
    _: Supervisor,
    day: Day,
    zone: Annotated[Zone, Query(max_length=64)] = UTC,
    queue: Name = None,
    agent: Name = None,
) -> list[QuestionRow]:
    """What was answered on a day, by survey and question."""
    since, until = span_of(day, zone)
    found = await surveys.figures(
        database,
        since=since,
        until=until,
        queue=None if queue is None else Queue(queue),
        agent=None if agent is None else AgentId(agent),
    )
    return [
        QuestionRow(
            survey=one.survey,
            question=one.question,
            keys=dict(one.keys),
            recordings=one.recordings,
            mean=one.mean,
        )
        for one in found
    ]


async def _figures(
    session: AsyncSession, flow: str, day: date, version: int | None, zone: str | None
) -> FlowFigures:
    since, until = span_of(day, zone or await _zone(session, flow))
    return await walks.figures(session, flow, since=since, until=until, version=version)


async def _zone(session: AsyncSession, flow: str) -> str:
    try:
        version = (await flows.released(session, flow)).release.version
    except NoSuchFlowError:
        return UTC  # It may be walked and never have been published.
    return flows.zone_of(await stored_flow(session, flow, version))


def _side(one: Side) -> SideRow:
    return SideRow(
        version=one.version,
        walks=one.walks,
        ended={way: _share(share) for way, share in one.ended.items()},
        mean_ms=round(one.mean_seconds * 1000),
    )


def _share(one: Share) -> ShareRow:
    low, high = one.interval
    return ShareRow(count=one.count, share=one.value, low=low, high=high)


def _difference(one: Difference) -> DifferenceRow:
    return DifferenceRow(value=one.value, low=one.low, high=one.high, is_certain=one.is_certain)

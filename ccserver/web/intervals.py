"""The history of figures over HTTP: past and intraday intervals by queue, agent or team."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config import convert
from ccserver.config.desk_form import Flag
from ccserver.config.fields import Zone
from ccserver.config.form import TARGETS, ConfigForm
from ccserver.core.intervals import DEFINITIONS, Counts, figures
from ccserver.core.rules import Target
from ccserver.core.spans import Step, bounds, bounds_max
from ccserver.db import config
from ccserver.db.intervals import ALL, Asked, By, Key, intervals
from ccserver.db.people import Role, people
from ccserver.web.auth import Someone
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.interval_files import CSV, XLSX, as_csv, as_xlsx
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["figures"])

INTERVALS_MAX: Final = 10_000
ROWS_MAX: Final = 20_000
EXCEL_ROWS_MAX: Final = 5_000
"""A row costs a hundred times more in a workbook than in a text."""

Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]


class FiguresQuery(BaseModel, extra="forbid"):
    """Which figures are wanted."""

    by: By = By.QUEUE
    step: Step = Step.DAY
    """Minutes, or `day`."""
    since: int = Field(alias="from", ge=0, le=YEAR_9999_MS)
    """Calls that came at this instant (ms since 1970 UTC) or later."""
    until: int = Field(alias="to", ge=0, le=YEAR_9999_MS)
    """Calls that came before this instant."""
    zone: Zone | None = None
    """On whose clock days begin (IANA); left out: the site's."""
    name: list[Name] | None = Field(default=None, max_length=500)
    """Only these; repeatable. Left out: all."""
    fcr: bool = False
    """Count first-call resolution too, which costs a look at the 30 days that follow."""


class DefinitionRow(BaseModel):
    """What a figure is. It stands beside the number wherever that is shown."""

    id: str
    title: str
    formula: str
    variant: str
    """Which of several customs it follows; empty: there is but one."""
    unit: Literal["calls", "share", "ms"]


class FiguresRow(BaseModel, extra="allow"):
    """The figures of one name in one interval: beside these fields one for each definition's id,
    null where there is nobody yet of whom it could be told."""

    name: str | None
    """Null: all names together."""
    title: str
    from_at: int
    to_at: int


class FiguresPage(BaseModel):
    """Figures of intervals. An interval in which nothing was has no row."""

    definitions: list[DefinitionRow]
    by: By
    step: Step
    zone: str
    begins: list[int]
    """When each interval of the span begins, with rows or without."""
    rows: list[FiguresRow]
    totals: list[FiguresRow]
    """Of each name over the whole span."""
    all: FiguresRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures, and what they are of."""

    asked: Asked
    step: Step
    zone: str
    titles: Mapping[str, str]
    found: Mapping[Key, Counts]

    def rows(self) -> list[dict[str, Any]]:
        """Of each name and interval."""
        places = [key for key in self.found if key[1] is not None]
        return [self._row(*key) for key in sorted(places, key=lambda key: (key[0] or "", key[1]))]

    def totals(self) -> list[dict[str, Any]]:
        """Of each name, and of those who were asked for by name without having anything."""
        names = {name for name, _ in self.found if name is not None} | {*(self.asked.names or ())}
        return [self._row(name, None) for name in sorted(names)]

    def together(self) -> dict[str, Any]:
        """Of all names."""
        return self._row(*ALL)

    def _row(self, name: str | None, place: int | None) -> dict[str, Any]:
        begins = self.asked.bounds
        since, until = (
            (begins[0], begins[-1]) if place is None else (begins[place], begins[place + 1])
        )
        return {
            "name": name,
            "title": self.titles.get(name, name) if name is not None else "",
            "from_at": to_ms(since),
            "to_at": to_ms(until),
            **figures(self.found.get((name, place), Counts())),
        }

    def page(self) -> bytes:
        """As JSON: `FiguresPage`."""
        return orjson.dumps(
            {
                "definitions": [row.model_dump() for row in definition_rows()],
                "by": self.asked.by,
                "step": self.step,
                "zone": self.zone,
                "begins": [to_ms(one) for one in self.asked.bounds[:-1]],
                "rows": self.rows(),
                "totals": self.totals(),
                "all": self.together(),
            }
        )


def definition_rows() -> list[DefinitionRow]:
    """All definitions."""
    return [
        DefinitionRow.model_validate(
            {
                "id": one.id,
                "title": one.title,
                "formula": one.formula,
                "variant": one.variant,
                "unit": one.unit,
            }
        )
        for one in DEFINITIONS
    ]


@router.get("/figures/definitions")
async def definitions(_: Someone) -> list[DefinitionRow]:
    """What each figure is, in the order in which they are shown."""
    return definition_rows()


_JSON: dict[int | str, dict[str, Any]] = {200: {"model": FiguresPage}}


@router.get("/figures", response_class=Response, responses=_JSON)
async def history(
    request: Request,
    database: Database,
    someone: Someone,
    wanted: Annotated[FiguresQuery, Query()],
) -> Response:
    """Figures of past and intraday intervals. For supervisors; an agent sees the own ones."""
    found = await table(request, database, someone.me, wanted)
    # Thousands of rows: not on the loop, on which calls wait.
    return Response(await asyncio.to_thread(found.page), media_type="application/json")


@router.get("/figures.csv", response_class=Response, responses={200: {"content": {CSV: {}}}})
async def as_text(
    request: Request,
    database: Database,
    someone: Someone,
    wanted: Annotated[FiguresQuery, Query()],
) -> Response:
    """The same rows as CSV (UTF-8 with BOM), and under them what each figure is."""
    found = await table(request, database, someone.me, wanted)
    body = await asyncio.to_thread(lambda: as_csv(_all_rows(found), found.zone))
    return Response(body, media_type=CSV, headers=_named("figures.csv"))


@router.get("/figures.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def as_workbook(
    request: Request,
    database: Database,
    someone: Someone,
    wanted: Annotated[FiguresQuery, Query()],
) -> Response:
    """The same rows for Excel, 5,000 at most, and on a second sheet what each figure is."""
    found = await table(request, database, someone.me, wanted, rows_max=EXCEL_ROWS_MAX)
    body = await asyncio.to_thread(lambda: as_xlsx(_all_rows(found), found.zone))
    return Response(body, media_type=XLSX, headers=_named("figures.xlsx"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}


def _all_rows(found: Table) -> list[dict[str, Any]]:
    """With the totals last."""
    return [*found.rows(), *found.totals(), found.together()]


# -- what is asked


async def table(
    request: Request,
    session: AsyncSession,
    me: Me,
    wanted: FiguresQuery,
    *,
    rows_max: int = ROWS_MAX,
) -> Table:
    """The figures that this person may see. Raises Problem."""
    names = own_names(me, wanted.by, wanted.name)
    since, until = span(wanted.since, wanted.until)
    if bounds_max(since, until, wanted.step) > INTERVALS_MAX:
        raise Problem(
            422,
            f"That would be more than {INTERVALS_MAX} intervals.",
            "Ask for a shorter span, or a longer step.",
        )
    form = await config.current(session)
    zone: str = wanted.zone or request.app.state.zone
    live: Live = request.app.state.live
    asked = Asked(
        by=wanted.by,
        bounds=bounds(since, until, wanted.step, zone),
        names=names,
        now=datetime.fromtimestamp(live.now(), UTC),
        targets=targets(form),
        repeats=wanted.fcr,
        completed=completed(form),
    )
    found = await intervals(session, asked)
    if len(found) > rows_max:
        raise Problem(
            422,
            f"That would be more than {rows_max} rows.",
            "Ask for fewer names, a shorter span, or a longer step.",
        )
    titles = await titles_of(session, wanted.by, form)
    return Table(asked=asked, step=wanted.step, zone=zone, titles=titles, found=found)


def own_names(me: Me, by: By, names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Whose figures this person gets: None: all. Raises Problem."""
    if me.role is not Role.AGENT:
        return None if names is None else tuple(dict.fromkeys(names))
    if by is not By.AGENT or me.agent is None or (names and set(names) != {me.agent}):
        raise Problem(403, "These are others' figures.", "Ask with by=agent, for your own.")
    return (me.agent,)


def span(since: int, until: int) -> tuple[datetime, datetime]:
    """The instants. Raises Problem."""
    if since >= until:
        raise Problem(422, "`from` is not before `to`.", "Give a span of some length.")
    return from_ms(since), from_ms(until)


def targets(form: ConfigForm) -> dict[str, tuple[Target, ...]]:
    """The service levels of each queue, and under no name those of the rest."""
    usual = tuple(
        Target(tier=tier, share=one.share, seconds=one.seconds)
        for tier, one in (TARGETS | form.targets).items()
    )
    return {"": usual} | {
        rules.name: rules.targets for rules in convert.queue_rules(form, closed=frozenset())
    }


def completed(form: ConfigForm) -> tuple[str, ...]:
    """The dispositions after which nothing is left to do."""
    return tuple(name for name, one in form.dispositions.items() if Flag.COMPLETED in one.flags)


async def titles_of(session: AsyncSession, by: By, form: ConfigForm) -> dict[str, str]:
    """Names as people read them."""
    match by:
        case By.QUEUE:
            return {name: one.title or name for name, one in form.queues.items()}
        case By.TEAM:
            return {name: title or name for name, title in form.teams.items()} | {"": ""}
        case By.AGENT:
            gone = await people(session, active=False)
            return {one.login: one.name for one in (*gone, *await people(session))}

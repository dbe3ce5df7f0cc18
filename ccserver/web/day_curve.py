"""A day by the minute over HTTP, and the calls that are to be expected on it."""

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.form import ConfigForm
from ccserver.core.commands import CallState
from ccserver.core.forecast import QUARTERS, forecast, past_days
from ccserver.db import config
from ccserver.db.day_curve import day_curve, quarters
from ccserver.db.days import span_of
from ccserver.db.intervals import By
from ccserver.web.auth import Someone
from ccserver.web.database import Database
from ccserver.web.flow_figures import Day, ZoneInQuery
from ccserver.web.instants import from_ms, to_ms
from ccserver.web.intervals import Name, own_names
from ccserver.web.live import Live
from ccserver.web.messages import CallInfo

router = APIRouter(prefix="/api", tags=["figures"])

MINUTE_MS = 60_000
MINUTES_OF_QUARTER = 15


class ExpectedCalls(BaseModel):
    """Calls by quarter of an hour on the clock on the wall: 96 numbers each, from midnight."""

    usual: list[float]
    """On a usual day: the same weekday of the eight weeks before, without holidays, days without
    calls, and the fewest and most of each quarter."""
    busyness: float
    """Today, as a multiple of the usual, as far as can be told yet."""
    expected: list[float]
    """What has come in the quarters that are over; for the others the usual times the busyness."""
    total: float
    """Calls of the whole day: those that have come and those that are expected."""
    days: int
    """Days that this was learnt from."""


class DayPage(BaseModel):
    """A day, with one number for each minute that has begun."""

    day: date
    zone: str
    by: By
    begins_at: int
    minute_ms: int = MINUTE_MS
    arrived: list[int]
    """Calls that joined the queues; of agents and teams: that were given to them."""
    answered: list[int]
    abandoned: list[int]
    """The short ones too."""
    in_talk: list[int]
    """Customers who were talked to, or on hold, when the minute began."""
    signed_in: list[int]
    """Agents who were, when the minute began: of queues, those who serve them as configured now."""
    expected: ExpectedCalls | None
    """Null: by agent or team, or no day is known to learn from."""


@router.get("/figures/day")
async def whole_day(
    request: Request,
    database: Database,
    someone: Someone,
    day: Day,
    zone: ZoneInQuery = None,
    by: By = By.QUEUE,
    name: Annotated[list[Name] | None, Field(max_length=500), Query()] = None,
) -> DayPage:
    """A day to the minute, with what is to be expected of it. An agent sees the own one."""
    names = own_names(someone.me, by, name)
    there: str = zone or request.app.state.zone
    live: Live = request.app.state.live
    now = datetime.fromtimestamp(live.now(), UTC)
    since, until = span_of(day, there)
    form = await config.current(database)
    curve = await day_curve(
        database,
        by,
        names,
        since=since,
        until=until,
        now=now,
        talks=_talks(live, by, names, form),
    )
    expected = await _expected(database, day, there, names, form, now) if by is By.QUEUE else None
    return DayPage(
        day=day,
        zone=there,
        by=by,
        begins_at=to_ms(since),
        arrived=list(curve.arrived),
        answered=list(curve.answered),
        abandoned=list(curve.abandoned),
        in_talk=list(curve.in_talk),
        signed_in=list(curve.signed_in),
        expected=expected,
    )


def _talks(live: Live, by: By, names: tuple[str, ...] | None, form: ConfigForm) -> list[datetime]:
    """Since when those talks last that go on: the history has them when they are over."""

    def of(call: CallInfo) -> str | None:
        match by:
            case By.QUEUE:
                return call.queue
            case By.AGENT:
                return call.agent
            case By.TEAM:
                agent = form.agents.get(call.agent or "")
                return "" if agent is None else agent.team or ""

    return [
        from_ms(call.since_at)
        for call in live.view.calls.values()
        if call.state is CallState.TALKING and (names is None or of(call) in names)
    ]


async def _expected(
    session: AsyncSession,
    day: date,
    zone: str,
    names: tuple[str, ...] | None,
    form: ConfigForm,
    now: datetime,
) -> ExpectedCalls | None:
    special = {one for calendar in form.calendars.values() for one in calendar.special}
    counts = await quarters(session, [day, *past_days(day, special)], zone, names)
    local = now.astimezone(ZoneInfo(zone))
    over = (local.hour * 60 + local.minute) // MINUTES_OF_QUARTER
    begun = QUARTERS if local.date() > day else 0 if local.date() < day else over
    found = forecast(counts[1:], counts[0][:begun])
    if found is None:
        return None
    return ExpectedCalls(
        usual=list(found.usual),
        busyness=found.busyness,
        expected=list(found.expected),
        total=found.total,
        days=found.days,
    )

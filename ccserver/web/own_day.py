"""An agent's own day over HTTP: what was done, and who is still to be called back."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from ccserver.core.ids import AgentId
from ccserver.core.intervals import Counts, figures
from ccserver.db import config
from ccserver.db.customer_records import planned_of
from ccserver.db.intervals import Asked, By, intervals
from ccserver.db.own_day import missed, outbound_calls, pauses_ms
from ccserver.db.people import Role
from ccserver.web.auth import Someone
from ccserver.web.customers import PlannedRow, planned_row
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, to_ms
from ccserver.web.intervals import span, targets
from ccserver.web.live import Live
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/agents/{agent}", tags=["figures"])


class SpanQuery(BaseModel, extra="forbid"):
    """From when until when."""

    since: int = Field(alias="from", ge=0, le=YEAR_9999_MS)
    """From this instant (ms since 1970 UTC) on."""
    until: int = Field(alias="to", ge=0, le=YEAR_9999_MS)
    """Before this instant."""


Span = Annotated[SpanQuery, Query()]


class OwnDay(BaseModel):
    """What an agent did. Contacts count from when the agent was first given them."""

    calls: int
    """Contacts in which the agent talked to the customer, those that went out too."""
    outbound_calls: int
    missed: int
    """Offers that the agent did not take."""
    talk_ms: int
    hold_ms: int
    """With consultations."""
    wrap_up_ms: int
    paused_ms: dict[str, int]
    """By reason."""
    logged_in_ms: int
    occupancy: float | None
    """(On call + wrap-up) / (on call + wrap-up + idle); null: neither was yet."""
    service_level: float | None
    """`sl_answered` of the calls that the agent answered; null: none yet."""
    aht_ms: int | None
    """(Talk + hold + wrap-up) / calls; null: none yet."""


class MissedRow(BaseModel):
    """A customer who gave up after the call had been offered to the agent."""

    contact: str
    at: int
    """When the last offer to the agent was over."""
    number: str
    """Empty: not known."""
    customer: str | None
    customer_name: str
    """Empty: not known."""
    queue: str | None
    called_back: bool
    """Somebody has talked to the customer since."""


async def _own(someone: Someone, agent: Annotated[str, Path(max_length=64)]) -> AgentId:
    """The agent himself, or a supervisor, asks. 403 for others."""
    if someone.me.role is Role.AGENT and someone.me.agent != agent:
        raise Problem(403, "This is another agent's day.", "Ask for your own.")
    return AgentId(agent.replace("\0", ""))


OwnAgent = Annotated[AgentId, Depends(_own)]


@router.get("/day")
async def own_day(request: Request, database: Database, agent: OwnAgent, wanted: Span) -> OwnDay:
    """What the agent did in this span of time."""
    since, until = span(wanted.since, wanted.until)
    live: Live = request.app.state.live
    now = datetime.fromtimestamp(live.now(), UTC)
    form = await config.current(database)
    asked = Asked(
        by=By.AGENT, bounds=(since, until), names=(agent,), now=now, targets=targets(form)
    )
    counts = (await intervals(database, asked)).get((agent, None), Counts())
    told = figures(counts)
    return OwnDay(
        calls=counts.handled,
        outbound_calls=await outbound_calls(database, agent, since, until),
        missed=counts.flowed_out.get("missed", 0),
        talk_ms=counts.talk_ms,
        hold_ms=counts.hold_ms,
        wrap_up_ms=counts.wrap_up_ms,
        paused_ms=await pauses_ms(database, agent, since, until, now),
        logged_in_ms=counts.logged_in_ms,
        occupancy=told["occupancy"],
        service_level=told["sl_answered"],
        aht_ms=None if told["aht_ms"] is None else round(told["aht_ms"]),
    )


@router.get("/missed")
async def missed_calls(database: Database, agent: OwnAgent, wanted: Span) -> list[MissedRow]:
    """Customers who gave up after they had been offered to the agent, newest first, 200 at most."""
    since, until = span(wanted.since, wanted.until)
    return [
        MissedRow(
            contact=one.contact,
            at=to_ms(one.at),
            number=one.number,
            customer=one.customer,
            customer_name=one.name,
            queue=one.queue,
            called_back=one.called_back,
        )
        for one in await missed(database, agent, since, until)
    ]


@router.get("/callbacks")
async def callbacks(database: Database, agent: OwnAgent) -> list[PlannedRow]:
    """The calls that this agent is to make, the next one first."""
    return [planned_row(plan) for plan in await planned_of(database, agent)]

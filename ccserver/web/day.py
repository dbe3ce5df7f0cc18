"""How an agent spent the day."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from ccserver.core.ids import AgentId
from ccserver.core.site import Presence, WorkState
from ccserver.db import history
from ccserver.db.people import Role
from ccserver.web.auth import Someone
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["floor"])

Instant = Annotated[int, Query(ge=0, le=YEAR_9999_MS)]


class Stretch(BaseModel):
    """A finished stretch of time in which nothing of the agent's state changed."""

    presence: Presence
    reason: str
    work: WorkState
    contact: str | None
    started_at: int
    ended_at: int


@router.get("/agents/{agent}/intervals")
async def intervals(
    database: Database,
    someone: Someone,
    agent: Annotated[str, Path(max_length=64)],
    since: Instant,
    until: Instant,
) -> list[Stretch]:
    """An agent's states, one after the other, that began in [since, until).

    For supervisors, and for the agent himself.
    """
    if someone.me.role is Role.AGENT and someone.me.agent != agent:
        raise Problem(403, "This is another agent's day.", "Ask for your own.")
    found = await history.agent_intervals(
        database, AgentId(agent.replace("\0", "")), from_ms(since), from_ms(until)
    )
    return [
        Stretch(
            presence=one.presence,
            reason=one.reason,
            work=one.work,
            contact=one.contact,
            started_at=to_ms(one.started_at),
            ended_at=to_ms(one.ended_at),
        )
        for one in found
    ]

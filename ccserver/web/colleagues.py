"""To whom a call can be handed on: who is there now, and how the queues are."""

from collections import Counter

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ccserver import clock
from ccserver.core.demand import Ability, Need, opens_after
from ccserver.core.hours import is_open
from ccserver.core.ids import AgentId
from ccserver.core.rules import QueueRules
from ccserver.core.site import Presence, WorkState
from ccserver.db import config, staff
from ccserver.web.auth import Someone
from ccserver.web.desk import in_database
from ccserver.web.floor import WAITING
from ccserver.web.live import Live

router = APIRouter(prefix="/api", tags=["desk"])


class ColleagueRow(BaseModel):
    """An agent who is logged in."""

    agent: str
    name: str
    phone: str
    work: WorkState
    since_at: int
    presence: Presence
    reason: str
    skills: dict[str, int]
    """Name -> level, 1 to 5."""
    team: str | None
    queues: list[str]
    """None: every queue whose required skills he has."""


class QueueToTake(BaseModel):
    """A queue that a call can be sent to."""

    name: str
    title: str
    waiting: int
    available: int
    """Agents who wait for a call, and could serve the queue's callers, if only after a while."""
    open: bool
    """By its hours, and by hand."""


class Colleagues(BaseModel):
    """To whom a call can be handed on. No caller is named."""

    agents: list[ColleagueRow]
    queues: list[QueueToTake]


@router.get("/colleagues")
async def colleagues(request: Request, _: Someone) -> Colleagues:
    """Agents who are logged in, and all queues."""
    live: Live = request.app.state.live
    async with in_database(request) as session:
        rules = await config.rules(session)
        known = await staff.assignments(session)
    agents, free = [], Counter[Ability]()
    for one in known:
        state = live.view.agents.get(AgentId(one.agent))
        if state is None or state.presence is Presence.LOGGED_OUT:
            continue
        free[one.ability] += state.work is WorkState.AVAILABLE
        agents.append(
            ColleagueRow(
                agent=one.agent,
                name=one.name,
                phone=state.phone,
                work=state.work,
                since_at=state.since_at,
                presence=state.presence,
                reason=state.reason,
                skills=dict(one.ability.skills),
                team=one.team,
                queues=sorted(one.ability.queues),
            )
        )
    waiting = Counter(call.queue for call in live.view.calls.values() if call.state in WAITING)
    now = clock.now()
    return Colleagues(
        agents=agents,
        queues=[
            QueueToTake(
                name=queue.name,
                title=queue.title,
                waiting=waiting[queue.name],
                available=_who_could(queue, free),
                open=queue.open and is_open(queue.hours, now),
            )
            for queue in rules.queues
        ],
    )


def _who_could(queue: QueueRules, free: Counter[Ability]) -> int:
    need = Need(queue.name, "", "")
    return sum(
        count for ability, count in free.items() if opens_after(queue, need, ability) < float("inf")
    )

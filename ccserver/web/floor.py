"""The floor as it is now: agents, queues and live calls, for supervisors."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ccserver.core.commands import CallState
from ccserver.web.auth import Supervisor
from ccserver.web.messages import AgentState, CallInfo

if TYPE_CHECKING:
    from ccserver.web.live import Live

router = APIRouter(prefix="/api", tags=["floor"])

WAITING = (CallState.QUEUED, CallState.FALLBACK)


class QueueState(BaseModel):
    """One queue at this instant."""

    queue: str
    waiting: int
    offered: int
    talking: int
    longest_waiting_since: int | None
    """When the caller arrived who has waited longest (ms since 1970 UTC); null: nobody waits."""


@router.get("/agents")
async def agents(request: Request, _: Supervisor) -> list[AgentState]:
    """Every agent's state."""
    live: Live = request.app.state.live
    return list(live.view.agents.values())


@router.get("/calls")
async def calls(request: Request, _: Supervisor) -> list[CallInfo]:
    """Every live call."""
    live: Live = request.app.state.live
    return list(live.view.calls.values())


@router.get("/queues")
async def queues(request: Request, _: Supervisor) -> list[QueueState]:
    """Every queue's callers."""
    live: Live = request.app.state.live
    return [_queue(queue, list(live.view.calls.values())) for queue in live.view.queues]


def _queue(queue: str, calls: list[CallInfo]) -> QueueState:
    mine = [call for call in calls if call.queue == queue]
    waits = [call.arrived_at for call in mine if call.state in WAITING]
    return QueueState(
        queue=queue,
        waiting=len(waits),
        offered=sum(call.state is CallState.OFFERED for call in mine),
        talking=sum(call.state is CallState.TALKING for call in mine),
        longest_waiting_since=min(waits, default=None),
    )

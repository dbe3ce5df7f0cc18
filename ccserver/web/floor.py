"""The floor as it is now: agents, queues and live calls, for supervisors."""

from collections import Counter
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ccserver.core.commands import CallState
from ccserver.core.value import Tier
from ccserver.web.auth import Supervisor
from ccserver.web.messages import AgentState, CallInfo

if TYPE_CHECKING:
    from ccserver.web.live import Live

router = APIRouter(prefix="/api", tags=["floor"])

WAITING = (CallState.QUEUED, CallState.FALLBACK)
CALLBACKS = (CallState.CALLBACK, CallState.DIALING)


class QueueState(BaseModel):
    """One queue at this instant."""

    queue: str
    waiting: int
    waiting_by_tier: dict[Tier, int]
    offered: int
    talking: int
    callbacks: int
    """Customers who hung up and wait to be called, and those who are being called."""
    longest_waiting_since: int | None
    """When the caller arrived who has waited longest (ms since 1970 UTC); null: nobody waits."""
    wait_from_ms: int | None
    """What the caller who came last was promised of the whole wait; null: nobody was."""
    wait_until_ms: int | None


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
    waiting = sorted(
        (call for call in mine if call.state in WAITING), key=lambda call: call.arrived_at
    )
    tiers = Counter(call.tier for call in waiting)
    promised = next((call for call in reversed(waiting) if call.wait_until_ms), None)
    return QueueState(
        queue=queue,
        waiting=len(waiting),
        waiting_by_tier={tier: tiers[tier] for tier in Tier},
        offered=sum(call.state is CallState.OFFERED for call in mine),
        talking=sum(call.state is CallState.TALKING for call in mine),
        callbacks=sum(call.state in CALLBACKS for call in mine),
        longest_waiting_since=waiting[0].arrived_at if waiting else None,
        wait_from_ms=promised.wait_from_ms if promised else None,
        wait_until_ms=promised.wait_until_ms if promised else None,
    )

"""What supervisors order over HTTP. All of it is written down, with who and why."""

from typing import Annotated, Self

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, StringConstraints, model_validator

from ccserver.core.commands import CallState
from ccserver.core.desk_events import AgentSet, CallMoved
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.site import Presence
from ccserver.db.acts import Act, ActKind, keep_act
from ccserver.web import messages as m
from ccserver.web.auth import Supervisor
from ccserver.web.contacts import ContactInPath
from ccserver.web.database import changing
from ccserver.web.live import Live
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["floor"])

AgentInPath = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")
]
Why = Annotated[Words, Field(min_length=1)]

MOVABLE = (CallState.QUEUED, CallState.CALLBACK)


class PresenceForm(BaseModel, extra="forbid"):
    """What an agent is to be, and why."""

    presence: Presence
    pause_reason: Annotated[Words, Field(max_length=60)] = ""
    """Of a pause: what the agent's screen shows."""
    reason: Why

    @model_validator(mode="after")
    def _pause(self) -> Self:
        if (self.presence is Presence.PAUSED) is not bool(self.pause_reason):
            raise ValueError("a pause, and nothing else, has a pause_reason")
        return self


class MessageForm(BaseModel, extra="forbid"):
    """What an agent is to read."""

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00]*$"
        ),
    ]


class MoveForm(BaseModel, extra="forbid"):
    """Where a caller is to wait, and why."""

    queue: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Why


@router.post("/agents/{agent}/presence", status_code=202)
async def set_presence(
    request: Request, someone: Supervisor, agent: AgentInPath, body: PresenceForm
) -> None:
    """Make an agent ready, pause him, or log him out, as if he had chosen. A talk goes on to its
    end. The screens show it once it is so."""
    live: Live = request.app.state.live
    before = _agent(live, agent)
    details = {"before": before.presence, "after": body.presence, "pause_reason": body.pause_reason}
    act = Act(
        who=someone.me.login,
        kind=ActKind.PRESENCE,
        target=agent,
        reason=body.reason,
        details=details,
    )
    async with changing(request) as session:
        await keep_act(session, act)
    request.app.state.post(
        AgentSet(
            agent=AgentId(agent),
            presence=body.presence,
            reason=body.pause_reason,
            by=someone.me.login,
        )
    )


@router.post("/agents/{agent}/message", status_code=204)
async def send_message(
    request: Request, someone: Supervisor, agent: AgentInPath, body: MessageForm
) -> None:
    """Show words on an agent's screens."""
    live: Live = request.app.state.live
    _agent(live, agent)
    if not live.has_screen(AgentId(agent)):
        raise Problem(409, "The agent has no screen open.", "Call the agent, or wait.")
    act = Act(who=someone.me.login, kind=ActKind.MESSAGE, target=agent, details={"text": body.text})
    async with changing(request) as session:
        await keep_act(session, act)
    live.note(AgentId(agent), sender=someone.me.name, text=body.text)


@router.post("/calls/{contact}/move", status_code=202)
async def move(
    request: Request, someone: Supervisor, contact: ContactInPath, body: MoveForm
) -> None:
    """Send a caller who waits, on the phone or for a callback, to another queue, with all that he
    has waited. The screens show it once it is so; a queue that is closed takes nobody."""
    live: Live = request.app.state.live
    call = live.view.calls.get(ContactId(contact))
    if call is None:
        raise Problem(404, "There is no such call now.", "Look at the floor anew.")
    if call.state not in MOVABLE:
        raise Problem(
            409, "This caller does not wait any more.", "Only who waits can go to another queue."
        )
    if body.queue not in live.view.queues:
        raise Problem(404, f"There is no queue `{body.queue}`.", "GET /api/queues lists all.")
    if body.queue == call.queue:
        raise Problem(409, "The caller waits in that queue already.", "Choose another.")
    if (why := live.view.closed.get(Queue(body.queue))) is not None:
        raise Problem(409, f"That queue is closed: {why}", "Open it first, or choose another.")
    act = Act(
        who=someone.me.login,
        kind=ActKind.MOVE,
        target=body.queue,
        contact=ContactId(contact),
        reason=body.reason,
        details={"from": call.queue},
    )
    async with changing(request) as session:
        await keep_act(session, act)
    request.app.state.post(
        CallMoved(contact=ContactId(contact), queue=Queue(body.queue), by=someone.me.login)
    )


def _agent(live: Live, agent: str) -> m.AgentState:
    state = live.view.agents.get(AgentId(agent))
    if state is None:
        raise Problem(404, f"There is no agent `{agent}`.", "GET /api/agents lists all.")
    return state

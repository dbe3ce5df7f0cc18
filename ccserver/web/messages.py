"""Every message of the live WebSocket, both ways. `live.schema.json` is made of this file.

Each message is one JSON object in one text frame and names itself in `type`. Instants (`at`,
`..._at`) are whole milliseconds since 1970 UTC; durations are whole milliseconds and end in `_ms`.
A server's message carries `seq`: the number of the newest change that a screen has seen once it
has read this message. After a lost connection `hello` gives back the last `seq` and `run`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from ccserver.core.commands import CallState
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import Part, Tier
from ccserver.db.people import Role

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


# -- what messages are made of


class Me(_Model):
    """The person who logged in."""

    id: str
    login: str
    """For an agent also the agent's id."""
    name: str
    role: Role
    agent: str | None
    """The agent that this person is; null for one who takes no calls."""


class AgentState(_Model):
    """What an agent chose (presence) and what the system sees (work)."""

    agent: str
    name: str
    phone: str
    presence: Presence
    reason: str
    """Why the agent is paused."""
    work: WorkState
    since_at: int
    contact: str | None
    """The contact that the agent is busy with."""


class CallInfo(_Model):
    """Where a call is on its way."""

    contact: str
    state: CallState
    since_at: int
    arrived_at: int
    number: str
    customer: str
    """The customer's id, empty when unknown."""
    tier: Tier
    value: float
    queue: str | None
    agent: str | None
    place: int
    """While waiting: 1 is the next; 0: not known."""
    wait_from_ms: int
    """The promised band of the whole wait, from joining the queue."""
    wait_until_ms: int


class LastContact(_Model):
    """One earlier contact of the same customer."""

    contact: str
    at: int
    queue: str
    agent: str
    """The agent's name, empty when nobody answered."""
    talk_ms: int
    outcome: str


class Key(_Model):
    """What the caller answered to one menu."""

    step: str
    key: str
    """Empty when the time ran out."""


class Labeled(_Model):
    """One value that a flow attached to the contact."""

    label: str
    value: str


class Reason(_Model):
    """One part of what a customer is worth."""

    part: Part
    share: float
    """What it adds to the value. All of them together are the value as it was computed."""


class Card(_Model):
    """Who is calling: what an agent sees before the phone rings."""

    contact: str
    customer: str
    """The customer's id, empty when unknown."""
    name: str
    tier: Tier
    value: float
    reasons: list[Reason]
    """What the value is made of, the largest first; empty when it was set by hand."""
    number: str
    language: str
    notes: str
    queue: str
    keys: list[Key]
    """The caller's way through the flow."""
    data: list[Labeled]
    """What the flow attached. Empty, as the keys are, when the card was made up after a restart."""
    waited_ms: int
    offered_at: int
    last_contacts: list[LastContact]
    complete: bool
    """False when name, notes and last contacts are still on their way: a second card follows."""


# -- from the server


class Snapshot(_Model):
    """Everything that this screen may see. Forget what was known before."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    run: str
    """This run of the server. After a restart `seq` begins anew under another run."""
    at: int
    me: Me
    agents: list[AgentState]
    """All agents for supervisors and admins; only the own state for an agent."""
    calls: list[CallInfo]
    """All live calls for supervisors and admins; only the own for an agent."""
    queues: list[str]
    card: Card | None
    """The card in force: of the call that is offered, talked to, or wrapped up."""


class AgentChanged(_Model):
    """An agent's state changed."""

    type: Literal["agent_changed"] = "agent_changed"
    seq: int
    agent: AgentState


class CallChanged(_Model):
    """A call is new or in a new place."""

    type: Literal["call_changed"] = "call_changed"
    seq: int
    call: CallInfo


class CallGone(_Model):
    """A call is over, or no longer this agent's."""

    type: Literal["call_gone"] = "call_gone"
    seq: int
    contact: str


class CallerCard(_Model):
    """The screen-pop. Answer with `ack_pop` as soon as it is shown."""

    type: Literal["caller_card"] = "caller_card"
    seq: int
    card: Card


class Refused(_Model):
    """A request could not be granted as things stand."""

    type: Literal["refused"] = "refused"
    seq: int
    request: str
    """`ready`, `pause`, `hang_up`, `wrap_up_done` or `transfer`."""
    reason: str


class BadMessage(_Model):
    """A message of this screen could not be used."""

    type: Literal["error"] = "error"
    seq: int
    error: str
    what_to_do: str


class Token(_Model):
    """A fresh token, the answer to `renew_token`."""

    type: Literal["token"] = "token"
    seq: int
    token: str
    expires_at: int


class Tick(_Model):
    """The server is there: once a second, and after the last replayed message."""

    type: Literal["tick"] = "tick"
    seq: int
    at: int


ServerMessage = Annotated[
    Snapshot
    | AgentChanged
    | CallChanged
    | CallGone
    | CallerCard
    | Refused
    | BadMessage
    | Token
    | Tick,
    Field(discriminator="type"),
]


# -- from the screen


class Hello(_Model):
    """The first message of every connection, due within 5 seconds."""

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    since: int | None = Field(None, ge=0)
    """The last `seq` that was read. With `run`, only what was missed is sent, where still kept."""
    run: Annotated[str, StringConstraints(max_length=64)] | None = None


class Ready(_Model):
    """The agent asks for work."""

    type: Literal["ready"]


class Pause(_Model):
    """The agent takes no calls for now."""

    type: Literal["pause"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class HangUp(_Model):
    """End the talk."""

    type: Literal["hang_up"]


class WrapUpDone(_Model):
    """The notes are written; the next call may come."""

    type: Literal["wrap_up_done"]


class Transfer(_Model):
    """Hand the caller on to a queue. The own part of the call ends."""

    type: Literal["transfer"]
    queue: Id


class AckPop(_Model):
    """The caller's card is on the screen."""

    type: Literal["ack_pop"]
    contact: Id


class RenewToken(_Model):
    """Asks for a fresh token before this one runs out."""

    type: Literal["renew_token"]


class LogOut(_Model):
    """The agent goes home. All of the person's screens close and their tokens end."""

    type: Literal["log_out"]


ClientMessage = Annotated[
    Hello | Ready | Pause | HangUp | WrapUpDone | Transfer | AckPop | RenewToken | LogOut,
    Field(discriminator="type"),
]

SERVER: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


# -- how a connection ends

CLOSE_CODES = {
    1009: "A message was longer than 16 KiB.",
    1012: "The server restarts: connect again with `since`.",
    1013: "Too many connections have not said hello: try again later.",
    4000: "The person logged out.",
    4400: "The first message was not a good `hello`.",
    4401: "The token is not valid or has run out: log in again.",
    4403: "The person may no longer log in, or the page is another site's.",
    4404: "There is no WebSocket at this address.",
    4408: "No `hello` came within 5 seconds.",
    4409: "Too many screens of one person: the oldest was closed.",
    4410: "The screen read too slowly: connect again with `since`.",
    4429: "Far too many messages: wait a minute before connecting again.",
}

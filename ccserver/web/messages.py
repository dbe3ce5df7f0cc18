"""Every message of the live WebSocket to the screens; `requests.py` has those from them.

`live.schema.json` is made of both. Each message is one JSON object in one text frame and names
itself in `type`. Instants (`at`, `..._at`) are whole milliseconds since 1970 UTC; durations are
whole milliseconds and end in `_ms`. A server's message carries `seq`: the number of the newest
change that a screen has seen once it has read this message. After a lost connection `hello` gives
back the last `seq` and `run`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ccserver.core.commands import CallState
from ccserver.core.parties import Phase
from ccserver.core.rules import Direction, SpyMode, Taping
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import Part, Tier
from ccserver.db.people import PhoneKind, Role
from ccserver.web.shown import (
    Alert,
    CampaignInfo,
    Labeled,
    Model,
    OpenTicket,
    Preview,
    QueueFigures,
)

# -- what messages are made of


class Me(Model):
    """The person who logged in."""

    id: str
    login: str
    """For an agent also the agent's id."""
    name: str
    role: Role
    agent: str | None
    """The agent that this person is; null for one who takes no calls."""


class AgentState(Model):
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
    off_hook: bool = False
    """The phone is off-hook: customers of campaigns come into the ear without a ring."""


class Party(Model):
    """Somebody in a talk beside the caller and the agent, or who is being called into it."""

    agent: str | None
    """null: somebody outside, or a supervisor."""
    phone: str
    """Empty for somebody outside."""
    number: str
    """Of somebody outside, E.164; else empty."""
    supervisor: str
    """The login of a supervisor who joined; else empty."""
    mode: SpyMode | None = None
    """How a supervisor is in the talk; null: it is none."""
    answered: bool
    """False while the phone rings."""


class CallInfo(Model):
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
    phase: Phase | None
    """What a caller who has an agent hears; null while he has none."""
    parties: list[Party]
    """Who else is in the talk: whom the agent consults first."""
    taping: Taping | None
    """Whether the policy has the talk recorded; null while there is none."""
    taped: bool
    """A recording runs. It may be paused."""
    paused_until_at: int | None
    """The recording is paused, and goes on then at the latest."""
    direction: Direction = Direction.INBOUND
    """Who called."""
    disposition: str = ""
    """What the agent has said came of the talk so far."""
    campaign: str = ""
    """Whose call it is; empty: no campaign's."""


class LastContact(Model):
    """One earlier contact of the same customer."""

    contact: str
    at: int
    queue: str
    agent: str
    """The agent's name, empty when nobody answered."""
    talk_ms: int
    outcome: str


class Key(Model):
    """What the caller answered to one menu."""

    step: str
    key: str
    """Empty when the time ran out."""


class Reason(Model):
    """One part of what a customer is worth."""

    part: Part
    share: float
    """What it adds to the value. All of them together are the value as it was computed."""


class Card(Model):
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
    """What the flow attached, or the lead's record. Empty, as the keys are, when the card was made
    up after a restart."""
    waited_ms: int
    offered_at: int
    last_contacts: list[LastContact]
    tickets: list[OpenTicket] = Field(default_factory=list)
    """Those that are open, urgent ones first."""
    direction: Direction = Direction.INBOUND
    """Who called."""
    campaign: str = ""
    """Whose call it is; empty: no campaign's."""
    lead: int = 0
    """Whom the campaign calls; 0: no lead."""
    complete: bool
    """False when name, notes and last contacts are still on their way: a second card follows."""


# -- from the server


class Snapshot(Model):
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
    """All live calls for supervisors and admins; only those that he is in for an agent."""
    queues: list[str]
    card: Card | None
    """The card in force: of the call that is offered, talked to, or wrapped up."""
    figures: list[QueueFigures] = Field(default_factory=list)
    """Of all queues, for supervisors and admins."""
    alerts: list[Alert] = Field(default_factory=list)
    """For supervisors and admins."""
    wrap_up_until_at: int | None = None
    """When the own wrap-up ends by itself; null: there is none."""
    preview: Preview | None = None
    """The lead that is shown to the agent."""
    campaigns: list[CampaignInfo] = Field(default_factory=list)
    """For supervisors and admins."""


class AgentChanged(Model):
    """An agent's state changed."""

    type: Literal["agent_changed"] = "agent_changed"
    seq: int
    agent: AgentState


class CallChanged(Model):
    """A call is new or in a new place."""

    type: Literal["call_changed"] = "call_changed"
    seq: int
    call: CallInfo


class CallGone(Model):
    """A call is over, or no longer this agent's."""

    type: Literal["call_gone"] = "call_gone"
    seq: int
    contact: str


class CallerCard(Model):
    """The screen-pop. Answer with `ack_pop` as soon as it is shown."""

    type: Literal["caller_card"] = "caller_card"
    seq: int
    card: Card


class FiguresChanged(Model):
    """A queue's figures changed, four times a second at most."""

    type: Literal["figures_changed"] = "figures_changed"
    seq: int
    figures: QueueFigures


class AlertsChanged(Model):
    """All figures that are now beyond their thresholds."""

    type: Literal["alerts_changed"] = "alerts_changed"
    seq: int
    alerts: list[Alert]


class WrapUpChanged(Model):
    """When the agent's own wrap-up ends by itself."""

    type: Literal["wrap_up_changed"] = "wrap_up_changed"
    seq: int
    contact: str
    until_at: int
    extends_left: int
    """How many times the agent may still ask for more."""
    disposition_required: bool
    """The wrap-up does not end before there is one."""


class PreviewChanged(Model):
    """Another lead is shown to the agent. Answer with `preview_dial` or `preview_skip`."""

    type: Literal["preview"] = "preview"
    seq: int
    preview: Preview | None
    """null: it is called, or is not to be called any more."""


class CampaignChanged(Model):
    """How a campaign goes, once a second at most, for supervisors and admins."""

    type: Literal["campaign"] = "campaign"
    seq: int
    campaign: CampaignInfo


class Note(Model):
    """What a supervisor writes to an agent."""

    type: Literal["note"] = "note"
    seq: int
    at: int
    sender: str
    """The supervisor's name."""
    text: str


class PhoneChosen(Model):
    """Where the agent's phone is now. A browser that did not ask for it is the phone no longer."""

    type: Literal["phone_chosen"] = "phone_chosen"
    seq: int
    kind: PhoneKind
    screen: str
    """What the page that asked calls itself; empty for the phone on the desk."""


class Refused(Model):
    """A request could not be granted as things stand."""

    type: Literal["refused"] = "refused"
    seq: int
    request: str
    """The `type` of what the screen asked for."""
    reason: str


class BadMessage(Model):
    """A message of this screen could not be used."""

    type: Literal["error"] = "error"
    seq: int
    error: str
    what_to_do: str


class Token(Model):
    """A fresh token, the answer to `renew_token`."""

    type: Literal["token"] = "token"
    seq: int
    token: str
    expires_at: int


class Tick(Model):
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
    | FiguresChanged
    | AlertsChanged
    | WrapUpChanged
    | PreviewChanged
    | CampaignChanged
    | Note
    | PhoneChosen
    | Refused
    | BadMessage
    | Token
    | Tick,
    Field(discriminator="type"),
]


SERVER: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)


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

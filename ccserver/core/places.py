"""What is known of a call, and the places where it can be: in exactly one at any time."""

from dataclasses import dataclass

from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.commands import Divert
from ccserver.core.expected import SERVED_AT_ONCE, Band
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.quick import quick
from ccserver.core.rules import Direction, Taping
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A caller's stay in one queue, offers and all, until somebody answers or he leaves it."""

    number: int
    queue: Queue
    entered_at: float
    queued_at: float
    """Earlier than `entered_at` by what the caller waited elsewhere before."""
    band: Band = SERVED_AT_ONCE
    """What was promised."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk through a flow that is under way."""

    number: int
    flow: str
    """The one that it began with."""
    version: int
    steps: tuple[tuple[str, float, str], ...]
    """As in `SaveWalk`; never none."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is known of a call, wherever it is."""

    contact: ContactId
    leg: LegId
    arrived_at: float
    caller: str = ""
    dialed: str = ""
    customer: Customer | None = None
    language: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    segments: int = 0
    """How many segments were saved."""
    queue: Queue | None = None
    """The last queue."""
    agent: AgentId | None = None
    """Who talked last."""
    wish: Wish = NO_WISH
    """What the flow asked of routing for the caller."""
    visits: int = 0
    """How many visits to queues have begun."""
    visit: Visit | None = None
    """The one that is under way."""
    credit_seconds: float = 0.0
    """How long the caller waited in the queues that he has left: he brings it along."""
    announce_after_seconds: float | None = None
    """Stands in the place of what the queue's rules say, as does the next."""
    announce_every_seconds: float | None = None
    data: tuple[tuple[str, str], ...] = ()
    """(label, value) that flows attached."""
    walks: int = 0
    """How many walks through flows have begun."""
    walk: Walk | None = None
    """The one that is under way."""
    noticed: bool = False
    """The caller was told that the talk may be recorded."""
    recorded: bool = False
    """There is a recording of the contact already."""
    direction: Direction = Direction.INBOUND
    """Who called first: who waits to be called back had called."""
    disposition: str = ""
    """What an agent has said came of it; empty: nothing yet."""
    campaign: str = ""
    """Which one called; empty: none."""
    lead: int = 0
    name: str = ""
    """As the list of the lead has it."""

    @property
    def tier(self) -> Tier:
        """The customer's tier; an unknown caller is a standard customer."""
        return self.customer.tier if self.customer else Tier.STANDARD

    @property
    def value(self) -> float:
        """The customer's value, 0 to 1."""
        return self.customer.value if self.customer else VALUE_OF_TIER[Tier.STANDARD]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class InFlow:
    """A caller who walks a flow."""

    call: Call
    since: float
    after_talk: bool = False
    """The agent has hung up, and the caller is asked how it was."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A caller in a queue."""

    call: Call
    since: float
    queue: Queue
    queued_at: float
    """When the caller joined the queue: a missed offer does not cost the place."""
    held: bool
    """Whether the leg is in the hold loop, from where it can be connected."""
    place: int = 0
    """1 is the next; 0: not looked at yet."""
    new_ticket: bool = False
    """The leg still carries the ticket of another queue."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A caller in Asterisk's own queue: whoever answers there may talk to him at any moment."""

    call: Call
    since: float
    queue: Queue
    queued_at: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """A caller for whom an agent's phone is to ring."""

    call: Call
    since: float
    queue: Queue
    queued_at: float
    agent: AgentId
    phone: Phone
    ordered: bool
    """The switch was told to ring. Before that, the screen is given the time to show the card."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """A caller with an agent."""

    call: Call
    since: float
    queue: Queue
    agent: AgentId | None
    """None when the phone that answered belongs to no agent, or nobody of ours is there."""
    phone: Phone
    """Empty when the caller is with somebody outside only."""
    queued_at: float = 0.0
    """When the caller joined the queue: a talk that breaks off does not cost the place."""
    tape: Tape | None = None
    """None: nothing is recorded."""
    taping: Taping = Taping.ALWAYS
    """What the policy says of this talk."""
    agent_leg: LegId = NO_LEG
    """The agent's own leg; empty when it is not known."""
    phase: Phase = Phase.TALK
    consult: Party | None = None
    """With whom the agent talks, or whose phone rings, in phase CONSULT."""
    others: tuple[Party, ...] = ()
    """Who else is in the room, or is being called into it."""
    hung_up: bool = False
    """The agent pressed the button; the leg is about to end."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A contact that is complete, whose leg is about to end."""

    call: Call
    since: float
    divert: Divert | None = None
    """Where the leg is sent when it has come to the hold loop: not before, it runs a flow."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitingCallback:
    """A customer who hung up and keeps the place."""

    call: Call
    since: float
    queue: Queue
    queued_at: float
    number: str
    """E.164."""
    requested_at: float
    tries: int = 0
    not_before: float = 0.0
    """The next try waits until then."""
    due: bool = True
    """The time has come: the customer is called when the turn comes."""
    divert: Divert | None = None
    """As in `Leaving`."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Dialing:
    """A customer who is being called, with an agent reserved for him."""

    call: Call
    since: float
    queue: Queue
    queued_at: float
    number: str
    requested_at: float
    tries: int
    """This one counts."""
    agent: AgentId | None
    """None: was reserved, and has been given to someone else by the switch."""
    phone: Phone
    clicked: bool = False
    """The agent dialed the number: it is no callback, and is not tried again."""


InQueue = Waiting | Fallback | Ringing
Place = InFlow | InQueue | Talking | AwaitingCallback | Dialing | Leaving

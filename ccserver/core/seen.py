"""A call as the switch shows it to someone who has just arrived."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import ContactId, LegId, Phone, Queue
from ccserver.core.quick import quick
from ccserver.core.value import Tier


class Place(StrEnum):
    """Where on the switch a caller is."""

    FLOW = "flow"
    HELD = "held"
    """In the hold loop: can be connected."""
    RINGING = "ringing"
    """An agent's phone is being alerted for this caller."""
    TALKING = "talking"
    """With an agent, alone or with others."""
    PARKED = "parked"
    """On hold: he hears music, and the agent keeps him."""
    SURVEY = "survey"
    """In a flow after the talk: the agent is gone."""
    DIALING = "dialing"
    """Not a caller yet: a customer who is being called back, and has not answered."""
    FALLBACK = "fallback"
    """In Asterisk's own queue, which serves callers while ccserver is away."""
    ENDED = "ended"
    """Gone again: came or stayed while ccserver was away."""


class EndedBy(StrEnum):
    """Who ended a contact."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"
    UNKNOWN = "unknown"
    """It ended while ccserver was away and the switch has forgotten it too."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What travels with the caller's leg, so that a call outlives the ccserver that took it.

    The flow writes it once, when it ends; Asterisk keeps it for the life of the leg. Packed, it is
    one line of twelve fields between bars, in the order below, instants in whole milliseconds.
    """

    contact: ContactId
    arrived_at: float
    queued_at: float
    queue: Queue
    tier: Tier
    value: float
    urgent: bool = False
    """An emergency."""
    language: str
    customer: str
    """The customer's id, empty when unknown."""
    caller: str
    dialed: str
    keys: tuple[tuple[str, str], ...]
    """(step, key) for each menu that the caller answered."""

    def pack(self) -> str:
        """One line that can stand in a channel variable and in an `MSet`: no comma, no quote."""
        fields = (
            self.contact,
            str(round(self.arrived_at * 1000)),
            str(round(self.queued_at * 1000)),
            self.queue,
            self.tier,
            f"{self.value:.4f}",
            str(int(self.urgent)),
            self.language,
            self.customer,
            self.caller,
            self.dialed,
            " ".join(f"{step}={key}" for step, key in self.keys),
        )
        return "|".join(fields)


def unpack(line: str) -> Ticket | None:
    """Read a packed ticket. None for a line that is none, whoever wrote it."""
    fields = line.split("|")
    try:
        contact, arrived_ms, queued_ms, queue, tier, value, *rest = fields
        urgent, language, customer, caller, dialed, keys = rest
        return Ticket(
            contact=ContactId(contact),
            arrived_at=int(arrived_ms) / 1000,
            queued_at=int(queued_ms) / 1000,
            queue=Queue(queue),
            tier=Tier(tier),
            value=min(1.0, max(0.0, float(value))),
            urgent=urgent == "1",
            language=language,
            customer=customer,
            caller=caller,
            dialed=dialed,
            keys=tuple(_pair(word) for word in keys.split()),
        )
    except ValueError:
        return None


def _pair(word: str) -> tuple[str, str]:
    step, _, key = word.partition("=")
    return step, key


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenParty:
    """A leg that belongs to a caller's talk, beside the caller's own."""

    leg: LegId
    phone: Phone | None
    """None: somebody outside."""
    aside: bool
    """Not with the caller: alone, or talking to somebody whom he consults."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """One caller's leg, found on the switch."""

    leg: LegId
    place: Place
    contact: ContactId | None
    """None for a caller whom no flow has met yet."""
    ticket: Ticket | None
    """None until the flow has ended."""
    phone: Phone | None
    """Whose phone talks to the caller or is being rung; for place SURVEY, whose did."""
    talk_at: float | None
    """When the talk began."""
    ended_at: float | None
    """When the leg was hung up, for place ENDED."""
    ended_by: EndedBy
    recording: str
    """The file into which the talk is recorded; empty: none."""
    paused_until: float | None = None
    """The recording is paused, and goes on then."""
    parties: tuple[SeenParty, ...] = ()
    """The other legs of the talk that are up: agents, supervisors, people outside."""
    in_room: bool = False
    """Place TALKING: in the talk's room, where nobody's leaving lets him go on by himself."""

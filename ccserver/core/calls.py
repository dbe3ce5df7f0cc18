"""Every call, each in exactly one place, and the history that it leaves behind."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ccserver.core.commands import CallState, Command, HideCall, LookUp, ShowCall, TakeBack
from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.records import (
    SaveContact,
    SaveContactEnd,
    SaveRecording,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.routing import Claim
from ccserver.core.seen import EndedBy
from ccserver.core.site import OpenContact
from ccserver.core.timers import Timers
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

GONE_MAX = 5_000
"""So many ended calls are remembered, since the switch may tell of an end a second time."""


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

    @property
    def tier(self) -> Tier:
        """The customer's tier; an unknown caller is a standard customer."""
        return self.customer.tier if self.customer else Tier.STANDARD

    @property
    def value(self) -> float:
        """The customer's value, 0 to 1."""
        return self.customer.value if self.customer else VALUE_OF_TIER[Tier.STANDARD]


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlow:
    """A caller who walks the flow."""

    call: Call
    since: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A caller in Asterisk's own queue: whoever answers there may talk to him at any moment."""

    call: Call
    since: float
    queue: Queue
    queued_at: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """A caller with an agent."""

    call: Call
    since: float
    queue: Queue
    agent: AgentId | None
    """None when the phone that answered belongs to no agent."""
    phone: Phone
    recording: str
    hung_up: bool = False
    """The agent pressed the button; the leg is about to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A contact that is complete, whose leg is about to end."""

    call: Call
    since: float


Place = InFlow | Waiting | Fallback | Ringing | Talking | Leaving


class Calls:
    """All calls. What changes is told through `out`, the list of commands of this instant."""

    def __init__(self, out: list[Command]) -> None:
        self._out = out
        self._places: dict[ContactId, Place] = {}
        self._by_leg: dict[LegId, ContactId] = {}
        self._held: dict[ContactId, Claim] = {}
        self._gone: deque[LegId] = deque(maxlen=GONE_MAX)
        self.timers: Timers[ContactId] = Timers()

    @property
    def held(self) -> Mapping[ContactId, Claim]:
        """The callers who could be connected now."""
        return self._held

    def get(self, contact: ContactId) -> Place | None:
        """Where the call is."""
        return self._places.get(contact)

    def on_leg(self, leg: LegId) -> Place | None:
        """Where the call is whose caller is on this leg."""
        contact = self._by_leg.get(leg)
        return None if contact is None else self._places[contact]

    def saw_end(self, leg: LegId) -> bool:
        """Whether the call on this leg ended under our eyes, not long ago."""
        return leg in self._gone

    def all(self) -> Iterable[Place]:
        """Every call."""
        return self._places.values()

    # -- a call's life

    def begin(self, call: Call, since: float, *, saved: bool = False) -> None:
        """A call has come, into its flow. `saved`: its contact is in the history already."""
        self._places[call.contact] = InFlow(call=call, since=since)
        self._by_leg[call.leg] = call.contact
        if not saved:
            self._out.append(
                SaveContact(
                    contact=call.contact,
                    leg=call.leg,
                    caller=call.caller,
                    dialed=call.dialed,
                    arrived_at=call.arrived_at,
                )
            )
        self._show(self._places[call.contact])

    def learn(self, place: Place, call: Call) -> None:
        """More is known about the call, which stays where it is."""
        known = replace(place, call=call)
        self._set(known)
        if call.customer != place.call.customer:
            self._show(known)

    def move(self, place: Place, to: Place, outcome: str) -> None:
        """The call goes on, and the part that ends goes into the history."""
        call = to.call
        if not isinstance(place, Leaving) and to.since > place.since:
            call = replace(call, segments=call.segments + 1)
            self._out.append(_segment(place, call.segments, to.since, outcome))
        if isinstance(place, Talking) and place.recording and place.agent is not None:
            self._out.append(
                SaveRecording(
                    contact=call.contact,
                    agent=place.agent,
                    file=place.recording,
                    started_at=place.since,
                    ended_at=to.since,
                )
            )
        to = replace(to, call=call)
        self._set(to)
        self._show(to)

    def complete(self, place: Place, now: float, by: EndedBy, outcome: str) -> None:
        """The contact is over: it goes into the history, and only its leg is still to end."""
        if isinstance(place, Leaving):
            return
        self.move(place, Leaving(call=place.call, since=now), outcome)
        call = self._places[place.call.contact].call
        self._out.append(
            SaveContactEnd(
                contact=call.contact,
                ended_at=now,
                ended_by=by,
                customer=call.customer.id if call.customer else "",
                tier=call.tier,
                value=call.value,
                language=call.language,
                queue=call.queue,
                agent=call.agent,
                keys=call.keys,
            )
        )
        self._out.append(HideCall(contact=call.contact))

    def close_remembered(self, known: OpenContact) -> None:
        """A contact of the last run is gone, and no one saw it end: it ends where it was known."""
        self._out.append(
            SaveContactEnd(
                contact=known.contact,
                ended_at=known.segment_from,
                ended_by=EndedBy.UNKNOWN,
                customer="",
                tier=Tier.STANDARD,
                value=VALUE_OF_TIER[Tier.STANDARD],
                language="",
                queue=known.queue,
                agent=None,
                keys=(),
            )
        )

    def look_up(self, call: Call) -> None:
        """Ask who is calling, if that is not known and can be."""
        if not (call.customer and call.customer.id) and call.caller.startswith("+"):
            self._out.append(LookUp(contact=call.contact, caller=call.caller))

    def take_back(self, place: Place) -> None:
        """Ask for the caller whom Asterisk's own queue has."""
        self._out.append(TakeBack(contact=place.call.contact, leg=place.call.leg))

    def forget(self, contact: ContactId) -> None:
        """The leg is gone."""
        place = self._places.pop(contact)
        self._by_leg.pop(place.call.leg, None)
        self._gone.append(place.call.leg)
        self._held.pop(contact, None)
        self.timers.set(contact, None)

    def hold(self, place: Waiting) -> None:
        """The caller's leg has come to the hold loop."""
        self._set(replace(place, held=True))

    def order(self, place: Ringing) -> None:
        """The switch is told to ring."""
        self._set(replace(place, ordered=True))

    # -- keeping it whole

    def _set(self, place: Place) -> None:
        contact = place.call.contact
        self._places[contact] = place
        if isinstance(place, Waiting) and place.held:
            self._held[contact] = Claim(
                contact=contact,
                queue=place.queue,
                value=place.call.value,
                queued_at=place.queued_at,
            )
        else:
            self._held.pop(contact, None)

    def _show(self, place: Place) -> None:
        if isinstance(place, Leaving):
            return
        call = place.call
        self._out.append(
            ShowCall(
                contact=call.contact,
                state=_state(place),
                since=place.since,
                arrived_at=call.arrived_at,
                caller=call.caller,
                customer=call.customer.id if call.customer else "",
                tier=call.tier,
                value=call.value,
                queue=call.queue,
                agent=place.agent if isinstance(place, Ringing | Talking) else None,
            )
        )


def _state(place: InFlow | Waiting | Fallback | Ringing | Talking) -> CallState:
    match place:
        case InFlow():
            return CallState.IVR
        case Waiting():
            return CallState.QUEUED
        case Fallback():
            return CallState.FALLBACK
        case Ringing():
            return CallState.OFFERED
        case Talking():
            return CallState.TALKING


_KINDS = {
    InFlow: SegmentKind.IVR,
    Waiting: SegmentKind.QUEUE,
    Fallback: SegmentKind.QUEUE,
    Ringing: SegmentKind.OFFER,
    Talking: SegmentKind.TALK,
}


def _segment(
    place: InFlow | Waiting | Fallback | Ringing | Talking,
    number: int,
    ended_at: float,
    outcome: str,
) -> SaveSegment:
    return SaveSegment(
        contact=place.call.contact,
        number=number,
        kind=_KINDS[type(place)],
        queue=None if isinstance(place, InFlow) else place.queue,
        agent=place.agent if isinstance(place, Ringing | Talking) else None,
        started_at=place.since,
        ended_at=ended_at,
        outcome=outcome,
    )

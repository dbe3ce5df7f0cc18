"""Every call, each in exactly one place, and the history that it leaves behind."""

from collections import Counter, deque
from collections.abc import Iterable
from typing import TypeVar

from ccserver.core.claim import Claim
from ccserver.core.commands import Command, Divert, HideCall, LookUp, TakeBack
from ccserver.core.expected import Band, Expected
from ccserver.core.ids import ContactId, LegId, Queue
from ccserver.core.outbound import is_planned
from ccserver.core.parts import kept, shown
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Visit,
    Waiting,
)
from ccserver.core.quick import replace
from ccserver.core.records import QueueExit, SaveContact, SaveContactEnd
from ccserver.core.routing import Router
from ccserver.core.seen import EndedBy
from ccserver.core.site import OpenContact
from ccserver.core.talk_orders import StopRecording
from ccserver.core.taping import ended, heard
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.value import VALUE_OF_TIER, Tier
from ccserver.core.visits import begin_visit, leaves_queue, visit_ended
from ccserver.core.walks import left_by, walk_ended
from ccserver.core.work import Agent, OnCall

P = TypeVar("P", bound=Place)

GONE_MAX = 5_000
"""So many ended calls are remembered, since the switch may tell of an end a second time."""

DAY_SECONDS = 86_400.0


class Calls:
    """All calls. What changes is told through `out`, the list of commands of this instant."""

    def __init__(self, out: list[Command], router: Router, agenda: Agenda) -> None:
        """`router` is told who could be connected."""
        self._out = out
        self._router = router
        self._places: dict[ContactId, Place] = {}
        self._by_leg: dict[LegId, ContactId] = {}
        self._gone: deque[LegId] = deque(maxlen=GONE_MAX)
        self._waiting: Counter[Queue] = Counter()
        self.expected = Expected()
        self._agenda = agenda
        self._lost_at: float | None = None
        self.moved: dict[ContactId, None] = {}
        """Calls of campaigns that were set since the dialer has looked."""

    def get(self, contact: ContactId) -> Place | None:
        """Where the call is."""
        return self._places.get(contact)

    def talk_of(self, agent: Agent | None) -> Talking | None:
        """The talk in which the agent is."""
        work = agent.work if agent else None
        place = self.get(work.contact) if isinstance(work, OnCall) else None
        return place if isinstance(place, Talking) else None

    def on_leg(self, leg: LegId) -> Place | None:
        """Where the call is whose caller is on this leg."""
        contact = self._by_leg.get(leg)
        return None if contact is None else self._places[contact]

    def waiting(self, queue: Queue) -> int:
        """How many callers wait in a queue, on the phone, whether held yet or not."""
        return self._waiting[queue]

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

    def begin_outbound(
        self, place: AwaitingCallback | Dialing | Waiting | InFlow, leg: LegId
    ) -> None:
        """We are to call a customer, or one has answered: a new contact. `leg`: its first one."""
        call = place.call
        self._set(place)
        if call.leg:
            self._by_leg[call.leg] = call.contact
        self._out.append(
            SaveContact(
                contact=call.contact,
                leg=leg,
                caller=call.caller,
                dialed=call.dialed,
                arrived_at=call.arrived_at,
                direction=call.direction,
                campaign=call.campaign,
                lead=call.lead,
            )
        )
        self._show(place)

    def begin_again(self, place: Waiting | InFlow) -> None:
        """Who answered a campaign in the last run: his contact is in the history."""
        self._set(place)
        self._by_leg[place.call.leg] = place.call.contact
        self._show(place)

    def learn(self, place: Place, call: Call) -> None:
        """More is known about the call, which stays where it is."""
        known = replace(place, call=call)
        self._set(known)
        if call.customer != place.call.customer:
            self._show(known)

    def note(self, place: Place, call: Call) -> None:
        """More is known about the call that decides nothing, and no one need be told at once."""
        self._places[call.contact] = replace(place, call=call)

    def end_walk(self, place: P, now: float, how: str) -> P:
        """The caller has left the flow, if he walked one."""
        call = place.call
        if call.walk is not None:
            self._out.append(walk_ended(call, call.walk, now, how))
            place = replace(place, call=replace(call, walk=None))
            self._places[call.contact] = place
        return place

    def move(self, place: Place, to: Place, outcome: str) -> None:
        """The call goes on, and the part that ends goes into the history."""
        call = to.call
        if not isinstance(place, Leaving) and to.since > place.since:
            call = replace(call, segments=call.segments + 1)
            self._out.append(kept(place, call.segments, to.since, outcome))
        if call.walk is not None and (how := left_by(place, to)):
            self._out.append(walk_ended(call, call.walk, to.since, how))
            call = replace(call, walk=None)
        if call.visit is not None and leaves_queue(call.visit, to):
            call = self._end_visit(call, call.visit, to, outcome)
        if isinstance(to, Waiting | Fallback) and call.visit is None:
            call = begin_visit(call, to, talked=isinstance(place, Talking))
            self._set_limits(call, to)
        if isinstance(place, Talking):
            call = self._end_tapes(place, to, call, outcome)
        to = replace(to, call=call)
        self._set(to)
        self._show(to)

    def _end_tapes(self, place: Talking, to: Place, call: Call, outcome: str) -> Call:
        """What was recorded until now, and is not any more, goes into the history."""
        lost_at = self._lost_at if outcome == "lost_sight" else None
        if not (isinstance(to, Talking) and to.tape and to.tape.paused_until is not None):
            self._agenda.set((Alarm.TAPE, call.contact), None)
        rows = list(ended(place, to, to.since, lost_at=lost_at))
        self._out += rows
        return replace(call, recorded=True) if rows else call

    def end_tape(self, now: float, place: Talking) -> None:
        """Nothing more of this talk is recorded, which goes on."""
        to = replace(place, tape=None)
        self._out.append(StopRecording(contact=place.call.contact, leg=place.call.leg))
        self.alter(replace(to, call=self._end_tapes(place, replace(to, since=now), place.call, "")))

    def lose_sight(self, at: float | None) -> None:
        """The switch was lost at this instant, or (None) is there and was looked at."""
        self._lost_at = at and (self._lost_at or at)

    def _set_limits(self, call: Call, place: Waiting | Fallback) -> None:
        """When the caller has waited long enough, and when he is first told how long it takes."""
        rules = self._router.rules(place.queue)
        if rules.wait_max_seconds:
            self._agenda.set((Alarm.LIMIT, call.contact), place.since + rules.wait_max_seconds)
        after = call.announce_after_seconds
        if after is None:
            after = rules.announce_after_seconds
        if after:
            self._agenda.set((Alarm.ANNOUNCEMENT, call.contact), place.since + after)

    def _end_visit(self, call: Call, visit: Visit, to: Place, outcome: str) -> Call:
        rules = self._router.rules(visit.queue)
        saved = visit_ended(call, visit, to, outcome, short_seconds=rules.short_seconds)
        self._out.append(saved)
        self._agenda.set((Alarm.LIMIT, call.contact), None)
        self._agenda.set((Alarm.ANNOUNCEMENT, call.contact), None)
        answered = saved.exit is QueueExit.ANSWERED
        waited = to.since - visit.entered_at
        self.expected.learn((visit.queue, call.tier), visit.band, waited, answered=answered)
        return replace(call, visit=None, credit_seconds=to.since - visit.queued_at)

    def complete(
        self,
        place: Place,
        now: float,
        by: EndedBy,
        outcome: str,
        divert: Divert | None = None,
    ) -> None:
        """The contact is over: it goes into the history, and only its leg is still to end.

        `divert`: what the leg is still to hear, once it can be sent there.
        """
        if isinstance(place, Leaving):
            return
        self.move(place, Leaving(call=place.call, since=now, divert=divert), outcome)
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
                data=call.data,
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
        """Ask who is calling, if that can be found: a ticket holds less than routing asks."""
        if call.caller.startswith("+"):
            self._out.append(LookUp(contact=call.contact, caller=call.caller))

    def take_back(self, place: Place) -> None:
        """Ask for the caller whom Asterisk's own queue has."""
        self._out.append(TakeBack(contact=place.call.contact, leg=place.call.leg))

    def forget(self, contact: ContactId) -> None:
        """The leg is gone."""
        place = self._places.pop(contact)
        if place.call.campaign:
            self.moved[contact] = None
        self._count(place, -1)
        if place.call.leg:
            del self._by_leg[place.call.leg]
            self._gone.append(place.call.leg)
        self._router.leave(contact)
        self._agenda.set((Alarm.CALL, contact), None)

    def begin_without_leg(self, place: AwaitingCallback) -> None:
        """A callback of the last run."""
        self._set(place)
        self._show(place)

    def part_from_leg(self, contact: ContactId) -> None:
        """The leg is about to end, or gone; the contact goes on without one."""
        place = self._places[contact]
        del self._by_leg[place.call.leg]
        self._gone.append(place.call.leg)
        self._set(replace(place, call=replace(place.call, leg=LegId(""))))

    def name_leg(self, contact: ContactId, leg: LegId) -> None:
        """The contact, which had no leg, is on this one."""
        self._by_leg[leg] = contact

    def hold(self, place: Waiting) -> None:
        """The caller's leg has come to the hold loop."""
        self._set(replace(place, held=True))

    def stay(self, place: InFlow | Waiting | AwaitingCallback | Dialing | Leaving) -> None:
        """Something about the place has changed, and no one need be told."""
        self._set(place)

    def reserve_segment(self, contact: ContactId) -> int:
        """The next segment's number, for a part that runs beside the others: a wrap-up."""
        place = self._places[contact]
        call = replace(place.call, segments=place.call.segments + 1)
        self._set(replace(place, call=call))
        return call.segments

    def promise(self, place: Waiting, now: float, *, first: bool) -> tuple[int, Band]:
        """Look where the caller stands: the place, and between what the rest of the wait ends.

        What the `first` look says is what was promised.
        """
        contact, visit = place.call.contact, place.call.visit
        sight = self._router.outlook(contact, now)
        told = replace(place, place=sight.place)
        kind = place.queue, place.call.tier
        band = self.expected.quote(kind, sight.before, sight.per_second)
        if first and visit is not None:
            told = replace(told, call=replace(place.call, visit=replace(visit, band=band)))
        self._set(told)
        self._show(told)
        return sight.place, band

    def alter(self, place: Talking | AwaitingCallback) -> None:
        """The same part goes on, with something changed that everyone is shown."""
        self._set(place)
        self._show(place)

    def order(self, place: Ringing) -> None:
        """The switch is told to ring."""
        self._set(replace(place, ordered=True))

    # -- keeping it whole

    def _set(self, place: Place) -> None:
        contact = place.call.contact
        if isinstance(place, Talking):
            place = heard(place)
        self._count(self._places.get(contact), -1)
        self._count(place, 1)
        self._places[contact] = place
        if place.call.campaign:
            self.moved[contact] = None
        if isinstance(place, Waiting) and place.held:
            self._router.enter(self._claim(place), again=_came_before(place))
        elif isinstance(place, AwaitingCallback) and place.due:
            self._router.enter(self._claim(place), again=True)
        else:
            self._router.leave(contact)

    def _count(self, place: Place | None, more: int) -> None:
        if isinstance(place, Waiting):
            self._waiting[place.queue] += more

    def _claim(self, place: Waiting | AwaitingCallback) -> Claim:
        call = place.call
        customer, wish = call.customer, call.wish
        last_agent = None
        if customer is not None and customer.last_agent is not None:
            days = (place.since - customer.last_talk_at) / DAY_SECONDS
            if days <= self._router.rules(place.queue).affinity_days:
                last_agent = customer.last_agent
        return Claim(
            contact=call.contact,
            queue=place.queue,
            tier=call.tier,
            value=call.value + wish.boost,
            queued_at=place.queued_at,
            entered_at=call.visit.entered_at if call.visit else 0.0,
            # Whom we call is for any agent of the team: the pacer has counted on each of them.
            language="" if call.campaign else call.language,
            region=customer.region if customer and not call.campaign else "",
            last_agent=last_agent,
            # Who keeps the place is called by whoever is free; who was promised one is not.
            agent=wish.agent if isinstance(place, Waiting) or is_planned(place) else None,
            urgent=wish.urgent,
            skills=wish.skills,
        )

    def _show(self, place: Place) -> None:
        if not isinstance(place, Leaving):
            self._out.append(shown(place))


def _came_before(place: Waiting) -> bool:
    visit = place.call.visit
    return visit is None or visit.entered_at != place.since

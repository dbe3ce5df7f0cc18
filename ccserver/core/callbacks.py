"""Callbacks that keep the place: the customer hangs up, and is called when the turn comes.

A customer who waits so stands in line like one who is on the phone, so that no callback jumps the
line; and one is called only when an agent is reserved for him, so that they never come in floods
and no one who answers finds nobody.

So are customers called with whom an agent has agreed on a day (`plan`), and those whose number an
agent clicks on (`dial`). These contacts are outbound: no caller has begun them.
"""

from ccserver.core.calls import Calls
from ccserver.core.claim import Wish
from ccserver.core.commands import CallBack, Command, HangUp, Refuse
from ccserver.core.desk_events import AgentDialed, CallbackPlanned
from ccserver.core.hours import is_open, opens_at
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.outbound import agreed, call_of, is_planned, kept_for, leg_of, not_reached
from ccserver.core.pairing import Pairing
from ccserver.core.places import AwaitingCallback, Call, Dialing, Ringing, Waiting
from ccserver.core.quick import replace
from ccserver.core.records import CallbackState, SaveCallback
from ccserver.core.routing import Router
from ccserver.core.seen import EndedBy
from ccserver.core.site import OpenCallback
from ccserver.core.tickets import ticket_of
from ccserver.core.timers import Agenda, Alarm

CLOSED_SECONDS = 60.0
"""How soon it is looked again whether a queue that was closed by hand is open."""


class Callbacks:
    """All customers who are to be called."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        router: Router,
        pairing: Pairing,
        agenda: Agenda,
    ) -> None:
        self._out = out
        self._calls = calls
        self._router = router
        self._pairing = pairing
        self._by_number: dict[str, ContactId] = {}
        self._agenda = agenda

    def can_be_called(self, number: str) -> bool:
        """Whether this is a number (E.164), and no callback to it waits already."""
        return number.startswith("+") and number not in self._by_number

    # -- a callback's life

    def request(self, now: float, place: Waiting, number: str) -> AwaitingCallback:
        """The caller hangs up and keeps the place."""
        call = place.call
        waiting = AwaitingCallback(
            call=call,
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
            number=number,
            requested_at=now,
        )
        self._calls.move(place, waiting, "callback")
        self._agenda.set((Alarm.CALL, call.contact), None)
        self._wait(now, call.contact)
        stands = self._calls.get(call.contact)
        assert isinstance(stands, AwaitingCallback), "it has only begun"
        return stands

    def remember(self, now: float, known: OpenCallback) -> None:
        """A callback of the last run: it waits on."""
        call = Call(
            contact=known.contact,
            leg=NO_LEG,
            arrived_at=known.arrived_at,
            caller=known.number,
            dialed=known.dialed,
            customer=known.customer,
            language=known.language,
            segments=known.segments,
            queue=known.queue,
            visits=known.visits,
            walks=known.walks,
            wish=Wish(agent=known.agent),
            direction=known.direction,
        )
        self._calls.begin_without_leg(
            AwaitingCallback(
                call=call,
                since=known.segment_from,
                queue=known.queue,
                queued_at=known.queued_at,
                number=known.number,
                requested_at=known.requested_at,
                tries=known.tries,
                not_before=known.not_before,
                due=known.not_before <= now,
            )
        )
        self._wait(now, known.contact)
        self._calls.look_up(call)

    def turn(self, now: float, place: AwaitingCallback, agent: AgentId, phone: Phone) -> None:
        """It is the customer's turn, and this agent is free for him."""
        rules = self._router.rules(place.queue)
        if not (rules.open and is_open(rules.hours, now)):
            opening = opens_at(rules.hours, now) if rules.open else now + CLOSED_SECONDS
            self._postpone(now, place, opening if opening is not None else self._expiry(place))
            self._router.look_again()  # for the agent, who is free for someone else
            return
        tries = place.tries + 1
        leg = leg_of(place.call.contact, tries)
        self._pairing.show(now, place, agent)
        dialing = self._dial(now, place, leg, tries, agent, phone)
        self._pairing.reserve(now, agent, place.call.contact)
        self._order(dialing)
        self._save(dialing, CallbackState.DIALING)

    def _order(self, place: Dialing) -> None:
        self._out.append(
            CallBack(
                contact=place.call.contact,
                leg=place.call.leg,
                number=place.number,
                language=place.call.language,
                ring_seconds=self._router.rules(place.queue).callback.ring_seconds,
                ticket=ticket_of(place).pack(),
            )
        )

    def answered(self, now: float, place: Dialing) -> None:
        """The customer is on the line, and the reserved agent's phone rings."""
        if not place.clicked:
            self._connected(place)
        if place.agent is None:
            self._pairing.wait_again(now, place, "answered", held=True)
            return
        ringing = Ringing(
            call=place.call,
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
            agent=place.agent,
            phone=place.phone,
            ordered=False,
        )
        self._calls.move(place, ringing, "answered")
        moved = self._calls.get(place.call.contact)
        assert isinstance(moved, Ringing)
        self._pairing.connect(now, moved)

    def found(self, now: float, place: AwaitingCallback, leg: LegId) -> None:
        """The customer is on the line already: the last run had called him."""
        self._connected(place)
        self._agenda.set((Alarm.CALLBACK, place.call.contact), None)
        self._calls.move(
            place,
            Waiting(
                call=_called(place.call, leg),
                since=now,
                queue=place.queue,
                queued_at=place.queued_at,
                held=False,
            ),
            "answered",
        )
        self._calls.name_leg(place.call.contact, leg)

    def found_dialing(self, now: float, place: AwaitingCallback, leg: LegId) -> None:
        """The customer's phone rings: the last run called him. Whom it reserved, no one knows."""
        self._dial(now, place, leg, place.tries, None, Phone(""))

    def _dial(
        self,
        now: float,
        place: AwaitingCallback,
        leg: LegId,
        tries: int,
        agent: AgentId | None,
        phone: Phone,
    ) -> Dialing:
        """The customer is being called on this leg."""
        dialing = Dialing(
            call=_called(place.call, leg),
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
            number=place.number,
            requested_at=place.requested_at,
            tries=tries,
            agent=agent,
            phone=phone,
        )
        self._agenda.set((Alarm.CALLBACK, place.call.contact), None)
        self._calls.move(place, dialing, "dialed")
        self._calls.name_leg(place.call.contact, leg)
        self._pairing.watch(now, dialing)
        return dialing

    def fail(self, now: float, place: Dialing, cause: str) -> None:
        """The customer could not be reached. An order that never got through is no try."""
        if place.clicked:
            self._end_dial(now, place, EndedBy.SYSTEM, cause)
            if place.agent is not None:
                reason = not_reached(cause)
                self._out.append(Refuse(agent=place.agent, request="dial", reason=reason))
            return
        rules = self._router.rules(place.queue).callback
        self._pairing.free(now, place)
        tries = place.tries - (cause == "unsent")
        waiting = AwaitingCallback(
            call=place.call,
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
            number=place.number,
            requested_at=place.requested_at,
            tries=tries,
            not_before=now + rules.retry_seconds,
            due=False,
        )
        self._calls.move(place, waiting, cause)
        self._calls.part_from_leg(place.call.contact)
        self._agenda.set((Alarm.CALL, place.call.contact), None)
        if tries >= rules.tries:
            self._give_up(now, place.call.contact)
        else:
            self._wait(now, place.call.contact)

    def move(self, now: float, place: AwaitingCallback, queue: Queue) -> None:
        """The customer keeps the place in another queue."""
        self._calls.move(place, replace(place, since=now, queue=queue), "transferred")
        self._wait(now, place.call.contact)

    def called_again(self, now: float, number: str, queue: Queue) -> AwaitingCallback | None:
        """The customer calls by himself: the callback is done, and its place is free for him."""
        contact = self._by_number.get(number)
        place = self._calls.get(contact) if contact is not None else None
        if not isinstance(place, AwaitingCallback) or place.queue != queue:
            return None
        self._end(now, place, EndedBy.CALLER, CallbackState.CALLED_AGAIN)
        return place

    def expire(self, now: float, contact: ContactId) -> None:
        """Do what the clock asks for: the next try is due, or the time is over."""
        place = self._calls.get(contact)
        assert isinstance(place, AwaitingCallback), "who is dialed has no time here"
        self._calls.stay(replace(place, due=True))
        self._wait(now, contact)

    # -- what agents begin

    def plan(self, now: float, event: CallbackPlanned) -> None:
        """A customer is to be called at an instant that was agreed. Told again of the same contact,
        another one was, as long as the customer is not called."""
        place = self._calls.get(event.contact)
        if place is None:
            call = call_of(event, NO_LEG, now)
            self._calls.begin_outbound(agreed(call, event, now, now), leg_of(event.contact, 1))
            self._calls.look_up(call)
            self._wait(now, event.contact)
        elif is_planned(place):
            wish = Wish(agent=event.agent)
            call = replace(place.call, caller=event.number, queue=event.queue, wish=wish)
            self._calls.alter(agreed(call, event, place.since, now))
            self._wait(now, event.contact)

    def dial(self, now: float, event: AgentDialed, phone: Phone) -> None:
        """An agent, who is free for him and reachable at `phone`, wants to talk to a customer."""
        dialing = Dialing(
            call=call_of(event, leg_of(event.contact, 1), now),
            since=now,
            queue=event.queue,
            queued_at=now,
            number=event.number,
            requested_at=now,
            tries=1,
            agent=event.agent,
            phone=phone,
            clicked=True,
        )
        self._calls.begin_outbound(dialing, dialing.call.leg)
        self._calls.look_up(dialing.call)
        self._pairing.show(now, dialing, event.agent)
        self._pairing.reserve(now, event.agent, event.contact)
        self._pairing.watch(now, dialing)
        self._order(dialing)

    def cancel(self, now: float, place: Dialing) -> None:
        """The agent does not want it any more: the customer's phone rings in vain."""
        self._out.append(HangUp(contact=place.call.contact, leg=place.call.leg))
        self._end_dial(now, place, EndedBy.AGENT, "canceled")

    def _end_dial(self, now: float, place: Dialing, by: EndedBy, outcome: str) -> None:
        self._pairing.free(now, place)
        self._calls.complete(place, now, by, outcome)
        self._calls.forget(place.call.contact)

    # -- keeping it whole

    def _give_up(self, now: float, contact: ContactId) -> None:
        place = self._calls.get(contact)
        assert isinstance(place, AwaitingCallback)
        self._end(now, place, EndedBy.SYSTEM, CallbackState.EXPIRED)

    def _end(self, now: float, place: AwaitingCallback, by: EndedBy, state: CallbackState) -> None:
        self._save(place, state)
        self._forget_number(place)
        self._agenda.set((Alarm.CALLBACK, place.call.contact), None)
        self._calls.complete(place, now, by, state)
        self._calls.forget(place.call.contact)

    def _connected(self, place: AwaitingCallback | Dialing) -> None:
        self._save(place, CallbackState.CONNECTED)
        self._forget_number(place)

    def _forget_number(self, place: AwaitingCallback | Dialing) -> None:
        if self._by_number.get(place.number) == place.call.contact:
            del self._by_number[place.number]

    def _expiry(self, place: AwaitingCallback) -> float:
        seconds = self._router.rules(place.queue).callback.expire_seconds
        return place.requested_at + max(1.0, seconds)

    def _postpone(self, now: float, place: AwaitingCallback, until: float) -> None:
        self._calls.stay(replace(place, not_before=until, due=False))
        self._wait(now, place.call.contact)

    def _wait(self, now: float, contact: ContactId) -> None:
        """Let the customer wait for the turn or the next try, if there is time left."""
        place = self._calls.get(contact)
        assert isinstance(place, AwaitingCallback)
        expiry = self._expiry(place)
        if expiry <= now:
            self._give_up(now, contact)
            return
        if not is_planned(place):  # who calls before the day that was agreed has not had his call
            self._by_number[place.number] = contact
        self._agenda.set(
            (Alarm.CALLBACK, contact), expiry if place.due else min(place.not_before, expiry)
        )
        self._save(place, CallbackState.WAITING)

    def _save(self, place: AwaitingCallback | Dialing, state: CallbackState) -> None:
        call = place.call
        self._out.append(
            SaveCallback(
                contact=call.contact,
                state=state,
                number=place.number,
                queue=place.queue,
                queued_at=place.queued_at,
                requested_at=place.requested_at,
                tries=place.tries,
                not_before=place.not_before if isinstance(place, AwaitingCallback) else 0.0,
                language=call.language,
                agent=kept_for(call),
            )
        )


def _called(call: Call, leg: LegId) -> Call:
    """On the new leg the customer has heard nothing yet."""
    return replace(call, leg=leg, noticed=False)

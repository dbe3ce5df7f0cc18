"""Joining a queue and leaving it: who is let in, how long he is kept, and where he goes instead."""

from collections import OrderedDict

from ccserver.core.agents import Roster
from ccserver.core.callbacks import Callbacks
from ccserver.core.calls import Calls
from ccserver.core.claim import Wish
from ccserver.core.commands import Announce, Command, Divert, Hold, WriteTicket
from ccserver.core.events import FlowEnded
from ccserver.core.hours import is_open
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.pairing import Pairing
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Fallback,
    InFlow,
    Leaving,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.quick import replace
from ccserver.core.routing import Router
from ccserver.core.rules import Overflow, QueueRules, Way
from ccserver.core.seen import EndedBy
from ccserver.core.tickets import ticket_of
from ccserver.core.timers import Agenda, Alarm

HOPS_MAX = 3
"""A caller is sent on to so many queues at most: two full ones could send him to and fro."""
LATER_SECONDS = 5.0
"""When a limit is looked at again that runs out while an agent's phone rings."""


class Queues:
    """The doors of all queues."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        router: Router,
        pairing: Pairing,
        callbacks: Callbacks,
        agenda: Agenda,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._router = router
        self._pairing = pairing
        self._callbacks = callbacks
        self._agenda = agenda
        self._cut_off: OrderedDict[tuple[str, Queue], tuple[float, float]] = OrderedDict()
        """(caller, queue) -> when he was lost, and since when he had waited."""

    # -- in

    def join(self, now: float, place: InFlow, queue: Queue, event: FlowEnded) -> None:
        """The flow hands the caller over. Who was cut off a moment ago has the old place."""
        call = _as_wished(place.call, queue, event)
        queued_at = self._old_place(now, call, queue)
        stands = self._stand(now, place, call, queue, queued_at, "queued", held=False)
        if event.callback and self._callbacks.can_be_called(event.callback):
            # No door is asked: nobody waits on the phone, nor is he called while it is closed.
            self.call_back(now, stands, event.callback)
        else:
            self._admit(now, stands, 0)

    def change(self, now: float, place: Waiting, queue: Queue, event: FlowEnded) -> None:
        """While he waited, the caller chose another queue. What he has waited counts there."""
        call = _as_wished(place.call, queue, event)
        queued_at, held = place.queued_at, place.held
        stands = self._stand(now, place, call, queue, queued_at, "transferred", held=held)
        self._admit(now, stands, 0)

    def move(self, now: float, place: Waiting | AwaitingCallback, queue: Queue) -> None:
        """A supervisor sends a caller who waits to another queue, if there is one that is open.
        What he has waited counts there. How full it is, and who could serve, the supervisor knows.
        """
        is_open = queue in self._router.queues and self._is_open(self._router.rules(queue), now)
        if not is_open or queue == place.queue:
            return
        call = replace(place.call, queue=queue, wish=place.call.wish.elsewhere())
        if isinstance(place, AwaitingCallback):
            self._callbacks.move(now, replace(place, call=call), queue)
        else:
            queued_at, held = place.queued_at, place.held
            self._stand(now, place, call, queue, queued_at, "transferred", held=held)

    def transfer(self, now: float, place: Talking, queue: Queue) -> str:
        """The agent hands the caller on: contact, data and waiting credit go with him. Otherwise
        the reason why he cannot."""
        if queue not in self._router.queues:
            return "There is no such queue."
        if not self._is_open(self._router.rules(queue), now):
            return "That queue is closed."
        self._admit(now, self._hand_on(now, place, queue, place.call.wish.handed_on()), 0)
        self._pairing.dismiss(now, place)
        return ""

    def hand_to(self, now: float, place: Talking, agent: AgentId) -> None:
        """The agent hands the caller to another, for whom he waits in the same queue. No door is
        asked: he is in already."""
        wish = replace(place.call.wish.handed_on(), agent=agent)
        self._hand_on(now, place, place.queue, wish)
        self._pairing.dismiss(now, place)

    def _hand_on(self, now: float, place: Talking, queue: Queue, wish: Wish) -> Waiting:
        self._out.append(Hold(contact=place.call.contact, leg=place.call.leg))
        call = replace(place.call, queue=queue, wish=wish)
        queued_at = now - call.credit_seconds
        return self._stand(now, place, call, queue, queued_at, "transferred", held=False)

    def _stand(
        self,
        now: float,
        place: InFlow | Talking | Waiting,
        call: Call,
        queue: Queue,
        queued_at: float,
        outcome: str,
        *,
        held: bool,
    ) -> Waiting:
        """Let the caller wait, whether the queue takes him or not."""
        waiting = Waiting(
            call=call,
            since=now,
            queue=queue,
            queued_at=queued_at,
            held=held,
            new_ticket=not isinstance(place, InFlow),
        )
        self._calls.move(place, waiting, outcome)
        stands = self._calls.get(call.contact)
        assert isinstance(stands, Waiting)
        self._pairing.watch(now, stands)
        if held:
            self.tell_leg(stands)
        return stands

    def _admit(self, now: float, place: Waiting, hops: int) -> None:
        """Send the caller on if the queue does not take him."""
        rules = self._router.rules(place.queue)
        if not self._is_open(rules, now):
            self._send_on(now, place, rules.on_closed, "closed", hops)
        elif rules.waiting_max and self._calls.waiting(rules.name) > rules.waiting_max:
            self._send_on(now, place, rules.on_full, "full", hops)
        elif rules.on_empty.way is not Way.WAIT and not self._could_be_served(place):
            self._send_on(now, place, rules.on_empty, "exit_empty", hops)

    def _is_open(self, rules: QueueRules, now: float) -> bool:
        return rules.open and is_open(rules.hours, now)

    def _old_place(self, now: float, call: Call, queue: Queue) -> float:
        """Since when the caller counts as waiting."""
        if not call.caller:
            return now
        waited = self._callbacks.called_again(now, call.caller, queue)
        if waited is not None:
            return waited.queued_at
        lost_at, queued_at = self._cut_off.pop((call.caller, queue), (0.0, now))
        return queued_at if now - lost_at <= self._router.site.redial_seconds else now

    # -- on the leg

    def arrived(self, now: float, place: Waiting | AwaitingCallback | Leaving) -> None:
        """The leg has come to the hold loop, from where it can be sent on."""
        if isinstance(place, Waiting):
            if not place.held:
                self._calls.hold(place)
                self._agenda.set((Alarm.CALL, place.call.contact), None)
                self.tell_leg(place)
        elif place.divert is not None:
            self._out.append(place.divert)
            self._calls.stay(replace(place, divert=None))

    def tell_leg(self, place: Waiting) -> None:
        """Let the leg say in which queue its caller is now."""
        if place.new_ticket:
            call = place.call
            ticket = ticket_of(place).pack()
            self._out.append(WriteTicket(contact=call.contact, leg=call.leg, ticket=ticket))

    # -- out

    def _send_on(
        self, now: float, place: Waiting, overflow: Overflow, outcome: str, hops: int
    ) -> None:
        """The queue does not keep the caller. Where its rule cannot be followed, he waits."""
        call = place.call
        match overflow.way:
            case Way.QUEUE if overflow.queue is not None and hops < HOPS_MAX:
                call = replace(call, queue=overflow.queue, wish=call.wish.elsewhere())
                queued_at, held = place.queued_at, place.held
                stands = self._stand(
                    now, place, call, overflow.queue, queued_at, "overflow", held=held
                )
                self._admit(now, stands, hops + 1)
            case Way.CALLBACK if self._callbacks.can_be_called(call.caller):
                self.call_back(now, place, call.caller)
            case Way.VOICEMAIL | Way.ANNOUNCEMENT:
                left = "voicemail" if overflow.way is Way.VOICEMAIL else outcome
                divert = self._divert(call, overflow.way, overflow.prompt)
                if place.held:
                    self._out.append(divert)
                after = None if place.held else divert
                self._calls.complete(place, now, EndedBy.SYSTEM, left, after)
                self._agenda.set((Alarm.CALL, call.contact), None)
            case _ if outcome == "timeout":
                # Another way may be open the next time: a callback, when that number has none.
                seconds = max(LATER_SECONDS, self._router.rules(place.queue).wait_max_seconds)
                self._agenda.set((Alarm.LIMIT, call.contact), now + seconds)
            case _:
                pass

    def look_for_empty(self, now: float) -> None:
        """Someone went home: callers whom no one who is left could ever serve are sent on."""
        for place in list(self._calls.all()):
            if isinstance(place, Waiting):
                rules = self._router.rules(place.queue)
                if rules.on_empty.way is not Way.WAIT and not self._could_be_served(place):
                    self._send_on(now, place, rules.on_empty, "exit_empty", 0)

    def _could_be_served(self, place: Waiting) -> bool:
        call = place.call
        region = call.customer.region if call.customer else ""
        return self._router.could_be_served(place.queue, call.language, region, call.wish.skills)

    def leave_message(self, now: float, place: Waiting) -> None:
        """The caller would rather leave a message, where the queue offers that."""
        if self._router.rules(place.queue).voicemail:
            self._send_on(now, place, Overflow(way=Way.VOICEMAIL), "voicemail", 0)

    def call_back(self, now: float, place: Waiting, number: str) -> None:
        """The caller keeps the place. He is told so, and hangs up."""
        waiting = self._callbacks.request(now, place, number)
        told = self._divert(place.call, Way.CALLBACK, "")
        if place.held:
            self._out.append(told)
        else:
            self._calls.stay(replace(waiting, divert=told))
        self._calls.part_from_leg(place.call.contact)

    def _divert(self, call: Call, way: Way, prompt: str) -> Divert:
        return Divert(contact=call.contact, leg=call.leg, way=way, prompt=prompt, queue=call.queue)

    def cut_off(self, now: float, place: Waiting | Fallback | Ringing) -> None:
        """The caller is gone. Should he call again at once, he has the old place."""
        if not place.call.caller:
            return
        key = place.call.caller, place.queue
        self._cut_off[key] = now, place.queued_at
        self._cut_off.move_to_end(key)
        oldest = now - self._router.site.redial_seconds
        while self._cut_off and next(iter(self._cut_off.values()))[0] < oldest:
            self._cut_off.popitem(last=False)

    # -- time

    def end_wait(self, now: float, contact: ContactId) -> None:
        """The caller has waited as long as the queue lets him."""
        place = self._calls.get(contact)
        if isinstance(place, Waiting):
            rules = self._router.rules(place.queue)
            self._send_on(now, place, rules.on_wait_max, "timeout", 0)
        else:
            self._agenda.set((Alarm.LIMIT, contact), now + LATER_SECONDS)

    def announce(self, now: float, contact: ContactId) -> None:
        """Tell a waiting caller where he stands."""
        place = self._calls.get(contact)
        # To tell him is to pull his leg out of the flow that he walks meanwhile.
        if not (isinstance(place, Waiting) and place.held and place.call.walk is None):
            self._agenda.set((Alarm.ANNOUNCEMENT, contact), now + LATER_SECONDS)
            return
        rules = self._router.rules(place.queue)
        at, band = self._calls.promise(place, now, first=False)
        call = place.call
        offered = rules.callback.offered and self._callbacks.can_be_called(call.caller)
        self._out.append(
            Announce(
                contact=contact,
                leg=call.leg,
                place=at,
                wait_seconds=band.until_seconds,
                callback=offered,
                voicemail=rules.voicemail,
            )
        )
        every = call.announce_every_seconds
        if every is None:
            every = rules.announce_every_seconds
        if every:
            self._agenda.set((Alarm.ANNOUNCEMENT, contact), now + every)


def _as_wished(call: Call, queue: Queue, event: FlowEnded) -> Call:
    """What the flow asks for the caller whom it hands over."""
    return replace(
        call,
        queue=queue,
        language=event.language,
        wish=event.wish.after(call.wish),
        noticed=call.noticed or event.noticed,
        announce_after_seconds=event.announce_after_seconds,
        announce_every_seconds=event.announce_every_seconds,
    )

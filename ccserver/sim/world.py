"""A contact center's day in virtual time: the real Center, imagined people."""

import heapq
from collections import deque
from collections.abc import Callable
from functools import partial
from math import inf
from random import Random

from ccserver.core.agents import AWAY
from ccserver.core.center import Center
from ccserver.core.commands import (
    Announce,
    CallBack,
    Command,
    Connect,
    Divert,
    ShowAgent,
    ShowCaller,
)
from ccserver.core.events import (
    AgentLoggedOut,
    AgentReady,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallbackFailed,
    CallbackRequested,
    CallEnded,
    CallerRecognized,
    CallHeld,
    Event,
    FlowEnded,
    OfferFailed,
    PopAcked,
    ScreenOpened,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.records import (
    CallbackState,
    QueueExit,
    SaveAgentInterval,
    SaveCallback,
)
from ccserver.core.rules import Way
from ccserver.core.site import Presence
from ccserver.core.value import Customer
from ccserver.sim.contacts import HOUR_SECONDS, Contact
from ccserver.sim.scenario import Scenario
from ccserver.sim.site import WRAP_UP_LIMIT, phone_of
from ccserver.sim.stage import Stage, imagined

SHORT_SECONDS = 5.0
"""Who gives up sooner counts as a short abandon."""

GOODBYE_SECONDS = 5.0
"""How long it takes to tell a caller that the queue does not keep him."""

CALLBACK_RING_SECONDS = 10.0
"""How long a customer takes to answer a callback."""

AWAY_SECONDS = 300.0
"""How long an agent is gone whom the system paused for missed calls."""

CLOSING_SECONDS = 26 * HOUR_SECONDS
"""After the day's end no one is waited for longer: the last callback has expired by then."""

NORMAL_CLEARING = 16
"""Q.850: someone hung up."""

Note = Callable[[float, Event, list[Command]], None]

_HEARD = frozenset(
    {Announce, CallBack, Connect, Divert, SaveAgentInterval, SaveCallback, ShowAgent, ShowCaller}
)
"""The orders that change something for the imagined people, or that figures are made of."""


class World:
    """The calendar of what is to happen, and the people who make it happen."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        policy: str = "",
        seed: int = 1,
        note: Note | None = None,
        stage: Stage | None = None,
    ) -> None:
        """`stage`: not one that is drawn from the scenario."""
        self.center = Center()
        self.scenario = scenario
        self.contacts: list[Contact] = []
        self.events = 0
        self._stage = stage or imagined(scenario, policy, seed)
        self.shifts = self._stage.shifts
        self._seed = seed
        self._note = note
        self._calendar: list[tuple[float, int, Callable[[float], None]]] = []
        self._written = 0
        self._inbox: deque[Event] = deque()
        self._there: dict[ContactId, Contact] = {}
        misses = any(shift.group.no_answer for shift in self.shifts.values())
        self._heard = _HEARD if misses else _HEARD - {ShowAgent}
        self._ends_at = self._stage.ends_at

    def live(self) -> None:
        """Live through the day, and until the last caller has gone."""
        self._open()
        coming = iter(self._stage.contacts)
        caller = next(coming, None)
        due, calendar = self.center.due, self._calendar
        while True:
            planned = calendar[0][0] if calendar else inf
            now = min(planned, caller.at) if caller else planned
            asked = due()
            if asked is not None and asked <= now:
                now = asked
            if caller is None and self._is_over(now):
                return
            if asked == now:
                self._inbox.append(Wake())
            elif caller is not None and caller.at == now:
                self._arrive(caller)
                caller = next(coming, None)
            else:
                heapq.heappop(calendar)[2](now)
            self._handle(now)

    def _is_over(self, now: float) -> bool:
        """Whether nobody is left to wait for. `now`: when the next thing would happen."""
        return (now > self._ends_at and not self._there) or now > self._ends_at + CLOSING_SECONDS

    def _open(self) -> None:
        opening, now = self._stage.opening, self._stage.begins_at
        phones = frozenset(agent.phone for agent in opening.agents)
        self._inbox.append(opening)
        self._inbox.append(AsteriskSeen(asked_at=now, calls=(), phones=phones))
        self._handle(now)
        for name, shift in self.shifts.items():
            for from_at, until_at in shift.stretches:
                self._plan_event(from_at, ScreenOpened(agent=name))
                self._plan_event(from_at, AgentReady(agent=name))
                if until_at < self._ends_at:
                    self._plan_event(until_at, AgentLoggedOut(agent=name))

    def _plan(self, at: float, act: Callable[[float], None]) -> None:
        self._written += 1
        heapq.heappush(self._calendar, (at, self._written, act))

    def _plan_event(self, at: float, event: Event) -> None:
        self._plan(at, lambda _: self._inbox.append(event))

    def _handle(self, now: float) -> None:
        """Tell the center what has happened, and all that follows from it at the same instant."""
        inbox, handle, note, heard = self._inbox, self.center.handle, self._note, self._heard
        while inbox:
            event = inbox.popleft()
            commands = handle(now, event)
            self.events += 1
            if note is not None:
                note(now, event, commands)
            for command in commands:
                if type(command) in heard:
                    self._react(now, command)

    # -- callers

    def _arrive(self, contact: Contact) -> None:
        now, name, leg, tier = contact.at, contact.id, contact.leg, contact.tier
        self.contacts.append(contact)
        self._there[name] = contact
        customer = Customer(
            id=CustomerId(name),
            tier=tier.name,
            value=tier.value,
            language=contact.language,
            last_agent=contact.last_agent,
            last_talk_at=self._stage.begins_at if contact.last_agent else 0.0,
        )
        queue, language = Queue(contact.queue.name), contact.language
        post = self._inbox.append
        post(CallArrived(contact=name, leg=leg, caller=self._number(contact), dialed="4000"))
        post(CallerRecognized(contact=name, customer=customer))
        post(FlowEnded(contact=name, queue=queue, language=language))
        post(CallHeld(contact=name, leg=leg))
        if contact.patience_s < inf:
            self._plan(now + contact.patience_s, partial(self._lose_patience, contact, leg))

    def _number(self, contact: Contact) -> str:
        """None where no one is called back: it would only be carried along."""
        return f"+861380{contact.number:07d}" if self.scenario.callback_share else ""

    def _lose_patience(self, contact: Contact, leg: LegId, now: float) -> None:
        if contact.waiting and contact.leg == leg:
            short = now - contact.at < SHORT_SECONDS
            _leave(contact, QueueExit.SHORT_ABANDONED if short else QueueExit.ABANDONED, now)
            self._end(contact, leg, now)

    def _end(self, contact: Contact, leg: LegId, _now: float) -> None:
        """The caller's leg is gone. Whoever is to be called back is still waited for."""
        on_second = contact.called_back and leg == contact.leg
        if contact.exit is not QueueExit.CALLBACK or on_second:
            self._there.pop(contact.id, None)
        self._inbox.append(CallEnded(leg=leg, cause=NORMAL_CLEARING))

    # -- what the center orders

    def _react(self, now: float, command: Command) -> None:
        match command:
            case SaveAgentInterval(agent=agent):
                self.shifts[agent].add(command)
            case ShowAgent(agent=agent, presence=Presence.PAUSED, reason=reason) if reason == AWAY:
                self._plan_event(now + AWAY_SECONDS, AgentReady(agent=agent))
            case ShowCaller(agent=agent, contact=name):
                self._inbox.append(PopAcked(agent=agent, contact=name))
            case Connect():
                self._ring(now, command)
            case Announce(contact=name, callback=True):
                if self._there[name].callback:
                    self._inbox.append(CallbackRequested(contact=name))
            case Divert():
                self._divert(now, command)
            case CallBack():
                self._call_back(now, command)
            case SaveCallback(contact=name, state=state):
                self._callback(now, name, state)
            case _:
                pass

    def _ring(self, now: float, order: Connect) -> None:
        contact, agent = self._there[order.contact], order.agent
        contact.offers += 1
        no_answer = self.shifts[agent].group.no_answer
        if no_answer and self._luck(contact) < no_answer:
            self._plan(now + order.ring_seconds, partial(self._miss, contact, agent))
        elif self.scenario.ring_s:
            self._plan(now + self.scenario.ring_s, partial(self._answer, contact, agent))
        else:
            self._answer(contact, agent, now)

    def _luck(self, contact: Contact) -> float:
        """Whether a phone is answered: the same under each policy at a contact's nth offer."""
        seed = (self._seed << 40) + (contact.number << 8) + contact.offers
        return Random(seed).random()  # noqa: S311 -- reproducible, not secret

    def _miss(self, contact: Contact, agent: AgentId, _now: float) -> None:
        if contact.waiting:
            phone = phone_of(agent)
            self._inbox.append(OfferFailed(contact=contact.id, phone=phone, cause="no_answer"))
            self._inbox.append(CallHeld(contact=contact.id, leg=contact.leg))

    def _answer(self, contact: Contact, agent: AgentId, now: float) -> None:
        if contact.waiting:
            _leave(contact, QueueExit.ANSWERED, now)
            contact.answered_at, contact.agent = now, agent
            event = CallAnswered(contact=contact.id, phone=phone_of(agent), recording="")
            self._inbox.append(event)
            self._plan(now + contact.talk_s, partial(self._part, contact, agent))

    def _part(self, contact: Contact, agent: AgentId, now: float) -> None:
        self._end(contact, contact.leg, now)
        queue = contact.queue
        if queue.wrap_cv and contact.wrap_s < queue.wrap_mean_s * WRAP_UP_LIMIT:
            self._plan_event(now + contact.wrap_s, WrapUpDone(agent=agent))

    def _divert(self, now: float, order: Divert) -> None:
        """The queue does not keep the caller, who hears so and hangs up."""
        if order.way is not Way.CALLBACK:  # of which `_callback` tells
            contact = self._there[order.contact]
            late = 0 < self.scenario.max_wait_s <= now - contact.at
            other = QueueExit.TIMEOUT if late else QueueExit.EXIT_EMPTY
            self._send_away(
                contact, QueueExit.VOICEMAIL if order.way is Way.VOICEMAIL else other, now
            )

    def _callback(self, now: float, name: ContactId, state: CallbackState) -> None:
        contact = self._there[name]
        if state is CallbackState.EXPIRED:
            del self._there[name]
        elif state is CallbackState.WAITING and contact.waiting:
            # Also one who was called back, met no agent after all, and is to be called again.
            contact.called_back = False
            self._send_away(contact, QueueExit.CALLBACK, now)

    def _send_away(self, contact: Contact, how: QueueExit, now: float) -> None:
        _leave(contact, how, now)
        self._plan(now + GOODBYE_SECONDS, partial(self._end, contact, contact.leg))

    def _call_back(self, now: float, order: CallBack) -> None:
        """The customer is called, and answers the phone or does not."""
        contact = self._there[order.contact]
        contact.leg, contact.called_back = order.leg, True
        contact.offers += 1
        if self._luck(contact) < self.scenario.callback_no_answer:
            failed = CallbackFailed(contact=contact.id, leg=order.leg, cause="no_answer")
            self._plan_event(now + order.ring_seconds, failed)
        else:
            self._plan(now + CALLBACK_RING_SECONDS, partial(self._return, contact))

    def _return(self, contact: Contact, now: float) -> None:
        """A customer who was called back waits again, with patience anew."""
        contact.waiting = True
        self._inbox.append(CallHeld(contact=contact.id, leg=contact.leg))
        if contact.patience_s < inf:
            lost = partial(self._lose_patience, contact, contact.leg)
            self._plan(now + contact.patience_s, lost)


def _leave(contact: Contact, how: QueueExit, now: float) -> None:
    """The caller waits no more. Only the first time tells how the queue was left."""
    contact.waiting = False
    if contact.exit is None:
        contact.exit, contact.left_at = how, now

"""A random stretch of a busy day: many callers, few agents, every way in and out of a queue."""

from random import Random

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.desk_events import CallMoved
from ccserver.core.events import (
    AgentReady,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallbackRequested,
    CallEnded,
    CallerRecognized,
    CallHeld,
    Event,
    FlowEnded,
    OfferFailed,
    ScreenOpened,
    Started,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue, uuid7
from ccserver.core.places import Dialing, Ringing, Talking, Waiting
from ccserver.core.rules import CallbackRules, QueueRules
from ccserver.core.site import AgentProfile
from ccserver.core.talk_events import AgentHeld, AgentResumed, AgentTransferred
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier
from ccserver.core.work import WrapUp

QUEUES = (Queue("sales"), Queue("help"))
AGENTS = {AgentId(name): Phone(f"100{n}") for n, name in enumerate("xyz", 1)}
RULES = tuple(
    QueueRules(name=queue, wait_max_seconds=90.0, callback=CallbackRules(offered=True))
    for queue in QUEUES
)


class Busy:
    """What happened: events, with all that the center made of them."""

    def __init__(self, seed: int, begins_at: float, steps: int) -> None:
        self._random = Random(seed)
        self.center = Center()
        self.now = begins_at
        self.entries: list[tuple[int, float, Event, list[Command]]] = []
        self.calm: list[int] = []
        """After so many events nobody wraps up. What a restart cuts short is nowhere written."""
        self._callers = 0
        profiles = tuple(
            AgentProfile(agent=agent, phone=phone, queues=frozenset(QUEUES))
            for agent, phone in AGENTS.items()
        )
        self._tell(Started(queues=RULES, agents=profiles, open_contacts=()))
        phones = frozenset(AGENTS.values())
        self._tell(AsteriskSeen(calls=(), phones=phones, asked_at=begins_at))
        for agent in AGENTS:
            self._tell(ScreenOpened(agent=agent))
        for _ in range(steps):
            self._pass(self._random.uniform(0.01, 4.0))
            self._random.choice([self._arrive, *(5 * [self._agent]), self._caller])()
        for place in list(self.center._calls.all()):
            if place.call.leg:
                self._tell(CallEnded(leg=place.call.leg, cause=16))
        self._pass(120.0)

    def _tell(self, event: Event) -> None:
        commands = self.center.handle(self.now, event)
        self.center.check()
        self.entries.append((len(self.entries) + 1, self.now, event, commands))
        if not any(isinstance(agent.work, WrapUp) for agent in self.center._roster.all()):
            self.calm.append(len(self.entries))

    def _pass(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.center.due()) is not None and due <= until:
            self.now = due
            self._tell(Wake())
        self.now = until

    def _arrive(self) -> None:
        choose = self._random.choice
        self._callers += 1
        contact = ContactId(uuid7(self.now, self._callers))
        leg, tier = LegId(f"leg-{self._callers}"), choose(list(Tier))
        number = f"+86138{self._callers:08}"
        self._tell(CallArrived(contact=contact, leg=leg, caller=number, dialed="4001"))
        known = Customer(id=CustomerId("1"), tier=tier, value=VALUE_OF_TIER[tier], language="zh")
        self._tell(CallerRecognized(contact=contact, customer=known))
        self._tell(FlowEnded(contact=contact, queue=choose(QUEUES), language="zh"))
        self._tell(CallHeld(contact=contact, leg=leg))

    def _agent(self) -> None:
        agent, phone = self._random.choice(list(AGENTS.items()))
        place = next(
            (
                one
                for one in self.center._calls.all()
                if isinstance(one, Dialing | Ringing | Talking) and one.agent == agent
            ),
            None,
        )
        if isinstance(place, Dialing):
            self._tell(CallHeld(contact=place.call.contact, leg=place.call.leg))
        elif isinstance(place, Ringing):
            contact, leg = place.call.contact, LegId(f"{agent}-{self.now}")
            answered = CallAnswered(contact=contact, phone=phone, recording="", leg=leg)
            missed = OfferFailed(contact=contact, phone=phone, cause="no_answer")
            self._tell_one_of(answered, answered, missed)
        elif isinstance(place, Talking):
            self._tell_one_of(
                AgentHeld(agent=agent),
                AgentResumed(agent=agent),
                AgentTransferred(agent=agent, queue=self._random.choice(QUEUES)),
                CallEnded(leg=place.call.leg, cause=16),
            )
        else:
            self._tell_one_of(AgentReady(agent=agent), WrapUpDone(agent=agent))

    def _caller(self) -> None:
        waiting = [one for one in self.center._calls.all() if isinstance(one, Waiting)]
        if not waiting:
            return
        place = self._random.choice(waiting)
        contact, leg = place.call.contact, place.call.leg
        if not place.held:
            self._tell(CallHeld(contact=contact, leg=leg))
            return
        self._tell_one_of(
            CallEnded(leg=leg, cause=16),
            CallMoved(contact=contact, queue=self._random.choice(QUEUES), by="sue"),
            CallbackRequested(contact=contact),
        )

    def _tell_one_of(self, *events: Event) -> None:
        self._tell(self._random.choice(events))

"""Stories at random, nonsense included: every event, in any order, about a handful of things."""

from random import Random
from typing import get_args

from ccserver.core.events import (
    AgentKnown,
    AgentLoggedOut,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    Event,
    FlowEnded,
    OfferFailed,
    ScreenClosed,
    Started,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket
from ccserver.core.site import AgentProfile, OpenContact, Presence, WorkState
from ccserver.core.value import Customer, Tier

AGENTS = tuple(AgentId(a) for a in "xyz")
PHONES = tuple(Phone(p) for p in "123")
QUEUES = (Queue("sales"), Queue("help"))
RARE = (AgentKnown, AsteriskLost, AgentLoggedOut, ScreenClosed)
KINDS = tuple(k for k in get_args(Event) if k is not Started for _ in range(1 if k in RARE else 5))


class Chance:
    """Makes up what happens. The same seed makes up the same."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def story(self, length: int = 50) -> list[tuple[float, Event]]:
        """A run of the house, from its start on."""
        now = 1000.0
        story: list[tuple[float, Event]] = [(now, self._started())]
        for _ in range(length):
            now += self._random.choice([0.0, 0.0, 0.1, 1.0, 30.0])
            story.append((now, self._event(now)))
        return story

    def _event(self, now: float) -> Event:
        kind = self._random.choice(KINDS)
        if kind is AgentKnown:
            return AgentKnown(profile=self._profile())
        if kind is AsteriskSeen:
            return self._seen(now)
        made: Event = kind(**{name: self._value(kind, name) for name in kind.__dataclass_fields__})
        return made

    def _value(self, kind: type, name: str) -> object:
        choose = self._random.choice
        match name:
            case "contact":
                return ContactId(choose("abcd" if kind is CallArrived else "abcdef"))
            case "leg":
                return LegId(choose("ABCD" if kind is CallArrived else "ABCDEF"))
            case "agent":
                return choose(AGENTS)
            case "phone":
                return choose(PHONES)
            case "queue":
                return choose([None, *QUEUES]) if kind is FlowEnded else choose(QUEUES)
            case "customer":
                value = self._random.random()
                tier = choose(list(Tier))
                return Customer(id=CustomerId("7"), tier=tier, value=value, language="zh")
            case "cause":
                causes = ["no_answer", "busy", "unsent", "unreachable"]
                return choose(causes) if kind is OfferFailed else 16
            case "reachable":
                return self._random.random() < 0.8
            case _:
                return name  # a text that decides nothing

    def _time(self, now: float) -> float:
        return now - self._random.uniform(0, 600)

    def _started(self) -> Started:
        profiles = [
            AgentProfile(agent=a, phone=p, queues=frozenset(QUEUES))
            for a, p in zip(AGENTS, PHONES, strict=True)
        ]
        count = self._random.randint(0, 2)
        opened = [
            OpenContact(
                contact=ContactId(contact),
                leg=LegId(leg),
                arrived_at=500.0,
                queue=self._random.choice(QUEUES),
                segment_from=self._random.uniform(500, 900),
                segments=self._random.randint(0, 3),
            )
            for contact, leg in zip(
                # Never those of calls to come: no contact is begun twice.
                self._random.sample("ef", count),
                self._random.sample("EF", count),
                strict=True,
            )
        ]
        return Started(queues=(), agents=tuple(profiles), open_contacts=tuple(opened))

    def _profile(self) -> AgentProfile:
        number = self._random.randrange(len(AGENTS))
        return AgentProfile(
            agent=AGENTS[number],
            phone=self._random.choice(PHONES),
            queues=frozenset({self._random.choice(QUEUES)}),
            presence=self._random.choice(list(Presence)),
            work=self._random.choice(list(WorkState)),
            since=self._random.uniform(0, 1000),
            contact=self._random.choice([None, ContactId("a")]),
        )

    def _seen(self, now: float) -> AsteriskSeen:
        asked_at = now - self._random.choice([0.0, 1.0, 5.0])
        calls = tuple(self._seen_call(now) for _ in range(self._random.randint(0, 3)))
        return AsteriskSeen(asked_at=asked_at, calls=calls, phones=frozenset(PHONES))

    def _seen_call(self, now: float) -> SeenCall:
        choose = self._random.choice
        ticket = Ticket(
            contact=ContactId(choose("abcdef")),
            arrived_at=self._time(now),
            queued_at=self._time(now),
            queue=choose(QUEUES),
            tier=choose(list(Tier)),
            value=self._random.random(),
            language="zh",
            customer="",
            caller="",
            dialed="",
            keys=(),
        )
        return SeenCall(
            leg=LegId(choose("ABCDEF")),
            place=choose(list(Place)),
            contact=choose([None, ticket.contact]),
            ticket=choose([None, ticket, ticket]),
            phone=choose([None, *PHONES]),
            talk_at=choose([None, self._time(now)]),
            ended_at=choose([None, self._time(now)]),
            ended_by=EndedBy.CALLER,
            recording="r",
        )

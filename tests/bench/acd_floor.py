"""A busy floor around a real Center: many agents, many who wait, and what each event costs.

Time is made up here, but the cost of `handle` is real: processor time of this thread, with all
garbage collection that falls into it.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from random import Random

from ccserver.core.center import Center
from ccserver.core.commands import Command, Connect, ShowCaller
from ccserver.core.events import (
    AgentReady,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerRecognized,
    CallHeld,
    Event,
    FlowEnded,
    PopAcked,
    ScreenOpened,
    Started,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue, Skill
from ccserver.core.records import SaveOffer
from ccserver.core.rules import QueueRules
from ccserver.core.site import AgentProfile
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

BEGINS_AT = 1_767_571_200.0
NORMAL_CLEARING = 16
TIERS, TIER_SHARES = (Tier.PLATINUM, Tier.GOLD, Tier.SILVER, Tier.STANDARD), (5, 15, 20, 60)
LANGUAGES, LANGUAGE_SHARES = ("zh", "en"), (85, 15)
SPOKEN, SPOKEN_SHARES = (("zh",), ("zh", "en"), ("en",)), (70, 20, 10)
SKILLS_OF_AGENT, SKILLS_SHARES = (1, 2, 3), (40, 40, 20)


def profile(number: int, skills: Sequence[str], luck: Random) -> AgentProfile:
    """An agent with one to three of these skills."""
    count = min(len(skills), luck.choices(SKILLS_OF_AGENT, SKILLS_SHARES)[0])
    known = sorted(luck.sample(skills, count))
    return AgentProfile(
        agent=AgentId(f"a{number}"),
        phone=Phone(f"a{number}"),
        queues=frozenset(map(Queue, known)),
        skills=tuple((Skill(skill), 3) for skill in known),
        languages=frozenset(luck.choices(SPOKEN, SPOKEN_SHARES)[0]),
    )


def rules(skill: str, *, announced: bool = True) -> QueueRules:
    """A queue for each skill, as is usual: who waits is told so every minute, or (not `announced`)
    never."""
    seconds = 20.0 if announced else 0.0
    return QueueRules(
        name=Queue(skill), required=((Skill(skill), 1),), announce_after_seconds=seconds
    )


class Floor:
    """Agents at work and callers who wait. Every event is timed."""

    def __init__(self, seed: int = 1) -> None:
        self.center = Center()
        self.now = BEGINS_AT
        self.luck = Random(seed)
        self.spent_us: dict[str, list[float]] = defaultdict(list)
        """What `handle` took, by the event's name."""
        self.offers_us: dict[str, list[float]] = defaultdict(list)
        """The same, only where a caller was given to an agent."""
        self.waiting: list[ContactId] = []
        self.talking: dict[AgentId, ContactId] = {}
        self._came = 0

    def open(self, groups: Sequence[tuple[int, Sequence[str]]], *, announced: bool) -> None:
        """Start the day with so many agents for each group of skills."""
        skills = [skill for _, known in groups for skill in known]
        kinds = [known for count, known in groups for _ in range(count)]
        agents = tuple(profile(n, known, self.luck) for n, known in enumerate(kinds))
        queues = tuple(rules(skill, announced=announced) for skill in skills)
        self.post(Started(queues=queues, agents=agents, open_contacts=()))
        phones = frozenset(one.phone for one in agents)
        self.post(AsteriskSeen(asked_at=self.now, calls=(), phones=phones))
        for one in agents:
            self.now += 0.01
            self.post(ScreenOpened(agent=one.agent))
            self.post(AgentReady(agent=one.agent))

    def forget_costs(self) -> None:
        """Measure from now on."""
        self.spent_us.clear()
        self.offers_us.clear()

    # -- what happens

    def wait(self, seconds: float) -> None:
        """Let time pass, and the Center do what is due."""
        until = self.now + seconds
        while (due := self.center.due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.post(Wake())
        self.now = until

    def arrive(self, queue: str) -> None:
        """A caller comes."""
        self._came += 1
        name, leg = ContactId(f"c{self._came}"), LegId(f"c{self._came}")
        tier = self.luck.choices(TIERS, TIER_SHARES)[0]
        language = self.luck.choices(LANGUAGES, LANGUAGE_SHARES)[0]
        customer = Customer(
            id=CustomerId(name),
            tier=tier,
            value=min(1.0, VALUE_OF_TIER[tier] * self.luck.uniform(0.8, 1.2)),
            language=language,
        )
        self.post(CallArrived(contact=name, leg=leg, caller="", dialed="4000"))
        self.post(CallerRecognized(contact=name, customer=customer))
        self.post(FlowEnded(contact=name, queue=Queue(queue), language=language))
        self.waiting.append(name)
        self.post(CallHeld(contact=name, leg=leg))

    def hang_up(self) -> None:
        """One of those who wait has had enough."""
        n = self.luck.randrange(len(self.waiting))
        self.waiting[n], self.waiting[-1] = self.waiting[-1], self.waiting[n]
        self.post(CallEnded(leg=LegId(self.waiting.pop()), cause=NORMAL_CLEARING))

    def finish(self, agent: AgentId) -> None:
        """The agent's caller hangs up, and the notes are done."""
        self.post(CallEnded(leg=LegId(self.talking.pop(agent)), cause=NORMAL_CLEARING))
        self.post(WrapUpDone(agent=agent))

    def post(self, event: Event) -> None:
        """Tell the Center, and answer as screens and phones would."""
        began = time.thread_time_ns()
        commands = self.center.handle(self.now, event)
        microseconds = (time.thread_time_ns() - began) / 1000
        name = type(event).__name__
        self.spent_us[name].append(microseconds)
        if any(isinstance(command, SaveOffer) for command in commands):
            self.offers_us[name].append(microseconds)
        for command in commands:
            self._react(command)

    def _react(self, command: Command) -> None:
        if isinstance(command, ShowCaller):
            self.post(PopAcked(agent=command.agent, contact=command.contact))
        elif isinstance(command, Connect):
            self.waiting.remove(command.contact)
            self.talking[command.agent] = command.contact
            answered = CallAnswered(contact=command.contact, phone=command.phone, recording="")
            self.post(answered)

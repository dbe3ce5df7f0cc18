"""What happens in a contact center, in a few words each."""

from ccserver.core.center import Center
from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.commands import Command, Connect, ShowAgent, ShowCaller
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
    StepEntered,
    Wake,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue, StepName
from ccserver.core.records import QueueExit, SaveQueueVisit
from ccserver.core.rules import AS_USUAL, QueueRules, SiteRules
from ccserver.core.site import AgentProfile, OpenCallback, OpenContact, WorkState
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

SALES, SERVICE = Queue("sales"), Queue("service")
ANNA, BOB = AgentId("anna"), AgentId("bob")
PHONES = {ANNA: Phone("1001"), BOB: Phone("1002")}
RULES = tuple(QueueRules(name=q, ring_seconds=20, wrap_up_seconds=30.0) for q in (SALES, SERVICE))
PROFILES = tuple(
    AgentProfile(agent=a, phone=p, queues=frozenset({SALES, SERVICE})) for a, p in PHONES.items()
)


class Story:
    """A center, told what happens; every step is checked, and every command kept."""

    def __init__(
        self,
        *,
        remembered: tuple[OpenContact, ...] = (),
        rules: tuple[QueueRules, ...] = RULES,
        profiles: tuple[AgentProfile, ...] = PROFILES,
        callbacks: tuple[OpenCallback, ...] = (),
        site: SiteRules = AS_USUAL,
        seen: bool = True,
        screens_show: bool = True,
        center: Center | None = None,
    ) -> None:
        self.screens_show = screens_show
        self.center = center or Center()
        self.now = 0.0
        self.told: list[Command] = []
        self.tell(
            Started(
                queues=rules,
                agents=profiles,
                open_contacts=remembered,
                callbacks=callbacks,
                site=site,
            )
        )
        if seen:
            self.see()

    def tell(self, event: Event, *, after: float = 0.0) -> list[Command]:
        """Let time pass and something happen. Screens show what they are given at once."""
        commands = self._handle(event, after)
        for shown in [c for c in commands if isinstance(c, ShowCaller) and self.screens_show]:
            commands += self._handle(PopAcked(agent=shown.agent, contact=shown.contact), 0.0)
        return commands

    def _handle(self, event: Event, after: float) -> list[Command]:
        self.now += after
        commands = self.center.handle(self.now, event)
        self.center.check()
        due = self.center.due()
        assert due is None or due > self.now, "nothing is overdue after handle()"
        self.told += commands
        return commands

    def see(self) -> list[Command]:
        """The link comes up and finds no call."""
        phones = frozenset(PHONES.values())
        return self.tell(AsteriskSeen(asked_at=self.now, calls=(), phones=phones))

    def ready(self, agent: AgentId = ANNA, *, after: float = 0.0) -> list[Command]:
        """An agent logs in and asks for work."""
        commands = self.tell(ScreenOpened(agent=agent), after=after)
        return commands + self.tell(AgentReady(agent=agent))

    def ring(
        self,
        name: str,
        *,
        tier: Tier | None = None,
        after: float = 0.0,
        queue: Queue = SALES,
        number: str = "",
        held: bool = True,
        wish: Wish = NO_WISH,
    ) -> list[Command]:
        """A caller rings and walks into a queue."""
        contact = ContactId(name)
        commands = self.arrive(name, number=number, after=after)
        if tier is not None:
            customer = Customer(
                id=CustomerId(f"c-{name}"), tier=tier, value=VALUE_OF_TIER[tier], language="zh"
            )
            commands += self.tell(CallerRecognized(contact=contact, customer=customer))
        commands += self.tell(FlowEnded(contact=contact, queue=queue, language="zh", wish=wish))
        return commands + (self.hold(name) if held else [])

    def arrive(self, name: str, *, number: str = "", after: float = 0.0) -> list[Command]:
        """A caller rings."""
        leg, caller = LegId(f"leg-{name}"), number or f"+86{name}"
        arrived = CallArrived(contact=ContactId(name), leg=leg, caller=caller, dialed="4001")
        return self.tell(arrived, after=after)

    def step(
        self,
        name: str,
        step: str,
        *,
        flow: str = "hotline",
        came: str = "then",
        after: float = 0.0,
    ) -> list[Command]:
        """The caller comes to a step of a flow. Without `came` it is the first."""
        entered = StepEntered(
            contact=ContactId(name), flow=flow, version=3, step=StepName(step), came=came
        )
        return self.tell(entered, after=after)

    def hold(self, name: str, leg: str = "") -> list[Command]:
        """The caller's leg reaches the hold loop."""
        return self.tell(CallHeld(contact=ContactId(name), leg=LegId(leg or f"leg-{name}")))

    def hang_up(self, name: str, *, after: float = 0.0) -> list[Command]:
        """The caller's leg ends."""
        return self.tell(CallEnded(leg=LegId(f"leg-{name}"), cause=16), after=after)

    def wait(self, seconds: float) -> list[Command]:
        """Let time pass, as the host does: nothing is late."""
        until, commands = self.now + seconds, []
        while (due := self.center.due()) is not None and due <= until:
            commands += self.tell(Wake(), after=due - self.now)
        self.now = until
        return commands

    def answer(self, name: str, agent: AgentId = ANNA, *, after: float = 0.0) -> list[Command]:
        """The agent picks up."""
        return self.tell(
            CallAnswered(
                contact=ContactId(name),
                phone=PHONES[agent],
                recording=f"{name}.raw",
                leg=LegId(f"leg-{agent}"),
            ),
            after=after,
        )


def served(story: Story) -> list[str]:
    """For whom an agent's phone was told to ring, in order."""
    return [c.contact for c in story.told if isinstance(c, Connect)]


def state_of(story: Story, agent: AgentId) -> WorkState:
    """The work state that everyone was last shown of this agent."""
    return next(
        c.work for c in reversed(story.told) if isinstance(c, ShowAgent) and c.agent == agent
    )


def visits(story: Story) -> list[tuple[str, str, QueueExit]]:
    """(contact, queue, exit) of every visit to a queue that has ended."""
    return [(c.contact, c.queue, c.exit) for c in story.told if isinstance(c, SaveQueueVisit)]

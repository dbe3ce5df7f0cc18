"""A FastAGI server with everything behind it recorded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ccserver.agi.reception import Reception
from ccserver.agi.server import Limits, Server
from ccserver.agi.world import Caller, QueueSight
from ccserver.clock import now
from ccserver.core.campaigns import Called
from ccserver.core.doings import Fetch, OpenTicket
from ccserver.core.events import Event, StepEntered, WalkEnded
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import ContactId, CustomerId, Prompt, Queue, StepName
from ccserver.core.steps import Branch, Case, EnterQueue, GoodBye, Menu, Say, Step
from ccserver.core.value import Consent, Customer, Tier
from tests.agi.asterisk import Peer, ring

CONTACT = ContactId("01935c2e-7b00-7000-8000-000000000001")
GOLD = Customer(id=CustomerId("77"), tier=Tier.GOLD, value=0.6, language="en-GB")
PLATINUM = Customer(id=CustomerId("88"), tier=Tier.PLATINUM, value=1.0, language="zh")
CUSTOMERS = {
    "+8613800138000": Caller(customer=GOLD, name="Li"),
    "+8613900139000": Caller(customer=PLATINUM, name="Wang"),
}


def step(name: str) -> StepName:
    return StepName(name)


def flow(first: Step, **more: Any) -> Flow:
    """A flow that begins with this step, `first`, and ends with `end`."""
    settings: dict[str, Any] = {
        "name": "test",
        "languages": ("zh",),
        "operator": Queue("operator"),
        "start": step("first"),
        "steps": {step("first"): first, step("end"): GoodBye()},
    }
    settings["steps"] |= more.pop("steps", {})
    return Flow(**(settings | more))


def leaving(first: Step, **more: Any) -> Flow:
    """The same for callers who wait."""
    return flow(first, name="leave", role=Role.WAITING, **more)


HOTLINE = Flow(
    name="hotline",
    start=step("welcome"),
    languages=("zh", "en"),
    operator=Queue("operator"),
    steps={
        step("welcome"): Say(prompts=(Prompt("welcome"),), then=step("who")),
        step("who"): Branch(
            on="customer.tier",
            cases=(Case(one_of=frozenset(("platinum",)), then=step("person")),),
            otherwise=step("menu"),
        ),
        step("menu"): Menu(
            prompts=(Prompt("menu"),),
            keys={"1": step("sales"), "2": step("service"), "0": step("operator")},
            otherwise=step("person"),
            timeout_seconds=5.0,
            wrong_key=(Prompt("invalid"),),
            no_key=(Prompt("no_input"),),
        ),
        step("person"): Say(prompts=(Prompt("connecting"),), then=step("operator")),
        step("sales"): EnterQueue(queue=Queue("sales")),
        step("service"): EnterQueue(queue=Queue("service")),
        step("operator"): EnterQueue(queue=Queue("operator")),
    },
)


async def find(contact: ContactId, number: str) -> Caller | None:
    """A look-up that works."""
    return CUSTOMERS.get(number)


async def nobody(contact: ContactId) -> Called | None:
    """No campaign has called."""


async def at_once() -> None:
    """All is written at once."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A queue as it looks."""

    open: bool = True
    waiting: int = 3
    agents: int = 2
    wait_seconds: float | None = 89.6


@dataclass
class World:
    """A small world, in which everything works until a test says otherwise."""

    flow: Flow = HOTLINE
    flows: Mapping[str, Flow] = field(default_factory=dict)
    calls: Callable[[ContactId], Awaitable[Called | None]] = nobody
    settles: Callable[[], Awaitable[None]] = at_once
    finds: Callable[[ContactId, str], Awaitable[Caller | None]] = find
    by_id: Mapping[str, Caller] = field(default_factory=dict)
    answer: Callable[[Fetch], Awaitable[object]] | None = None
    ticket_number: Callable[[], Awaitable[str]] | None = None
    tickets: list[tuple[str, str, OpenTicket]] = field(default_factory=list)
    taken: frozenset[str] = frozenset()
    nuisances: frozenset[str] = frozenset()
    notices: Mapping[str, str] = field(default_factory=dict)
    sees: QueueSight = field(default_factory=Sight)

    def flow_for(self, dialed: str, contact: ContactId) -> Flow:
        return self.flow

    def flow_named(self, name: str, contact: ContactId) -> Flow | None:
        return self.flows.get(name)

    async def look_up(self, contact: ContactId, number: str) -> Caller | None:
        return await self.finds(contact, number)

    async def find_customer(self, contact: ContactId, number: str, customer: str) -> Caller | None:
        return await self.finds(contact, number) if number else self.by_id.get(customer)

    async def called(self, contact: ContactId) -> Called | None:
        return await self.calls(contact)

    async def settled(self) -> None:
        await self.settles()

    def sight(self, queue: Queue) -> QueueSight:
        return self.sees

    def can_call_back(self, number: str) -> bool:
        return number not in self.taken

    def notice(self, contact: ContactId, queue: Queue, consent: Consent | None) -> str:
        if consent is Consent.REFUSED:
            return ""
        return self.notices.get(queue, "")

    async def fetch(self, request: Fetch) -> object:
        assert self.answer is not None, "no partner answers here"
        return await self.answer(request)

    async def open_ticket(
        self, contact: ContactId, caller: str, customer: str, ticket: OpenTicket
    ) -> str:
        self.tickets.append((caller, customer, ticket))
        return "T-1" if self.ticket_number is None else await self.ticket_number()

    def listed(self, number: str) -> bool:
        return number in self.nuisances


@dataclass
class House:
    """The server, and what the center was told."""

    limits: Limits = field(default_factory=Limits)
    world: World = field(default_factory=World)
    events: list[Event] = field(default_factory=list)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        reception = Reception(
            world=self.world,
            new_contact=lambda: CONTACT,
            now=now,
            post=self.events.append,
            sounds="/sounds",
            default_region="CN",
        )
        self.server = Server(reception.routes, limits=self.limits)

    async def ring(self, block: bytes | None = None) -> Peer:
        """A call arrives."""
        return await ring(self.server.port, block)

    def told(self) -> list[Event]:
        """What the center was told, without the steps and how the walk ended."""
        return [one for one in self.events if not isinstance(one, StepEntered | WalkEnded)]

    def path(self) -> list[str]:
        """The steps, in order."""
        return [one.step for one in self.events if isinstance(one, StepEntered)]

    def how(self) -> list[str]:
        """How the walks ended."""
        return [one.how for one in self.events if isinstance(one, WalkEnded)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house that is open during the test."""
    opened = House()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(opened.server.serve("127.0.0.1", 0))
        await opened.server.listening.wait()
        yield opened
        serving.cancel()

"""What is around a link in the tests, and remembers what the link told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random

from prometheus_client import REGISTRY
from typing_extensions import override

from ccserver.ami.errors import (
    AmiError,
)
from ccserver.ami.link import Link, Pace
from ccserver.ami.wire import Message
from tests.ami.fake_ami import FakeAmi, block

QUICK = Pace(
    ping_seconds=0.02,
    pong_seconds=0.5,
    answer_seconds=0.5,
    boot_seconds=0.5,
    resync_seconds=1.0,
    retry_first_seconds=0.01,
    retry_last_seconds=0.02,
    retry_refused_seconds=0.05,
)
REDIRECT = {"Action": "Redirect", "Channel": "1.1", "Context": "cc-deliver", "Exten": "1001"}


class House:
    """What is around a link: it remembers all that the link told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        """In order: `up`, `down <reason>`, an event's `UserEvent` header or its name."""
        self.alive = True
        self.on_up: Callable[[Link], Awaitable[None]] = self._nothing
        self.on_event: Callable[[Message], None] = self._nothing_sync
        self._news = asyncio.Event()

    async def hears(self, word: str, times: int = 1) -> None:
        while self.told.count(word) < times:
            self._news.clear()
            await self._news.wait()

    def tell(self, word: str) -> None:
        self.told.append(word)
        self._news.set()

    def event(self, message: Message) -> None:
        self.tell(message.get("UserEvent") or message.event)
        self.on_event(message)

    async def up(self, link: Link) -> None:
        await self.on_up(link)
        self.tell("up")

    def reply(self, outcome: Message | AmiError) -> None:
        self.tell(outcome.response if isinstance(outcome, Message) else type(outcome).__name__)

    async def _nothing(self, _: Link) -> None:
        pass

    def _nothing_sync(self, _: Message) -> None:
        pass


class Dice(Random):
    """Remembers what it rolled: how long the link paused each time."""

    def __init__(self) -> None:
        super().__init__(7)
        self.rolled: list[float] = []
        self._news = asyncio.Event()

    @override
    def uniform(self, a: float, b: float) -> float:
        self.rolled.append(super().uniform(a, b))
        self._news.set()
        return self.rolled[-1]

    async def rolls(self, times: int) -> None:
        while len(self.rolled) < times:
            self._news.clear()
            await self._news.wait()


def link_to(
    ami: FakeAmi,
    house: House,
    pace: Pace = QUICK,
    *,
    secret: str = "right",
    dice: Random | None = None,
) -> Link:
    return Link(
        host="127.0.0.1",
        port=ami.port,
        user="ccserver",
        secret=secret,
        on_event=house.event,
        on_up=house.up,
        on_down=lambda reason: house.tell(f"down {reason}"),
        alive=lambda: house.alive,
        now=lambda: 1_700_000_001.0,
        rng=dice or Random(7),
        pace=pace,
    )


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run())
        try:
            yield
        finally:
            task.cancel()


@asynccontextmanager
async def linked(pace: Pace = QUICK) -> AsyncIterator[tuple[FakeAmi, House, Link]]:
    """A link that is up."""
    house = House()
    async with FakeAmi() as ami:
        link = link_to(ami, house, pace)
        async with running(link):
            await house.hears("up")
            yield ami, house, link


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def user_event(name: str, *lines: str) -> bytes:
    return block(
        "Event: UserEvent",
        "Privilege: user,all",
        "Timestamp: 1700000000.5",
        f"UserEvent: {name}",
        *lines,
    )


async def never(_: Link) -> None:
    await asyncio.Event().wait()

"""A switch on the real Asterisk, without the center: what it is told, and who talks there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from ccserver import clock
from ccserver.ami import switch as switch_module
from ccserver.ami.endpoints import PhoneLogin
from ccserver.ami.link import Link
from ccserver.ami.switch import Switch
from ccserver.core.commands import (
    Connect,
    Hold,
    Look,
)
from ccserver.core.events import (
    AsteriskSeen,
    CallAnswered,
    CallHeld,
    Event,
)
from ccserver.core.ids import AgentId, Phone
from ccserver.core.seen import SeenCall
from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_customers,
    start_phones,
)
from tests.asterisk.site import phone_secret

CUSTOMER = Caller(number="13800000001")
STAYS = CallerScript(hang_up_seconds=60.0, sound=False)
PHONE = Phone("1001")


StartCustomers = Callable[[PhoneScript], Phones]
T = TypeVar("T", bound=Event)


@dataclass
class Told:
    """What the center would be told."""

    events: list[Event] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def hears(self, kind: type[T], times: int = 1) -> T:
        """The so-manieth event of this kind."""
        async with asyncio.timeout(20):
            while len(found := [e for e in self.events if isinstance(e, kind)]) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@dataclass
class Line:
    """A switch on the real Asterisk."""

    asterisk: Asterisk
    told: Told
    switch: Switch
    alive: bool = True
    """False: no heartbeat is set, as if ccserver were away."""

    async def seen(self) -> tuple[SeenCall, ...]:
        looks = self.told.count(AsteriskSeen)
        self.switch.perform(Look())
        return (await self.told.hears(AsteriskSeen, looks + 1)).calls

    async def held(self, folder: Path, script: CallerScript = STAYS) -> CallHeld:
        """Let a customer ring, and bring him into the hold loop."""
        start_callers(folder, [CUSTOMER], script, sip_port=self.asterisk.ports.sip)
        while not (calls := await self.seen()) or calls[0].contact is None:
            pass
        (call,) = calls
        assert call.contact is not None
        self.switch.perform(Hold(contact=call.contact, leg=call.leg))
        return await self.told.hears(CallHeld)

    def channels(self) -> str:
        return self.asterisk.console("core show channels concise")

    async def talking(self, folder: Path, phone: Phones) -> CallHeld:
        """Let a customer ring, and an agent answer."""
        held = await self.held(folder)
        self.switch.perform(connect(held))
        answered = await self.told.hears(CallAnswered)
        assert (answered.contact, answered.phone) == (held.contact, PHONE)
        assert phone.invites()
        return held


def connect(held: CallHeld) -> Connect:
    return Connect(
        contact=held.contact, leg=held.leg, agent=AgentId("anna"), phone=PHONE, ring_seconds=5
    )


@pytest.fixture
async def line(
    asterisk: Asterisk, logins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    monkeypatch.setattr(switch_module, "LOOK_EVERY_SECONDS", 0.1)
    told = Told()
    phones = [PhoneLogin(phone=Phone(p), password=phone_secret(p)) for p in logins]
    switch = Switch(post=told.post, phones=lambda: phones, now=clock.now)
    made = Line(asterisk=asterisk, told=told, switch=switch)
    link = Link(
        host="127.0.0.1",
        port=asterisk.ports.ami,
        user="ccserver",
        secret=asterisk.secret,
        on_event=switch.on_event,
        on_up=switch.on_up,
        on_down=switch.on_down,
        alive=lambda: made.alive,
        now=clock.now,
        rng=Random(1),
    )
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(link.run()), tasks.create_task(switch.run())]
        await told.hears(AsteriskSeen)
        yield made
        for task in running:
            task.cancel()
    forget_everything(asterisk)


@pytest.fixture
def phone(line: Line, tmp_path: Path) -> Iterator[Phones]:
    """The agent's phone, which answers and stays."""
    login = PHONE, phone_secret(PHONE)
    sip_port = line.asterisk.ports.sip
    phones = start_phones(
        tmp_path / "phone", [login], PhoneScript(ring_seconds=0.1), sip_port=sip_port
    )
    yield phones
    phones.stop()


@pytest.fixture
def customers(line: Line, tmp_path: Path, customers_port: int) -> Iterator[StartCustomers]:
    """Starts customers' phones, and stops them at the end."""
    started: list[Phones] = []

    def start(script: PhoneScript) -> Phones:
        folder, sip_port = tmp_path / "customers", line.asterisk.ports.sip
        phones = start_customers(folder, script, port=customers_port, sip_port=sip_port)
        started.append(phones)
        return phones

    yield start
    for phones in started:
        phones.stop()


def forget_everything(asterisk: Asterisk) -> None:
    """Leave nothing of this test to the next one on the same Asterisk."""
    asterisk.console("channel request hangup all")
    for family in ("cc-away", "cc-tier", "cc-mark", "registrar"):
        asterisk.console(f"database deltree {family}")

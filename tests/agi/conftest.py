"""A FastAGI server with everything behind it recorded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ccserver.agi import flows
from ccserver.agi.reception import Reception
from ccserver.agi.server import Limits, Server
from ccserver.clock import now
from ccserver.core.events import Event
from ccserver.core.ids import ContactId, CustomerId
from ccserver.core.ivr import Flow
from ccserver.core.value import Customer, Tier
from tests.agi.asterisk import Peer, ring

FLOWS = Path(__file__).parents[2] / "ivr_flows"
CONTACT = ContactId("01935c2e-7b00-7000-8000-000000000001")
GOLD = Customer(id=CustomerId("77"), tier=Tier.GOLD, value=0.6, language="en-GB")
PLATINUM = Customer(id=CustomerId("88"), tier=Tier.PLATINUM, value=1.0, language="zh")
CUSTOMERS = {"+8613800138000": GOLD, "+8613900139000": PLATINUM}


async def find(contact: ContactId, number: str) -> Customer | None:
    """A look-up that works."""
    return CUSTOMERS.get(number)


@dataclass
class House:
    """The server, and what the center was told."""

    limits: Limits = field(default_factory=Limits)
    look_up: Callable[[ContactId, str], Awaitable[Customer | None]] = find
    events: list[Event] = field(default_factory=list)
    flow: Flow = field(
        default_factory=lambda: flows.read(
            FLOWS / "hotline.toml", queues=["sales", "service", "operator"]
        )
    )
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        reception = Reception(
            flow_for=lambda _: self.flow,
            look_up=lambda contact, number: self.look_up(contact, number),
            new_contact=lambda: CONTACT,
            now=now,
            post=self.events.append,
            sounds="/sounds",
            default_region="CN",
        )
        self.server = Server({"call": reception.serve_call}, limits=self.limits)

    async def ring(self, block: bytes | None = None) -> Peer:
        """A call arrives."""
        return await ring(self.server.port, block)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house that is open during the test."""
    opened = House()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(opened.server.serve("127.0.0.1", 0))
        await opened.server.listening.wait()
        yield opened
        serving.cancel()

"""The link on a real Asterisk: what the fake only claims."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from ccserver import clock
from ccserver.ami.errors import AmiRefused
from ccserver.ami.link import Link
from ccserver.ami.wire import LINE_BYTES_MAX, Message
from ccserver.local.asterisk import Asterisk

pytestmark = pytest.mark.asterisk


class Heard:
    """The events that came, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Message] = []
        self.ups = 0
        self._news = asyncio.Event()

    def event(self, message: Message) -> None:
        self.events.append(message)
        self._news.set()

    async def up(self, _: Link) -> None:
        self.ups += 1
        self._news.set()

    def down(self, _: str) -> None:
        self._news.set()

    async def event_named(self, name: str, **headers: str) -> Message:
        while True:
            for message in self.events:
                if message.event == name and all(message.get(k) == v for k, v in headers.items()):
                    return message
            await self._change()

    async def up_times(self, times: int) -> None:
        while self.ups < times:
            await self._change()

    async def _change(self) -> None:
        self._news.clear()
        await self._news.wait()


@asynccontextmanager
async def linked(asterisk: Asterisk) -> AsyncIterator[tuple[Heard, Link]]:
    heard = Heard()
    link = Link(
        host="127.0.0.1",
        port=asterisk.ports.ami,
        user="ccserver",
        secret=asterisk.secret,
        on_event=heard.event,
        on_up=heard.up,
        on_down=heard.down,
        alive=lambda: True,
        now=clock.now,
        rng=Random(1),
    )
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run())
        try:
            await heard.up_times(1)
            yield heard, link
        finally:
            task.cancel()


def user_event(contact: str) -> dict[str, str]:
    return {"Action": "UserEvent", "UserEvent": "CCTest", "Contact": contact}


async def test_the_wanted_events_come_and_no_others(asterisk: Asterisk) -> None:
    async with linked(asterisk) as (heard, link):
        # A call to nowhere makes a dozen events of other names before these two.
        reply = await link.call(
            {
                "Action": "Originate",
                "ActionID": "test-lead",
                "Channel": "Local/s@no-such-context/n",
                "ChannelId": "test-1",
                "Application": "Wait",
                "Data": "1",
                "Async": "true",
            }
        )
        assert reply.ok
        outcome = await heard.event_named("OriginateResponse")
        assert (outcome.get("ActionID"), outcome.get("Response")) == ("test-lead", "Failure")
        assert (await link.call(user_event("李雷"))).ok
        seen = await heard.event_named("UserEvent", Contact="李雷")
        assert float(seen.get("Timestamp")) == pytest.approx(clock.now(), abs=5.0)
        assert link._session is not None
        assert link._session.passed_over() == 0, "Asterisk's own filter let them not out"


async def test_the_heartbeat_is_asterisks_clock(asterisk: Asterisk) -> None:
    async with linked(asterisk) as (_, link):
        read = {"Action": "Getvar", "Variable": "CC_HEARTBEAT"}
        first = beat = int((await link.call(read)).get("Value") or 0)
        while beat in {0, first}:
            await asyncio.sleep(0.2)
            beat = int((await link.call(read)).get("Value") or 0)
        assert beat == pytest.approx(clock.now(), abs=3.0)


async def test_lists_come_whole_and_refusals_in_asterisks_words(asterisk: Asterisk) -> None:
    async with linked(asterisk) as (_, link):
        assert isinstance(await link.collect({"Action": "CoreShowChannels"}), list)
        assert isinstance(await link.collect({"Action": "Status"}), list)
        assert (await link.call({"Action": "DBPut", "Family": "t", "Key": "k", "Val": "v"})).ok
        (entry,) = await link.collect({"Action": "DBGetTree", "Family": "t"})
        assert (entry.get("Key"), entry.get("Val")) == ("/t/k", "v")
        assert (await link.call({"Action": "DBDel", "Family": "t", "Key": "k"})).ok
        assert await link.collect({"Action": "DBGetTree", "Family": "t"}) == []
        with pytest.raises(AmiRefused, match="not found"):
            await link.collect({"Action": "DBGet", "Family": "t", "Key": "k"})
        # Asterisk's way to say that no phone is registered is an error, other than for a family.
        with pytest.raises(AmiRefused, match="No Contacts found"):
            await link.collect({"Action": "PJSIPShowContacts"})
        refused = await link.call({"Action": "Redirect", "Channel": "1.1", "Context": "x"})
        assert not refused.ok


async def test_the_longest_line_that_we_send_is_read(asterisk: Asterisk) -> None:
    async with linked(asterisk) as (_, link):
        value = "x" * (LINE_BYTES_MAX - len("Value: "))
        assert (await link.call({"Action": "Setvar", "Variable": "CC_T", "Value": value})).ok
        read = await link.call({"Action": "Getvar", "Variable": "CC_T"})
        assert read.get("Value") == value


async def test_a_link_that_asterisk_cuts_comes_back(asterisk: Asterisk) -> None:
    async with linked(asterisk) as (heard, link):
        # Logoff is answered, and then the line is closed.
        assert (await link.call({"Action": "Logoff"})).ok
        await heard.up_times(2)
        assert (await link.call(user_event("again"))).ok
        await heard.event_named("UserEvent", Contact="again")

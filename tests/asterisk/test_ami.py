"""The link on a real Asterisk: what the fake only claims."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ccserver import clock
from ccserver.ami.errors import AmiRefused
from ccserver.ami.link import Link
from ccserver.ami.tiers import TierMirror
from ccserver.ami.translate import STATUS, callers
from ccserver.ami.wire import LINE_BYTES_MAX, Message
from ccserver.core.seen import Place
from ccserver.core.value import Tier
from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import Caller, CallerScript, start_callers
from tests.asterisk.conftest import forget_everything
from tests.asterisk.site import until

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


GOLD, PLATINUM, STANDARD = "13800000001", "13800000002", "13800000003"


async def valued(since: datetime) -> AsyncGenerator[tuple[str, Tier, datetime], None]:
    """Two customers above standard, and one who no longer is."""
    for number, tier in ((GOLD, Tier.GOLD), (PLATINUM, Tier.PLATINUM), (STANDARD, Tier.STANDARD)):
        yield f"+86{number}", tier, since + timedelta(days=1)


@pytest.fixture
def forgetful(asterisk: Asterisk) -> Iterator[Asterisk]:
    """Asterisk, which the next test finds as if nothing had been."""
    yield asterisk
    forget_everything(asterisk)


def queue_of(asterisk: Asterisk) -> list[str]:
    """The numbers of those who wait in Asterisk's own queue, who is next first."""
    numbers = {}
    for line in asterisk.console("core show channels concise").splitlines():
        channel, *fields = line.split("!")
        numbers[channel] = fields[6] if len(fields) > 6 else ""
    shown = asterisk.console("queue show cc").partition("Callers:")[2]
    waiting = re.findall(r"^ +[0-9]+\. (\S+) \(wait", shown, re.MULTILINE)
    return [numbers.get(channel, "") for channel in waiting]


def is_waiting(asterisk: Asterisk, number: str) -> bool:
    return number in queue_of(asterisk)


async def test_the_fallback_serves_by_the_tiers_that_were_mirrored(
    forgetful: Asterisk, tmp_path: Path
) -> None:
    asterisk = forgetful
    asterisk.console("database put cc-tier +86" + STANDARD + " platinum")
    async with linked(asterisk) as (_, link), asyncio.TaskGroup() as tasks:
        mirroring = tasks.create_task(TierMirror(link, valued, now=clock.now).run())
        await until(lambda: "cc-mark" in asterisk.console("database show"), 10.0)
        mirroring.cancel()
    shown = asterisk.console("database show cc-tier")
    assert "2 results found" in shown, shown
    # The link is closed: its heartbeat is what keeps callers from the fallback.
    asterisk.console("dialplan set global CC_HEARTBEAT 0")
    calls = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=30.0, sound=False)
    for number in (STANDARD, GOLD, PLATINUM):
        start_callers(
            tmp_path / number, [Caller(number=number)], calls, sip_port=asterisk.ports.sip
        )
        await until(partial(is_waiting, asterisk, number), 20.0)
    assert queue_of(asterisk) == [PLATINUM, GOLD, STANDARD]
    async with linked(asterisk) as (_, link):
        seen = callers(await link.collect(STATUS))
    tickets = {call.ticket.caller: call.ticket.tier for call in seen if call.ticket is not None}
    assert {call.place for call in seen} == {Place.FALLBACK}
    assert tickets == {
        f"+86{PLATINUM}": Tier.PLATINUM,
        f"+86{GOLD}": Tier.GOLD,
        f"+86{STANDARD}": Tier.STANDARD,
    }

"""Tiers on their way into Asterisk's own database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from ccserver.ami import tiers
from ccserver.ami.tiers import OVERLAP, TierMirror
from ccserver.core.value import Tier
from tests.ami.fake_ami import FakeAmi, response
from tests.ami.fake_switch import FakeSwitch
from tests.ami.house import linked

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WANG, LI = "+8613800138001", "+8613800138002"
MARK = "/cc-mark/tiers"


@dataclass
class Customers:
    """What the database would say."""

    rows: dict[str, tuple[Tier, datetime]] = field(default_factory=dict)
    asked: list[datetime] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    closed: int = 0

    def set(self, number: str, tier: Tier, at: datetime) -> None:
        self.rows[number] = tier, at

    async def changes(self, since: datetime) -> AsyncGenerator[tuple[str, Tier, datetime], None]:
        self.asked.append(since)
        if self.failures:
            raise self.failures.pop()
        try:
            for number, (tier, at) in sorted(self.rows.items(), key=lambda row: row[1][1]):
                if at > since:
                    yield number, tier, at
        finally:
            self.closed += 1


@dataclass
class Site:
    """A mirror that goes around whenever it is told to."""

    ami: FakeAmi
    there: FakeSwitch
    customers: Customers
    now: datetime = NOW
    rounds: int = 0
    _go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        """Instead of asyncio's: between two rounds the test has its say."""
        if seconds == tiers.EVERY_SECONDS:
            self.rounds += 1
            self._done.set()
            await self._go.acquire()
        else:
            await asyncio.sleep(0)

    async def finishes(self, rounds: int) -> None:
        while self.rounds < rounds:
            self._done.clear()
            await self._done.wait()

    async def again(self) -> None:
        before = self.rounds
        self.now += timedelta(seconds=30)
        self._go.release()
        await self.finishes(before + 1)

    def tiers(self) -> dict[str, str]:
        family = "/cc-tier/"
        found = self.there.database.items()
        return {k.removeprefix(family): v for k, v in found if k.startswith(family)}


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """One round is over, with two customers."""
    async with mirror(monkeypatch) as made:
        yield made


@asynccontextmanager
async def mirror(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    async with linked() as (ami, _, link):
        site = Site(ami=ami, there=FakeSwitch(ami), customers=Customers())
        site.customers.set(WANG, Tier.GOLD, NOW - timedelta(days=1))
        site.customers.set(LI, Tier.SILVER, NOW - timedelta(minutes=1))

        class Asyncio:
            sleep = site.sleep

        monkeypatch.setattr(tiers, "asyncio", Asyncio)
        running = TierMirror(link, site.customers.changes, now=lambda: site.now.timestamp())
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(running.run())
            await site.finishes(1)
            yield site
            task.cancel()


async def test_all_come_to_a_new_asterisk_and_the_mark_with_them(site: Site) -> None:
    assert site.tiers() == {WANG: "gold", LI: "silver"}
    assert site.there.database[MARK] == (NOW - OVERLAP).isoformat()


async def test_only_what_is_new_is_sent_again(site: Site) -> None:
    puts = site.there.puts
    await site.again()
    assert site.there.puts == puts + 1, "the mark alone"
    assert site.customers.asked[-1] == NOW - OVERLAP, "asked once more for the time before"
    site.customers.set(WANG, Tier.PLATINUM, site.now)
    await site.again()
    assert site.tiers() == {WANG: "platinum", LI: "silver"}


async def test_who_is_no_longer_valued_is_taken_out(site: Site) -> None:
    site.customers.set(WANG, Tier.STANDARD, NOW)
    await site.again()
    assert site.tiers() == {LI: "silver"}


async def test_what_a_long_import_shows_late_is_found(site: Site) -> None:
    """Its rows carry an instant before the last round."""
    site.customers.set("+8613800138003", Tier.GOLD, NOW - timedelta(minutes=9))
    await site.again()
    assert site.tiers()["+8613800138003"] == "gold"


async def test_old_changes_are_not_read_for_ever(site: Site) -> None:
    site.now += timedelta(hours=1)
    await site.again()
    marked = site.now - OVERLAP
    await site.again()
    assert site.customers.asked[-1] == marked


async def test_an_asterisk_that_forgot_gets_everything_again(site: Site) -> None:
    site.there.database.clear()
    await site.again()
    assert site.tiers() == {WANG: "gold", LI: "silver"}


async def test_a_mark_that_is_none_counts_as_none(site: Site) -> None:
    site.there.database = {MARK: "yesterday"}
    await site.again()
    assert site.tiers() == {WANG: "gold", LI: "silver"}


async def test_an_asterisk_that_has_no_such_family_has_no_mark(site: Site) -> None:
    site.ami.answers["DBGetTree"] = lambda heard: response(
        heard, "Message: Database entry not found", kind="Error"
    )
    puts = site.there.puts
    await site.again()
    assert site.there.puts == puts + 3


@pytest.mark.parametrize("failure", [ConnectionRefusedError("away"), TimeoutError()])
async def test_a_database_that_is_away_is_asked_again(site: Site, failure: Exception) -> None:
    site.customers.failures.append(failure)
    await site.again()
    site.customers.set(WANG, Tier.PLATINUM, NOW)
    await site.again()
    assert site.tiers()[WANG] == "platinum"


async def test_a_link_lost_on_the_way_sends_all_of_it_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "BATCH", 1)
    read = site.customers.closed
    site.customers.set(WANG, Tier.PLATINUM, NOW)
    put = site.ami.answers["DBPut"]
    site.ami.answers["DBPut"] = None
    site.ami.answers["Ping"] = None
    site._go.release()
    await site.ami.hears("DBPut", 4)
    site.ami.cut()
    await site.finishes(2)
    assert site.customers.closed == read + 1, "the reading of customers was ended"
    site.ami.answers["DBPut"] = put
    site.ami.answers.pop("Ping")
    await site.ami.hears("Login", 2)
    while site.tiers()[WANG] != "platinum":
        await site.again()


async def test_a_mark_that_is_refused_is_no_mark(site: Site) -> None:
    site.ami.answers["DBPut"] = lambda heard: response(heard, "Message: no", kind="Error")
    site.now += timedelta(hours=1)
    await site.again()
    await site.again()
    assert site.customers.asked[-1] == NOW - OVERLAP

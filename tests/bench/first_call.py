"""What a call costs on a whole site, how fast the screen-pop is, and how many calls a second go.

`make bench BENCH=first-call`. Asterisk, SIPp, PostgreSQL, ccserver and the agents' screens all run
on this machine. Each figure is a row of var/bench/first-call.json; the exit code is 1 when a goal
is missed. Shares and orders of magnitude can be compared between machines, milliseconds cannot.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ccserver.core.ids import Phone, Queue
from ccserver.core.value import Tier
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.people import Role, ensure_person
from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.phones import (
    CALLERS_HOST,
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_phones,
)
from ccserver.local.postgres import Postgres
from ccserver.local.processes import free_port
from ccserver.local.root import cache
from ccserver.local.sounds import build_sounds
from tests.asterisk.site import HASH, QUEUES, Site, new_site, phone_secret
from tests.bench.costs import Figures, Meter, rss_mb
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Load, Row, idle_screen_rows, load_rows, write_down
from tests.bench.screens import Pop

RESULT = Path("var/bench/first-call.json")
CUSTOMERS = 1000
TIERS = (Tier.GOLD, Tier.SILVER, Tier.STANDARD, Tier.STANDARD)
"""In turn. No platinum: they skip the menu, and every call here presses a key."""

INSTRUMENT_NICE = -10
RING_SECONDS, TALK_SECONDS = 0.1, 1.0
PATIENCE_SECONDS = 30.0
IDLE_SECONDS = 10.0
SETTLE_SECONDS = 2.0
LOOK_SECONDS = 0.5
SCRAPE_EVERY = 10
"""The journal's lag is asked for at every tenth look: each answer costs ccserver milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """What one run of the bench has started."""

    home: Path
    postgres: Postgres
    asterisk: Asterisk
    agi_port: int
    customers_port: int
    """Where the trunk leads to."""


@contextmanager
def servers() -> Iterator[Servers]:
    """A durable PostgreSQL and an Asterisk, in a folder that vanishes with them."""
    sounds = cache() / "test-sounds"
    build_sounds(sounds)
    agi_port, customers_port = free_port(), free_port(socket.SOCK_DGRAM, CALLERS_HOST)
    with own_folder() as home, own_postgres(home) as postgres:
        asterisk = start_asterisk(
            home / "asterisk",
            ports=choose_ports(rtp_ports=2000),
            secret="bench",
            agi_url=f"agi://127.0.0.1:{agi_port}",
            sounds=sounds,
            more={"CC_TRUNK_CONTACT": f"sip:{CALLERS_HOST}:{customers_port}"},
            lasting=False,
        )
        try:
            yield Servers(
                home=home,
                postgres=postgres,
                asterisk=asterisk,
                agi_port=agi_port,
                customers_port=customers_port,
            )
        finally:
            asterisk.stop()


async def new_database(servers: Servers, name: str) -> str:
    """The DSN of an empty database."""
    server = servers.postgres.dsn.rpartition("/")[0]
    line = await asyncpg.connect(f"{server}/postgres")
    await line.execute(f"CREATE DATABASE {name}")
    await line.close()
    return f"{server}/{name}"


@asynccontextmanager
async def site(
    servers: Servers,
    name: str,
    agents: int,
    customers: int,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Site]:
    """A running ccserver with a database of its own. Wrap-up takes no time."""
    dsn = await new_database(servers, name)
    await fill(dsn, agents, customers)
    made = new_site(servers.home / name, dsn, servers.asterisk, servers.agi_port)
    rules = [{"name": queue, "ring_seconds": 10, "wrap_up_seconds": 0} for queue in QUEUES]
    made.settings["CC_QUEUES"] = json.dumps(rules)
    made.settings |= settings or {}
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def phone_of(number: int) -> str:
    return str(1000 + number)


async def fill(dsn: str, agents: int, customers: int) -> None:
    """Agents `agent-0` … with a phone each, and known customers."""
    await upgrade(dsn)
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        for n in range(agents):
            await ensure_person(
                session,
                f"agent-{n}",
                name=f"Agent {n}",
                role=Role.AGENT,
                password_hash=HASH,
                phone=Phone(phone_of(n)),
                sip_secret=phone_secret(phone_of(n)),
                queues=[Queue(queue) for queue in QUEUES],
            )
        for n in range(customers):
            await ensure_customer(
                session,
                f"+86138{n:08}",
                name=f"Customer {n}",
                tier=TIERS[n % len(TIERS)],
                notes="drives a T6, was promised a call",
            )
    await engine.dispose()


class Screens:
    """The process of all agents' screens."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid
        self.pops: list[Pop] = []
        """What came, once they are closed."""

    async def close(self) -> None:
        rest, _ = await self._process.communicate(b"")  # ends its input
        self.pops = [Pop(**pop) for pop in json.loads(rest)]


@asynccontextmanager
async def screens(
    site: Site,
    agents: int,
    *,
    work: bool,
    hand_on: Mapping[str, str] | None = None,
    off_hook: bool = False,
) -> AsyncIterator[Screens]:
    """So many open screens; with `work`, of agents who are all available."""
    logins = [f"agent-{n}" for n in range(agents)]
    tokens = await asyncio.to_thread(lambda: [site.token(login) for login in logins])
    order = {
        "url": site.url.replace("http", "ws", 1) + "/live",
        "people": list(zip(logins, tokens, strict=True)),
        "work": work,
        "hand_on": hand_on or {},
        "off_hook": off_hook,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.screens", stdin=pipe, stdout=pipe
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        answer = await process.stdout.readline()
        if answer != b"open\n":
            raise RuntimeError(f"the screens do not open\n{site.log()}")
        yield Screens(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


# -- the calls


async def measure_calls(servers: Servers, options: argparse.Namespace) -> list[Row]:
    """Let the calls come, at their rate, for their time."""
    agents = [phone_of(n) for n in range(options.agents)]
    sip_port = servers.asterisk.ports.sip
    async with site(servers, "calls", options.agents, CUSTOMERS) as busy:
        phones = await asyncio.to_thread(
            start_phones,
            servers.home / "phones",
            [(phone, phone_secret(phone)) for phone in agents],
            PhoneScript(ring_seconds=RING_SECONDS, talk_seconds=TALK_SECONDS),
            sip_port=sip_port,
        )
        async with screens(busy, options.agents, work=True) as shown:
            assert busy.process is not None
            for instrument in (shown.pid, phones.running.pid):
                # They note when a card and an INVITE come. Elsewhere they stand on other machines,
                # and do not wait for a processor of this one.
                os.setpriority(os.PRIO_PROCESS, instrument, INSTRUMENT_NICE)
            pids = {
                "ccserver": busy.process.pid,
                "Asterisk": servers.asterisk.running.pid,
                "PostgreSQL": servers.postgres.running.pid,
                "screens": shown.pid,
                "phones": phones.running.pid,
            }
            resting = Meter(pids)
            await asyncio.sleep(IDLE_SECONDS)
            idle = {name: used / resting.seconds for name, used in resting.read().items()}
            callers = start_callers(
                servers.home / "callers",
                [Caller(number=f"138{n:08}", name=f"Customer {n}") for n in range(CUSTOMERS)],
                CallerScript(keys="1", first_key_seconds=0.3, hang_up_seconds=PATIENCE_SECONDS),
                sip_port=sip_port,
                per_second=options.calls_per_second,
                calls=round(options.calls_per_second * options.seconds),
                trace=False,
            )
            meter = Meter({**pids, "callers": callers.running.pid})
            journal_lag = await watch(busy, callers, meter, options.seconds + PATIENCE_SECONDS)
            await asyncio.sleep(SETTLE_SECONDS)
            load = Load(
                options=options,
                used=meter.read(),
                seconds=meter.seconds,
                idle=idle,
                free=meter.idle_share(),
                callers=callers,
                phones=phones,
                figures=Figures(await asyncio.to_thread(busy.metrics)),
                journal_lag=journal_lag,
                dsn=busy.dsn,
            )
            await shown.close()
        phones.stop()
        return await load_rows(load, shown.pops)


async def watch(busy: Site, callers: Phones, meter: Meter, limit: float) -> float:
    """Wait for the end of all calls. Returns the longest lag of the journal that was seen."""
    lag, looks = 0.0, 0
    async with asyncio.timeout(limit + PATIENCE_SECONDS):
        while callers.running.alive():
            meter.read()
            looks += 1
            if looks % SCRAPE_EVERY == 0:
                figures = Figures(await asyncio.to_thread(busy.metrics))
                lag = max(lag, figures.value("ccserver_journal_lag_seconds"))
            await asyncio.sleep(LOOK_SECONDS)
    return lag


# -- the screens


async def measure_idle_screens(servers: Servers, options: argparse.Namespace) -> list[Row]:
    """What agents cost who only sit there."""
    async with site(servers, "screens", options.idle_agents, 0) as quiet:
        assert quiet.process is not None
        pid = quiet.process.pid
        await asyncio.to_thread(lambda: [quiet.token("agent-0") for _ in range(50)])
        before = rss_mb(pid)
        async with screens(quiet, options.idle_agents, work=False):
            opened = rss_mb(pid)
            meter = Meter({"ccserver": pid})
            await asyncio.sleep(IDLE_SECONDS)
            cpu = meter.read()["ccserver"] / meter.seconds
            after = max(opened, rss_mb(pid))
    return idle_screen_rows(options.idle_agents, after - before, cpu)


async def bench(options: argparse.Namespace) -> list[Row]:
    """All of it. Told to stop, it takes with it what it has started."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    with servers() as started:
        return [
            *await measure_calls(started, options),
            *await measure_idle_screens(started, options),
        ]


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls-per-second", type=float, default=40.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--idle-agents", type=int, default=1000)
    rows = asyncio.run(bench(parser.parse_args()))
    return write_down(rows, RESULT, "first call")


if __name__ == "__main__":
    sys.exit(main())

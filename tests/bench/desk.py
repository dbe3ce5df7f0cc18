"""What a thousand desks and twenty floors cost, and how soon what happens is seen on them.

`make bench BENCH=desk`. Real calls on a real Asterisk come at their rate to agents whose screens
are open; supervisors' screens read every frame; one more supervisor sits at a real browser, in
which the page itself tells how long a frame takes until it is in the DOM. The same calls come once
before with a few desks and no floor: what is added is what the screens cost.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from playwright.async_api import async_playwright

from ccserver import clock
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import Caller, CallerScript, PhoneScript, start_callers, start_phones
from tests.asterisk.site import HASH, Site, phone_secret
from tests.bench.costs import Meter, percentile, rss_mb
from tests.bench.first_call import (
    CUSTOMERS,
    INSTRUMENT_NICE,
    PATIENCE_SECONDS,
    RING_SECONDS,
    Servers,
    phone_of,
    screens,
    servers,
    site,
)
from tests.bench.report import RATE_MIN, Row, write_down
from tests.browser.desk import enter
from tests.browser.flags import CHROMIUM, FLAGS
from tests.browser.wire import wire_of

RESULT = Path("var/bench/desk.json")
TALK_SECONDS = 1.0
SETTLE_SECONDS = 2.0
LAG_MS_MAX = 250.0
USABLE_SECONDS_MAX = 2.0
FIRST_LOAD_KB_MAX = 500.0
RELOADS = 5
DOM_MS_MAX = 250.0
"""The floor draws many frames as one: a change is on the screen within a quarter of a second."""

# Before the page's own code: notes when a frame came, and when the DOM has changed after it.
PROBE = """
(() => {
  window.__lags = [];
  let came = null;
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", () => { came ??= performance.now(); });
    }
  };
  new MutationObserver(() => {
    if (came !== null) {
      window.__lags.push(performance.now() - came);
      came = null;
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})();
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """What the supervisors' screens noted."""

    frames: list[int]
    lags_ms: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of the calls cost."""

    calls: int
    seconds: float
    rate: float
    """Calls that came in a second."""
    answered: int
    used: dict[str, float]
    """Seconds of processor time of each process."""
    free: float
    mb: float
    """Resident memory of ccserver at the end."""
    floors: Floors
    dom_ms: list[float]


async def arrived(dsn: str) -> tuple[float, int]:
    """How many calls came in a second, and how many an agent answered."""
    line = await asyncpg.connect(dsn)
    row = await line.fetchrow(
        "SELECT extract(epoch FROM min(arrived_at))::float8,"
        " extract(epoch FROM max(arrived_at))::float8, count(*) FROM contact"
    )
    assert row is not None, "an aggregate has a row"
    first, last, count = row
    answered = await line.fetchval("SELECT count(*) FROM queue_visit WHERE exit = 'answered'")
    await line.close()
    return (count - 1) / (last - first), answered


async def add_supervisors(dsn: str, count: int) -> None:
    """Log-ins `boss-0` …"""
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        for n in range(count):
            await ensure_person(
                session, f"boss-{n}", name=f"Boss {n}", role=Role.SUPERVISOR, password_hash=HASH
            )
    await engine.dispose()


@asynccontextmanager
async def floors(busy: Site, count: int, into: list[Floors]) -> AsyncIterator[int]:
    """So many floors are open; gives the process's id. What they noted goes `into` at the end."""
    tokens = await asyncio.to_thread(lambda: [busy.token(f"boss-{n}") for n in range(count)])
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.floors", stdin=pipe, stdout=pipe, limit=1 << 26
    )
    assert process.stdin is not None
    assert process.stdout is not None
    order = {"url": busy.url.replace("http", "ws", 1) + "/live", "tokens": tokens}
    process.stdin.write(json.dumps(order).encode() + b"\n")
    if await process.stdout.readline() != b"open\n":
        raise RuntimeError(f"the floors do not open\n{busy.log()}")
    try:
        yield process.pid
        rest, _ = await process.communicate(b"")
        into.append(Floors(**json.loads(rest)))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def browser(busy: Site, login: str, into: list[float]) -> AsyncIterator[None]:
    """A supervisor's floor in a real browser. What the page noted, ms, goes `into` at the end."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
        await page.add_init_script(PROBE)
        await page.goto(busy.url)
        await enter(page, login)
        await page.goto(f"{busy.url}/#/floor")
        await asyncio.sleep(SETTLE_SECONDS)
        await page.evaluate("window.__lags.length = 0")
        yield
        into += await page.evaluate("window.__lags")
        await chromium.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a desk opens in a browser."""

    seconds: list[float]
    """From the navigation until the desk can be used, once for each try."""
    first_kb: float
    """What came over the wire at the first load, packed."""


async def open_desk(quiet: Site) -> Opening:
    """Log in once, then come back again and again."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        wire = await wire_of(page)
        await page.goto(quiet.url)
        await enter(page, "agent-0")
        await page.wait_for_selector("section.idle")
        await page.wait_for_load_state("networkidle")
        first_kb = sum(wire.bytes.values()) / 1000
        seconds = []
        for _ in range(RELOADS):
            begun_at = clock.now()
            await page.reload(wait_until="commit")
            await page.wait_for_selector("section.idle")
            seconds.append(clock.now() - begun_at)
        await chromium.close()
    return Opening(seconds=seconds, first_kb=first_kb)


async def one_run(
    servers: Servers, name: str, options: argparse.Namespace, *, desks: int, floor_count: int
) -> Run:
    """The calls come, at their rate, for their time."""
    calls = round(options.calls_per_second * options.seconds)
    found: list[Floors] = []
    dom_ms: list[float] = []
    async with AsyncExitStack() as stack:
        busy = await stack.enter_async_context(site(servers, name, desks, CUSTOMERS))
        await add_supervisors(busy.dsn, floor_count + 1)
        phones = await asyncio.to_thread(
            start_phones,
            servers.home / f"phones-{name}",
            [(phone, phone_secret(phone)) for phone in map(phone_of, range(desks))],
            PhoneScript(ring_seconds=RING_SECONDS, talk_seconds=TALK_SECONDS),
            sip_port=servers.asterisk.ports.sip,
        )
        stack.callback(phones.stop)
        shown = await stack.enter_async_context(screens(busy, desks, work=True))
        floor_pid = await stack.enter_async_context(floors(busy, floor_count, found))
        if floor_count:
            await stack.enter_async_context(browser(busy, f"boss-{floor_count}", dom_ms))
        assert busy.process is not None
        for instrument in (shown.pid, floor_pid, phones.running.pid):
            # They note when something comes. Elsewhere they stand on other machines.
            os.setpriority(os.PRIO_PROCESS, instrument, INSTRUMENT_NICE)
        pids = {"ccserver": busy.process.pid, "Asterisk": servers.asterisk.running.pid}
        meter = Meter(pids)
        callers = start_callers(
            servers.home / f"callers-{name}",
            [Caller(number=f"138{n:08}", name=f"Customer {n}") for n in range(CUSTOMERS)],
            CallerScript(keys="1", first_key_seconds=0.3, hang_up_seconds=PATIENCE_SECONDS),
            sip_port=servers.asterisk.ports.sip,
            per_second=options.calls_per_second,
            calls=calls,
            trace=False,
        )
        async with asyncio.timeout(options.seconds + 2 * PATIENCE_SECONDS):
            while callers.running.alive():
                await asyncio.sleep(0.5)
                meter.read()
        rate, answered = await arrived(busy.dsn)
        used, seconds, free = meter.read(), meter.seconds, meter.idle_share()
        mb = rss_mb(busy.process.pid)
    return Run(
        calls=calls,
        seconds=seconds,
        rate=rate,
        answered=answered,
        used=used,
        free=free,
        mb=mb,
        floors=found[0],
        dom_ms=dom_ms,
    )


def rows_of(alone: Run, full: Run, opening: Opening, options: argparse.Namespace) -> list[Row]:
    """The figures."""
    cpu_ms = [1000 * run.used["ccserver"] / run.calls for run in (alone, full)]
    frames = sum(full.floors.frames) / full.seconds
    lags, dom = full.floors.lags_ms, full.dom_ms
    crowd = f"with {options.desks} desks and {options.floors} floors"
    return [
        Row(name="calls a second", value=full.rate, unit="1/s",
            goal=(">=", RATE_MIN * options.calls_per_second)),
        Row(name="calls that an agent answered", value=100 * full.answered / full.calls, unit="%",
            goal=(">=", 99.0)),
        Row(name=f"CPU of ccserver a call with {options.few} desks", value=cpu_ms[0], unit="ms"),
        Row(name=f"CPU of ccserver a call {crowd}", value=cpu_ms[1], unit="ms"),
        Row(name="CPU of ccserver of one core", value=100 * full.used["ccserver"] / full.seconds,
            unit="%", goal=("<", 100.0)),
        Row(name="frames a second to all floors", value=frames, unit="1/s"),
        Row(name="live view lag p50", value=percentile(lags, 0.5), unit="ms"),
        Row(name="live view lag p99", value=percentile(lags, 0.99), unit="ms",
            goal=("<", LAG_MS_MAX)),
        Row(name="frame to DOM p50", value=percentile(dom, 0.5), unit="ms"),
        Row(name="frame to DOM p99", value=percentile(dom, 0.99), unit="ms",
            goal=("<", DOM_MS_MAX)),
        Row(name="frames that changed the DOM", value=len(dom)),
        Row(name=f"memory of ccserver {crowd}", value=full.mb, unit="MB"),
        Row(name="desk usable after a reload", value=percentile(opening.seconds, 0.5), unit="s",
            goal=("<", USABLE_SECONDS_MAX)),
        Row(name="first load of the desk, packed", value=opening.first_kb, unit="kB",
            goal=("<", FIRST_LOAD_KB_MAX)),
        Row(name="machine that nobody used", value=100 * full.free, unit="%"),
    ]  # fmt: skip


async def bench(options: argparse.Namespace) -> list[Row]:
    """Both runs, on one Asterisk and one PostgreSQL."""
    with servers() as started:
        async with site(started, "opened", 1, 0) as quiet:
            opening = await open_desk(quiet)
        alone = await one_run(started, "few", options, desks=options.few, floor_count=0)
        full = await one_run(
            started, "crowded", options, desks=options.desks, floor_count=options.floors
        )
    return rows_of(alone, full, opening, options)


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls-per-second", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--desks", type=int, default=1000)
    parser.add_argument("--floors", type=int, default=20)
    options = parser.parse_args()
    rows = asyncio.run(bench(options))
    return write_down(rows, RESULT, "desk")


if __name__ == "__main__":
    sys.exit(main())

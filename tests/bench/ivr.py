"""How fast callers walk: in pure simulation, and 300 of them at once on the real Asterisk.

`make bench BENCH=ivr`. Each figure is a row of var/bench/ivr.json; the exit code is 1 when a goal
is missed.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from ccserver.core.doings import Answer, Ask, AskDigits, Doing, End, Learn
from ccserver.core.flow import Flow
from ccserver.core.ivr import walk
from ccserver.flows.files import read
from ccserver.local.phones import Caller, CallerScript, start_callers
from tests.bench.costs import Meter, percentile
from tests.bench.first_call import INSTRUMENT_NICE, Servers, servers, site
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/ivr.json")
HOTLINE = Path("ivr_flows/hotline.toml")
FLOWS = Path(__file__).with_name("ivr_flows")
WALKS_A_SECOND_MIN = 10_000.0
KEY_MS_MAX = 50.0
WALK_SECONDS = 5.0
CALLS_A_SECOND = 20.0
FIRST_KEY_SECONDS, NEXT_KEY_SECONDS = 2.0, 3.0
SETTLE_SECONDS = 3.0
CUSTOMER = {"customer.tier": "gold", "customer.language": "en", "customer.known": "yes"}


# -- in pure simulation


def _answer(doing: Doing) -> Answer:
    kind = type(doing)
    if kind is Ask or kind is AskDigits:
        return "2"
    return CUSTOMER if kind is Learn else None


def _lead(flow: Flow) -> End:
    walking = walk(flow)
    answer: Answer = None
    try:
        while True:
            answer = _answer(walking.send(answer))
    except StopIteration as stop:
        end: End = stop.value
        return end


def measure_walks() -> list[Row]:
    """Gold callers who hear the welcome in English, press 2, and are sent to the agents."""
    flow = read([HOTLINE]).flows["hotline"]
    began, walks = time.process_time(), 0
    while time.process_time() - began < WALK_SECONDS:
        for _ in range(1000):
            _lead(flow)
        walks += 1000
    rate = walks / (time.process_time() - began)
    return [Row(name="walks of the sample hotline, pure, a second of CPU", value=rate, unit="1/s",
                goal=(">=", WALKS_A_SECOND_MIN))]  # fmt: skip


# -- on the real Asterisk


@asynccontextmanager
async def ears() -> AsyncIterator[tuple[asyncio.subprocess.Process, list[float]]]:
    """Someone who listens in on all callers. What was heard is in the list afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.ears", stdin=pipe, stdout=pipe
    )
    heard: list[float] = []
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"listening\n", "needs root"
        os.setpriority(os.PRIO_PROCESS, process.pid, INSTRUMENT_NICE)
        yield process, heard
        rest, _ = await process.communicate(b"")
        heard += json.loads(rest)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def measure_line(started: Servers, options: argparse.Namespace) -> list[Row]:
    """Callers who press a key every three seconds, all at once."""
    settings = {"CC_FLOWS": str(FLOWS), "CC_HOTLINES": json.dumps({"4001": "round"})}
    async with site(started, "ivr", 0, 0, settings) as busy:
        assert busy.process is not None
        pids = {"ccserver": busy.process.pid, "Asterisk": started.asterisk.running.pid}
        async with ears() as (_, heard):
            keys = "1" * options.keys
            script = CallerScript(
                keys=keys,
                first_key_seconds=FIRST_KEY_SECONDS,
                next_key_seconds=NEXT_KEY_SECONDS,
                hang_up_seconds=1.0,
                sound=False,
            )
            resting = Meter(pids)
            await asyncio.sleep(SETTLE_SECONDS)
            idle = {name: used / resting.seconds for name, used in resting.read().items()}
            callers = start_callers(
                started.home / "walkers",
                [Caller(number=f"138{n:08}") for n in range(options.callers)],
                script,
                sip_port=started.asterisk.ports.sip,
                per_second=CALLS_A_SECOND,
                trace=False,
            )
            meter = Meter(pids)
            limit = options.callers / CALLS_A_SECOND + NEXT_KEY_SECONDS * (options.keys + 4) + 30
            tally = await asyncio.to_thread(callers.wait, limit)
            await asyncio.sleep(SETTLE_SECONDS)
            used, seconds = meter.read(), meter.seconds
        steps, walks = await _steps(busy.dsn)
    each = {n: 1000 * (used[n] - idle[n] * seconds) / max(1, steps) for n in pids}
    waits_ms = [1000 * wait for wait in heard]
    keys_pressed = options.callers * options.keys
    return [
        Row(name="callers in the IVR at once", value=float(options.callers)),
        Row(name="calls that failed", value=float(tally.failed), goal=("<=", 0.0)),
        Row(name="walks in the history", value=float(walks), goal=(">=", float(options.callers))),
        Row(name="keys whose answer was heard", value=100 * len(heard) / keys_pressed, unit="%",
            goal=(">=", 95.0)),
        Row(name="key to next prompt, on the wire, median", value=percentile(waits_ms, 0.5),
            unit="ms"),
        Row(name="key to next prompt, on the wire, p99", value=percentile(waits_ms, 0.99),
            unit="ms", goal=("<", KEY_MS_MAX)),
        Row(name="key to next prompt, longest", value=max(waits_ms, default=0.0), unit="ms"),
        Row(name="IVR steps", value=float(steps)),
        *(Row(name=f"CPU of {n}, an IVR step", value=ms, unit="ms") for n, ms in each.items()),
    ]  # fmt: skip


async def _steps(dsn: str) -> tuple[int, int]:
    line = await asyncpg.connect(dsn)
    try:
        row = await line.fetchrow(
            "SELECT coalesce(sum(jsonb_array_length(steps)), 0)::int, count(*)::int FROM ivr_walk"
        )
    finally:
        await line.close()
    assert row is not None
    return row[0], row[1]


async def bench(options: argparse.Namespace) -> list[Row]:
    """The second half."""
    with servers() as started:
        return await measure_line(started, options)


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=300)
    parser.add_argument("--keys", type=int, default=15)
    options = parser.parse_args()
    rows = [*measure_walks(), *asyncio.run(bench(options))]
    return write_down(rows, RESULT, "ivr")


if __name__ == "__main__":
    sys.exit(main())

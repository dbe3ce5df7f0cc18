"""A predictive campaign on the real Asterisk, with SIPp as the public network and as the agents.

Part of `make bench BENCH=outbound`. Alone: python -m tests.bench.outbound_calls --agents 5
--minutes 1. Agents are off-hook; customers answer, are busy, do not answer, or do not exist; how
long it rings and how long they talk is drawn from the model and stands in SIPp's CSV file.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.config.campaign_form import CampaignForm
from ccserver.config.form import RecordingForm, TapingRuleForm
from ccserver.core.campaigns import CampaignName, CampaignState, Mode
from ccserver.core.rules import Taping
from ccserver.db import config
from ccserver.db.campaigns import set_state
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.local.phones import PhoneScript, start_phones
from tests.asterisk.site import QUEUES, Site, phone_secret
from tests.bench import network
from tests.bench.costs import Meter, percentile
from tests.bench.first_call import Servers, phone_of, screens, servers, site
from tests.bench.network import Kind, Model, Told
from tests.bench.report import Row, write_down
from tests.db.lists import add_list

RESULT = Path("var/bench/outbound_calls.json")
CAMPAIGN = CampaignName("bench")
MODEL = Model(
    shares={Kind.HUMAN: 0.5, Kind.NO_ANSWER: 0.25, Kind.BUSY: 0.15, Kind.INVALID: 0.1},
)
UNRECORDED = RecordingForm(rules=(TapingRuleForm(taping=Taping.NEVER, campaigns=(CAMPAIGN,)),))
"""What recording costs, `BENCH=recording` measures: encoding takes more than all the rest."""
EAR_MS_MAX, SHARE_MAX = 200.0, 25.0
WRAP_SECONDS = 2
LOOK_SECONDS = 0.5
REST_SECONDS = 90.0
"""So long after the end all calls must be over."""
SHOWN = 10
PART_SECONDS = 10.0


@dataclass(kw_only=True)
class Heard:
    """What the wire told, once it is closed."""

    answered: list[tuple[str, float]] = field(default_factory=list)
    """(number, seconds since 1970)"""
    heard: list[tuple[str, float]] = field(default_factory=list)
    """(phone, seconds since 1970)"""


@asynccontextmanager
async def ears() -> AsyncIterator[Heard]:
    """Listen on the loopback."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.outbound_ears", stdin=pipe, stdout=pipe, limit=1 << 26
    )
    assert process.stdout is not None
    if await process.stdout.readline() != b"listening\n":
        raise RuntimeError("nobody listens to the wire")
    heard = Heard()
    try:
        yield heard
        rest, _ = await process.communicate(b"")
        found = json.loads(rest)
        heard.answered, heard.heard = found["answered"], found["heard"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def add_campaign(dsn: str, form: CampaignForm, numbers: Sequence[str]) -> None:
    """A campaign that stands still, with a lead for each number."""
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(
                update={"campaigns": {CAMPAIGN: form}, "recording": UNRECORDED}
            ),
            author=Author(who="bench", reason=""),
            used={},
        )
        one = await add_list(session, campaign=CAMPAIGN)
    await engine.dispose()
    line = await asyncpg.connect(dsn)
    await line.copy_records_to_table(
        "lead",
        records=[(CAMPAIGN, one, [number], "zh", "{}") for number in numbers],
        columns=["campaign", "call_list", "numbers", "language", "data"],
    )
    await line.close()


async def let(dsn: str, state: CampaignState) -> None:
    """Let the campaign go to this state."""
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await set_state(session, CAMPAIGN, state, "bench", "", at=clock.now())
    await engine.dispose()


_ATTEMPTS = """
SELECT id::text, number, result, agent, extract(epoch FROM placed_at)::float8 AS placed_at,
  extract(epoch FROM answered_at)::float8 AS answered_at,
  extract(epoch FROM connected_at)::float8 AS connected_at,
  extract(epoch FROM ended_at)::float8 AS ended_at
FROM attempt ORDER BY placed_at
"""


async def attempts(dsn: str) -> list[asyncpg.Record]:
    """All of them, in their order."""
    line = await asyncpg.connect(dsn)
    try:
        return await line.fetch(_ATTEMPTS)
    finally:
        await line.close()


def told(rows: Sequence[asyncpg.Record]) -> list[Told]:
    """As they are compared to what the network saw."""
    return [
        Told(number=row["number"], placed_at=row["placed_at"], result=row["result"]) for row in rows
    ]


async def rest(dsn: str) -> None:
    """Wait until no attempt goes on. What is left is what the rows will tell."""
    until = clock.now() + REST_SECONDS
    while clock.now() < until:
        if all(row["result"] is not None for row in await attempts(dsn)):
            break
        await asyncio.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was seen of the campaign."""

    agents: int
    seconds: float
    used: dict[str, float]
    """Seconds of processor time, with all that the campaign's agents need meanwhile."""
    free: float
    began_at: float
    ended_at: float
    attempts: Sequence[asyncpg.Record]
    seen: Sequence[network.Seen]
    heard: Heard


async def measure(servers: Servers, options: argparse.Namespace) -> Run:
    """Let the campaign run for its minutes."""
    seconds = 60 * options.minutes
    count = round(options.agents * seconds / 4) + 200
    queues = [{"name": queue, "wrap_up_seconds": WRAP_SECONDS} for queue in QUEUES]
    settings = {"CC_QUEUES": json.dumps(queues)}
    form = CampaignForm(
        mode=Mode.PREDICTIVE, queue=QUEUES[0], off_hook=True, lines_max=4 * options.agents,
        ring_seconds=15, retries=(), calls_per_second=50,
    )  # fmt: skip
    sip_port = servers.asterisk.ports.sip
    async with site(servers, "calls", options.agents, 0, settings) as busy:
        await add_campaign(busy.dsn, form, network.numbers(count))
        phones = await asyncio.to_thread(
            start_phones,
            servers.home / "phones",
            [(phone_of(n), phone_secret(phone_of(n))) for n in range(options.agents)],
            PhoneScript(),  # a phone that sends nothing is hung up after a minute (rtp_timeout)
            sip_port=sip_port,
        )
        public = network.start(
            servers.home / "network", MODEL.draw(count, talks=True), port=servers.customers_port,
            sip_port=sip_port, sound=True,
        )  # fmt: skip
        try:
            async with ears() as heard, screens(busy, options.agents, work=True, off_hook=True):
                run = await _run(servers, busy, options, seconds)
        finally:
            public.stop()
            phones.stop()
        rows = await attempts(busy.dsn)
        print(busy.log()[-options.log :] if options.log else "")  # noqa: T201
    used, free, began_at, ended_at = run
    return Run(
        agents=options.agents,
        seconds=seconds,
        used=used,
        free=free,
        began_at=began_at,
        ended_at=ended_at,
        attempts=rows,
        seen=network.seen(public),
        heard=heard,
    )


async def _run(
    servers: Servers, busy: Site, options: argparse.Namespace, seconds: float
) -> tuple[dict[str, float], float, float, float]:
    assert busy.process is not None
    pids = {"ccserver": busy.process.pid, "Asterisk": servers.asterisk.running.pid}
    meter = Meter(pids)
    began_at = clock.now()
    await let(busy.dsn, CampaignState.RUNNING)
    await asyncio.sleep(seconds)
    ended_at = clock.now()
    await let(busy.dsn, CampaignState.PAUSED)
    await rest(busy.dsn)
    return meter.read(), meter.idle_share(), began_at, ended_at


# -- the figures


def to_ear_ms(run: Run) -> list[float]:
    """For each customer whom an agent got: from his 200 to the first sound that the agent hears."""
    answered = dict(run.heard.answered)
    found = []
    for row in run.attempts:
        at = answered.get(row["number"])
        if row["connected_at"] is None or at is None:
            continue
        phone = phone_of(int(row["agent"].removeprefix("agent-")))
        heard = [t for who, t in run.heard.heard if who == phone and at < t < row["ended_at"] + 1]
        # Who was never heard is not in time.
        found.append(1000 * (min(heard) - at) if heard else float("inf"))
    return found


def rows_of(run: Run) -> list[Row]:
    """All that the campaign tells."""
    results = Counter(str(row["result"]) for row in run.attempts)
    answered = results["human"] + results["abandoned"]
    count = max(1, len(run.attempts))
    talk = sum(
        max(0.0, min(row["ended_at"] or run.ended_at, run.ended_at) - row["connected_at"])
        for row in run.attempts
        if row["connected_at"] is not None
    )
    decided_ms = [
        1000 * (row["connected_at"] - row["answered_at"])
        for row in run.attempts
        if row["connected_at"] is not None
    ]
    ear_ms = to_ear_ms(run)
    wrong = network.differences(told(run.attempts), run.seen)
    for line in wrong[:SHOWN]:
        print("differs:", line)  # noqa: T201
    each = Counter(int((row["placed_at"] - run.began_at) // PART_SECONDS) for row in run.attempts)
    print("placed in each ten seconds:", [n for _, n in sorted(each.items())])  # noqa: T201
    print("results:", dict(results))  # noqa: T201
    share = 100 * run.used["ccserver"] / max(0.001, run.used["Asterisk"])
    name = f"{run.agents} agents"
    return [
        Row(name=f"{name}: attempts", value=len(run.attempts), goal=(">=", 1)),
        Row(name=f"{name}: calls that the network saw", value=len(run.seen)),
        Row(name=f"{name}: attempts that the network saw otherwise", value=len(wrong),
            goal=("<=", 0)),
        Row(name=f"{name}: talks", value=len(ear_ms)),
        Row(name=f"{name}: answer to agent's ear, p50", value=percentile(ear_ms, 0.5), unit="ms"),
        Row(name=f"{name}: answer to agent's ear, p99", value=percentile(ear_ms, 0.99), unit="ms",
            goal=("<", EAR_MS_MAX)),
        # Pacing lets people wait for an agent who will be free soon: they are not in time either.
        Row(name=f"{name}: answer to agent's ear, sooner than {EAR_MS_MAX:.0f} ms",
            value=100 * sum(ms < EAR_MS_MAX for ms in ear_ms) / max(1, len(ear_ms)), unit="%"),
        Row(name=f"{name}: answer to talk as ccserver sees it, p99",
            value=percentile(decided_ms, 0.99), unit="ms"),
        Row(name=f"{name}: abandoned, of those who answered",
            value=100 * results["abandoned"] / max(1, answered), unit="%",
            goal=("<=", 100 * CampaignForm(queue="any").abandon.cap)),
        Row(name=f"{name}: occupancy (talk)", value=100 * talk / (run.agents * run.seconds),
            unit="%"),
        Row(name=f"{name}: CPU of ccserver, of Asterisk's for the same attempts", value=share,
            unit="%", goal=("<=", SHARE_MAX)),
        *(Row(name=f"{name}: CPU of {who} for each attempt", value=1000 * used / count, unit="ms")
          for who, used in run.used.items()),
        Row(name=f"{name}: processors left", value=100 * run.free, unit="%"),
    ]  # fmt: skip


async def bench(options: argparse.Namespace) -> list[Row]:
    """All of it."""
    with servers() as started:
        return rows_of(await measure(started, options))


def calls_rows(agents: int, minutes: float) -> list[Row]:
    """The figures of one run."""
    return asyncio.run(bench(argparse.Namespace(agents=agents, minutes=minutes, log=0)))


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--log", type=int, default=0, help="show so much of ccserver's log")
    rows = asyncio.run(bench(parser.parse_args()))
    return write_down(rows, RESULT, "A predictive campaign on the real Asterisk")


if __name__ == "__main__":
    sys.exit(main())

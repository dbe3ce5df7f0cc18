"""Whether a whole site does what the Center decides while three queues are busy and overflow.

`make bench BENCH=acd-site`. Asterisk, SIPp, PostgreSQL, ccserver and the agents' screens all run on
this machine: skills that overlap, a surge, phones that nobody answers or that are busy, callers who
give up, callbacks, overflows, and transfers between queues. Each figure is a row of
var/bench/acd-site.json; the exit code is 1 when a goal is missed.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.config import file as config_file
from ccserver.config.form import AgentForm
from ccserver.core.ids import Phone
from ccserver.core.value import Tier
from ccserver.db import config
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_customers,
    start_phones,
)
from tests.asterisk.site import HASH, Site, new_site, phone_secret
from tests.bench.acd_site_report import Load, load_rows
from tests.bench.costs import Figures, Meter
from tests.bench.first_call import (
    Servers,
    new_database,
    phone_of,
    screens,
    servers,
)
from tests.bench.report import Row, write_down

HERE = Path(__file__).parent
CONFIG, FLOWS = HERE / "acd_site.toml", HERE / "acd_site_flows"
RESULT = Path("var/bench/acd-site.json")

CUSTOMERS, CUSTOMERS_OF_A_KIND = 2400, 400
TIERS = (Tier.PLATINUM, Tier.GOLD, Tier.SILVER, Tier.STANDARD, None)
"""In turn; None is a stranger."""
SKILLS = ("sales", "service", "roadside")
SPECIALISTS, PAIRS = 0.4, 0.8
"""So many agents have one skill, up to so many two, and the rest all three."""
AWAY, BUSY = 3, 1
"""The first agents, who have one skill each: some never answer, the phones of others are busy."""
HAND_ON = {"sales": "service", "service": "sales", "roadside": "sales"}

RING_SECONDS, TALK_SECONDS, PATIENCE_SECONDS = 0.1, 1.5, 30.0
SURGE_FROM, SURGE_FOR, SURGE_FACTOR = 1 / 3, 1 / 6, 1.6
"""When the surge comes and how long it lasts, as parts of the whole, and how strong it is."""
END_SECONDS = 120.0
"""So long after the last call all must have come to its end."""
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Callers who do the same."""

    name: str
    share: float
    script: CallerScript
    dialed: str = "4001"
    numbers: int = CUSTOMERS_OF_A_KIND
    """So many people, who call one after the other, and then again."""


def _presses(keys: str, *, patience: float = PATIENCE_SECONDS, after: float = 0.3) -> CallerScript:
    return CallerScript(keys=keys, first_key_seconds=after, hang_up_seconds=patience, sound=False)


KINDS = (
    Kind(name="sales", share=0.35, script=_presses("1")),
    Kind(name="service", share=0.2, script=_presses("2")),
    Kind(name="roadside", share=0.2, script=_presses("3")),
    Kind(name="impatient", share=0.08, script=_presses("1", patience=2.0)),
    Kind(name="hasty", share=0.04, script=_presses("1", patience=0.3)),
    # Few: some call again before they are called.
    Kind(
        name="called-back", share=0.13, script=_presses("1", after=4.0), dialed="4002", numbers=50
    ),
)


def skills_of(number: int, agents: int) -> dict[str, int]:
    """One, two or three skills, so that each is known to as many."""
    known = 1 if number < SPECIALISTS * agents else 2 if number < PAIRS * agents else 3
    return {SKILLS[(number + n) % len(SKILLS)]: 1 + (number + n) % 5 for n in range(known)}


async def fill(dsn: str, agents: int) -> None:
    """The agents with their skills, the queues, and the customers."""
    await upgrade(dsn)
    wanted = config_file.read(CONFIG.read_text())
    forms = {
        f"agent-{n}": AgentForm(
            skills=skills_of(n, agents), languages=("zh",) if n % 2 else ("en", "zh")
        )
        for n in range(agents)
    }
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
            )
        await config.alter(
            session,
            lambda _: wanted.model_copy(update={"agents": forms}),
            author=config.Author(who="bench", reason="three queues"),
            used={},
        )
        for n in range(CUSTOMERS):
            if (tier := TIERS[n % len(TIERS)]) is not None:
                number, language = f"+86138{n:08}", "en" if n % 4 == 0 else "zh"
                await ensure_customer(
                    session, number, name=f"Customer {n}", tier=tier, language=language
                )
    await engine.dispose()


@asynccontextmanager
async def site(servers: Servers, agents: int) -> AsyncIterator[Site]:
    """A running ccserver with the three queues."""
    dsn = await new_database(servers, "acd")
    await fill(dsn, agents)
    made = new_site(servers.home / "acd", dsn, servers.asterisk, servers.agi_port)
    made.settings["CC_FLOWS"] = str(FLOWS)
    made.settings["CC_HOTLINES"] = json.dumps({"4001": "hotline", "4002": "direct"})
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


class Crowd:
    """The phones of agents and customers, and all callers."""

    def __init__(self, servers: Servers, options: argparse.Namespace) -> None:
        self._home = servers.home
        self._sip_port = servers.asterisk.ports.sip
        self._customers_port = servers.customers_port
        self._options = options
        self.phones: list[Phones] = []
        self.customers: list[Phones] = []
        self.callers: list[Phones] = []

    def pick_up(self) -> None:
        """Agents and customers are at their phones; blocks until all are registered."""
        numbers = [phone_of(n) for n in range(self._options.agents)]
        answers = PhoneScript(ring_seconds=RING_SECONDS, talk_seconds=TALK_SECONDS)
        for name, some, script in (
            ("away", numbers[:AWAY], PhoneScript(answer=False)),
            ("busy", numbers[AWAY : AWAY + BUSY], PhoneScript(busy=True)),
            ("phones", numbers[AWAY + BUSY :], answers),
        ):
            logins = [(phone, phone_secret(phone)) for phone in some]
            folder = self._home / name
            self.phones.append(start_phones(folder, logins, script, sip_port=self._sip_port))
        at_home = PhoneScript(ring_seconds=RING_SECONDS, sound=False)
        self.customers.append(
            start_customers(
                self._home / "at-home",
                at_home,
                port=self._customers_port,
                sip_port=self._sip_port,
            )
        )

    def ring(self, kinds: Sequence[Kind], name: str, rate: float, seconds: float) -> None:
        """Let callers of these kinds come."""
        for place, kind in enumerate(KINDS):
            if kind not in kinds:
                continue
            first = place * CUSTOMERS_OF_A_KIND
            numbers = range(first, first + kind.numbers)
            mine = rate * kind.share / sum(one.share for one in kinds)
            self.callers.append(
                start_callers(
                    self._home / f"{name}-{kind.name}",
                    [Caller(number=f"138{n:08}", dialed=kind.dialed) for n in numbers],
                    kind.script,
                    sip_port=self._sip_port,
                    per_second=mine,
                    calls=round(mine * seconds),
                    trace=False,
                )
            )

    async def call(self) -> None:
        """All calls, with a surge in the middle, until the last caller is gone."""
        rate, seconds = self._options.calls_per_second, self._options.seconds
        await asyncio.to_thread(self.ring, KINDS, "base", rate, seconds)
        await asyncio.sleep(SURGE_FROM * seconds)
        more = rate * (SURGE_FACTOR - 1)
        await asyncio.to_thread(self.ring, KINDS, "surge", more, SURGE_FOR * seconds)
        async with asyncio.timeout(seconds + PATIENCE_SECONDS + END_SECONDS):
            while any(caller.running.alive() for caller in self.callers):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    def hang_up(self) -> None:
        """The phones are gone, as if the power failed."""
        for phones in (*self.callers, *self.customers, *self.phones):
            phones.stop()


async def come_to_rest(busy: Site, agents: int) -> None:
    """Wait until no call is left, everyone is free, and no one is to be called any more. What is
    not so after `END_SECONDS` is what the rows will tell."""
    line = await asyncpg.connect(busy.dsn)
    until = clock.now() + END_SECONDS
    while clock.now() < until:
        figures = Figures(await asyncio.to_thread(busy.metrics))
        if _is_quiet(figures, agents) and not await line.fetchval(_OPEN_CALLBACKS):
            break
        await asyncio.sleep(LOOK_SECONDS)
    await line.close()


_OPEN_CALLBACKS = "SELECT count(*) FROM callback WHERE state IN ('waiting', 'dialing')"


def _is_quiet(figures: Figures, agents: int) -> bool:
    free = figures.value("ccserver_agents", work="available")
    return not figures.value("ccserver_calls") and free == agents


async def measure(servers: Servers, options: argparse.Namespace) -> list[Row]:
    """Let the calls come, and see what became of them."""
    async with site(servers, options.agents) as busy:
        crowd = Crowd(servers, options)
        try:
            await asyncio.to_thread(crowd.pick_up)
            async with screens(busy, options.agents, work=True, hand_on=HAND_ON) as shown:
                load = await _measure(servers, options, busy, crowd)
                await shown.close()
        finally:
            crowd.hang_up()
    return await load_rows(load)


async def _measure(servers: Servers, options: argparse.Namespace, busy: Site, crowd: Crowd) -> Load:
    assert busy.process is not None
    meter = Meter(
        {
            "ccserver": busy.process.pid,
            "Asterisk": servers.asterisk.running.pid,
            "PostgreSQL": servers.postgres.running.pid,
        }
    )
    await crowd.call()
    used, free = meter.read(), meter.idle_share()
    await come_to_rest(busy, options.agents)
    return Load(
        options=options,
        used=used,
        free=free,
        callers=crowd.callers,
        phones=[*crowd.phones, *crowd.customers],
        figures=Figures(await asyncio.to_thread(busy.metrics)),
        dsn=busy.dsn,
    )


async def bench(options: argparse.Namespace) -> list[Row]:
    """All of it. Told to stop, it takes with it what it has started."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    with servers() as started:
        return await measure(started, options)


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls-per-second", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--agents", type=int, default=50)
    rows = asyncio.run(bench(parser.parse_args()))
    return write_down(rows, RESULT, "the ACD on a whole site")


if __name__ == "__main__":
    sys.exit(main())

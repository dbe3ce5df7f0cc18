"""A survey that runs by itself on the real Asterisk, while ccserver is killed again and again.

Part of `make bench BENCH=outbound`. Alone: python -m tests.bench.outbound_survey --leads 200.
Whoever answers presses the last digit of his number until the flow has ended. A lead is called
again while nobody answered, as the campaign's retries say.
"""

import argparse
import asyncio
import json
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.config.campaign_form import CampaignForm, CapsForm, RetryForm
from ccserver.core.campaigns import CampaignState, Mode
from tests.asterisk.site import QUEUES, Site
from tests.bench import network
from tests.bench.first_call import Servers, servers, site
from tests.bench.network import Kind, Model
from tests.bench.outbound_calls import CAMPAIGN, SHOWN, add_campaign, attempts, let, rest, told
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/outbound_survey.json")
FLOWS = Path("ivr_flows")
MODEL = Model(
    shares={Kind.HUMAN: 0.6, Kind.NO_ANSWER: 0.1, Kind.BUSY: 0.2, Kind.INVALID: 0.1},
    ring_mean_seconds=3.0,
)
LINES, KILLS, TRIES_MAX = 100, 3, 3
QUESTIONS = ("first", "second")
SECONDS_A_LEAD, SECONDS_MORE = 0.6, 240.0
"""It must be over after so long."""
SURVEY = """
title = "bench"
role = "survey"
start = "first"
languages = ["zh", "en"]
[steps.first]
kind = "question"
question = "first"
style = "keys"
prompts = ["survey_satisfaction"]
keys = "12345"
then = "second"
[steps.second]
kind = "question"
question = "second"
style = "keys"
prompts = ["survey_satisfaction"]
keys = "12345"
then = "bye"
[steps.bye]
kind = "goodbye"
"""
FORM = CampaignForm(
    mode=Mode.AGENTLESS,
    flow="bench_survey",
    lines_max=LINES,
    calls_per_second=20,
    ring_seconds=15,
    caps=CapsForm(per_lead=TRIES_MAX, per_number_day=0, per_number_24h=0),
    retries=tuple(
        RetryForm(result=result, tries_max=TRIES_MAX, delay_seconds=5)
        for result in ("busy", "no_answer", "congestion", "failed", "lost")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was seen of the survey."""

    leads: int
    seconds: float
    state: str
    """Of the campaign at the end."""
    kills: int
    attempts: Sequence[asyncpg.Record]
    seen: Sequence[network.Seen]
    lead_states: dict[str, int]
    answers: dict[tuple[str, str], str]
    """(attempt, question): key"""


async def ask(dsn: str, query: str) -> list[asyncpg.Record]:
    """What the database has."""
    line = await asyncpg.connect(dsn)
    try:
        return await line.fetch(query)
    finally:
        await line.close()


async def drive(busy: Site, options: argparse.Namespace) -> tuple[float, str, int]:
    """Let it run to its end, killing ccserver on the way. Seconds, the state, and the kills."""
    began_at, kills, state = clock.now(), 0, ""
    await let(busy.dsn, CampaignState.RUNNING)
    limit = began_at + options.leads * SECONDS_A_LEAD + SECONDS_MORE
    while clock.now() < limit:
        (row,) = await ask(busy.dsn, "SELECT state FROM campaign")
        state = row["state"]
        if state == CampaignState.COMPLETED:
            break
        (made,) = await ask(busy.dsn, "SELECT count(*) AS n FROM attempt")
        if kills < KILLS and made["n"] >= options.leads * (kills + 1) / (KILLS + 1):
            await busy.kill()
            await asyncio.sleep(1.0)
            await busy.start()
            kills += 1
        await asyncio.sleep(0.5)
    await rest(busy.dsn)
    return clock.now() - began_at, state, kills


async def measure(servers: Servers, options: argparse.Namespace) -> Run:
    """Let every lead be called."""
    flows = servers.home / "flows"
    shutil.copytree(FLOWS, flows)
    (flows / "bench_survey.toml").write_text(SURVEY)
    queues = json.dumps([{"name": queue} for queue in QUEUES])
    settings = {"CC_QUEUES": queues, "CC_FLOWS": str(flows)}
    async with site(servers, "survey", 1, 0, settings) as busy:
        await add_campaign(busy.dsn, FORM, network.numbers(options.leads))
        public = network.start(
            servers.home / "survey-network", MODEL.draw(options.leads, talks=False),
            port=servers.customers_port, sip_port=servers.asterisk.ports.sip, sound=False,
        )  # fmt: skip
        try:
            seconds, state, kills = await drive(busy, options)
        finally:
            public.stop()
        print(busy.log()[-options.log :] if options.log else "")  # noqa: T201
        leads = await ask(busy.dsn, "SELECT state, count(*) AS n FROM lead GROUP BY 1")
        answers = await ask(busy.dsn, "SELECT contact::text, question, answer FROM survey_answer")
        return Run(
            leads=options.leads,
            seconds=seconds,
            state=state,
            kills=kills,
            attempts=await attempts(busy.dsn),
            seen=network.seen(public),
            lead_states={row["state"]: row["n"] for row in leads},
            answers={(row["contact"], row["question"]): row["answer"] for row in answers},
        )


# -- the figures

_AGAIN = {"busy", "no_answer", "congestion", "failed", "lost", "unsent"}


def astray(run: Run) -> list[str]:
    """Leads that were called otherwise than their rules say: (number: results)."""
    by_number: dict[str, list[str]] = {number: [] for number in network.numbers(run.leads)}
    for row in run.attempts:
        by_number[row["number"]].append(str(row["result"]))
    return [
        f"{number}: {results}"
        for number, results in by_number.items()
        if not _is_by_rule([result for result in results if result != "unsent"])
    ]


def _is_by_rule(results: Sequence[str]) -> bool:
    if not results or len(results) > TRIES_MAX or not _AGAIN.issuperset(results[:-1]):
        return False
    return len(results) == TRIES_MAX or results[-1] not in _AGAIN


def unanswered(run: Run) -> list[str]:
    """Persons whose keys are not all stored as they pressed them."""
    found = []
    for row in run.attempts:
        given = [run.answers.get((row["id"], question)) for question in QUESTIONS]
        if row["result"] == "human" and given != [row["number"][-1]] * len(QUESTIONS):
            found.append(f"{row['number']}: {given}")
    return found


def rows_of(run: Run) -> list[Row]:
    """All that the survey tells."""
    results = Counter(str(row["result"]) for row in run.attempts)
    wrong, strays, silent = (
        network.differences(told(run.attempts), run.seen), astray(run), unanswered(run)
    )  # fmt: skip
    print("results:", dict(results), "leads:", run.lead_states)  # noqa: T201
    gone = network.lost(told(run.attempts), run.seen)
    print("of those that nobody can tell of, the network saw:", dict(gone))  # noqa: T201
    for title, lines in (("differs", wrong), ("astray", strays), ("no answer", silent)):
        for line in lines[:SHOWN]:
            print(f"{title}:", line)  # noqa: T201
    name, none = f"survey of {run.leads}", ("<=", 0.0)
    return [
        Row(name=f"{name}: times ccserver was killed", value=run.kills, goal=(">=", KILLS)),
        Row(name=f"{name}: completed", value=float(run.state == CampaignState.COMPLETED),
            goal=(">=", 1)),
        Row(name=f"{name}: attempts", value=len(run.attempts)),
        Row(name=f"{name}: calls that the network saw", value=len(run.seen)),
        Row(name=f"{name}: numbers that the network saw otherwise", value=len(wrong), goal=none),
        Row(name=f"{name}: leads not called within their rules", value=len(strays), goal=none),
        Row(name=f"{name}: attempts that nobody can tell of", value=results["lost"]),
        Row(name=f"{name}: of these, such as were answered", value=gone["answered"]),
        Row(name=f"{name}: persons served", value=results["human"]),
        Row(name=f"{name}: persons whose answers are not all stored", value=len(silent),
            goal=none),
        Row(name=f"{name}: attempts a second", value=len(run.attempts) / run.seconds, unit="1/s"),
    ]  # fmt: skip


async def bench(options: argparse.Namespace) -> list[Row]:
    """All of it."""
    with servers() as started:
        return rows_of(await measure(started, options))


def survey_rows(leads: int) -> list[Row]:
    """The figures of one run."""
    return asyncio.run(bench(argparse.Namespace(leads=leads, log=0)))


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--log", type=int, default=0, help="show so much of ccserver's log")
    rows = asyncio.run(bench(parser.parse_args()))
    return write_down(rows, RESULT, f"The survey {CAMPAIGN} on the real Asterisk")


if __name__ == "__main__":
    sys.exit(main())

"""How long the history's figures take over a month of 350,000 calls.

`make bench BENCH=figures`. The month is the second of two of a site of 40 queues and 200 agents,
on a PostgreSQL of its own. Each question is asked some times through the function that the API
calls. Each figure is a row of var/bench/figures.json; the exit code is 1 when a goal is missed.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.core.forecast import forecast, past_days
from ccserver.core.intervals import figures
from ccserver.core.rules import DEFAULT_TARGETS
from ccserver.core.spans import Step, bounds
from ccserver.db.day_curve import day_curve, quarters
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.intervals import Asked, By, intervals
from ccserver.db.migrate import upgrade
from tests.bench.costs import Meter, percentile
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/figures.json")
CALLS, QUEUES, AGENTS, TEAMS = 350_000, 40, 200, 20
MONTH_SECONDS_MAX, DAY_SECONDS_MAX, OWN_SECONDS_MAX = 2.0, 1.0, 0.1
ZONE = "Asia/Shanghai"
BEGAN = datetime(2026, 2, 28, 16, tzinfo=UTC)
"""Midnight in Shanghai: the first month is from here, the second 31 days later."""
MONTH = timedelta(days=31)

# Calls come from eight to eight, evenly. Of ten one gives up, and one of those soon; of ten that
# are answered one is put on hold, and one is handed on. A third of the callers has called before.
_FILL = (
    """
CREATE TEMPORARY TABLE made AS
SELECT n, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS contact,
  'queue' || floor(40 * random() ^ 2.5)::integer AS queue, floor(200 * random())::integer AS a,
  CASE WHEN random() < 0.33 THEN floor(random() * 20000) ELSE n + 20000 END::bigint AS who,
  at, 3 + 20 * random() AS ivr, CASE WHEN random() < 0.5 THEN 0 ELSE -30 * ln(1 - random()) END
    AS wait, 4 + 6 * random() AS ring, -150 * ln(1 - random()) + 5 AS talk,
  40 * random() AS wrap, random() AS way, random() AS held, random() AS handed
FROM (
  SELECT n, $2::timestamptz + floor(n / per) * interval '1 day' + interval '8 hours'
    + (n / per - floor(n / per)) * interval '12 hours' AS at
  FROM (SELECT n, $1::integer / 31.0 AS per FROM generate_series(1, 2 * $1::integer - 1) n) one
) two ORDER BY n
""",
    """
INSERT INTO contact (id, leg, caller, dialed, arrived_at, ended_at, ended_by, customer_id, tier,
  value, language, queue, agent, direction)
SELECT contact, n::text, '+8613' || lpad(who::text, 9, '0'), '4001', at,
  at + interval '1 second' * (ivr + wait + ring + talk), 'caller',
  CASE WHEN way < 0.7 THEN who END, 'standard', 0.2, 'zh', queue,
  CASE WHEN way < 0.9 THEN 'agent' || a END, 'inbound'
FROM made
""",
    """
INSERT INTO queue_visit (contact, number, queue, tier, value, entered_at, ended_at,
  waited_seconds, exit, agent, wait_from_seconds, wait_until_seconds)
SELECT contact, 1, queue, (ARRAY['standard', 'silver', 'gold', 'platinum'])[1 + n % 4], 0.2,
  at + interval '1 second' * ivr, at + interval '1 second' * (ivr + wait + ring), wait + ring,
  CASE WHEN way < 0.9 THEN 'answered' WHEN way < 0.97 THEN 'abandoned'
    WHEN way < 0.98 THEN 'short_abandoned' WHEN way < 0.99 THEN 'timeout' ELSE 'callback' END,
  CASE WHEN way < 0.9 THEN 'agent' || a END, 0, 0
FROM made
""",
    """
INSERT INTO segment (contact, number, kind, queue, agent, started_at, ended_at, outcome)
SELECT contact, number, kind, CASE WHEN kind <> 'ivr' THEN queue END,
  CASE WHEN kind NOT IN ('ivr', 'queue') THEN 'agent' || a END,
  at + interval '1 second' * from_s, at + interval '1 second' * to_s, outcome
FROM made CROSS JOIN LATERAL (VALUES
  (1, 'ivr', 0, ivr, 'queued'),
  (2, 'queue', ivr, ivr + wait, CASE WHEN way < 0.9 THEN 'offered' ELSE 'abandoned' END),
  (3, 'offer', ivr + wait, ivr + wait + ring, 'answered'),
  (4, 'talk', ivr + wait + ring, ivr + wait + ring + talk / 2, 'held'),
  (5, 'hold', ivr + wait + ring + talk / 2, ivr + wait + ring + talk / 2 + 10, 'resumed'),
  (6, 'talk', ivr + wait + ring + talk / 2 + CASE WHEN held < 0.1 THEN 10 ELSE 0 END,
    ivr + wait + ring + talk + CASE WHEN held < 0.1 THEN 10 ELSE 0 END,
    CASE WHEN handed < 0.1 THEN 'transferred' ELSE 'agent_hung_up' END),
  (7, 'wrap_up', ivr + wait + ring + talk + 10, ivr + wait + ring + talk + 10 + wrap, 'done')
) AS part (number, kind, from_s, to_s, outcome)
WHERE (way < 0.9 OR number < 3) AND (held < 0.1 OR number <> 5)
ORDER BY at + interval '1 second' * to_s
""",
    """
INSERT INTO agent_interval (run, seq, part, agent, presence, reason, work, contact, started_at,
  ended_at)
SELECT gen_random_uuid(), row_number() OVER (ORDER BY ended_at), 0, agent, 'ready', '', work,
  contact, started_at, ended_at
FROM (
  SELECT agent, work, contact, ended_at,
    coalesce(lag(ended_at) OVER (PARTITION BY agent, at::date ORDER BY at, place), at) AS started_at
  FROM (
    SELECT 'agent' || a AS agent, contact, at, place, work,
      at + interval '1 second' * (CASE place WHEN 1 THEN 0 WHEN 2 THEN ring WHEN 3 THEN ring + talk
        ELSE ring + talk + wrap END) AS ended_at
    FROM made CROSS JOIN (VALUES (1, 'available'), (2, 'ringing'), (3, 'on_call'), (4, 'wrap_up'))
      AS part (place, work)
    WHERE way < 0.9
  ) stretch
) following WHERE started_at < ended_at
""",
    """
INSERT INTO person (login, name, role, password_hash, phone, team)
SELECT 'agent' || n, 'Agent ' || n, 'agent', '', (1000 + n)::text, 'team' || n / 10
FROM generate_series(0, 199) n
""",
    "VACUUM (ANALYZE) contact, queue_visit, segment, agent_interval, person",
)


async def fill(dsn: str, calls: int) -> None:
    """Write two months."""
    await upgrade(dsn)
    line = await asyncpg.connect(dsn)
    await line.execute("SET synchronous_commit = off")
    await line.execute("SET work_mem = '256MB'")
    for statement in _FILL:
        more = [calls, BEGAN][: statement.count("$")] if "$" in statement else []
        await line.execute(statement, *more)
    await line.close()


Question = Callable[[AsyncSession], Awaitable[object]]


def questions() -> dict[str, tuple[Question, float | None]]:
    """Name -> what is asked, and the goal in seconds."""
    since = BEGAN + MONTH
    day = since + timedelta(days=9)

    def asked(
        by: By,
        begin: datetime,
        end: datetime,
        step: Step,
        *,
        names: tuple[str, ...] | None = None,
        repeats: bool = False,
    ) -> Question:
        async def ask(session: AsyncSession) -> object:
            wanted = Asked(
                by=by,
                bounds=bounds(begin, end, step, ZONE),
                names=names,
                repeats=repeats,
                now=since + MONTH + MONTH,
                targets={"": DEFAULT_TARGETS},
            )
            found = await intervals(session, wanted)
            return [figures(counts) for counts in found.values()]

        return ask

    async def minutes(session: AsyncSession) -> object:
        later = since + MONTH
        curve = await day_curve(session, By.QUEUE, None, since=day, until=tomorrow, now=later)
        on = (day + timedelta(hours=12)).date()
        counts = await quarters(session, [on, *past_days(on, ())], ZONE, None)
        return curve, forecast(counts[1:], counts[0])

    tomorrow = day + timedelta(days=1)
    return {
        "a month by queue and day": (
            asked(By.QUEUE, since, since + MONTH, Step.DAY),
            MONTH_SECONDS_MAX,
        ),
        "a day by queue and 5 minutes": (
            asked(By.QUEUE, day, tomorrow, Step.FIVE),
            DAY_SECONDS_MAX,
        ),
        "a month by queue and day with first-call resolution": (
            asked(By.QUEUE, since, since + MONTH, Step.DAY, repeats=True),
            None,
        ),
        "a day by the minute with its forecast": (minutes, DAY_SECONDS_MAX),
        "an agent's own day": (
            asked(By.AGENT, day, tomorrow, Step.DAY, names=("agent7",)),
            OWN_SECONDS_MAX,
        ),
        "a month by team and day": (asked(By.TEAM, since, since + MONTH, Step.DAY), None),
        "a month by agent and day": (asked(By.AGENT, since, since + MONTH, Step.DAY), None),
        "a day by agent and 15 minutes": (
            asked(By.AGENT, day, tomorrow, Step.FIFTEEN),
            DAY_SECONDS_MAX,
        ),
    }


async def bench(dsn: str, calls: int, rounds: int) -> list[Row]:
    """Fill, ask each once to warm up, ask."""
    began_at = clock.now()
    await fill(dsn, calls)
    rows = [
        Row(name="calls of the month", value=calls),
        Row(name="to write two months", value=clock.now() - began_at, unit="s"),
    ]
    sessions = sessions_of(engine_for(dsn, connections=2))
    for name, (ask, goal) in questions().items():
        took, used, server = [], [], []
        for place in range(rounds + 1):
            async with sessions() as session:
                line = await session.connection()
                pid = (await line.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
                meter, cpu, at = Meter({"server": pid}), time.process_time(), clock.now()
                await ask(session)
                seconds, own = clock.now() - at, time.process_time() - cpu
                spent = meter.read()["server"]
            if place:
                took.append(seconds)
                used.append(own)
                server.append(spent)
        rows += [
            Row(name=f"{name}, median", value=percentile(took, 0.5), unit="s",
                goal=None if goal is None else ("<=", goal)),
            Row(name=f"{name}, CPU of ccserver", value=percentile(used, 0.5), unit="s"),
            Row(name=f"{name}, CPU of PostgreSQL", value=percentile(server, 0.5), unit="s"),
        ]  # fmt: skip
    return rows


def measure(*, calls: int, rounds: int) -> list[Row]:
    """On a PostgreSQL of its own, which is gone afterwards."""
    with own_folder() as home, own_postgres(home) as postgres:
        return asyncio.run(bench(postgres.dsn, calls, rounds))


def main() -> int:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="of a month")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rows = measure(calls=options.calls, rounds=options.rounds)
    return write_down(rows, RESULT, "figures")


if __name__ == "__main__":
    sys.exit(main())

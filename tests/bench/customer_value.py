"""How long it takes to compute all customers' values, and whether calls notice.

`make bench BENCH=customer-value`. The command itself runs, as an operator would start it, on a
PostgreSQL of its own; meanwhile numbers are looked up as calls would. Each figure is a row of
var/bench/customer-value.json; the exit code is 1 when a goal is missed.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.db.customers import look_up
from ccserver.db.held import Held
from ccserver.db.migrate import upgrade
from tests.bench.costs import percentile
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/customer-value.json")
MINUTES_MAX = 5.0
MEMORY_MB_MAX = 250.0
LOOK_UP_MS_MAX = 50.0
LOOK_UP_EVERY_SECONDS = 0.02

# Revenues are log-normal, as they are; of each figure a tenth of the customers is unknown.
_FILL = """
WITH made AS (
  INSERT INTO customer (name, tier, notes, region, revenue_per_year, last_purchase_on,
    orders_per_year, customer_since, open_complaints, churn_risk)
  SELECT 'Customer ' || n,
    CASE WHEN random() < 0.05 THEN 'platinum' WHEN random() < 0.15 THEN 'gold' ELSE 'standard' END,
    'drives a T6, was promised a call', 'Jilin',
    -- Box and Muller's normal numbers
    CASE WHEN random() < 0.9 THEN
      exp(8 + 1.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) END,
    CASE WHEN random() < 0.9 THEN current_date - (1000 * random() ^ 2)::integer END,
    CASE WHEN random() < 0.9 THEN round((12 * random() ^ 2)::numeric, 1) END,
    CASE WHEN random() < 0.9 THEN current_date - (6000 * random())::integer END,
    CASE WHEN random() < 0.9 THEN (random() < 0.03)::integer END,
    CASE WHEN random() < 0.9 THEN random() ^ 3 END
  FROM generate_series(1, $1::integer) n
  RETURNING id
)
INSERT INTO customer_number (number, customer_id) SELECT '+861' || (3000000000 + id), id FROM made
"""


async def fill(dsn: str, customers: int) -> None:
    """Customers with figures, each with a number."""
    await upgrade(dsn)
    line = await asyncpg.connect(dsn)
    await line.execute(_FILL, customers)
    await line.execute("VACUUM ANALYZE customer, customer_number")
    await line.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the command took."""

    seconds: float
    memory_mb: float
    changed: int


def run(dsn: str) -> Run:
    """The command, in a process of its own as always."""
    began_at = clock.now()
    process = subprocess.Popen(
        [sys.executable, "-m", "ccserver", "customers", "value"],
        env={**os.environ, "CC_DSN": dsn},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process.stdout as out:
        told = re.search(rb"(\d+) changed", out.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or told is None:
        raise RuntimeError("the command failed")
    return Run(
        seconds=clock.now() - began_at,
        memory_mb=usage.ru_maxrss / 1024,
        changed=int(told[1]),
    )


async def look_up_until(done: asyncio.Event, dsn: str, customers: int) -> list[float]:
    """Look customers up as calls would. Returns the milliseconds that each took."""
    luck = random.Random(7)
    held = Held(dsn, connections=2, query_seconds=5.0)
    took: list[float] = []
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(held.run())
        await held.ready()
        while not done.is_set():
            began_at = clock.now()
            card = await look_up(held, f"+861{3_000_000_000 + luck.randint(1, customers)}")
            took.append(1000 * (clock.now() - began_at))
            assert card is not None
            await asyncio.sleep(LOOK_UP_EVERY_SECONDS)
        keeper.cancel()
    return took


async def bench(dsn: str, customers: int) -> list[Row]:
    """The first run writes every record, the second finds nothing to change."""
    await fill(dsn, customers)
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        calls = group.create_task(look_up_until(done, dsn, customers))
        first = await asyncio.to_thread(run, dsn)
        done.set()
    again = await asyncio.to_thread(run, dsn)
    took = calls.result()
    return [
        Row(name="customers", value=customers),
        Row(name="all values", value=first.seconds / 60, unit="min", goal=("<=", MINUTES_MAX)),
        Row(name="values that changed", value=first.changed, goal=(">=", customers)),
        Row(name="memory of the command", value=first.memory_mb, unit="MB",
            goal=("<=", MEMORY_MB_MAX)),
        Row(name="look-up of a caller meanwhile, median", value=percentile(took, 0.5), unit="ms"),
        Row(name="look-up of a caller meanwhile, p99", value=percentile(took, 0.99), unit="ms",
            goal=("<=", LOOK_UP_MS_MAX)),
        Row(name="look-up of a caller meanwhile, longest", value=max(took), unit="ms"),
        Row(name="again, with nothing new", value=again.seconds / 60, unit="min"),
        Row(name="values that changed then", value=again.changed, goal=("<=", 0.0)),
    ]  # fmt: skip


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2_500_000)
    options = parser.parse_args()
    with own_folder() as home, own_postgres(home) as postgres:
        rows = asyncio.run(bench(postgres.dsn, options.customers))
    return write_down(rows, RESULT, "customer value")


if __name__ == "__main__":
    sys.exit(main())

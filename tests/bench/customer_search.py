"""How long an agent waits for a customer who is searched, among all that a business has.

`make bench BENCH=customer-search`. A PostgreSQL of its own holds customers of Chinese and Latin
names, addresses, numbers and some open tickets; then searches go as the page sends them, and
look-ups as calls do. Each figure is a row of var/bench/customer-search.json; the exit code is 1
when a goal is missed.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.db.customer_search import search
from ccserver.db.customers import look_up
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.held import Held
from ccserver.db.migrate import upgrade
from tests.bench.costs import percentile
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/customer-search.json")
SEARCH_MS_MAX = 50.0
LOOK_UP_MS_MAX = 50.0
TRIES = 2_000

FAMILIES = "王李张刘陈杨黄赵周吴"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
STREETS = ("人民大街", "解放大路", "Renmin Street", "Jiefang Road", "自由大路")

# A tenth has Latin names; one in fifty has an open ticket.
_FILL = """
WITH made AS (
  INSERT INTO customer (name, tier, notes, address)
  SELECT CASE n % 10 WHEN 0 THEN 'Customer ' || n
      ELSE substr($2, 1 + n % 10, 1) || substr($3, 1 + (n / 7) % 20, 1)
        || substr($3, 1 + (n / 131) % 20, 1) END,
    'standard', 'drives a T6, was promised a call',
    ($4::text[])[1 + n % 5] || ' ' || n % 9999
  FROM generate_series(1, $1::integer) n
  RETURNING id
), tickets AS (
  INSERT INTO service_ticket (customer_id, caller, kind, title, details)
  SELECT id, '', 'repair', 'It rattles', '' FROM made WHERE id % 50 = 0
)
INSERT INTO customer_number (number, customer_id) SELECT '+861' || (3000000000 + id), id FROM made
"""


async def fill(dsn: str, customers: int) -> None:
    """Customers, each with a number."""
    await upgrade(dsn)
    line = await asyncpg.connect(dsn)
    await line.execute(_FILL, customers, FAMILIES, GIVEN, list(STREETS))
    await line.execute("VACUUM ANALYZE customer, customer_number, service_ticket")
    await line.close()


async def timed(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """The milliseconds that each took."""
    took = []
    for _ in range(times):
        began_at = clock.now()
        await work()
        took.append(1000 * (clock.now() - began_at))
    return took


async def bench(dsn: str, customers: int) -> list[Row]:
    """Each kind of search, and the look-up of a call."""
    began_at = clock.now()
    await fill(dsn, customers)
    luck = random.Random(7)
    rows = [
        Row(name="customers", value=customers),
        Row(name="made within", value=(clock.now() - began_at) / 60, unit="min"),
    ]

    def someone() -> str:
        return str(luck.randint(1, customers))

    kinds: dict[str, Callable[[], tuple[str, str | None]]] = {
        "number": lambda: ("13", f"+861{3_000_000_000 + int(someone())}"),
        "id": lambda: (someone(), None),
        "family name, one letter": lambda: (luck.choice(FAMILIES), None),
        "whole name": lambda: (luck.choice(FAMILIES) + "".join(luck.choices(GIVEN, k=2)), None),
        "Latin name": lambda: (f"customer {someone()[:3]}", None),
        "address": lambda: (f"{luck.choice(STREETS)} {luck.randint(1, 9999)}", None),
        "street, all of it": lambda: (luck.choice(STREETS), None),
        "nobody": lambda: (f"q{someone()}", None),
    }
    engine = engine_for(dsn)
    sessions = sessions_of(engine)
    for kind, asked in kinds.items():

        async def find(asked: Callable[[], tuple[str, str | None]] = asked) -> None:
            words, number = asked()
            async with sessions() as session:
                await search(session, words, number=number)

        took = await timed(find, TRIES)
        rows += [
            Row(name=f"search by {kind}, median", value=percentile(took, 0.5), unit="ms"),
            Row(name=f"search by {kind}, p99", value=percentile(took, 0.99), unit="ms",
                goal=("<=", SEARCH_MS_MAX)),
        ]  # fmt: skip
    await engine.dispose()
    return [*rows, *await look_ups(dsn, customers, luck)]


async def look_ups(dsn: str, customers: int, luck: random.Random) -> list[Row]:
    """The card with its tickets, as a call asks for it."""
    held = Held(dsn, connections=1, query_seconds=5.0)

    async def call() -> None:
        card = await look_up(held, f"+861{3_000_000_000 + luck.randint(1, customers)}")
        assert card is not None

    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(held.run())
        await held.ready()
        took = await timed(call, TRIES)
        keeper.cancel()
    return [
        Row(name="look-up of a caller, median", value=percentile(took, 0.5), unit="ms"),
        Row(name="look-up of a caller, p99", value=percentile(took, 0.99), unit="ms",
            goal=("<=", LOOK_UP_MS_MAX)),
    ]  # fmt: skip


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2_500_000)
    options = parser.parse_args()
    with own_folder() as home, own_postgres(home) as postgres:
        rows = asyncio.run(bench(postgres.dsn, options.customers))
    return write_down(rows, RESULT, "customer search")


if __name__ == "__main__":
    sys.exit(main())

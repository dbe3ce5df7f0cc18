"""All customers' values, computed in the database that they live in."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pytest

from ccserver.core.value import Part, Scale, Weights
from ccserver.db import customer_value
from ccserver.db.customer_import import import_customers
from ccserver.db.customer_value import Computed, compute_values, scale_of
from ccserver.db.customers import reasons_of

pytestmark = pytest.mark.db

TODAY = date(2026, 7, 1)
NOW = (TODAY - date(1970, 1, 1)) / timedelta(seconds=1) + 40_000.0


@pytest.fixture
async def line(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def bring(database: str, folder: Path, text: str) -> None:
    file = folder / "customers.csv"
    file.write_text(text)
    report = await import_customers(database, file)
    assert not report.rejected


async def values(line: asyncpg.Connection) -> dict[str, float]:
    rows = await line.fetch("SELECT name, value FROM customer ORDER BY id")
    return {row["name"]: row["value"] for row in rows}


RICH = """\
number,name,tier,revenue,last purchase,orders,since,complaints,churn
13800000001,Li,gold,90000,2026-06-30,12,2016-07-01,0,5%
13800000002,Wang,gold,10000,2026-01-02,4,2023-07-01,1,50%
13800000003,Zhao,gold,100,2019-01-01,1,2018-07-01,0,1%
13800000004,Chen,gold,,,,,,
"""


async def test_figures_make_values_and_say_so(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, RICH)
    found = await compute_values(database, Weights(), now=NOW)
    assert found == Computed(customers=4, changed=4, fixed=0)
    was = await values(line)
    assert was["Li"] > was["Wang"] > was["Zhao"]
    assert was["Chen"] == 0.6, "only the tier is known"
    for value, written in await line.fetch("SELECT value, value_reasons FROM customer"):
        assert sum(added for _, added in reasons_of(json.loads(written))) == pytest.approx(
            value, abs=0.004
        )
    written = await line.fetchval("SELECT value_reasons FROM customer WHERE name = 'Wang'")
    assert reasons_of(json.loads(written))[:2] == ((Part.TIER, 0.229), (Part.REVENUE, 0.095))


async def test_what_is_much_is_the_median_of_these_customers(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    assert await scale_of(line) == Scale()
    await bring(database, tmp_path, RICH)
    scale = await scale_of(line)
    assert (scale.revenue, scale.orders_per_year) == (10_000, 4)


async def test_only_what_has_changed_is_written(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, RICH)
    await compute_values(database, Weights(), now=NOW)
    again = await compute_values(database, Weights(), now=NOW)
    assert again.changed == 0
    await line.execute("UPDATE customer SET open_complaints = 3 WHERE name = 'Zhao'")
    later = await compute_values(database, Weights(), now=NOW)
    assert later.changed == 1
    other = await compute_values(database, Weights(tier=40), now=NOW)
    assert other.changed == 3, "of whom only the tier is known it stays the value"


async def test_a_value_that_was_set_by_hand_stays_until_told(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, "number,name,tier,value\n13800000001,Li,gold,0.9\n")
    assert await compute_values(database, Weights(), now=NOW) == Computed(
        customers=1, changed=0, fixed=1
    )
    assert await values(line) == {"Li": 0.9}
    found = await compute_values(database, Weights(), now=NOW, fixed_too=True)
    assert (found.changed, found.fixed) == (1, 0)
    assert await values(line) == {"Li": 0.6}
    assert (await compute_values(database, Weights(), now=NOW)).fixed == 0


async def test_a_value_or_a_tier_from_a_file_has_no_reasons_any_more(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, RICH)
    await compute_values(database, Weights(), now=NOW)
    await bring(
        database,
        tmp_path,
        "number,tier,value,revenue\n13800000001,platinum,,\n13800000002,,0.3,\n13800000003,,,7\n",
    )
    rows = await line.fetch(
        "SELECT name, value_fixed, value_computed_at IS NOT NULL AS computed,"
        " value_reasons <> '[]' AS reasons FROM customer ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        ("Li", False, False, False),
        ("Wang", True, False, False),
        ("Zhao", False, True, True),
        ("Chen", False, True, True),
    ]


async def test_a_table_of_many_chunks_is_walked_once(
    database: str, line: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        customer_value, "_READ", customer_value._READ.replace("LIMIT 10000", "LIMIT 7")
    )
    await line.execute("INSERT INTO customer (tier) SELECT 'silver' FROM generate_series(1, 50)")
    await line.execute("DELETE FROM customer WHERE id % 3 = 0")
    told: list[tuple[int, int]] = []
    found = await compute_values(
        database, Weights(), now=NOW, progress=lambda done, total: told.append((done, total))
    )
    assert (found.customers, found.changed) == (34, 34)
    assert told == [(n, 34) for n in (7, 14, 21, 28, 34)]


async def test_who_is_changed_meanwhile_is_computed_from_the_new_record(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, RICH)
    async with asyncio.TaskGroup() as group:
        async with line.transaction():
            await line.execute("UPDATE customer SET tier = 'platinum' WHERE name = 'Chen'")
            run = group.create_task(compute_values(database, Weights(), now=NOW))
            await _someone_waits(database)
    assert run.result().changed == 4
    assert (await values(line))["Chen"] == 1.0


async def test_computing_moves_no_tier_and_no_record_by_itself(
    database: str, line: asyncpg.Connection, tmp_path: Path
) -> None:
    await bring(database, tmp_path, RICH)
    seen = "SELECT id, tier, tier_changed_at, updated_at FROM customer ORDER BY id"
    before = await line.fetch(seen)
    await compute_values(database, Weights(), now=NOW)
    assert await line.fetch(seen) == before


async def _someone_waits(database: str) -> None:
    watcher = await asyncpg.connect(database)
    waiting = 0
    while not waiting:
        await watcher.execute("SELECT pg_sleep(0.01)")
        waiting = await watcher.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
    await watcher.close()

"""How long a list of a million leads takes to come in.

`make bench BENCH=list-import`. The command itself runs, as an operator would start it, on a
PostgreSQL of its own, with a do-not-call list that has its share of the numbers. Each figure is a
row of var/bench/list-import.json; the exit code is 1 when a goal is missed.
"""

import argparse
import asyncio
import csv
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ccserver import clock
from ccserver.db.migrate import upgrade
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/list-import.json")
MINUTES_MAX = 5.0
MEMORY_MB_MAX = 500.0
BARRED_SHARE = 0.02
BAD_SHARE = 0.02

_SETTINGS = """
INSERT INTO setting (kind, name, body, updated_by) VALUES
  ('queues', 'sales', '{}', 'bench'), ('campaigns', 'bench', '{"queue": "sales"}', 'bench')
"""
_BARRED = """
INSERT INTO do_not_call (number, source)
SELECT '+86138' || lpad((n * $2)::text, 8, '0'), 'import' FROM generate_series(0, $1::integer) n
"""


def write(file: Path, leads: int) -> None:
    """A file as a department sends it: mobiles, every fifth with a landline too, a few bad ones."""
    luck = random.Random(7)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["客户姓名", "手机", "固话", "语言", "地区", "车型", "购买日期"])
        for n in range(leads):
            mobile = "12345" if luck.random() < BAD_SHARE else f"138{n:08d}"
            landline = f"0431-8{n % 10**7:07d}" if n % 5 == 1 else ""
            day = f"2025-{n % 12 + 1:02d}-01"
            writer.writerow([f"客户{n}", mobile, landline, "zh", "吉林", "J6P", day])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the command took."""

    seconds: float
    memory_mb: float


def run(dsn: str, file: Path) -> Run:
    """The command, in a process of its own as always."""
    began_at = clock.now()
    process = subprocess.Popen(
        [sys.executable, "-m", "ccserver", "lists", "import", "bench", str(file)],
        env={**os.environ, "CC_DSN": dsn},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("the command failed")
    return Run(seconds=clock.now() - began_at, memory_mb=usage.ru_maxrss / 1024)


async def bench(dsn: str, home: Path, leads: int) -> list[Row]:
    """One file into an empty database, whose do-not-call list has every 50th number."""
    await upgrade(dsn)
    line = await asyncpg.connect(dsn)
    await line.execute(_SETTINGS)
    step = int(1 / BARRED_SHARE)
    await line.execute(_BARRED, leads // step, step)
    await line.execute("VACUUM ANALYZE do_not_call")
    file = home / "leads.csv"
    await asyncio.to_thread(write, file, leads)
    done = await asyncio.to_thread(run, dsn, file)
    row = await line.fetchrow("SELECT rows_read, rows_good, rows_bad, state FROM call_list")
    await line.close()
    assert row is not None
    assert row["state"] == "ready"
    size_mb = (await asyncio.to_thread(file.stat)).st_size / 1e6
    return [
        Row(name="rows", value=row["rows_read"], goal=(">=", leads)),
        Row(name="size of the file", value=size_mb, unit="MB"),
        Row(name="leads", value=row["rows_good"], goal=(">=", 0.9 * leads)),
        Row(name="rows that became none", value=row["rows_bad"]),
        Row(name="the whole import", value=done.seconds / 60, unit="min",
            goal=("<=", MINUTES_MAX)),
        Row(name="rows a second", value=row["rows_read"] / done.seconds),
        Row(name="memory of the command", value=done.memory_mb, unit="MB",
            goal=("<=", MEMORY_MB_MAX)),
    ]  # fmt: skip


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    options = parser.parse_args()
    with own_folder() as home, own_postgres(home) as postgres:
        rows = asyncio.run(bench(postgres.dsn, home, options.leads))
    return write_down(rows, RESULT, "list import")


if __name__ == "__main__":
    sys.exit(main())

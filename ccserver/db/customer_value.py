"""Computes what all customers are worth, from the figures in their records.

For a process of its own (`ccserver customers value`): it works without a pause. It walks through
the table in chunks, each a short transaction, so that no look-up waits and a run that is cut off
leaves each record whole. Only what has changed is written: the next run finishes such a one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import asyncpg

from ccserver.core.value import Facts, Reasons, Scale, Tier, Weights, worth
from ccserver.db.customers import CUSTOMERS_LOCK
from ccserver.db.held import CONNECT_SECONDS

CHUNK_ROWS = 10_000
DIGITS = 3
"""A value is kept to a thousandth. More would have every record written anew every day."""
YEAR_DAYS = 365.25

Progress = Callable[[int, int], None]
"""Called with the customers that are done and those that there are."""

_MEDIANS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY revenue_per_year)
    FILTER (WHERE revenue_per_year > 0) AS revenue,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY orders_per_year)
    FILTER (WHERE orders_per_year > 0) AS orders_per_year
FROM customer
"""

_READ = f"""
SELECT id, tier, value, revenue_per_year, last_purchase_on, orders_per_year, customer_since,
  open_complaints, churn_risk, value_fixed, value_reasons
FROM customer WHERE id > $1 ORDER BY id LIMIT {CHUNK_ROWS}
"""  # noqa: S608 -- the only thing put in is a number of ours

# The bounds keep it to these pages. The tier is not touched, so that no trigger fires.
_WRITE = """
UPDATE customer c SET value = n.value, value_reasons = n.reasons::jsonb, value_fixed = false,
  value_computed_at = $1
FROM unnest($2::bigint[], $3::float8[], $4::text[]) AS n (id, value, reasons)
WHERE c.id = n.id AND c.id BETWEEN $5 AND $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What a run did."""

    customers: int
    changed: int
    fixed: int
    """So many were left alone, because their value was set by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    weights: Weights
    scale: Scale
    at: datetime
    fixed_too: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    last_id: int
    read: int
    changed: int
    fixed: int


async def compute_values(
    dsn: str,
    weights: Weights,
    *,
    now: float,
    fixed_too: bool = False,
    progress: Progress | None = None,
) -> Computed:
    """Compute all values. With `fixed_too` also those that were set by hand: then no longer.

    Raises OSError or asyncpg's errors; what was done before stays.
    """
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        total: int = await connection.fetchval("SELECT count(*) FROM customer")
        at = datetime.fromtimestamp(now, UTC)
        scale = await scale_of(connection)
        run = _Run(weights=weights, scale=scale, at=at, fixed_too=fixed_too)
        done = changed = fixed = last_id = 0
        while chunk := await _next_chunk(connection, run, last_id):
            last_id = chunk.last_id
            done, changed, fixed = done + chunk.read, changed + chunk.changed, fixed + chunk.fixed
            if progress is not None:
                progress(done, max(total, done))
    finally:
        await connection.close()
    return Computed(customers=done, changed=changed, fixed=fixed)


async def scale_of(connection: asyncpg.Connection) -> Scale:
    """What is much for these customers: the medians of those who spend anything.

    Taken roughly, since a median that moves a little would move everyone's value a little.
    """
    medians = await connection.fetchrow(_MEDIANS)
    assert medians is not None, "an aggregate has one row"
    found = {name: float(f"{median:.2g}") for name, median in medians.items() if median}
    return replace(Scale(), **found)


async def _next_chunk(connection: asyncpg.Connection, run: _Run, after_id: int) -> _Chunk | None:
    while True:
        try:
            async with connection.transaction(isolation="repeatable_read"):
                return await _chunk(connection, run, after_id)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            continue  # Someone has just changed one of these records: compute from the new one.


async def _chunk(connection: asyncpg.Connection, run: _Run, after_id: int) -> _Chunk | None:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", CUSTOMERS_LOCK)
    rows = await connection.fetch(_READ, after_id)
    if not rows:
        return None
    left = 0 if run.fixed_too else sum(row["value_fixed"] for row in rows)
    news = [new for row in rows if (new := _news(run, row)) is not None]
    if news:
        ids, values, reasons = zip(*news, strict=True)
        await connection.execute(_WRITE, run.at, ids, values, reasons, ids[0], ids[-1])
    return _Chunk(last_id=rows[-1]["id"], read=len(rows), changed=len(news), fixed=left)


def _news(run: _Run, row: asyncpg.Record) -> tuple[int, float, str] | None:
    """Id, value and reasons of a customer for whom they have changed."""
    if row["value_fixed"] and not run.fixed_too:
        return None
    found = worth(facts_of(row, run.at.date()), run.weights, run.scale)
    value, reasons = round(found.value, DIGITS), _written(found.reasons)
    if (value, reasons) == (row["value"], row["value_reasons"]) and not row["value_fixed"]:
        return None
    return row["id"], value, reasons


def facts_of(row: asyncpg.Record, today: date) -> Facts:
    """What a customer's record says, in the core's terms."""
    purchase, since = row["last_purchase_on"], row["customer_since"]
    return Facts(
        tier=Tier(row["tier"]),
        revenue=row["revenue_per_year"],
        days_since_purchase=None if purchase is None else (today - purchase).days,
        orders_per_year=row["orders_per_year"],
        tenure_years=None if since is None else (today - since).days / YEAR_DAYS,
        open_complaints=row["open_complaints"],
        churn_risk=row["churn_risk"],
    )


def _written(reasons: Reasons) -> str:
    """As PostgreSQL itself writes it, so that old and new can be compared."""
    return "[" + ", ".join(f'["{part}", {round(added, DIGITS)}]' for part, added in reasons) + "]"

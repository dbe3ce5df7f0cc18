"""Brings a file of customers into the database: all of its good rows, or nothing.

For a process of its own (`ccserver customers import`): it works without a pause.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg

from ccserver.core.value import VALUE_OF_TIER
from ccserver.db.csv_text import ImportFileError
from ccserver.db.customer_file import BadRowError, CustomerFile, Row
from ccserver.db.customers import CUSTOMERS_LOCK
from ccserver.db.held import CONNECT_SECONDS

SHOWN_MAX = 100
PROGRESS_ROWS = 2_000

Progress = Callable[[int, int], None]
"""Called with the bytes that were read and the bytes that there are."""

_FIGURES = {
    "region": "text",
    "revenue_per_year": "float8",
    "last_purchase_on": "date",
    "orders_per_year": "float8",
    "customer_since": "date",
    "open_complaints": "integer",
    "churn_risk": "float8",
    "recording_consent": "text",
    "address": "text",
}
"""The columns that a file fills in and nothing else depends on, with their types."""

_NEW = {
    "region": "coalesce(region, '')",
    "recording_consent": "coalesce(recording_consent, 'unknown')",
    "address": "coalesce(address, '')",
}
"""What a new customer has where the file does not say; else nothing."""

_COLUMNS = ("line", "number", "name", "tier", "value", "language", "notes", *_FIGURES)

_CREATE = f"""
CREATE TEMPORARY TABLE incoming (
  line integer, number text, name text, tier text, value float8, language text, notes text,
  {", ".join(f"{name} {kind}" for name, kind in _FIGURES.items())}, customer_id bigint
) ON COMMIT DROP
"""

_OF_TIER = "CASE {} END".format(
    " ".join(f"WHEN tier = '{tier}' THEN {value}" for tier, value in VALUE_OF_TIER.items())
)

_KNOWN = """
UPDATE incoming i SET customer_id = n.customer_id FROM customer_number n WHERE n.number = i.number
"""

_ANEW = "coalesce(i.tier <> c.tier, false)"

# Two numbers of one customer may both be in the file: the lower line has the last word.
# Of a value that is given by hand, or is a new tier's, nobody knows the reasons.
_UPDATE = f"""
UPDATE customer c SET
  name = coalesce(i.name, c.name),
  tier = coalesce(i.tier, c.tier),
  value = coalesce(i.value, CASE WHEN {_ANEW} THEN i.of_tier END, c.value),
  value_fixed = i.value IS NOT NULL OR c.value_fixed AND NOT {_ANEW},
  value_reasons = CASE WHEN i.value IS NULL AND NOT {_ANEW} THEN c.value_reasons ELSE '[]' END,
  value_computed_at = CASE WHEN i.value IS NULL AND NOT {_ANEW} THEN c.value_computed_at END,
  language = coalesce(i.language, c.language),
  notes = coalesce(i.notes, c.notes),
  {", ".join(f"{name} = coalesce(i.{name}, c.{name})" for name in _FIGURES)},
  updated_at = now()
FROM (
  SELECT DISTINCT ON (customer_id) *, {_OF_TIER} AS of_tier FROM incoming
  WHERE customer_id IS NOT NULL ORDER BY customer_id, line DESC
) i
WHERE c.id = i.customer_id
"""  # noqa: S608 -- what is put in is a constant of ours

_INSERT = f"""
WITH fresh AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('customer', 'id')) AS id, f.* FROM (
    SELECT number, name, coalesce(tier, 'standard') AS tier, value, language, notes,
      {", ".join(_FIGURES)}
    FROM incoming WHERE customer_id IS NULL ORDER BY line
  ) f
), customers AS (
  INSERT INTO customer (id, name, tier, value, value_fixed, language, notes, {", ".join(_FIGURES)})
  OVERRIDING SYSTEM VALUE
  SELECT id, coalesce(name, ''), tier, coalesce(value, {_OF_TIER}), value IS NOT NULL,
    coalesce(language, 'zh'), coalesce(notes, ''),
    {", ".join(_NEW.get(name, name) for name in _FIGURES)}
  FROM fresh
)
INSERT INTO customer_number (number, customer_id) SELECT number, id FROM fresh
"""  # noqa: S608 -- what is put in is a constant of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not taken."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file."""

    added: int
    changed: int
    rejected: int
    reasons: tuple[Rejected, ...]
    """The first hundred of the rejected rows."""
    rejected_file: Path | None
    """All of them, as they stood in the file, with line and reason. None: there were none."""
    ignored_columns: tuple[str, ...]


async def import_customers(
    dsn: str, path: Path, *, region: str = "CN", progress: Progress | None = None
) -> ImportReport:
    """Add or change a customer for each row, found by the number; a blank field changes nothing.

    Rows that are wrong are left out and reported. Raises ImportFileError when the file cannot be
    read to its end, and OSError or asyncpg's errors; then nothing was changed.
    """
    with ExitStack() as stack:
        file = stack.enter_context(closing(CustomerFile(path, region)))
        sieve = _Sieve(file, path, progress or (lambda *_: None))
        stack.enter_context(closing(sieve))
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        try:
            async with connection.transaction():
                added, changed = await _bring_in(connection, sieve)
        finally:
            await connection.close()
    return ImportReport(
        added=added,
        changed=changed,
        rejected=sieve.rejected,
        reasons=tuple(sieve.reasons),
        rejected_file=sieve.rejected_path if sieve.rejected else None,
        ignored_columns=tuple(file.ignored),
    )


async def _bring_in(connection: asyncpg.Connection, sieve: "_Sieve") -> tuple[int, int]:
    await connection.execute(_CREATE)
    await connection.copy_records_to_table("incoming", records=sieve.records(), columns=_COLUMNS)
    # Look-ups go on; nobody else adds a number or computes values until this is done.
    await connection.execute("SELECT pg_advisory_xact_lock($1)", CUSTOMERS_LOCK)
    await connection.execute("LOCK TABLE customer_number IN SHARE ROW EXCLUSIVE MODE")
    await connection.execute("ANALYZE incoming")
    await connection.execute(_KNOWN)
    changed = _count(await connection.execute(_UPDATE))
    added = _count(await connection.execute(_INSERT))
    return added, changed


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


class _Sieve:
    """Lets good rows through, and writes the others into `FILE.rejected.csv`."""

    def __init__(self, file: CustomerFile, path: Path, progress: Progress) -> None:
        self.rejected = 0
        self.reasons: list[Rejected] = []
        self.rejected_path = path.with_name(f"{path.stem}.rejected.csv")
        self._file = file
        self._progress = progress
        self._lines: dict[int, int] = {}
        """Where each number (its digits as an integer, which is smaller) stands."""
        # Excel knows UTF-8 by its mark.
        self._out = self.rejected_path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._out)
        self._writer.writerow(["line", "reason", *file.header])

    def close(self) -> None:
        """Close the file of rejected rows; remove it when there are none."""
        self._out.close()
        if not self.rejected:
            self.rejected_path.unlink()

    def records(self) -> Iterator[tuple[int | str | float | date | None, ...]]:
        """The good rows, as COPY wants them."""
        file, size = self._file, self._file.size_bytes
        for n, (line, fields) in enumerate(file.rows()):
            if n % PROGRESS_ROWS == 0:
                self._progress(file.read_bytes, size)
            try:
                row = file.customer(line, fields)
                self._once(row)
            except BadRowError as error:
                self._reject(line, fields, str(error))
            else:
                yield _record(row)
        self._progress(size, size)

    def _once(self, row: Row) -> None:
        earlier = self._lines.setdefault(int(row.number[1:]), row.line)
        if earlier != row.line:
            raise BadRowError(f"the number stands in line {earlier} already")

    def _reject(self, line: int, fields: list[str], reason: str) -> None:
        self.rejected += 1
        if len(self.reasons) < SHOWN_MAX:
            self.reasons.append(Rejected(line=line, reason=reason))
        self._writer.writerow([line, reason, *fields])


def _record(row: Row) -> tuple[int | str | float | date | None, ...]:
    """In the order of `_COLUMNS`."""
    return (
        row.line, row.number, row.name, row.tier, row.value, row.language, row.notes, row.region,
        row.revenue, row.last_purchase, row.orders, row.since, row.complaints, row.churn,
        row.consent, row.address,
    )  # fmt: skip


__all__ = ["ImportFileError", "ImportReport", "Progress", "Rejected", "import_customers"]

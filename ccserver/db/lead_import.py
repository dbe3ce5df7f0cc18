"""Brings leads into a list: from a file, or from the customer base by a filter.

For a process of its own: reading a file takes the processor. Batches are short transactions, and
the list says how far it is; nobody of it is called before it is `ready`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db import audience
from ccserver.db.csv_text import ImportFileError
from ccserver.db.do_not_call import barred_sql
from ccserver.db.engine import engine_for
from ccserver.db.held import CONNECT_SECONDS
from ccserver.db.lead_file import Fault, Incoming, LeadFile, RowFaultError, rows_about

BATCH: Final = 10_000
BROKEN_OFF: Final = "The import was broken off. Import the file, or the filter, once more."

LOCKED: Final = "hashtextextended('call_list', {id})"
"""Who brings leads into a list holds this lock of PostgreSQL as long as he lives."""

_FAULTS_SHOWN: Final = {
    Fault.DUPLICATE: "{} stands in a row above already",
    Fault.DO_NOT_CALL: "{} is on the do-not-call list",
}
_KNOWN: Final = "{} is a lead of this campaign already"

_COLUMNS: Final = (
    "campaign", "call_list", "customer", "name", "language", "numbers", "zone", "data", "priority",
    "agent", "consent",
)  # fmt: skip

_BARRED: Final = "SELECT number FROM unnest($1::text[]) AS given (number) WHERE " + barred_sql(  # noqa: S608 -- of ours
    "given.number", "$2::text"
)
_ALREADY: Final = """
SELECT DISTINCT number FROM lead, unnest(numbers) AS number
WHERE campaign = $2 AND call_list <> $3 AND numbers && $1::text[] AND number = ANY ($1::text[])
"""
_PROGRESS: Final = """
UPDATE call_list SET rows_read = rows_read + $2, rows_good = rows_good + $3, rows_bad = rows_bad + $4
WHERE id = $1
"""  # noqa: E501 -- as wide as it reads best
_CLEAR: Final = """
DELETE FROM lead WHERE id IN (SELECT id FROM lead WHERE call_list = $1 LIMIT 20000)
"""
# Whoever was barred while the leads came in, by somebody who could not see them yet. The hopper
# looks once more.
_BARRED_SINCE: Final = (
    "UPDATE lead SET state = 'dnc' WHERE call_list = $1"  # noqa: S608 -- of ours
    " AND EXISTS (SELECT FROM do_not_call WHERE added_at >= $2) AND EXISTS (SELECT FROM"
    f" unnest(lead.numbers) AS own (number) WHERE {barred_sql('own.number', 'lead.campaign')})"
)
_TOTAL: Final = "UPDATE call_list SET rows_total = $2 WHERE id = $1"
_READY: Final = "UPDATE call_list SET state = 'ready', rows_total = rows_read WHERE id = $1"
_FAILED: Final = "UPDATE call_list SET state = 'failed', failure = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that became no lead."""

    row: int
    fault: Fault
    detail: str


Batch = list[Incoming | BadRow]


@dataclass(slots=True, kw_only=True)
class _Import:
    """One list while its leads come in."""

    line: asyncpg.Connection
    id: int
    campaign: str
    campaign_too: bool
    """Whoever is a lead of another list of the campaign is no lead of this one."""
    seen: set[int] = field(default_factory=set)
    """The numbers that came in, without the plus sign: a million takes 60 MB."""

    async def take(self, batch: Batch) -> None:
        """One transaction."""
        numbers = [n for each in batch if isinstance(each, Incoming) for n in each.numbers]
        barred = {row[0] for row in await self.line.fetch(_BARRED, numbers, self.campaign)}
        known: set[str] = set()
        if self.campaign_too:
            rows = await self.line.fetch(_ALREADY, numbers, self.campaign, self.id)
            known = {row[0] for row in rows}
        bad: list[BadRow] = []
        good: list[Incoming] = []
        for each in batch:
            found = self._judged(each, barred, known) if isinstance(each, Incoming) else each
            if found is None:
                assert isinstance(each, Incoming)
                good.append(each)
            else:
                bad.append(found)
        async with self.line.transaction():
            await self.line.copy_records_to_table(
                "lead", columns=_COLUMNS, records=map(self._record, good)
            )
            await self.line.copy_records_to_table(
                "list_fault",
                columns=("call_list", "row", "fault", "detail"),
                records=((self.id, one.row, one.fault, one.detail) for one in bad),
            )
            await self.line.execute(_PROGRESS, self.id, len(batch), len(good), len(bad))

    def _judged(self, lead: Incoming, barred: set[str], known: set[str]) -> BadRow | None:
        """Leaves the lead the numbers that can be called. None: there are some."""
        left: list[str] = []
        fault = BadRow(row=lead.row, fault=Fault.NO_NUMBER, detail="no number")
        for number in lead.numbers:
            digits = int(number[1:])
            if number in barred:
                kind, words = Fault.DO_NOT_CALL, _FAULTS_SHOWN[Fault.DO_NOT_CALL]
            elif digits in self.seen:
                kind, words = Fault.DUPLICATE, _FAULTS_SHOWN[Fault.DUPLICATE]
            elif number in known:
                kind, words = Fault.DUPLICATE, _KNOWN
            else:
                left.append(number)
                continue
            fault = BadRow(row=lead.row, fault=kind, detail=words.format(number))
        lead.numbers = left
        self.seen.update(int(number[1:]) for number in left)
        return None if left else fault

    def _record(self, lead: Incoming) -> tuple[Any, ...]:
        return (
            self.campaign, self.id, lead.customer, lead.name, lead.language, lead.numbers,
            lead.zone, orjson.dumps(lead.data).decode(), lead.priority, lead.agent, lead.consent,
        )  # fmt: skip


async def bring(dsn: str, call_list: int, file: Path | None, *, zone: str) -> None:
    """Bring the leads of a list that is `importing`: those of the file, or of its own filter.

    `zone` (IANA) is where today is, for the filter. The list is `ready` after that, or `failed`
    with the reason. Raises whatever went wrong other than the file.
    """
    line = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        await line.execute(f"SELECT pg_advisory_lock({LOCKED.format(id='$1')})", call_list)
        try:
            await _bring(line, dsn, call_list, file, zone)
        except ImportFileError as error:
            await line.execute(_FAILED, call_list, str(error))
        except BaseException:
            if not line.is_closed():
                await line.execute(_FAILED, call_list, BROKEN_OFF)
            raise
    finally:
        await line.close()


async def _bring(
    line: asyncpg.Connection, dsn: str, call_list: int, file: Path | None, zone: str
) -> None:
    row = await line.fetchrow(
        "SELECT campaign, region, source::text, state, now() AS now FROM call_list WHERE id = $1",
        call_list,
    )
    assert row is not None, "a list is made before its leads come"
    if row["state"] != "importing":
        return  # It was given up before we had the lock, and says so.
    while await line.execute(_CLEAR, call_list) != "DELETE 0":
        pass  # what an import that failed has left
    source = orjson.loads(row["source"])
    coming = _Import(
        line=line,
        id=call_list,
        campaign=row["campaign"],
        campaign_too=source.get("duplicates") == "campaign",
    )
    batches = (
        _of_filter(dsn, line, call_list, source["filter"], zone)
        if file is None
        else _of_file(line, call_list, file, row["region"])
    )
    async for batch in batches:
        await coming.take(batch)
    async with line.transaction():
        await line.execute(_READY, call_list)
        await line.execute(_BARRED_SINCE, call_list, row["now"])


async def _of_file(
    line: asyncpg.Connection, call_list: int, path: Path, region: str
) -> AsyncIterator[Batch]:
    await line.execute(_TOTAL, call_list, rows_about(path))
    agents = [
        row[0]
        for row in await line.fetch("SELECT login FROM person WHERE active AND phone IS NOT NULL")
    ]
    with closing(LeadFile(path, region, agents=agents)) as file:
        rows = _read(file)
        while batch := list(islice(rows, BATCH)):
            yield batch


def _read(file: LeadFile) -> Iterator[Incoming | BadRow]:
    for row, fields in file.rows():
        try:
            yield file.lead(row, fields)
        except RowFaultError as error:
            yield BadRow(row=row, fault=error.fault, detail=str(error))


async def _of_filter(
    dsn: str, line: asyncpg.Connection, call_list: int, said: Any, zone: str
) -> AsyncIterator[Batch]:
    form = audience.AudienceForm.model_validate(said)
    engine = engine_for(dsn, connections=0)
    try:
        async with engine.connect() as connection, AsyncSession(bind=connection) as session:
            total = await audience.choose(session, form, zone)
            await session.commit()
            await line.execute(_TOTAL, call_list, total)
            async for batch in audience.chosen(session):
                yield list(batch)
    finally:
        await engine.dispose()

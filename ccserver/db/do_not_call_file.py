"""Brings a file of numbers that are not to be called onto the do-not-call list."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db.do_not_call import AUDITED, Barred, Source, mark_leads
from ccserver.db.lead_file import LeadFile, RowFaultError
from ccserver.db.tables import SettingAuditRow

FAULTS_SHOWN: Final = 100
_BATCH: Final = 1_000

_ADD: Final = text("""
INSERT INTO do_not_call (number, campaign, source, reason, added_by)
SELECT number, :campaign, :source, :reason, :who FROM unnest(CAST(:numbers AS text[])) AS number
ON CONFLICT (number, campaign) DO NOTHING RETURNING id
""")


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of a file."""

    added: int = 0
    """Numbers; a row may have several."""
    known: int = 0
    bad: int = 0
    """Rows without a number that could be called at all."""
    leads: int = 0
    """So many were open, and are DNC now."""
    faults: list[tuple[int, str]] = field(default_factory=list)
    """(row, what is wrong), the first hundred."""


async def bring(
    sessions: async_sessionmaker[AsyncSession],
    file: Path,
    *,
    name: str,
    campaign: str,
    region: str,
    who: str,
    progress: Callable[[int], None] = lambda rows: None,
    barred: Callable[[Barred], None] = lambda told: None,
) -> Report:
    """Bar all numbers of the file, in short transactions: what was read before a fault stays.

    Reading is done in a thread. `name` is the file's, for the audit; `region` (ISO 3166-1) is
    where numbers without a country code belong; `barred` is told of each batch that was committed.
    Raises ImportFileError.
    """
    report = Report()
    opened = await asyncio.to_thread(LeadFile, file, region, lenient=True)
    with closing(opened):
        rows = opened.rows()
        while batch := await asyncio.to_thread(list, islice(rows, _BATCH)):
            numbers = await asyncio.to_thread(_numbers, opened, batch, report)
            async with sessions.begin() as session:
                told = await _add(session, numbers, campaign, name, who, report)
            report.leads += told.leads
            barred(told)
            progress(batch[-1][0])
    async with sessions.begin() as session:
        session.add(
            SettingAuditRow(
                who=who,
                kind=AUDITED,
                name="",
                before=None,
                after={"campaign": campaign, "file": name, "added": report.added},
                reason="",
            )
        )
    return report


def _numbers(opened: LeadFile, batch: Sequence[tuple[int, list[str]]], report: Report) -> list[str]:
    numbers: dict[str, None] = {}
    for row, fields in batch:
        try:
            numbers.update(dict.fromkeys(opened.numbers(fields)))
        except RowFaultError as error:
            report.bad += 1
            if len(report.faults) < FAULTS_SHOWN:
                report.faults.append((row, str(error)))
    return list(numbers)


async def _add(
    session: AsyncSession, numbers: list[str], campaign: str, name: str, who: str, report: Report
) -> Barred:
    added = await session.scalars(
        _ADD,
        {
            "numbers": sorted(numbers),
            "campaign": campaign,
            "source": Source.IMPORT,
            "reason": name,
            "who": who,
        },
    )
    count = len(added.all())
    report.added += count
    report.known += len(numbers) - count
    return await mark_leads(session, numbers, campaign)

"""Who is not to be called: numbers and beginnings of numbers, for one campaign or for all.

Changes belong to the caller's transaction, mark the open leads, and are audited.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.campaigns import OVER
from ccserver.core.errors import Refused
from ccserver.db.campaign_tables import DoNotCallRow
from ccserver.db.tables import SettingAuditRow

AUDITED: Final = "do_not_call"
"""What changes are filed under in the audit."""
LIMIT_MAX: Final = 1000
PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,13}", re.ASCII)
"""The beginning of numbers in E.164."""
EVERYWHERE: Final = ""
"""In place of a campaign's name: it holds for all of them."""


class Source(StrEnum):
    """Whom the word is from."""

    CUSTOMER = "customer"
    """He pressed a key, wrote, or asked in another way that nobody had to type in."""
    AGENT = "agent"
    IMPORT = "import"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """What became of the leads when somebody was barred."""

    leads: int = 0
    """So many were open, and are DNC now."""
    numbers: frozenset[str] = frozenset()
    """For `LeadsBarred`: what was barred, and the numbers next in turn of the leads that were
    queued or dialed, as a running ccserver knows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the list."""

    id: int
    number: str
    """E.164, or its beginning."""
    prefix: bool
    campaign: str
    """Empty: by none at all."""
    source: str
    reason: str
    added_at: datetime
    added_by: str


class NotBarredError(Refused):
    """This number is not on the do-not-call list of this campaign."""

    status = 404


def not_barred_sql(number: str, campaign: str) -> str:
    """A condition: nobody has barred this number for this campaign.

    Both are SQL expressions of ours, such as `l.numbers[l.number_index + 1]` and `l.campaign`,
    never text from outside. One look into the index for each possible beginning.
    """
    return f"NOT {barred_sql(number, campaign)}"


def barred_sql(number: str, campaign: str) -> str:
    """The opposite condition."""
    return (
        "EXISTS (SELECT FROM do_not_call barred"  # noqa: S608 -- of ours
        f" WHERE barred.number = ANY (ARRAY(SELECT left({number}, digits)"
        f" FROM generate_series(2, length({number})) digits))"
        f" AND barred.campaign IN ('', {campaign})"
        f" AND (barred.prefix OR barred.number = {number}))"
    )


_BARRED = text(
    "SELECT number FROM unnest(CAST(:numbers AS text[])) AS given (number) WHERE "  # noqa: S608 -- ours
    + barred_sql("given.number", "CAST(:campaign AS text)")
)


async def barred(session: AsyncSession, numbers: Collection[str], campaign: str) -> set[str]:
    """Those of the numbers (E.164) that this campaign must not call."""
    if not numbers:
        return set()
    rows = await session.scalars(_BARRED, {"numbers": list(numbers), "campaign": campaign})
    return set(rows)


# -- changing

_OVER = ", ".join(f"'{state}'" for state in sorted(OVER))

_MARK = """
WITH hit AS (
  SELECT id, numbers[number_index + 1] AS next, state IN ('queued', 'dialing') AS held FROM lead
  WHERE state NOT IN ({over}) AND (:campaign = '' OR campaign = :campaign) AND {fits}
  FOR UPDATE
), marked AS (
  UPDATE lead SET state = 'dnc' FROM hit WHERE lead.id = hit.id RETURNING hit.next, hit.held
)
SELECT count(*), array_agg(DISTINCT next) FILTER (WHERE held AND next IS NOT NULL) FROM marked
"""
_MARK_NUMBERS: Final = text(_MARK.format(over=_OVER, fits="numbers && CAST(:numbers AS text[])"))
_MARK_PREFIX: Final = text(
    _MARK.format(
        over=_OVER,
        fits="EXISTS (SELECT FROM unnest(numbers) n WHERE starts_with(n, :prefix))",
    )
)


async def bar(
    session: AsyncSession,
    number: str,
    campaign: str = EVERYWHERE,
    source: Source = Source.AGENT,
    reason: str = "",
    who: str = "",
    *,
    prefix: bool = False,
) -> Barred:
    """Nobody calls this number (E.164) any more; with `prefix` none that begins so.

    A lead that has such a number among its own is not called at the others either: somebody there
    has said so. An entry that was there keeps whose word it was, and may only become wider. After
    the commit the caller posts `LeadsBarred` with the numbers that come back.
    """
    row = DoNotCallRow
    before = await session.scalar(
        select(row)
        .where(row.number == number, row.campaign == campaign)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if before is None or (prefix and not before.prefix):
        known = None if before is None else _body(before)
        said = {"prefix": prefix, "source": source, "reason": reason, "added_by": who}
        await session.execute(
            insert(row)
            .values(number=number, campaign=campaign, **said)
            .on_conflict_do_update(
                index_elements=[row.number, row.campaign],
                set_={"prefix": row.prefix | literal(prefix)},
            )
        )
        session.add(_note(number, who, reason, before=known, after={"campaign": campaign, **said}))
    if prefix:
        return await _marked(session, _MARK_PREFIX, number, {"prefix": number}, campaign)
    return await _marked(session, _MARK_NUMBERS, number, {"numbers": [number]}, campaign)


async def mark_leads(session: AsyncSession, numbers: Collection[str], campaign: str) -> Barred:
    """Mark the open leads of numbers that stand on the list. What comes back names only the
    numbers of leads that were queued or dialed."""
    values = {"numbers": list(numbers), "campaign": campaign}
    count, held = (await session.execute(_MARK_NUMBERS, values)).one()
    return Barred(leads=count, numbers=frozenset(held or ()))


async def _marked(
    session: AsyncSession, query: Any, number: str, values: dict[str, Any], campaign: str
) -> Barred:
    count, held = (await session.execute(query, {**values, "campaign": campaign})).one()
    return Barred(leads=count, numbers=frozenset((number, *(held or ()))))


async def unbar(
    session: AsyncSession, number: str, campaign: str, *, reason: str, who: str
) -> None:
    """Take an entry off the list, and say why. Leads that it has ended stay so: a person brings
    each back. Raises NotBarredError."""
    row = await session.scalar(
        delete(DoNotCallRow)
        .where(DoNotCallRow.number == number, DoNotCallRow.campaign == campaign)
        .returning(DoNotCallRow)
    )
    if row is None:
        raise NotBarredError
    session.add(_note(number, who, reason, before=_body(row), after=None))


def _body(row: DoNotCallRow) -> dict[str, Any]:
    return {
        "campaign": row.campaign,
        "prefix": row.prefix,
        "source": row.source,
        "reason": row.reason,
        "added_by": row.added_by,
    }


def _note(
    number: str,
    who: str,
    reason: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> SettingAuditRow:
    return SettingAuditRow(
        who=who, kind=AUDITED, name=number, before=before, after=after, reason=reason
    )


# -- reading


async def entries(
    session: AsyncSession,
    *,
    number: str | None = None,
    campaign: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[Entry]:
    """Entries, the newest first: all that bar this number, or all that hold for this campaign
    alone (empty: for all of them); `before` is the id of the last one that is known already."""
    row = DoNotCallRow
    query = select(row).order_by(row.id.desc()).limit(limit)
    if number is not None:
        beginnings = [number[:digits] for digits in range(2, len(number))]
        query = query.where(or_(row.number == number, row.prefix & row.number.in_(beginnings)))
    if campaign is not None:
        query = query.where(row.campaign == campaign)
    if before is not None:
        query = query.where(row.id < before)
    return [_entry(each) for each in await session.scalars(query)]


def _entry(row: DoNotCallRow) -> Entry:
    return Entry(
        id=row.id,
        number=row.number,
        prefix=row.prefix,
        campaign=row.campaign,
        source=row.source,
        reason=row.reason,
        added_at=row.added_at,
        added_by=row.added_by,
    )

"""What is known of numbers before they are called: who is barred, who consents, how often."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PREFIX_MIN: Final = 2
"""`+` and a digit: nothing shorter bars numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often a number was called."""

    day: int = 0
    """Since the midnight before, on its own clock."""
    last_24h: int = 0
    campaign: int = 0


async def barred(
    session: AsyncSession, wanted: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which of these (campaign, number) are on a do-not-call list, themselves or by a beginning."""
    beginnings = {begin for _, number in wanted for begin in _beginnings(number)}
    campaigns = {campaign for campaign, _ in wanted} | {""}
    rows = await session.execute(
        _BARRED, {"numbers": list(beginnings), "campaigns": list(campaigns)}
    )
    listed = {(row.campaign, row.number, row.prefix) for row in rows}
    return {
        (campaign, number)
        for campaign, number in wanted
        if any(
            (by, begin, True) in listed or (begin == number and (by, begin, False) in listed)
            for by in ("", campaign)
            for begin in _beginnings(number)
        )
    }


def _beginnings(number: str) -> Iterable[str]:
    return (number[:length] for length in range(PREFIX_MIN, len(number) + 1))


async def consents(
    session: AsyncSession, campaign: str, numbers: Sequence[str]
) -> Mapping[str, bool]:
    """What was said last for these numbers, for this campaign or all. One who said nothing is not
    there."""
    rows = await session.execute(_CONSENTS, {"numbers": numbers, "campaign": campaign})
    return {row.number: row.given for row in rows}


async def tries(
    session: AsyncSession, campaign: str, midnights: Mapping[str, float], now: float
) -> Mapping[str, Tries]:
    """How often these numbers were called. `midnights`: number -> when its day began, in seconds
    since 1970 UTC. One that was never called is not there."""
    wanted = [{"number": number, "midnight": at} for number, at in midnights.items()]
    rows = await session.execute(
        _TRIES, {"wanted": orjson.dumps(wanted).decode(), "campaign": campaign, "now": now}
    )
    return {
        row.number: Tries(day=row.day, last_24h=row.last_24h, campaign=row.of_campaign)
        for row in rows
    }


_BARRED: Final = text("""
SELECT campaign, number, prefix FROM do_not_call
WHERE number = ANY (CAST(:numbers AS text[])) AND campaign = ANY (CAST(:campaigns AS text[]))
""")

_CONSENTS: Final = text("""
SELECT DISTINCT ON (number) number, given FROM calling_consent
WHERE number = ANY (CAST(:numbers AS text[])) AND campaign IN ('', :campaign)
ORDER BY number, at DESC
""")

_TRIES: Final = text("""
SELECT a.number,
  count(*) FILTER (WHERE a.placed_at >= to_timestamp(w.midnight)) AS day,
  count(*) FILTER (WHERE a.placed_at > to_timestamp(CAST(:now AS float8) - 86400)) AS last_24h,
  count(*) FILTER (WHERE a.campaign = :campaign) AS of_campaign
FROM json_to_recordset(CAST(:wanted AS json)) AS w (number text, midnight float8)
JOIN attempt a ON a.number = w.number
WHERE a.result IS DISTINCT FROM 'unsent'
GROUP BY a.number
""")

"""What a campaign did in a night or on a day: one report each morning, and one when it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.campaigns import CampaignName
from ccserver.db.campaign_tables import CampaignReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """What a campaign did in [from_at, until_at)."""

    campaign: CampaignName
    from_at: datetime
    until_at: datetime
    body: Mapping[str, Any]
    """placed, results (result -> count), answered, abandoned, abandon_rate (null: nobody answered),
    responses (questionnaires that were answered to the end), left (lead state -> count), worst:
    the half hour in which most were abandoned (until_at in ms, answered, abandoned), or null."""


async def last_reported(session: AsyncSession) -> dict[CampaignName, datetime]:
    """Until when there are reports."""
    rows = await session.execute(
        select(CampaignReportRow.campaign, func.max(CampaignReportRow.until_at)).group_by(
            CampaignReportRow.campaign
        )
    )
    return {CampaignName(campaign): until for campaign, until in rows}


async def reports(
    session: AsyncSession, campaign: CampaignName, *, limit: int = 50
) -> tuple[CampaignReport, ...]:
    """A campaign's reports, newest first."""
    rows = await session.scalars(
        select(CampaignReportRow)
        .where(CampaignReportRow.campaign == campaign)
        .order_by(CampaignReportRow.until_at.desc(), CampaignReportRow.id.desc())
        .limit(limit)
    )
    return tuple(
        CampaignReport(
            campaign=CampaignName(row.campaign),
            from_at=row.from_at,
            until_at=row.until_at,
            body=row.body,
        )
        for row in rows
    )


async def write_report(
    session: AsyncSession, campaign: CampaignName, from_at: datetime, until_at: datetime
) -> CampaignReport | None:
    """Count what the campaign did in [from_at, until_at), and keep it. None: it called nobody."""
    times = {"campaign": campaign, "from_at": from_at, "until_at": until_at}
    counted = (await session.execute(_RESULTS, times)).all()
    if not counted:
        return None
    results = {str(row.result): int(row.calls) for row in counted}
    answered = sum(results.get(one, 0) for one in ("human", "abandoned"))
    abandoned = results.get("abandoned", 0)
    left = (await session.execute(_LEFT, {"campaign": campaign})).all()
    body = {
        "placed": sum(results.values()),
        "results": results,
        "answered": answered,
        "abandoned": abandoned,
        "abandon_rate": abandoned / answered if answered else None,
        "responses": await session.scalar(_RESPONSES, times),
        "left": {row.state: row.leads for row in left},
        "worst": _worst((await session.execute(_WORST, times)).all()),
    }
    session.add(CampaignReportRow(campaign=campaign, from_at=from_at, until_at=until_at, body=body))
    return CampaignReport(campaign=campaign, from_at=from_at, until_at=until_at, body=body)


def _worst(rows: Sequence[Any]) -> dict[str, int] | None:
    for row in rows:
        return {
            "until_at": round(row.at.timestamp() * 1000),
            "answered": row.answered,
            "abandoned": row.abandoned,
        }
    return None


_RESULTS: Final = text("""
SELECT coalesce(result, 'open') AS result, count(*) AS calls FROM attempt
WHERE campaign = :campaign AND placed_at >= :from_at AND placed_at < :until_at
GROUP BY 1 ORDER BY 1
""")

_LEFT: Final = text("""
SELECT state, count(*) AS leads FROM lead
WHERE call_list IN (SELECT id FROM call_list WHERE campaign = :campaign) GROUP BY 1 ORDER BY 1
""")

_RESPONSES: Final = text("""
SELECT count(*) FROM questionnaire_response
WHERE campaign = :campaign AND completed_at >= :from_at AND completed_at < :until_at
""")

_WORST: Final = text("""
SELECT answered_at AS at,
  count(*) OVER half_hour AS answered,
  count(*) FILTER (WHERE result = 'abandoned') OVER half_hour AS abandoned
FROM attempt
WHERE campaign = :campaign AND placed_at >= :from_at AND placed_at < :until_at
  AND result IN ('human', 'abandoned') AND answered_at IS NOT NULL
WINDOW half_hour AS (
  ORDER BY answered_at RANGE BETWEEN '30 minutes' PRECEDING AND CURRENT ROW)
ORDER BY abandoned DESC, answered, at LIMIT 1
""")

"""Whether people may be called, as they have said: the last word counts, the audit keeps all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db.campaign_tables import CallingConsentRow
from ccserver.db.tables import SettingAuditRow

AUDITED: Final = "calling_consent"
"""What changes are filed under in the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingConsent:
    """What somebody has said last."""

    number: str
    campaign: str
    """Empty: for all of them."""
    given: bool
    source: str
    at: datetime
    by: str


def consent_sql(number: str, campaign: str, usual: str) -> str:
    """An expression: whether this number may be called for this campaign. The last word said for
    the campaign or for all goes; `usual` where nothing was said, such as `l.consent`.

    All three are SQL expressions of ours, never text from outside.
    """
    return (
        "coalesce((SELECT said.given FROM calling_consent said"  # noqa: S608 -- of ours
        f" WHERE said.number = {number} AND said.campaign IN ('', {campaign})"
        f" ORDER BY said.at DESC, said.given LIMIT 1), {usual})"
    )


async def say(
    session: AsyncSession, number: str, campaign: str, *, given: bool, source: str, who: str
) -> None:
    """Write what somebody at this number (E.164) has said."""
    row = CallingConsentRow
    before = await session.scalar(
        select(row)
        .where(row.number == number, row.campaign == campaign)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = None if before is None else {"campaign": campaign, "given": before.given}
    said = {"given": given, "source": source, "by": who}
    await session.execute(
        insert(row)
        .values(number=number, campaign=campaign, **said)
        .on_conflict_do_update(
            index_elements=[row.number, row.campaign], set_={**said, "at": func.now()}
        )
    )
    session.add(
        SettingAuditRow(
            who=who,
            kind=AUDITED,
            name=number,
            before=known,
            after={"campaign": campaign, "given": given, "source": source},
            reason="",
        )
    )


async def consents(
    session: AsyncSession, *, number: str | None = None, campaign: str | None = None, limit: int
) -> list[CallingConsent]:
    """What was said last, the newest first."""
    row = CallingConsentRow
    query = select(row).order_by(row.at.desc(), row.number, row.campaign).limit(limit)
    if number is not None:
        query = query.where(row.number == number)
    if campaign is not None:
        query = query.where(row.campaign == campaign)
    return [
        CallingConsent(
            number=each.number,
            campaign=each.campaign,
            given=each.given,
            source=each.source,
            at=each.at,
            by=each.by,
        )
        for each in await session.scalars(query)
    ]

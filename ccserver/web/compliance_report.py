"""Gathers what the compliance report tells."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.form import ConfigForm
from ccserver.core.campaigns import Result
from ccserver.db import compliance
from ccserver.db.campaign_figures import campaign_figures
from ccserver.db.compliance import Wanted
from ccserver.web.compliance_files import ABANDONED_MAX, Report

USUAL_DAYS: Final = 30
"""So far back a report goes of which nothing else is said: the period of 16 CFR 310.4(b)(4)."""


async def report_of(
    session: AsyncSession,
    campaign: str,
    since: datetime,
    until: datetime,
    *,
    form: ConfigForm,
    zone: str,
    made_at: datetime,
    noted: tuple[int, bytes] | None = None,
) -> Report:
    """The report on attempts placed in [since, until). The whole chain is verified; `noted`: (seq,
    hash) that was written down elsewhere."""
    wanted = Wanted(since=since, until=until, result=Result.ABANDONED)
    abandoned = await compliance.newest(session, campaign, wanted, limit=ABANDONED_MAX)
    every = await compliance.abandoned_in(session, campaign, since, until)
    known = form.campaigns.get(campaign)
    return Report(
        campaign=campaign,
        title="" if known is None else known.title,
        zone=zone,
        made_at=made_at,
        figures=await campaign_figures(session, campaign, since, until, form=form, zone=zone),
        proof=await compliance.verify(session, campaign, until=noted),
        ruled=await compliance.ruled(session, campaign, since, until),
        abandoned=abandoned,
        abandoned_more=every - len(abandoned),
    )

"""Campaigns, lists and leads for tests."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.campaign_form import CampaignForm
from ccserver.core.campaigns import CampaignName, Check, Lead, LeadId
from ccserver.core.dial_orders import Dial
from ccserver.db.campaign_tables import CallListRow, LeadRow
from ccserver.db.hopper import Found, Mix, Wanted, find
from tests.dials import dial_for

AUTUMN = CampaignName("autumn")
NOW = 1_800_000_000.0
FORM = CampaignForm(queue="sales")
_ids = count(1)


def new_id() -> str:
    return f"00000000-0000-7000-8000-{next(_ids):012x}"


async def add_list(session: AsyncSession, **more: Any) -> int:
    row = CallListRow(campaign=more.pop("campaign", AUTUMN), title="list", **more)
    session.add(row)
    await session.flush()
    return row.id


async def add_lead(session: AsyncSession, call_list: int, *numbers: str, **more: Any) -> LeadId:
    row = LeadRow(
        campaign=more.pop("campaign", AUTUMN), call_list=call_list, numbers=list(numbers), **more
    )
    session.add(row)
    await session.flush()
    return LeadId(row.id)


async def ask(
    session: AsyncSession,
    count: int = 10,
    *,
    form: CampaignForm = FORM,
    mix: Mix | None = None,
    now: float = NOW,
    **more: Any,
) -> Found:
    wanted = Wanted(campaign=AUTUMN, count=count, form=form, zone="Asia/Shanghai", **more)
    return await find(session, wanted, mix or Mix(), now=now, new_id=new_id)


async def states(session: AsyncSession) -> dict[int, str]:
    rows = await session.execute(select(LeadRow.id, LeadRow.state))
    return {row.id: row.state for row in rows}


def leads_of(found: Found) -> Sequence[LeadId]:
    return [lead.lead for lead in found.leads]


def dial_of(lead: Lead, *, at: float = NOW) -> Dial:
    return dial_for(
        lead.attempt,
        campaign=AUTUMN,
        lead=lead.lead,
        number=lead.number,
        number_index=lead.number_index,
        caller_id="+861012345678",
        placed_at=at,
        checks=(Check(name="window", passed=True, detail="any time"),),
    )

"""Whose tier changed, for the switch's own database."""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.value import Tier
from ccserver.db.tables import CustomerNumberRow, CustomerRow


async def tier_changes(
    sessions: async_sessionmaker[AsyncSession], since: datetime
) -> AsyncIterator[tuple[str, Tier, datetime]]:
    """Numbers whose customer's tier changed since then: with tier and instant, oldest first.

    Customers who always were standard are not among them.
    """
    async with sessions() as session:
        rows = await session.stream(
            select(CustomerNumberRow.number, CustomerRow.tier, CustomerRow.tier_changed_at)
            .join(CustomerRow, CustomerRow.id == CustomerNumberRow.customer_id)
            .where(CustomerRow.tier_changed_at > since)
            .order_by(CustomerRow.tier_changed_at)
        )
        async for number, tier, changed_at in rows:
            assert changed_at is not None, "the query asks for no other"
            yield number, Tier(tier), changed_at

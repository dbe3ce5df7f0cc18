"""Whose tier changed, for the switch's own database."""

from collections.abc import AsyncGenerator
from datetime import datetime

import asyncpg
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.value import Tier
from ccserver.db.held import AwayError
from ccserver.db.tables import CustomerNumberRow, CustomerRow


async def tier_changes(
    sessions: async_sessionmaker[AsyncSession], since: datetime
) -> AsyncGenerator[tuple[str, Tier, datetime], None]:
    """Numbers whose tier changed since then: with tier and instant, oldest first.

    It changes with the customer's, and when the number comes to a customer. Numbers that always
    were of standard customers are not among them. Raises AwayError.
    """
    try:
        async with sessions() as session:
            rows = await session.stream(
                select(CustomerNumberRow.number, CustomerRow.tier, CustomerRow.tier_changed_at)
                .join(CustomerRow, CustomerRow.id == CustomerNumberRow.customer_id)
                .where(CustomerRow.tier_changed_at > since)
                .order_by(CustomerRow.tier_changed_at, CustomerNumberRow.number)
            )
            async for number, tier, changed_at in rows:
                assert changed_at is not None, "the query asks for no other"
                yield number, Tier(tier), changed_at
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise AwayError(type(error).__name__) from error

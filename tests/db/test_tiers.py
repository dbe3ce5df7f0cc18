"""Which numbers' tiers changed, whoever changed them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.value import Tier
from ccserver.db.customer_import import import_customers
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.held import AwayError
from ccserver.db.tiers import tier_changes

pytestmark = pytest.mark.db

WANG, LI, NEW = "+8613800138001", "+8613800138002", "+8613800138003"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine = engine_for(database, connections=0)
    yield sessions_of(engine)
    await engine.dispose()


@pytest.fixture
async def sql(database: str) -> AsyncIterator[asyncpg.Connection]:
    """As an operator would, by hand."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def customer(sessions: Sessions, number: str, tier: Tier) -> int:
    async with sessions.begin() as session:
        return int(await ensure_customer(session, number, name="N", tier=tier))


class Mirror:
    """Remembers, as the switch's own database would, and up to when it knows."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.since = BEGINNING

    async def news(self) -> list[tuple[str, Tier]]:
        news = []
        async for number, tier, changed_at in tier_changes(self._sessions, self.since):
            assert changed_at >= self.since
            self.since = changed_at
            news.append((number, tier))
        return news


async def test_a_tier_that_changes_is_told_once(sessions: Sessions) -> None:
    mirror = Mirror(sessions)
    await customer(sessions, WANG, Tier.PLATINUM)
    await customer(sessions, LI, Tier.STANDARD)
    assert await mirror.news() == [(WANG, Tier.PLATINUM)]
    await customer(sessions, LI, Tier.SILVER)
    assert await mirror.news() == [(LI, Tier.SILVER)]
    await customer(sessions, WANG, Tier.STANDARD)
    assert await mirror.news() == [(WANG, Tier.STANDARD)]
    await customer(sessions, WANG, Tier.STANDARD)
    assert await mirror.news() == []


async def test_a_further_number_of_a_valued_customer_is_told(
    sessions: Sessions, sql: asyncpg.Connection
) -> None:
    mirror = Mirror(sessions)
    wang = await customer(sessions, WANG, Tier.GOLD)
    await mirror.news()
    await sql.execute(
        "INSERT INTO customer_number (number, customer_id) VALUES ($1, $2)", NEW, wang
    )
    assert (NEW, Tier.GOLD) in await mirror.news()


async def test_a_further_number_of_a_standard_customer_is_no_news(
    sessions: Sessions, sql: asyncpg.Connection
) -> None:
    li = await customer(sessions, LI, Tier.STANDARD)
    await sql.execute("INSERT INTO customer_number (number, customer_id) VALUES ($1, $2)", NEW, li)
    assert await Mirror(sessions).news() == []


async def test_a_number_that_moves_has_the_tier_of_its_new_owner(
    sessions: Sessions, sql: asyncpg.Connection
) -> None:
    mirror = Mirror(sessions)
    wang = await customer(sessions, WANG, Tier.GOLD)
    li = await customer(sessions, LI, Tier.STANDARD)
    await mirror.news()
    move = "UPDATE customer_number SET customer_id = $2 WHERE number = $1"
    await sql.execute(move, WANG, li)
    assert (WANG, Tier.STANDARD) in await mirror.news()
    await sql.execute(move, WANG, wang)
    assert await mirror.news() == [(WANG, Tier.GOLD)]


async def test_an_import_is_told_once_and_in_order(
    database: str, sessions: Sessions, sql: asyncpg.Connection, tmp_path: Path
) -> None:
    rows = [f"1380013{n:04},Name,{('gold', 'standard')[n % 2]}" for n in range(200)]
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(["number,name,tier", *rows]))
    await import_customers(database, file)
    news = await Mirror(sessions).news()
    assert len(news) == 100
    assert {tier for _, tier in news} == {Tier.GOLD}
    # The rows that came with their tier were not written a second time for their numbers.
    assert await sql.fetchval("SELECT count(DISTINCT cmin::text) FROM customer") == 1


async def test_a_lost_database_is_said_so() -> None:
    engine = engine_for("postgresql://nobody@127.0.0.1:1/none", connections=0)
    with pytest.raises(OSError):  # noqa: PT011 -- whichever: it is away
        await Mirror(sessions_of(engine)).news()
    await engine.dispose()


async def test_a_server_that_refuses_is_away_too(database: str) -> None:
    engine = engine_for(f"{database}_not_there", connections=0)
    with pytest.raises(AwayError):
        await Mirror(sessions_of(engine)).news()
    await engine.dispose()

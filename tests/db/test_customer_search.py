"""Customers are found by what an agent types, and fast among 2.5 million of them."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db.customer_records import Wish, create
from ccserver.db.customer_search import LIMIT_MAX, FoundBy, search
from ccserver.db.engine import engine_for, sessions_of

pytestmark = pytest.mark.db

WANG, LI = "+8613800138000", "+8613900139000"


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def named(session: AsyncSession, words: str, number: str | None = None) -> list[str]:
    return [one.name for one in await search(session, words, number=number)]


async def test_a_customer_is_found_by_number_id_name_and_address(session: AsyncSession) -> None:
    made = await create(
        session, Wish(name="Wang Fang", address="Renmin Street 1", numbers=(LI, WANG))
    )
    await create(session, Wish(name="Li Lei"))
    for words, number, by in (
        ("138 0013 8000", WANG, FoundBy.NUMBER),
        (made, None, FoundBy.ID),
        ("wang f", None, FoundBy.NAME),
        (" RENMIN", None, FoundBy.ADDRESS),
    ):
        (found,) = await search(session, words, number=number)
        assert (found.customer, found.found_by) == (made, by)
        assert found.numbers == (WANG, LI)
        assert (found.tier, found.value, found.address) == ("standard", 0.2, "Renmin Street 1")
    for nobody in ("ang", "Fang", "Street", "9" * 40, "\U0010ffff", "%", "_", "'; DROP TABLE x"):
        assert await named(session, nobody) == []


async def test_a_nearer_match_comes_first_and_each_customer_once(session: AsyncSession) -> None:
    await create(session, Wish(name="abc", address="abd"))
    await create(session, Wish(name="ABB"))
    await create(session, Wish(name="Zhou", address="Abc Road"))
    await create(session, Wish(name="Abba", address="x", numbers=(WANG,)))
    assert await named(session, "ab", WANG) == ["Abba", "ABB", "abc", "Zhou"]
    assert [one.name for one in await search(session, "ab", limit=2)] == ["ABB", "Abba"]


async def test_what_is_no_word_finds_nobody_and_says_so(session: AsyncSession) -> None:
    await create(session, Wish(name="", address=""))
    for words in ("", "  "):
        with pytest.raises(ValueError, match="nothing to look for"):
            await search(session, words)


async def test_letters_of_all_languages_begin_a_name(session: AsyncSession) -> None:
    for name in ("王芳", "王", "黄河", "ÉMILE", "😀"):
        await create(session, Wish(name=name))
    assert await named(session, "王") == ["王", "王芳"]
    assert await named(session, "黄") == ["黄河"]
    assert await named(session, "😀") == ["😀"]


async def test_many_who_are_alike_are_read_by_the_index_and_no_further(
    session: AsyncSession,
) -> None:
    await session.execute(
        text(
            "INSERT INTO customer (name, address) SELECT 'Wang Wei', 'Jilin ' || n"
            " FROM generate_series(1, 20000) n"
        )
    )
    await session.execute(text("ANALYZE customer"))
    for kind in ("force_generic_plan", "force_custom_plan"):
        await session.execute(text(f"SET LOCAL plan_cache_mode = {kind}"))
        for words in ("wang", "jilin 1"):
            assert len(await search(session, words, limit=1000)) == LIMIT_MAX
    scans = await session.execute(
        text(
            "SELECT seq_scan, seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'customer'"
        )
    )
    # ANALYZE reads by blocks, which does not count as a scan.
    assert tuple(scans.one()) == (0, 0)

"""Records are made and changed by people, and a number has one owner."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId, CustomerId, Queue
from ccserver.core.value import Consent, Part, Tier
from ccserver.db.customer_records import (
    HeldError,
    NumberTakenError,
    Record,
    Wish,
    change,
    create,
    give_number,
    planned,
    record,
    settle,
)
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.holds import place_hold, release_hold
from tests.db.calls import ANNA, Site, contact_id
from tests.db.parts import journaled

pytestmark = pytest.mark.db

WANG, LI = "+8613800138000", "+8613900139000"


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def known(session: AsyncSession, customer: CustomerId) -> Record:
    found = await record(session, customer, locked=True)
    assert found is not None
    return found


async def test_a_record_is_made_of_what_is_said_and_else_as_usual(session: AsyncSession) -> None:
    made = await create(session, Wish(name="Wang", numbers=(LI, WANG, LI)))
    assert await record(session, made) == Record(
        id=made,
        name="Wang",
        tier=Tier.STANDARD,
        value=0.2,
        value_fixed=False,
        reasons=(),
        language="zh",
        region="",
        address="",
        notes="",
        recording_consent=Consent.UNKNOWN,
        numbers=(WANG, LI),
    )
    for nobody in ("0", "x", "9" * 40):
        assert await record(session, CustomerId(nobody)) is None


async def test_a_change_leaves_alone_what_it_does_not_name(session: AsyncSession) -> None:
    made = await create(session, Wish(name="Wang", notes="tea", numbers=(WANG,)))
    await change(session, await known(session, made), Wish(notes="", address="Jilin"))
    now = await known(session, made)
    assert (now.name, now.notes, now.address, now.numbers) == ("Wang", "", "Jilin", (WANG,))
    await change(session, now, Wish(numbers=(LI,)))
    assert (await known(session, made)).numbers == (LI,)
    await change(session, await known(session, made), Wish(numbers=()))
    assert (await known(session, made)).numbers == ()


async def test_a_new_tier_brings_its_value_and_the_same_one_does_not(session: AsyncSession) -> None:
    made = await create(session, Wish(name="Wang"))
    await session.execute(
        text("UPDATE customer SET value = 0.3, value_reasons = '[[\"tier\", 0.3]]'")
    )
    await change(session, await known(session, made), Wish(tier=Tier.STANDARD))
    now = await known(session, made)
    assert (now.value, now.reasons) == (0.3, ((Part.TIER, 0.3),))
    await change(session, now, Wish(tier=Tier.GOLD))
    now = await known(session, made)
    assert (now.tier, now.value, now.value_fixed, now.reasons) == (Tier.GOLD, 0.6, False, ())
    await change(session, now, Wish(tier=Tier.SILVER, value=0.9))
    now = await known(session, made)
    assert (now.tier, now.value, now.value_fixed) == (Tier.SILVER, 0.9, True)


async def test_a_number_of_another_is_refused_and_its_owner_named(session: AsyncSession) -> None:
    wang = await create(session, Wish(name="Wang", numbers=(WANG,)))
    await session.commit()
    with pytest.raises(NumberTakenError) as refused:
        await create(session, Wish(name="Li", numbers=(LI, WANG)))
    assert (refused.value.number, refused.value.owner) == (WANG, wang)
    await session.rollback()
    assert await session.scalar(text("SELECT count(*) FROM customer")) == 1
    li = await create(session, Wish(name="Li", numbers=(LI,)))
    with pytest.raises(NumberTakenError, match="belongs to customer"):
        await change(session, await known(session, li), Wish(numbers=(LI, WANG)))


async def test_a_number_is_given_whosever_it_was(session: AsyncSession) -> None:
    wang = await create(session, Wish(name="Wang", numbers=(WANG,)))
    li = await create(session, Wish(name="Li"))
    for number in (LI, LI, WANG):
        await give_number(session, li, number)
    assert (await known(session, li)).numbers == (WANG, LI)
    assert (await known(session, wang)).numbers == ()


async def test_what_is_held_stays_with_its_customer(session: AsyncSession, database: str) -> None:
    site = Site()
    made = site.call(1, customer="1")
    await journaled(database, site)
    wang = await create(session, Wish(name="Wang", numbers=(WANG,)))
    li = await create(session, Wish(name="Li"))
    assert wang == "1"
    await place_hold(session, customer=wang, reason="case 7", by="ada")
    with pytest.raises(HeldError):
        await change(session, await known(session, wang), Wish(numbers=()))
    with pytest.raises(HeldError):
        await give_number(session, li, WANG)
    with pytest.raises(HeldError):
        await settle(session, made, li)
    await give_number(session, wang, LI)
    await settle(session, made, wang)
    await release_hold(session, customer=wang, reason="over", by="ada")
    await give_number(session, li, WANG)
    await settle(session, made, li)
    assert (await known(session, li)).numbers == (WANG,)


async def test_a_contact_is_settled_with_all_that_was_left_in_it(
    session: AsyncSession, database: str
) -> None:
    site = Site()
    made, other = site.call(1, customer="1"), site.call(2, customer="1")
    await journaled(database, site)
    await session.execute(
        text(
            "INSERT INTO service_ticket (contact, customer_id, caller, kind, title, details)"
            " VALUES (:contact, NULL, '', 'repair', '', '')"
        ),
        {"contact": made},
    )
    customer = await create(session, Wish(name="Li"))
    await settle(session, made, customer)
    await settle(session, ContactId("x"), customer)
    for table, key in (("contact", "id"), ("recording", "contact"), ("service_ticket", "contact")):
        rows = await session.execute(text(f"SELECT {key}::text, customer_id FROM {table}"))
        found = {row[0]: row[1] for row in rows}
        assert found[made] == int(customer), table
        assert found.get(other, 1) == 1, table
    tier = await session.scalar(text("SELECT tier FROM contact WHERE id = :id"), {"id": made})
    assert tier == "gold", "as it was on the call"


async def test_planned_calls_are_those_to_the_numbers_and_of_the_contacts(
    session: AsyncSession, database: str
) -> None:
    site = Site()
    for n in (1, 2, 3):
        site.call(n, customer="7" if n == 2 else "1")
    await journaled(database, site)
    for n, number, state, agent in (
        (1, "+861000", "waiting", ANNA),
        (2, WANG, "dialing", None),
        (3, WANG, "done", None),
        (4, LI, "waiting", None),
    ):
        await session.execute(
            text(
                "INSERT INTO callback (contact, state, number, queue, queued_at, requested_at,"
                " tries, not_before, language, agent, changed_at) VALUES (:contact, :state,"
                " :number, 'sales', now(), now(), 2, to_timestamp(:at), 'zh', :agent, now())"
            ),
            {"contact": contact_id(n), "state": state, "number": number, "at": 100.0 - n,
             "agent": agent},
        )  # fmt: skip
    customer = await create(session, Wish(numbers=(WANG,)))
    assert customer == "1"
    plans = await planned(session, await known(session, customer))
    assert [(plan.contact, plan.not_before, plan.agent) for plan in plans] == [
        (contact_id(2), 98.0, None), (contact_id(1), 99.0, ANNA),
    ]  # fmt: skip
    assert (plans[0].number, plans[0].queue, plans[0].tries) == (WANG, Queue("sales"), 2)


async def test_while_a_file_comes_in_who_is_at_a_desk_waits_no_longer_than_seconds(
    session: AsyncSession, database: str
) -> None:
    other = await asyncpg.connect(database)
    async with other.transaction():
        await other.execute("LOCK TABLE customer_number IN SHARE ROW EXCLUSIVE MODE")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await create(session, Wish(numbers=(WANG,)))
    await other.close()

"""The hopper: who is called next, and who is not."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.clock import now as clock_now
from ccserver.config.campaign_form import CampaignForm, QuotaForm
from ccserver.core.campaigns import Mode
from ccserver.core.ids import AgentId
from ccserver.db.campaign_tables import AttemptRow, CallingConsentRow, DoNotCallRow
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.hopper import Mix, full_quotas, give_back, recover
from tests.db.lists import (
    AUTUMN,
    FORM,
    NOW,
    add_lead,
    add_list,
    ask,
    leads_of,
    new_id,
    states,
)

pytestmark = pytest.mark.db


@pytest.fixture
def sessions(database: str) -> async_sessionmaker[AsyncSession]:
    return sessions_of(engine_for(database, connections=0))


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


async def test_due_ones_go_first_then_by_the_priority_of_list_and_lead(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        low = await add_list(session)
        high = await add_list(session, priority=5)
        off = await add_list(session, priority=9, active=False)
        other = await add_lead(session, low, "+861001")
        plain = await add_lead(session, high, "+861002")
        dear = await add_lead(session, high, "+861003", priority=3)
        retry = await add_lead(session, high, "+861004", state="retry", not_before=at(-60))
        callback = await add_lead(session, high, "+861005", state="callback", not_before=at(-90))
        await add_lead(session, high, "+861006", state="retry", not_before=at(60))
        await add_lead(session, off, "+861007")
        await add_lead(session, high, "+861008", state="completed")
        found = await ask(session)
        assert leads_of(found) == [callback, retry, dear, plain, other]
        assert found.next_at == NOW + 60
        assert len({lead.attempt for lead in found.leads}) == 5
        assert leads_of(await ask(session)) == []


async def test_who_is_given_back_is_what_he_was(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        new = await add_lead(session, one, "+861001")
        retry = await add_lead(session, one, "+861002", state="retry", not_before=at(-1))
        before = await states(session)
        assert set(leads_of(await ask(session))) == {new, retry}
        assert set((await states(session)).values()) == {"queued"}
        await give_back(session, [new])
        assert await recover(session, NOW) == 1
        assert await states(session) == before


async def test_lists_of_one_priority_share_in_small_portions_too(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    mix = Mix()
    async with sessions.begin() as session:
        much, little = await add_list(session, share=3.0), await add_list(session, share=1.0)
        big = {await add_lead(session, much, f"+8610{n:04}") for n in range(60)}
        for n in range(60):
            await add_lead(session, little, f"+8620{n:04}")
        given = [lead for _ in range(40) for lead in leads_of(await ask(session, 1, mix=mix))]
        assert len(big.intersection(given)) == 30
        more = leads_of(await ask(session, 20, mix=mix))
        assert len(big.intersection(more)) == 15


async def test_who_is_barred_is_set_apart_and_another_number_is_taken(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        for number, prefix, campaign in (
            ("+861001", False, ""),
            ("+8699", True, ""),
            ("+861003", False, "other"),
            ("+86100", False, ""),
        ):
            session.add(
                DoNotCallRow(number=number, prefix=prefix, campaign=campaign, source="operator")
            )
        barred = await add_lead(session, one, "+861001")
        begins = await add_lead(session, one, "+869912345")
        two = await add_lead(session, one, "+861001", "+861002")
        free = await add_lead(session, one, "+861003")
        found = await ask(session)
        assert leads_of(found) == [two, free]
        assert found.leads[0].number == "+861002"
        now = await states(session)
        assert (now[barred], now[begins]) == ("dnc", "dnc")


async def test_a_refusal_holds_always_and_consent_is_asked_for_where_it_must_be(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        silent = await add_lead(session, one, "+861001")
        listed = await add_lead(session, one, "+861002", consent=True)
        later = await add_lead(session, one, "+861003", consent=True)
        given = await add_lead(session, one, "+861004")
        for number, campaign, said, when in (
            ("+861003", "", False, -1),
            ("+861004", "", False, -2),
            ("+861004", AUTUMN, True, -1),
        ):
            session.add(
                CallingConsentRow(
                    number=number, campaign=campaign, given=said, source="x", at=at(when), by=""
                )
            )
        await session.flush()
        found = await ask(session, 3)
        assert leads_of(found) == [silent, listed, given]
        await give_back(session, leads_of(found))
        strict = FORM.model_copy(update={"consent_required": True})
        assert leads_of(await ask(session, form=strict)) == [listed, given]
        now = await states(session)
        assert (now[silent], now[later]) == ("dnc", "dnc")


async def test_a_personal_callback_is_previewed_by_nobody_else(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    preview = CampaignForm(queue="sales", mode=Mode.PREVIEW)
    async with sessions.begin() as session:
        one = await add_list(session)
        mine = await add_lead(
            session, one, "+861001", state="callback", agent="anna", not_before=at(-1)
        )
        bens = await ask(session, form=preview, agent=AgentId("ben"))
        assert (leads_of(bens), bens.next_at) == ([], NOW + 2), "the campaign is not over"
        found = await ask(session, form=preview, agent=AgentId("anna"))
        assert leads_of(found) == [mine]
        await give_back(session, [mine])
        assert leads_of(await ask(session)) == [mine]


async def test_tries_at_a_number_are_counted_on_its_own_clock(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        await add_lead(session, one, "+861001", zone="no/such")
        # NOW is 2027-01-15 16:00 in Shanghai: 17 hours before it was yesterday there.
        for hours, campaign, result in (
            (1, AUTUMN, "busy"),
            (17, "other", "busy"),
            (30, AUTUMN, "busy"),
            (1, AUTUMN, "unsent"),
        ):
            session.add(
                AttemptRow(
                    id=UUID(new_id()), campaign=campaign, call_list=one, lead=1, number="+861001",
                    number_index=0, mode="power", placed_at=at(-3600.0 * hours), result=result,
                )
            )  # fmt: skip
        (lead,) = (await ask(session)).leads
        assert lead.number_tries_day == 1
        assert (lead.number_tries_24h, lead.number_tries_campaign) == (2, 2)


async def test_enough_of_a_kind_are_not_called_any_more(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    quota = QuotaForm(label="region", value="south", enough=1)
    form = FORM.model_copy(update={"quotas": (quota,)})
    async with sessions.begin() as session:
        assert await full_quotas(session, AUTUMN, form) == ()
        await session.execute(
            text(
                "INSERT INTO questionnaire_response"
                " (name, version, contact, campaign, way, data, completed_at)"
                f" VALUES ('q', 1, '{new_id()}', 'autumn', 'keys', '{{\"region\": \"south\"}}',"
                " now())"
            )
        )
        full = await full_quotas(session, AUTUMN, form)
        assert full == (quota,)
        one = await add_list(session)
        south = await add_lead(session, one, "+861001", data={"region": "south"})
        north = await add_lead(session, one, "+861002", data={"region": "north"})
        nobody = await add_lead(session, one)
        assert leads_of(await ask(session, full=full)) == [north]
        now = await states(session)
        assert (now[south], now[nobody]) == ("quota_full", "invalid")


async def test_while_a_list_is_read_in_it_is_looked_again(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        assert (await ask(session)).next_at is None
        await add_list(session, state="importing")
        assert (await ask(session)).next_at == NOW + 5


async def test_a_hundred_of_a_million_are_found_at_once(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        await session.execute(
            text(
                "INSERT INTO lead (campaign, call_list, numbers, priority, data)"
                " SELECT 'autumn', :one, ARRAY['+86' || n], n % 3, '{}'"
                " FROM generate_series(1000000, 1199999) n"
            ),
            {"one": one},
        )
        await session.execute(text("ANALYZE lead"))
    took = []
    for _ in range(5):
        async with sessions.begin() as session:
            begun = clock_now()
            assert len((await ask(session, 100)).leads) == 100
            took.append(clock_now() - begun)
    assert min(took) < 0.1, took


async def test_a_leads_record_keeps_the_order_of_its_columns(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    record = {"model": "T6", "bought": "2025-10-01", "at": "Xuhui", "vip": "no"}
    async with sessions.begin() as session:
        await add_lead(session, await add_list(session), "+861001", data=record)
        (lead,) = (await ask(session)).leads
    assert lead.data == tuple(record.items())

"""The do-not-call list, and what people have said about being called."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db import consents, do_not_call
from ccserver.db.campaign_tables import LeadRow
from ccserver.db.do_not_call import Barred, NotBarredError, Source, bar, barred, unbar
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.tables import SettingAuditRow

pytestmark = pytest.mark.db

WANG, LI, BEIJING = "+8613800138000", "+8613900139000", "+861012345678"


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def lead(
    session: AsyncSession, *numbers: str, state: str = "new", campaign: str = "reminder"
) -> LeadRow:
    row = LeadRow(campaign=campaign, call_list=1, numbers=list(numbers), state=state)
    session.add(row)
    await session.flush()
    return row


async def states(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(LeadRow.state).order_by(LeadRow.id)))


async def test_a_number_is_barred_for_one_campaign_or_for_all(session: AsyncSession) -> None:
    await bar(session, WANG, "reminder", Source.AGENT, "wants no calls", "anna")
    await bar(session, LI, source=Source.CUSTOMER, who="anna")
    both = [WANG, LI, BEIJING]
    assert await barred(session, both, "reminder") == {WANG, LI}
    assert await barred(session, both, "survey") == {LI}
    assert await barred(session, [], "survey") == set()


async def test_a_beginning_bars_all_that_begin_so_and_not_itself_alone(
    session: AsyncSession,
) -> None:
    await bar(session, "+8610", source=Source.OPERATOR, who="sue", prefix=True)
    await bar(session, "+86138", source=Source.OPERATOR, who="sue")
    assert await barred(session, [WANG, BEIJING, "+8610", "+861"], "any") == {BEIJING, "+8610"}


async def test_the_condition_serves_within_a_query(session: AsyncSession) -> None:
    await lead(session, WANG, LI)
    await lead(session, BEIJING, campaign="survey")
    await lead(session, BEIJING)
    await bar(session, LI, "reminder", who="anna")
    await bar(session, "+861", "survey", who="sue", prefix=True)
    free = do_not_call.not_barred_sql("l.numbers[2]", "l.campaign")
    found = await session.scalars(text(f"SELECT id FROM lead l WHERE {free} ORDER BY id"))
    assert list(found) == [2, 3], "a number that is not there bars nothing"


async def test_open_leads_of_a_number_that_is_barred_are_marked(session: AsyncSession) -> None:
    await lead(session, LI, WANG, state="queued")
    await lead(session, WANG, state="retry")
    await lead(session, WANG, state="completed")
    await lead(session, WANG, campaign="survey")
    await lead(session, LI)
    first = await bar(session, WANG, "reminder", who="anna")
    assert first == Barred(leads=2, numbers=frozenset((WANG, LI)))
    assert await states(session) == ["dnc", "dnc", "completed", "new", "new"]
    assert await bar(session, WANG, who="anna") == Barred(leads=1, numbers=frozenset([WANG]))


async def test_open_leads_of_a_beginning_are_marked(session: AsyncSession) -> None:
    await lead(session, WANG, BEIJING, state="dialing")
    await lead(session, LI)
    told = await bar(session, "+8610", who="sue", prefix=True)
    assert told == Barred(leads=1, numbers=frozenset(("+8610", WANG)))
    assert await states(session) == ["dnc", "new"]


async def test_the_first_word_stays_and_may_only_become_wider(session: AsyncSession) -> None:
    await bar(session, "+86138", source=Source.CUSTOMER, reason="asked", who="anna")
    await bar(session, "+86138", source=Source.OPERATOR, reason="other", who="sue", prefix=True)
    await bar(session, "+86138", source=Source.AGENT, reason="third", who="bob")
    (entry,) = await do_not_call.entries(session)
    assert (entry.prefix, entry.source, entry.reason, entry.added_by) == (
        True, "customer", "asked", "anna"
    )  # fmt: skip
    assert [each.number for each in await do_not_call.entries(session, number=WANG)] == ["+86138"]
    assert await do_not_call.entries(session, number="+86139") == []


async def test_taking_a_number_off_needs_that_it_is_there(session: AsyncSession) -> None:
    await bar(session, WANG, "reminder", who="anna")
    with pytest.raises(NotBarredError):
        await unbar(session, WANG, "", reason="a mistake", who="sue")
    await unbar(session, WANG, "reminder", reason="a mistake", who="sue")
    assert await barred(session, [WANG], "reminder") == set()
    noted = list(await session.scalars(select(SettingAuditRow).order_by(SettingAuditRow.id)))
    assert [(row.who, row.kind, row.name, row.reason) for row in noted] == [
        ("anna", "do_not_call", WANG, ""),
        ("sue", "do_not_call", WANG, "a mistake"),
    ]
    assert noted[0].before is None
    assert noted[1].after is None
    assert noted[1].before is not None
    assert noted[1].before["campaign"] == "reminder"


async def test_the_list_is_read_newest_first_and_in_pages(session: AsyncSession) -> None:
    for number in (WANG, LI, BEIJING):
        await bar(session, number, who="sue")
    await bar(session, WANG, "reminder", who="sue")
    first = await do_not_call.entries(session, limit=2, campaign="")
    assert [each.number for each in first] == [BEIJING, LI]
    rest = await do_not_call.entries(session, before=first[-1].id, campaign="")
    assert [each.number for each in rest] == [WANG]
    (his,) = await do_not_call.entries(session, campaign="reminder")
    assert his.number == WANG


async def test_the_last_word_of_consent_counts_and_the_audit_keeps_all(
    session: AsyncSession,
) -> None:
    async def may_be_called(number: str, campaign: str) -> bool | None:
        query = consents.consent_sql(f"'{number}'", f"'{campaign}'", "NULL::boolean")
        said: bool | None = await session.scalar(text(f"SELECT {query}"))
        return said

    assert await may_be_called(WANG, "reminder") is None
    for given, campaign in ((True, ""), (False, "reminder"), (True, "reminder"), (False, "")):
        await consents.say(session, WANG, campaign, given=given, source="telephone", who="anna")
        await session.commit()  # each word has its own instant
        assert await may_be_called(WANG, "reminder") is given
    assert await may_be_called(LI, "reminder") is None
    everywhere, here = await consents.consents(session, number=WANG, limit=10)
    assert (everywhere.campaign, everywhere.given, everywhere.by) == ("", False, "anna")
    assert (here.campaign, here.given, here.source) == ("reminder", True, "telephone")
    assert len(await consents.consents(session, campaign="reminder", limit=10)) == 1
    kept = await session.scalar(select(func.count()).select_from(SettingAuditRow))
    assert kept == 4

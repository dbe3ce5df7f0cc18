"""Leads come into a list, and every row that does not says why."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import LeadState
from ccserver.db import audience, lead_import, lists
from ccserver.db.audience import AudienceForm
from ccserver.db.campaign_tables import CallListRow, LeadRow
from ccserver.db.do_not_call import bar
from ccserver.db.engine import engine_for, sessions_of
from tests.db.campaigns import configured

pytestmark = pytest.mark.db

WANG, LI, BEIJING = "+8613800138000", "+8613900139000", "+861088886666"
ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class File:
    """A list's file."""

    path: Path

    def write(self, text: str) -> None:
        self.path.write_text(text)


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = engine_for(database, connections=0)
    made = sessions_of(engine)
    await configured(database)
    yield made
    await engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "list.csv")


async def begun(sessions: async_sessionmaker[AsyncSession], **source: Any) -> int:
    async with sessions.begin() as session:
        made = await lists.create(session, "reminder", title="List", region="CN", who="sue")
        return (await lists.begin(session, made.id, source)).id


async def imported(
    sessions: async_sessionmaker[AsyncSession], database: str, file: File, **source: Any
) -> CallListRow:
    key = await begun(sessions, file="list.csv", **source)
    await lead_import.bring(database, key, file.path, zone=ZONE)
    async with sessions() as session:
        return await lists.call_list(session, key)


async def leads(sessions: async_sessionmaker[AsyncSession], key: int) -> list[LeadRow]:
    async with sessions() as session:
        return list(await lists.leads(session, key))


async def faults(
    sessions: async_sessionmaker[AsyncSession], key: int
) -> list[tuple[int, str, str]]:
    async with sessions() as session:
        return [(row.row, row.fault, row.detail) for row in await lists.faults(session, key)]


Sessions = async_sessionmaker[AsyncSession]


async def test_a_file_becomes_leads_and_faults(
    sessions: Sessions, database: str, file: File
) -> None:
    async with sessions.begin() as session:
        await bar(session, "+8610", who="sue", prefix=True)
    file.write(
        "name,phone,phone 2,priority,consent,truck\n"
        "Wang,13800138000,01088886666,3,yes,T6\n"
        "Wang again,138 0013 8000,,,,\n"
        "Li,13800138000,13900139000,,,\n"
        "Beijing,010-88886666,,,,\n"
        "Nobody,,,,,\n"
        "Wrong,123,,,,\n"
        "Odd,13700137000,,much,,\n"
    )
    done = await imported(sessions, database, file)
    assert (done.state, done.failure) == ("ready", "")
    assert (done.rows_total, done.rows_read, done.rows_good, done.rows_bad) == (7, 7, 2, 5)
    first, second = await leads(sessions, done.id)
    assert (first.numbers, first.name, first.priority, first.consent) == ([WANG], "Wang", 3, True)
    assert (first.zone, first.data, first.state) == (ZONE, {"truck": "T6"}, "new")
    assert (second.numbers, second.name, second.consent) == ([LI], "Li", False)
    assert await faults(sessions, done.id) == [
        (2, "duplicate", f"{WANG} stands in a row above already"),
        (4, "do_not_call", f"{BEIJING} is on the do-not-call list"),
        (5, "no_number", "no number"),
        (6, "invalid", "not a number of its region: 123"),
        (7, "format", "'much' is no priority, a whole number up to 1000"),
    ]
    async with sessions() as session:
        assert len(await lists.faults(session, done.id, after=4, limit=2)) == 2


async def test_leads_of_the_campaign_are_duplicates_where_that_is_wanted(
    sessions: Sessions, database: str, file: File
) -> None:
    file.write("phone\n13800138000\n13900139000\n")
    await imported(sessions, database, file)
    file.write("phone\n13800138000\n13700137000\n")
    again = await imported(sessions, database, file)
    assert again.rows_bad == 0
    third = await imported(sessions, database, file, duplicates="campaign")
    assert (third.rows_good, third.rows_bad) == (0, 2)
    assert (await faults(sessions, third.id))[0] == (
        1, "duplicate", f"{WANG} is a lead of this campaign already"
    )  # fmt: skip


async def test_a_broken_file_fails_and_begins_anew(
    sessions: Sessions, database: str, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_import, "BATCH", 2)
    file.write('phone,name\n13800138000,\n13900139000,\n123,\n13700137000,"open\n')
    broken = await imported(sessions, database, file)
    assert (broken.state, broken.rows_read) == ("failed", 2)
    assert "a quote is never closed" in broken.failure
    file.write("phone,name\n13800138000,\n123,\n13900139000,Li\n")
    async with sessions.begin() as session:
        anew = await lists.begin(session, broken.id, {"file": "better.csv"})
        assert (anew.state, anew.failure, anew.rows_read) == ("importing", "", 0)
    await lead_import.bring(database, broken.id, file.path, zone=ZONE)
    assert [lead.numbers for lead in await leads(sessions, broken.id)] == [[WANG], [LI]]
    assert [row for row, _, _ in await faults(sessions, broken.id)] == [2]
    async with sessions.begin() as session:
        with pytest.raises(lists.ListTakenError):
            await lists.begin(session, broken.id, {})


async def test_an_import_that_died_is_found_and_one_that_lives_is_left(
    sessions: Sessions, database: str, file: File
) -> None:
    dead, alive = await begun(sessions), await begun(sessions)
    line = await asyncpg.connect(database)
    lock = lead_import.LOCKED.format(id="$1")
    await line.execute(f"SELECT pg_advisory_lock({lock})", alive)
    async with sessions.begin() as session:
        assert await lists.fail_abandoned(session) == 1
    async with sessions.begin() as session:
        found = await lists.call_list(session, dead)
        assert (found.state, "once more" in found.failure) == ("failed", True)
        assert (await lists.call_list(session, alive)).state == "importing"
        assert await lists.fail_abandoned(session, alive) == 0
    await line.close()
    file.write("phone\n13800138000\n")
    await lead_import.bring(database, dead, file.path, zone=ZONE)
    assert await leads(sessions, dead) == [], "who was given up brings nothing"


async def test_an_import_that_is_stopped_says_so(
    sessions: Sessions, database: str, tmp_path: Path
) -> None:
    key = await begun(sessions)
    with pytest.raises(FileNotFoundError):
        await lead_import.bring(database, key, tmp_path / "gone.csv", zone=ZONE)
    async with sessions() as session:
        assert (await lists.call_list(session, key)).failure == lead_import.BROKEN_OFF


async def test_who_is_barred_meanwhile_is_marked_at_the_end(
    sessions: Sessions, database: str, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write("phone,phone 2\n13800138000,\n13900139000,01088886666\n")
    key = await begun(sessions)
    take = lead_import._Import.take

    async def taken(one: lead_import._Import, batch: lead_import.Batch) -> None:
        await take(one, batch)
        # As one whose look at the leads came before they were there.
        await one.line.execute(
            "INSERT INTO do_not_call (number, source, prefix) VALUES ('+8610', 'import', true)"
        )

    monkeypatch.setattr(lead_import._Import, "take", taken)
    await lead_import.bring(database, key, file.path, zone=ZONE)
    assert [lead.state for lead in await leads(sessions, key)] == ["new", "dnc"]


# -- from the customer base

_CUSTOMERS = """
WITH made AS (
  INSERT INTO customer (name, tier, region, language, last_purchase_on, customer_since,
    orders_per_year)
  SELECT 'C' || n, CASE WHEN n % 2 = 0 THEN 'gold' ELSE 'standard' END,
    CASE WHEN n <= 100 THEN 'Jilin' ELSE 'Beijing' END, CASE WHEN n % 5 = 0 THEN 'en' ELSE 'zh' END,
    (now() AT TIME ZONE 'Asia/Shanghai')::date - n, '2020-01-01', n / 10.0
  FROM generate_series(1, 400) n RETURNING id
)
INSERT INTO customer_number (number, customer_id)
SELECT '+86138' || (10000000 + id), id FROM made WHERE id % 10 <> 0
"""


async def counted(sessions: Sessions, **form: Any) -> tuple[int, int]:
    async with sessions() as session:
        return await audience.count(session, AudienceForm.model_validate(form), ZONE)


async def filled(sessions: Sessions, database: str, **form: Any) -> list[LeadRow]:
    key = await begun(sessions, filter=form)
    await lead_import.bring(database, key, None, zone=ZONE)
    return await leads(sessions, key)


async def test_customers_are_found_by_what_their_records_say(
    sessions: Sessions, database: str
) -> None:
    async with sessions.begin() as session:
        await session.execute(text(_CUSTOMERS))
        months = await session.scalar(
            text(
                "SELECT count(*) FROM customer, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date"
                " AS today) t WHERE last_purchase_on BETWEEN today - interval '12 months'"
                " AND today - interval '11 months'"
            )
        )
    assert months is not None
    assert 28 <= months <= 32
    assert await counted(sessions) == (400, 400)
    assert await counted(sessions, bought_months=[11, 12]) == (months, months)
    assert await counted(sessions, customer_months=[0, 1]) == (0, 0)
    assert await counted(sessions, tiers=["gold"], regions=["Jilin"]) == (50, 50)
    assert await counted(sessions, languages=["en"], orders_min=20) == (41, 41)
    made = await filled(sessions, database, tiers=["gold"], regions=["Jilin"], languages=["en"])
    # Each of ten has 10 customers: those of 10, 20 … have no number.
    assert made == []
    made = await filled(sessions, database, tiers=["standard"], regions=["Jilin"])
    assert len(made) == 50
    one = next(lead for lead in made if lead.customer == "5")
    assert (one.name, one.language, one.zone) == ("C5", "en", ZONE)
    assert one.numbers == ["+8613810000005"]
    assert (one.data["region"], one.data["tier"]) == ("Jilin", "standard")


async def test_who_has_no_number_is_a_fault(sessions: Sessions, database: str) -> None:
    async with sessions.begin() as session:
        await session.execute(text(_CUSTOMERS))
    key = await begun(sessions, filter={"regions": ["Jilin"]})
    await lead_import.bring(database, key, None, zone=ZONE)
    async with sessions() as session:
        done = await lists.call_list(session, key)
        assert (done.rows_total, done.rows_good, done.rows_bad) == (100, 90, 10)
    assert {fault for _, fault, _ in await faults(sessions, key)} == {"no_number"}


async def test_a_draw_is_repeatable_and_another_seed_draws_others(
    sessions: Sessions, database: str
) -> None:
    async with sessions.begin() as session:
        await session.execute(text(_CUSTOMERS))
    assert await counted(sessions, most=50) == (400, 50)
    everybody, drawn = await counted(sessions, share=0.25, seed=3)
    assert everybody == 400
    assert 70 <= drawn <= 130
    draws = [
        {lead.customer for lead in await filled(sessions, database, share=0.5, most=50, seed=seed)}
        for seed in (1, 1, 2)
    ]
    assert draws[0] == draws[1] != draws[2]
    assert 40 <= len(draws[0]) <= 50


async def test_tickets_that_were_closed_ask_for_a_call(sessions: Sessions, database: str) -> None:
    async with sessions.begin() as session:
        await session.execute(
            text("INSERT INTO customer (name, region) VALUES ('Wang', 'Jilin'), ('Li', 'Beijing')")
        )
        await session.execute(
            text(
                "INSERT INTO customer_number (number, customer_id)"
                f" VALUES ('{WANG}', 1), ('{LI}', 2)"
            )
        )
        await session.execute(
            text(
                "INSERT INTO service_ticket (customer_id, caller, kind, title, details, urgent,"
                " state, closed_at, closed_by) VALUES"
                " (1, '', 'repair', 'old', '', false, 'closed', '2026-05-01 02:00Z', 'bob'),"
                " (1, '', 'repair', 'new', '', false, 'closed', '2026-05-01 03:00Z', 'bob'),"
                " (2, '', 'complaint', 'other', '', false, 'closed', '2026-05-01 03:00Z', 'bob'),"
                f" (null, '{BEIJING}', 'repair', 'x', '', true, 'closed', '2026-05-01 04:00Z', ''),"
                " (null, 'anonymous', 'repair', 'x', '', true, 'closed', '2026-05-01 04:00Z', ''),"
                " (2, '', 'repair', 'open', '', false, 'open', null, null)"
            )
        )
    day = {"closed_from": 1_777_593_600_000, "closed_to": 1_777_680_000_000}
    assert day["closed_from"] == datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000
    assert await counted(sessions, of="tickets", **day) == (3, 3)
    assert await counted(sessions, of="tickets", closed_to=day["closed_from"]) == (0, 0)
    assert await counted(sessions, of="tickets", kinds=["repair"], regions=["Jilin"]) == (1, 1)
    made = await filled(sessions, database, of="tickets", kinds=["repair"], **day)
    stranger, wang = sorted(made, key=lambda lead: lead.name)
    assert (stranger.numbers, stranger.customer) == ([BEIJING], "")
    assert (wang.customer, wang.numbers) == ("1", [WANG])
    assert wang.data["ticket title"] == "new"
    assert wang.data["ticket closed"] == "2026-05-01 11:00"


@pytest.mark.parametrize(
    "form",
    [
        {"bought_months": [12, 11]},
        {"kinds": ["repair"]},
        {"regions": ["\0"]},
        {"share": 0},
        {"colour": "red"},
    ],
)
def test_a_filter_that_means_nothing_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        AudienceForm.model_validate(form)


# -- lists and leads


async def test_lists_are_of_a_campaign_that_is(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        with pytest.raises(lists.NoSuchCampaignError):
            await lists.create(session, "other", title="x", region="CN", who="sue")
        first = await lists.create(session, "reminder", title="a", region="CN", who="sue")
        second = await lists.create(
            session, "reminder", title="b", region="CN", who="sue", priority=5
        )
        assert [row.id for row in await lists.of_campaign(session, "reminder")] == [
            second.id, first.id
        ]  # fmt: skip
        changed = await lists.change(session, first.id, {"title": "c", "active": False})
        assert (changed.title, changed.active, changed.priority) == ("c", False, 0)
        with pytest.raises(lists.NoSuchListError):
            await lists.change(session, 99, {})


async def test_leads_are_found_and_changed(sessions: Sessions, database: str, file: File) -> None:
    file.write("phone,customer\n13800138000,7\n13900139000,8\n01088886666,9\n")
    done = await imported(sessions, database, file)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    async with sessions.begin() as session:
        first, second, third = await lists.leads(session, done.id)
        assert [row.id for row in await lists.leads(session, done.id, number=LI)] == [second.id]
        assert [row.id for row in await lists.leads(session, done.id, customer="9")] == [third.id]
        rest = await lists.leads(session, done.id, after=first.id, limit=1)
        assert [row.id for row in rest] == [second.id]
        first.state, first.tries, first.tries_by_result, first.number_index = (
            "exhausted", 6, {"busy": 6}, 1
        )  # fmt: skip
        second.state = "dialing"
        await session.flush()
        assert await lists.leads_by_state(session, done.id) == {
            "new": 1, "dialing": 1, "exhausted": 1
        }  # fmt: skip
        (gone,) = await lists.leads(session, done.id, state=LeadState.EXHAUSTED)
        anew = await lists.change_lead(session, gone.id, state=LeadState.NEW)
        assert (anew.state, anew.tries, anew.tries_by_result, anew.number_index) == (
            "new", 0, {}, 0
        )  # fmt: skip
        with pytest.raises(lists.LeadBusyError):
            await lists.change_lead(session, second.id, not_before=at)
        ended = await lists.change_lead(session, second.id, state=LeadState.COMPLETED)
        assert ended.state == "completed"
        later = await lists.change_lead(session, third.id, agent="anna", not_before=at)
        assert (later.agent, later.not_before) == ("anna", at)
        assert (await lists.change_lead(session, third.id, agent="")).agent is None
        await bar(session, WANG, "reminder", who="anna")
        with pytest.raises(lists.LeadBarredError):
            await lists.change_lead(session, first.id, state=LeadState.NEW)
        with pytest.raises(lists.NoSuchLeadError):
            await lists.change_lead(session, 10**6)


async def test_two_who_fill_a_list_at_once_get_one_turn(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        key = (await lists.create(session, "reminder", title="a", region="CN", who="sue")).id
    refused = 0

    async def begin() -> None:
        nonlocal refused
        try:
            async with sessions.begin() as session:
                await lists.begin(session, key, {})
        except lists.ListTakenError:
            refused += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(begin())
    assert refused == 2
    async with sessions() as session:
        states = await session.scalars(select(CallListRow.state))
        assert list(states) == ["importing"]

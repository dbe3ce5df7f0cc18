"""The dialing's writer: nobody is called who is not written down, and none twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import select, text

from ccserver.core.campaigns import CampaignState, LeadState, Result
from ccserver.core.dial_events import (
    AttemptEnded,
    AttemptFound,
    CampaignsSet,
    LeadsBarred,
    LeadsGiven,
    LedgersGiven,
)
from ccserver.core.dial_orders import (
    AskLeads,
    Dial,
    EndCampaign,
    ReturnLeads,
    SaveAttempt,
    SaveLead,
    SaveLearned,
)
from ccserver.core.ids import ContactId
from ccserver.db.campaign_tables import AttemptRow, CampaignRow, DoNotCallRow, EvidenceRow
from tests.db.lists import AUTUMN, NOW, dial_of, states
from tests.dialing.stage import Stage, stage_on

pytestmark = pytest.mark.db


def ended(dial: Dial, result: Result, *, at: float = NOW + 9) -> SaveAttempt:
    return SaveAttempt(
        contact=dial.contact, campaign=AUTUMN, lead=dial.lead, at=at, result=result, ended_at=at
    )


def retried(dial: Dial) -> SaveLead:
    return SaveLead(
        campaign=AUTUMN, lead=dial.lead, state=LeadState.RETRY, at=NOW + 9, not_before=NOW + 600
    )


async def attempts(stage: Stage) -> dict[str, str | None]:
    async with stage.sessions() as session:
        return {str(row.id): row.result for row in await session.scalars(select(AttemptRow))}


async def kinds(stage: Stage) -> list[str]:
    async with stage.sessions() as session:
        rows = await session.scalars(select(EvidenceRow).order_by(EvidenceRow.seq))
        return [row.kind for row in rows]


def told_ids(events: Sequence[AttemptEnded]) -> list[ContactId]:
    return [event.contact for event in events]


@asynccontextmanager
async def away(database: str) -> AsyncIterator[None]:
    """PostgreSQL takes no connection, for as long as the block."""
    server, _, name = database.rpartition("/")
    async with asyncpg.create_pool(f"{server}/postgres", min_size=1, max_size=1) as admin:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            yield
        finally:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def test_a_call_is_placed_when_its_attempt_is_written(database: str) -> None:
    stage = await stage_on(database)
    assert [type(event) for event in stage.posted] == [CampaignsSet, LedgersGiven]
    dials = [dial_of(lead) for lead in await stage.leads(2)]
    for dial in dials:
        stage.dialing.take(dial)
    assert stage.placed == []
    await stage.dialing._turn()
    assert stage.placed == dials
    assert await attempts(stage) == {dial.contact: None for dial in dials}
    assert await kinds(stage) == ["state", "rules", "dialed", "dialed"]
    async with stage.sessions() as session:
        rows = (await session.scalars(select(EvidenceRow).order_by(EvidenceRow.seq))).all()
    rules, dialed = json.loads(rows[1].body), json.loads(rows[2].body)
    assert rules["rules"] == dialed["rules"] != ""


async def test_who_dies_between_writing_and_placing_finds_the_attempt(database: str) -> None:
    stage = await stage_on(database)
    (lead,) = await stage.leads(1)

    def die(_: Dial) -> None:
        raise KeyboardInterrupt

    stage.dialing._place = die
    stage.dialing.take(dial_of(lead))
    with pytest.raises(KeyboardInterrupt):
        await stage.dialing._turn()
    next_run = Stage(stage.sessions)
    await next_run.dialing.start()
    (found,) = next_run.of(AttemptFound)
    assert (found.lead.attempt, found.lead.tries) == (lead.attempt, 1)
    assert lead.lead not in {one.lead for one in await next_run.leads(9)}


async def test_who_dies_before_writing_has_called_nobody_and_skips_nobody(database: str) -> None:
    stage = await stage_on(database)
    leads = await stage.leads(2)
    stage.dialing.take(dial_of(leads[0]))
    next_run = Stage(stage.sessions)
    await next_run.dialing.start()
    assert next_run.of(AttemptFound) == []
    assert {one.lead for one in await next_run.leads(9)} >= {one.lead for one in leads}


async def test_what_is_over_before_it_was_placed_is_not_placed(database: str) -> None:
    stage = await stage_on(database)
    (lead,) = await stage.leads(1)
    dial = dial_of(lead)
    stage.dialing.take(dial)
    stage.dialing.take(ended(dial, Result.CANCELED))
    await stage.dialing._turn()
    assert (stage.placed, await attempts(stage)) == ([], {dial.contact: "canceled"})


async def test_whose_number_was_barred_meanwhile_is_not_called(database: str) -> None:
    stage = await stage_on(database)
    one, other = await stage.leads(2)
    async with stage.sessions.begin() as session:
        session.add(DoNotCallRow(number=one.number, source="customer"))
    for lead in (one, other):
        stage.dialing.take(dial_of(lead))
    await stage.dialing._turn()
    assert [dial.lead for dial in stage.placed] == [other.lead]
    (unsent,) = stage.of(AttemptEnded)
    assert (unsent.contact, unsent.cause) == (one.attempt, "unsent")
    (barred,) = stage.of(LeadsBarred)
    assert barred.numbers == {one.number}


async def test_who_told_an_agent_not_to_call_again_is_called_by_no_campaign(database: str) -> None:
    stage = await stage_on(database)
    (one,) = await stage.leads(1)
    dial = dial_of(one)
    stage.dialing.take(dial)
    await stage.dialing._turn()
    said = SaveLead(
        campaign=AUTUMN, lead=one.lead, state=LeadState.DNC, at=NOW + 9, result="no_more"
    )
    stage.dialing.take(said)
    await stage.dialing._turn()
    (barred,) = stage.of(LeadsBarred)
    assert barred.numbers == {one.number}
    async with stage.sessions() as session:
        (row,) = await session.scalars(select(DoNotCallRow))
    assert (row.number, row.campaign, row.source, row.reason) == (
        one.number, "", "agent", "no_more",
    )  # fmt: skip


async def test_while_postgresql_is_away_nobody_is_called_and_nothing_is_lost(
    database: str,
) -> None:
    stage = await stage_on(database)
    first, second = map(dial_of, await stage.leads(2))
    stage.dialing.take(first)
    await stage.dialing._turn()
    async with away(database):
        stage.dialing.take(second)
        stage.dialing.take(ended(first, Result.BUSY))
        stage.dialing.take(retried(first))
        stage.dialing.take(AskLeads(campaign=AUTUMN, count=5))
        await stage.dialing._turn()
        assert told_ids(stage.of(AttemptEnded)) == [second.contact]
        (given,) = stage.of(LeadsGiven)
        assert (given.leads, given.next_at) == ((), NOW + 2)
        await stage.dialing._turn()
        # The core says what that means: the order that was never carried out.
        stage.dialing.take(ended(second, Result.UNSENT))
        stage.dialing.take(ReturnLeads(campaign=AUTUMN, leads=(second.lead,)))
    await stage.dialing._turn()
    assert stage.placed == [first]
    assert await attempts(stage) == {first.contact: "busy"}
    async with stage.sessions() as session:
        now = await states(session)
    assert (now[first.lead], now[second.lead]) == ("retry", "new")
    assert await kinds(stage) == ["state", "rules", "dialed", "ended", "ended"]


async def test_what_was_written_though_nobody_heard_so_is_not_written_twice(
    database: str,
) -> None:
    stage = await stage_on(database)
    (dial,) = map(dial_of, await stage.leads(1))
    stage.dialing.take(dial)
    await stage.dialing._turn()
    order = ended(dial, Result.NO_ANSWER)
    await stage.dialing._store([order], again=False)  # and the answer is lost
    stage.dialing._kept = [order]
    await stage.dialing._turn()
    assert await kinds(stage) == ["state", "rules", "dialed", "ended"]


async def test_what_postgresql_refuses_does_not_hold_up_the_rest(database: str) -> None:
    stage = await stage_on(database)
    one, other = map(dial_of, await stage.leads(2))
    bad = SaveLead(
        campaign=AUTUMN, lead=one.lead, state=LeadState.RETRY, at=NOW, number_index=99_999
    )
    stage.dialing.take(bad)
    stage.dialing.take(other)
    await stage.dialing._turn()
    assert stage.placed == [other]


async def test_a_campaign_ends_and_what_was_learned_stays(database: str) -> None:
    stage = await stage_on(database)
    stage.dialing.take(SaveLearned(campaign=AUTUMN, learned="{}"))
    end = EndCampaign(campaign=AUTUMN, state=CampaignState.COMPLETED, reason="no lead is left")
    stage.dialing.take(end)
    stage.dialing.take(end)
    await stage.dialing._turn()
    await stage.keeper.look()
    assert stage.of(CampaignsSet)[-1].campaigns[0].state is CampaignState.COMPLETED
    async with stage.sessions() as session:
        row = await session.get_one(CampaignRow, AUTUMN)
        assert (row.learned, row.reason) == ("{}", "no lead is left")
    assert await kinds(stage) == ["state", "rules", "state"]


async def test_at_the_end_what_came_of_calls_is_written_and_no_call_placed(database: str) -> None:
    stage = await stage_on(database)
    one, other = map(dial_of, await stage.leads(2))
    stage.dialing.take(one)
    await stage.dialing._turn()
    stage.placed.clear()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(stage.dialing.run())
        await asyncio.sleep(0)
        stage.dialing.take(ended(one, Result.BUSY))
        stage.dialing.take(other)
        task.cancel()
    assert stage.placed == []
    assert (await attempts(stage))[one.contact] == "busy"


async def test_a_campaign_that_is_not_configured_has_no_leads(database: str) -> None:
    stage = await stage_on(database)
    async with stage.sessions.begin() as session:
        await session.execute(text("DELETE FROM setting WHERE kind = 'campaigns'"))
    await stage.keeper.look()
    assert await stage.leads(5) == ()

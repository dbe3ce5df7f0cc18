"""Attempts in the database: each once, and each in the chain of evidence."""

import json
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import CampaignName, CampaignState, Lead, LeadState, Result
from ccserver.core.dial_orders import Dial, SaveAttempt, SaveLead
from ccserver.core.ids import AgentId
from ccserver.db.attempts import (
    Begun,
    InForce,
    begin,
    ledger,
    open_attempts,
    save,
    save_leads,
    save_learned,
)
from ccserver.db.campaign_tables import AttemptRow, DoNotCallRow, LeadRow
from ccserver.db.campaigns import set_state
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.evidence import append
from ccserver.db.hopper import recover
from tests.db.chains import chain
from tests.db.lists import AUTUMN, NOW, add_lead, add_list, ask, dial_of, states

pytestmark = pytest.mark.db


@pytest.fixture
def sessions(database: str) -> async_sessionmaker[AsyncSession]:
    return sessions_of(engine_for(database, connections=0))


def in_force(_: CampaignName) -> InForce:
    return InForce(mode="predictive", rules="r1")


async def dialed(session: AsyncSession, *dials: Dial) -> Begun:
    begun, proofs = await begin(session, dials, in_force)
    await append(session, proofs)
    return begun


def saved(lead: Lead, result: Result | None = None, **more: Any) -> SaveAttempt:
    at = more.pop("at", NOW + 5)
    return SaveAttempt(
        contact=lead.attempt, campaign=AUTUMN, lead=lead.lead, at=at, result=result, **more
    )


async def kept(session: AsyncSession, *orders: SaveAttempt, again: bool = False) -> None:
    await append(session, await save(session, orders), again=again)


async def one_lead(session: AsyncSession, *numbers: str) -> Lead:
    await add_lead(session, await add_list(session), *(numbers or ("+861001",)))
    (lead,) = (await ask(session)).leads
    return lead


async def test_an_attempt_is_written_once_with_its_lead_and_evidence(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        assert (await dialed(session, dial_of(lead))).placed == {lead.attempt}
        assert await states(session) == {lead.lead: "dialing"}
        again = dial_of(lead)
        assert (await dialed(session, again)).placed == frozenset()
        (row,) = (await session.scalars(select(AttemptRow))).all()
        assert (str(row.id), row.result, row.mode) == (lead.attempt, None, "predictive")
        (entry,) = await chain(session)
        body = json.loads(entry.body)
        assert (body["number"], body["rules"]) == ("+861001", "r1")
        assert body["checks"][0]["name"] == "window"


async def test_two_calls_to_one_lead_at_once_are_one(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        dial = dial_of(lead)
        other = await one_lead(session, "+861002")
        assert other.lead != lead.lead
        twice = [dial, dial_of(other), dial]
        assert (await dialed(session, *twice)).placed == {lead.attempt, other.attempt}


async def test_a_number_that_was_barred_meanwhile_is_not_called(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        session.add(DoNotCallRow(number="+861", prefix=True, source="operator"))
        await session.flush()
        begun = await dialed(session, dial_of(lead))
        assert begun == Begun(placed=frozenset(), barred=frozenset({lead.attempt}))
        assert await states(session) == {lead.lead: "dnc"}
        assert [row.kind for row in await chain(session)] == ["barred"]
        await save_leads(
            session,
            [SaveLead(campaign=AUTUMN, lead=lead.lead, state=LeadState.RETRY, at=NOW)],
        )
        assert await states(session) == {lead.lead: "dnc"}


async def test_what_is_written_again_stands_and_counts_once(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
        busy = saved(lead, Result.BUSY, ended_at=NOW + 4)
        decided = SaveLead(
            campaign=AUTUMN, lead=lead.lead, state=LeadState.RETRY, at=NOW + 5,
            not_before=NOW + 600, result="busy",
        )  # fmt: skip
        for again in (False, True):
            await kept(session, busy, again=again)
            await save_leads(session, [decided])
        row = await session.get_one(LeadRow, lead.lead, populate_existing=True)
        assert (row.tries, row.tries_by_result) == (1, {"busy": 1})
        assert (row.state, row.not_before.timestamp()) == ("retry", NOW + 600)
        assert [one.kind for one in await chain(session)] == ["dialed", "ended"]


async def test_an_attempt_that_was_never_sent_is_none(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
        await kept(session, saved(lead, Result.UNSENT))
        row = await session.get_one(LeadRow, lead.lead, populate_existing=True)
        assert (row.tries, row.tries_by_result) == (0, {})


async def test_all_that_an_attempt_goes_through_is_kept(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
        await kept(
            session,
            saved(lead, answered_at=NOW + 3),
            saved(lead, answered_at=NOW + 3, connected_at=NOW + 3.5),
            saved(lead, Result.HUMAN, at=NOW + 60),
        )
        row = await session.get_one(AttemptRow, lead.attempt, populate_existing=True)
        assert row.answered_at is not None
        assert row.connected_at is not None
        assert (row.answered_at.timestamp(), row.connected_at.timestamp()) == (NOW + 3, NOW + 3.5)
        assert row.ended_at is not None
        assert (row.result, row.ended_at.timestamp()) == ("human", NOW + 60)
        kinds = [one.kind for one in await chain(session)]
        assert kinds == ["dialed", "answered", "connected", "ended"]


async def test_a_disposition_stands_with_the_last_attempt(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
        await kept(session, saved(lead, Result.HUMAN))
        wrong = SaveLead(
            campaign=AUTUMN, lead=lead.lead, state=LeadState.INVALID, at=NOW, result="wrong_data"
        )
        await save_leads(session, [wrong])
        await save_leads(session, [wrong])
        attempt = await session.get_one(AttemptRow, lead.attempt, populate_existing=True)
        row = await session.get_one(LeadRow, lead.lead, populate_existing=True)
        assert attempt.disposition == row.last_result == "wrong_data"
        assert row.tries_by_result == {"human": 1, "wrong_data": 1}


async def test_after_a_restart_open_attempts_are_found_and_undecided_leads_called_again(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        one = await add_list(session)
        for n in range(4):
            await add_lead(session, one, f"+86100{n}")
        still, busy, talked, queued = (await ask(session)).leads
        await dialed(session, *map(dial_of, (still, busy, talked)))
        await kept(session, saved(still, answered_at=NOW + 2), saved(busy, Result.BUSY))
        await kept(session, saved(talked, Result.HUMAN))
        assert await recover(session, NOW + 10) == 1
        now = await states(session)
        assert now == {
            still.lead: "dialing",
            busy.lead: "retry",
            talked.lead: "completed",
            queued.lead: "new",
        }
        (found,) = await open_attempts(session, zone="UTC", now=NOW + 10)
        assert (found.lead.attempt, found.lead.number) == (still.attempt, still.number)
        assert (found.placed_at, found.answered_at) == (NOW, NOW + 2)
        assert (found.lead.tries, found.lead.number_tries_campaign) == (1, 1)


async def test_the_ledger_counts_whom_a_person_answered_within_the_period(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await set_state(session, AUTUMN, CampaignState.RUNNING, "ada", "", at=NOW)
        await save_learned(session, AUTUMN, '{"p":0.3}')
        one = await add_list(session)
        for n in range(5):
            await add_lead(session, one, f"+86100{n}")
        leads = (await ask(session)).leads
        await dialed(session, *map(dial_of, leads))
        for lead, result, at in zip(
            leads,
            (Result.HUMAN, Result.ABANDONED, Result.MACHINE, Result.BUSY, Result.HUMAN),
            (2.0, 3.0, 4.0, 5.0, -4000.0),
            strict=True,
        ):
            await kept(session, saved(lead, result, answered_at=NOW + at))
        found = await ledger(session, AUTUMN, period_seconds=86_400, now=NOW + 60)
        assert (found.answered, found.abandoned) == (3, 1)
        assert found.recent == ((NOW + 2, False), (NOW + 3, True))
        assert found.learned == '{"p":0.3}'
        short = await ledger(session, AUTUMN, period_seconds=60, now=NOW + 62.5)
        assert (short.answered, short.abandoned) == (1, 1)


async def test_evidence_is_never_changed(sessions: async_sessionmaker[AsyncSession]) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
    for change in ("UPDATE evidence SET body = ''", "DELETE FROM evidence", "TRUNCATE evidence"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with sessions.begin() as session:
                await session.execute(text(change))


async def test_an_agent_stands_with_the_attempt(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        await dialed(session, dial_of(lead))
        order = SaveAttempt(
            contact=lead.attempt, campaign=AUTUMN, lead=lead.lead, at=NOW, result=None,
            connected_at=NOW, agent=AgentId("anna"),
        )  # fmt: skip
        await kept(session, order)
        await kept(session, saved(lead, Result.HUMAN))
        row = await session.get_one(AttemptRow, lead.attempt, populate_existing=True)
        assert row.agent == "anna"


async def test_a_callback_is_his_who_has_agreed_on_it(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        lead = await one_lead(session)
        callback = SaveLead(
            campaign=AUTUMN, lead=lead.lead, state=LeadState.CALLBACK, at=NOW,
            not_before=NOW + 60, result="later", agent=AgentId("anna"),
        )  # fmt: skip
        await save_leads(session, [callback])
        assert (await ask(session)).next_at == NOW + 60
        (again,) = (await ask(session, now=NOW + 60)).leads
        assert (again.lead, again.agent) == (lead.lead, "anna")

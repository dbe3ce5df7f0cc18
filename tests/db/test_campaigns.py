"""States of campaigns in the database."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import CampaignState as State
from ccserver.db.campaign_tables import EvidenceRow
from ccserver.db.campaigns import (
    NotAllowedError,
    hash_of_rules,
    keep_rules,
    set_state,
    standing,
    standings,
)
from ccserver.db.engine import engine_for, sessions_of
from tests.db.lists import AUTUMN, FORM, NOW

pytestmark = pytest.mark.db


@pytest.fixture
def sessions(database: str) -> async_sessionmaker[AsyncSession]:
    return sessions_of(engine_for(database, connections=0))


async def evidence(session: AsyncSession) -> list[tuple[str, dict[str, object]]]:
    rows = await session.scalars(select(EvidenceRow).order_by(EvidenceRow.seq))
    return [(row.kind, json.loads(row.body)) for row in rows]


async def test_each_change_of_a_state_is_evidence(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        assert (await standing(session, AUTUMN)).state is State.DRAFT
        running = await set_state(session, AUTUMN, State.RUNNING, "ada", "go", at=NOW)
        assert (running.state, running.changed_by, running.reason) == (State.RUNNING, "ada", "go")
        assert running.started_at is not None
        assert running.ended_at is None
        assert running == await set_state(session, AUTUMN, State.RUNNING, "ben", "", at=NOW + 1)
        done = await set_state(session, AUTUMN, State.COMPLETED, "", "no lead is left", at=NOW + 9)
        assert done.ended_at is not None
        assert (await standings(session))[AUTUMN] == done
        told = await evidence(session)
        assert [kind for kind, _ in told] == ["state", "state"]
        assert (told[1][1]["before"], told[1][1]["state"]) == ("running", "completed")


async def test_a_way_that_there_is_not_is_refused(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        with pytest.raises(NotAllowedError, match="draft cannot become paused"):
            await set_state(session, AUTUMN, State.PAUSED, "ada", "", at=NOW)
        assert await evidence(session) == []


async def test_new_rules_become_evidence_once(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await keep_rules(session, {AUTUMN: FORM}, await standings(session), at=NOW)
        await set_state(session, AUTUMN, State.SCHEDULED, "ada", "", at=NOW)
        for _ in range(2):
            await keep_rules(session, {AUTUMN: FORM}, await standings(session), at=NOW)
        told = await evidence(session)
        assert [kind for kind, _ in told] == ["state", "rules"]
        assert told[1][1]["rules"] == hash_of_rules(FORM)
        other = FORM.model_copy(update={"ring_seconds": 20})
        await keep_rules(session, {AUTUMN: other}, await standings(session), at=NOW)
        assert len(await evidence(session)) == 3

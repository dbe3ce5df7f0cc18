"""Versions of questionnaires, answers by agents and by keys, and quotas."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import CampaignName
from ccserver.core.ids import ContactId
from ccserver.core.questionnaire import Answers
from ccserver.db import questionnaires
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.questionnaires import (
    AlreadyCompletedError,
    FaultyAnswersError,
    NoSuchContactError,
    NoSuchQuestionnaireError,
)
from tests.db.asked import called, campaign, filled, pressed, talks, visit
from tests.db.calls import ANNA, SALES, T0
from tests.db.parts import journaled
from tests.db.walked import Past

pytestmark = pytest.mark.db

GOOD: Answers = {"solved": "yes", "content": 5}


def sessions(database: str) -> async_sessionmaker[AsyncSession]:
    return sessions_of(engine_for(database, connections=0))


async def test_a_change_makes_a_new_version_when_it_is_asked(database: str) -> None:
    async with sessions(database).begin() as session:
        with pytest.raises(NoSuchQuestionnaireError):
            await questionnaires.current(session, "visit")
        await visit(session)
        assert (await questionnaires.current(session, "visit")).version == 0
        assert await questionnaires.names(session) == {"visit": []}
        first = await questionnaires.keep_version(session, "visit")
        assert await questionnaires.keep_version(session, "visit") == first
        assert first.version == 1
        assert first.created_at is not None
        await visit(session, title="Another")
        assert (await questionnaires.current(session, "visit")).version == 0
        second = await questionnaires.keep_version(session, "visit")
        assert (second.version, second.form.title) == (2, "Another")
        assert await questionnaires.names(session) == {"visit": [1, 2]}
        assert set(await questionnaires.versions(session, "visit")) == {0, 1, 2}


async def test_an_agent_fills_it_in_as_he_goes(database: str) -> None:
    (contact,) = await talks(database, 1)
    async with sessions(database).begin() as session:
        await visit(session)
        await campaign(session)
        await called(session, contact, region="east")
        began = await filled(session, contact, {"solved": "no", "why": ("rude",)}, completed=False)
        assert (began.version, began.completed_at, began.way) == (1, None, "agent")
        assert (began.campaign, began.agent, began.queue) == ("after_visit", ANNA, SALES)
        assert began.data == {"region": "east"}
        # A change of mind; and a new version of the questionnaire changes nothing for him.
        await visit(session, title="Another")
        await filled(session, contact, {"solved": "yes", "content": 4}, completed=False)
        kept = await questionnaires.response(session, contact, "visit")
        assert kept is not None
        assert (kept.id, kept.version) == (began.id, 1)
        assert kept.answers == {"solved": "yes", "content": 4}
        done = await filled(session, contact, GOOD)
        assert done.completed_at is not None
        with pytest.raises(AlreadyCompletedError):
            await filled(session, contact, GOOD)
    async with sessions(database)() as session:
        kept = await questionnaires.response(session, contact, "visit")
        assert kept is not None
        assert (kept.answers, kept.completed_at) == (GOOD, done.completed_at)


async def test_answers_that_do_not_fit_are_refused(database: str) -> None:
    (contact,) = await talks(database, 1)
    async with sessions(database).begin() as session:
        await visit(session)
        with pytest.raises(FaultyAnswersError, match="content: takes a number from 1 to 5"):
            await filled(session, contact, {"content": 9}, completed=False)
        with pytest.raises(FaultyAnswersError) as caught:
            await filled(session, contact, {"solved": "yes"})
        assert caught.value.faults == {"content": "needs an answer"}
        for nobody in ("no-id", "01930000-0000-7000-8000-000000000001"):
            with pytest.raises(NoSuchContactError):
                await filled(session, ContactId(nobody), GOOD)
        assert await questionnaires.response(session, ContactId("no-id"), "visit") is None


async def test_what_is_pressed_counts_as_an_answer(database: str) -> None:
    contact, other, *_ = await talks(database, 2)
    async with sessions(database).begin() as session:
        await visit(session)
        await questionnaires.keep_version(session, "visit")
        await called(session, contact, region="west")
    past = Past()
    past.save(pressed(contact, "solved", "no"), pressed(contact, "why", ",late,rude,", T0 + 5))
    past.save(
        pressed(contact, "content", "4", T0 + 7), pressed(contact, "completed", "yes", T0 + 9)
    )
    past.save(pressed(other, "solved", "yes"), pressed(other, "odd", "1", flow="after"))
    await journaled(database, past)
    async with sessions(database)() as session:
        kept = await questionnaires.response(session, contact, "visit")
        begun = await questionnaires.response(session, other, "visit")
    assert kept is not None
    assert kept.answers == {"solved": "no", "why": ("late", "rude"), "content": 4}
    assert (kept.way, kept.version, kept.data) == ("keys", 1, {"region": "west"})
    assert (kept.campaign, kept.queue, kept.agent) == ("after_visit", "sales", "anna")
    assert kept.completed_at == datetime.fromtimestamp(T0 + 9, UTC)
    assert begun is not None
    assert (begun.answers, begun.completed_at, begun.campaign) == ({"solved": "yes"}, None, "")


async def test_who_wants_no_more_is_not_called_for_it_again(database: str) -> None:
    contact, inbound = await talks(database, 2)
    async with sessions(database).begin() as session:
        await visit(session)
        await called(session, contact)
    past = Past()
    past.save(pressed(contact, "opt_out", "yes"), pressed(inbound, "opt_out", "yes"))
    past.save(pressed(contact, "opt_out", "yes", T0 + 1))
    await journaled(database, past)
    async with sessions(database)() as session:
        barred = await session.execute(text("SELECT number, campaign, source FROM do_not_call"))
        assert [tuple(row) for row in barred] == [("+8613800138000", "after_visit", "customer")]
        kept = await questionnaires.response(session, contact, "visit")
        assert kept is not None
        assert (kept.opted_out, kept.answers, kept.version) == (True, {}, 0)


async def test_keys_change_nothing_of_what_an_agent_has_filled_in(database: str) -> None:
    (contact,) = await talks(database, 1)
    async with sessions(database).begin() as session:
        await visit(session)
        await filled(session, contact, GOOD)
    past = Past()
    past.save(pressed(contact, "solved", "no"))
    await journaled(database, past)
    async with sessions(database)() as session:
        kept = await questionnaires.response(session, contact, "visit")
        assert kept is not None
        assert (kept.answers, kept.way) == (GOOD, "agent")


async def test_an_agent_changes_nothing_of_what_was_pressed(database: str) -> None:
    (contact,) = await talks(database, 1)
    async with sessions(database).begin() as session:
        await visit(session)
    past = Past()
    past.save(pressed(contact, "solved", "no"))
    await journaled(database, past)
    async with sessions(database).begin() as session:
        with pytest.raises(AlreadyCompletedError):
            await filled(session, contact, GOOD)


async def test_of_whom_enough_have_answered(database: str) -> None:
    contacts = await talks(database, 5)
    regions = ("east", "east", "west", "west", "north")
    async with sessions(database).begin() as session:
        await visit(session)
        assert await questionnaires.full_cells(session, CampaignName("after_visit")) == frozenset()
        await campaign(session)
        for contact, region in zip(contacts, regions, strict=True):
            await called(session, contact, region=region)
            # The last of the west has begun only.
            await filled(session, contact, GOOD, completed=contact != contacts[3])
        full = await questionnaires.full_cells(session, CampaignName("after_visit"))
        assert full == {("region", "east"), ("region", "none")}


async def test_a_questionnaire_that_is_gone_keeps_its_answers(database: str) -> None:
    (contact,) = await talks(database, 1)
    async with sessions(database).begin() as session:
        await visit(session)
        await filled(session, contact, GOOD)
        await session.execute(text("DELETE FROM setting WHERE kind = 'questionnaires'"))
        assert await questionnaires.names(session) == {"visit": [1]}
        kept = await questionnaires.response(session, contact, "visit")
        assert kept is not None
        assert kept.answers == GOOD

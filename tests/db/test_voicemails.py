"""Messages of callers: written once, and looked after by one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.ids import Queue
from ccserver.core.records import Recorded, SaveRecording
from ccserver.db import voicemails
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.voicemails import NoSuchVoicemailError, NotYoursError, Voicemail, VoicemailState
from tests.db.calls import SALES, T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import Past, voicemail

pytestmark = pytest.mark.db

SERVICE = Queue("service")
FILE = "2026/11/24/a.sln"


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    past = Past()
    past.save(
        voicemail(1, file=FILE, customer="7"),
        SaveRecording(
            contact=contact_id(1),
            agent=None,
            file=FILE,
            started_at=T0 + 1,
            ended_at=T0 + 21,
            kind=Recorded.VOICEMAIL,
        ),
    )
    past.save(voicemail(2, SERVICE, customer="none of ours"), voicemail(3))
    await journaled(database, past)
    engine = engine_for(database, connections=0)
    yield sessions_of(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as made:
        yield made


def contacts(found: tuple[Voicemail, ...]) -> list[str]:
    return [one.contact for one in found]


async def test_messages_are_found_by_queue_and_state_oldest_first(session: AsyncSession) -> None:
    first, second, third = await voicemails.voicemails(session)
    assert [first.contact, second.contact, third.contact] == [contact_id(n) for n in (1, 2, 3)]
    assert (first.state, first.taken_by, first.customer) == (VoicemailState.NEW, None, "7")
    assert (first.ended_at - first.started_at).total_seconds() == 20.0
    assert first.recording is not None
    assert (second.customer, second.recording) == (None, None)
    in_sales = await voicemails.voicemails(session, queues=[SALES])
    assert contacts(in_sales) == [contact_id(1), contact_id(3)]
    assert await voicemails.voicemails(session, queues=[]) == ()
    assert contacts(await voicemails.voicemails(session, limit=1)) == [contact_id(1)]
    await voicemails.take(session, FILE, who="anna")
    taken = await voicemails.voicemails(session, states=[VoicemailState.TAKEN])
    assert contacts(taken) == [contact_id(1)]
    assert await voicemails.of_contact(session, contact_id(1)) == taken
    await voicemails.finish(session, FILE, who="anna")
    assert contacts(await voicemails.voicemails(session)) == [contact_id(2), contact_id(3)]
    (done,) = await voicemails.voicemails(session, states=[VoicemailState.DONE])
    assert (done.contact, done.taken_by) == (contact_id(1), "anna")
    assert done.changed_at > done.ended_at


async def test_of_several_agents_one_gets_it(sessions: async_sessionmaker[AsyncSession]) -> None:
    async def take(who: str) -> bool:
        try:
            async with sessions.begin() as session:
                await voicemails.take(session, FILE, who=who)
        except NotYoursError:
            return False
        return True

    async with asyncio.TaskGroup() as tasks:
        tries = [tasks.create_task(take(f"agent{n}")) for n in range(8)]
    assert sum(one.result() for one in tries) == 1


async def test_who_has_it_keeps_it_and_alone_can_finish_it(session: AsyncSession) -> None:
    with pytest.raises(NotYoursError):
        await voicemails.finish(session, FILE, who="anna")
    await voicemails.take(session, FILE, who="anna")
    again = await voicemails.take(session, FILE, who="anna")
    assert (again.state, again.taken_by) == (VoicemailState.TAKEN, "anna")
    for act in (voicemails.take, voicemails.finish, voicemails.put_back):
        with pytest.raises(NotYoursError):
            await act(session, FILE, who="bob")
    assert (await voicemails.put_back(session, FILE, who="anna")).state is VoicemailState.NEW
    assert (await voicemails.take(session, FILE, who="bob")).taken_by == "bob"


async def test_a_supervisor_is_above_that(session: AsyncSession) -> None:
    await voicemails.take(session, FILE, who="anna")
    back = await voicemails.put_back(session, FILE, who="sue", whosever=True)
    assert (back.state, back.taken_by) == (VoicemailState.NEW, None)
    done = await voicemails.finish(session, FILE, who="sue", whosever=True)
    assert (done.state, done.taken_by) == (VoicemailState.DONE, "sue")
    with pytest.raises(NotYoursError):
        await voicemails.take(session, FILE, who="sue")


async def test_a_message_that_is_not_there_is_not_taken(session: AsyncSession) -> None:
    for act in (voicemails.take, voicemails.finish, voicemails.put_back):
        with pytest.raises(NoSuchVoicemailError):
            await act(session, "x", who="anna")


async def test_what_the_journal_writes_again_does_not_undo_what_an_agent_did(
    database: str, session: AsyncSession
) -> None:
    await voicemails.take(session, FILE, who="anna")
    await session.commit()
    past = Past()
    past.save(voicemail(1, file=FILE))
    await journaled(database, past)
    assert (await voicemails.voicemail(session, FILE)).taken_by == "anna"

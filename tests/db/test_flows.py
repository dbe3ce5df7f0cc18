"""Versions and releases of flows in a real PostgreSQL: nothing lost, nothing changed, all told."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.errors import Refused
from ccserver.core.release import Release
from ccserver.db import config, flows, publishing
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.publishing import Published
from ccserver.flows.document import Document

pytestmark = pytest.mark.db

ADA = Author(who="ada", reason="a test")
NAME = "hotline"


def document(words: str) -> Document:
    return Document(text=f'title = "{words}"\n')


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = engine_for(database, connections=0)
    yield sessions_of(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as made:
        yield made


async def publish(session: AsyncSession, *words: str) -> None:
    for each in words:
        await publishing.publish(session, NAME, document(each), author=ADA)


async def out(session: AsyncSession) -> Release:
    return (await flows.released(session, NAME)).release


async def test_a_version_holds_what_was_published_by_whom_and_why(session: AsyncSession) -> None:
    made = await publishing.publish(session, NAME, document("one"), author=ADA)
    assert made == Published(version=1, is_new=True)
    eve = Author(who="eve", reason="shorter")
    made = await publishing.publish(session, NAME, document("two"), author=eve)
    assert made == Published(version=2, is_new=True)
    newest, oldest = await flows.versions(session, NAME)
    assert (newest.version, newest.published_by, newest.note) == (2, "eve", "shorter")
    assert (oldest.version, oldest.published_by, oldest.note) == (1, "ada", "a test")
    assert oldest.sha256 != newest.sha256
    kept = await flows.documents(session, [(NAME, 1), (NAME, 2), (NAME, 3), ("other", 1)])
    assert {key: Document.model_validate(one) for key, one in kept.items()} == {
        (NAME, 1): document("one"),
        (NAME, 2): document("two"),
    }


async def test_what_callers_get_already_is_no_new_version(session: AsyncSession) -> None:
    await publish(session, "one", "two")
    again = await publishing.publish(session, NAME, document("two"), author=ADA)
    assert again == Published(version=2, is_new=False)
    assert len(await config.audit(session)) == 2
    older = await publishing.publish(session, NAME, document("one"), author=ADA)
    assert older == Published(version=3, is_new=True), "what was once is news again"


async def test_a_published_version_cannot_be_changed(session: AsyncSession) -> None:
    await publish(session, "one")
    with pytest.raises(DBAPIError, match="never changed"):
        await session.execute(text("UPDATE flow_version SET note = 'x'"))


async def test_every_release_is_in_the_audit(session: AsyncSession) -> None:
    await publish(session, "one", "two")
    await publishing.start_canary(session, NAME, version=1, share=0.25, author=ADA)
    assert [
        (row.kind, row.name, row.who, row.before, row.after)
        for row in await config.audit(session)
    ] == [
        ("flows", NAME, "ada", {"version": 2},
         {"version": 2, "canary_version": 1, "canary_share": 0.25}),
        ("flows", NAME, "ada", {"version": 1}, {"version": 2}),
        ("flows", NAME, "ada", None, {"version": 1}),
    ]  # fmt: skip


async def test_going_back_goes_to_the_one_before_and_then_further(session: AsyncSession) -> None:
    await publish(session, "one", "two", "three")
    back = await publishing.rollback(session, NAME, author=ADA)
    assert back.release == Release(version=2)
    assert back.changed_by == "ada"
    assert (await publishing.rollback(session, NAME, author=ADA)).release == Release(version=1)
    with pytest.raises(publishing.NothingBeforeError):
        await publishing.rollback(session, NAME, author=ADA)
    assert (await publishing.rollback(session, NAME, author=ADA, to=3)).release.version == 3
    assert (await publishing.rollback(session, NAME, author=ADA)).release.version == 2
    with pytest.raises(publishing.NoSuchVersionError):
        await publishing.rollback(session, NAME, author=ADA, to=4)
    assert await out(session) == Release(version=2)


async def test_after_going_back_the_next_version_goes_back_there(session: AsyncSession) -> None:
    await publish(session, "one", "two")
    await publishing.rollback(session, NAME, author=ADA)
    await publish(session, "three")
    assert await out(session) == Release(version=3)
    assert (await publishing.rollback(session, NAME, author=ADA)).release.version == 1


async def test_a_canary_is_started_changed_and_promoted(session: AsyncSession) -> None:
    await publish(session, "one")
    made = await publishing.publish(session, NAME, document("two"), author=ADA, canary_share=0.1)
    assert made == Published(version=2, is_new=True)
    first = await flows.released(session, NAME)
    assert first.release == Release(version=1, canary_version=2, canary_share=0.1)
    assert first.canary_since == first.changed_at
    await session.commit()
    more = await publishing.start_canary(session, NAME, version=2, share=0.5, author=ADA)
    assert more.release.canary_share == 0.5
    assert more.canary_since == more.changed_at > first.changed_at, "a new share is a new beginning"
    promoted = await publishing.promote(session, NAME, author=ADA)
    assert (promoted.release, promoted.canary_since) == (Release(version=2), None)
    assert (await publishing.rollback(session, NAME, author=ADA)).release.version == 1


async def test_a_canary_is_stopped_and_no_one_goes_back_past_it_unawares(
    session: AsyncSession,
) -> None:
    await publish(session, "one", "two")
    await publishing.start_canary(session, NAME, version=1, share=0.1, author=ADA)
    with pytest.raises(publishing.CanaryRunsError):
        await publishing.rollback(session, NAME, author=ADA)
    stopped = await publishing.stop_canary(session, NAME, author=ADA)
    assert stopped.release == Release(version=2)
    for gone in (publishing.stop_canary, publishing.promote):
        with pytest.raises(publishing.NoCanaryError):
            await gone(session, NAME, author=ADA)
    with pytest.raises(Refused, match="this version already"):
        await publishing.start_canary(session, NAME, version=2, share=0.1, author=ADA)
    with pytest.raises(publishing.NoSuchVersionError):
        await publishing.start_canary(session, NAME, version=3, share=0.1, author=ADA)
    await publishing.start_canary(session, NAME, version=1, share=0.1, author=ADA)
    back = await publishing.rollback(session, NAME, author=ADA, to=2)
    assert back.release == Release(version=2), "to the same, without the canary"


async def test_publishing_a_canarys_document_promotes_it(session: AsyncSession) -> None:
    await publish(session, "one")
    for share in (0.1, 0.2):
        await publishing.publish(session, NAME, document("two"), author=ADA, canary_share=share)
    assert await out(session) == Release(version=1, canary_version=2, canary_share=0.2)
    same = await publishing.publish(session, NAME, document("one"), author=ADA)
    assert same == Published(version=1, is_new=False)
    assert (await out(session)).canary_version == 2, "and what most get changes nothing"
    assert await publishing.publish(session, NAME, document("two"), author=ADA) == Published(
        version=2, is_new=False
    )
    assert await out(session) == Release(version=2)


async def test_the_first_version_is_for_all(session: AsyncSession) -> None:
    await publishing.publish(session, NAME, document("one"), author=ADA, canary_share=0.1)
    assert await out(session) == Release(version=1)


async def test_what_was_never_published_is_not_there(session: AsyncSession) -> None:
    with pytest.raises(flows.NoSuchFlowError):
        await flows.released(session, NAME)
    for change in (publishing.rollback, publishing.promote, publishing.stop_canary):
        with pytest.raises(flows.NoSuchFlowError):
            await change(session, NAME, author=ADA)
    assert await flows.releases(session) == {}
    assert await flows.versions(session, NAME) == ()


async def test_who_has_looked_at_something_else_is_told(session: AsyncSession) -> None:
    with pytest.raises(publishing.ChangedMeanwhileError):
        await publishing.publish(session, NAME, document("one"), author=ADA, seen="1")
    await publish(session, "one", "two")
    seen = (await flows.released(session, NAME)).tag
    after = await publishing.start_canary(
        session, NAME, version=1, share=0.1, author=ADA, seen=seen
    )
    assert after.tag != seen
    with pytest.raises(publishing.ChangedMeanwhileError):
        await publishing.promote(session, NAME, author=ADA, seen=seen)
    await publishing.promote(session, NAME, author=ADA, seen=after.tag)


async def test_a_text_that_no_database_holds_is_refused(session: AsyncSession) -> None:
    with pytest.raises(publishing.UnstorableError):
        await publishing.publish(session, NAME, document("\0"), author=ADA)


async def test_of_many_who_publish_at_once_no_one_is_lost(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async def one(number: int) -> int:
        async with sessions.begin() as session:
            made = await publishing.publish(session, NAME, document(f"{number}"), author=ADA)
        return made.version

    async with asyncio.TaskGroup() as tasks:
        all_of_them = [tasks.create_task(one(number)) for number in range(8)]
    assert sorted(task.result() for task in all_of_them) == list(range(1, 9))
    async with sessions() as session:
        assert await out(session) == Release(version=8)
        audited = await config.audit(session)
        befores = [row.before and row.before["version"] for row in reversed(audited)]
        assert befores == [None, 1, 2, 3, 4, 5, 6, 7], "each saw what the one before did"


async def test_of_two_who_promote_and_stop_at_once_one_is_told(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await publish(session, "one", "two")
        await publishing.start_canary(session, NAME, version=1, share=0.1, author=ADA)
        seen = (await flows.released(session, NAME)).tag

    async def act(is_promoted: bool) -> bool:
        change = publishing.promote if is_promoted else publishing.stop_canary
        try:
            async with sessions.begin() as session:
                await change(session, NAME, author=ADA, seen=seen)
        except publishing.ChangedMeanwhileError:
            return False
        return True

    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(act(is_promoted)) for is_promoted in (True, False)]
    assert sorted(task.result() for task in both) == [False, True]


async def test_a_folder_fills_an_empty_database_and_is_compared_with_another(
    session: AsyncSession,
) -> None:
    folder = {"hotline": document("one"), "survey": document("how was it")}
    seeded = await publishing.seed(session, folder)
    assert seeded.published == {"hotline", "survey"}
    assert {name: one.release for name, one in (await flows.releases(session)).items()} == {
        "hotline": Release(version=1),
        "survey": Release(version=1),
    }
    seeded = await publishing.seed(session, folder | {"hotline": document("two")})
    assert (seeded.published, seeded.differing) == (frozenset[str](), frozenset({"hotline"}))
    await publishing.publish(session, "hotline", document("two"), author=ADA, canary_share=0.1)
    assert not (await publishing.seed(session, folder | {"hotline": document("two")})).differing
    assert (await config.audit(session))[-1].who == "ccserver"

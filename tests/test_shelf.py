"""Which flow a caller gets: what was published, whatever happens to it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from ccserver import shelf
from ccserver.core.flow import Flow
from ccserver.core.ids import ContactId, Queue, StepName, uuid7
from ccserver.core.release import place
from ccserver.core.steps import GoodBye
from ccserver.db import nuisance, publishing
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.flows.document import Document
from ccserver.flows.drafts import parts_of
from ccserver.flows.faults import FlowError
from ccserver.local.processes import until
from ccserver.shelf import FlowShelf
from tests.db.parts import running

pytestmark = pytest.mark.db

ADA = Author(who="ada", reason="a test")
HOTLINE = "hotline"
BROKEN = "broken"


def document(title: str, *parts: str) -> Document:
    """A flow that ends the call, after its parts."""
    steps = "".join(
        f'[steps.ask{n}]\nkind = "part"\nflow = "{part}"\nthen = "bye"\n'
        for n, part in enumerate(parts)
    )
    return Document(
        text=f'title = "{title}"\nstart = "bye"\nlanguages = ["zh"]\noperator = "operator"\n'
        f'{steps}[steps.bye]\nkind = "goodbye"\n'
    )


def flow_of(document: Document, name: str, version: int, parts: Mapping[str, Flow]) -> Flow:
    """As the reader does it, as far as a shelf sees it."""
    if BROKEN in document.text:
        raise FlowError([f"{name}: it is broken"])
    missing = parts_of(document) - parts.keys()
    if missing:
        raise FlowError([f"{name}: there is no flow {', '.join(missing)}"])
    return Flow(
        name=name,
        version=version,
        start=StepName("bye"),
        steps={StepName("bye"): GoodBye()},
        languages=("zh",),
        operator=Queue("operator"),
        parts=dict(parts),
    )


class Site:
    """A shelf on a real database."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.engine = engine_for(dsn, connections=0)
        self.sessions = sessions_of(self.engine)
        self.shelf = FlowShelf(self.sessions, flow_of=flow_of)

    async def start(self, **folder: Document) -> None:
        flows = {name: flow_of(document("good"), name, 0, {}) for name in folder}
        await self.shelf.start(folder, flows)

    async def publish(
        self, made: Document, name: str = HOTLINE, share: float | None = None
    ) -> None:
        async with self.sessions.begin() as session:
            await publishing.publish(session, name, made, author=ADA, canary_share=share)

    def version(self, name: str = HOTLINE, luck: int = 0) -> int | None:
        flow = self.shelf.flow_named(name, contact(luck))
        return None if flow is None else flow.version


def contact(luck: int) -> ContactId:
    return ContactId(uuid7(1_700_000_000.0, luck))


async def seen(holds: Callable[[], bool]) -> None:
    assert await asyncio.to_thread(until, holds, 5.0)


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    made = Site(database)
    await made.start(hotline=document("one"))
    yield made
    await made.engine.dispose()


async def test_a_folder_is_published_where_the_database_has_none(site: Site) -> None:
    assert site.version() == 1
    assert site.version("other") is None
    with capture_logs() as logs:
        await site.start(hotline=document("two"), survey=document("how was it"))
    assert (site.version(), site.version("survey")) == (1, 1)
    told = [(log["event"], log["flow"]) for log in logs if "flow" in log]
    assert told == [
        ("flow published from its file", "survey"),
        ("callers get another flow than its file says: publish it", HOTLINE),
    ]


async def test_callers_get_what_is_published_and_who_has_begun_keeps_his_flow(site: Site) -> None:
    began = site.shelf.flow_named(HOTLINE, contact(1))
    await site.publish(document("two"))
    assert site.version() == 1, "not looked yet"
    await site.shelf.refresh()
    assert site.version() == 2
    assert began is not None
    assert began.version == 1


async def test_what_did_not_change_is_not_read_again(site: Site) -> None:
    first = site.shelf.flow_named(HOTLINE, contact(1))
    await site.shelf.refresh()
    assert site.shelf.flow_named(HOTLINE, contact(1)) is first


async def test_a_canary_gets_its_share_of_the_callers(site: Site) -> None:
    await site.publish(document("two"), share=0.25)
    await site.publish(document("one"), "survey")
    await site.publish(document("two"), "survey", share=0.75)
    await site.shelf.refresh()
    for luck in range(200):
        at = place(contact(luck))
        assert site.version(luck=luck) == (2 if at < 0.25 else 1)
        assert site.version("survey", luck) == (2 if at < 0.75 else 1)
    assert Counter((flow.name, flow.version) for flow in site.shelf.flows()) == {
        (HOTLINE, 1): 1, (HOTLINE, 2): 1, ("survey", 1): 1, ("survey", 2): 1,
    }  # fmt: skip


async def test_a_flow_has_the_parts_that_its_caller_gets(site: Site) -> None:
    await site.publish(document("one"), "plate")
    await site.publish(document("two", "plate"))
    await site.publish(document("two"), "plate", share=0.5)
    await site.shelf.refresh()
    for luck in range(50):
        flow = site.shelf.flow_named(HOTLINE, contact(luck))
        assert flow is not None
        assert flow.parts["plate"].version == (2 if place(contact(luck)) < 0.5 else 1)


async def test_a_flow_that_can_be_read_no_more_stays_as_it_was(site: Site) -> None:
    await site.publish(document(BROKEN))
    with capture_logs() as logs:
        await site.shelf.refresh()
        await site.shelf.refresh()
    assert site.version() == 1
    (told,) = [log for log in logs if log["log_level"] == "error"]
    assert (told["flow"], told["version"]) == (HOTLINE, 2)
    await site.publish(document("three"))
    await site.shelf.refresh()
    assert site.version() == 3


async def test_what_is_no_document_any_more_takes_no_flow_down(site: Site) -> None:
    await site.publish(document("two"))
    await site.publish(document("fine"), "survey")
    async with site.sessions.begin() as session:
        await session.execute(text("ALTER TABLE flow_version DISABLE TRIGGER USER"))
        await session.execute(
            text("UPDATE flow_version SET document = '[]' WHERE flow = 'hotline' AND version = 2")
        )
    await site.shelf.refresh()
    assert (site.version(), site.version("survey")) == (1, 1)


async def test_a_broken_canary_is_for_no_one(site: Site) -> None:
    await site.publish(document(BROKEN), share=0.9)
    await site.shelf.refresh()
    assert {site.version(luck=luck) for luck in range(50)} == {1}


async def test_after_a_start_with_a_broken_flow_callers_get_the_folders(site: Site) -> None:
    await site.publish(document(BROKEN))
    again = Site(site.dsn)
    await again.start(hotline=document("one"))
    assert again.version() == 0
    await again.engine.dispose()


async def test_parts_that_run_each_other_take_nothing_down(site: Site) -> None:
    await site.publish(document("one", "b"), "a")
    await site.publish(document("one", "a"), "b")
    await site.shelf.refresh()
    assert (site.version("a"), site.version("b"), site.version()) == (None, None, 1)


async def test_a_nuisance_number_is_known_and_forgotten(site: Site) -> None:
    assert not site.shelf.listed("+1")
    async with site.sessions.begin() as session:
        await nuisance.mark(session, "+1", reason="a test", who="ada")
    await site.shelf.refresh()
    assert site.shelf.listed("+1")
    assert not site.shelf.listed("")
    async with site.sessions.begin() as session:
        await nuisance.unmark(session, "+1")
    await site.shelf.refresh()
    assert not site.shelf.listed("+1")


async def test_it_looks_at_a_nudge_and_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(site.shelf.run()):
        await site.publish(document("two"))
        site.shelf.nudge()
        await seen(lambda: site.version() == 2)
        monkeypatch.setattr(shelf, "REFRESH_SECONDS", 0.05)
        site.shelf.nudge()
        await site.publish(document("three"))
        await seen(lambda: site.version() == 3)


async def test_while_the_database_is_away_callers_get_what_they_got(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "REFRESH_SECONDS", 0.01)
    async with site.sessions.begin() as session:
        await session.execute(text("ALTER TABLE nuisance_number RENAME TO away"))
    with capture_logs() as logs:
        async with running(site.shelf.run()):
            await seen(lambda: any(log["log_level"] == "warning" for log in logs))
            assert site.version() == 1
            async with site.sessions.begin() as session:
                await session.execute(text("ALTER TABLE away RENAME TO nuisance_number"))
            await site.publish(document("two"))
            await seen(lambda: site.version() == 2)


async def test_any_version_can_be_read_with_the_parts_of_today(site: Site) -> None:
    await site.publish(document("one"), "plate")
    await site.publish(document("two", "plate"))
    await site.shelf.refresh()
    stored = document("old", "plate").model_dump(mode="json")
    flow = site.shelf.read(HOTLINE, 7, stored)
    assert (flow.version, flow.parts["plate"].version) == (7, 1)
    for broken in ({}, {"text": BROKEN}):
        with pytest.raises(FlowError):
            site.shelf.read(HOTLINE, 7, broken)

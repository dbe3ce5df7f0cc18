"""The configuration in a real PostgreSQL: changed whole, audited, and never behind one's back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.config.check import ConfigError
from ccserver.config.file import read, write
from ccserver.config.form import AgentForm, ConfigForm, QueueForm
from ccserver.core.ids import AgentId, Phone, Queue, Skill
from ccserver.core.rules import RetentionRule, Taping, TapingRule
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, agent_profiles, deactivate, ensure_person
from ccserver.settings import QueueSettings
from tests.config.samples import SAMPLES, sample, small

pytestmark = pytest.mark.db

ADA = Author(who="ada", reason="a test")
AGENTS = {"anna": "1001", "ben": "1002"}


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = engine_for(database, connections=0)
    made = sessions_of(engine)
    async with made.begin() as session:
        for login, phone in AGENTS.items():
            await ensure_person(
                session, login, name=login, role=Role.AGENT, password_hash="", phone=Phone(phone)
            )
    yield made
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as made:
        yield made


async def apply(session: AsyncSession, form: ConfigForm) -> int:
    seen = await config.preview(session, form, used={})
    made = await config.replace(session, form, author=ADA, used={}, revision=seen.revision)
    assert made == seen.changes, "what was shown is what is done"
    return len(made)


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_comes_out_as_it_went_in(session: AsyncSession, name: str) -> None:
    assert await apply(session, sample(name)) > 20
    kept = await config.current(session)
    assert kept == sample(name)
    assert await apply(session, read(write(kept))) == 0
    rules = await config.rules(session)
    assert {rule.name for rule in rules.queues} == sample(name).queues.keys()


async def test_one_sample_takes_the_place_of_the_other(session: AsyncSession) -> None:
    for name in SAMPLES:
        await apply(session, sample(name))
        assert await config.current(session) == sample(name)


async def test_what_an_agent_can_do_reaches_the_center(session: AsyncSession) -> None:
    await apply(session, sample("cable_96296"))
    anna = next(one for one in await agent_profiles(session) if one.agent == "anna")
    assert (Skill("complaint"), 3) in anna.skills
    assert anna.regions == {"徐汇", "静安", "黄浦"}
    assert anna.languages == {"zh"}
    assert anna.queues == frozenset()
    assert (await config.weights(session)).complaints == 3.0


async def test_an_agent_who_is_not_named_keeps_what_he_has(session: AsyncSession) -> None:
    await apply(session, small("[agents.ben]\nlanguages = ['en']"))
    await apply(session, small())
    assert (await config.current(session)).agents["ben"] == AgentForm(languages=("en",))


async def test_who_left_and_who_has_no_phone_is_no_agent(session: AsyncSession) -> None:
    await ensure_person(session, "sue", name="Sue", role=Role.SUPERVISOR, password_hash="")
    await deactivate(session, "ben")
    assert set((await config.current(session)).agents) == {"anna"}
    with pytest.raises(ConfigError, match=r"`agents\.ben`: no agent is called that"):
        await apply(session, small("[agents.ben]"))


async def test_every_change_is_audited_with_before_and_after(session: AsyncSession) -> None:
    await apply(session, small())
    louder = small().queues["service"].model_copy(update={"ring_seconds": 30})
    await config.alter(
        session,
        lambda old: old.model_copy(update={"queues": old.queues | {"service": louder}}),
        author=Author(who="eve", reason="phones are slow"),
        used={},
    )
    newest, *older = await config.audit(session)
    assert (newest.who, newest.kind, newest.name) == ("eve", "queues", "service")
    assert newest.reason == "phones are slow"
    assert newest.before == {"required": {"engine": 2}}
    assert newest.after == {"required": {"engine": 2}, "ring_seconds": 30}
    assert {one.kind for one in older} == {"skills", "calendars", "queues", "agents"}
    assert await config.audit(session, before=older[0].id, limit=1) == (older[1],)


async def test_what_does_not_fit_changes_nothing(session: AsyncSession) -> None:
    await apply(session, small())

    def without(old: ConfigForm) -> ConfigForm:
        kept = {name: queue for name, queue in old.queues.items() if name != "service"}
        return old.model_copy(update={"queues": kept})

    with pytest.raises(ConfigError, match="there is no queue `service`"):
        await config.alter(session, without, author=ADA, used={})
    assert await config.current(session) == small("[agents.ben]")


async def test_a_revision_that_is_not_the_newest_is_refused(session: AsyncSession) -> None:
    seen = await config.preview(session, small(), used={})
    await apply(session, small("[queues.parts]"))
    made = await config.replace(session, small(), author=ADA, used={}, revision=seen.revision)
    assert made is None
    assert "parts" in (await config.current(session)).queues


async def test_of_two_at_the_same_time_one_is_told(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as session:
        revision = (await config.preview(session, small(), used={})).revision

    async def change(more: str) -> bool:
        async with sessions.begin() as session:
            made = await config.replace(
                session, small(more), author=ADA, used={}, revision=revision
            )
        return made is not None

    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(change(f"[queues.{name}]")) for name in ("one", "two")]
    assert sorted(one.result() for one in both) == [False, True]


async def test_a_queue_is_closed_by_hand_and_no_file_opens_it(session: AsyncSession) -> None:
    await apply(session, small())
    sue = Author(who="sue", reason="water in the office")
    assert await config.set_open(session, Queue("sales"), is_open=False, author=sue)
    assert not await config.set_open(session, Queue("sales"), is_open=False, author=sue)
    assert await config.closed(session) == {"sales": "water in the office"}
    await apply(session, small("[queues.parts]"))
    opened = {rule.name: rule.open for rule in (await config.rules(session)).queues}
    assert opened == {"parts": True, "sales": False, "service": True}
    assert (await config.audit(session))[1].kind == "closed"
    assert await config.set_open(session, Queue("sales"), is_open=True, author=sue)
    assert await config.closed(session) == {}
    with pytest.raises(ConfigError, match="there is no queue `x`"):
        await config.set_open(session, Queue("x"), is_open=False, author=sue)


async def test_a_queue_that_is_gone_is_not_closed_any_more(session: AsyncSession) -> None:
    await apply(session, small("[queues.parts]"))
    await config.set_open(session, Queue("parts"), is_open=False, author=ADA)
    await apply(session, small())
    assert await config.closed(session) == {}


async def test_the_settings_queues_fill_an_empty_database_and_no_other(
    session: AsyncSession,
) -> None:
    first = [QueueSettings(name="sales", ring_seconds=4), QueueSettings(name="service")]
    assert await config.seed(session, first)
    assert not await config.seed(session, [QueueSettings(name="other")])
    queues = (await config.current(session)).queues
    assert queues == {"sales": QueueForm(ring_seconds=4), "service": QueueForm()}
    assert (await config.audit(session))[0].who == "ccserver"


async def test_what_is_recorded_and_for_how_long_is_kept(session: AsyncSession) -> None:
    assert await config.retention_rules(session) == ()
    rules = (
        "[[recording.rules]]\ntaping = 'never'\nagents = ['anna']\n"
        "[[retention.rules]]\ndays = 30\nkinds = ['voicemail']\n"
    )
    await apply(session, small(rules))
    site = (await config.rules(session)).site
    assert site.taping == (TapingRule(taping=Taping.NEVER, agents=frozenset({AgentId("anna")})),)
    [kept] = await config.retention_rules(session)
    assert kept == RetentionRule(days=30, kinds=frozenset({"voicemail"}))
    assert {row.kind for row in await config.audit(session)} >= {"recording", "retention"}
    with pytest.raises(ConfigError, match="no agent is called `carl`"):
        await apply(session, small("[[recording.rules]]\ntaping='never'\nagents=['carl']"))
    with pytest.raises(ConfigError, match="there is no prompt `hush`"):
        await config.preview(
            session,
            small("[[recording.rules]]\ntaping = 'always'\nnotice = 'hush'"),
            used={},
            prompts={"hello"},
        )
    await apply(session, small())
    assert (await config.rules(session)).site.taping == ()

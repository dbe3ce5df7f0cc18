"""What the database says reaches the center, the screens and the switch, without a restart."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from sqlalchemy import text

from ccserver import refresh
from ccserver.ami.endpoints import PhoneLogin
from ccserver.config.desk_form import ThresholdForm
from ccserver.config.form import AgentForm, ConfigForm, QueueForm, RecordingForm, TapingRuleForm
from ccserver.core import events as fact
from ccserver.core.ids import AgentId, Phone, Queue, Skill
from ccserver.core.rules import Taping
from ccserver.core.thresholds import Figure
from ccserver.db import config
from ccserver.db.config import Author, Rules
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, choose_browser_phone, deactivate, ensure_person
from ccserver.refresh import Refresher
from ccserver.settings import QueueSettings

pytestmark = pytest.mark.db

ADA = Author(who="ada", reason="a test")


class Site:
    """A refresher on a real database, and all that it tells."""

    def __init__(self, dsn: str) -> None:
        self.sessions = sessions_of(engine_for(dsn, connections=0))
        self.events: asyncio.Queue[fact.Event] = asyncio.Queue()
        self.names: list[tuple[str, str]] = []
        self.queues: list[list[str]] = []
        self.phone_updates = 0
        self.rules: list[Rules] = []
        self.logged_out: set[AgentId] = set()
        self.refresher = Refresher(
            self.sessions,
            post=self.events.put_nowait,
            screens=self,
            update_phones=self._update_phones,
            go_by=self.rules.append,
            logged_out=self.logged_out.__contains__,
        )

    def name_agent(self, agent: AgentId, *, name: str, phone: str) -> None:
        self.names.append((agent, phone))

    def show_queues(self, queues: Iterable[Queue]) -> None:
        self.queues.append(list(queues))

    async def _update_phones(self) -> None:
        self.phone_updates += 1

    async def alter(self, **parts: dict[str, object] | RecordingForm) -> None:
        def edit(old: ConfigForm) -> ConfigForm:
            return old.model_copy(
                update={
                    kind: getattr(old, kind) | more if isinstance(more, dict) else more
                    for kind, more in parts.items()
                }
            )

        async with self.sessions.begin() as session:
            await config.alter(session, edit, author=ADA, used={})

    async def next(self) -> fact.Event:
        """What is told after a nudge."""
        self.refresher.nudge()
        async with asyncio.timeout(5):
            return await self.events.get()


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    made = Site(database)
    async with made.sessions.begin() as session:
        await config.seed(session, [QueueSettings(name="sales", ring_seconds=9)])
        await ensure_person(
            session, "anna", name="Anna", role=Role.AGENT, password_hash="", phone=Phone("1001")
        )
    known = await made.refresher.start()
    assert [(queue.name, queue.ring_seconds) for queue in known.rules.queues] == [("sales", 9)]
    assert [agent.agent for agent in known.agents] == ["anna"]
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.refresher.run())
        yield made
        running.cancel()


async def test_a_new_queue_reaches_center_and_screens_at_once(site: Site) -> None:
    await site.alter(queues={"parts": QueueForm(wrap_up_seconds=5)})
    told = await site.next()
    assert isinstance(told, fact.RulesChanged)
    assert [queue.name for queue in told.queues] == ["parts", "sales"]
    assert site.queues == [["sales"], ["parts", "sales"]]


async def test_a_changed_rule_makes_the_screens_ask_anew(site: Site) -> None:
    await site.alter(queues={"sales": QueueForm(ring_seconds=30)})
    told = await site.next()
    assert isinstance(told, fact.RulesChanged)
    assert told.queues[0].ring_seconds == 30
    assert site.queues == [["sales"], ["sales"]]


async def test_what_only_desks_show_reaches_them_and_not_the_center(site: Site) -> None:
    speaks = AgentForm(languages=("zh",))
    await site.alter(pause_reasons={"tea": "Tea"}, agents={"anna": speaks})
    assert isinstance(await site.next(), fact.AgentKnown), "and no rules have changed"
    assert site.queues == [["sales"], ["sales"]]
    await site.alter(agents={"anna": AgentForm(languages=("en",))})
    assert isinstance(await site.next(), fact.AgentKnown)
    assert site.queues == [["sales"], ["sales"]], "what an agent can do is on no desk"


async def test_what_is_recorded_changes_without_a_restart(site: Site) -> None:
    rule = TapingRuleForm(taping=Taping.NEVER, queues=("sales",))
    await site.alter(recording=RecordingForm(rules=(rule,), pause_max_seconds=60))
    told = await site.next()
    assert isinstance(told, fact.RulesChanged)
    assert told.site.taping_pause_max_seconds == 60
    [kept] = told.site.taping
    assert (kept.taping, kept.queues) == (Taping.NEVER, frozenset({Queue("sales")}))


async def test_a_queue_closed_by_hand_is_closed_at_once(site: Site) -> None:
    async with site.sessions.begin() as session:
        await config.set_open(session, Queue("sales"), is_open=False, author=ADA)
    told = await site.next()
    assert isinstance(told, fact.RulesChanged)
    assert not told.queues[0].open
    assert site.queues == [["sales"]], "the configuration is the same"


async def test_an_agents_new_skills_reach_the_center(site: Site) -> None:
    await site.alter(
        skills={"engine": "Engines"},
        agents={"anna": AgentForm(skills={"engine": 4}, languages=("zh",), regions=("浦东",))},
    )
    told = await site.next()
    assert isinstance(told, fact.AgentKnown)
    assert told.profile.skills == ((Skill("engine"), 4),)
    assert told.profile.languages == {"zh"}
    assert told.profile.regions == {"浦东"}


async def test_who_left_is_logged_out_and_who_came_gets_a_phone(site: Site) -> None:
    async with site.sessions.begin() as session:
        await deactivate(session, "anna")
        await ensure_person(
            session, "ben", name="Ben", role=Role.AGENT, password_hash="", phone=Phone("1002"),
            sip_secret="s",
        )  # fmt: skip
    assert await site.next() == fact.AgentLoggedOut(agent=AgentId("anna"))
    told = await site.events.get()
    assert isinstance(told, fact.AgentKnown)
    assert (told.profile.agent, site.names[-1]) == ("ben", ("ben", "1002"))
    assert [phone.phone for phone in site.refresher.phones] == ["1002"]


async def test_a_browsers_phone_lives_as_long_as_the_log_in(site: Site) -> None:
    async with site.sessions.begin() as session:
        await choose_browser_phone(session, "anna", screen="a-tab-01", fresh_secret="fresh")
    await site.refresher.refreshed()
    in_browser = PhoneLogin(phone=Phone("1001"), password="fresh", browser=True)
    assert site.refresher.phones == (in_browser,)
    updates = site.phone_updates
    site.logged_out.add(AgentId("anna"))
    await site.refresher.refreshed()
    [login] = site.refresher.phones
    assert (login.browser, site.phone_updates) == (False, updates + 1)
    site.logged_out.clear()
    await site.refresher.refreshed()
    assert site.refresher.phones == (login,), "it is gone for good"


async def test_who_waits_for_a_refresh_hears_of_one_that_failed(site: Site) -> None:
    async with site.sessions.begin() as session:
        await session.execute(text("ALTER TABLE person RENAME TO nobody"))
    async with asyncio.timeout(5):
        await site.refresher.refreshed()
    assert site.phone_updates == 0


async def test_what_another_program_changed_is_found_without_a_nudge(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "REFRESH_SECONDS", 0.05)
    site.refresher.nudge()
    await site.alter(queues={"parts": QueueForm()})
    async with asyncio.timeout(5):
        assert isinstance(await site.events.get(), fact.RulesChanged)
    assert site.phone_updates


async def test_who_shows_figures_hears_of_thresholds_and_of_queues_closed_by_hand(
    site: Site,
) -> None:
    await site.alter(thresholds={"busy": ThresholdForm(figure=Figure.WAITING, above=5)})
    await site.next()
    async with site.sessions.begin() as session:
        author = Author(who="sue", reason="storm")
        await config.set_open(session, Queue("sales"), is_open=False, author=author)
    await site.next()
    first, second, third = site.rules
    assert [(one.name, one.limit) for one in second.thresholds] == [("busy", 5)]
    assert (first.thresholds, second.closed, third.closed) == ((), {}, {"sales": "storm"})

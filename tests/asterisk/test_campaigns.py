"""Whole campaigns on the real Asterisk: the real ccserver, and SIPp as the public network."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver import clock
from ccserver.config.campaign_form import CampaignForm
from ccserver.core.campaigns import CampaignName, CampaignState, Mode
from ccserver.db import config
from ccserver.db.campaign_tables import AttemptRow, LeadRow
from ccserver.db.campaigns import set_state, standing
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.flow_tables import SurveyAnswerRow
from ccserver.local.phones import Phones, PhoneScript, start_customers
from tests.asterisk.conftest import PhoneBook
from tests.asterisk.site import Site, screen
from tests.db.chains import chain
from tests.db.lists import add_lead, add_list

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
NIGHT = CampaignName("night")
SURVEY = """
title = "night"
role = "survey"
start = "first"
languages = ["zh", "en"]
[steps.first]
kind = "question"
question = "first"
style = "recording"
prompts = ["survey_words"]
record_seconds_max = 2
then = "second"
[steps.second]
kind = "question"
question = "second"
style = "recording"
prompts = ["survey_words"]
record_seconds_max = 2
then = "bye"
[steps.bye]
kind = "goodbye"
"""


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    flows = shutil.copytree(ROOT / "ivr_flows", tmp_path / "flows")
    (flows / "night_survey.toml").write_text(SURVEY)
    return {"CC_FLOWS": str(flows)}


@pytest.fixture
def customers(tmp_path: Path, site: Site, customers_port: int) -> Iterator[Phones]:
    """Customers who answer, and talk until we hang up."""
    phones = start_customers(
        tmp_path / "customers",
        PhoneScript(ring_seconds=0.3),
        port=customers_port,
        sip_port=site.asterisk.ports.sip,
    )
    yield phones
    phones.stop()


@pytest.fixture
def sessions(site: Site) -> async_sessionmaker[AsyncSession]:
    return sessions_of(engine_for(site.dsn, connections=0))


async def begin(sessions: async_sessionmaker[AsyncSession], form: CampaignForm, leads: int) -> None:
    """A campaign with a list runs from the next look on."""
    async with sessions.begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(update={"campaigns": {NIGHT: form}}),
            author=Author(who="ada", reason=""),
            used={},
        )
        one = await add_list(session, campaign=NIGHT)
        for n in range(leads):
            await add_lead(session, one, f"+86138001{n:05}", campaign=NIGHT, language="zh")
    async with sessions.begin() as session:
        await set_state(session, NIGHT, CampaignState.RUNNING, "ada", "", at=clock.now())


async def attempts(sessions: async_sessionmaker[AsyncSession]) -> list[AttemptRow]:
    async with sessions() as session:
        return list(await session.scalars(select(AttemptRow).order_by(AttemptRow.placed_at)))


async def answers(sessions: async_sessionmaker[AsyncSession]) -> Counter[str]:
    async with sessions() as session:
        rows = await session.scalars(select(SurveyAnswerRow))
        return Counter(str(row.contact) for row in rows)


async def wait_for(
    sessions: async_sessionmaker[AsyncSession], state: CampaignState, site: Site
) -> None:
    for _ in range(240):
        async with sessions() as session:
            if (await standing(session, NIGHT)).state is state:
                return
        await asyncio.sleep(0.5)
    rows = [(row.result, row.lead) for row in await attempts(sessions)]
    raise AssertionError(f"{rows}\n{site.log()}")


async def whole_chain(sessions: async_sessionmaker[AsyncSession]) -> Counter[str]:
    """The kinds of entries, of a chain that is whole."""
    async with sessions() as session:
        rows = await chain(session)
    return Counter(row.kind for row in rows)


async def test_a_survey_runs_by_itself_though_ccserver_is_killed_in_the_middle(
    site: Site, customers: Phones, sessions: async_sessionmaker[AsyncSession]
) -> None:
    form = CampaignForm(mode=Mode.AGENTLESS, flow="night_survey", lines_max=4)
    await begin(sessions, form, leads=7)
    for killed_at in (2, 6):
        for _ in range(200):
            if sum((await answers(sessions)).values()) >= killed_at:
                break
            await asyncio.sleep(0.5)
        await site.kill()
        await site.start()
    await wait_for(sessions, CampaignState.COMPLETED, site)
    made = await attempts(sessions)
    # As SIPp saw it: one call for each attempt, and none without one.
    assert len(customers.invites()) == len([one for one in made if one.result != "unsent"])
    async with sessions() as session:
        leads = list(await session.scalars(select(LeadRow)))
    assert {lead.state for lead in leads} == {"completed"}, [(one.lead, one.result) for one in made]
    reached = {str(one.id) for one in made if one.result == "human"}
    assert len({one.lead for one in made if one.result == "human"}) == 7
    given = await answers(sessions)
    assert {contact: given[contact] for contact in reached} == dict.fromkeys(reached, 2)
    kinds = await whole_chain(sessions)
    assert kinds["dialed"] == kinds["ended"] == len(made)


async def test_an_agent_talks_to_whom_a_campaign_calls(
    site: Site,
    customers: Phones,
    phones: PhoneBook,
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    phones.start("1001", script=PhoneScript(talk_seconds=1.0))
    form = CampaignForm(mode=Mode.PROGRESSIVE, queue="sales")
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        await begin(sessions, form, leads=3)
        await wait_for(sessions, CampaignState.COMPLETED, site)
    made = await attempts(sessions)
    assert [one.result for one in made] == ["human"] * 3
    assert {one.agent for one in made} == {"anna"}
    assert len(customers.invites()) == 3
    await whole_chain(sessions)

"""What a campaign has reached, counted in a real database."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.file import read
from ccserver.core.campaigns import AbandonRules
from ccserver.db.campaign_figures import CampaignFigures, Grouped, campaign_figures, rules_of
from ccserver.db.engine import engine_for, sessions_of
from tests.db.dialed import BEGUN, CONFIG, REMINDER, Dialed, dial, dropped, served

pytestmark = pytest.mark.db

FORM = read(CONFIG)
DAY = timedelta(days=1)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def figures(session: AsyncSession, campaign: str = REMINDER) -> CampaignFigures:
    return await campaign_figures(
        session, campaign, BEGUN, BEGUN + DAY, form=FORM, zone="Asia/Shanghai"
    )


async def test_attempts_are_counted_by_result_and_disposition_flags(session: AsyncSession) -> None:
    await dial(
        session,
        served(0, disposition="sold"),
        served(1, disposition="reached", agent="bob"),
        served(61, disposition="tape"),
        served(62),
        dropped(3),
        Dialed(),
        Dialed(result="unsent"),
        Dialed(result="busy", call_list=1),
        Dialed(result=None, minute=5, ended=None),
    )
    found = await figures(session)
    counts = found.counts
    assert counts.by_result == {
        "human": 4, "abandoned": 1, "no_answer": 1, "unsent": 1, "busy": 1, "open": 1,
    }  # fmt: skip
    assert (counts.dials, counts.answered, counts.connected, counts.machines) == (8, 4, 4, 1)
    assert (counts.connect_rate, counts.right_party_contact) == (4 / 8, 2 / 8)
    assert (counts.conversion, counts.dials_per_connect) == (1 / 2, 2.0)
    assert counts.talk_ms == 4 * 59_900
    by_hour = found.by[Grouped.HOUR]
    assert {hour: one.dials for hour, one in by_hour.items()} == {"09": 6, "10": 2}
    assert {name: one.connected for name, one in found.by[Grouped.AGENT].items()} == {
        "": 0, "anna": 3, "bob": 1,
    }  # fmt: skip
    a, b = found.lists
    assert found.by[Grouped.LIST][str(b.call_list)].by_result == {"busy": 1}
    assert (a.title, a.leads, a.tried, a.by_state) == (
        "A", 9, 8, {"new": 1, "completed": 4, "retry": 4},
    )  # fmt: skip
    assert (a.penetration, a.exhaustion, b.exhaustion) == (8 / 9, 4 / 9, 0.0)
    assert found.penetration == 9 / 10
    assert found.by_state["retry"] == 5


async def test_abandonment_is_told_in_all_definitions(session: AsyncSession) -> None:
    calls = [served(n) for n in range(57)] + [served(57, after=2.5)]
    await dial(session, *calls, dropped(58), served(59, disposition="tape"))
    found = (await figures(session)).abandonment
    compliance, from_answer, true = found.span
    # One was dropped, one came too late; the machine is none who answered.
    assert (compliance.abandoned, compliance.answered) == (2, 59)
    assert (from_answer.abandoned, true.abandoned) == (2, 0)
    (period,) = found.ftc
    assert (period.from_at, period.abandoned) == (BEGUN.timestamp(), 2)
    (ofcom,), (vicidial,) = found.ofcom, found.vicidial
    assert ofcom.abandoned == 2 - 2 * 1 / 58
    assert vicidial.rate == 2 / 59
    half_hour, hour = found.windows[0], found.windows[1]
    assert half_hour == (1800.0, None)
    assert hour[1] is not None
    assert hour[1].answered == 59


async def test_answer_to_agent_and_detection(session: AsyncSession) -> None:
    waits = [served(n, after=0.1 * (n + 1), disposition="reached", heard="human") for n in range(3)]
    hung_up = Dialed(result="machine", answered=5.0, heard="machine")
    await dial(session, *waits, served(9, after=0.2, disposition="tape", heard="notsure"), hung_up)
    found = await figures(session)
    p50, p99 = found.answer_to_agent_ms
    assert p50 == pytest.approx(200, abs=1)
    assert p99 == pytest.approx(297, abs=1)
    assert found.detection.missed is not None
    assert found.detection.missed.value == 0.25
    assert (found.detection.precision, found.detection.unknown) == (None, 1)
    assert found.detection.recall_at_most == 0.5


async def test_a_period_of_30_days_is_counted_from_where_it_began(session: AsyncSession) -> None:
    days = 24 * 60
    await dial(session, dropped(0), dropped(31 * days), served(32 * days), served(40 * days))
    found = await campaign_figures(
        session, REMINDER, BEGUN + 39 * DAY, BEGUN + 41 * DAY, form=FORM, zone="UTC"
    )
    (period,) = found.abandonment.ftc
    assert period.from_at == (BEGUN + 30 * DAY).timestamp()
    assert (period.abandoned, period.answered) == (1, 3)
    assert found.abandonment.span[0].answered == 1


async def test_a_campaign_that_never_called_has_no_figures(session: AsyncSession) -> None:
    found = await figures(session, "other")
    assert (found.counts.dials, found.counts.connect_rate, found.penetration) == (0, None, None)
    assert found.answer_to_agent_ms == (None, None)
    assert found.abandonment.ofcom == ()
    assert found.rules == AbandonRules()


def test_the_rules_are_those_of_the_configuration() -> None:
    form = read(CONFIG + "abandon = { cap = 0.01, period_days = 1, window_minutes = 30 }")
    rules = rules_of(form, REMINDER)
    assert (rules.cap, rules.period_seconds, rules.window_seconds) == (0.01, 86_400, 1800)

"""The keeper of campaigns: schedules, changes of the configuration, reports."""

from datetime import UTC, datetime

import pytest

from ccserver.core.campaigns import CampaignState, Result
from ccserver.core.dial_events import CampaignsSet, LedgersGiven
from ccserver.core.dial_orders import SaveAttempt
from ccserver.db.campaign_reports import last_reported, reports
from ccserver.db.campaigns import set_state, standing
from tests.db.lists import AUTUMN, NOW, dial_of
from tests.dialing.stage import CONFIG, Stage, configure, stage_on

pytestmark = pytest.mark.db


def told_states(stage: Stage) -> list[str]:
    return [event.campaigns[0].state.value for event in stage.of(CampaignsSet)]


async def test_a_campaign_starts_and_stops_by_its_schedule(database: str) -> None:
    night = f"starts_at = {round(NOW * 1000) + 60_000}\nends_at = {round(NOW * 1000) + 120_000}\n"
    stage = await stage_on(database, text=CONFIG + night)
    async with stage.sessions.begin() as session:
        for state in (CampaignState.STOPPED, CampaignState.SCHEDULED):
            await set_state(session, AUTUMN, state, "ada", "", at=NOW)
    for seconds in (0, 60, 61, 120):
        stage.now = NOW + seconds
        await stage.keeper.look()
    assert told_states(stage) == ["running", "scheduled", "running", "stopped"]
    async with stage.sessions() as session:
        last = await standing(session, AUTUMN)
    assert (last.changed_by, last.reason) == ("", "its schedule")


async def test_a_campaign_that_is_new_is_told_with_its_ledger(database: str) -> None:
    stage = await stage_on(database)
    stage.posted.clear()
    await stage.keeper.look()
    assert stage.posted == []
    await configure(stage.sessions, f"{CONFIG}[campaigns.winter]\nqueue = 'sales'\n")
    await stage.keeper.look()
    (told,), (ledgers,) = stage.of(CampaignsSet), stage.of(LedgersGiven)
    assert [one.name for one in told.campaigns] == ["autumn", "winter"]
    assert [one.campaign for one in ledgers.ledgers] == ["winter"]


async def test_a_report_lies_there_in_the_morning_and_another_at_the_end(database: str) -> None:
    stage = await stage_on(database)
    dials = [dial_of(lead) for lead in await stage.leads(3)]
    for dial in dials:
        stage.dialing.take(dial)
    for dial, result in zip(dials, (Result.HUMAN, Result.ABANDONED, Result.BUSY), strict=True):
        stage.dialing.take(
            SaveAttempt(
                contact=dial.contact, campaign=AUTUMN, lead=dial.lead, at=NOW + 9, result=result,
                answered_at=None if result is Result.BUSY else NOW + 5,
            )
        )  # fmt: skip
    await stage.dialing._turn()
    await stage.keeper.report()
    assert stage.told == []
    # NOW is 16:00 in Shanghai: 15 hours later it is seven.
    stage.now = NOW + 15 * 3600 + 1
    await stage.keeper.report()
    await stage.keeper.report()
    (told,) = stage.told
    assert told["results"] == {"abandoned": 1, "busy": 1, "human": 1}
    assert (told["placed"], told["answered"], told["abandon_rate"]) == (3, 2, 0.5)
    assert told["worst"] == {
        "until_at": round(NOW * 1000) + 5000, "answered": 2, "abandoned": 1
    }  # fmt: skip
    assert (told["campaign"], told["to"]) == ("autumn", round(NOW + 15 * 3600) * 1000)
    async with stage.sessions() as session:
        (kept,) = await reports(session, AUTUMN)
        assert kept.body["left"] == {"dialing": 3}
        assert await last_reported(session) == {
            AUTUMN: datetime.fromtimestamp(NOW + 15 * 3600, UTC)
        }


async def test_who_called_nobody_reports_nothing_and_an_end_is_reported_when_all_is_over(
    database: str,
) -> None:
    stage = await stage_on(database)
    (dial,) = map(dial_of, await stage.leads(1))
    stage.dialing.take(dial)
    await stage.dialing._turn()
    async with stage.sessions.begin() as session:
        await set_state(session, AUTUMN, CampaignState.STOPPED, "ada", "", at=NOW + 60)
    for seconds in (61, 661, 662, 90_000):
        stage.now = NOW + seconds
        await stage.keeper.report()
    (told,) = stage.told
    assert (told["placed"], told["results"]) == (1, {"open": 1})

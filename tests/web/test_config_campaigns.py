"""The configuration of outbound calling over HTTP."""

from typing import Any

import pytest

from ccserver.config.file import read
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from tests.web.house import House, running
from tests.web.test_evaluations import is_problem

pytestmark = pytest.mark.db

CAMPAIGN = "/api/config/campaigns/autumn"
ASKED = "/api/config/questionnaires/csat"
QUESTIONS: dict[str, Any] = {
    "questions": [{"name": "good", "kind": "rating", "text": {"zh": "好吗", "en": "Good?"}}]
}


async def configured(database: str) -> None:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        author = Author(who="ada", reason="")
        await config.alter(session, lambda _: read("[queues.sales]"), author=author, used={})
    await engine.dispose()


async def test_administrators_add_change_and_take_out_campaigns(database: str) -> None:
    await configured(database)
    async with running(House(dsn=database)) as house:
        async with house.http("sue") as sue:
            is_problem(await sue.put(CAMPAIGN, json={"queue": "sales"}), 403)
        async with house.http("ada") as ada:
            made = await ada.put(CAMPAIGN, json={"queue": "sales", "title": "秋"})
            assert [one["sign"] for one in made.json()["changes"]] == ["+"]
            kept = await ada.get(CAMPAIGN)
            assert (kept.json()["title"], kept.json()["mode"]) == ("秋", "predictive")
            (one,) = (await ada.get("/api/campaigns")).json()
            assert (one["name"], one["state"]) == ("autumn", "draft")
            is_problem(await ada.put(CAMPAIGN, json={"queue": "sales"}), 428)
            seen = {"If-Match": kept.headers["ETag"]}
            lost = await ada.put(CAMPAIGN, json={"queue": "lost"}, headers=seen)
            assert "there is no queue `lost`" in is_problem(lost, 422)
            gone = await ada.delete(CAMPAIGN, headers=seen)
            assert gone.json()["changes"][0]["sign"] == "-"
            is_problem(await ada.get(CAMPAIGN), 404)
        assert house.config_changes == 2


async def test_a_flow_that_is_not_there_is_refused(database: str) -> None:
    await configured(database)
    house = House(dsn=database)
    house.flows = {"survey"}
    async with running(house), house.http("ada") as ada:
        night = {"mode": "agentless", "flow": "lost"}
        assert "there is no flow `lost`" in is_problem(await ada.put(CAMPAIGN, json=night), 422)
        good = await ada.put(CAMPAIGN, json={"mode": "agentless", "flow": "survey"})
        assert good.status_code == 200


async def test_a_questionnaire_that_a_campaign_asks_stays(database: str) -> None:
    await configured(database)
    async with running(House(dsn=database)) as house, house.http("ada") as ada:
        assert (await ada.put(ASKED, json=QUESTIONS)).status_code == 200
        kept = await ada.get(ASKED)
        assert kept.json()["questions"][0]["highest"] == 5
        campaign = {"queue": "sales", "questionnaire": "csat"}
        assert (await ada.put(CAMPAIGN, json=campaign)).status_code == 200
        seen = {"If-Match": kept.headers["ETag"]}
        assert "in use" in is_problem(await ada.delete(ASKED, headers=seen), 409)
        tag = (await ada.get(CAMPAIGN)).headers["ETag"]
        await ada.delete(CAMPAIGN, headers={"If-Match": tag})
        assert (await ada.delete(ASKED, headers=seen)).status_code == 200

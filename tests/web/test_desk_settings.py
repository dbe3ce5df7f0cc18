"""The desk's page gets all that it goes by in one answer, and again when it has changed."""

from pathlib import Path
from typing import Any

import pytest

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.desk_form import DispositionForm, Flag, ScriptForm
from ccserver.config.form import QueueForm
from ccserver.core.ids import Queue
from ccserver.db import config
from ccserver.db.config import Author
from tests.web.house import House, hear, running
from tests.web.talked import execute, talked

pytestmark = pytest.mark.db

URL = "/api/desk"


async def configure(house: House, **parts: Any) -> None:
    async with house.sessions.begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(update=parts),
            author=Author(who="ada", reason="a test"),
            used={},
        )


async def test_a_desk_gets_all_that_it_goes_by(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        await configure(
            house,
            pause_reasons={"lunch": "Lunch"},
            teams={"front": "Front"},
            skills={"engine": "Engines"},
            dispositions={
                "sold": DispositionForm(title="Sold", flags=(Flag.SALE,), queues=("sales",))
            },
            scripts={"hello": ScriptForm(title="Hello", text="Good day, {name}.")},
            queues={
                "sales": QueueForm(title="Sales", script="hello", disposition_required=True),
                "service": QueueForm(wrap_up_forced=True, auto_answer=True),
            },
            campaigns={
                "care": CampaignForm(title="Care", queue="sales", script="hello"),
                "recall": CampaignForm(queue="service"),
            },
        )
        async with house.http("anna") as anna, house.http("ada") as ada:
            mine = (await anna.get(URL)).json()
            hers = (await ada.get(URL)).json()
    usual = {"wrap_up_extend_seconds": 60.0, "wrap_up_extends_max": 2}
    assert mine == {
        "pause_reasons": [{"name": "lunch", "title": "Lunch"}],
        "dispositions": [
            {"name": "sold", "title": "Sold", "flags": ["sale"], "queues": ["sales"]}
        ],
        "queues": [
            {
                "name": "sales", "title": "Sales", "disposition_required": True,
                "script": {"title": "Hello", "text": "Good day, {name}."},
                "wrap_up_forced": False, "auto_answer": False, **usual,
            },
            {
                "name": "service", "title": "", "disposition_required": False, "script": None,
                "wrap_up_forced": True, "auto_answer": True, **usual,
            },
        ],
        "campaigns": [
            {
                "name": "care", "title": "Care", "questionnaire": None,
                "script": {"title": "Hello", "text": "Good day, {name}."},
            },
            {"name": "recall", "title": "", "questionnaire": None, "script": None},
        ],
        "skills": [{"name": "engine", "title": "Engines"}],
        "teams": [{"name": "front", "title": "Front"}],
        "zone": "UTC",
        "region": "CN",
        "may_download": False,
        "phone": "1001",
    }  # fmt: skip
    assert (hers["may_download"], hers["phone"]) == (True, None)


async def test_a_change_is_in_the_answer_once_the_screens_were_told(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        await configure(house, pause_reasons={"lunch": "Lunch"}, queues={"sales": QueueForm()})
        async with house.screen("anna") as screen, house.http("anna") as anna:
            await hear(screen, "snapshot")
            before = (await anna.get(URL)).json()
            await configure(house, pause_reasons={"lunch": "Lunch", "tea": "Tea"})
            house.live.show_queues([Queue("sales")])
            await hear(screen, "snapshot")
            after = (await anna.get(URL)).json()
            assert [one["name"] for one in before["pause_reasons"]] == ["lunch"]
            assert [one["name"] for one in after["pause_reasons"]] == ["lunch", "tea"]
            await execute(database, "DELETE FROM setting")
            assert (await anna.get(URL)).json() == after, "read once for all desks"


async def test_a_desk_is_for_who_has_logged_in() -> None:
    async with running(House()) as house:
        async with house.http() as nobody, house.http("anna") as anna:
            assert (await nobody.get(URL)).status_code == 401
            away = await anna.get(URL)
    assert away.status_code == 503
    assert away.json()["detail"] == "The configuration cannot be reached now."

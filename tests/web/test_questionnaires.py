"""Questionnaires over HTTP."""

import csv
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from ccserver.core.ids import ContactId
from ccserver.core.site import WorkState
from ccserver.db.engine import engine_for, sessions_of
from tests.db.asked import called, campaign, filled, talks, visit
from tests.web.house import House, running, shown_agent

pytestmark = pytest.mark.db

LATER = ContactId("01930000-0000-7000-8000-00000000ffff")
GOOD = {"solved": "yes", "content": 5}


async def asked(database: str, count: int = 1) -> list[ContactId]:
    """The questionnaire is configured, and a campaign that asks it has called these."""
    contacts = await talks(database, count)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        await visit(session)
        await campaign(session)
        for number, contact in enumerate(contacts):
            await called(session, contact, region=("east", "=west")[number % 2])
    return contacts


async def answered(database: str) -> list[ContactId]:
    """Four talks: three were asked all, with the last somebody began."""
    contacts = await asked(database, 4)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        for contact, content in zip(contacts, (5, 4, 1), strict=False):
            await filled(session, contact, {"solved": "yes", "content": content, "words": "=1+1"})
        await filled(session, contacts[3], {"solved": "no", "why": ("late",)}, completed=False)
    return contacts


def is_problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["what_to_do"]
    return str(answer.json()["detail"])


async def test_all_see_what_can_be_asked(database: str) -> None:
    await answered(database)
    async with running(House(dsn=database)) as house, house.http("anna") as anna:
        assert (await anna.get("/api/questionnaires")).json() == [
            {
                "name": "visit",
                "title": "上门服务 · Visit",
                "languages": ["en", "zh"],
                "questions": 4,
                "in_force": True,
                "versions": [1],
            }
        ]
        shown = (await anna.get("/api/questionnaires/visit")).json()
        assert (shown["name"], shown["version"]) == ("visit", 1)
        assert shown["created_at"] > 0
        assert [one["name"] for one in shown["form"]["questions"]][:2] == ["solved", "content"]
        older = await anna.get("/api/questionnaires/visit", params={"version": 1})
        assert older.json() == shown
        is_problem(await anna.get("/api/questionnaires/visit", params={"version": 2}), 404)
        is_problem(await anna.get("/api/questionnaires/other"), 404)


async def test_what_is_no_more_configured_is_still_told(database: str) -> None:
    await answered(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        async with house.sessions.begin() as session:
            await visit(session, title="Another")
        (row,) = (await sue.get("/api/questionnaires")).json()
        assert (row["title"], row["in_force"]) == ("Another", True)
        async with house.sessions.begin() as session:
            await (await session.connection()).exec_driver_sql("DELETE FROM setting")
        (row,) = (await sue.get("/api/questionnaires")).json()
        assert (row["title"], row["in_force"]) == ("上门服务 · Visit", False)
        told = (await sue.get("/api/questionnaires/visit/results")).json()
        assert (told["version"], told["whole"]["completed"]) == (1, 3)
        file = await sue.get("/api/questionnaires/visit/export", params={"format": "csv"})
        assert file.status_code == 200


async def test_an_agent_fills_it_in_as_he_goes(database: str) -> None:
    (contact,) = await asked(database)
    url, following = f"/api/contacts/{contact}/responses/visit", "/api/questionnaires/visit/next"
    async with running(House(dsn=database)) as house, house.http("anna") as anna:
        is_problem(await anna.get(url), 404)
        first = (await anna.get(following, params={"contact": contact})).json()
        assert (first["question"], first["version"], first["complete"]) == ("solved", 0, False)
        assert first["order"] == ["solved", "content", "why", "words"]
        assert first["options"]["why"] == ["late", "rude"]
        began = {"answers": {"solved": "no", "why": ["late", "rude"], "words": None}}
        kept = (await anna.put(url, json=began)).json()
        assert kept["answers"] == began["answers"]
        assert (kept["agent"], kept["campaign"], kept["completed_at"]) == (
            "anna", "after_visit", None,
        )  # fmt: skip
        assert (await anna.get(url)).json() == kept
        second = (await anna.get(following, params={"contact": contact})).json()
        assert (second["question"], second["version"], second["complete"]) == (None, 1, True)
        assert second["completed_at"] is None
        wrong = await anna.put(url, json={"answers": {"content": 7}})
        assert "content: takes a number from 1 to 5" in is_problem(wrong, 422)
        early = await anna.put(url, json={"answers": {"solved": "yes"}, "completed": True})
        assert "content: needs an answer" in is_problem(early, 422)
        done = await anna.put(url, json={"answers": GOOD, "completed": True, "language": "en"})
        assert done.json()["completed_at"] > 0
        last = (await anna.get(following, params={"contact": contact})).json()
        assert last["completed_at"] == done.json()["completed_at"]
        is_problem(await anna.put(url, json={"answers": GOOD}), 409)


async def test_who_rings_can_be_asked_though_the_history_does_not_know_him_yet(
    database: str,
) -> None:
    await asked(database)
    async with running(House(dsn=database)) as house, house.http("anna") as anna:
        way, query = "/api/questionnaires/visit/next", {"contact": LATER}
        is_problem(await anna.get(way, params=query), 404)
        house.live.perform(replace(shown_agent(work=WorkState.RINGING), contact=LATER))
        assert (await anna.get(way, params=query)).json()["question"] == "solved"
        async with house.http("bob") as bob:
            is_problem(await bob.get(way, params=query), 404)


async def test_only_who_talked_to_him_asks_him(database: str) -> None:
    (contact,) = await asked(database)
    url = f"/api/contacts/{contact}/responses/visit"
    async with running(House(dsn=database)) as house:
        async with house.http("bob") as bob:
            is_problem(await bob.put(url, json={"answers": GOOD}), 404)
            is_problem(await bob.get(url), 404)
            params = {"contact": contact}
            is_problem(await bob.get("/api/questionnaires/visit/next", params=params), 404)
            for what in ("results", "responses", "export"):
                is_problem(await bob.get(f"/api/questionnaires/visit/{what}"), 403)
        async with house.http("sue") as sue:
            kept = (await sue.put(url, json={"answers": GOOD})).json()
            assert kept["agent"] is None
            is_problem(await sue.put(f"{url}x", json={"answers": GOOD}), 404)


async def test_supervisors_see_what_came_of_it(database: str) -> None:
    await answered(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        url = "/api/questionnaires/visit/results"
        told: dict[str, Any] = (await sue.get(url, params={"by": "region"})).json()
        whole = told["whole"]
        assert (whole["asked"], whole["started"], whole["completed"]) == (4, 4, 3)
        assert (whole["broken_off"], whole["silent"]) == (1, 0)
        assert whole["response_rate"]["value"] == 0.75
        assert whole["response_rate"]["small"]
        content = whole["questions"][1]
        assert content["csat"]["value"] == pytest.approx(2 / 3)
        assert content["nps"] is None
        assert content["choices"][4]["share"]["count"] == 3
        assert [one["name"] for one in told["groups"]] == ["=west", "east"]
        assert told["groups"][0]["contrasts"] == [
            {"question": "content", "figure": "csat", "value": {**_any(told), "value": 0.5},
             "certain": False}
        ]  # fmt: skip
        until: dict[str, str | int] = {"to": 1_700_000_000_000, "campaign": "after_visit"}
        none = (await sue.get(url, params=until)).json()
        assert (none["whole"]["asked"], none["groups"]) == (0, [])
        is_problem(await sue.get("/api/questionnaires/other/results"), 404)


def _any(told: dict[str, Any]) -> Any:
    return told["groups"][0]["contrasts"][0]["value"]


async def test_supervisors_read_single_responses_and_fetch_them(database: str) -> None:
    contacts = await answered(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        url = "/api/questionnaires/visit"
        first = (await sue.get(f"{url}/responses", params={"limit": 3})).json()
        rest = await sue.get(f"{url}/responses", params={"after": first[-1]["id"]})
        assert [one["contact"] for one in (*first, *rest.json())] == contacts[::-1]
        assert first[0]["answers"] == {"solved": "no", "why": ["late"]}
        file = await sue.get(f"{url}/export", params={"format": "csv", "agent": "anna"})
        assert file.headers["content-disposition"] == 'attachment; filename="visit.csv"'
        head, newest, *_, oldest = csv.reader(StringIO(file.content.decode("utf-8-sig")))
        assert head[-5:] == ["region", "solved", "content", "why", "words"]
        assert newest[-5:] == ["'=west", "no", "", "late", ""]
        assert oldest[-5:] == ["east", "yes", "5", "", "'=1+1"]
        assert oldest[head.index("contact")] == contacts[0]
        book = await sue.get(f"{url}/export")
        with ZipFile(BytesIO(book.content)) as parts:
            assert "=1+1" in parts.read("xl/sharedStrings.xml").decode()
            assert parts.read("xl/worksheets/sheet1.xml").count(b"<row ") == 5
        is_problem(await sue.get("/api/questionnaires/other/export"), 404)

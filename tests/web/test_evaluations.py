"""Judging recordings over HTTP."""

from typing import Any

import httpx
import pytest

from ccserver.config.evaluation import document_of
from ccserver.db.engine import engine_for, sessions_of
from tests.db.judged import FORM, GOOD, heard_too, recording_of, talked
from tests.web.house import House, running

pytestmark = pytest.mark.db

DOCUMENT = document_of(FORM)
ANSWERS: dict[str, Any] = dict(GOOD)
JUDGED: dict[str, Any] = {
    "form": "quality",
    "answers": {**ANSWERS, "tone": 3},
    "comments": [[2.5, "早上好"]],
}


async def published(database: str, talks: int = 1) -> list[str]:
    """Publishes the form; the URLs of talks of Anna's, each with where it is judged."""
    contacts = await talked(database, talks)
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        recordings = [await recording_of(session, contact) for contact in contacts]
        await heard_too(session, contacts[-1], "bob")
    await engine.dispose()
    async with running(House(dsn=database)) as house, house.http("ada") as client:
        assert (await client.post("/api/evaluation-forms", json=DOCUMENT)).status_code == 200
    return [f"/api/recordings/{recording}/evaluations" for recording in recordings]


def is_problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    assert problem["what_to_do"]
    return problem["detail"]


# -- forms


async def test_administrators_publish_forms_and_all_read_them(database: str) -> None:
    async with running(House(dsn=database)) as house:
        async with house.http("ada") as ada:
            first = (await ada.post("/api/evaluation-forms", json=DOCUMENT)).json()
            again = (await ada.post("/api/evaluation-forms", json=DOCUMENT)).json()
            changed = {**DOCUMENT, "title": "Another"}
            second = (await ada.post("/api/evaluation-forms", json=changed)).json()
        assert again == first
        assert (first["version"], second["version"], second["made_by"]) == (1, 2, "ada")
        async with house.http("sue") as sue:
            is_problem(await sue.post("/api/evaluation-forms", json=DOCUMENT), 403)
            is_problem(await sue.post("/api/evaluation-forms/quality/retire"), 403)
        async with house.http("anna") as anna:
            assert (await anna.get("/api/evaluation-forms")).json() == [second]
            every = await anna.get("/api/evaluation-forms", params={"every": True})
            assert every.json() == [second, first]
            old = await anna.get("/api/evaluation-forms/quality", params={"version": 1})
            assert old.json() == first
            is_problem(await anna.get("/api/evaluation-forms/other"), 404)
        async with house.http("ada") as ada:
            retired = await ada.post("/api/evaluation-forms/quality/retire")
            assert retired.status_code == 204
            assert (await ada.get("/api/evaluation-forms")).json() == []
            is_problem(await ada.post("/api/evaluation-forms/quality/retire"), 404)


async def test_a_form_with_faults_is_refused_with_their_places(database: str) -> None:
    sections = [{"name": "one", "title": "One", "questions": [], "wieght": 2}]
    async with running(House(dsn=database)) as house, house.http("ada") as ada:
        unread = await ada.post("/api/evaluation-forms", json={**DOCUMENT, "sections": sections})
        assert "wieght" in is_problem(unread, 422)
        del sections[0]["wieght"]
        empty = await ada.post("/api/evaluation-forms", json={**DOCUMENT, "sections": sections})
        assert "`one`: has no question" in is_problem(empty, 422)


# -- judging


async def test_a_supervisor_judges_and_the_agent_reads_it(database: str) -> None:
    (url,) = await published(database)
    async with running(House(dsn=database)) as house:
        async with house.http("sue") as sue:
            answer = await sue.post(url, json=JUDGED)
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert (await sue.get(url)).json() == [said]
        async with house.http("anna") as anna:
            assert (await anna.get(url)).json() == [said]
            assert (await anna.get("/api/evaluations")).json() == [said]
        async with house.http("bob") as bob:
            assert (await bob.get(url)).json() == []
            assert (await bob.get("/api/evaluations")).json() == []
            is_problem(await bob.get("/api/evaluations", params={"agent": "anna"}), 403)
    assert (said["agent"], said["rater"], said["version"]) == ("anna", "sue", 1)
    assert (said["points"], said["points_max"], said["failed"]) == (30, 40, False)
    assert said["answers"] == JUDGED["answers"]
    assert said["comments"] == JUDGED["comments"]


async def test_agents_judge_nobody(database: str) -> None:
    (url,) = await published(database)
    async with running(House(dsn=database)) as house:
        async with house.http("bob") as bob:
            is_problem(await bob.post(url, json=JUDGED), 403)
            for what in ("averages", "agreement?form=quality&first=sue&second=ada"):
                is_problem(await bob.get(f"/api/evaluations/{what}"), 403)
        async with house.http() as nobody:
            is_problem(await nobody.get(url), 401)


async def test_what_does_not_fit_is_refused_with_what_to_do(database: str) -> None:
    (url,) = await published(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        wrong = {**JUDGED, "answers": {"tone": 9}}
        said = is_problem(await sue.post(url, json=wrong), 422)
        assert "`tone`" in said
        assert "`greeting`" in said
        late = {**JUDGED, "comments": [[900, "x"]]}
        assert "`comments.0`" in is_problem(await sue.post(url, json=late), 422)
        is_problem(await sue.post(url, json={**JUDGED, "agent": "carl"}), 422)
        is_problem(await sue.post(url, json={**JUDGED, "form": "no\0form"}), 422)
        is_problem(await sue.post(url, json={**JUDGED, "form": "other"}), 404)
        is_problem(await sue.post(url, json={**JUDGED, "version": 2}), 404)
        is_problem(await sue.post("/api/recordings/999/evaluations", json=JUDGED), 404)
        is_problem(await sue.get("/api/recordings/999/evaluations"), 404)
        is_problem(await sue.get("/api/recordings/0/evaluations"), 422)
        assert (await sue.get(url)).json() == []


# -- what it adds up to


async def test_evaluations_are_listed_page_by_page_and_averaged(database: str) -> None:
    urls = await published(database, 3)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        made = [(await sue.post(url, json=JUDGED)).json() for url in urls]
        bobs = {**JUDGED, "agent": "bob", "answers": {**ANSWERS, "polite": False}}
        async with house.http("ada") as ada:
            made.append((await ada.post(urls[2], json=bobs)).json())
        ids = [one["id"] for one in made[::-1]]

        async def found(**params: Any) -> list[int]:
            answer = await sue.get("/api/evaluations", params=params)
            return [one["id"] for one in answer.json()]

        assert await found() == ids
        assert await found(limit=3) == ids[:3]
        assert await found(limit=3, after=ids[2]) == ids[3:]
        assert await found(agent="bob", form="quality") == ids[:1]
        assert await found(rater="sue") == ids[1:]
        assert await found(until=made[0]["made_at"]) == []
        assert await found(**{"from": made[0]["made_at"]}) == ids
        averages = (await sue.get("/api/evaluations/averages")).json()
        teams = (await sue.get("/api/evaluations/averages", params={"by": "team"})).json()
        is_problem(await sue.get("/api/evaluations", params={"to": 1}), 422)
    anna, bob = averages
    assert anna == {
        "name": "anna",
        "talks": 3,
        "failed": 0,
        "share": 0.75,
        "sections": {"opening": pytest.approx(20 / 30), "matter": 1.0},
    }
    assert (bob["failed"], bob["share"]) == (1, 0.0)
    assert [(team["name"], team["talks"]) for team in teams] == [("", 4)]


async def test_two_raters_are_compared(database: str) -> None:
    urls = await published(database, 2)
    async with running(House(dsn=database)) as house:
        async with house.http("sue") as sue, house.http("ada") as ada:
            for url, tones in zip(urls, ((5, 5), (1, 2)), strict=True):
                for client, tone in zip((sue, ada), tones, strict=True):
                    judged = {**JUDGED, "answers": {**ANSWERS, "tone": tone}}
                    assert (await client.post(url, json=judged)).status_code == 200
            params: dict[str, Any] = {"form": "quality", "first": "sue", "second": "ada"}
            found = (await sue.get("/api/evaluations/agreement", params=params)).json()
            later = {**params, "from": 4_000_000_000_000}
            none = (await sue.get("/api/evaluations/agreement", params=later)).json()
            is_problem(
                await sue.get("/api/evaluations/agreement", params={**params, "form": "x"}), 404
            )
    assert (found["version"], found["talks"]) == (1, 2)
    assert found["correlation"] == pytest.approx(1.0)
    assert found["mean_difference"] == pytest.approx(-5 / 40 / 2)
    tone = next(one for one in found["questions"] if one["question"] == "tone")
    assert (tone["talks"], tone["same_share"]) == (2, 0.5)
    assert tone["kappa"] == pytest.approx(1 - 2 * 1 / (0 + 9 + 16 + 1))
    assert (none["talks"], none["correlation"]) == (0, None)


async def test_without_a_database_nothing_is_judged() -> None:
    async with running(House()) as house, house.http("sue") as sue:
        is_problem(await sue.get("/api/evaluations"), 503)
        is_problem(await sue.post("/api/recordings/1/evaluations", json=JUDGED), 503)

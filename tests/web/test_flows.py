"""Flows over HTTP: published, taken back, and what callers do in them; in a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from ccserver.core.ids import Queue
from tests.db.calls import T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import Past, answer, walk
from tests.web.house import House, running

pytestmark = pytest.mark.db

HOTLINE = "/api/flows/hotline"
TOML = {"Content-Type": "application/toml"}
ANY = {"If-Match": "*"}
DAY = "2023-11-14"
"""The day of T0."""


def text(title: str, more: str = "") -> str:
    """A flow that ends the call."""
    return (
        f'title = "{title}"\n{more}\nstart = "bye"\nlanguages = ["zh"]\noperator = "operator"\n'
        '[steps.bye]\nkind = "goodbye"\n'
    )


ONE, TWO = text("one"), text("二")


@asynccontextmanager
async def site(dsn: str, login: str = "ada") -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    async with running(House(dsn=dsn)) as house, house.http(login) as client:
        yield house, client


async def publish(client: httpx.AsyncClient, text: str, **query: Any) -> dict[str, Any]:
    answer = await client.post(
        f"{HOTLINE}/publish", content=text, headers=TOML | ANY if query.pop("again", 1) else TOML,
        params=query,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def first(client: httpx.AsyncClient, text: str = ONE) -> None:
    assert (await publish(client, text, again=0))["published"] == 1


async def test_a_flow_is_published_read_and_its_versions_are_listed(database: str) -> None:
    async with site(database) as (house, client):
        made = await publish(client, ONE, again=0, note="the beginning")
        assert (made["version"], made["is_new"], made["changed_by"]) == (1, True, "ada")
        assert house.flow_changes == 1
        page = await client.get(HOTLINE)
        assert page.headers["ETag"] == '"1"'
        assert (page.json()["text"], page.json()["zone"]) == (ONE, "UTC")
        answer = await client.post(
            f"{HOTLINE}/publish", content=TWO, headers=TOML | {"If-Match": '"1"'}
        )
        assert answer.headers["ETag"] == '"2"'
        newest, oldest = (await client.get(f"{HOTLINE}/versions")).json()
        assert (newest["version"], oldest["version"], oldest["note"]) == (2, 1, "the beginning")
        old = await client.get(f"{HOTLINE}/versions/1")
        assert (old.text, old.headers["content-type"]) == (
            ONE, "application/toml; charset=utf-8",
        )  # fmt: skip
        assert (await client.get(f"{HOTLINE}/versions/2")).text == TWO
        (listed,) = (await client.get("/api/flows")).json()
        assert (listed["flow"], listed["version"], listed["canary_version"]) == ("hotline", 2, None)


async def test_nobody_publishes_over_what_he_has_not_seen(database: str) -> None:
    async with site(database) as (house, client):
        await first(client)
        blind = await client.post(f"{HOTLINE}/publish", content=ONE, headers=TOML)
        assert blind.status_code == 428
        await publish(client, TWO)
        late = await client.post(f"{HOTLINE}/rollback", json={"to": 1}, headers={"If-Match": '"1"'})
        assert (late.status_code, late.json()["detail"]) == (
            412, "The release was changed since you looked at it.",
        )  # fmt: skip
        assert house.flow_changes == 2


async def test_a_flow_that_cannot_be_is_explained_and_not_published(database: str) -> None:
    async with site(database) as (house, client):
        for body, told in ((b"title =", "hotline.toml: "), (b"\xff", "This is not UTF-8")):
            answer = await client.post(f"{HOTLINE}/publish", content=body, headers=TOML)
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith(told)
        assert (await client.post("/api/flows/No-Flow/publish", content="")).status_code == 422
        assert (await client.get(HOTLINE)).status_code == 404
        assert (await client.get(f"{HOTLINE}/versions")).status_code == 404
        assert (await client.get(f"{HOTLINE}/versions/1")).status_code == 404
        assert house.flow_changes == 0


async def test_a_draft_is_read_among_what_callers_get_and_with_all_its_parts(
    database: str,
) -> None:
    async with site(database) as (house, client):
        await first(client)
        queue = await client.put("/api/config/queues/sales", json={})
        assert queue.status_code == 200
        part = '[steps.ask]\nkind = "part"\nflow = "plate"\nthen = "bye"\n'
        refused = await client.post("/api/flows/other/publish", content=ONE + part, headers=TOML)
        assert refused.status_code == 409
        assert "`other` runs `plate`" in refused.json()["detail"]
        others, known = house.read_among[-1]
        assert others == {"hotline": ONE}
        assert known.queues == frozenset({Queue("sales")})
        assert (await client.post("/api/flows/plate/publish", content=ONE)).status_code == 200
        made = await client.post("/api/flows/other/publish", content=ONE + part)
        assert made.status_code == 200, made.text


async def test_a_canary_goes_out_is_compared_and_promoted(database: str) -> None:
    async with site(database) as (_, client):
        await first(client)
        assert (await client.get(f"{HOTLINE}/canary")).status_code == 409
        made = await publish(client, TWO, canary_share=0.1)
        assert (made["version"], made["canary_version"], made["canary_share"]) == (1, 2, 0.1)
        assert made["canary_since"] == made["changed_at"]
        past = Past()
        since = made["canary_since"] / 1000 + 1
        for number in range(40):
            how = "hung_up" if number % 4 == 0 else "queued"
            version = 2 if number < 10 else 1
            past.save(walk(number, ("a", ""), how=how, version=version, at=since + number))
        await journaled(database, past)
        seen = (await client.get(f"{HOTLINE}/canary")).json()
        assert (seen["released"]["walks"], seen["canary"]["walks"]) == (30, 10)
        assert seen["canary"]["ended"]["hung_up"]["count"] == 3
        assert seen["canary"]["mean_ms"] == 10_000
        difference = seen["differences"]["hung_up"]
        assert difference["low"] < difference["value"] < difference["high"]
        assert not difference["is_certain"]
        bad = await client.post(f"{HOTLINE}/rollback", json={}, headers=ANY)
        assert (bad.status_code, bad.json()["detail"]) == (
            409, "A canary is out: stop it, or say which version all are to get.",
        )  # fmt: skip
        more = await client.post(
            f"{HOTLINE}/canary", json={"version": 2, "share": 0.5}, headers=ANY
        )
        assert more.json()["canary_share"] == 0.5
        assert (await client.delete(f"{HOTLINE}/canary", headers=ANY)).json()["version"] == 1
        await client.post(f"{HOTLINE}/canary", json={"version": 2, "share": 0.5}, headers=ANY)
        done = await client.post(f"{HOTLINE}/promote", json={"reason": "good"}, headers=ANY)
        assert (done.json()["version"], done.json()["canary_version"]) == (2, None)
        back = await client.post(f"{HOTLINE}/rollback", json={"reason": "bad"}, headers=ANY)
        assert back.json()["version"] == 1
        newest, *_ = (await client.get("/api/config/audit")).json()["changes"]
        assert (newest["kind"], newest["who"], newest["reason"]) == ("flows", "ada", "bad")
        assert (newest["before"], newest["after"]) == ({"version": 2}, {"version": 1})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("canary", {"version": 1, "share": 1.0}),
        ("canary", {"version": 1, "share": 0.0}),
        ("canary", {"version": 0, "share": 0.1}),
        ("canary", {"version": 2**31, "share": 0.1}),
        ("rollback", {"to": 0}),
        ("rollback", {"reason": "\0"}),
        ("promote", {"surprise": 1}),
    ],
    ids=str,
)
async def test_a_wish_that_makes_no_sense_is_explained(
    database: str, path: str, body: dict[str, Any]
) -> None:
    async with site(database) as (_, client):
        await first(client)
        answer = await client.post(f"{HOTLINE}/{path}", json=body, headers=ANY)
        assert answer.status_code == 422
        assert answer.json()["what_to_do"]


async def test_supervisors_read_and_administrators_change(database: str) -> None:
    async with site(database) as (house, client):
        await first(client)
        changes = [
            ("POST", f"{HOTLINE}/publish", {}),
            ("POST", f"{HOTLINE}/rollback", {}),
            ("POST", f"{HOTLINE}/canary", {"version": 1, "share": 0.1}),
            ("DELETE", f"{HOTLINE}/canary", None),
            ("POST", f"{HOTLINE}/promote", {}),
        ]
        reads = ["", "/versions", "/versions/1", f"/figures?day={DAY}", "/drawing.svg"]
        async with house.http("sue") as sue, house.http("anna") as anna, house.http() as nobody:
            for method, path, body in changes:
                for one, status in ((sue, 403), (anna, 403), (nobody, 401)):
                    answer = await one.request(method, path, json=body, headers=ANY)
                    assert answer.status_code == status, path
            for path in (*reads, "/canary"):
                for one, status in ((anna, 403), (nobody, 401)):
                    assert (await one.get(f"{HOTLINE}{path}")).status_code == status, path
            for path in reads:
                assert (await sue.get(f"{HOTLINE}{path}")).status_code == 200, path
            for path in ("/api/flows", f"/api/surveys?day={DAY}"):
                assert (await anna.get(path)).status_code == 403
                assert (await sue.get(path)).status_code == 200


async def test_a_days_figures_are_those_of_the_flows_zone(database: str) -> None:
    past = Past()
    past.save(walk(1, ("welcome", ""), ("menu", "then"), how="hung_up", seconds=4.5))
    past.save(walk(2, ("welcome", ""), version=2))
    await journaled(database, past)
    async with site(database) as (_, client):
        unpublished = (await client.get(f"{HOTLINE}/figures?day={DAY}")).json()
        assert unpublished["walks"] == 2, "walked it was, though never published"
        await first(client, text("one", 'zone = "Asia/Shanghai"'))
        # 22:13 UTC is the next morning there.
        assert (await client.get(f"{HOTLINE}/figures?day={DAY}")).json()["walks"] == 0
        found = (await client.get(f"{HOTLINE}/figures?day=2023-11-15&version=1")).json()
        assert (found["walks"], found["mean_ms"], found["ended"]) == (1, 4500, {"hung_up": 1})
        assert found["until"] - found["since"] == 86_400_000
        assert found["steps"] == [
            {"step": "welcome", "entered": 1, "left_here": 0, "ended": {},
             "went_on": {"then": 1}},
            {"step": "menu", "entered": 1, "left_here": 1, "ended": {"hung_up": 1},
             "went_on": {}},
        ]  # fmt: skip
        both = await client.get(f"{HOTLINE}/figures?day={DAY}&zone=UTC")
        assert both.json()["walks"] == 2
        for bad in ("", "?day=x", "?day=9999-12-31", f"?day={DAY}&zone=Mars/Base"):
            assert (await client.get(f"{HOTLINE}/figures{bad}")).status_code == 422, bad


async def test_a_drawing_shows_the_version_and_what_its_callers_did(database: str) -> None:
    past = Past()
    past.save(walk(1, ("welcome", ""), version=2))
    await journaled(database, past)
    async with site(database) as (house, client):
        await first(client)
        await publish(client, TWO)
        picture = await client.get(f"{HOTLINE}/drawing.svg")
        assert (picture.text, picture.headers["content-type"]) == ("<svg/>", "image/svg+xml")
        assert house.drawn == [("hotline", 2, None)]
        await client.get(f"{HOTLINE}/drawing.svg?day={DAY}")
        _, _, walked = house.drawn[-1]
        assert walked is not None
        assert (walked.version, walked.walks) == (2, 1)
        await client.get(f"{HOTLINE}/drawing.svg?day={DAY}&version=1")
        _, version, walked = house.drawn[-1]
        assert walked is not None
        assert (version, walked.walks) == (1, 0)
        assert (await client.get(f"{HOTLINE}/drawing.svg?version=3")).status_code == 404
        await publish(client, text("old"))
        assert (await client.get(f"{HOTLINE}/drawing.svg")).status_code == 409
        await publish(client, text("round"))
        answer = await client.get(f"{HOTLINE}/drawing.svg")
        assert (answer.status_code, "graphviz" in answer.text) == (503, True)


async def test_surveys_are_counted_by_question(database: str) -> None:
    past = Past()
    for number, key in enumerate("445"):
        past.save(answer(contact_id(number), key, at=T0 + number))
    await journaled(database, past)
    async with site(database, "sue") as (_, client):
        (rated,) = (await client.get(f"/api/surveys?day={DAY}&queue=sales&agent=anna")).json()
        assert rated == {
            "survey": "after", "question": "satisfaction", "keys": {"4": 2, "5": 1},
            "recordings": 0, "mean": pytest.approx(13 / 3),
        }  # fmt: skip
        assert (await client.get(f"/api/surveys?day={DAY}&agent=bob")).json() == []


async def test_while_the_database_is_away_nothing_is_changed_and_it_says_so() -> None:
    async with site("postgresql://nobody@127.0.0.1:1/none") as (house, client):
        answer = await client.post(f"{HOTLINE}/publish", content="", headers=TOML)
        assert (answer.status_code, "Nothing can be changed" in answer.text) == (503, True)
        assert (await client.get(HOTLINE)).status_code == 503
        assert house.flow_changes == 0

"""The configuration over HTTP, in a real PostgreSQL: roles, audit, and nobody overwritten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from ccserver.config.file import read, write
from ccserver.core.ids import Phone
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.people import Role, ensure_person
from tests.config.samples import SAMPLES, SMALL, sample, small
from tests.web.house import House, running

pytestmark = pytest.mark.db

TOML = {"Content-Type": "application/toml"}
QUEUE = "/api/config/queues/service"
ANNA = "/api/config/agents/anna"
RULE = {
    "taping": "on_demand",
    "queues": ["sales"],
    "agents": ["anna"],
    "directions": ["inbound"],
    "campaigns": [],
    "consents": ["given", "unknown"],
    "share": 0.5,
    "notice": "recorded_notice",
}


@asynccontextmanager
async def site(dsn: str, login: str = "ada") -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """A house whose database holds the small sample."""
    house = House(dsn=dsn)
    async with house.sessions.begin() as session:
        for agent, phone in (("anna", "1001"), ("ben", "1002")):
            await ensure_person(
                session, agent, name=agent, role=Role.AGENT, password_hash="", phone=Phone(phone)
            )
        await config.alter(
            session,
            lambda old: small().model_copy(update={"agents": old.agents | small().agents}),
            author=Author(who="test", reason="the beginning"),
            used={},
        )
    async with running(house), house.http(login) as client:
        yield house, client


async def tag(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    """What proves that one has read it."""
    return {"If-Match": (await client.get(path)).headers["ETag"]}


async def test_a_queue_is_read_changed_and_audited(database: str) -> None:
    async with site(database) as (house, client):
        answer = await client.get(QUEUE)
        assert answer.json()["required"] == {"engine": 2}
        queue = answer.json() | {"ring_seconds": 30}
        changed = await client.put(
            QUEUE,
            json=queue,
            headers={"If-Match": answer.headers["ETag"]},
            params={"reason": "slow phones"},
        )
        assert changed.status_code == 200, changed.text
        (change,) = changed.json()["changes"]
        assert change["fields"] == [
            {"sign": "~", "field": "ring_seconds", "before": 20, "after": 30}
        ]
        assert changed.headers["ETag"] == (await client.get(QUEUE)).headers["ETag"]
        assert house.config_changes == 1
        newest = (await client.get("/api/config/audit", params={"limit": 1})).json()
        (row,) = newest["changes"]
        assert (row["who"], row["reason"], row["kind"]) == ("ada", "slow phones", "queues")
        assert row["before"] == {"required": {"engine": 2}}
        assert row["after"] == {"required": {"engine": 2}, "ring_seconds": 30}
        older = (await client.get("/api/config/audit", params={"before": newest["next"]})).json()
        assert older["changes"][0]["who"] == "test"
        assert older["next"] is None


async def test_two_administrators_do_not_overwrite_each_other(database: str) -> None:
    async with site(database) as (_, client):
        seen = await tag(client, QUEUE)
        assert (await client.put(QUEUE, json={"weight": 2}, headers=seen)).status_code == 200
        late = await client.put(QUEUE, json={"weight": 3}, headers=seen)
        assert (late.status_code, late.json()["detail"]) == (
            412,
            "It was changed since you read it.",
        )
        blind = await client.put(QUEUE, json={"weight": 3})
        assert blind.status_code == 428
        assert "If-Match" in blind.json()["what_to_do"]
        assert (await client.get(QUEUE)).json()["weight"] == 2.0
        force = {"If-Match": "*"}
        assert (await client.put(QUEUE, json={"weight": 3}, headers=force)).status_code == 200


async def test_a_new_queue_needs_no_etag_and_refuses_an_old_one(database: str) -> None:
    new = "/api/config/queues/parts"
    async with site(database) as (_, client):
        wrong = await client.put(new, json={}, headers={"If-Match": "*"})
        assert wrong.status_code == 412
        assert (await client.put(new, json={"title": "Parts"})).status_code == 200
        assert (await client.get(new)).json()["title"] == "Parts"


async def test_a_queue_in_use_is_not_deleted(database: str) -> None:
    async with site(database) as (house, client):
        answer = await client.delete(QUEUE, headers={"If-Match": "*"})
        assert answer.status_code == 409
        assert "`queues.sales.on_full.queue`" in answer.json()["detail"]
        force, sales = {"If-Match": "*"}, "/api/config/queues/sales"
        assert (await client.put(ANNA, json={"queues": ["sales"]}, headers=force)).is_success
        assert (await client.put(sales, json={}, headers=force)).is_success
        house.used_queues["service"] = "the flow `hotline`"
        answer = await client.delete(QUEUE, headers={"If-Match": "*"})
        assert "the flow `hotline` leads to it" in answer.json()["detail"]
        house.used_queues.clear()
        answer = await client.delete(sales, headers=force)
        assert "`agents.anna.queues`" in answer.json()["detail"]
        assert (await client.delete(QUEUE)).status_code == 428
        assert (await client.delete(QUEUE, headers=await tag(client, QUEUE))).status_code == 200
        assert (await client.get(QUEUE)).status_code == 404
        assert (await client.delete(QUEUE)).status_code == 404


async def test_a_body_that_cannot_be_is_explained(database: str) -> None:
    async with site(database) as (house, client):
        for body, told in (
            ({"ring_seconds": 1}, "body.ring_seconds"),
            ({"rong": 1}, "body.rong"),
            ({"required": {"motor": 1}}, "there is no skill `motor`; take one of: engine"),
            ({"hours": "night"}, "there is no calendar `night`; take one of: office"),
        ):
            answer = await client.put(QUEUE, json=body, headers={"If-Match": "*"})
            assert answer.status_code == 422
            assert told in answer.json()["detail"]
        assert house.config_changes == 0
        assert (await client.put("/api/config/queues/Big", json={})).status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("site", {"spare_agents": 3}),
        ("value", {"churn": 5.0}),
        ("recording", {"rules": [RULE], "pause_max_seconds": 60.0}),
        ("retention", {"rules": [{"days": 30.0, "queues": [], "kinds": [], "directions": []}]}),
        ("targets", {"gold": {"share": 0.9, "seconds": 15.0}}),
        ("calendars/office", {"zone": "Asia/Shanghai", "weekly": {"sun": ["10:00-12:00"]}}),
        ("skills/engine", {"title": "Motors"}),
        ("agents/anna", {"skills": {"engine": 5}, "languages": ["en", "zh"]}),
    ],
)
async def test_every_part_can_be_changed(database: str, path: str, body: dict[str, object]) -> None:
    path = f"/api/config/{path}"
    async with site(database) as (_, client):
        assert (await client.put(path, json=body, headers=await tag(client, path))).is_success
        now = (await client.get(path)).json()
        assert {key: now[key] for key in body} == body


async def test_titles_come_and_go(database: str) -> None:
    async with site(database) as (_, client):
        for kind in ("skills", "teams", "pause_reasons"):
            path = f"/api/config/{kind}/lunch"
            assert (await client.put(path, json={"title": "用餐"})).is_success
            assert (await client.get(path)).json() == {"title": "用餐"}
            if kind == "pause_reasons":
                assert (await client.get("/api/pause_reasons")).json() == {"lunch": "用餐"}
            assert (await client.delete(path, headers=await tag(client, path))).is_success
        used = await client.delete("/api/config/skills/engine", headers={"If-Match": "*"})
        assert used.status_code == 409
        calendar = "/api/config/calendars/office"
        assert (await client.delete(calendar, headers={"If-Match": "*"})).status_code == 409


async def test_an_agent_sees_only_the_pause_reasons(database: str) -> None:
    async with site(database, "anna") as (_, client):
        assert (await client.get("/api/pause_reasons")).status_code == 200
        for path in ("config", "config/file", "config/queues/service", "config/audit"):
            assert (await client.get(f"/api/{path}")).status_code == 403
        reason = {"reason": "x"}
        assert (await client.post("/api/queues/sales/close", json=reason)).status_code == 403


async def test_a_supervisor_reads_and_changes_only_skills(database: str) -> None:
    async with site(database, "sue") as (_, client):
        assert (await client.get("/api/config")).json()["config"]["agents"]["anna"]
        for answer in (
            await client.put(QUEUE, json={}, headers={"If-Match": "*"}),
            await client.delete(QUEUE),
            await client.put("/api/config/site", json={}),
            await client.post("/api/config/check", content=SMALL, headers=TOML),
            await client.post("/api/config/apply?revision=x", content=SMALL, headers=TOML),
        ):
            assert answer.status_code == 403
        skills, why = {"skills": {"engine": 4}}, {"reason": "trained"}
        seen = await tag(client, ANNA)
        silent = await client.put(ANNA, json=skills, headers=seen)
        assert (silent.status_code, silent.json()["detail"]) == (422, "The reason is missing.")
        more = await client.put(ANNA, json=skills | {"team": "day"}, headers=seen, params=why)
        assert more.status_code == 403
        assert (await client.put(ANNA, json=skills, headers=seen, params=why)).is_success
        nobody = await client.put("/api/config/agents/eve", json=skills, params=why)
        assert nobody.status_code == 404


async def test_a_supervisor_closes_and_opens_a_queue(database: str) -> None:
    async with site(database, "sue") as (house, client):
        path = "/api/queues/sales"
        assert (await client.post(f"{path}/close", json={})).status_code == 422
        assert (await client.post(f"{path}/close", json={"reason": "fire drill"})).is_success
        assert (await client.get("/api/config")).json()["closed"] == {"sales": "fire drill"}
        assert (await client.post(f"{path}/open", json={"reason": "over"})).is_success
        assert house.config_changes == 2
        rows = (await client.get("/api/config/audit")).json()["changes"]
        assert [(row["kind"], row["who"], row["reason"]) for row in rows[:2]] == [
            ("closed", "sue", "over"),
            ("closed", "sue", "fire drill"),
        ]
        assert (await client.post("/api/queues/x/open", json={"reason": "x"})).status_code == 422


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_file_is_checked_and_then_applied(database: str, name: str) -> None:
    text = write(sample(name))
    async with site(database) as (house, client):
        checked = (await client.post("/api/config/check", content=text, headers=TOML)).json()
        assert checked["warnings"] == []
        assert house.config_changes == 0
        apply = {"revision": checked["revision"], "reason": "the new year"}
        done = await client.post("/api/config/apply", content=text, headers=TOML, params=apply)
        assert done.json()["changes"] == checked["changes"]
        assert house.config_changes == 1
        assert read((await client.get("/api/config/file")).text) == sample(name)
        stale = await client.post("/api/config/apply", content=text, headers=TOML, params=apply)
        assert stale.status_code == 412
        again = (await client.post("/api/config/check", content=text, headers=TOML)).json()
        assert again["changes"] == []


async def test_a_bad_file_is_told_by_its_places(database: str) -> None:
    async with site(database) as (_, client):
        for text, told in (
            (b"[queues.a]\nx = 1\n[queues.b]\ny = 1", "`queues.b.y`: is not known here"),
            (b"\xff", "not UTF-8"),
            (b"[skills", "not TOML"),
        ):
            answer = await client.post("/api/config/check", content=text, headers=TOML)
            assert (answer.status_code, told in answer.json()["detail"]) == (422, True)


async def test_a_database_that_is_away_is_told() -> None:
    async with running(House(dsn="postgresql://x@127.0.0.1:1/x")) as house, house.http("ada") as c:
        assert (await c.get("/api/config")).status_code == 503


async def test_a_rule_for_recordings_that_cannot_work_is_refused(database: str) -> None:
    path = "/api/config/recording"
    async with site(database) as (house, client):
        house.prompts = {"recorded_notice"}
        for wrong, told in (
            ({"queues": ["sale"]}, "there is no queue `sale`"),
            ({"agents": ["carl"]}, "no agent is called `carl`"),
            ({"notice": "hush"}, "there is no prompt `hush`"),
        ):
            body = {"rules": [RULE | wrong]}
            answer = await client.put(path, json=body, headers=await tag(client, path))
            assert answer.status_code == 422
            assert told in answer.json()["detail"]
        body = {"rules": [RULE | {"share": 1.5}]}
        answer = await client.put(path, json=body, headers=await tag(client, path))
        assert answer.status_code == 422
        assert (await client.put(path, json={"rules": [RULE]})).status_code == 428
        assert house.config_changes == 0


async def test_supervisors_read_what_is_recorded_and_do_not_change_it(database: str) -> None:
    async with site(database, "sue") as (_, client):
        for part in ("recording", "retention"):
            path = f"/api/config/{part}"
            seen = await tag(client, path)
            assert (await client.put(path, json={}, headers=seen)).status_code == 403


@pytest.mark.parametrize(
    ("kind", "first", "second", "wrong"),
    [
        (
            "dispositions",
            {"title": "Sold", "flags": ["sale", "completed"], "queues": ["sales"]},
            {"title": "Verkauft", "flags": [], "queues": []},
            {"queues": ["nowhere"]},
        ),
        (
            "scripts",
            {"title": "Hello", "text": "Hello {name},\nhow are you?"},
            {"title": "", "text": ""},
            {"text": "x" * 20_001},
        ),
        (
            "thresholds",
            {"figure": "waiting", "above": 5, "webhook": True},
            {"figure": "service_level", "below": 0.8, "queues": ["sales"], "after_seconds": 60},
            {"figure": "waiting", "above": 5, "below": 1},
        ),
    ],
)
async def test_what_desk_and_floor_go_by_is_changed_part_by_part(
    database: str,
    kind: str,
    first: dict[str, object],
    second: dict[str, object],
    wrong: dict[str, object],
) -> None:
    url = f"/api/config/{kind}/one"
    async with site(database) as (house, client):
        assert (await client.get(url)).status_code == 404
        for body in (first, second):
            seen = await tag(client, url) if body is second else {}
            answer = await client.put(url, json=body, headers=seen)
            assert answer.status_code == 200
            assert [one["kind"] for one in answer.json()["changes"]] == [kind]
            read_back = (await client.get(url)).json()
            for key, value in body.items():
                assert read_back[key] == (sorted(value) if isinstance(value, list) else value)
        refused = await client.put(url, json=wrong, headers=await tag(client, url))
        assert refused.status_code == 422
        assert (await client.put(url, json=second)).status_code == 428
        text = (await client.get("/api/config/file")).text
        assert read(text).model_dump(mode="json")[kind]["one"] == (await client.get(url)).json()
        async with house.http("sue") as sue:
            assert (await sue.get(url)).status_code == 200
            assert (await sue.put(url, json=first)).status_code == 403
        gone = await client.delete(url, headers=await tag(client, url))
        assert gone.status_code == 200
        assert (await client.get(url)).status_code == 404
        audited = (await client.get("/api/config/audit")).json()["changes"]
        assert [one["kind"] for one in audited[:3]] == [kind] * 3


async def test_what_a_queue_goes_by_is_not_taken_out(database: str) -> None:
    async with site(database) as (_, client):
        await client.put("/api/config/scripts/hello", json={"text": "Hello"})
        await client.put("/api/config/dispositions/done", json={"title": "Done"})
        queue = (await client.get(QUEUE)).json() | {"script": "hello", "disposition_required": True}
        seen = await tag(client, QUEUE)
        assert (await client.put(QUEUE, json=queue, headers=seen)).status_code == 200
        for path in ("scripts/hello", "dispositions/done"):
            url = f"/api/config/{path}"
            answer = await client.delete(url, headers=await tag(client, url))
            assert answer.status_code == 409
            assert "queues.service" in answer.json()["detail"]

"""Logging in, roles, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ccserver.core.commands import CallState, ShowCall
from ccserver.core.ids import ContactId
from ccserver.db.people import Role
from ccserver.web.app import Health
from tests.web.house import ANNA, PASSWORD, House, person, running, shown_agent, shown_call


async def log_in(client: httpx.AsyncClient, login: str, password: str) -> httpx.Response:
    return await client.post("/api/login", json={"login": login, "password": password})


async def test_the_right_password_gives_a_token_that_opens_the_house() -> None:
    async with running(House()) as house, house.http() as client:
        answer = await log_in(client, "anna", PASSWORD)
        assert answer.status_code == 200
        body = answer.json()
        assert body["me"]["agent"] == "anna"
        assert body["expires_at"] == round((house.time + 900) * 1000)
        bearer = {"Authorization": f"Bearer {body['token']}"}
        assert (await client.get("/api/me", headers=bearer)).json() == body["me"]
        renewed = await client.post("/api/renew", headers=bearer)
        assert renewed.status_code == 200
        house.time += 1
        assert (await client.post("/api/logout", headers=bearer)).status_code == 204
        assert (await client.get("/api/me", headers=bearer)).status_code == 401


async def test_wrong_password_and_unknown_login_sound_the_same() -> None:
    async with running(House()) as house, house.http() as client:
        wrong = await log_in(client, "anna", "wrong")
        unknown = await log_in(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json()["what_to_do"]


async def test_an_unknown_login_costs_the_same_work() -> None:
    house = House()
    verified: list[str] = []
    real = house.door._matches

    def matches(wanted: str, password: str) -> bool:
        verified.append(wanted)
        return real(wanted, password)

    house.door._matches = matches  # type: ignore[method-assign]
    async with running(house), house.http() as client:
        await log_in(client, "nobody", "wrong")
    assert [wanted.split("$")[:4] for wanted in verified] == [house.door._nobody.split("$")[:4]]


async def test_the_sixth_failure_has_to_wait() -> None:
    async with running(House()) as house, house.http() as client:
        for _ in range(5):
            assert (await log_in(client, "Anna", "wrong")).status_code == 401
        answer = await log_in(client, "anna", PASSWORD)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "900"
        assert "Wait 15 min" in answer.json()["what_to_do"]
        assert (await log_in(client, "bob", PASSWORD)).status_code == 200
        house.time += 901
        assert (await log_in(client, "anna", PASSWORD)).status_code == 200


async def test_a_crowd_of_guesses_at_once_is_counted_too() -> None:
    async with running(House()) as house, house.http() as client:
        async with asyncio.TaskGroup() as tasks:
            tries = [tasks.create_task(log_in(client, "anna", f"guess {n}")) for n in range(20)]
        codes = [one.result().status_code for one in tries]
    assert (codes.count(401), codes.count(429)) == (5, 15)


async def test_one_address_cannot_try_many_accounts() -> None:
    async with running(House()) as house, house.http() as client:
        codes = [(await log_in(client, f"user{n}", "x")).status_code for n in range(51)]
    assert (codes[:50], codes[50]) == ([401] * 50, 429)


async def test_a_lost_database_is_no_failed_attempt() -> None:
    async with running(House()) as house, house.http() as client:
        house.database_away = True
        for _ in range(7):
            assert (await log_in(client, "anna", PASSWORD)).status_code == 503
        house.database_away = False
        assert (await log_in(client, "anna", PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"login":"a"}', '{"login":"","password":"x"}', '{"login":1,"password":"x"}'],
)
async def test_a_bad_body_is_explained(body: str) -> None:
    async with running(House()) as house, house.http() as client:
        answer = await client.post(
            "/api/login", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 422
    assert answer.json()["title"]
    assert answer.json()["what_to_do"]


@pytest.mark.parametrize(
    ("login", "code"), [("anna", 403), ("sue", 200), ("ada", 200), (None, 401)]
)
async def test_the_floor_is_for_supervisors(login: str | None, code: int) -> None:
    async with running(House()) as house, house.http(login) as client:
        house.live.perform(shown_agent(ANNA))
        house.live.perform(shown_call())
        answers = [await client.get(f"/api/{what}") for what in ("agents", "calls", "queues")]
    assert [answer.status_code for answer in answers] == [code] * 3
    if code == 200:
        agents, calls, queues = (answer.json() for answer in answers)
        assert [agent["agent"] for agent in agents] == ["anna"]
        assert [call["state"] for call in calls] == ["queued"]
        assert queues[0] == {
            "queue": "sales",
            "waiting": 1,
            "waiting_by_tier": {"platinum": 0, "gold": 1, "silver": 0, "standard": 0},
            "offered": 0,
            "talking": 0,
            "callbacks": 0,
            "longest_waiting_since": 999_990_000,
            "wait_from_ms": None,
            "wait_until_ms": None,
        }


async def test_a_queue_shows_its_callbacks_and_what_the_last_caller_was_promised() -> None:
    def waits(number: int, state: CallState = CallState.QUEUED, wait: float = 0.0) -> ShowCall:
        return replace(
            shown_call(state),
            contact=ContactId(f"01930000-0000-7000-8000-00000000000{number}"),
            arrived_at=1000.0 + number,
            wait_from_seconds=wait / 2,
            wait_until_seconds=wait,
        )

    async with running(House()) as house, house.http("sue") as client:
        for shown in (
            waits(3, wait=30.0),
            waits(1, wait=90.0),
            waits(4),
            waits(5, CallState.CALLBACK, 60.0),
            waits(6, CallState.DIALING),
        ):
            house.live.perform(shown)
        sales, service = (await client.get("/api/queues")).json()
    assert (sales["waiting"], sales["callbacks"]) == (3, 2)
    assert sales["longest_waiting_since"] == 1_001_000
    assert (sales["wait_from_ms"], sales["wait_until_ms"]) == (15_000, 30_000)
    assert (service["waiting"], service["wait_until_ms"]) == (0, None)


async def test_a_role_that_was_taken_away_is_gone_at_once() -> None:
    async with running(House()) as house, house.http("sue") as client:
        assert (await client.get("/api/agents")).status_code == 200
        house.people["sue"] = person("sue", Role.AGENT)
        assert (await client.get("/api/agents")).status_code == 403
        renewed = await client.post("/api/renew")
        assert renewed.status_code == 200, "the token that was shown carries the new rights"
        del house.people["sue"]
        assert (await client.get("/api/me")).status_code == 401


async def test_a_token_in_the_address_means_nothing() -> None:
    async with running(House()) as house, house.http() as client:
        answer = await client.get("/api/me", params={"token": house.token("ada")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_health_says_what_is_down() -> None:
    async with running(House()) as house, house.http() as client:
        assert (await client.get("/healthz")).json() == {
            "up": True,
            "ami": True,
            "db": True,
            "pump": True,
            "recordings": {"gaps": 0, "waiting": 0, "disk_free_share": 1.0, "alarm": False},
        }
        house.up = Health(ami=False, db=True, pump=True)
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["ami"]) == (503, False)


async def test_metrics_are_for_this_machine_and_administrators() -> None:
    async with running(House()) as house, house.http() as client:
        house.live.perform(shown_call())
        local = await client.get("/metrics")
        assert 'ccserver_calls{state="queued"} 1.0' in local.text
        assert "ccserver_offer_to_frame_seconds_bucket" in local.text
        far = {"X-Forwarded-For": "203.0.113.9"}
        assert (await client.get("/metrics", headers=far)).status_code == 401
        assert (await client.get("/metrics", headers={"Via": "1.1 proxy"})).status_code == 401
        for login, code in (("sue", 403), ("ada", 200)):
            bearer = {"Authorization": f"Bearer {house.token(login)}"}
            assert (await client.get("/metrics", headers=far | bearer)).status_code == code


async def test_every_answer_is_guarded() -> None:
    async with running(House()) as house, house.http() as client:
        for path in ("/", "/api/me", "/healthz", "/nowhere", "/docs"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "script-src 'self';" in headers["content-security-policy"]
            assert "media-src 'self';" in headers["content-security-policy"]
            phone = "connect-src 'self' wss://asterisk.example:8089;"
            assert phone in headers["content-security-policy"]
            assert "microphone=(self)" in headers["permissions-policy"]
        assert (await client.get("/api/me")).headers["cache-control"] == "no-store"
        missing = await client.get("/nowhere")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


async def test_a_body_without_end_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    async with running(House()) as house, house.http() as client:
        long = await client.post("/api/login", content=b"x" * 100_000)
        streamed = await client.post(
            "/api/login", content=endless(), headers={"Content-Type": "application/json"}
        )
    assert (long.status_code, streamed.status_code) == (413, 413)


async def test_a_page_that_is_not_built_says_how() -> None:
    async with running(House()) as house, house.http() as client:
        for path in ("/", "/docs"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "npm run build" in answer.text


async def test_the_built_page_is_served(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>desk</title>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main.js").write_text("1")
    async with running(House(static=tmp_path)) as house, house.http() as client:
        page = await client.get("/")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        script = await client.get("/assets/main.js")
        assert script.headers["content-type"].startswith("text/javascript")
        outside = await client.get("/assets/../../../etc/passwd")
        assert outside.status_code == 404


async def test_the_descriptions_are_there() -> None:
    async with running(House()) as house, house.http() as client:
        assert "/api/contacts/{contact}" in (await client.get("/openapi.json")).json()["paths"]
        assert (await client.get("/live.schema.json")).json()["asyncapi"] == "3.0.0"


async def test_a_database_that_is_away_says_so() -> None:
    away = House(dsn="postgresql://nobody@127.0.0.1:1/nothing")
    async with running(away) as house, house.http("sue") as client:
        answer = await client.get("/api/contacts")
    assert answer.status_code == 503
    assert answer.json()["what_to_do"]

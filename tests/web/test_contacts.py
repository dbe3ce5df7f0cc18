"""The history over HTTP, from a real PostgreSQL that a real Center has filled."""

from typing import Any

import httpx
import pytest

from tests.db.calls import T0, Site
from tests.db.parts import journaled
from tests.web.house import BOB, CALL, House, running, shown_call

pytestmark = pytest.mark.db


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/api/contacts", params=query)
    assert answer.status_code == 200, answer.text
    return [row["contact"] for row in answer.json()["contacts"]]


async def test_contacts_come_newest_first_page_by_page(database: str) -> None:
    site = Site()
    made = [str(site.call(number)) for number in range(5)]
    await journaled(database, site)
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = (await client.get("/api/contacts", params={"limit": 2, **after})).json()
            seen += [row["contact"] for row in page["contacts"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    assert seen == made[::-1]


async def test_contacts_are_found_by_what_is_known_of_them(database: str) -> None:
    site = Site()
    first = str(site.call(1, caller="+8613800000001", customer="1"))
    second = str(site.call(2, caller="+8613800000002", customer="2"))
    await journaled(database, site)
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        row = (await client.get("/api/contacts", params={"customer": "1"})).json()["contacts"][0]
        assert await listed(client, caller="+8613800000002") == [second]
        assert await listed(client, customer="1") == [first]
        assert await listed(client, agent="anna", queue="sales") == [second, first]
        assert await listed(client, agent="bob") == []
        assert await listed(client, **{"from": row["arrived_at"] + 1}) == [second]
        assert await listed(client, to=row["arrived_at"] + 1) == [first]
        assert await listed(client, state="open") == []
    assert (row["tier"], row["ended_by"], row["agent"]) == ("gold", "caller", "anna")
    assert row["keys"] == [{"step": "menu", "key": "1"}]
    assert abs(row["arrived_at"] - T0 * 1000) < 10_000


async def test_one_contact_has_its_parts_its_recording_and_its_story(database: str) -> None:
    site = Site()
    made = site.call(1)
    await journaled(database, site)
    async with running(House(dsn=database)) as house, house.http("anna") as client:
        contact = (await client.get(f"/api/contacts/{made}")).json()
    parts = contact["segments"]
    assert [part["kind"] for part in parts] == ["ivr", "queue", "offer", "talk", "wrap_up"]
    assert parts[0]["started_at"] == contact["arrived_at"]
    assert contact["recordings"][0]["file"] == f"{made}-1.raw"
    events = [step["event"] for step in contact["story"]]
    assert events[0] == "CallArrived"
    assert "CallAnswered" in events
    (visit,) = contact["visits"]
    assert (visit["queue"], visit["exit"], visit["agent"]) == ("sales", "answered", "anna")
    assert visit["waited_ms"] == visit["ended_at"] - visit["entered_at"]
    (offer,) = contact["offers"]
    assert (offer["agent"], offer["queue"], offer["rule"]) == ("anna", "sales", "only_one")
    assert offer["next_agent"] is None
    assert all(isinstance(part["number"], float) for part in offer["caller"])
    assert (
        offer["at"]
        == visit["entered_at"]
        + contact["segments"][1]["ended_at"]
        - (contact["segments"][1]["started_at"])
    )


async def test_an_agent_sees_the_own_contacts_only(database: str) -> None:
    site = Site()
    made = site.call(1)
    await journaled(database, site)
    async with running(House(dsn=database)) as house:
        async with house.http("anna") as anna, house.http("bob") as bob:
            assert await listed(anna) == [made]
            assert await listed(bob) == []
            assert (await bob.get(f"/api/contacts/{made}")).status_code == 404
            assert (await bob.get("/api/contacts", params={"agent": "anna"})).status_code == 403
            house.live.perform(shown_call(agent=BOB))
            assert (await bob.get(f"/api/contacts/{CALL}")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 501},
        {"from": -1},
        {"from": 10**18},
        {"customer": "x"},
        {"customer": "9" * 19},
        {"after": "nonsense"},
        {"after": "1.2"},
        {"surprise": 1},
        {"state": "half"},
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_explained(
    database: str, query: dict[str, Any]
) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        answer = await client.get("/api/contacts", params=query)
    assert answer.status_code == 422
    assert answer.json()["what_to_do"]


async def test_what_is_no_contact_is_not_found(database: str) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        for wanted in ("nonsense", str(CALL), "%00", "'"):
            answer = await client.get(f"/api/contacts/{wanted}")
            assert answer.status_code == 404, wanted
        for field in ("caller", "agent", "queue"):
            answer = await client.get("/api/contacts", params={field: "\0"})
            assert answer.status_code == 422, field


async def test_what_happened_tells_no_agent_who_listened_where_the_site_hides_it(
    database: str,
) -> None:
    site = Site()
    made = site.call(1)
    await journaled(database, site)
    async with running(House(dsn=database)) as house:
        house.live.view.spying_shown = False
        async with house.http("anna") as anna, house.http("sue") as sue:
            told = [
                (await client.get(f"/api/contacts/{made}")).json()["story"]
                for client in (anna, sue)
            ]
    assert [len(story) > 0 for story in told] == [False, True]


async def test_an_agents_day_is_for_supervisors_and_for_himself(database: str) -> None:
    site = Site()
    site.call(1)
    await journaled(database, site)
    day = {"since": 0, "until": 4_000_000_000_000}
    async with running(House(dsn=database)) as house:
        async with house.http("sue") as client:
            answer = await client.get("/api/agents/anna/intervals", params=day)
            states = [one["work"] for one in answer.json()]
            empty = await client.get("/api/agents/anna/intervals", params={**day, "until": 1})
        async with house.http("anna") as client:
            own = await client.get("/api/agents/anna/intervals", params=day)
        async with house.http("bob") as client:
            others = await client.get("/api/agents/anna/intervals", params=day)
    assert "on_call" in states
    assert empty.json() == []
    assert own.json() == answer.json()
    assert others.status_code == 403

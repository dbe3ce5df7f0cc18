"""The agent's browser tells how a talk sounded."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccserver.core.site import WorkState
from tests.db.calls import T0, contact_id
from tests.web.house import BOB, House, shown_agent
from tests.web.talked import FIRST, talked

pytestmark = pytest.mark.db

BEGAN = int(T0 * 1000)
URL = f"/api/contacts/{FIRST}/quality"


def measured(**other: Any) -> dict[str, Any]:
    return {
        "started_at": BEGAN,
        "ended_at": BEGAN + 60_000,
        "packets_received": 2970,
        "packets_lost": 30,
        "jitter_mean_ms": 4.5,
        "jitter_max_ms": 20.0,
        "round_trip_mean_ms": 40.0,
        "round_trip_max_ms": 90.0,
    } | other


@pytest.fixture
async def house(database: str, tmp_path: Path) -> AsyncIterator[House]:
    async with talked(database, tmp_path) as made:
        yield made


async def kept(house: House) -> list[dict[str, Any]]:
    async with house.http("sue") as sue:
        rows: list[dict[str, Any]] = (await sue.get(f"/api/contacts/{FIRST}")).json()["quality"]
        return rows


async def test_what_was_measured_is_in_the_contacts_story(house: House) -> None:
    async with house.http("anna") as anna:
        assert (await anna.post(URL, json=measured())).status_code == 204
    [row] = await kept(house)
    assert 4.2 < row.pop("mos") < 4.41, "1 per cent is lost"
    assert row == measured() | {"agent": "anna"}


async def test_what_is_sent_twice_is_one_row_and_a_reload_makes_another(house: House) -> None:
    async with house.http("anna") as anna:
        await anna.post(URL, json=measured(ended_at=BEGAN + 30_000, packets_lost=0))
        await anna.post(URL, json=measured())
        await anna.post(URL, json=measured(started_at=BEGAN + 61_000, ended_at=BEGAN + 70_000))
    rows = await kept(house)
    assert [row["started_at"] for row in rows] == [BEGAN, BEGAN + 61_000]
    assert rows[0]["ended_at"] == BEGAN + 60_000
    assert rows[0]["packets_lost"] == 30


async def test_what_was_not_measured_stays_unknown(house: House) -> None:
    silent = measured(
        packets_received=0, packets_lost=-2, round_trip_mean_ms=None, round_trip_max_ms=None
    )
    async with house.http("anna") as anna:
        assert (await anna.post(URL, json=silent)).status_code == 204
    [row] = await kept(house)
    assert (row["mos"], row["packets_lost"], row["round_trip_mean_ms"]) == (None, 0, None)


async def test_only_the_agent_of_the_contact_tells(house: House) -> None:
    async with house.http("bob") as bob, house.http("sue") as sue, house.http("anna") as anna:
        assert (await bob.post(URL, json=measured())).status_code == 404
        assert (await sue.post(URL, json=measured())).status_code == 403
        unknown = await anna.post(f"/api/contacts/{contact_id(9)}/quality", json=measured())
        assert unknown.status_code == 404
    assert await kept(house) == []


async def test_who_writes_a_talk_up_may_tell_before_the_history_knows(house: House) -> None:
    """The journal writes what was in bursts; the page tells at once."""
    async with house.http("bob") as bob:
        house.live.perform(shown_agent(BOB, WorkState.WRAP_UP))
        assert (await bob.post(URL, json=measured())).status_code == 404, "it is another contact"
        house.live.perform(replace(shown_agent(BOB, WorkState.WRAP_UP), contact=FIRST))
        assert (await bob.post(URL, json=measured())).status_code == 204


@pytest.mark.parametrize(
    "other",
    [
        {"ended_at": BEGAN},
        {"ended_at": BEGAN + 25 * 3_600_000},
        {"packets_received": -1},
        {"packets_received": 10**12},
        {"jitter_mean_ms": -0.1},
        {"jitter_mean_ms": 30.0},
        {"jitter_max_ms": 1e9},
        {"round_trip_mean_ms": None},
        {"round_trip_mean_ms": 91.0},
        {"more": 1},
    ],
)
async def test_nonsense_is_refused(house: House, other: dict[str, Any]) -> None:
    async with house.http("anna") as anna:
        assert (await anna.post(URL, json=measured(**other))).status_code == 422
    assert await kept(house) == []

"""A day by the minute, and an agent's own day, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ccserver.core.commands import CallState
from tests.db.parts import journaled
from tests.db.random_past import BEGAN, DAY, random_past
from tests.web.house import ANNA, House, running, shown_call
from tests.web.talked import execute

pytestmark = pytest.mark.db

SPAN = f"from={round(BEGAN * 1000)}&to={round((BEGAN + 4 * DAY) * 1000)}"


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    await journaled(database, random_past(seed=3, contacts=400).past())
    made = House(dsn=database)
    async with running(made):
        made.time = BEGAN + DAY / 2
        yield made


async def asked(house: House, path: str, login: str = "sue", status: int = 200) -> Any:
    async with house.http(login) as http:
        answer = await http.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_half_a_day_has_half_its_minutes(house: House) -> None:
    page = await asked(house, "/api/figures/day?day=2026-10-24")
    assert page["zone"] == "UTC"
    assert page["begins_at"] == round(BEGAN * 1000)
    assert page["minute_ms"] == 60_000
    curves = ("arrived", "answered", "abandoned", "in_talk", "signed_in")
    assert {len(page[curve]) for curve in curves} == {720}
    assert sum(page["arrived"]) > sum(page["answered"]) > 0
    assert page["expected"] is None, "no day is known to learn from"
    there = await asked(house, "/api/figures/day?day=2026-10-24&zone=Asia/Shanghai")
    assert len(there["arrived"]) == 720 + 8 * 60


async def test_what_is_to_be_expected_comes_from_the_same_weekday(
    database: str, house: House
) -> None:
    usual = await asked(house, "/api/figures/day?day=2026-10-24")
    house.time = BEGAN + 7 * DAY + DAY / 2
    page = await asked(house, "/api/figures/day?day=2026-10-31")
    expected = page["expected"]
    assert expected["days"] == 1
    assert len(expected["usual"]) == len(expected["expected"]) == 96
    assert sum(expected["usual"][:48]) == pytest.approx(sum(usual["arrived"]))
    assert expected["busyness"] < 1, "nobody has called"
    assert expected["expected"][:48] == [0.0] * 48
    assert expected["total"] == pytest.approx(sum(expected["usual"][48:]) * expected["busyness"])
    await execute(
        database,
        """INSERT INTO setting (kind, name, body, updated_by) VALUES
          ('calendars', 'c', '{"zone": "UTC", "special": {"2026-10-24": []}}', 'x')""",
    )
    assert (await asked(house, "/api/figures/day?day=2026-10-31"))["expected"] is None
    tomorrow = await asked(house, "/api/figures/day?day=2026-11-01")
    assert tomorrow["arrived"] == []
    assert tomorrow["expected"]["busyness"] == 1.0


@pytest.mark.parametrize("by", ["queue", "agent", "team"])
async def test_a_talk_that_goes_on_is_there(house: House, by: str) -> None:
    before = await asked(house, f"/api/figures/day?day=2026-10-24&by={by}")
    state = shown_call(CallState.TALKING, ANNA)
    house.live.perform(state)
    talk = house.live.view.calls[state.contact]
    house.live.view.calls[state.contact] = talk.model_copy(
        update={"since_at": round((BEGAN + DAY / 2 - 100) * 1000)}
    )
    after = await asked(house, f"/api/figures/day?day=2026-10-24&by={by}")
    assert after["in_talk"][-1] == before["in_talk"][-1] + 1
    name = {"queue": "sales", "agent": "anna", "team": ""}[by]
    named = await asked(house, f"/api/figures/day?day=2026-10-24&by={by}&name={name}")
    assert named["in_talk"][-1] >= 1
    other = await asked(house, f"/api/figures/day?day=2026-10-24&by={by}&name=nowhere")
    assert sum(other["in_talk"]) == 0


async def test_an_agent_sees_the_own_day_only(house: House) -> None:
    mine = await asked(house, "/api/figures/day?day=2026-10-24&by=agent", "anna")
    assert mine == await asked(house, "/api/figures/day?day=2026-10-24&by=agent&name=anna")
    assert mine["expected"] is None
    await asked(house, "/api/figures/day?day=2026-10-24", "anna", 403)
    for what in ("day", "missed"):
        await asked(house, f"/api/agents/bob/{what}?{SPAN}", "anna", 403)
        own = await asked(house, f"/api/agents/anna/{what}?{SPAN}", "anna")
        assert own == await asked(house, f"/api/agents/anna/{what}?{SPAN}")


async def test_the_own_day_agrees_with_the_figures(house: House) -> None:
    house.time = BEGAN + 5 * DAY
    day = await asked(house, f"/api/agents/anna/day?{SPAN}")
    page = await asked(house, f"/api/figures?{SPAN}&by=agent&name=anna")
    (row,) = page["totals"]
    same = ("talk_ms", "hold_ms", "wrap_up_ms", "logged_in_ms", "occupancy", "aht_ms")
    assert {one: day[one] for one in same} == {one: row[one] for one in same}
    assert day["calls"] == row["handled"] > 0
    assert day["missed"] == row["flowed_out_missed"]
    assert day["service_level"] == row["sl_answered"]
    assert sum(day["paused_ms"].values()) == row["paused_ms"]
    assert day["outbound_calls"] == 0
    nobody = await asked(house, f"/api/agents/nobody/day?{SPAN}")
    assert (nobody["calls"], nobody["occupancy"], nobody["aht_ms"]) == (0, None, None)


async def test_missed_calls_come_newest_first(house: House) -> None:
    rows = await asked(house, f"/api/agents/anna/missed?{SPAN}")
    assert len(rows) > 3
    times = [row["at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert rows[0].keys() == {
        "contact", "at", "number", "customer", "customer_name", "queue", "called_back",
    }  # fmt: skip
    await asked(house, "/api/agents/anna/missed?from=5&to=5", status=422)


async def test_a_day_that_is_none_is_refused(house: House) -> None:
    for query in ("day=2026-02-30", "day=2026-10-24&zone=Mars", "by=queue", "day=x"):
        assert (await asked(house, f"/api/figures/day?{query}", status=422))["what_to_do"]

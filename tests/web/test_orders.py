"""What supervisors order over HTTP is told to the core, or refused in words, and written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ccserver.core.commands import CallState
from ccserver.core.desk_events import AgentSet, CallMoved
from ccserver.core.ids import ContactId, Queue
from ccserver.core.site import Presence, WorkState
from ccserver.db import config
from ccserver.settings import QueueSettings
from tests.web.house import ANNA, CALL, House, hear, running, shown_agent, shown_call

pytestmark = pytest.mark.db

PRESENCE, MESSAGE = "/api/agents/anna/presence", "/api/agents/anna/message"
MOVE = f"/api/calls/{CALL}/move"
ALL = {"from": 0, "to": 4_102_444_800_000}


@asynccontextmanager
async def floor(database: str) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    house = House(dsn=database)
    house.live.perform(shown_agent(ANNA))
    async with running(house), house.http("sue") as sue:
        yield house, sue


async def acts(client: httpx.AsyncClient, **more: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/acts", params={**ALL, **more})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    assert all(one.pop("id") > 0 and one.pop("at") > 1_000_000 for one in found)
    return found


async def test_an_agent_s_presence_is_set_with_a_reason(database: str) -> None:
    async with floor(database) as (house, sue):
        paused = {"presence": "paused", "pause_reason": "meeting", "reason": "The team meets."}
        assert (await sue.post(PRESENCE, json=paused)).status_code == 202
        ready = {"presence": "ready", "reason": "It is over."}
        assert (await sue.post(PRESENCE, json=ready)).status_code == 202
        assert house.posted == [
            AgentSet(agent=ANNA, presence=Presence.PAUSED, reason="meeting", by="sue"),
            AgentSet(agent=ANNA, presence=Presence.READY, reason="", by="sue"),
        ]
        newest, oldest = await acts(sue)
        assert oldest == {
            "who": "sue",
            "kind": "presence",
            "target": "anna",
            "contact": None,
            "reason": "The team meets.",
            "details": {"before": "ready", "after": "paused", "pause_reason": "meeting"},
        }
        assert newest["reason"] == "It is over."


@pytest.mark.parametrize(
    "form",
    [
        {"presence": "paused", "reason": "why"},
        {"presence": "ready", "pause_reason": "meeting", "reason": "why"},
        {"presence": "ready"},
        {"presence": "ready", "reason": " "},
        {"presence": "asleep", "reason": "why"},
    ],
    ids=["no pause", "pause of none", "no reason", "blank", "unknown"],
)
async def test_half_an_order_is_none(database: str, form: dict[str, str]) -> None:
    async with floor(database) as (house, sue):
        assert (await sue.post(PRESENCE, json=form)).status_code == 422
        assert (house.posted, await acts(sue)) == ([], [])


async def test_a_message_reaches_the_agent_s_screens_and_nobody_else(database: str) -> None:
    async with floor(database) as (house, sue):
        gone = await sue.post(MESSAGE, json={"text": "Hello"})
        assert (gone.status_code, gone.json()["detail"]) == (409, "The agent has no screen open.")
        assert await acts(sue) == []
        async with house.screen("anna") as anna, house.screen("bob") as bob:
            await hear(anna)
            await hear(bob)
            assert (await sue.post(MESSAGE, json={"text": " 喝水! "})).status_code == 204
            note = await hear(anna)
            house.live.perform(shown_agent(ANNA, WorkState.WRAP_UP))
            house.live.beat()
            assert (await hear(bob, "tick"))["type"] == "tick"
        assert (note["type"], note["sender"], note["text"]) == ("note", "Sue", "喝水!")
        assert note["at"] == house.time * 1000
        (act,) = await acts(sue, who="sue", target="anna")
        assert (act["kind"], act["details"]) == ("message", {"text": "喝水!"})
        assert (await sue.post(MESSAGE, json={"text": " "})).status_code == 422


async def test_a_waiting_caller_is_moved(database: str) -> None:
    async with floor(database) as (house, sue):
        house.live.perform(shown_call())
        form = {"queue": "service", "reason": "sales is full"}
        assert (await sue.post(MOVE, json=form)).status_code == 202
        house.live.perform(shown_call(CallState.CALLBACK))
        assert (await sue.post(MOVE, json=form)).status_code == 202
        assert house.posted == [CallMoved(contact=CALL, queue=Queue("service"), by="sue")] * 2
        newest, _ = await acts(sue, limit=2)
        assert newest == {
            "who": "sue",
            "kind": "move",
            "target": "service",
            "contact": CALL,
            "reason": "sales is full",
            "details": {"from": "sales"},
        }


async def test_who_cannot_be_moved_stays_and_it_is_said_why(database: str) -> None:
    async with floor(database) as (house, sue):

        async def said(queue: str = "service") -> tuple[int, str]:
            answer = await sue.post(MOVE, json={"queue": queue, "reason": "why"})
            return answer.status_code, answer.json()["detail"]

        assert await said() == (404, "There is no such call now.")
        house.live.perform(shown_call(CallState.TALKING, ANNA))
        assert await said() == (409, "This caller does not wait any more.")
        house.live.perform(shown_call(CallState.QUEUED))
        assert await said("nowhere") == (404, "There is no queue `nowhere`.")
        assert await said("sales") == (409, "The caller waits in that queue already.")
        house.live.view.closed = {Queue("service"): "storm"}
        assert await said() == (409, "That queue is closed: storm")
        house.live.perform(replace(shown_call(), contact=ContactId("x")))
        assert (house.posted, await acts(sue)) == ([], [])


async def test_orders_are_for_supervisors_and_of_agents_who_are_there(database: str) -> None:
    form = {"presence": "ready", "reason": "why"}
    async with floor(database) as (house, sue), house.http("bob") as bob:
        for url, body in (
            (PRESENCE, form),
            (MESSAGE, {"text": "x"}),
            (MOVE, {"queue": "service", "reason": "why"}),
        ):
            assert (await bob.post(url, json=body)).status_code == 403
        assert (await bob.get("/api/acts")).status_code == 403
        for what, body in (("presence", form), ("message", {"text": "x"})):
            answer = await sue.post(f"/api/agents/nobody/{what}", json=body)
            assert answer.status_code == 404
            assert answer.json()["detail"] == "There is no agent `nobody`."
        assert house.posted == []


async def test_what_cannot_be_written_down_is_not_done() -> None:
    house = House(dsn="postgresql://nobody@127.0.0.1:1/none")
    house.live.perform(shown_agent(ANNA))
    async with running(house), house.http("sue") as sue, house.screen("anna") as anna:
        await hear(anna)
        form = {"presence": "ready", "reason": "why"}
        assert (await sue.post(PRESENCE, json=form)).status_code == 503
        assert (await sue.post(MESSAGE, json={"text": "x"})).status_code == 503
        assert house.posted == []


async def test_a_queue_that_is_closed_and_opened_is_an_act_once(database: str) -> None:
    async with floor(database) as (house, sue):
        async with house.sessions.begin() as session:
            await config.seed(session, [QueueSettings(name="sales")])
        for way in ("close", "close", "open"):
            answer = await sue.post(f"/api/queues/sales/{way}", json={"reason": "storm"})
            assert answer.status_code == 204
        found = await acts(sue, target="sales")
        assert [(one["kind"], one["who"], one["reason"]) for one in found] == [
            ("open", "sue", "storm"),
            ("close", "sue", "storm"),
        ]

"""The floor on the real Asterisk: what is ordered is done, and the day outlives a kill."""

import asyncio

import httpx
import pytest

from ccserver.local.phones import PhoneScript
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import Message, Screen, Site, change, screen
from tests.asterisk.test_acd import FIRST, SALES, call, ended, exits, held

pytestmark = pytest.mark.asterisk


async def figures(sue: Screen, queue: str, offered: int) -> Message:
    """The queue's figures, once so many have come and nobody waits."""

    def are_there(message: Message) -> bool:
        if message["type"] != "figures_changed":
            return False
        told = message["figures"]
        ended = sum(told[kind] for kind in ("answered", "abandoned", "flowed_out"))
        return bool(told["queue"] == queue and told["offered"] == ended == offered)

    _, message = await sue.until(are_there)
    found: Message = message["figures"]
    return found


async def test_a_caller_is_moved_and_the_day_s_figures_outlive_ccserver(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    busy = {"figure": "waiting", "above": 0, "queues": ["sales"]}
    token = await asyncio.to_thread(site.token, "ada")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=site.url, headers=headers, trust_env=False) as ada:
        put = await ada.put("/api/config/thresholds/busy", json=busy)
        assert put.status_code == 200
        await change(site, "agents/bob", queues=["service"])
        talks = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
        await asyncio.to_thread(phones.start, "1002", script=talks)
        async with screen(site, "bob") as bob, screen(site, "sue") as sue:
            await bob.say("ready")
            await bob.work("available")
            ring(FIRST, SALES)
            waits = await call(sue, FIRST, "queued")
            await held(site, 1)
            await sue.until(lambda m: m["type"] == "alerts_changed" and len(m["alerts"]) == 1)
            order = {"queue": "service", "reason": "nobody sells today"}
            moved = await ada.post(f"/api/calls/{waits['contact']}/move", json=order)
            assert moved.status_code == 202
            await bob.work("on_call", 15.0)
            story = await ended(site, FIRST)
            assert exits(story) == [("sales", "transferred"), ("service", "answered")]
            sold = await figures(sue, "sales", 1)
            assert (sold["flowed_out"], sold["service_level"]) == (1, None)
            await bob.say("wrap_up_done")
            await bob.work("available")
            served = await figures(sue, "service", 1)
        acts = (await ada.get("/api/acts")).json()
        assert [(one["who"], one["kind"], one["target"]) for one in acts] == [
            ("ada", "move", "service")
        ]
        (alert,) = (await ada.get("/api/alerts")).json()
        assert (alert["threshold"], alert["queue"], alert["worst"]) == ("busy", "sales", 1.0)
    await site.kill()
    await site.start()
    async with screen(site, "sue") as sue:
        _, snapshot = await sue.until(lambda m: m["type"] == "snapshot")
    again = {one["queue"]: one for one in snapshot["figures"]}
    assert again["sales"] == sold
    assert (again["service"]["answered"], again["service"]["answered_in_time"]) == (
        1,
        served["answered_in_time"],
    )
    assert again["service"]["aht_ms"] >= 1000

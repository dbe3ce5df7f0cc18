"""Recordings are paused over HTTP, and a customer's word on being recorded is kept."""

from pathlib import Path

import pytest

from ccserver.core.commands import CallState
from ccserver.core.talk_events import TapePaused, TapeResumed
from tests.web.house import ANNA, CALL, House, running, shown_call
from tests.web.talked import execute, talked

URL = f"/api/contacts/{CALL}/recording"


@pytest.mark.parametrize("login", ["anna", "sue", "ada"])
async def test_a_talk_is_paused_and_goes_on(login: str) -> None:
    async with running(House()) as house, house.http(login) as client:
        house.live.perform(shown_call(CallState.TALKING, ANNA))
        assert (await client.post(f"{URL}/pause")).status_code == 202
        assert (await client.post(f"{URL}/resume")).status_code == 202
    assert house.posted == [
        TapePaused(contact=CALL, by=login),
        TapeResumed(contact=CALL, by=login),
    ]


async def test_another_agents_talk_is_none_of_his() -> None:
    async with running(House()) as house, house.http("bob") as bob, house.http("sue") as sue:
        house.live.perform(shown_call(CallState.TALKING, ANNA))
        assert (await bob.post(f"{URL}/pause")).status_code == 404
        house.live.perform(shown_call(CallState.QUEUED))
        waiting = await sue.post(f"{URL}/pause")
        unknown = await sue.post("/api/contacts/x/recording/resume")
        async with house.http() as nobody:
            assert (await nobody.post(f"{URL}/pause")).status_code == 401
    assert waiting.status_code == unknown.status_code == 404
    assert waiting.json()["detail"] == "This contact has no talk now."
    assert house.posted == []


@pytest.mark.db
async def test_a_customers_consent_is_kept(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("bob") as bob:
        url = "/api/customers/1/recording-consent"
        for word in ("refused", "given", "unknown"):
            assert (await bob.put(url, json={"consent": word})).status_code == 204
            kept = await execute(database, "SELECT recording_consent FROM customer")
            assert kept == word
        assert (await bob.put(url, json={"consent": "maybe"})).status_code == 422
        other = await bob.put("/api/customers/2/recording-consent", json={"consent": "given"})
        assert other.status_code == 404

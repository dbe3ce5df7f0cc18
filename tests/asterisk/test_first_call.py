"""The story of the first call, on a real Asterisk with real phones."""

import asyncio
from pathlib import Path

import pytest

from ccserver.local.phones import Caller, CallerScript, PhoneScript, start_callers
from tests.asterisk.conftest import PhoneBook
from tests.asterisk.site import Site, screen
from tests.asterisk.stories import assert_both_are_heard, assert_whole

pytestmark = pytest.mark.asterisk

GOLD = Caller(number="13800000001", name="Wang")
PRESS_1 = CallerScript(keys="1", first_key_seconds=1.0, hang_up_seconds=6.0)


async def test_a_known_gold_customer_reaches_an_agent_whose_screen_knows_him(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    handset = await asyncio.to_thread(phones.start, "1001", script=PhoneScript(ring_seconds=0.5))
    async with screen(site, "anna") as anna, screen(site, "sue") as sue:
        caller = start_callers(tmp_path / "c", [GOLD], PRESS_1, sip_port=site.asterisk.ports.sip)
        await sue.until(lambda m: m["type"] == "call_changed" and m["call"]["state"] == "queued")
        await anna.say("ready")
        await anna.work("on_call")
        await anna.work("wrap_up", 20.0)
        await anna.say("wrap_up_done")
        await anna.work("available")
        ((popped_at, card),) = anna.cards()
    tally = await asyncio.to_thread(caller.wait, 10.0)
    assert (tally.succeeded, tally.failed) == (1, 0), caller.errors()
    (invite,) = handset.invites()
    assert popped_at < invite.at, "the pop is on the screen before the phone rings"
    assert (card["name"], card["tier"], card["queue"]) == ("王伟", "gold", "sales")
    assert card["keys"] == [{"step": "menu", "key": "1"}]

    (contact,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, contact["contact"])
    assert_whole(story)
    assert [s["kind"] for s in story["segments"]] == ["ivr", "queue", "offer", "talk", "wrap_up"]
    assert (story["ended_by"], story["agent"]) == ("caller", "anna")
    assert_both_are_heard(site, story)
    assert "ccserver_pop_latency_seconds_count 1.0" in await asyncio.to_thread(site.metrics)

    again = await asyncio.to_thread(start_callers, tmp_path / "c2", [GOLD], PRESS_1,
                                    sip_port=site.asterisk.ports.sip)  # fmt: skip
    async with screen(site, "anna") as anna:
        _, message = await anna.until(lambda m: m["type"] == "caller_card", 20.0)
        (last,) = message["card"]["last_contacts"]
        assert (last["agent"], last["outcome"]) == ("Anna", "caller_hung_up")
    again.stop()

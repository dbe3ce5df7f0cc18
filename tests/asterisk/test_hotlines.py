"""The sample hotline of a car maker, as callers on the real Asterisk walk it."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import Caller, CallerScript, PhoneScript
from ccserver.local.processes import free_port
from tests.asterisk.conftest import PhoneBook, Ring, forget_everything
from tests.asterisk.site import Message, Site, fill, new_site, screen, until
from tests.asterisk.stories import assert_journal_replays, assert_whole

pytestmark = pytest.mark.asterisk

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "ccserver" / "local" / "samples" / "car_maker.toml"
ANNA = """
[agents.anna]
skills = { sales = 3, service = 3, complaint = 3, roadside = 3, electric = 2 }
languages = ["zh", "en"]
"""
FROM_BEIJING = Caller(number="01062345678")
STRANGER = Caller(number="13900000001")
PLATINUM = Caller(number="13800000002")
TALKS = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)


@pytest.fixture
async def site(
    tmp_path: Path, database: str, asterisk: Asterisk, agi_port: int
) -> AsyncIterator[Site]:
    """A car maker's site: its queues, and its flow at 4001. The showroom is closed for good."""
    await fill(database)
    flows = shutil.copytree(ROOT / "ivr_flows", tmp_path / "flows")
    calendars = (flows / "calendars.toml").read_text()
    closed = re.sub(r'mon-sun = \["08:30-21:00"\]', "", calendars)
    assert closed != calendars
    (flows / "calendars.toml").write_text(closed)
    made = new_site(tmp_path / "site", database, asterisk, agi_port)
    made.settings |= {
        "CC_FLOWS": str(flows),
        "CC_HOTLINES": json.dumps({"4001": "car_maker"}),
        # Nobody listens there.
        "CC_PARTNERS": json.dumps({"crm": {"url": f"http://127.0.0.1:{free_port()}"}}),
    }
    write_config(tmp_path / "config.toml")
    await apply_config(made, tmp_path / "config.toml")
    await made.start()
    yield made
    await made.stop()
    forget_everything(asterisk)
    await assert_journal_replays(database)


def write_config(file: Path) -> None:
    """The sample, with queues that are open at all hours, and service asks afterwards. Without the
    notice of the recording: SIPp's keys cannot wait for its end."""
    text = re.sub(r'^(hours|notice) = "\w+"\n', "", SAMPLE.read_text(), flags=re.MULTILINE)
    text = text.partition("[agents.")[0] + ANNA
    text = text.replace("[queues.service]\n", '[queues.service]\nsurvey = "after_talk"\n')
    file.write_text(text)


async def apply_config(site: Site, file: Path) -> None:
    """As an operator does it."""
    applying = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ccserver", "config", "apply", str(file)),
        *("--yes", "--reason", "a test"),
        env={**os.environ, "CC_DSN": site.dsn, **site.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await applying.communicate()
    assert applying.returncode == 0, told.decode()


def keys(text: str, *, first: float = 0.8, gap: float = 0.4, stay: float = 3.0) -> CallerScript:
    return CallerScript(
        keys=text,
        first_key_seconds=first,
        next_key_seconds=gap,
        hang_up_seconds=stay,
        sound=False,
    )


async def ask(site: Site, path: str) -> Any:
    token = await asyncio.to_thread(site.token, "sue")
    return await asyncio.to_thread(site.get, path, token=token)


async def story_of(site: Site, number: str, count: int = 1) -> Message:
    """The newest contact of this number, once so many of them have ended."""
    path = f"/api/contacts?caller=%2B{number}&state=ended"
    token = await asyncio.to_thread(site.token, "sue")

    def over() -> bool:
        return len(site.get(path, token=token)["contacts"]) >= count

    await until(over, 25.0, site.log)
    newest = (await ask(site, path))["contacts"][0]["contact"]
    story = await asyncio.to_thread(site.contact, newest)
    assert_whole(story)
    return story


def steps(story: Message, walk: int = 0) -> list[str]:
    return [one["step"] for one in story["walks"][walk]["steps"]]


async def test_an_emergency_goes_before_all_with_its_ticket_and_the_nearest_station(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    ring(PLATINUM, CallerScript(hang_up_seconds=30.0, sound=False))
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        await sue.until(lambda m: m["type"] == "call_changed" and m["call"]["state"] == "queued")
        ring(FROM_BEIJING, keys("3", stay=30.0))
        await sue.until(
            lambda m: (
                m["type"] == "call_changed"
                and (m["call"]["state"], m["call"]["queue"]) == ("queued", "roadside")
            )
        )
        await anna.say("ready")
        await anna.until(lambda m: m["type"] == "caller_card")
        _, card = anna.cards()[0]
    assert card["queue"] == "roadside", "before the platinum caller, who has waited longer"
    told = {one["label"]: one["value"] for one in card["data"]}
    assert told["最近服务站 · Nearest station"] == "北京亦庄服务中心 +861058770001"
    (ticket,) = await ask(site, "/api/service-tickets")
    assert (ticket["kind"], ticket["urgent"], ticket["caller"]) == (
        "roadside",
        True,
        "+861062345678",
    )
    story = await story_of(site, "861062345678")
    assert steps(story)[-4:] == ["area", "emergency", "emergency_ticket", "roadside"]
    assert story["offers"][0]["rule"] == "urgent"


async def test_english_service_and_a_survey_when_the_agent_has_hung_up(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        caller = ring(STRANGER, keys("92151", gap=2.6, stay=30.0))
        assert (await asyncio.to_thread(caller.wait, 40.0)).failed == 0
        await anna.say("wrap_up_done")
        await anna.work("available")
    story = await story_of(site, "8613900000001")
    assert story["language"] == "en"
    assert story["ended_by"] == "agent"
    answers = {one["question"]: (one["answer"], one["agent"]) for one in story["answers"]}
    assert answers == {"satisfaction": ("5", "anna"), "solved": ("1", "anna")}
    assert [walk["flow"] for walk in story["walks"]] == ["car_maker", "after_talk"]
    assert "english" in steps(story)


async def test_an_order_system_that_is_away_costs_no_call(site: Site, ring: Ring) -> None:
    ring(STRANGER, keys("5799273981", stay=12.0))
    story = await story_of(site, "8613900000001")
    (walk,) = story["walks"]
    assert steps(story)[-4:] == ["order", "order_status", "order_failed", "service"]
    assert walk["steps"][-2]["came"] == "error"
    assert walk["how"] == "queued"
    assert story["visits"][0]["queue"] == "service"


async def test_a_closed_showroom_takes_a_message_for_its_agents(site: Site, ring: Ring) -> None:
    speaks = CallerScript(
        keys="12", first_key_seconds=0.8, next_key_seconds=1.0, hang_up_seconds=9.0
    )
    ring(STRANGER, speaks)
    story = await story_of(site, "8613900000001")
    assert "sales_closed" in steps(story)
    assert story["walks"][0]["how"] == "voicemail"

    def left() -> bool:
        return bool(site.get("/api/voicemails?queue=sales", token=site.token("anna")))

    await until(left, 10.0, site.log)
    (message,) = await ask(site, "/api/voicemails?queue=sales")
    assert (message["caller"], message["state"]) == ("+8613900000001", "new")
    assert message["ended_at"] - message["started_at"] > 1000


async def test_a_number_that_an_agent_has_marked_is_refused(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        ring(STRANGER, keys("0", stay=20.0))
        _, message = await anna.until(lambda m: m["type"] == "caller_card", 20.0)
        token = await asyncio.to_thread(site.token, "anna")
        mark = f"/api/contacts/{message['card']['contact']}/nuisance"
        await asyncio.to_thread(site.post, mark, {"reason": "abusive"}, token=token)
    await story_of(site, "8613900000001")
    again = ring(STRANGER, keys("0", stay=20.0))
    assert (await asyncio.to_thread(again.wait, 30.0)).failed == 0, "told, and let go"
    story = await story_of(site, "8613900000001", 2)
    assert steps(story) == ["guard", "refused"]
    assert story["walks"][0]["how"] == "goodbye"

"""Who is served, and what happens to those whom nobody answers."""

import asyncio
from pathlib import Path

import pytest

from ccserver.local.phones import Caller, CallerScript, Phones, PhoneScript, start_callers
from tests.asterisk.conftest import PhoneBook
from tests.asterisk.site import Screen, Site, screen, until
from tests.asterisk.stories import assert_whole, kinds

pytestmark = pytest.mark.asterisk

PLATINUM, STANDARD = Caller(number="13800000002"), Caller(number="13800000003")
WAITS = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=40.0, sound=False)


def ring(site: Site, folder: Path, caller: Caller, script: CallerScript = WAITS) -> Phones:
    return start_callers(folder, [caller], script, sip_port=site.asterisk.ports.sip)


async def queued(sue: Screen, count: int) -> None:
    """So many callers have come to wait."""

    def waiting() -> set[str]:
        return {
            m["call"]["contact"]
            for _, m in sue.heard
            if m["type"] == "call_changed" and m["call"]["state"] == "queued"
        }

    await sue.until(lambda _: len(waiting()) >= count, 20.0)


def in_the_hold_loop(site: Site) -> int:
    """How many callers are there, and have said so: only they can be connected."""
    shown = site.asterisk.console("core show channels concise").splitlines()
    return len([line for line in shown if "!cc-hold!" in line and "!WaitDigit!" in line])


async def test_a_platinum_caller_who_came_later_is_served_first_and_the_other_next(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    script = PhoneScript(ring_seconds=0.1, talk_seconds=0.5)
    await asyncio.to_thread(phones.start, "1001", script=script)
    async with screen(site, "anna") as anna, screen(site, "sue") as sue:
        ordinary = ring(site, tmp_path / "s", STANDARD)
        await queued(sue, 1)
        precious = ring(site, tmp_path / "p", PLATINUM, CallerScript(hang_up_seconds=40.0))
        await queued(sue, 2)
        await until(lambda: in_the_hold_loop(site) == 2, 5.0)
        await anna.say("ready")
        await anna.until(lambda m: m["type"] == "caller_card" and m["card"]["tier"] == "standard")
    assert [card["tier"] for _, card in anna.cards()] == ["platinum", "standard"]
    assert anna.cards()[0][1]["keys"] == [], "a platinum caller hears no menu"
    for caller in (ordinary, precious):
        assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0
    for contact in await site.contacts(2):
        assert_whole(await asyncio.to_thread(site.contact, contact["contact"]))


async def test_an_agent_who_does_not_answer_has_missed_it_and_another_gets_the_call(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(answer=False))
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=0.5)
    await asyncio.to_thread(phones.start, "1002", script=talks)
    async with screen(site, "anna") as anna, screen(site, "bob") as bob:
        await anna.say("ready")
        caller = ring(site, tmp_path / "c", STANDARD)
        await anna.work("ringing")
        await bob.say("ready")
        await anna.work("missed")
        await bob.work("wrap_up", 15.0)
    assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0
    (contact,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, contact["contact"])
    assert_whole(story)
    assert kinds(story)[:6] == [
        ("ivr", "", "queued"),
        ("queue", "", "offered"),
        ("offer", "anna", "no_answer"),
        ("queue", "", "offered"),
        ("offer", "bob", "answered"),
        ("talk", "bob", "agent_hung_up"),
    ]
    assert story["ended_by"] == "agent"


async def test_a_caller_may_hang_up_anywhere_and_nothing_is_stuck(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(answer=False))
    async with screen(site, "anna") as anna, screen(site, "sue") as sue:
        in_the_flow = ring(site, tmp_path / "f", STANDARD, CallerScript(hang_up_seconds=0.7))
        impatient = CallerScript(keys="2", first_key_seconds=0.3, hang_up_seconds=0.7)
        waiting = ring(site, tmp_path / "w", STANDARD, impatient)
        await asyncio.to_thread(in_the_flow.wait, 10.0)
        await asyncio.to_thread(waiting.wait, 10.0)
        await anna.say("ready")
        ringing = ring(site, tmp_path / "r", STANDARD, impatient)
        await anna.work("ringing")
        await asyncio.to_thread(ringing.wait, 10.0)
        await anna.work("available")
        contacts = await site.contacts(3)
        gone = [m["contact"] for _, m in sue.heard if m["type"] == "call_gone"]
    assert len(gone) == 3
    ends = set()
    for contact in contacts:
        story = await asyncio.to_thread(site.contact, contact["contact"])
        assert_whole(story)
        assert story["ended_by"] == "caller"
        ends.add(kinds(story)[-1])
    assert ends == {
        ("ivr", "", "hung_up"),
        ("queue", "", "abandoned"),
        ("offer", "anna", "abandoned"),
    }


async def test_an_agent_ends_the_talk_from_the_screen(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(ring_seconds=0.1))
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        caller = ring(site, tmp_path / "c", STANDARD)
        await anna.work("on_call")
        await anna.say("hang_up")
        await anna.work("wrap_up")
    assert (await asyncio.to_thread(caller.wait, 10.0)).failed == 0
    (contact,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, contact["contact"])
    assert story["ended_by"] == "agent"
    assert_whole(story)


async def test_a_phone_that_is_not_there_is_not_rung(site: Site, tmp_path: Path) -> None:
    async with screen(site, "anna") as anna, screen(site, "sue") as sue:
        await anna.say("ready")
        await anna.work("unreachable")
        caller = ring(site, tmp_path / "c", STANDARD)
        await queued(sue, 1)
        assert not anna.cards()
    caller.stop()

"""ccserver dies, or loses Asterisk: no call is lost, and afterwards everything is right again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import Caller, CallerScript, Phones, PhoneScript, start_callers
from tests.asterisk.cable import Cable, cable
from tests.asterisk.conftest import PhoneBook, forget_everything
from tests.asterisk.site import Message, Screen, Site, fill, new_site, screen, until
from tests.asterisk.stories import assert_journal_replays, assert_whole, kinds

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

TALKER, RINGER, WAITER, LATE = (Caller(number=f"1390000000{n}") for n in range(4))
PRESSES_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0)


def ring(site: Site, folder: Path, caller: Caller) -> Phones:
    return start_callers(folder, [caller], PRESSES_1, sip_port=site.asterisk.ports.sip)


def by_number(contacts: list[Message]) -> dict[str, Message]:
    return {contact["caller"].removeprefix("+86"): contact for contact in contacts}


def in_asterisks_queue(site: Site) -> int:
    """How many callers wait there, those who are answered left out."""
    shown = site.asterisk.console("queue show cc")
    return int(shown.partition("has ")[2].partition(" call")[0])


def talks_of(site: Site) -> int:
    return site.asterisk.console("core show channels").count("AppDial") + site.asterisk.console(
        "core show channels"
    ).count("AppQueue")


async def live_calls(sue: Screen, states: dict[str, str], seconds: float = 15.0) -> None:
    """Wait until exactly these callers are there, each in this state."""
    calls: dict[str, tuple[str, str]] = {}

    def now(message: Message) -> bool:
        for call in message.get("calls", []):
            calls[call["contact"]] = call["number"].removeprefix("+86"), call["state"]
        if message["type"] == "call_changed":
            call = message["call"]
            calls[call["contact"]] = call["number"].removeprefix("+86"), call["state"]
        elif message["type"] == "call_gone":
            calls.pop(message["contact"], None)
        return False

    async def watch() -> None:
        read = 0
        while dict(calls.values()) != states:
            for _, message in sue.heard[read:]:
                read += 1
                now(message)
            await asyncio.sleep(0.05)

    try:
        async with asyncio.timeout(seconds):
            await watch()
    except TimeoutError:
        raise AssertionError(f"{sorted(calls.values())}, not {states}") from None


async def test_ccserver_is_killed_with_callers_waiting_ringing_and_talking(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    talks = PhoneScript(ring_seconds=0.2, talk_seconds=18.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    slow = PhoneScript(ring_seconds=3.0)
    await asyncio.to_thread(phones.start, "1002", script=slow)
    async with screen(site, "anna") as anna, screen(site, "bob") as bob:
        await anna.say("ready")
        talker = ring(site, tmp_path / "talker", TALKER)
        await anna.work("on_call")
        await bob.say("ready")
        ringer = ring(site, tmp_path / "ringer", RINGER)
        await bob.work("ringing")
        waiter = ring(site, tmp_path / "waiter", WAITER)
        async with screen(site, "sue") as sue:
            await sue.until(
                lambda m: m["type"] == "call_changed" and m["call"]["state"] == "queued"
            )
        await site.kill()
    await until(lambda: in_asterisks_queue(site) == 1, 20.0)
    late = ring(site, tmp_path / "late", LATE)
    await until(lambda: in_asterisks_queue(site) == 2, 20.0)
    # Bob answered the one whose phone rang; Anna, free again, takes the one who waited.
    await until(lambda: in_asterisks_queue(site) == 1 and talks_of(site) == 2, 30.0)

    await site.start()
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        expected = {
            RINGER.number: "talking",
            WAITER.number: "talking",
            LATE.number: "queued",
        }
        await live_calls(sue, expected)
        await anna.work("on_call")
    for caller in (waiter, ringer, late):
        assert caller.running.alive(), "no call was dropped"
    tally = await asyncio.to_thread(talker.wait, 10.0)
    assert (tally.succeeded, tally.failed) == (1, 0)
    for caller in (waiter, ringer, late):
        tally = await asyncio.to_thread(caller.wait, 70.0)
        assert (tally.succeeded, tally.failed) == (1, 0), caller.errors()

    contacts = by_number(await site.contacts(4))
    stories = {
        number: await asyncio.to_thread(site.contact, contact["contact"])
        for number, contact in contacts.items()
    }
    for story in stories.values():
        assert_whole(story)
    assert kinds(stories[TALKER.number])[-1] == ("talk", "anna", "ended_away")
    assert stories[TALKER.number]["ended_by"] == "agent"
    assert stories[RINGER.number]["agent"] == "bob"
    assert stories[WAITER.number]["agent"] == "anna"
    talk = next(s for s in stories[TALKER.number]["segments"] if s["kind"] == "talk")
    assert abs(talk["ended_at"] - talk["started_at"] - 18_000) < 500, "to the moment"


@pytest.fixture
async def cut_site(
    tmp_path: Path, database: str, asterisk: Asterisk, agi_port: int
) -> AsyncIterator[tuple[Site, Cable]]:
    """A site whose link to Asterisk can be cut."""
    await fill(database)
    async with cable(asterisk.ports.ami) as laid:
        made = new_site(tmp_path / "site", database, asterisk, agi_port)
        made.ami_port = laid.port
        await made.start()
        yield made, laid
        await made.stop()
    forget_everything(asterisk)
    await assert_journal_replays(database)


async def test_the_link_to_asterisk_is_cut_for_half_a_minute(
    cut_site: tuple[Site, Cable], tmp_path: Path
) -> None:
    site, laid = cut_site
    book = PhoneBook(tmp_path / "phones", site.asterisk.ports.sip)
    try:
        talks = PhoneScript(ring_seconds=0.2, talk_seconds=20.0)
        await asyncio.to_thread(book.start, "1001", script=talks)
        async with screen(site, "anna") as anna, screen(site, "sue") as sue:
            await anna.say("ready")
            talker = ring(site, tmp_path / "talker", TALKER)
            await anna.work("on_call")
            waiter = ring(site, tmp_path / "waiter", WAITER)
            await live_calls(sue, {TALKER.number: "talking", WAITER.number: "queued"})
            laid.cut()
            await until(lambda: in_asterisks_queue(site) == 1, 20.0)
            late = ring(site, tmp_path / "late", LATE)
            await asyncio.sleep(24.0)
            laid.mend()
            # The talk ended meanwhile, and Asterisk's own queue gave Anna the one who had waited.
            await live_calls(sue, {WAITER.number: "talking", LATE.number: "queued"})
            for caller in (waiter, late):
                assert caller.running.alive(), "no call was dropped"
        for caller in (talker, waiter, late):
            tally = await asyncio.to_thread(caller.wait, 80.0)
            assert (tally.succeeded, tally.failed) == (1, 0), caller.errors()
        contacts = by_number(await site.contacts(3))
        for contact in contacts.values():
            assert_whole(await asyncio.to_thread(site.contact, contact["contact"]))
        talk = await asyncio.to_thread(site.contact, contacts[TALKER.number]["contact"])
        assert kinds(talk)[-1] == ("talk", "anna", "ended_away")
        assert contacts[TALKER.number]["agent"] == "anna"
        assert contacts[WAITER.number]["agent"] == "anna"
    finally:
        for started in book.started:
            started.stop()

"""Callers who send what no caller should: they change nothing but their own row."""

import asyncio
from pathlib import Path

import pytest

from ccserver.local.phones import Caller, CallerScript, PhoneScript, start_callers
from tests.asterisk.conftest import PhoneBook
from tests.asterisk.site import Site, screen
from tests.asterisk.stories import assert_whole

pytestmark = pytest.mark.asterisk

HONEST = Caller(number="13800000001", name="Wang")
NAMES = [
    "bob,Event: X",
    "bob%0d%0aEvent: Hangup%0d%0aUniqueid: 1",
    'bob\\" <sip:1001@127.0.0.1>',
    "${SHELL(id)}",
    "$[1 + 1],${CC_AMI_SECRET}",
    "name|with|bars^and^carets",
    "x" * 10_000,
    "\x01\x02\x7f\x1b[2J",
    "名字" * 100,
]
NUMBERS = [
    "bob%0d%0aEvent: Hangup%0d%0aUniqueid: 1%0d%0a%0d%0a",
    "%0aagi_arg_1: 9999",
    "${SHELL(id)}",
    "1001",
    "+86138%3b0000%220001",
    "9" * 500,
]


@pytest.mark.timeout(180)
async def test_a_strange_name_or_number_changes_nothing_but_its_own_row(
    site: Site, phones: PhoneBook, tmp_path: Path
) -> None:
    strangers = [Caller(number=f"1370000{n:04}", name=name) for n, name in enumerate(NAMES)]
    strangers += [Caller(number=number) for number in NUMBERS]
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(ring_seconds=0.1))
    async with screen(site, "anna") as anna, screen(site, "sue") as sue:
        await anna.say("ready")
        honest = start_callers(
            tmp_path / "honest",
            [HONEST],
            CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0),
            sip_port=site.asterisk.ports.sip,
        )
        await anna.work("on_call")
        calling = CallerScript(keys="2", first_key_seconds=0.5, hang_up_seconds=2.0, sound=False)
        strange = start_callers(
            tmp_path / "strange",
            strangers,
            calling,
            sip_port=site.asterisk.ports.sip,
            per_second=2.0,
        )
        tally = await asyncio.to_thread(strange.wait, 60.0)
        assert tally.created == len(strangers)
        # Asterisk itself refuses what is no SIP: control characters, ten thousand bytes of name,
        # and a number that is no user part of a URI.
        assert tally.succeeded >= len(strangers) - 3, strange.errors()
        assert anna.state() == "on_call", "the honest caller's talk goes on"
        await asyncio.to_thread(honest.wait, 90.0)
        agents = {m["agent"]["agent"] for _, m in sue.heard if m["type"] == "agent_changed"}
        assert agents == {"anna"}
    contacts = await site.contacts(tally.succeeded + 1)
    assert len(contacts) == tally.succeeded + 1, "one row a call, whatever it calls itself"
    for contact in contacts:
        story = await asyncio.to_thread(site.contact, contact["contact"])
        assert_whole(story)
        assert story["dialed"] == "4001"
        assert story["caller"].isprintable()
        assert len(story["caller"]) <= 40
    (talked,) = [c for c in contacts if c["agent"]]
    assert (talked["agent"], talked["customer"]) == ("anna", "1")
    assert "Traceback" not in site.log()

"""The agent's desk on the real Asterisk: a click on a number, dispositions, agreed callbacks."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccserver import clock
from ccserver.config.desk_form import DispositionForm
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.local.phones import CallerScript, Phones, PhoneScript, start_customers
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import Message, Screen, Site, change, screen, until
from tests.asterisk.stories import (
    assert_both_are_heard,
    assert_journal_replays,
    assert_whole,
    kinds,
)
from tests.asterisk.test_acd import PLATINUM

pytestmark = pytest.mark.asterisk

NUMBER = f"+86{PLATINUM.number}"
TALKS = PhoneScript(ring_seconds=0.1, talk_seconds=3.0)


@pytest.fixture
def customer(site: Site, tmp_path: Path, customers_port: int) -> Iterator[Phones]:
    """The phone at which the customer is called."""
    sip_port = site.asterisk.ports.sip
    script = PhoneScript(ring_seconds=0.3)
    phones = start_customers(tmp_path / "at-home", script, port=customers_port, sip_port=sip_port)
    yield phones
    phones.stop()


async def ended(site: Site) -> Message:
    """The newest contact, once it has ended, with its wrap-up."""
    (newest, *_) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, newest["contact"])
    assert_whole(story)
    return story


def say(site: Site, login: str, contact: str, **said: object) -> Message:
    """The agent says what came of a contact."""
    request = urllib.request.Request(
        f"{site.url}/api/contacts/{contact}/outcome",
        data=json.dumps(said).encode(),
        headers={
            "Authorization": f"Bearer {site.token(login)}",
            "Content-Type": "application/json",
        },
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        kept: Message = json.load(answer)
    return kept


async def refused(agent: Screen, request: str) -> str:
    _, message = await agent.until(lambda m: m["type"] == "refused" and m["request"] == request)
    return str(message["reason"])


async def test_a_click_reaches_the_customer_and_then_the_agent_who_is_paused(
    site: Site, phones: PhoneBook, customer: Phones
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    async with screen(site, "anna") as anna:
        await anna.say("pause", reason="desk work")
        await anna.work("paused")
        await anna.say("dial", number=NUMBER, queue="sales")
        await anna.work("on_call")
        assert len(customer.invites()) == 1
        _, card = anna.cards()[-1]
        assert (card["direction"], card["name"], card["number"]) == ("outbound", "李娜", NUMBER)
        rang = next(at for at, m in anna.heard if m["type"] == "agent_changed"
                    and m["agent"]["work"] == "ringing")  # fmt: skip
        assert anna.cards()[0][0] < rang, "the card is there before the phone rings"
        await anna.work("wrap_up")
        await anna.say("wrap_up_done")
        await anna.work("paused")
    story = await ended(site)
    assert [part[:2] for part in kinds(story)] == [
        ("dial", "anna"), ("offer", "anna"), ("talk", "anna"), ("wrap_up", "anna"),
    ]  # fmt: skip
    assert (story["direction"], story["caller"], story["visits"]) == ("outbound", NUMBER, [])
    assert_both_are_heard(site, story)
    await site.stop()
    await assert_journal_replays(site.dsn)


async def test_a_customer_who_is_busy_is_not_called_again(
    site: Site, phones: PhoneBook, tmp_path: Path, customers_port: int
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    busy = await asyncio.to_thread(
        start_customers, tmp_path / "busy", PhoneScript(busy=True),
        port=customers_port, sip_port=site.asterisk.ports.sip,
    )  # fmt: skip
    try:
        async with screen(site, "anna") as anna:
            await anna.say("ready")
            await anna.work("available")
            await anna.say("dial", number=NUMBER)
            assert "busy" in await refused(anna, "dial")
            await anna.work("available")
        story = await ended(site)
        assert [part[:3] for part in kinds(story)] == [("dial", "anna", "busy")]
        assert (story["ended_by"], len(busy.invites())) == ("system", 1)
    finally:
        busy.stop()


async def test_ccserver_dies_while_the_customers_phone_rings(
    site: Site, phones: PhoneBook, tmp_path: Path, customers_port: int
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    slow = await asyncio.to_thread(
        start_customers, tmp_path / "slow", PhoneScript(answer=False),
        port=customers_port, sip_port=site.asterisk.ports.sip,
    )  # fmt: skip
    try:
        async with screen(site, "anna") as anna:
            await anna.say("dial", number=NUMBER)
            await anna.work("reserved")
            await until(lambda: bool(slow.invites()), 10.0)
            await asyncio.sleep(0.5)  # the journal has it
            await site.kill()
        await site.start()
        story = await ended(site)
        assert (story["direction"], story["ended_by"]) == ("outbound", "system")

        def silent() -> bool:
            return "0 active channels" in site.asterisk.console("core show channels count")

        await until(silent, 10.0)
    finally:
        slow.stop()


async def set_dispositions(site: Site) -> None:
    engine = engine_for(site.dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(update={"dispositions": {"sale": DispositionForm()}}),
            author=Author(who="ada", reason="the desk"),
            used={},
        )
    await engine.dispose()


async def test_a_required_disposition_holds_the_wrap_up(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    await set_dispositions(site)
    await change(site, "queues/operator", disposition_required=True, wrap_up_seconds=1)
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        await anna.work("available")
        await asyncio.to_thread(ring, PLATINUM, CallerScript(hang_up_seconds=30.0, sound=False))
        await anna.work("wrap_up", 30.0)
        _, told = await anna.until(lambda m: m["type"] == "wrap_up_changed")
        assert told["disposition_required"] is True
        await asyncio.sleep(2.0)
        assert anna.state() == "wrap_up", "its time is over"
        await anna.say("wrap_up_done")
        assert "choose a disposition" in await refused(anna, "wrap_up_done")
        kept = await asyncio.to_thread(say, site, "anna", told["contact"], disposition="sale")
        assert kept["disposition"] == "sale"
        await anna.work("available")
    story = await ended(site)
    assert story["disposition"] == "sale"


async def test_the_customer_is_called_when_it_was_agreed(
    site: Site, phones: PhoneBook, ring: Ring, customer: Phones
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=TALKS)
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        await anna.work("available")
        await asyncio.to_thread(ring, PLATINUM, CallerScript(hang_up_seconds=30.0, sound=False))
        await anna.work("wrap_up", 30.0)
        (first, *_) = await site.contacts(1)
        at = round(clock.now() * 1000) + 5_000
        plan = {"at": at, "agent": "me"}
        for _ in range(2):
            await asyncio.to_thread(say, site, "anna", first["contact"], callback=plan)
        await anna.say("wrap_up_done")
        called, card = await _second_card(anna)
        assert (card["direction"], card["number"]) == ("outbound", NUMBER)
        assert called * 1000 >= at
        await anna.work("on_call")
        await anna.work("wrap_up")
    stories = await site.contacts(2)
    assert sorted(one["direction"] for one in stories) == ["inbound", "outbound"]
    assert len(customer.invites()) == 1


async def _second_card(agent: Screen) -> tuple[float, Message]:
    first = agent.cards()[0][1]["contact"]
    at, message = await agent.until(
        lambda m: m["type"] == "caller_card" and m["card"]["contact"] != first
    )
    card: Message = message["card"]
    return at, card

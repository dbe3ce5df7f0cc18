"""The ways of a caller whom nobody answers at once, on the real Asterisk with the whole house."""

import asyncio
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_customers,
)
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import Message, Screen, Site, change, screen, until
from tests.asterisk.stories import assert_both_are_heard, assert_whole, kinds

pytestmark = pytest.mark.asterisk

FIRST, SECOND = Caller(number="13900000001"), Caller(number="13900000002")
PLATINUM = Caller(number="13800000002")
"""Hears no menu: SIPp can press 1 only as the first key of a call."""
SALES = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0, sound=False)
SERVICE = CallerScript(keys="2", first_key_seconds=0.5, hang_up_seconds=60.0, sound=False)
ANSWERS = PhoneScript(ring_seconds=0.1)


async def call(sue: Screen, caller: Caller, state: str, seconds: float = 15.0) -> Message:
    """The caller's call, once it has been in this state."""
    _, message = await sue.until(
        lambda m: (
            m["type"] == "call_changed"
            and m["call"]["number"] == f"+86{caller.number}"
            and m["call"]["state"] == state
        ),
        seconds,
    )
    found: Message = message["call"]
    return found


async def held(site: Site, count: int) -> None:
    """So many callers are in the hold loop, and have said so."""

    def there() -> bool:
        shown = site.asterisk.console("core show channels concise").splitlines()
        return len([row for row in shown if "!cc-hold!" in row and "!WaitDigit!" in row]) == count

    await until(there, 10.0)


async def ended(site: Site, caller: Caller) -> Message:
    """The caller's last contact, once it has ended."""
    found: list[Message] = []

    def over() -> bool:
        path = f"/api/contacts?caller=%2B86{caller.number}&state=ended"
        found[:] = site.get(path, token=site.token("sue"))["contacts"]
        return bool(found)

    await until(over, 20.0)
    story = await asyncio.to_thread(site.contact, found[0]["contact"])
    assert_whole(story)
    return story


def exits(story: Message) -> list[tuple[str, str]]:
    return [(visit["queue"], visit["exit"]) for visit in story["visits"]]


@pytest.fixture
def customer(site: Site, tmp_path: Path, customers_port: int) -> Iterator[Phones]:
    """The phone at which a customer is called back."""
    sip_port = site.asterisk.ports.sip
    phones = start_customers(tmp_path / "at-home", ANSWERS, port=customers_port, sip_port=sip_port)
    yield phones
    phones.stop()


async def let_go_for_a_callback(site: Site, ring: Ring) -> Message:
    """A caller is told how long it will take, rather presses the key, and confirms the number."""
    offered = {"offered": True}
    await change(site, "queues/operator", announce_after_seconds=1, callback=offered)
    async with screen(site, "sue") as sue:
        presses = CallerScript(keys="11", first_key_seconds=11.0, next_key_seconds=3.0, sound=False)
        caller = ring(PLATINUM, presses)
        waits = await call(sue, PLATINUM, "callback", 25.0)
        assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0, "told, and let go"
    return waits


async def test_a_caller_asks_for_a_callback_by_key_and_is_called_when_the_turn_comes(
    site: Site, phones: PhoneBook, ring: Ring, customer: Phones
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=2.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    waits = await let_go_for_a_callback(site, ring)
    queues = await asyncio.to_thread(site.get, "/api/queues", token=site.token("sue"))
    (queue,) = (queue for queue in queues if queue["queue"] == "operator")
    assert (queue["waiting"], queue["callbacks"]) == (0, 1)
    assert not customer.invites(), "nobody is there to talk to"
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        await anna.say("ready")
        await call(sue, PLATINUM, "dialing")
        talking = await call(sue, PLATINUM, "talking")
    assert talking["contact"] == waits["contact"]
    story = await ended(site, PLATINUM)
    assert kinds(story)[:6] == [
        ("ivr", "", "queued"),
        ("queue", "", "callback"),
        ("callback", "", "dialed"),
        ("dial", "anna", "answered"),
        ("offer", "anna", "answered"),
        ("talk", "anna", "agent_hung_up"),
    ]
    assert exits(story) == [("operator", "callback")]
    assert_both_are_heard(site, story)
    assert [offer["agent"] for offer in story["offers"]] == ["anna"]


async def test_no_callback_is_forgotten_when_ccserver_dies(
    site: Site, phones: PhoneBook, ring: Ring, customer: Phones
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    waits = await let_go_for_a_callback(site, ring)
    await site.kill()
    await site.start()
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        await anna.work("on_call", 15.0)
    story = await ended(site, PLATINUM)
    assert story["contact"] == waits["contact"]
    assert exits(story) == [("operator", "callback")]
    assert len(customer.invites()) == 1


async def test_a_caller_who_is_handed_on_keeps_contact_and_place(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    await asyncio.to_thread(phones.start, "1001", "1002", script=ANSWERS)
    async with (
        screen(site, "sue") as sue,
        screen(site, "anna") as anna,
        screen(site, "bob") as bob,
    ):
        ring(FIRST, SALES)
        waited = await call(sue, FIRST, "queued")
        await asyncio.sleep(3.0)
        await anna.say("ready")
        await anna.work("on_call")
        await anna.say("pause", reason="lunch")
        ring(SECOND, SERVICE)
        await call(sue, SECOND, "queued")
        await held(site, 1)
        await anna.say("transfer", queue="service")
        await anna.work("paused")
        await held(site, 2)
        await bob.say("ready")
        await bob.work("on_call")
        (card,) = (card for _, card in bob.cards())
        assert card["contact"] == waited["contact"], "before one who came to this queue first"
        assert (card["queue"], card["keys"]) == ("service", [{"step": "menu", "key": "1"}])
        await bob.say("transfer", queue="nowhere")
        _, refused = await bob.until(lambda m: m["type"] == "refused")
        assert refused["request"] == "transfer"
        await bob.say("pause", reason="lunch")
        await bob.say("hang_up")
        story = await ended(site, FIRST)
    assert exits(story) == [("sales", "answered"), ("service", "answered")]
    first, second = story["visits"]
    in_the_second = second["ended_at"] - second["entered_at"]
    assert second["waited_ms"] == pytest.approx(first["waited_ms"] + in_the_second, abs=5)
    assert [(kind, agent) for kind, agent, _ in kinds(story) if kind == "talk"] == [
        ("talk", "anna"),
        ("talk", "bob"),
    ]
    assert len(story["recordings"]) == 1, "both talks are on one time line"


async def test_a_caller_who_waited_long_enough_goes_to_another_queue(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    elsewhere = {"way": "queue", "queue": "service"}
    await change(site, "queues/sales", wait_max_seconds=2, on_wait_max=elsewhere)
    await change(site, "agents/bob", queues=["service"])
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    await asyncio.to_thread(phones.start, "1002", script=talks)
    async with screen(site, "bob") as bob:
        await bob.say("ready")
        await bob.work("available")
        ring(FIRST, SALES)
        await bob.work("on_call", 15.0)
        story = await ended(site, FIRST)
    assert exits(story) == [("sales", "overflow"), ("service", "answered")]
    assert story["visits"][0]["waited_ms"] == pytest.approx(2000, abs=200)


async def test_a_caller_to_a_full_queue_hears_so(site: Site, ring: Ring) -> None:
    await change(site, "queues/sales", waiting_max=1)
    async with screen(site, "sue") as sue:
        ring(FIRST, SALES)
        await call(sue, FIRST, "queued")
        await held(site, 1)
        refused = ring(SECOND, SALES)
        announced = site.asterisk.console
        await until(lambda: "zh/all_busy" in announced("core show channels concise"), 10.0)
        assert (await asyncio.to_thread(refused.wait, 20.0)).failed == 0
        story = await ended(site, SECOND)
        assert exits(story) == [("sales", "full")]
        assert story["ended_by"] == "system"
        await held(site, 1)


async def test_a_caller_to_a_closed_queue_leaves_a_message(site: Site, ring: Ring) -> None:
    await change(site, "queues/sales", on_closed={"way": "voicemail"})
    await asyncio.to_thread(site.close_queue, "sales")
    caller = ring(FIRST, CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=14.0))
    assert (await asyncio.to_thread(caller.wait, 30.0)).failed == 0
    story = await ended(site, FIRST)
    assert exits(story) == [("sales", "voicemail")]

    def kept() -> bool:
        return bool(site.contact(story["contact"])["recordings"])

    await until(kept, 5.0)
    (message,) = site.contact(story["contact"])["recordings"]
    assert message["agent"] is None
    with SoundFile(BytesIO(site.sound(message["id"]))) as sound:
        seconds = sound.frames / sound.samplerate
    assert seconds == pytest.approx((message["ended_at"] - message["started_at"]) / 1000, abs=0.3)
    assert seconds > 2.0


async def test_a_caller_is_told_the_place_and_connected_in_the_middle_of_it(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    await change(site, "queues/sales", announce_after_seconds=1)
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        ring(FIRST, SALES)
        await call(sue, FIRST, "queued")
        console = site.asterisk.console
        await until(lambda: "!place_1-wait_" in console("core show channels concise"), 10.0)
        _, told = await sue.until(lambda m: m["type"] == "call_changed" and m["call"]["place"] == 1)
        assert told["call"]["wait_until_ms"] > 0
        await anna.say("ready")
        await anna.work("on_call")
    story = await ended(site, FIRST)
    assert exits(story) == [("sales", "answered")]


async def test_who_is_cut_off_and_calls_again_has_the_old_place(
    site: Site, phones: PhoneBook, ring: Ring
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=0.5)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        cut_off = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=2.0, sound=False)
        lost = ring(FIRST, cut_off)
        before = await call(sue, FIRST, "queued")
        await asyncio.to_thread(lost.wait, 10.0)
        ring(SECOND, SALES)
        await call(sue, SECOND, "queued")
        ring(FIRST, SALES)
        await sue.until(
            lambda m: (
                m["type"] == "call_changed"
                and m["call"]["number"] == before["number"]
                and m["call"]["contact"] != before["contact"]
                and m["call"]["state"] == "queued"
            )
        )
        await held(site, 2)
        await anna.say("ready")
        await anna.until(
            lambda m: m["type"] == "caller_card" and m["card"]["number"].endswith(SECOND.number)
        )
    numbers = [card["number"].removeprefix("+86") for _, card in anna.cards()]
    assert numbers == [FIRST.number, SECOND.number]

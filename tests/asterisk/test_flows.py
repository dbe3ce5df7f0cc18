"""What callers can do in flows, and what becomes of it, on the real Asterisk with the whole house.

The flows are in flows/: each says which number leads to it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_customers,
)
from tests.asterisk.conftest import PhoneBook
from tests.asterisk.site import Message, Screen, Site, change, screen, until
from tests.asterisk.stories import assert_whole, kinds

pytestmark = pytest.mark.asterisk

FLOWS = Path(__file__).with_name("flows")
HOTLINES = {
    "4100": "choice",
    "4101": "order",
    "4102": "secret",
    "4103": "lost",
    "4104": "astray",
    **dict.fromkeys(("4105", "4106", "4107"), "partner"),
    "4110": "straight",
    "4111": "emergency",
    "4112": "message",
    "4113": "inside",
    "4114": "outside",
}
QUICK_KEYS = 0.3
"""Seconds from key to key of someone who knows the way."""

Ring = Callable[..., Phones]


@dataclass
class Partner:
    """A partner's system. What it says follows from the path."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (w[16:] for w in head.lower().splitlines() if w[:15] == "content-length:"), "0"
        )
        body = (await reader.readexactly(int(length))).decode()
        path = head.split()[1]
        self.asked.append(f"{path} {body}")
        status, answer = "200 OK", '{"account": {"balance": 12.5}, "verdict": "right"}'
        if path == "/4106":
            status = "500 Internal Server Error"
        elif path == "/4107":
            await asyncio.sleep(1.5)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(answer)}", "Connection: close"]
        writer.write("\r\n".join([*lines, "", answer]).encode())
        writer.close()


@pytest.fixture
async def crm() -> AsyncIterator[Partner]:
    """The partner whom flows call `crm`."""
    partner = Partner()
    server = await asyncio.start_server(partner.serve, "127.0.0.1", 0)
    partner.port = server.sockets[0].getsockname()[1]
    async with server:
        yield partner


@pytest.fixture
def settings(crm: Partner) -> dict[str, str]:
    """The flows of these tests."""
    return {
        "CC_FLOWS": str(FLOWS),
        "CC_HOTLINES": json.dumps(HOTLINES),
        "CC_PARTNERS": json.dumps({"crm": {"url": f"http://127.0.0.1:{crm.port}"}}),
    }


@pytest.fixture
def ring(site: Site, tmp_path: Path) -> Iterator[Ring]:
    """Lets somebody ring a number and press keys, and cleans up at the end."""
    started: list[Phones] = []

    def start(
        dialed: str,
        keys: str = "",
        *,
        first: float = 0.6,
        each: float = QUICK_KEYS,
        hang_up: float | None = 3.0,
        number: str = "13900000001",
        sound: bool = False,
    ) -> Phones:
        script = CallerScript(
            keys=keys,
            first_key_seconds=first,
            next_key_seconds=each,
            hang_up_seconds=hang_up,
            sound=sound,
        )
        folder = tmp_path / f"caller-{len(started)}"
        caller = Caller(number=number, dialed=dialed)
        started.append(start_callers(folder, [caller], script, sip_port=site.asterisk.ports.sip))
        return started[-1]

    yield start
    for phones in started:
        phones.stop()


async def stories(site: Site, count: int = 1) -> dict[str, Message]:
    """The stories of so many contacts that have ended, by the number that was dialed."""
    rows = await site.contacts(count)
    found = {row["dialed"]: await asyncio.to_thread(site.contact, row["contact"]) for row in rows}
    assert len(found) == count
    for story in found.values():
        assert_whole(story)
    return found


async def story_of(site: Site) -> Message:
    """The story of the only contact, once it has ended."""
    (story,) = (await stories(site)).values()
    return story


async def with_message(site: Site) -> Message:
    """The story of the only contact, once its message is there: it ends before."""
    story = await story_of(site)

    def told() -> bool:
        story.update(site.contact(story["contact"]))
        return bool(story["voicemails"] and story["recordings"])

    await until(told, 15.0)
    return story


def path(story: Message, walk: int = 0) -> list[str]:
    return [step["step"] for step in story["walks"][walk]["steps"]]


def hows(story: Message) -> list[tuple[str, str]]:
    return [(walk["flow"], walk["how"]) for walk in story["walks"]]


def keys(story: Message) -> list[tuple[str, str]]:
    return [(key["step"], key["key"]) for key in story["keys"]]


def data(story: Message) -> dict[str, str]:
    return {one["label"]: one["value"] for one in story["data"]}


async def in_state(sue: Screen, state: str, seconds: float = 15.0) -> None:
    """Some call has been in this state."""
    await sue.until(lambda m: m["type"] == "call_changed" and m["call"]["state"] == state, seconds)


async def in_context(site: Site, context: str) -> None:
    """A caller is in this context of the dialplan."""
    shown = f"!{context}!"
    await until(lambda: shown in site.asterisk.console("core show channels concise"), 15.0)


# -- keys


async def test_a_key_ends_a_prompt_at_once_and_the_language_changes_at_once(
    site: Site, ring: Ring
) -> None:
    ring("4100", "91", first=1.2)
    story = await story_of(site)
    assert path(story) == ["welcome", "menu", "english", "menu", "sales"]
    assert (story["language"], keys(story)) == ("en", [("menu", "9"), ("menu", "1")])
    at = {step["step"]: step["at"] for step in reversed(story["walks"][0]["steps"])}
    assert at["english"] - at["welcome"] < 2000, "the two prompts take seven seconds"


@pytest.mark.parametrize("each", [0.15, 0.6], ids=["in one go", "one by one"])
async def test_digits_that_are_typed_ahead_are_kept_and_confirmed(
    site: Site, ring: Ring, each: float
) -> None:
    """Into the welcome, with a key at the end that is not needed, and the same digit twice."""
    ring("4101", "12234556#1", each=each)
    story = await story_of(site)
    assert keys(story) == [("order", "12234556"), ("order", "1")]
    assert data(story) == {"Order": "12234556"}
    assert hows(story) == [("order", "queued")]


async def test_digits_that_are_wrong_are_asked_for_again(site: Site, ring: Ring) -> None:
    ring("4101", "01234567123456781", each=0.2, first=1.0)
    story = await story_of(site)
    assert keys(story) == [("order", "01234567"), ("order", "12345678"), ("order", "1")]


async def test_secret_digits_stand_nowhere_but_with_the_partner(
    site: Site, ring: Ring, crm: Partner
) -> None:
    ring("4102", "9753108642")
    story = await story_of(site)
    assert crm.asked == ['/pin {"pin":"9753108642"}']
    assert (keys(story), data(story)) == ([("pin", "hidden")], {"PIN": "right"})
    metrics = await asyncio.to_thread(site.metrics)
    for told in (json.dumps(story), site.log(), site.asterisk.log.read_text(), metrics):
        assert "9753108642" not in told


async def test_who_hangs_up_is_missed_at_the_step_where_he_was(site: Site, ring: Ring) -> None:
    ring("4101", "12", hang_up=1.0)
    story = await story_of(site)
    assert (path(story)[-1], hows(story)) == ("order", [("order", "hung_up")])
    assert kinds(story) == [("ivr", "", "hung_up")]
    metrics = await asyncio.to_thread(site.metrics)
    assert 'ccserver_ivr_hangups_total{flow="order",step="order"} 1.0' in metrics


# -- what fails


async def test_a_prompt_that_is_not_there_leads_to_the_way_out_or_to_the_operator(
    site: Site, ring: Ring
) -> None:
    for number, dialed in enumerate(("4103", "4104")):
        ring(dialed, number=f"1390000000{number}")
    found = await stories(site, 2)
    assert (found["4103"]["queue"], hows(found["4103"])) == ("service", [("lost", "queued")])
    assert (found["4104"]["queue"], hows(found["4104"])) == ("operator", [("astray", "failed")])
    metrics = await asyncio.to_thread(site.metrics)
    assert 'ccserver_ivr_doings_failed_total{doing="play",flow="lost"} 1.0' in metrics
    assert 'ccserver_ivr_failures_total{flow="astray"} 1.0' in metrics


async def test_a_partner_who_fails_or_takes_too_long_leads_to_the_way_out(
    site: Site, ring: Ring, crm: Partner
) -> None:
    for number, dialed in enumerate(("4105", "4106", "4107")):
        ring(dialed, number=f"1390000000{number}")
    found = await stories(site, 3)
    assert data(found["4105"]) == {"Balance": "12.5"}
    assert {dialed: story["queue"] for dialed, story in found.items()} == {
        "4105": "sales",
        "4106": "service",
        "4107": "service",
    }
    assert path(found["4107"]) == ["ask", "service"]
    assert sorted(crm.asked) == ["/4105 ", "/4106 ", "/4107 "]


# -- leaving a queue


@pytest.fixture
def customer(site: Site, tmp_path: Path, customers_port: int) -> Iterator[Phones]:
    """Whoever is called over the trunk."""
    sip_port = site.asterisk.ports.sip
    script = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    phones = start_customers(tmp_path / "outside", script, port=customers_port, sip_port=sip_port)
    yield phones
    phones.stop()


OFFERS = {"announce_after_seconds": 1, "callback": {"offered": True}, "voicemail": True}
ANNOUNCED = 3.0
"""Seconds from the answer until the caller is surely being told what he can do."""


async def test_a_caller_who_waits_keys_in_another_number_and_is_called_there(
    site: Site, ring: Ring, phones: PhoneBook, customer: Phones
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(talk_seconds=1.0))
    await change(site, "queues/sales", **OFFERS)
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        caller = ring("4110", "113912345678#1", first=ANNOUNCED, each=0.7, hang_up=None)
        await in_state(sue, "callback", 30.0)
        assert (await asyncio.to_thread(caller.wait, 15.0)).failed == 0, "told, and let go"
        await anna.say("ready")
        await in_state(sue, "talking")
    (invite,) = customer.invites()
    assert "+8613912345678@" in invite.first_line
    story = await story_of(site)
    assert hows(story) == [("straight", "queued"), ("leave", "callback")]
    exits = [(visit["queue"], visit["exit"]) for visit in story["visits"]]
    assert exits[0] == ("sales", "callback")


async def test_a_caller_who_waits_leaves_a_message_by_key(site: Site, ring: Ring) -> None:
    await change(site, "queues/sales", **OFFERS)
    ring("4110", "2", first=ANNOUNCED, hang_up=7.0, sound=True)
    story = await with_message(site)
    assert hows(story) == [("straight", "queued"), ("leave", "voicemail")]
    (message,) = story["voicemails"]
    assert (message["queue"], message["caller"]) == ("sales", "+8613900000001")
    assert message["ended_at"] - message["started_at"] > 1000
    assert [(visit["queue"], visit["exit"]) for visit in story["visits"]] == [
        ("sales", "voicemail")
    ]


async def test_a_flow_may_ask_for_a_message_itself(site: Site, ring: Ring) -> None:
    ring("4112", hang_up=6.0, sound=True)
    story = await with_message(site)
    assert hows(story) == [("message", "voicemail")]
    (message,) = story["voicemails"]
    assert message["queue"] == "service"
    (recording,) = story["recordings"]
    assert recording["file"] == message["file"]


async def test_a_caller_is_connected_in_the_middle_of_leaving(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    await change(site, "queues/sales", **OFFERS)
    async with screen(site, "anna") as anna:
        ring("4110", "1", first=ANNOUNCED, hang_up=20.0)
        await in_context(site, "cc-leave")
        await anna.say("ready")
        await anna.work("on_call")
    story = await story_of(site)
    assert hows(story) == [("straight", "queued"), ("leave", "connected")]
    assert ("talk", "anna", "agent_hung_up") in kinds(story)


async def test_who_does_not_leave_after_all_waits_on_with_his_place(site: Site, ring: Ring) -> None:
    """His three tries give no number."""
    await change(site, "queues/sales", **OFFERS)
    caller = ring("4110", "1" + "1#1#1#", first=ANNOUNCED, each=0.5, hang_up=2.0)
    await asyncio.to_thread(caller.wait, 20.0)
    story = await story_of(site)
    assert hows(story) == [("straight", "queued"), ("leave", "back")]
    (visit,) = story["visits"]
    assert (visit["queue"], visit["exit"]) == ("sales", "abandoned")


# -- after the talk


@pytest.mark.parametrize("button", [False, True], ids=["phone", "button"])
async def test_a_caller_whose_agent_has_hung_up_is_asked_how_it_was(
    site: Site, ring: Ring, phones: PhoneBook, button: bool
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=None if button else 1.0)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    await change(site, "queues/sales", survey="after_talk")
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        caller = ring("4110", "5", first=4.5, hang_up=None)
        await anna.work("on_call")
        if button:
            await anna.say("hang_up")
        await anna.work("wrap_up")
        await in_context(site, "cc-survey")
        assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0, "thanked, and let go"
    story = await story_of(site)
    assert hows(story) == [("straight", "queued"), ("after_talk", "goodbye")]
    (answer,) = story["answers"]
    assert (answer["survey"], answer["question"], answer["answer"]) == ("after_talk", "rating", "5")
    assert (answer["queue"], answer["agent"]) == ("sales", "anna")
    assert (story["ended_by"], story["agent"]) == ("agent", "anna")
    assert [k for k in kinds(story) if k[0] != "wrap_up"][-2:] == [
        ("talk", "anna", "agent_hung_up"),
        ("ivr", "", "surveyed"),
    ]


async def test_an_unhappy_caller_says_why_in_his_own_words(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=0.5)
    await asyncio.to_thread(phones.start, "1001", script=talks)
    await change(site, "queues/sales", survey="after_talk")
    async with screen(site, "anna") as anna:
        await anna.say("ready")
        caller = ring("4110", "1#", first=3.0, each=1.0, hang_up=4.0, sound=True)
        await anna.work("wrap_up", 20.0)
        await asyncio.to_thread(caller.wait, 20.0)
    story = await story_of(site)
    answers = {one["question"]: one["answer"] for one in story["answers"]}
    assert answers["rating"] == "1"
    (words,) = (one for one in story["recordings"] if one["file"] == answers["words"])
    with SoundFile(BytesIO(site.sound(words["id"]))) as sound:
        assert sound.frames > sound.samplerate, "a second at least"
    assert hows(story)[-1] == ("after_talk", "goodbye"), "he had nothing more to answer"


# -- someone else


async def test_a_caller_is_transferred_to_an_extension(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    desk = await asyncio.to_thread(
        phones.start, "1003", script=PhoneScript(ring_seconds=0.1, talk_seconds=1.0)
    )
    caller = ring("4113", hang_up=None)
    assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0
    assert len(desk.invites()) == 1
    story = await story_of(site)
    assert (hows(story), kinds(story)) == (
        [("inside", "transferred")],
        [("ivr", "", "goodbye")],
    )


async def test_a_caller_is_transferred_outside_and_nobody_answers_at_the_extension(
    site: Site, ring: Ring, customer: Phones
) -> None:
    caller = ring("4114", hang_up=None)
    assert (await asyncio.to_thread(caller.wait, 20.0)).failed == 0
    (invite,) = customer.invites()
    assert "+8613900139000@" in invite.first_line
    ring("4113", number="13900000002", hang_up=2.0)
    found = await stories(site, 2)
    assert hows(found["4114"]) == [("outside", "transferred")]
    assert (path(found["4113"]), found["4113"]["queue"]) == (["out", "sales"], "sales")


async def test_an_emergency_goes_before_all_others(
    site: Site, ring: Ring, phones: PhoneBook
) -> None:
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(talk_seconds=0.5))
    async with screen(site, "sue") as sue, screen(site, "anna") as anna:
        ring("4110", number="13800000002", hang_up=30.0)
        await in_state(sue, "queued")
        ring("4111", number="13900000009", hang_up=30.0)
        await in_context(site, "cc-hold")
        await sue.until(
            lambda m: (
                m["type"] == "call_changed"
                and m["call"]["number"] == "+8613900000009"
                and m["call"]["state"] == "queued"
            )
        )
        await anna.say("ready")
        await anna.work("on_call")
        (_, first) = anna.cards()[0]
        assert first["number"] == "+8613900000009", "before a platinum customer"

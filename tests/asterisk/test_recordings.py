"""What is recorded of a talk, whatever befalls it: every second, at its place, on its channel.

Each of the first tests is a complaint about others: the second half of a talk that was lost after a
failed transfer (mikopbx/Core#1125), one side that was missing after a blind one (asterisk#507).
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ccserver.core.ids import Phone
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import Caller, CallerScript, Phones, PhoneScript
from ccserver.local.tones import RATE, Sound, voice, write_voice
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.hearing import Channel, channels, find, missing_seconds
from tests.asterisk.site import HASH, Message, Screen, Site, phone_secret, screen, until
from tests.asterisk.stories import assert_whole

pytestmark = pytest.mark.asterisk

CALLER = Caller(number="13800000002")
"""A platinum customer, who hears no menu."""
VOICE_SECONDS = 100.0
SPEAKS = {"caller": 11, "1001": 12, "1002": 13, "1003": 14, "1009": 15}
"""Whose voice has which seed."""
HEARD = 0.45
"""A voice among others is heard if it is like so much of the channel."""
LENGTH_SECONDS = 0.5
"""A recording may be so much shorter or longer than its talks."""


def said_by(who: str) -> Sound:
    return voice(SPEAKS[who], VOICE_SECONDS)


@dataclass
class Stage:
    """A site on which people with voices of their own talk."""

    site: Site
    phones: PhoneBook
    ring: Ring
    folder: Path
    anna: Screen
    bob: Screen

    async def phone(self, phone: str, **how: object) -> Phones:
        """A phone that answers and speaks."""
        sound = await asyncio.to_thread(
            write_voice, self.folder / f"{phone}.pcap", SPEAKS[phone], VOICE_SECONDS
        )
        script = replace(PhoneScript(ring_seconds=0.1, sound=sound), **how)  # type: ignore[arg-type]
        return await asyncio.to_thread(self.phones.start, phone, script=script)

    async def call(self, agent: Screen | None = None) -> str:
        """Let the caller ring and reach Anna, or another. Gives the contact."""
        agent = agent or self.anna
        sound = await asyncio.to_thread(
            write_voice, self.folder / "caller.pcap", SPEAKS["caller"], VOICE_SECONDS
        )
        self.caller = self.ring(CALLER, CallerScript(hang_up_seconds=90.0, sound=sound))
        await agent.say("ready")
        await agent.work("on_call", 20.0)
        return str(agent.cards()[-1][1]["contact"])

    async def hang_up(self) -> None:
        """The caller's side ends in good order."""
        for line in self.site.asterisk.console("core show channels concise").splitlines():
            if line.startswith("PJSIP/trunk-"):
                self.site.asterisk.console(f"channel request hangup {line.partition('!')[0]}")
                return
        raise AssertionError("nobody calls")

    async def phase(self, agent: Screen, wanted: str, seconds: float = 10.0) -> Message:
        """The agent's own call, once it is in this phase."""
        _, message = await agent.until(
            lambda m: m["type"] == "call_changed" and m["call"].get("phase") == wanted, seconds
        )
        found: Message = message["call"]
        return found

    async def ended(self, contact: str) -> Message:
        """The contact's story, once it is over."""
        found: list[Message] = []

        def over() -> bool:
            found[:] = [self.site.contact(contact)]
            return found[0]["ended_at"] is not None

        await until(over, 20.0)
        return found[0]

    async def recordings(self, contact: str, count: int = 1) -> list[Message]:
        """What is recorded of the contact, the contact's own first, as the API tells it."""
        rows: list[Message] = []

        def there() -> bool:
            token = self.site.token("sue")
            found = self.site.get(f"/api/recordings?contact={contact}", token=token)["recordings"]
            rows[:] = sorted(found, key=lambda row: str(row["kind"]))
            return len(rows) == count

        await until(there, 20.0, lambda: str(rows))
        token = self.site.token("sue")
        return [self.site.get(f"/api/recordings/{row['id']}", token=token) for row in rows]

    async def heard(self, recording: Message) -> tuple[Channel, ...]:
        """Its channels, the customer's first; as long as it says."""
        await asyncio.sleep(1.2)  # Asterisk writes a second at a time
        sound = channels(await asyncio.to_thread(self.site.sound, recording["id"]))
        lasted = (recording["ended_at"] - recording["started_at"]) / 1000
        assert abs(len(sound[0]) / RATE - lasted) < LENGTH_SECONDS
        assert recording["fault"] == ""
        return sound


@pytest.fixture
async def stage(site: Site, phones: PhoneBook, ring: Ring, tmp_path: Path) -> AsyncIterator[Stage]:
    async with screen(site, "anna") as anna, screen(site, "bob") as bob:
        yield Stage(site, phones, ring, tmp_path, anna, bob)


def assert_said(channel: Channel, who: str, begin: float, end: float) -> None:
    """Between these seconds the channel is this voice, without a second that is missing."""
    part = channel[round(begin * RATE) : round(end * RATE)]
    place = find(part, said_by(who))
    lacking = missing_seconds(part, said_by(who), place.at_seconds, 0, int(end - begin))
    assert lacking == [], f"{who} is at {place}"


def assert_heard_among_others(channel: Channel, who: str, begin: float, end: float) -> None:
    part = channel[round(begin * RATE) : round(end * RATE)]
    assert find(part, said_by(who)).likeness > HEARD


def spans(recording: Message, kind: str) -> list[tuple[float, float, str]]:
    """From, until and whose, of the parts of this kind."""
    return [
        (span["offset"], span["offset"] + span["seconds"], span["agent"] or "")
        for span in recording["spans"]
        if span["kind"] == kind
    ]


def marks(recording: Message) -> list[str]:
    return [mark["kind"] for mark in recording["marks"]]


async def test_a_blind_transfer_keeps_both_halves_and_both_sides(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    contact = await stage.call()
    await asyncio.sleep(4)
    await stage.bob.say("ready")
    await stage.anna.say("transfer", agent="bob")
    await stage.bob.work("on_call")
    await asyncio.sleep(4)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    assert whole["agents"] == ["anna", "bob"]
    assert len(whole["legs"]) == 2
    customer, agents = await stage.heard(whole)
    (first, second) = whole["legs"]
    for leg, phone in ((first, "1001"), (second, "1002")):
        begin, end = leg["offset"], leg["offset"] + leg["seconds"]
        assert end - begin > 3
        assert_said(customer, "caller", begin, end)
        assert_said(agents, phone, begin, end)
    assert "transfer" in marks(whole)


async def test_an_attended_transfer_is_one_recording_and_the_consultation_another(
    stage: Stage,
) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    contact = await stage.call()
    await asyncio.sleep(4)
    await stage.bob.say("ready")
    await stage.bob.work("available")
    await stage.anna.say("consult", agent="bob")
    await stage.bob.work("on_call")
    await asyncio.sleep(4)
    await stage.anna.say("complete_transfer")
    await stage.anna.work("wrap_up")
    await asyncio.sleep(5)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    await stage.bob.work("wrap_up")
    consult, whole = sorted(
        await stage.recordings(contact, 2), key=lambda r: r["kind"] == "contact"
    )
    assert (whole["agents"], len(whole["legs"])) == (["anna", "bob"], 1)
    customer, agents = await stage.heard(whole)
    length = len(customer) / RATE
    assert_said(customer, "caller", 0, length)
    assert_said(agents, "1001", 0, 3.5)
    assert_said(agents, "1002", length - 4, length)
    assert {"hold", "consult", "transfer"} <= set(marks(whole))
    asked, asking = await stage.heard(consult)
    assert_said(asking, "1001", 0, 3)
    assert_said(asked, "1002", 0, 3)


async def test_a_transfer_that_fails_loses_nothing_of_what_follows(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002", busy=True)
    contact = await stage.call()
    await asyncio.sleep(3)
    await stage.bob.say("ready")
    await stage.bob.work("available")
    await stage.anna.say("consult", agent="bob")
    await stage.phase(stage.anna, "hold")
    await stage.anna.say("resume")
    await stage.phase(stage.anna, "room")
    await asyncio.sleep(5)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    customer, agents = await stage.heard(whole)
    length = len(customer) / RATE
    assert_said(customer, "caller", 0, length)
    assert_said(agents, "1001", 0, 2.5)
    assert_said(agents, "1001", length - 4, length)


async def test_an_agent_who_is_gone_half_way_leaves_the_caller_to_another(stage: Stage) -> None:
    mine = await stage.phone("1001", talk_seconds=6.0)
    await stage.phone("1002")
    contact = await stage.call()
    await asyncio.sleep(2)
    await stage.anna.say("hold")
    await stage.phase(stage.anna, "hold")
    # The handset is put down: nobody was asked, and the caller waits again.
    await stage.anna.work("wrap_up")
    assert mine.invites()
    await stage.bob.say("ready")
    await stage.bob.work("on_call")
    await asyncio.sleep(4)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    assert (whole["agents"], len(whole["legs"])) == (["anna", "bob"], 2)
    customer, agents = await stage.heard(whole)
    last = whole["legs"][1]
    assert_said(customer, "caller", 0, whole["legs"][0]["seconds"])
    assert_said(customer, "caller", last["offset"], last["offset"] + last["seconds"])
    assert_said(agents, "1002", last["offset"], last["offset"] + last["seconds"])


async def test_a_conference_of_three_is_heard_whole(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    contact = await stage.call()
    await asyncio.sleep(3)
    await stage.bob.say("ready")
    await stage.bob.work("available")
    await stage.anna.say("consult", agent="bob")
    await stage.bob.work("on_call")
    await stage.anna.say("conference")
    await stage.phase(stage.anna, "room")
    await asyncio.sleep(6)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    whole = (await stage.recordings(contact, 2))[-1]
    whole = next(r for r in await stage.recordings(contact, 2) if r["kind"] == "contact")
    customer, agents = await stage.heard(whole)
    length = len(customer) / RATE
    assert_said(customer, "caller", 0, length)
    assert_heard_among_others(agents, "1001", length - 4, length)
    assert_heard_among_others(agents, "1002", length - 4, length)
    assert "conference" in marks(whole)


async def test_a_supervisor_who_barges_in_is_heard(stage: Stage) -> None:
    engine = engine_for(stage.site.dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await ensure_person(
            session, "sid", name="Sid", role=Role.SUPERVISOR, password_hash=HASH,
            phone=Phone("1009"), sip_secret=phone_secret("1009"),
        )  # fmt: skip
    await engine.dispose()
    await until(lambda: "1009" in stage.site.asterisk.console("pjsip show endpoints"), 15.0)
    await stage.phone("1009")
    await stage.phone("1001")
    async with screen(stage.site, "sid") as sid:
        contact = await stage.call()
        await asyncio.sleep(3)
        await sid.say("join", agent="anna", mode="barge")
        await stage.phase(stage.anna, "room")
        await asyncio.sleep(6)
        await sid.say("leave")
        await asyncio.sleep(3)
        await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    customer, agents = await stage.heard(whole)
    length = len(customer) / RATE
    assert_said(customer, "caller", 0, length)
    assert_said(agents, "1001", 0, 2.5)
    assert_heard_among_others(agents, "1009", length - 7, length - 4)
    assert_said(agents, "1001", length - 2.5, length)
    assert {"supervisor", "supervisor_left"} <= set(marks(whole))


async def test_ccserver_is_killed_in_the_middle_of_a_talk(stage: Stage) -> None:
    await stage.phone("1001")
    contact = await stage.call()
    await asyncio.sleep(3)
    await stage.site.kill()
    await asyncio.sleep(4)
    await stage.site.start()
    await asyncio.sleep(3)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    customer, agents = await stage.heard(whole)
    length = len(customer) / RATE
    assert length > 9
    assert_said(customer, "caller", 0, length)
    assert_said(agents, "1001", 0, length)


async def test_a_pause_by_the_agent_is_silent_and_ends_by_itself(stage: Stage) -> None:
    await asyncio.to_thread(stage.site.change, "recording", pause_max_seconds=5)
    await stage.phone("1001")
    contact = await stage.call()
    await asyncio.sleep(3)
    await stage.anna.say("pause_recording")
    await asyncio.sleep(9)
    await stage.hang_up()
    await stage.ended(contact)
    (whole,) = await stage.recordings(contact)
    customer, agents = await stage.heard(whole)
    by_kind = {mark["kind"]: mark["offset"] for mark in whole["marks"]}
    pause, again = by_kind["pause"], by_kind["unpause"]
    assert 4.5 < again - pause < 6
    for channel, who in ((customer, "caller"), (agents, "1001")):
        quiet = channel[round((pause + 0.3) * RATE) : round((again - 0.3) * RATE)]
        assert abs(quiet).max() < 0.01
        assert_said(channel, who, again + 0.5, len(channel) / RATE)


async def test_a_phone_that_dies_leaves_what_the_caller_said(stage: Stage) -> None:
    mine = await stage.phone("1001")
    contact = await stage.call()
    await asyncio.sleep(3)
    mine.running.stop(signal.SIGKILL)
    await asyncio.sleep(8)
    await stage.hang_up()
    assert_whole(await stage.ended(contact))
    (whole,) = await stage.recordings(contact)
    customer, agents = await stage.heard(whole)
    assert_said(customer, "caller", 0, len(customer) / RATE)
    assert_said(agents, "1001", 0, 2.5)

"""Talks of more than two on the real Asterisk: each order, and what the dialplan says to it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ccserver import clock
from ccserver.core.commands import HangUp, Hold
from ccserver.core.events import AgentLegEnded, CallAnswered, CallEnded, CallHeld, OfferFailed
from ccserver.core.ids import NO_LEG, LegId, Phone
from ccserver.core.rules import SpyMode
from ccserver.core.seen import Place, SeenCall
from ccserver.core.talk_events import PartyAnswered, PartyEnded, TalkKeyPressed
from ccserver.core.talk_orders import (
    CallSupervisor,
    Consult,
    Join,
    Park,
    PauseRecording,
    ResumeRecording,
    SendOutside,
    StartRecording,
    StopRecording,
)
from ccserver.local.phones import CallerScript, Phones, PhoneScript, start_phones
from ccserver.local.tones import RATE, Sound, voice, write_voice
from tests.asterisk.hearing import Channel, find, is_silent, missing_seconds
from tests.asterisk.site import phone_secret
from tests.asterisk.test_orders import (
    CONTACT,
    PHONE,
    Line,
    StartCustomers,
    connect,
    customers,
    line,
)

__all__ = ["customers", "line"]
pytestmark = pytest.mark.asterisk

SECOND, THIRD = Phone("1002"), Phone("1003")
VOICE_SECONDS = 60.0
CALLER, ANNA, BEN, SUE = 1, 2, 3, 4
"""The seeds of their voices."""
SPEAKS = {PHONE: ANNA, SECOND: BEN, THIRD: SUE}
OUTSIDE = "+8613900000009"


def said_by(seed: int) -> Sound:
    return voice(seed, VOICE_SECONDS)


@pytest.fixture
def speak(line: Line, tmp_path: Path) -> Iterator[Callable[..., Phones]]:
    """Starts phones that answer and speak with voices of their own, and stops them at the end."""
    started: list[Phones] = []

    def start(phone: Phone, **how: object) -> Phones:
        sound = write_voice(tmp_path / f"{phone}.pcap", SPEAKS[phone], VOICE_SECONDS)
        script = replace(PhoneScript(ring_seconds=0.1, sound=sound), **how)  # type: ignore[arg-type]
        login = [(phone, phone_secret(phone))]
        sip_port = line.asterisk.ports.sip
        started.append(start_phones(tmp_path / phone, login, script, sip_port=sip_port))
        return started[-1]

    yield start
    for phones in started:
        phones.stop()


class Talk:
    """A caller with an agent, and all that is recorded of it."""

    def __init__(self, line: Line, held: CallHeld, answered: CallAnswered) -> None:
        self.line = line
        self.contact, self.leg = held.contact, held.leg
        self.agent_leg = answered.leg
        self.recording = answered.recording
        self.answered_at = clock.now()

    def order(self, *orders: object) -> None:
        for one in orders:
            self.line.switch.perform(one)  # type: ignore[arg-type]

    def park(self) -> None:
        self.order(Park(contact=self.contact, leg=self.leg, agent_leg=self.agent_leg))

    def join(self, *others: LegId) -> None:
        self.order(Join(contact=self.contact, leg=self.leg, others=others))

    def consult(self, phone: Phone, *, number: str = "", ring_seconds: int = 5) -> None:
        self.order(
            Consult(
                contact=self.contact,
                leg=NO_LEG,
                agent_leg=self.agent_leg,
                phone=phone,
                number=number,
                ring_seconds=ring_seconds,
                record=True,
            )
        )

    async def place(self, wanted: Place) -> SeenCall:
        """The caller's call, once he is there."""
        async with asyncio.timeout(10):
            while True:
                for call in await self.line.seen():
                    if call.contact == self.contact and call.place is wanted:
                        return call

    async def together(self, *legs: LegId) -> SeenCall:
        """The caller's call, once these are with him, and no others."""
        async with asyncio.timeout(10):
            while True:
                call = await self.place(Place.TALKING)
                if {party.leg for party in call.parties if not party.aside} == set(legs):
                    return call

    async def sound(self, file: str = "") -> tuple[Channel, Channel]:
        """What is written of a recording, once no more comes: the caller's side, and the other."""
        path = self.line.asterisk.recordings / (file or self.recording)
        sizes = [-1, 0]
        while sizes[-1] != sizes[-2]:
            await asyncio.sleep(1.3)
            sizes.append(path.stat().st_size)
        data = path.read_bytes()
        frames = np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2) / 32768
        return frames[:, 0], frames[:, 1]

    async def over(self) -> None:
        """Let the caller hang up, and wait for the end."""
        self.order(HangUp(contact=self.contact, leg=self.leg))
        await self.line.told.hears(CallEnded)


async def talk_with(line: Line, folder: Path, *, record: bool = True, survey: str = "") -> Talk:
    """A caller who speaks, and Anna, who has answered."""
    sound = write_voice(folder / "caller.pcap", CALLER, VOICE_SECONDS)
    held = await line.held(folder / "c", CallerScript(hang_up_seconds=60.0, sound=sound))
    line.switch.perform(replace(connect(held), record=record, survey=survey))
    return Talk(line, held, await line.told.hears(CallAnswered))


def assert_whole(channel: Channel, seed: int, begin: int = 1, end: int | None = None) -> None:
    """Every second of the voice is on the channel at its place."""
    last = len(channel) // RATE if end is None else end
    assert last - begin >= 2, "there is something to hear"
    part = channel[begin * RATE : last * RATE]
    place = find(part, said_by(seed))
    missing = missing_seconds(part, said_by(seed), place.at_seconds, 0, last - begin)
    assert missing == [], f"voice {seed} is at {place} and lacks {missing}"


async def test_hold_and_back(line: Line, speak: Callable[..., Phones], tmp_path: Path) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(3)
    talk.park()
    parked = await talk.place(Place.PARKED)
    assert [(p.leg, p.phone, p.aside) for p in parked.parties] == [(talk.agent_leg, PHONE, True)]
    assert (parked.phone, parked.recording) == (PHONE, talk.recording)
    await asyncio.sleep(3)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    await asyncio.sleep(3)
    lasted = clock.now() - talk.answered_at
    await talk.over()
    customer, agent = await talk.sound()
    assert abs(len(customer) / RATE - lasted) < 0.5
    assert_whole(customer, CALLER)
    assert_whole(agent[: 3 * RATE], ANNA)
    assert find(agent[4 * RATE : 6 * RATE], said_by(ANNA)).likeness < 0.3, "he hears music"
    assert_whole(agent[-3 * RATE :], ANNA, 0)
    # The agent is told that nobody is there any more; ccserver ends his leg.
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))


@pytest.mark.parametrize("gone", ["agent", "caller"])
async def test_who_leaves_the_room_ends_it_for_the_caller(
    line: Line, speak: Callable[..., Phones], tmp_path: Path, gone: str
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    leg = talk.agent_leg if gone == "agent" else talk.leg
    talk.order(HangUp(contact=talk.contact, leg=leg))
    ended = await line.told.hears(CallEnded)
    assert ended.leg == talk.leg
    if gone == "agent":
        told = await line.told.hears(AgentLegEnded)
        assert (told.contact, told.phone) == (talk.contact, PHONE)
    else:
        talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))


async def test_a_consultation_that_becomes_a_transfer(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    speak(SECOND)
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(2)
    talk.park()
    await talk.place(Place.PARKED)
    talk.consult(SECOND)
    other = await line.told.hears(PartyAnswered)
    assert (other.contact, other.phone) == (talk.contact, SECOND)
    assert other.recording.startswith(talk.recording[:11])
    assert other.recording != talk.recording
    await asyncio.sleep(4)
    seen = await talk.place(Place.PARKED)
    assert {(p.leg, p.aside) for p in seen.parties} == {(talk.agent_leg, True), (other.leg, True)}
    talk.join(other.leg)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    await line.told.hears(AgentLegEnded)
    seen = await talk.together(other.leg)
    assert [(p.leg, p.phone) for p in seen.parties] == [(other.leg, SECOND)]
    await asyncio.sleep(4)
    assert line.told.count(PartyEnded) == 0, "nobody has left but the agent"
    await talk.over()
    customer, agents = await talk.sound()
    assert_whole(customer, CALLER)
    assert_whole(agents[: 2 * RATE], ANNA, 0)
    assert_whole(agents[-3 * RATE :], BEN, 0)
    left, right = await talk.sound(other.recording)
    assert_whole(left[: 4 * RATE], BEN)
    assert_whole(right[: 4 * RATE], ANNA)
    talk.order(HangUp(contact=talk.contact, leg=other.leg))


async def test_a_consultation_that_fails_or_ends_leaves_the_agent_aside(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    speak(SECOND, busy=True)
    speak(THIRD)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    talk.consult(SECOND)
    ended = await line.told.hears(PartyEnded)
    assert (ended.contact, ended.leg, ended.cause) == (talk.contact, "", "busy")
    talk.consult(THIRD)
    other = await line.told.hears(PartyAnswered)
    talk.order(HangUp(contact=talk.contact, leg=other.leg))
    ended = await line.told.hears(PartyEnded, 2)
    assert (ended.leg, ended.cause) == (other.leg, "left")
    talk.consult(THIRD)
    await line.told.hears(PartyAnswered, 2)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    await talk.over()
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))


async def test_a_conference_of_three_is_heard_on_both_sides(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    speak(SECOND)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    talk.consult(SECOND)
    other = await line.told.hears(PartyAnswered)
    talk.join(talk.agent_leg, other.leg)
    await talk.together(talk.agent_leg, other.leg)
    await asyncio.sleep(4)
    talk.order(HangUp(contact=talk.contact, leg=other.leg))
    assert (await line.told.hears(PartyEnded)).leg == other.leg
    await asyncio.sleep(3)
    await talk.over()
    customer, agents = await talk.sound()
    assert_whole(customer, CALLER)
    together = agents[-7 * RATE : -4 * RATE]
    assert find(together, said_by(ANNA)).likeness > 0.4
    assert find(together, said_by(BEN)).likeness > 0.4
    assert_whole(agents[-2 * RATE :], ANNA, 0)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))


async def test_a_supervisor_listens_whispers_and_barges_in(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    speak(THIRD)
    talk = await talk_with(line, tmp_path)
    for times, mode in enumerate((SpyMode.LISTEN, SpyMode.WHISPER, SpyMode.BARGE), 1):
        leg = LegId(f"spy-{mode}-{talk.contact}")
        if mode is SpyMode.BARGE:
            talk.join(talk.agent_leg)
        talk.order(
            CallSupervisor(
                contact=talk.contact, leg=leg, phone=THIRD, agent_leg=talk.agent_leg, mode=mode
            )
        )
        came = await line.told.hears(PartyAnswered, times)
        assert (came.leg, came.phone) == (leg, THIRD)
        seen = await talk.place(Place.TALKING)
        assert {p.leg: p.aside for p in seen.parties}[leg] == (mode is not SpyMode.BARGE)
        await asyncio.sleep(4)
        talk.order(HangUp(contact=talk.contact, leg=leg))
        gone = await line.told.hears(PartyEnded, times)
        assert (gone.leg, gone.cause) == (leg, "left")
    await talk.over()
    customer, agents = await talk.sound()
    assert_whole(customer, CALLER)
    half = len(agents) // 2
    assert find(agents[:half], said_by(SUE)).likeness < 0.2, "who whispers is not heard"
    assert find(agents[-4 * RATE : -1 * RATE], said_by(SUE)).likeness > 0.3, "who barges in is"
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))


async def test_a_supervisor_who_does_not_answer(line: Line, tmp_path: Path) -> None:
    order = CallSupervisor(
        contact=connect(CallHeld(contact=CONTACT, leg=LegId("1"))).contact,
        leg=LegId("spy-1"),
        phone=THIRD,
        agent_leg=LegId("1"),
        mode=SpyMode.LISTEN,
    )
    line.switch.perform(order)
    ended = await line.told.hears(PartyEnded)
    assert (ended.leg, ended.cause) == ("spy-1", "failed")


async def test_a_number_outside(
    line: Line, speak: Callable[..., Phones], customers: StartCustomers, tmp_path: Path
) -> None:
    speak(PHONE)
    customers(PhoneScript(ring_seconds=0.1, sound=write_voice(tmp_path / "o.pcap", SUE, 60.0)))
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(1)
    talk.order(
        SendOutside(contact=talk.contact, leg=talk.leg, number=OUTSIDE, ring_seconds=5, record=True)
    )
    came = await line.told.hears(PartyAnswered)
    assert (came.phone, came.recording == talk.recording) == ("", False)
    await asyncio.sleep(4)
    await talk.over()
    customer, other = await talk.sound(came.recording)
    assert_whole(customer, CALLER)
    assert_whole(other, SUE)


async def test_a_number_outside_that_does_not_answer_gives_the_caller_back(
    line: Line, speak: Callable[..., Phones], customers: StartCustomers, tmp_path: Path
) -> None:
    speak(PHONE)
    customers(PhoneScript(busy=True))
    talk = await talk_with(line, tmp_path)
    talk.order(
        SendOutside(contact=talk.contact, leg=talk.leg, number=OUTSIDE, ring_seconds=5, record=True)
    )
    assert (await line.told.hears(PartyEnded)).cause == "busy"
    assert (await line.told.hears(CallHeld, 2)).leg == talk.leg
    await talk.over()


async def test_a_pause_is_silence_of_the_right_length(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(3)
    until_at = clock.now() + 60
    talk.order(PauseRecording(contact=talk.contact, legs=(talk.leg,), until=until_at))
    seen = await talk.place(Place.TALKING)
    assert seen.paused_until == pytest.approx(until_at, abs=0.001)
    await asyncio.sleep(4)
    talk.order(ResumeRecording(contact=talk.contact, legs=(talk.leg,)))
    assert (await talk.place(Place.TALKING)).paused_until is None
    await asyncio.sleep(3)
    lasted = clock.now() - talk.answered_at
    await talk.over()
    customer, agent = await talk.sound()
    assert abs(len(customer) / RATE - lasted) < 0.5
    for channel, seed in ((customer, CALLER), (agent, ANNA)):
        assert is_silent(channel, 4.0, 6.5)
        before, after = (
            find(channel[: 3 * RATE], said_by(seed)),
            find(channel[-2 * RATE :], said_by(seed)),
        )
        shift = after.at_seconds + (len(channel) - 2 * RATE) / RATE - before.at_seconds
        assert abs(shift) < 0.25, "what follows is at its place"
    assert_whole(customer[-2 * RATE :], CALLER, 0)


async def test_an_agent_may_begin_and_end_a_recording(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path, record=False)
    assert talk.recording == ""
    await asyncio.sleep(1)
    file = f"2026/11/24/{talk.contact}-1.raw"
    talk.order(StartRecording(contact=talk.contact, leg=talk.leg, file=file))
    await asyncio.sleep(4)
    assert (await talk.place(Place.TALKING)).recording == file
    talk.order(StopRecording(contact=talk.contact, leg=talk.leg))
    await asyncio.sleep(2)
    assert (await talk.place(Place.TALKING)).recording == ""
    await talk.over()
    customer, agent = await talk.sound(file)
    assert 3.5 < len(customer) / RATE < 5
    assert_whole(customer, CALLER, 0)
    assert_whole(agent, ANNA, 0)


async def test_an_offer_that_fails_leaves_an_empty_file(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE, busy=True)
    held = await line.held(tmp_path / "c")
    line.switch.perform(connect(held))
    assert (await line.told.hears(OfferFailed)).cause == "busy"
    (file,) = line.asterisk.recordings.rglob(f"{held.contact}-*.raw")
    await asyncio.sleep(1.5)
    assert file.stat().st_size == 0
    line.switch.perform(HangUp(contact=held.contact, leg=held.leg))
    await line.told.hears(CallEnded)


async def test_the_agent_dies_while_the_caller_is_on_hold(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    ended = await line.told.hears(AgentLegEnded)
    assert (ended.contact, ended.phone) == (talk.contact, PHONE)
    assert (await talk.place(Place.PARKED)).parties == ()
    talk.order(Hold(contact=talk.contact, leg=talk.leg))
    assert (await line.told.hears(CallHeld, 2)).contact == talk.contact
    await talk.over()


async def test_keys_in_a_talk_are_told_and_not_which(
    line: Line, speak: Callable[..., Phones], tmp_path: Path
) -> None:
    speak(PHONE)
    keys = CallerScript(keys="12", first_key_seconds=4.0, hang_up_seconds=30.0, sound=False)
    held = await line.held(tmp_path / "c", keys)
    line.switch.perform(connect(held))
    await line.told.hears(CallAnswered)
    first = await line.told.hears(TalkKeyPressed)
    assert first == TalkKeyPressed(contact=None, leg=held.leg, phone=None)
    await line.told.hears(TalkKeyPressed, 2)
    line.switch.perform(HangUp(contact=held.contact, leg=held.leg))
    await line.told.hears(CallEnded)

"""Campaigns' calls and agents who are off-hook, on the real Asterisk, with SIPp as the network."""

import asyncio
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from ccserver.agi.server import Server, Session
from ccserver.agi.wire import Environment
from ccserver.core.campaigns import MachineWay
from ccserver.core.commands import Connect, HangUp, Hold
from ccserver.core.dial_events import (
    AttemptAnswered,
    AttemptEnded,
    AttemptPickedUp,
    OffHookDown,
    OffHookUp,
)
from ccserver.core.dial_orders import (
    CallOffHook,
    Dial,
    EndOffHook,
    LeaveMessage,
    WalkFlow,
    leg_of_attempt,
)
from ccserver.core.events import (
    AgentLegEnded,
    AsteriskSeen,
    CallAnswered,
    CallEnded,
    OfferFailed,
)
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone
from ccserver.core.seen import Place
from ccserver.core.talk_events import PartyAnswered
from ccserver.core.talk_orders import Consult, Join, Park
from ccserver.local.phones import CALLERS_HOST, Phones, PhoneScript, start_phones
from ccserver.local.tones import RATE, Sound, voice, write_sound, write_voice
from tests.asterisk.ears import ears
from tests.asterisk.site import phone_secret, until
from tests.asterisk.test_orders import PHONE, Line, StartCustomers, customers, line, phone
from tests.dials import dial_for

__all__ = ["customers", "line", "phone"]
pytestmark = pytest.mark.asterisk

SOUNDS = "/var/lib/asterisk/cc-sounds"
OH = LegId("oh-1001-1795320084757")
CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LATER = ContactId("01a2016a-a182-75ab-910b-e490d073e70a")


def dial(contact: ContactId = CONTACT, **how: object) -> Dial:
    usual = {"caller_id": "+864001234567", "language": "en", "ring_seconds": 15}
    return dial_for(contact, **{**usual, **how})


def to_ear(contact: ContactId = CONTACT, *, record: bool = True) -> Connect:
    return Connect(
        contact=contact,
        leg=leg_of_attempt(contact),
        agent=AgentId("anna"),
        phone=PHONE,
        ring_seconds=5,
        record=record,
        off_hook=OH,
    )


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE), dtype=np.int16)


# -- attempts that nobody answers


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (PhoneScript(busy=True), "busy"),
        (PhoneScript(busy=True, refusal="404 Not Found"), "disconnected"),
        (PhoneScript(busy=True, refusal="410 Gone"), "disconnected"),
        (PhoneScript(busy=True, refusal="484 Address Incomplete"), "disconnected"),
        (PhoneScript(busy=True, refusal="604 Does Not Exist Anywhere"), "disconnected"),
        (PhoneScript(busy=True, refusal="503 Service Unavailable"), "congestion"),
        (PhoneScript(busy=True, refusal="603 Decline"), "rejected"),
        (PhoneScript(busy=True, refusal="480 Temporarily Unavailable"), "no_answer"),
    ],
    ids=lambda value: value.refusal[:3] if isinstance(value, PhoneScript) else "",
)
async def test_each_attempt_that_fails_tells_why_once(
    line: Line, customers: StartCustomers, script: PhoneScript, cause: str
) -> None:
    network = customers(script)
    line.switch.place(dial())
    ended = await line.told.hears(AttemptEnded)
    assert ended == AttemptEnded(contact=CONTACT, leg=leg_of_attempt(CONTACT), cause=cause)
    assert len(network.invites()) == 1
    await asyncio.sleep(0.3)
    assert line.told.count(AttemptEnded) == 1
    assert not line.told.count(AttemptAnswered)


async def test_who_does_not_answer_within_the_limit(line: Line, customers: StartCustomers) -> None:
    customers(PhoneScript(answer=False))
    line.switch.place(dial(ring_seconds=2))
    assert (await line.told.hears(AttemptEnded)).cause == "no_answer"
    await asyncio.sleep(0.3)
    assert line.told.count(AttemptEnded) == 1


async def test_one_whom_we_let_go_while_it_rings(line: Line, customers: StartCustomers) -> None:
    network = customers(PhoneScript(answer=False))
    line.switch.place(dial())
    await until(lambda: bool(network.invites()), 5.0)
    (call,) = await line.seen()
    assert (call.place, call.contact) == (Place.DIALING, CONTACT)
    line.switch.perform(HangUp(contact=CONTACT, leg=leg_of_attempt(CONTACT)))
    assert (await line.told.hears(AttemptEnded)).cause == "canceled"


async def test_a_call_that_asterisk_refuses_was_never_sent(line: Line) -> None:
    line.switch.place(dial(contact=CONTACT, leg=LegId("x" * 200)))
    assert (await line.told.hears(AttemptEnded)).cause in {"unsent", "congestion"}
    await asyncio.sleep(0.3)
    assert line.told.count(AttemptEnded) == 1


# -- attempts that are answered


async def test_who_answers_waits_in_silence_and_his_end_is_told(
    line: Line, customers: StartCustomers
) -> None:
    network = customers(PhoneScript(ring_seconds=0.1, talk_seconds=3.0))
    line.switch.place(dial())
    answered = await line.told.hears(AttemptAnswered)
    assert (answered.contact, answered.leg) == (CONTACT, leg_of_attempt(CONTACT))
    assert (answered.heard, answered.greeting_ended_ms) == ("", None)
    assert answered.picked_up_ms < 200
    (call,) = await line.seen()
    assert (call.place, call.contact) == (Place.HELD, CONTACT)
    ended = await line.told.hears(CallEnded)
    assert ended.leg == leg_of_attempt(CONTACT)
    assert not line.told.count(AttemptEnded)
    assert network.invites()


async def test_the_customer_sees_the_number_that_was_chosen(
    line: Line, customers: StartCustomers
) -> None:
    customers(PhoneScript(answer=False))
    line.switch.place(dial())
    await until(lambda: "+864001234567" in line.channels(), 5.0, line.channels)
    line.switch.perform(HangUp(contact=CONTACT, leg=leg_of_attempt(CONTACT)))
    await line.told.hears(AttemptEnded)


async def test_without_ccserver_who_answered_hears_who_called_and_the_call_ends(
    line: Line, customers: StartCustomers
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    line.switch.place(dial())
    await line.told.hears(AttemptAnswered)
    line.alive = False
    await until(lambda: "en/safe_harbour" in line.channels(), 15.0, line.channels)
    await until(lambda: "at-" not in line.channels(), 25.0, line.channels)
    assert line.told.count(CallEnded) == 1


# -- machines


@dataclass
class Greeting:
    """What picks up, and says so."""

    file: Path
    ended_seconds: float


@pytest.fixture
def person(tmp_path: Path) -> Greeting:
    sound = np.concatenate([silence(0.3), voice(3, 0.7), silence(40.0)])
    return Greeting(write_sound(tmp_path / "person.pcap", sound, 3), 1.0)


@pytest.fixture
def machine(tmp_path: Path) -> Greeting:
    greeting = np.concatenate([silence(0.3), voice(4, 6.0), silence(0.8), voice(5, 0.4)])
    sound = np.concatenate([greeting, silence(60.0)])
    return Greeting(write_sound(tmp_path / "machine.pcap", sound, 4), 7.5)


async def test_a_person_who_greets_is_told_from_a_machine(
    line: Line, customers: StartCustomers, person: Greeting
) -> None:
    customers(PhoneScript(ring_seconds=0.1, sound=person.file))
    line.switch.place(dial(machine=MachineWay.HANG_UP))
    picked_up = await line.told.hears(AttemptPickedUp)
    assert picked_up.leg == leg_of_attempt(CONTACT)
    (call,) = await line.seen()
    assert call.place is Place.DIALING, "nobody knows who it is"
    answered = await line.told.hears(AttemptAnswered)
    assert answered.heard == "human"
    assert answered.greeting_ended_ms is not None
    assert 450 <= answered.greeting_ended_ms <= 600
    heard_at = answered.picked_up_ms - answered.greeting_ended_ms
    assert abs(heard_at - person.ended_seconds * 1000) < 250


async def test_a_message_is_left_after_the_beep_of_a_machine(
    line: Line, customers: StartCustomers, machine: Greeting
) -> None:
    customers(PhoneScript(ring_seconds=0.1, sound=machine.file))
    line.switch.place(dial(machine=MachineWay.MESSAGE))
    answered = await line.told.hears(AttemptAnswered)
    assert (answered.heard, answered.greeting_ended_ms) == ("machine", None)
    assert answered.cause.startswith("LONGGREETING-")
    leave = LeaveMessage(contact=CONTACT, leg=leg_of_attempt(CONTACT), prompt="machine_message")
    line.switch.perform(leave)
    await until(lambda: "!WaitForSilence!" in line.channels(), 5.0, line.channels)
    # Picked up some 2 s ago; the beep is over 7.5 s after that.
    await asyncio.sleep(4.5)
    assert "!WaitForSilence!" in line.channels(), "not into the greeting"
    await until(lambda: "en/machine_message" in line.channels(), 10.0, line.channels)
    await line.told.hears(CallEnded)


@pytest.mark.parametrize(
    ("voice_name", "words", "heard"),
    [
        ("cmn", "喂", {"human"}),
        ("cmn", "喂 你好", {"human"}),
        ("en-us", "Hello?", {"human"}),
        ("en-us", "Miller speaking.", {"human"}),
        ("cmn", "您好 您拨打的用户暂时无法接通 请在听到提示音后留言", {"machine"}),
        ("en-us", "You have reached the office of John Miller. We are not here.", {"machine"}),
        ("", "", {"notsure"}),
    ],
)
async def test_spoken_greetings_are_told_apart_and_in_doubt_it_is_a_person(
    line: Line,
    customers: StartCustomers,
    tmp_path: Path,
    voice_name: str,
    words: str,
    heard: set[str],
) -> None:
    spoken = await asyncio.to_thread(speak, tmp_path, voice_name, words) if words else silence(1)
    sound = np.concatenate([silence(0.3), spoken, silence(20.0)])
    customers(PhoneScript(sound=write_sound(tmp_path / "greeting.pcap", sound, 9)))
    line.switch.place(dial(machine=MachineWay.HANG_UP))
    answered = await line.told.hears(AttemptAnswered)
    assert answered.heard in heard, answered.cause
    assert answered.picked_up_ms < 3000, "there is a connect limit"


def speak(folder: Path, voice_name: str, words: str) -> Sound:
    """These words, as a telephone sends them."""
    spoken, narrow = folder / "spoken.wav", folder / "narrow.wav"
    subprocess.run(["espeak-ng", "-v", voice_name, "-w", spoken, words], check=True)
    subprocess.run(["sox", spoken, "-r", str(RATE), "-c", "1", narrow, "norm", "-6"], check=True)
    samples, _ = soundfile.read(narrow, dtype="int16")
    return np.asarray(samples, dtype=np.int16)


# -- agents who are off-hook


@pytest.fixture
async def off_hook(line: Line, phone: Phones) -> Phones:
    """An agent is off-hook, and speaks into it, which nobody hears."""
    line.switch.perform(CallOffHook(agent=AgentId("anna"), phone=PHONE, leg=OH))
    assert await line.told.hears(OffHookUp) == OffHookUp(phone=PHONE, leg=OH)
    return phone


async def answered(line: Line, contact: ContactId = CONTACT) -> None:
    """Let a customer answer."""
    before = line.told.count(AttemptAnswered)
    line.switch.place(dial(contact))
    assert (await line.told.hears(AttemptAnswered, before + 1)).contact == contact


async def in_the_ear(line: Line, contact: ContactId = CONTACT) -> CallAnswered:
    """Let a customer answer, and talk to the agent."""
    await answered(line, contact)
    before = line.told.count(CallAnswered)
    line.switch.perform(to_ear(contact))
    talk = await line.told.hears(CallAnswered, before + 1)
    assert (talk.contact, talk.phone, talk.leg) == (contact, PHONE, OH)
    return talk


async def test_each_customer_is_in_the_agents_ear_at_once(
    line: Line, customers: StartCustomers, off_hook: Phones, tmp_path: Path
) -> None:
    sound = write_voice(tmp_path / "customer.pcap", 7, 60.0)
    customers(PhoneScript(ring_seconds=0.1, sound=sound))
    took_ms: list[float] = []
    with ears(CALLERS_HOST) as heard:
        for round_, contact in enumerate([CONTACT, LATER]):
            await in_the_ear(line, contact)
            await asyncio.sleep(1.0)
            answered_at = heard.answered_at[-1]
            ear_at = heard.heard_after(answered_at)
            assert ear_at is not None, "the agent hears nothing"
            took_ms.append((ear_at - answered_at) * 1000)
            (call,) = await line.seen()
            assert (call.place, call.phone) == (Place.TALKING, PHONE)
            assert call.talk_at is not None
            assert call.recording.startswith(("20",))
            assert [party.leg for party in call.parties] == [OH]
            line.switch.perform(HangUp(contact=contact, leg=leg_of_attempt(contact)))
            await line.told.hears(CallEnded, round_ + 1)
            assert (await line.told.hears(OffHookUp, round_ + 2)).leg == OH
            line.told.events = [e for e in line.told.events if not isinstance(e, AsteriskSeen)]
    print("answer to ear, ms:", took_ms)  # noqa: T201
    assert max(took_ms) < 200
    assert not line.told.count(OffHookDown)


async def test_the_next_customer_may_come_at_the_very_moment_the_agent_is_free(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    """The agent's leg says that it waits just before it is where it can be fetched from."""
    customers(PhoneScript(ring_seconds=0.1))
    await in_the_ear(line)
    await answered(line, LATER)
    line.switch.perform(to_ear(LATER))
    assert (await line.told.hears(OfferFailed)).contact == LATER, "the ear is taken"
    line.switch.perform(HangUp(contact=CONTACT, leg=leg_of_attempt(CONTACT)))
    await line.told.hears(OffHookUp, 2)
    line.switch.perform(to_ear(LATER))
    assert (await line.told.hears(CallAnswered, 2)).contact == LATER
    await until(lambda: line.channels().count("!Bridge!") == 1, 5.0, line.channels)
    line.switch.perform(HangUp(contact=LATER, leg=OH))
    assert (await line.told.hears(OffHookUp, 3)).leg == OH
    assert not line.told.count(OffHookDown)
    assert len(off_hook.invites()) == 1


async def test_when_the_agent_ends_the_talk_he_stays_off_hook_and_the_customer_is_let_go(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    await in_the_ear(line)
    line.switch.perform(HangUp(contact=CONTACT, leg=OH))
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    assert (await line.told.hears(CallEnded)).leg == leg_of_attempt(CONTACT)
    assert line.told.count(AgentLegEnded) == 1
    await in_the_ear(line, LATER)
    assert len(off_hook.invites()) == 1, "the phone was called once, and never again"


async def test_when_the_customer_hangs_up_the_agent_waits_again(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    customers(PhoneScript(ring_seconds=0.1, talk_seconds=2.0))
    await in_the_ear(line)
    assert (await line.told.hears(CallEnded)).leg == leg_of_attempt(CONTACT)
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    assert not line.told.count(AgentLegEnded)
    assert len(off_hook.invites()) == 1


async def test_an_agent_whose_phone_is_put_down_in_the_talk(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    await in_the_ear(line)
    line.switch.perform(EndOffHook(leg=OH))
    assert await line.told.hears(OffHookDown) == OffHookDown(phone=PHONE, leg=OH)
    gone = await line.told.hears(AgentLegEnded)
    assert (gone.contact, gone.phone) == (CONTACT, PHONE)
    assert (await line.told.hears(CallEnded)).leg == leg_of_attempt(CONTACT)
    assert off_hook.invites()


async def test_a_customer_for_an_ear_that_is_gone_waits_on_in_silence(
    line: Line, customers: StartCustomers
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    await answered(line)
    line.switch.perform(to_ear())
    failed = await line.told.hears(OfferFailed)
    assert (failed.contact, failed.phone, failed.cause) == (CONTACT, PHONE, "unreachable")
    (call,) = await line.seen()
    assert call.place is Place.HELD
    assert "!cc-dialed!" in line.channels()


async def test_an_agents_phone_that_does_not_answer_is_not_off_hook(line: Line) -> None:
    line.switch.perform(CallOffHook(agent=AgentId("anna"), phone=PHONE, leg=OH))
    assert await line.told.hears(OffHookDown) == OffHookDown(phone=PHONE, leg=OH)
    await asyncio.sleep(0.3)
    assert line.told.count(OffHookDown) == 1


async def test_a_customer_in_the_ear_is_put_on_hold_and_taken_back(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    leg = leg_of_attempt(CONTACT)
    await in_the_ear(line)
    line.switch.perform(Park(contact=CONTACT, leg=leg, agent_leg=OH))
    await until(lambda: "!cc-aside!" in line.channels(), 5.0, line.channels)
    (call,) = await line.seen()
    assert call.place is Place.PARKED
    assert [(party.leg, party.aside) for party in call.parties] == [(OH, True)]
    assert call.phone == PHONE
    await asyncio.sleep(11.0)  # the agent's own loop, once
    line.switch.perform(Join(contact=CONTACT, leg=leg, others=(OH,)))
    await until(lambda: line.channels().count("!ConfBridge!") == 2, 5.0, line.channels)
    (call,) = await line.seen()
    assert (call.place, call.in_room) == (Place.TALKING, True)
    line.switch.perform(HangUp(contact=CONTACT, leg=leg))
    assert (await line.told.hears(CallEnded)).leg == leg
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    assert not line.told.count(AgentLegEnded), "the customer ended it"
    await in_the_ear(line, LATER)
    assert len(off_hook.invites()) == 1


async def test_an_agent_leaves_a_room_and_is_off_hook_again(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    leg = leg_of_attempt(CONTACT)
    await in_the_ear(line)
    line.switch.perform(Join(contact=CONTACT, leg=leg, others=(OH,)))
    await until(lambda: line.channels().count("!ConfBridge!") == 2, 5.0, line.channels)
    line.switch.perform(HangUp(contact=CONTACT, leg=OH))
    gone = await line.told.hears(AgentLegEnded)
    assert (gone.contact, gone.phone, gone.leg) == (CONTACT, PHONE, OH)
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    await line.told.hears(CallEnded)
    assert off_hook.invites()


async def test_a_colleague_is_asked_while_the_customer_waits(
    line: Line, customers: StartCustomers, off_hook: Phones, tmp_path: Path
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    login = Phone("1002"), phone_secret("1002")
    colleague = start_phones(
        tmp_path / "colleague", [login], PhoneScript(), sip_port=line.asterisk.ports.sip
    )
    leg = leg_of_attempt(CONTACT)
    try:
        await in_the_ear(line)
        line.switch.perform(
            Consult(
                contact=CONTACT, leg=leg, agent_leg=OH, phone=Phone("1002"), number="",
                ring_seconds=10, record=False,
            )
        )  # fmt: skip
        party = await line.told.hears(PartyAnswered)
        assert (party.contact, party.phone) == (CONTACT, "1002")
        apart = {(PHONE, True), (Phone("1002"), True)}
        while {(one.phone, one.aside) for one in (await line.seen())[0].parties} != apart:
            assert (await line.seen())[0].place is Place.PARKED
        line.switch.perform(Join(contact=CONTACT, leg=leg, others=(OH, party.leg)))
        await until(lambda: line.channels().count("!ConfBridge!") == 3, 5.0, line.channels)
        line.switch.perform(HangUp(contact=CONTACT, leg=OH))
        assert (await line.told.hears(AgentLegEnded)).leg == OH
        assert (await line.told.hears(OffHookUp, 2)).leg == OH
        (call,) = await line.seen()
        assert (call.place, [one.phone for one in call.parties]) == (Place.TALKING, ["1002"])
        line.switch.perform(HangUp(contact=CONTACT, leg=leg))
        assert (await line.told.hears(CallEnded)).leg == leg
        await in_the_ear(line, LATER)
    finally:
        colleague.stop()


async def test_a_look_shows_who_is_off_hook_and_who_is_gone(line: Line, off_hook: Phones) -> None:
    assert not await line.seen(), "nobody calls"
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    assert off_hook.invites()


# -- attempts without agents


async def test_a_flow_goes_on_after_ccserver_died_in_the_middle_of_it(
    line: Line, customers: StartCustomers, agi_port: int
) -> None:
    customers(PhoneScript(ring_seconds=0.1))
    arguments: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    async def dies(session: Session, environment: Environment) -> None:
        arguments.put_nowait(environment.arguments)
        await session.command("STREAM FILE", f"{SOUNDS}/music/hold", "", "0", seconds=30.0)

    async def ends(session: Session, environment: Environment) -> None:
        arguments.put_nowait(environment.arguments)
        await session.command("SET VARIABLE", "CC_NEXT", "goodbye")
        await session.command("SET VARIABLE", "CC_AGI", "OK")

    await answered(line)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(Server({"dialed": dies}).serve("127.0.0.1", agi_port))
        line.switch.perform(
            WalkFlow(contact=CONTACT, leg=leg_of_attempt(CONTACT), flow="after_talk")
        )
        assert await arguments.get() == (CONTACT, "after_talk")
        (call,) = await line.seen()
        assert call.place is Place.FLOW
        line.alive = False
        serving.cancel()
    await until(lambda: "!cc-walk!" in line.channels() and "!Wait!" in line.channels(), 8.0)
    await asyncio.sleep(4.0)
    (call,) = await line.seen()
    assert (call.place, call.contact) == (Place.FLOW, CONTACT)
    line.alive = True
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(Server({"dialed": ends}).serve("127.0.0.1", agi_port))
        async with asyncio.timeout(10):
            assert await arguments.get() == (CONTACT, "after_talk")
        assert (await line.told.hears(CallEnded)).leg == leg_of_attempt(CONTACT)
        serving.cancel()


# -- those who call us, in the same ear


async def test_a_caller_in_the_ear_is_handed_to_a_phone_that_rings(
    line: Line, customers: StartCustomers, off_hook: Phones, tmp_path: Path
) -> None:
    """His leg is younger than the agent's, to which it is linked from then on."""
    customers(PhoneScript(ring_seconds=0.1))
    held = await line.held(tmp_path / "caller")
    line.switch.perform(replace(to_ear(held.contact), leg=held.leg))
    talk = await line.told.hears(CallAnswered)
    assert (talk.contact, talk.leg) == (held.contact, OH)
    line.switch.perform(Hold(contact=held.contact, leg=held.leg))
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    (call,) = await line.seen()
    assert (call.leg, call.place) == (held.leg, Place.HELD)
    login = Phone("1002"), phone_secret("1002")
    colleague = start_phones(
        tmp_path / "colleague", [login], PhoneScript(), sip_port=line.asterisk.ports.sip
    )
    try:
        connect = replace(to_ear(held.contact), leg=held.leg, phone=Phone("1002"), off_hook=NO_LEG)
        line.switch.perform(connect)
        again = await line.told.hears(CallAnswered, 2)
        assert (again.contact, again.phone, again.in_room) == (held.contact, "1002", True)
        await until(lambda: line.channels().count("!ConfBridge!") == 2, 5.0, line.channels)
        (call,) = await line.seen()
        assert (call.leg, call.place, call.phone) == (held.leg, Place.TALKING, "1002")
        assert call.recording.endswith(".raw")
        assert call.talk_at is not None
        line.switch.perform(HangUp(contact=held.contact, leg=held.leg))
        assert (await line.told.hears(CallEnded)).leg == held.leg
    finally:
        colleague.stop()


async def test_a_customer_who_was_recorded_before_meets_the_agent_in_a_room(
    line: Line, customers: StartCustomers, off_hook: Phones
) -> None:
    """Asterisk would not record the second agent otherwise (cc-record)."""
    customers(PhoneScript(ring_seconds=0.1))
    leg = leg_of_attempt(CONTACT)
    await in_the_ear(line)
    line.switch.perform(Hold(contact=CONTACT, leg=leg))
    assert (await line.told.hears(OffHookUp, 2)).leg == OH
    line.switch.perform(to_ear())
    talk = await line.told.hears(CallAnswered, 2)
    assert (talk.contact, talk.leg, talk.in_room) == (CONTACT, OH, True)
    await until(lambda: line.channels().count("!ConfBridge!") == 2, 5.0, line.channels)
    (call,) = await line.seen()
    assert (call.place, call.phone, call.in_room) == (Place.TALKING, PHONE, True)
    line.switch.perform(HangUp(contact=CONTACT, leg=OH))
    assert (await line.told.hears(AgentLegEnded)).leg == OH
    assert (await line.told.hears(OffHookUp, 3)).leg == OH
    await line.told.hears(CallEnded)
    assert len(off_hook.invites()) == 1

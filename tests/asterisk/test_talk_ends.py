"""Nobody is left alone in a talk, and each end is told as what it is, be ccserver there or not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ccserver import clock
from ccserver.agi.server import Server, Session
from ccserver.agi.wire import Environment
from ccserver.core.commands import HangUp, MirrorAgent
from ccserver.core.events import (
    AgentLegEnded,
    AsteriskSeen,
    CallAnswered,
    CallEnded,
    CallFellBack,
    CallHeld,
)
from ccserver.core.ids import AgentId, LegId
from ccserver.core.rules import SpyMode
from ccserver.core.seen import Place
from ccserver.core.site import Presence
from ccserver.core.talk_events import PartyAnswered, PartyEnded, TalkKeyPressed
from ccserver.core.talk_orders import CallAgain, CallSupervisor, SendOutside, StartRecording
from ccserver.local.phones import CallerScript, Phones, PhoneScript, start_callers
from ccserver.local.tones import RATE
from tests.asterisk.site import until
from tests.asterisk.test_orders import (
    CUSTOMER,
    PHONE,
    Line,
    StartCustomers,
    connect,
    customers,
    line,
)
from tests.asterisk.test_talks import (
    OUTSIDE,
    SECOND,
    THIRD,
    Talk,
    speak,
    talk_with,
)

__all__ = ["customers", "line", "speak"]
pytestmark = pytest.mark.asterisk
Speak = Callable[..., Phones]


async def consulting(line: Line, speak: Speak, folder: Path) -> tuple[Talk, PartyAnswered]:
    """A caller on hold, and his agent with a colleague."""
    speak(PHONE)
    speak(SECOND)
    talk = await talk_with(line, folder)
    talk.park()
    await talk.place(Place.PARKED)
    talk.consult(SECOND)
    return talk, await line.told.hears(PartyAnswered)


async def nobody_is_left(line: Line) -> None:
    await until(lambda: line.channels().strip() == "", 10.0, line.channels)


async def test_who_hangs_up_while_he_consults_has_handed_the_caller_over(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    await line.told.hears(AgentLegEnded)
    talk.join(other.leg)
    seen = await talk.together(other.leg)
    assert [(p.leg, p.phone) for p in seen.parties] == [(other.leg, SECOND)]
    assert seen.in_room
    await asyncio.sleep(2)
    assert line.told.count(PartyEnded) == 0
    talk.order(HangUp(contact=talk.contact, leg=other.leg))
    assert (await line.told.hears(PartyEnded)).leg == other.leg
    await line.told.hears(CallEnded)
    await nobody_is_left(line)


async def test_so_it_is_while_ccserver_is_away(line: Line, speak: Speak, tmp_path: Path) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    line.alive = False
    await asyncio.sleep(7)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    seen = await talk.together(other.leg)
    assert seen.recording == talk.recording
    assert line.told.count(PartyEnded) == 0


async def test_the_colleague_is_done_when_the_agent_ends_the_consultation(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    await asyncio.sleep(3)
    talk.join(talk.agent_leg)
    assert (await line.told.hears(PartyEnded)).leg == other.leg
    await talk.together(talk.agent_leg)
    left, _ = await talk.sound(other.recording)
    assert len(left) / RATE < 5, "the consultation's recording has ended with it"
    await talk.over()


async def test_a_caller_whose_agent_dies_while_ccserver_is_away_waits_anew(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    line.alive = False
    await asyncio.sleep(7)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    assert (await line.told.hears(CallHeld, 2)).contact == talk.contact
    assert (await line.told.hears(CallFellBack)).contact == talk.contact


async def test_without_ccserver_the_two_find_together_again(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    line.alive = False
    await asyncio.sleep(20)
    await talk.together(talk.agent_leg)
    # And who is alone then is let go: ccserver is away.
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    assert (await line.told.hears(CallEnded)).leg == talk.leg


@pytest.mark.parametrize("alive", [True, False])
async def test_a_caller_who_hangs_up_empties_the_room(
    line: Line, speak: Speak, tmp_path: Path, alive: bool
) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    talk.join(talk.agent_leg, other.leg)
    await talk.together(talk.agent_leg, other.leg)
    line.alive = alive
    await asyncio.sleep(1 if alive else 7)
    talk.order(HangUp(contact=talk.contact, leg=talk.leg))
    assert (await line.told.hears(CallEnded)).leg == talk.leg
    await nobody_is_left(line)
    assert line.told.count(AgentLegEnded) == 0, "it was the caller"
    assert line.told.count(PartyEnded) == 0


async def test_a_caller_on_hold_who_hangs_up_lets_the_agent_go(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.park()
    await talk.place(Place.PARKED)
    talk.order(HangUp(contact=talk.contact, leg=talk.leg))
    assert (await line.told.hears(CallEnded)).leg == talk.leg
    assert line.told.count(AgentLegEnded) == 0
    async with asyncio.timeout(15):
        await line.told.hears(AgentLegEnded)
    await nobody_is_left(line)


async def test_somebody_outside_who_hangs_up_is_told_before_the_end(
    line: Line, speak: Speak, customers: StartCustomers, tmp_path: Path
) -> None:
    speak(PHONE)
    customers(PhoneScript(ring_seconds=0.1, talk_seconds=2.0, sound=False))
    talk = await talk_with(line, tmp_path)
    talk.order(
        SendOutside(contact=talk.contact, leg=talk.leg, number=OUTSIDE, ring_seconds=5, record=True)
    )
    came = await line.told.hears(PartyAnswered)
    seen = await talk.place(Place.TALKING)
    assert (seen.phone, seen.recording) == (None, came.recording)
    assert [(p.leg, p.phone, p.aside) for p in seen.parties] == [(came.leg, None, False)]
    gone = await line.told.hears(PartyEnded)
    assert (gone.leg, gone.cause) == (came.leg, "left")
    assert (await line.told.hears(CallEnded)).leg == talk.leg


async def test_a_recording_is_not_carried_outside_where_none_is_wanted(
    line: Line, speak: Speak, customers: StartCustomers, tmp_path: Path
) -> None:
    speak(PHONE)
    customers(PhoneScript(ring_seconds=0.1, sound=False))
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(2)
    lasted = clock.now() - talk.answered_at
    talk.order(
        SendOutside(
            contact=talk.contact, leg=talk.leg, number=OUTSIDE, ring_seconds=5, record=False
        )
    )
    assert (await line.told.hears(PartyAnswered)).recording == ""
    await asyncio.sleep(4)
    assert (await talk.place(Place.TALKING)).recording == ""
    customer, _ = await talk.sound()
    assert abs(len(customer) / RATE - lasted) < 0.7
    await talk.over()


async def test_who_took_a_caller_over_and_dies_leaves_him_to_the_others(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    """As of the agent before: also if he has been consulted himself."""
    talk, other = await consulting(line, speak, tmp_path)
    talk.join(other.leg)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    await talk.together(other.leg)
    talk.agent_leg = other.leg
    talk.park()
    await talk.place(Place.PARKED)
    line.alive = False
    await asyncio.sleep(7)
    talk.order(HangUp(contact=talk.contact, leg=other.leg))
    assert (await line.told.hears(CallFellBack)).contact == talk.contact


async def test_a_supervisor_hears_the_agent_wherever_he_goes_and_leaves_with_him(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    speak(THIRD)
    talk = await talk_with(line, tmp_path)
    leg = LegId(f"sv-1-{SpyMode.LISTEN}-{talk.contact}-sue.miller")
    talk.order(
        CallSupervisor(
            contact=talk.contact,
            leg=leg,
            phone=THIRD,
            agent_leg=talk.agent_leg,
            mode=SpyMode.LISTEN,
        )
    )
    assert (await line.told.hears(PartyAnswered)).leg == leg
    talk.park()
    await talk.place(Place.PARKED)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    await asyncio.sleep(1)
    assert line.told.count(PartyEnded) == 0
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    assert (await line.told.hears(PartyEnded)).leg == leg
    await line.told.hears(CallEnded)
    await nobody_is_left(line)


async def test_a_caller_who_is_alone_in_the_room_is_asked_how_it_was(
    line: Line, speak: Speak, agi_port: int, tmp_path: Path
) -> None:
    arguments: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    async def survey(_: Session, environment: Environment) -> None:
        arguments.put_nowait(environment.arguments)

    speak(PHONE)
    server = Server({"survey": survey})
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve("127.0.0.1", agi_port))
        talk = await talk_with(line, tmp_path, survey="after_talk")
        talk.park()
        await talk.place(Place.PARKED)
        talk.join(talk.agent_leg)
        await talk.together(talk.agent_leg)
        left_at = clock.now()
        talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
        await line.told.hears(AgentLegEnded)
        assert await arguments.get() == (talk.contact, "after_talk")
        assert clock.now() - left_at > 1.5, "ccserver was given the time to decide otherwise"
        await line.told.hears(CallEnded)
        serving.cancel()


async def test_the_notice_is_heard_before_the_phone_rings(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    phone = speak(PHONE)
    held = await line.held(tmp_path / "c")
    line.switch.perform(replace(connect(held), notice="closed"))
    await until(lambda: "/zh/closed" in line.channels(), 5.0, line.channels)
    assert phone.invites() == []
    assert (await line.told.hears(CallAnswered)).recording


@pytest.mark.parametrize("wanted", ["yes", "no"])
async def test_talks_are_recorded_while_ccserver_is_away_if_the_operator_wants_it(
    line: Line, speak: Speak, tmp_path: Path, wanted: str
) -> None:
    speak(PHONE)
    agent, ready = AgentId("anna"), Presence.READY
    line.switch.perform(MirrorAgent(agent=agent, phone=PHONE, presence=ready))
    line.asterisk.console(f"dialplan set global CC_RECORD_AWAY {wanted}")
    try:
        line.alive = False
        await asyncio.sleep(7)
        script = CallerScript(keys="1", hang_up_seconds=60.0)
        sip_port = line.asterisk.ports.sip
        start_callers(tmp_path / "c", [CUSTOMER], script, sip_port=sip_port)
        answered = await line.told.hears(CallAnswered)
        assert bool(answered.recording) == (wanted == "yes")
        talk = Talk(line, CallHeld(contact=answered.contact, leg=LegId("")), answered)
        assert (await talk.place(Place.TALKING)).recording == answered.recording
    finally:
        line.asterisk.console("dialplan set global CC_RECORD_AWAY yes")
        gone = Presence.LOGGED_OUT
        line.switch.perform(MirrorAgent(agent=agent, phone=PHONE, presence=gone))


async def test_a_recording_on_demand_is_known_of_a_call_that_ended_meanwhile(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path, record=False)
    file = f"2026/11/24/{talk.contact}-1.raw"
    talk.order(StartRecording(contact=talk.contact, leg=talk.leg, file=file))
    line.alive = False
    await asyncio.sleep(4)
    talk.order(HangUp(contact=talk.contact, leg=talk.leg))
    await line.told.hears(CallEnded)
    (call,) = await line.seen()
    assert (call.place, call.phone, call.recording) == (Place.ENDED, PHONE, file)


async def test_a_leg_that_cannot_be_moved_makes_us_look(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    looks = line.told.count(AsteriskSeen)
    talk.join(LegId("1.0"))
    seen = await line.told.hears(AsteriskSeen, looks + 1)
    assert [call.leg for call in seen.calls] == [talk.leg]
    await talk.over()


async def test_keys_in_a_flow_are_not_told(line: Line, tmp_path: Path) -> None:
    """They may be secret: here they are pressed in the hold loop, which is no talk."""
    keys = CallerScript(keys="12", first_key_seconds=3.0, hang_up_seconds=1.0, sound=False)
    await line.held(tmp_path / "c", keys)
    await line.told.hears(CallEnded)
    assert line.told.count(TalkKeyPressed) == 0


async def test_orders_that_follow_each_other_at_once_are_carried_out(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    """Asterisk may refuse to redirect a leg that is still on its way from the redirect before."""
    speak(PHONE)
    speak(SECOND)
    talk = await talk_with(line, tmp_path)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    await asyncio.sleep(1)
    for times in range(1, 4):
        talk.park()
        talk.consult(SECOND)
        other = await line.told.hears(PartyAnswered, times)
        talk.order(HangUp(contact=talk.contact, leg=other.leg))
        talk.join(talk.agent_leg)
        await talk.together(talk.agent_leg)


async def test_an_agent_whose_leg_is_dead_comes_back_on_another(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    """As after a page that was loaded anew: the phone rings again while its first leg is up."""
    speak(PHONE)
    talk = await talk_with(line, tmp_path)
    talk.join(talk.agent_leg)
    await talk.together(talk.agent_leg)
    again = LegId(f"re-{round(clock.now() * 1000)}-{talk.contact}")
    talk.order(CallAgain(contact=talk.contact, leg=again, phone=PHONE))
    answered = await line.told.hears(PartyAnswered)
    assert (answered.leg, answered.phone) == (again, PHONE)
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    left = await line.told.hears(AgentLegEnded)
    assert (left.phone, left.leg) == (PHONE, talk.agent_leg)
    seen = await talk.together(again)
    assert [(party.leg, party.phone) for party in seen.parties] == [(again, PHONE)]
    talk.order(HangUp(contact=talk.contact, leg=again))
    await line.told.hears(CallEnded)
    await nobody_is_left(line)

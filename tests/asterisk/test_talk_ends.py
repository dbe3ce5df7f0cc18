"""Nobody is left alone in a talk, and each end is told as what it is, be ccserver there or not."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ccserver import clock
from ccserver.core.commands import HangUp
from ccserver.core.events import AgentLegEnded, AsteriskSeen, CallEnded, CallFellBack, CallHeld
from ccserver.core.ids import LegId
from ccserver.core.seen import Place
from ccserver.core.talk_events import PartyAnswered, PartyEnded, TalkKeyPressed
from ccserver.core.talk_orders import SendOutside
from ccserver.local.phones import CallerScript, Phones, PhoneScript
from ccserver.local.tones import RATE
from tests.asterisk.site import until
from tests.asterisk.test_orders import PHONE, Line, StartCustomers, customers, line
from tests.asterisk.test_talks import (
    OUTSIDE,
    SECOND,
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
    seen = await talk.place(Place.TALKING)
    assert [(p.leg, p.phone, p.aside) for p in seen.parties] == [(other.leg, SECOND, False)]
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
    seen = await talk.place(Place.TALKING)
    assert [(p.leg, p.phone) for p in seen.parties] == [(other.leg, SECOND)]
    assert seen.recording == talk.recording
    assert line.told.count(PartyEnded) == 0


async def test_the_colleague_is_done_when_the_agent_ends_the_consultation(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    await asyncio.sleep(3)
    talk.join(talk.agent_leg)
    assert (await line.told.hears(PartyEnded)).leg == other.leg
    seen = await talk.place(Place.TALKING)
    assert [p.leg for p in seen.parties] == [talk.agent_leg]
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
    async with asyncio.timeout(35):
        while True:
            (seen,) = await line.seen()
            if seen.place is Place.TALKING and seen.parties:
                break
            await asyncio.sleep(0.2)
    assert [p.leg for p in seen.parties] == [talk.agent_leg]
    # And who is alone then is let go: ccserver is away.
    talk.order(HangUp(contact=talk.contact, leg=talk.agent_leg))
    assert (await line.told.hears(CallEnded)).leg == talk.leg


@pytest.mark.parametrize("alive", [True, False])
async def test_a_caller_who_hangs_up_empties_the_room(
    line: Line, speak: Speak, tmp_path: Path, alive: bool
) -> None:
    talk, other = await consulting(line, speak, tmp_path)
    talk.join(talk.agent_leg, other.leg)
    await talk.place(Place.TALKING)
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

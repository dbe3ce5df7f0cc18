"""What agents do by their phones' own keys, past ccserver, loses no talk and no recording."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ccserver import clock
from ccserver.core.events import AgentLegEnded
from ccserver.core.seen import Place
from ccserver.local.phones import OWN_KEY_SECONDS, Phones
from ccserver.local.tones import RATE
from tests.asterisk.hearing import find
from tests.asterisk.site import until
from tests.asterisk.test_orders import PHONE, Line, line
from tests.asterisk.test_talks import ANNA, CALLER, assert_whole, said_by, speak, talk_with

__all__ = ["line", "speak"]
pytestmark = pytest.mark.asterisk
Speak = Callable[..., Phones]
HOLD_SECONDS = 3.0


def said(phone: Phones, line: str) -> bool:
    return any(sip.received and sip.first_line.startswith(line) for sip in phone.messages())


async def test_a_phone_s_own_transfer_is_refused_and_the_talk_goes_on(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    phone = speak(PHONE, own_key="transfer")
    talk = await talk_with(line, tmp_path)
    await until(lambda: said(phone, "SIP/2.0 603"), OWN_KEY_SECONDS + 5.0, phone.errors)
    await asyncio.sleep(3)
    seen = await talk.place(Place.TALKING)
    assert [p.leg for p in seen.parties] == [talk.agent_leg]
    lasted = clock.now() - talk.answered_at
    await talk.over()
    customer, agent = await talk.sound()
    assert abs(len(customer) / RATE - lasted) < 0.5
    assert_whole(customer, CALLER)
    assert_whole(agent, ANNA)
    assert line.told.count(AgentLegEnded) == 0
    assert phone.tally().failed == 0


async def test_a_phone_s_own_hold_leaves_the_recording_whole(
    line: Line, speak: Speak, tmp_path: Path
) -> None:
    phone = speak(PHONE, own_key="hold")
    talk = await talk_with(line, tmp_path)
    await asyncio.sleep(OWN_KEY_SECONDS + HOLD_SECONDS + 4.0)
    assert phone.tally().failed == 0, phone.errors()
    seen = await talk.place(Place.TALKING)
    assert [p.leg for p in seen.parties] == [talk.agent_leg]
    lasted = clock.now() - talk.answered_at
    await talk.over()
    customer, agent = await talk.sound()
    assert abs(len(customer) / RATE - lasted) < 0.5
    assert_whole(customer, CALLER)
    before = find(agent[: 2 * RATE], said_by(ANNA))
    after = find(agent[-2 * RATE :], said_by(ANNA))
    assert min(before.likeness, after.likeness) > 0.7
    shift = after.at_seconds + (len(agent) - 2 * RATE) / RATE - before.at_seconds
    assert abs(shift) < 0.25, "what follows is at its place"

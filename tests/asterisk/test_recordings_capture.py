"""Fifty talks at once for a minute: every second of every voice is in its own recording."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ccserver import clock
from ccserver.core.commands import HangUp, Hold
from ccserver.core.events import CallAnswered, CallEnded, CallHeld
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_phones,
)
from ccserver.local.tones import RATE, voice, write_voice
from tests.asterisk.hearing import find, missing_seconds
from tests.asterisk.site import phone_secret
from tests.asterisk.test_orders import Line, connect, line

__all__ = ["line"]
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

GROUPS, OF_EACH = 10, 5
"""Each group of callers, and of phones, is one SIPp that speaks with one voice. No two talks are of
the same two groups, so a recording can be of one talk only."""
TALK_SECONDS = 60
VOICE_SECONDS = 120.0
AGENT = 1000
"""What is added to a group's number for the voice of its phones."""


def phone_of(group: int, which: int) -> Phone:
    """The phone of the talk of the caller `which` of this group."""
    return Phone(str(2000 + (group + which) % GROUPS * OF_EACH + which))


@pytest.fixture
def logins() -> tuple[str, ...]:
    return tuple(str(2000 + n) for n in range(GROUPS * OF_EACH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A talk of two groups."""

    held: CallHeld
    caller: int
    agent: int
    recording: str
    answered_at: float


@pytest.fixture
def phones(line: Line, logins: tuple[str, ...], tmp_path: Path) -> Iterator[None]:
    """All phones, which answer and speak."""
    with ExitStack() as stack:
        for group in range(GROUPS):
            folder = tmp_path / f"phones-{group}"
            folder.mkdir()
            sound = write_voice(folder / "voice.pcap", AGENT + group, VOICE_SECONDS)
            mine = logins[group * OF_EACH : (group + 1) * OF_EACH]
            started = start_phones(
                folder,
                [(phone, phone_secret(phone)) for phone in mine],
                PhoneScript(ring_seconds=0.1, sound=sound),
                sip_port=line.asterisk.ports.sip,
                trace=False,
            )
            stack.callback(started.stop)
        yield


def ring(asterisk: Asterisk, folder: Path, group: int) -> Phones:
    """Let a group ring."""
    folder.mkdir()
    sound = write_voice(folder / "voice.pcap", group, VOICE_SECONDS)
    callers = [Caller(number=f"138{group:04}{n:04}") for n in range(OF_EACH)]
    script = CallerScript(hang_up_seconds=VOICE_SECONDS, sound=sound)
    return start_callers(folder, callers, script, sip_port=asterisk.ports.sip, trace=False)


async def holds(line: Line, known: set[ContactId]) -> list[CallHeld]:
    """The callers of whom we did not know, once they are all in the hold loop."""
    new: dict[ContactId, LegId] = {}
    async with asyncio.timeout(20):
        while len(new) < OF_EACH:
            seen = {call.contact: call.leg for call in await line.seen() if call.contact}
            new = {contact: leg for contact, leg in seen.items() if contact not in known}
    for contact, leg in new.items():
        line.switch.perform(Hold(contact=contact, leg=leg))
    known |= set(new)
    wanted = [CallHeld(contact=contact, leg=leg) for contact, leg in new.items()]
    while not all(one in line.told.events for one in wanted):
        await line.told.hears(CallHeld, line.told.count(CallHeld) + 1)
    return wanted


async def speak(line: Line, folder: Path, stack: ExitStack) -> list[Spoken]:
    """Let all ring, and then bring each to his agent."""
    known: set[ContactId] = set()
    waiting: list[tuple[CallHeld, int, int]] = []
    for group in range(GROUPS):
        callers = await asyncio.to_thread(ring, line.asterisk, folder / f"callers-{group}", group)
        stack.callback(callers.stop)
        held = await holds(line, known)
        waiting += [(one, group, which) for which, one in enumerate(held)]
    talks: list[Spoken] = []
    for one, group, which in waiting:
        phone = phone_of(group, which)
        line.switch.perform(replace(connect(one), phone=phone))
        answered = await line.told.hears(CallAnswered, len(talks) + 1)
        assert (answered.contact, answered.phone) == (one.contact, phone)
        agent = AGENT + (group + which) % GROUPS
        talks.append(
            Spoken(
                held=one,
                caller=group,
                agent=agent,
                recording=answered.recording,
                answered_at=clock.now(),
            )
        )
    return talks


def lacking(file: Path, talk: Spoken, seconds: float) -> list[str]:
    """What is not as it was said."""
    data = file.read_bytes()
    frames = np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2) / 32768
    faults: list[str] = []
    if abs(len(frames) / RATE - seconds) > 0.5:
        faults.append(f"{len(frames) / RATE:.2f} s of {seconds:.2f}")
    for side, seed in ((0, talk.caller), (1, talk.agent)):
        channel, said = frames[:, side], voice(seed, VOICE_SECONDS)
        place = find(channel, said)
        # Its first packets may be lost while the two are being joined.
        missing = missing_seconds(channel, said, place.at_seconds, 1, len(channel) // RATE)
        if missing:
            faults.append(f"voice {seed} ({place}) lacks {missing}")
    return faults


async def test_every_second_of_fifty_talks_is_recorded(
    line: Line, phones: None, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        talks = await speak(line, tmp_path, stack)
        await asyncio.sleep(TALK_SECONDS)
        ended_at: list[float] = []
        for talk in talks:
            ended_at.append(clock.now())
            line.switch.perform(HangUp(contact=talk.held.contact, leg=talk.held.leg))
        await line.told.hears(CallEnded, len(talks))
    await asyncio.sleep(3)
    assert len({talk.recording for talk in talks}) == GROUPS * OF_EACH
    assert len({(talk.caller, talk.agent) for talk in talks}) == GROUPS * OF_EACH
    faults: dict[str, list[str]] = {}
    for talk, at in zip(talks, ended_at, strict=True):
        file = line.asterisk.recordings / talk.recording
        found = await asyncio.to_thread(lacking, file, talk, at - talk.answered_at)
        faults |= {talk.recording: found} if found else {}
    assert not faults, "\n".join(f"{file}: {'; '.join(them)}" for file, them in faults.items())

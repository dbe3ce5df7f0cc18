"""What must be true of every story of a call."""

from io import BytesIO
from itertools import pairwise
from uuid import UUID

import numpy as np
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.story import first_difference, replay, runs
from tests.asterisk.site import Message, Site

SHORT_TALK = 0.3
"""Seconds that the sound may be off the talk: a packet at each end, and the closing of the file."""


def assert_whole(story: Message) -> None:
    """The parts follow each other, and make up the whole call."""
    parts = [s for s in story["segments"] if s["kind"] != "wrap_up"]
    assert parts[0]["started_at"] == story["arrived_at"]
    assert parts[-1]["ended_at"] == story["ended_at"]
    for before, after in pairwise(parts):
        assert before["ended_at"] == after["started_at"]
    assert [s["number"] for s in story["segments"]] == list(range(1, len(story["segments"]) + 1))


def assert_both_are_heard(site: Site, story: Message) -> None:
    """The talk's recording is as long as the talk, and both sides are in it."""
    (recording,) = story["recordings"]
    assert story["contact"] in recording["file"]
    talk_ms = recording["ended_at"] - recording["started_at"]
    # As Asterisk wrote it, or encoded by now.
    with SoundFile(BytesIO(site.sound(recording["id"]))) as sound:
        seconds = sound.frames / sound.samplerate
        frames = sound.read(dtype="int16")
    assert abs(seconds - talk_ms / 1000) < SHORT_TALK
    customer, agent = np.abs(frames.astype(int)).mean(axis=0)
    assert customer > 100, "the customer is heard on the left"
    assert agent > 100, "the agent is heard on the right"


async def assert_journal_replays(dsn: str) -> None:
    """A fresh center that is told the same orders the same, and stays whole throughout."""
    engine = engine_for(dsn, connections=1)
    async with sessions_of(engine)() as session:
        lived = await runs(session)
    assert lived, "the journal is written"
    for run in lived:
        center = Center()

        def handle(now: float, event: Event, center: Center = center) -> list[Command]:
            commands = center.handle(now, event)
            center.check()
            return commands

        difference = await first_difference(replay(engine, UUID(run.run)), handle)
        assert difference is None
    await engine.dispose()


def kinds(story: Message) -> list[tuple[str, str, str]]:
    """(kind, agent, outcome) of each part."""
    return [(s["kind"], s["agent"] or "", s["outcome"]) for s in story["segments"]]

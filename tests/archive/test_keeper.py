"""From what Asterisk wrote to what is kept: nothing lost, nothing twice, wherever it stops."""

import asyncio
import hashlib
import io
import os
import signal
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.archive.places import recording_of
from ccserver.core.records import Recorded
from ccserver.db import kept
from ccserver.recordings.encode import Encoded, EncodingError, Job
from ccserver.recordings.sound import RATE
from tests.archive.stage import Stage, in_thread, tones
from tests.db.calls import T0, contact_id

pytestmark = pytest.mark.db


async def heard(stage: Stage, recording: int) -> npt.NDArray[np.float64]:
    """The kept sound, decrypted and decoded: a column for each channel."""
    async with stage.sessions() as session:
        file = await kept.kept_file(session, recording)
    assert file is not None
    opened = await stage.places.open(file)
    ogg = b"".join([piece async for piece in opened.read(0, opened.size_bytes)])
    with SoundFile(io.BytesIO(ogg)) as sound:
        frames: npt.NDArray[np.float64] = sound.read(dtype="float64", always_2d=True)
    return frames


def loudness(sound: npt.NDArray[np.float64], channel: int, since: float, until: float) -> float:
    part = sound[round(since * RATE) : round(until * RATE), channel]
    return float(np.sqrt(np.mean(part**2)))


async def assert_kept_once(stage: Stage) -> None:
    """One recording, kept and sealed, one file that is what the row says, nothing left over."""
    (row,) = await stage.recordings()
    assert row["state"] == "kept"
    assert stage.raw_files() == []
    assert stage.kept_files() == [row["file"]]
    lying = stage.places.folder.path(row["file"]).read_bytes()
    assert (len(lying), hashlib.sha256(lying).digest()) == (row["size_bytes"], row["sha256"])
    (seal,) = await stage.rows("SELECT * FROM recording_seal")
    assert (seal["recording"], seal["file"]) == (row["id"], row["file"])
    assert seal["sha256"] == row["sha256"]
    legs = await stage.rows("SELECT * FROM recording_leg")
    assert all(leg["removed_at"] is not None for leg in legs)


async def test_a_contacts_talks_become_one_file_on_one_time_line(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 2.0, at=T0 + 10)
    second = await stage.talk(1, 1.0, at=T0 + 15)
    raw = (stage.places.recordings / second).read_bytes()
    await stage.keep_all()
    await assert_kept_once(stage)
    (row,) = await stage.recordings()
    assert (row["fault"], row["key_name"]) == ("", "new")
    assert row["seconds"] == pytest.approx(6.0, abs=0.01)
    assert len(row["peaks"]) == 2 * 60
    assert recording_of(row["file"]) == row["id"]
    assert b"OggS" not in stage.places.folder.path(row["file"]).read_bytes()
    sound = await heard(stage, row["id"])
    for since, until, there in ((0.2, 1.8, True), (2.2, 4.8, False), (5.2, 5.8, True)):
        assert (loudness(sound, 0, since, until) > 0.1) is there
    legs = await stage.rows("SELECT * FROM recording_leg ORDER BY started_at")
    assert [leg["seconds"] for leg in legs] == [2.0, 1.0]
    assert legs[1]["sha256"] == hashlib.sha256(raw).digest()


async def test_without_a_key_it_is_an_ogg_file_as_it_is(stage: Stage) -> None:
    stage.key = ""
    await stage.contact(1)
    await stage.talk(1)
    await stage.keep_all()
    await assert_kept_once(stage)
    (row,) = await stage.recordings()
    assert row["file"].endswith(".ogg")
    assert row["key_name"] is None
    assert stage.places.folder.path(row["file"]).read_bytes().startswith(b"OggS")


async def test_a_message_is_kept_at_once_and_a_talk_when_its_contact_is_over(
    stage: Stage,
) -> None:
    await stage.contact(1, ended=False)
    await stage.talk(1)
    await stage.talk(1, kind=Recorded.VOICEMAIL, at=T0 + 30)
    await stage.talk(1, kind=Recorded.CONSULT, at=T0 + 40)
    await stage.keep_all()
    states = {row["kind"]: row["state"] for row in await stage.recordings()}
    assert states == {"contact": "raw", "voicemail": "kept", "consult": "kept"}
    # A contact that has been open for over a day is not waited for.
    stage.now = T0 + 24 * 3600 + 1
    await stage.keep_all()
    assert {row["state"] for row in await stage.recordings()} == {"kept"}


async def test_asterisk_has_five_seconds_to_write_the_end(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 2.0, at=T0 + 598.5)
    stage.now = T0 + 605.0
    await stage.keep_all()
    assert (await stage.recordings())[0]["state"] == "raw"
    stage.now = T0 + 605.6
    await stage.keep_all()
    assert (await stage.recordings())[0]["state"] == "kept"


async def test_what_is_short_or_cut_is_kept_and_marked(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 5.0, written=2.0)
    await stage.contact(2)
    await stage.talk(2, 60.0, written=2.0, cut=True)
    await stage.contact(3)
    await stage.talk(3, 2.0, sound=b"")
    await stage.keep_all()
    found = {str(row["contact"]): row for row in await stage.recordings()}
    faults = [found[contact_id(n)]["fault"] for n in (1, 2, 3)]
    assert faults == ["short", "cut", "short"]
    assert {row["state"] for row in found.values()} == {"kept"}
    assert found[contact_id(2)]["seconds"] == pytest.approx(2.0, abs=0.01)
    assert found[contact_id(3)]["seconds"] == pytest.approx(0.1, abs=0.01)


async def test_a_missing_leg_is_silence_and_the_rest_is_kept(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 2.0, at=T0 + 10)
    lost = await stage.talk(1, 3.0, at=T0 + 15)
    (stage.places.recordings / lost).unlink()
    await stage.keep_all()
    (row,) = await stage.recordings()
    assert (row["state"], row["fault"]) == ("kept", "missing")
    assert row["seconds"] == pytest.approx(8.0, abs=0.01)
    sound = await heard(stage, row["id"])
    assert loudness(sound, 0, 5.2, 7.8) < 0.01
    legs = await stage.rows("SELECT fault, removed_at FROM recording_leg ORDER BY started_at")
    assert [leg["fault"] for leg in legs] == ["", "missing"]
    assert legs[1]["removed_at"] is None


async def test_when_all_files_are_missing_it_waits_for_them(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1)
    path = stage.places.recordings / file
    aside = path.rename(stage.home / "aside")
    await stage.keep_all()
    (row,) = await stage.recordings()
    assert (row["state"], row["fault"], row["attempts"]) == ("raw", "missing", 1)
    first = row["retry_at"].timestamp() - stage.now
    stage.now += first + 1
    await stage.keep_all()
    (row,) = await stage.recordings()
    assert row["retry_at"].timestamp() - stage.now > first
    # Its disk is mounted again.
    aside.rename(path)
    stage.now = row["retry_at"].timestamp() + 1
    await stage.keep_all()
    await assert_kept_once(stage)
    assert (await stage.recordings())[0]["fault"] == ""


async def test_a_leg_that_comes_late_becomes_a_recording_of_its_own(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, at=T0 + 10)
    await stage.keep_all()
    late = await stage.talk(1, 3.0, at=T0 + 100)
    await stage.keep_all()
    first, second = await stage.recordings()
    assert (second["kind"], second["source"], second["state"]) == ("contact", late, "kept")
    assert (second["caller"], second["queue"]) == (first["caller"], first["queue"])
    assert second["seconds"] == pytest.approx(3.0, abs=0.01)
    assert first["file"] != second["file"]
    parties = await stage.rows("SELECT agent FROM recording_party WHERE source = :s", s=late)
    assert parties == [{"agent": "anna"}]
    assert len(await stage.rows("SELECT * FROM recording_seal")) == 2


# -- what fails is tried again


async def test_what_cannot_be_encoded_is_tried_later_and_holds_up_nothing(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, at=T0 + 10)
    await stage.contact(2)
    await stage.talk(2, at=T0 + 20)
    first = (await stage.recordings())[0]

    async def picky(job: Job) -> Encoded:
        if recording_of(job.name) == first["id"]:
            raise EncodingError("no")
        return await in_thread(job)

    await stage.keep_all(encode=picky)
    rows = await stage.recordings()
    assert [(row["state"], row["attempts"]) for row in rows] == [("raw", 1), ("kept", 0)]
    assert len(stage.raw_files()) == 1
    stage.now = rows[0]["retry_at"].timestamp() + 1
    await stage.keep_all()
    assert {row["state"] for row in await stage.recordings()} == {"kept"}


async def test_a_full_disk_loses_nothing_and_is_told(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1)

    async def full(job: Job) -> Encoded:
        raise EncodingError("no space left", no_space=True)

    keeper = stage.keeper(encode=full)
    assert not await keeper.turn()
    assert keeper.full
    assert stage.raw_files() == [file]
    assert (await stage.recordings())[0]["attempts"] == 0
    await stage.keep_all()
    await assert_kept_once(stage)


# -- it stops anywhere


class StopError(BaseException):
    """ccserver is killed."""


async def test_killed_while_it_encodes(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)

    async def killed(job: Job) -> Encoded:
        job.target.parent.mkdir(parents=True)
        job.target.with_name(job.target.name + ".part").write_bytes(b"half of it")
        raise StopError

    with pytest.raises(StopError):
        await stage.keeper(encode=killed).turn()
    await stage.keep_all()
    await assert_kept_once(stage)


async def test_killed_between_the_file_and_its_row(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)

    async def killed(job: Job) -> Encoded:
        await in_thread(job)
        raise StopError

    with pytest.raises(StopError):
        await stage.keeper(encode=killed).turn()
    assert len(stage.kept_files()) == 1
    await stage.keep_all()
    await assert_kept_once(stage)


async def test_killed_between_the_row_and_the_removal(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    assert await stage.keeper().turn()
    assert (await stage.recordings())[0]["state"] == "kept"
    assert len(stage.raw_files()) == 1
    await stage.keep_all()
    await assert_kept_once(stage)


async def test_killed_between_the_removal_and_its_row(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1)
    assert await stage.keeper().turn()
    (stage.places.recordings / file).unlink()
    await stage.keep_all()
    await assert_kept_once(stage)


async def test_a_leg_that_comes_while_it_encodes_is_not_left_out(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 2.0, at=T0 + 10)

    async def slow(job: Job) -> Encoded:
        if len(job.legs) == 1:
            await stage.talk(1, 1.0, at=T0 + 15)
        return await in_thread(job)

    await stage.keep_all(encode=slow)
    await assert_kept_once(stage)
    assert (await stage.recordings())[0]["seconds"] == pytest.approx(6.0, abs=0.01)


async def test_two_that_keep_the_same_recording_leave_one_good_file(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    both = asyncio.Barrier(2)

    async def together(job: Job) -> Encoded:
        encoded = await in_thread(job)
        await both.wait()
        return encoded

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(stage.keeper(encode=together).turn())
    await stage.keep_all()
    await assert_kept_once(stage)


KEEPING = """
import asyncio, sys
from pathlib import Path
from ccserver.archive.keeper import Keeper
from ccserver.archive.places import Places
from ccserver.db.engine import engine_for, sessions_of
from ccserver.recordings.crypt import KeyRing
from ccserver.recordings.encoder import Encoder
from ccserver.recordings.store import FolderStore
from tests.archive.stage import KEYS

async def main(database, home, now):
    places = Places(recordings=home / "recording", folder=FolderStore(home / "archive"),
                    bucket=None, keys=KeyRing(KEYS, "new"))
    async with Encoder() as encoder:
        keeper = Keeper(sessions_of(engine_for(database, connections=0)), places,
                        encode=encoder.encode, now=lambda: now)
        print("begun", flush=True)
        while await keeper.turn():
            pass
        print("done", flush=True)

asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
"""


async def test_kill_9_at_any_time_loses_nothing_and_keeps_nothing_twice(stage: Stage) -> None:
    talks = 12
    for n in range(talks):
        await stage.contact(n)
        await stage.talk(n, 3.0, at=T0 + 10 + n, sound=tones(3.0, 300.0 + 50 * n, 620.0))
    killed = 0
    for patience in (0.05, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 60.0):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KEEPING, stage.database, str(stage.home), str(stage.now)),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        await process.stdout.readline()
        try:
            async with asyncio.timeout(patience):
                await process.stdout.readline()
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            killed += 1
        await process.wait()
    assert killed >= 5
    rows = await stage.recordings()
    assert [row["state"] for row in rows] == ["kept"] * talks
    assert stage.raw_files() == []
    assert stage.kept_files() == sorted(row["file"] for row in rows)
    seals = await stage.rows("SELECT recording, number FROM recording_seal ORDER BY number")
    assert [seal["number"] for seal in seals] == list(range(1, talks + 1))
    for n, row in enumerate(rows):
        lying = stage.places.folder.path(row["file"]).read_bytes()
        assert hashlib.sha256(lying).digest() == row["sha256"]
        sound = (await heard(stage, row["id"]))[RATE // 2 : -RATE // 2, 0]
        spectrum = np.abs(np.fft.rfft(sound))
        assert np.argmax(spectrum) * RATE / len(sound) == pytest.approx(300.0 + 50 * n, abs=2)

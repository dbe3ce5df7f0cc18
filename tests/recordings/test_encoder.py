"""The process that encodes: what it takes, and that it is there when it is needed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from ccserver import clock
from ccserver.recordings.encode import EncodingError, Job
from ccserver.recordings.encoder import Encoder, Task
from ccserver.recordings.sound import Leg
from tests.recordings.sounds import tones


def job(folder: Path, seconds: float = 1.0, name: str = "talk") -> Job:
    raw = folder / f"{name}.raw"
    raw.write_bytes(tones(seconds))
    return Job(legs=(Leg(path=raw),), target=folder / f"{name}.ogg", name=f"{name}.ogg", key=None)


async def test_recordings_are_encoded_by_a_process_that_takes_what_is_left(tmp_path: Path) -> None:
    async with Encoder() as encoder:
        before = encoder.pid
        first = await encoder.encode(job(tmp_path))
        pid = encoder.pid
        assert before is None, "there was nothing to do yet"
        assert pid is not None
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
        assert os.getpriority(os.PRIO_PROCESS, pid) == 19
        assert os.getpriority(os.PRIO_PROCESS, 0) < 19
        second = await encoder.encode(job(tmp_path, 2.0, "second"))
        assert encoder.pid == pid, "the same one"
    assert (first.seconds, second.seconds) == (1.0, 2.0)
    assert (tmp_path / "second.ogg").stat().st_size == second.size_bytes
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_who_asks_meanwhile_waits(tmp_path: Path) -> None:
    async with Encoder() as encoder, asyncio.TaskGroup() as group:
        asked = [group.create_task(encoder.encode(job(tmp_path, i, str(i)))) for i in (3, 1, 2)]
        assert [(await one).seconds for one in asked] == [3, 1, 2]


async def test_what_cannot_be_done_is_said_and_the_process_stays(tmp_path: Path) -> None:
    gone = job(tmp_path)
    gone.legs[0].path.unlink()
    async with Encoder() as encoder:
        with pytest.raises(EncodingError, match=r"talk\.ogg cannot be encoded: .*talk\.raw"):
            await encoder.encode(gone)
        pid = encoder.pid
        assert (await encoder.encode(job(tmp_path))).seconds == 1.0
        assert encoder.pid == pid


async def test_a_full_disk_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "talk.ogg.part").symlink_to("/dev/full")
    async with Encoder() as encoder:
        with pytest.raises(EncodingError, match="No space left on device") as caught:
            await encoder.encode(job(tmp_path))
    assert caught.value.no_space


async def test_a_process_that_died_is_started_again(tmp_path: Path) -> None:
    async with Encoder() as encoder:
        await encoder.encode(job(tmp_path))
        died = encoder.pid
        assert died is not None
        os.kill(died, signal.SIGKILL)
        assert (await encoder.encode(job(tmp_path))).seconds == 1.0
        assert encoder.pid != died


async def test_a_task_of_which_it_dies_twice_is_given_up(tmp_path: Path) -> None:
    long, short = job(tmp_path, 300.0, "long"), job(tmp_path, 1.0, "short")
    killed: list[int] = []

    async def kill_each(encoder: Encoder) -> None:
        while len(killed) < 2:
            if (pid := encoder.pid) is not None and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            await asyncio.sleep(0.01)

    async with Encoder() as encoder, asyncio.TaskGroup() as group:
        group.create_task(kill_each(encoder))
        with pytest.raises(EncodingError, match="died of it 2 times"):
            await encoder.encode(long)
        assert (await encoder.encode(short)).seconds == 1.0
    assert not long.target.exists()


async def test_who_no_longer_waits_leaves_no_answer_for_the_next(tmp_path: Path) -> None:
    async with Encoder() as encoder:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await encoder.encode(job(tmp_path, 600.0, "long"))
        assert (await encoder.encode(job(tmp_path))).seconds == 1.0


def test_it_goes_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    long = Task(job=job(tmp_path, 600.0))
    with subprocess.Popen(
        [sys.executable, "-m", "ccserver.recordings"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(long.model_dump_json().encode() + b"\n")
        process.stdin.flush()
        deadline = clock.now() + 10
        while not (tmp_path / "talk.ogg.part").exists() and clock.now() < deadline:
            sleep(0.02)
        assert (tmp_path / "talk.ogg.part").exists()
        process.stdin.close()
        assert process.wait(5) == 0, "in the middle of its work"
    assert not (tmp_path / "talk.ogg").exists()

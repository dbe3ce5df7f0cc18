"""What keeping a minute of a talk costs: processor time of each step, and room on the disk.

Two voices of espeak-ng talk in turns, on lines that are not quite silent.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]

from ccserver.recordings import encode as encoding
from ccserver.recordings.crypt import encrypt
from ccserver.recordings.disk import digest_of, write_unfinished
from ccserver.recordings.encode import Job, encode
from ccserver.recordings.sound import RATE, Leg, TimeLine
from tests.bench.report import Row

BYTES_A_MINUTE_MAX = 250_000.0
CPU_SECONDS_A_MINUTE_MAX = 2.0

_VOICES = (
    ("en-us", "Good morning, you are speaking to Anna. One moment please, I look it up for you."),
    ("en-gb", "Hello, my last bill is not right. I have paid in March, and again in April."),
)
_TURN_SECONDS = 4
_LINE_NOISE = 12.0
_COMPRESSION = 0.96


def talk(folder: Path, minutes: float) -> Path:
    """A talk as Asterisk writes it."""
    samples = round(minutes * 60 * RATE)
    turn = np.arange(samples) // (_TURN_SECONDS * RATE) % 2
    noise = np.random.default_rng(1).normal(0, _LINE_NOISE, (samples, 2))
    voices = np.stack([np.resize(_voice(folder, *voice), samples) for voice in _VOICES], axis=1)
    frames = voices * np.stack([turn == 0, turn == 1], axis=1) + noise
    raw = folder / "talk.raw"
    raw.write_bytes(np.clip(frames, -(2**15), 2**15 - 1).astype("<i2").tobytes())
    return raw


def _voice(folder: Path, voice: str, text: str) -> npt.NDArray[np.float64]:
    spoken = folder / "voice.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(spoken), text], check=True)
    sound, rate = soundfile.read(spoken)
    at = np.arange(len(sound) * RATE // rate) * rate / RATE
    wave: npt.NDArray[np.float64] = np.interp(at, np.arange(len(sound)), sound) * 20_000
    return wave


def rows(minutes: float) -> list[Row]:
    """The figures, each for a minute of a talk."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        raw = talk(folder, minutes)
        job = Job(
            legs=(Leg(path=raw),), target=folder / "talk.ogg", name="talk", key=os.urandom(32)
        )
        line = TimeLine(job.legs)
        ogg: list[bytes] = []

        def cost(step: Callable[[], object]) -> float:
            began = time.process_time()
            step()
            return (time.process_time() - began) / minutes

        join = cost(lambda: _drain(line.blocks()))
        encoded = cost(lambda: ogg.extend(encoding._ogg(line, _COMPRESSION, bytearray())))
        whole = b"".join(ogg)
        write = cost(lambda: write_unfinished(job.target, encrypt([whole], job.key or b"")))
        steps = {
            "join the legs": join,
            "encode, with the wave-form": encoded - join,
            "encrypt, hash and write": write,
            "verify: read, decrypt, decode, compare": cost(lambda: encoding._difference(line, job)),
            "hash what Asterisk wrote": cost(lambda: digest_of(raw)),
        }
        began = time.process_time()
        kept = encode(job)
        total = (time.process_time() - began) / minutes
    return [
        *(Row(name=name, value=value, unit="CPU s / min") for name, value in steps.items()),
        Row(name="all of it", value=total, unit="CPU s / min",
            goal=("<=", CPU_SECONDS_A_MINUTE_MAX)),
        Row(name="size", value=kept.size_bytes / minutes, unit="bytes / min",
            goal=("<=", BYTES_A_MINUTE_MAX)),
    ]  # fmt: skip


def _drain(blocks: Iterable[bytes]) -> None:
    for _ in blocks:
        pass

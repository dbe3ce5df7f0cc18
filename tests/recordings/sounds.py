"""Sounds to be recorded: known, and different on each channel in each second."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]

from ccserver.recordings.sound import RATE, Leg, wav_of, within

Frames = npt.NDArray[np.int16]


def melody(seconds: float, channel: int = 0) -> Frames:
    """One channel: a tone of its own in each second, neither loud nor quiet."""
    instants = np.arange(round(seconds * RATE)) / RATE
    hertz = 300 + 37 * (instants.astype(int) * (5 + channel) % 60) + 11 * channel
    wave = np.sin(2 * np.pi * hertz * instants) * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * instants))
    return (8000 * wave).astype("<i2")


def tones(seconds: float, channels: int = 2) -> bytes:
    """A leg as Asterisk writes it."""
    frames = np.stack([melody(seconds, channel) for channel in range(channels)], axis=1)
    return frames.tobytes()


def decoded(path: Path) -> Frames:
    """What an Ogg file holds: frames by channels."""
    frames: npt.NDArray[np.float64]
    frames, rate = soundfile.read(path, always_2d=True)
    assert rate == RATE
    return np.clip(frames * 2**15, -(2**15), 2**15 - 1).astype("<i2")


def wav(folder: Path, name: str) -> tuple[int, Iterator[bytes]] | None:
    """One leg below `folder` as a WAV file: its size in bytes, and the bytes, in pieces.

    None where `within` gives none.
    """
    if (path := within(folder, name)) is None:
        return None
    sound = wav_of([Leg(path=path, channels=1 if path.suffix == ".sln" else 2)])
    return sound.size_bytes, sound.read(0, sound.size_bytes)

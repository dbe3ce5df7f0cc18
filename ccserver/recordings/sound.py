"""Sound as Asterisk writes it, joined on one time line, and as a WAV file to be heard.

All is signed 16-bit little-endian at 8 kHz without any header. A talk (`.raw`) is what MixMonitor
writes with its options D and b: in each frame first what came from the customer, then what went to
him. A message (`.sln`) is what Record writes: the caller alone.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from struct import pack
from typing import BinaryIO, Final

import numpy as np

RATE: Final = 8000
SAMPLE_BYTES: Final = 2
BLOCK_SAMPLES: Final = 4 * RATE
"""So much is in memory at a time, on each channel."""

_HEADER_BYTES = 44
_UINT32_MAX = 2**32 - 1


class SoundError(Exception):
    """A leg cannot be read, or is not any more what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One file as Asterisk wrote it, and where it stands on the time line."""

    path: Path
    """As `within` gave it."""
    offset_seconds: float = 0.0
    """From the beginning of the time line. Less than 0 counts as 0."""
    channels: int = 2
    """2: a talk, the customer left. 1: a message."""

    @property
    def frame_bytes(self) -> int:
        """A sample of each channel."""
        return self.channels * SAMPLE_BYTES


def within(folder: Path, name: str) -> Path | None:
    """The file of this name below `folder`.

    None for a file that is not there or not to be read, for what is no file, and for a name that
    leads out of the folder, be it by a symbolic link. It asks the disk.
    """
    try:
        path = (folder / name).resolve(strict=True)
        found = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    if not (S_ISREG(found.st_mode) and path.is_relative_to(folder.resolve())):
        return None
    return path if os.access(path, os.R_OK) else None


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a leg's samples stand on the time line."""

    leg: Leg
    first: int
    until: int


class TimeLine:
    """Legs on one time line, to the sample: what none of them covers is silence.

    Where two cover the same instant, both are heard. What Asterisk writes after this was made is
    left out, and a frame that was cut off. Making it and reading it ask the disk: use a thread.
    """

    def __init__(self, legs: Sequence[Leg], seconds: float = 0.0) -> None:
        """Of `legs` with the same number of channels; it lasts `seconds`, or as long as they do.

        Raises SoundError when one is not there.
        """
        self.channels = legs[0].channels if legs else 2
        assert all(leg.channels == self.channels for leg in legs), "talks and messages are apart"
        self._spans = [_span(leg) for leg in legs]
        self.samples = max([round(seconds * RATE), *(span.until for span in self._spans)])
        """How long it is, on each channel."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / RATE

    @property
    def leg_seconds(self) -> tuple[float, ...]:
        """How long each leg is, in their order."""
        return tuple((span.until - span.first) / RATE for span in self._spans)

    def blocks(self, first: int = 0, until: int | None = None) -> Iterator[bytes]:
        """The samples from `first` up to, and without, `until`: interleaved, in blocks.

        Every block but the last has BLOCK_SAMPLES samples a channel. The files are open from the
        first block to the last, so whoever removes one meanwhile disturbs nobody. Raises SoundError
        when a file has become shorter.
        """
        end = self.samples if until is None else min(until, self.samples)
        with ExitStack() as files:
            opened = [(span, files.enter_context(_open(span.leg))) for span in self._spans]
            for start in range(first, end, BLOCK_SAMPLES):
                yield self._block(opened, start, min(start + BLOCK_SAMPLES, end))

    def _block(self, opened: list[tuple[_Span, BinaryIO]], first: int, until: int) -> bytes:
        here = [(s, file) for s, file in opened if s.first < until and first < s.until]
        if not here:
            return bytes((until - first) * self.channels * SAMPLE_BYTES)
        mixed = np.zeros((until - first) * self.channels, np.int32)
        for span, file in here:
            start, end = max(first, span.first), min(until, span.until)
            place = slice((start - first) * self.channels, (end - first) * self.channels)
            mixed[place] += np.frombuffer(_read(file, span, start, end), "<i2")
        return np.clip(mixed, -(2**15), 2**15 - 1).astype("<i2").tobytes()


def wav_of(legs: Sequence[Leg], seconds: float = 0.0) -> "Wav":
    """The time line of these legs as a WAV file. Raises SoundError when one is not there."""
    return Wav(TimeLine(legs, seconds))


class Wav:
    """A time line as a WAV file, of which any part can be read."""

    def __init__(self, line: TimeLine) -> None:
        self._line = line
        self._frame_bytes = line.channels * SAMPLE_BYTES
        self.size_bytes = _HEADER_BYTES + line.samples * self._frame_bytes

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to, and without, `end`, in pieces. It reads the disk."""
        if start < _HEADER_BYTES:
            yield _header(self.size_bytes - _HEADER_BYTES, self._line.channels)[start:end]
        start, end = max(start - _HEADER_BYTES, 0), min(end, self.size_bytes) - _HEADER_BYTES
        if end <= start:
            return
        first = start // self._frame_bytes
        skip, left = start - first * self._frame_bytes, end - start
        for block in self._line.blocks(first, -(-end // self._frame_bytes)):
            piece = block[skip : skip + left]
            skip, left = 0, left - len(piece)
            yield piece


def _span(leg: Leg) -> _Span:
    try:
        size = leg.path.stat().st_size
    except OSError as error:
        raise SoundError(f"{leg.path} cannot be read: {error.strerror}") from error
    first = max(0, round(leg.offset_seconds * RATE))
    return _Span(leg, first, first + size // leg.frame_bytes)


def _open(leg: Leg) -> BinaryIO:
    try:
        return leg.path.open("rb")
    except OSError as error:
        raise SoundError(f"{leg.path} cannot be read: {error.strerror}") from error


def _read(file: BinaryIO, span: _Span, first: int, until: int) -> bytes:
    frame_bytes = span.leg.frame_bytes
    file.seek((first - span.first) * frame_bytes)
    frames = file.read((until - first) * frame_bytes)
    if len(frames) < (until - first) * frame_bytes:
        raise SoundError(f"{span.leg.path} has become shorter while it was read")
    return frames


def _header(sound_bytes: int, channels: int) -> bytes:
    """RIFF/WAVE with one `fmt ` chunk of 16 bytes (PCM) and one `data` chunk."""
    frame_bytes = channels * SAMPLE_BYTES
    sound_bytes = min(sound_bytes, _UINT32_MAX - _HEADER_BYTES)  # 37 hours
    return pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", _HEADER_BYTES - 8 + sound_bytes, b"WAVE"),
        *(b"fmt ", 16, 1, channels, RATE, RATE * frame_bytes, frame_bytes, 16),
        *(b"data", sound_bytes),
    )

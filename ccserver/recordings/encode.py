"""Legs become one Ogg/Opus file, which was heard again before it counts.

Opus by libsndfile, at the telephone's 8 kHz and 16 kbit/s a channel: there Opus still follows the
wave itself (CELT), and 31 dB lie between the channels. Less would be 240 kB for a minute of a talk.
"""

import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from soundfile import LibsndfileError, SoundFile  # type: ignore[import-untyped]
from typing_extensions import Buffer, override

from ccserver.recordings.crypt import CryptError, encrypt, opened
from ccserver.recordings.disk import Digest, digest_of, finish, unfinished, write_unfinished
from ccserver.recordings.likeness import Frames, first_difference
from ccserver.recordings.sound import BLOCK_SAMPLES, RATE, Leg, SoundError, TimeLine

PEAKS_A_SECOND: Final = 10

_PEAK_SAMPLES = RATE // PEAKS_A_SECOND
_COMPRESSIONS = (0.96, 0.8)
"""libsndfile's measure: 6 kbit/s a channel at 1, 256 at 0, and straight between them. Speech is
right at the first. What is not (two fax machines, say) gets the second, 56 kbit/s."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


class EncodingError(Exception):
    """A recording could not be encoded: what Asterisk wrote must stay. Says why."""

    def __init__(self, message: str, *, no_space: bool = False) -> None:
        super().__init__(message)
        self.no_space = no_space
        """The disk is full: another recording would fare no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recording to be encoded."""

    legs: tuple[Leg, ...]
    """All talks, or one message."""
    seconds: float = 0.0
    """How long it lasts at least: what comes after the last leg is silence."""
    target: Path
    """Where its file goes. Its folder is made; what lies there under this name is replaced."""
    name: str
    """What its key is bound to, and messages call it."""
    key: bytes | None
    """Its own; None: it is not encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRead:
    """What was found in a leg's file."""

    seconds: float
    sha256: bytes
    """Of the file as Asterisk wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A recording that lies encoded, and was found to be the same sound."""

    seconds: float
    size_bytes: int
    """Of the file as it lies, so is sha256."""
    sha256: bytes
    peaks: bytes
    """The wave-form: a byte for each channel, customer first, ten times a second. 0 is silence,
    255 the loudest."""
    legs: tuple[LegRead, ...]
    """In the job's order."""


def encode(job: Job) -> Encoded:
    """Encode a recording; when this returns, the file lies on the disk under its name.

    It was read again, from the disk, decrypted and decoded, and every second on each channel was
    the same. Raises EncodingError. Takes about a second for each minute: not for the event loop.
    """
    try:
        line = TimeLine(job.legs, job.seconds)
        if not line.samples:
            raise EncodingError(f"{job.name} holds no sound")
        return _encoded(job, line)
    except OSError as error:
        raise EncodingError(
            f"{job.name} cannot be written: {error.strerror}", no_space=error.errno in _FULL
        ) from error
    except (SoundError, LibsndfileError, CryptError) as error:
        raise EncodingError(f"{job.name} cannot be encoded: {error}") from error


def _encoded(job: Job, line: TimeLine) -> Encoded:
    fault: str | None = None
    for compression in _COMPRESSIONS:
        peaks = bytearray()
        ogg = _ogg(line, compression, peaks)
        written = write_unfinished(job.target, encrypt(ogg, job.key) if job.key else ogg)
        if (fault := _difference(line, job)) is None:
            return _kept(job, line, written, bytes(peaks))
        unfinished(job.target).unlink()
    raise EncodingError(f"{job.name} was not encoded right: {fault}")


def peaks_of(block: bytes, channels: int) -> bytes:
    """The loudest instant of each tenth of a second, on each channel. The last may be shorter."""
    samples = np.abs(np.frombuffer(block, "<i2").astype(np.int32))
    samples = np.append(samples, np.zeros(-len(samples) % (_PEAK_SAMPLES * channels), np.int32))
    loudest = samples.reshape(-1, _PEAK_SAMPLES, channels).max(axis=1)
    # Rounded up: what is there is seen.
    return bytes(np.minimum((loudest + 127) // 128, 255).astype(np.uint8).ravel())


def _ogg(line: TimeLine, compression: float, peaks: bytearray) -> Iterator[bytes]:
    """The bytes of the Ogg file, as they come; the peaks of what went in are added to `peaks`."""
    sink = _Sink()
    with SoundFile(
        sink, "w", RATE, line.channels, format="OGG", subtype="OPUS", compression_level=compression
    ) as file:
        for block in line.blocks():
            peaks += peaks_of(block, line.channels)
            file.buffer_write(block, "int16")
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what libsndfile writes. Ogg is a stream: nothing in it is ever written over."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._at = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, piece: Buffer, /) -> int:
        self._held += memoryview(piece)
        self._at += len(memoryview(piece))
        return len(memoryview(piece))

    @override
    def tell(self) -> int:
        return self._at

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """libsndfile asks for the length of what is still empty, and goes nowhere else."""
        assert (offset, self._at) == (0, 0), "Ogg is written from its beginning to its end"
        return 0

    def taken(self) -> bytes:
        """What came since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held


def _difference(line: TimeLine, job: Job) -> str | None:
    """Where the file that was just written is not what was to be written."""
    with opened(unfinished(job.target), job.key, job.name) as ogg:
        with SoundFile(ogg) as sound:
            if (sound.channels, sound.samplerate) != (line.channels, RATE):
                return "it has other channels"
            expected = (
                np.frombuffer(block, "<i2").reshape(-1, line.channels).astype(np.float64)
                for block in line.blocks()
            )
            return first_difference(expected, _heard(sound))


def _heard(sound: SoundFile) -> Iterator[Frames]:
    # Not as 16 bits: what a codec makes a bit louder than the loudest would wrap around.
    frames: Frames
    while len(frames := sound.read(BLOCK_SAMPLES, "float64", always_2d=True)):
        yield frames * 2**15


def _kept(job: Job, line: TimeLine, written: Digest, peaks: bytes) -> Encoded:
    legs = []
    for leg, seconds in zip(job.legs, line.leg_seconds, strict=True):
        raw = digest_of(leg.path)
        if raw.size_bytes // leg.frame_bytes != round(seconds * RATE):
            raise EncodingError(f"{leg.path} is still being written")
        legs.append(LegRead(seconds=seconds, sha256=raw.sha256))
    finish(job.target)
    return Encoded(
        seconds=line.seconds,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        peaks=peaks,
        legs=tuple(legs),
    )

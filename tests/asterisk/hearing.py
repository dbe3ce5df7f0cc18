"""Finding known voices in a recording: where each begins, and whether all of it is there."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from ccserver.local.tones import RATE

Channel = NDArray[np.float64]

DRIFT_SECONDS = 0.06
"""A voice may be so far off its place: a phone's clock is not the switch's, and packets jump."""
PIECES = 4
"""What is looked for of a second at a time. One packet too few or too many, which a busy machine
brings about, moves what follows: at such a place a piece is of two halves."""
LIKE = 0.45
"""Of a piece that is there, at least so much is the voice: 1 is nothing else. Of two halves the
longer is left, and of another moment or voice 0.33 at most."""


def channels(sound: bytes) -> tuple[Channel, ...]:
    """The channels of a WAV or Ogg file at 8 kHz: of a talk, the customer's first."""
    samples, rate = soundfile.read(BytesIO(sound), dtype="float64", always_2d=True)
    assert rate == RATE
    return tuple(np.ascontiguousarray(column) for column in samples.T)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a voice begins on a channel."""

    at_seconds: float
    """Less than 0: it had begun before the recording."""
    likeness: float
    """1: the channel is this voice, from here on; 0: it is not there."""


def find(channel: Channel, voice: NDArray[np.int16]) -> Found:
    """The best place for a voice on a channel, by correlation."""
    sought = voice.astype(np.float64)
    size = 1 << (len(channel) + len(sought) - 1).bit_length()
    spectrum = np.fft.rfft(channel, size) * np.conj(np.fft.rfft(sought, size))
    correlation = np.fft.irfft(spectrum, size)
    best = int(np.argmax(correlation))
    begin = best if best < len(channel) else best - size
    there, its = _overlap(channel, sought, begin)
    return Found(begin / RATE, _likeness(there, its))


def missing_seconds(
    channel: Channel, voice: NDArray[np.int16], at_seconds: float, begin: int, end: int
) -> list[int]:
    """Of the channel's seconds from `begin` up to `end`, those in which the voice, which began at
    `at_seconds`, is not at its place."""
    sought = voice.astype(np.float64)
    return [
        second
        for second in range(begin, end)
        if any(
            _like(channel, sought, at_seconds, second + piece / PIECES) < LIKE
            for piece in range(PIECES)
        )
    ]


def is_silent(channel: Channel, begin_seconds: float, end_seconds: float) -> bool:
    """Whether nothing but silence is there."""
    part = channel[round(begin_seconds * RATE) : round(end_seconds * RATE)]
    assert len(part)
    return bool(np.abs(part).max() < 0.003)


def _like(channel: Channel, voice: Channel, at_seconds: float, from_seconds: float) -> float:
    first, size = round(from_seconds * RATE), RATE // PIECES
    part = channel[first : first + size]
    reach = round(DRIFT_SECONDS * RATE)
    place = round((from_seconds - at_seconds) * RATE) - reach
    around = np.pad(voice, reach)[max(0, place + reach) : place + reach + len(part) + 2 * reach]
    if len(around) < len(part):
        return 0.0
    products = np.correlate(around, part, "valid")
    shift = int(np.argmax(products))
    return _likeness(part, around[shift : shift + len(part)])


def _overlap(channel: Channel, voice: Channel, begin: int) -> tuple[Channel, Channel]:
    first, last = max(0, begin), min(len(channel), begin + len(voice))
    return channel[first:last], voice[first - begin : last - begin]


def _likeness(one: Channel, other: Channel) -> float:
    power = float(np.sqrt(np.dot(one, one) * np.dot(other, other)))
    return float(np.dot(one, other)) / power if power else 0.0

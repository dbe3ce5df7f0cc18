"""Whether what is heard is what was encoded: every second of it, on each channel.

A codec changes every sample, so samples are not compared but waves. Of a second that can be heard,
expected and decoded must go together, at about the same loudness. Speech has a correlation of 0.9
and more, noise 0.86, and noise beside a much louder channel 0.63; another second or channel has
about 0, and both channels mixed 0.71, or less for the quieter one. A second that cannot be heard,
for itself or beside the other channel, must not have become loud.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from ccserver.recordings.sound import RATE

Frames = npt.NDArray[np.float64]
"""Frames by channels, in 16-bit units."""

_ALIKE_MIN: Final = 0.75
_ALIKE_BESIDE_MIN: Final = 0.55
"""Of a channel that is less than 0.6 as loud as the other: it gets fewer bits."""
_EQUAL_SHARE: Final = 0.6
_QUIET = 40.0
"""Of 32767: 58 dB below the loudest. Comfort noise is about there, a telephone's line below."""
_BESIDE_SHARE = 0.05
"""26 dB below the other channel: a codec may leave out what nobody hears beside that."""
_LOUDER_MAX = 2.0


def first_difference(expected: Iterator[Frames], heard: Iterator[Frames]) -> str | None:
    """Say where `heard` is not what was expected; None: they are the same sound.

    Both come in blocks of whole seconds, the last apart.
    """
    second = 0
    for wanted in expected:
        got = next(heard, wanted[:0])
        if len(got) != len(wanted):
            return f"it ends at second {second + len(got) // RATE}"
        for start in range(0, len(wanted), RATE):
            part = slice(start, start + RATE)
            for channel in _unlike(wanted[part], got[part]):
                return f"second {second} of channel {channel} is another sound"
            second += 1
    return None if next(heard, None) is None else f"it goes on after second {second}"


def _unlike(wanted: Frames, got: Frames) -> Iterator[int]:
    """The channels of a second that are not the same."""
    # The mean goes first: a codec lets no direct current through.
    wanted, got = wanted - wanted.mean(axis=0), got - got.mean(axis=0)
    loud, loud_got = _loudness(wanted), _loudness(got)
    for channel in range(wanted.shape[1]):
        mine, mine_got = float(loud[channel]), float(loud_got[channel])
        louder = float(loud.max())
        hidden = max(_QUIET, _BESIDE_SHARE * louder)
        if mine <= hidden:
            alike = mine_got <= _LOUDER_MAX * hidden
        else:
            together = float((wanted[:, channel] * got[:, channel]).mean())
            alike_min = _ALIKE_MIN if mine >= _EQUAL_SHARE * louder else _ALIKE_BESIDE_MIN
            alike = (
                together >= alike_min * mine * mine_got
                and mine / _LOUDER_MAX <= mine_got <= mine * _LOUDER_MAX
            )
        if not alike:
            yield channel


def _loudness(frames: Frames) -> Frames:
    """The root of the mean square, of each channel."""
    square: Frames = (frames**2).mean(axis=0)
    return np.sqrt(square)

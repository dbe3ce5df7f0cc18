"""The sound of the talks, as Asterisk writes it.

MixMonitor's option D writes both directions of the agent's leg interleaved, without any header:
signed 16-bit little-endian at 8 kHz, first what came from the agent, then what went to him.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
CHANNELS = 2
BYTES_A_SECOND = RATE * CHANNELS * 2


def sound(path: Path) -> NDArray[np.int16]:
    """The frames of a recording: shape (frames, 2), the customer left (0), the agent right (1).

    Raises OSError. A frame that was cut off at the end is left out.
    """
    samples = np.fromfile(path, dtype="<i2")
    return samples[: len(samples) // 2 * 2].reshape(-1, 2)[:, ::-1]

"""The sound of talks and messages, as Asterisk writes it, and as people can hear it.

Both are signed 16-bit little-endian at 8 kHz without any header. A talk (`.raw`) is what MixMonitor
writes with its option D: both directions of the agent's leg interleaved, first what came from the
agent, then what went to him. A message (`.sln`) is what Record writes: the caller alone.
"""

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from struct import pack

RATE = 8000
SAMPLE_BYTES = 2
MESSAGE = ".sln"
CHUNK_BYTES = 128 * 1024
"""Four seconds of talk: a multiple of a frame, which holds a sample of each channel."""

_HEADER_BYTES = 44
_UINT32_MAX = 2**32 - 1


def wav(folder: Path, name: str) -> tuple[int, Iterator[bytes]] | None:
    """A recording below `folder` as a WAV file: its size in bytes, and the bytes, in chunks.

    Of a talk, the customer is left, the agent right. None for a file that is not there or not to
    be read, and for a name that leads out of the folder, be it by a symbolic link. What Asterisk
    writes after this call is left out, and a frame that was cut off. Both this and the chunks read
    the disk: use a thread.
    """
    try:
        path = (folder / name).resolve(strict=True)
        found = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    if not (S_ISREG(found.st_mode) and path.is_relative_to(folder.resolve())):
        return None
    if not os.access(path, os.R_OK):
        return None
    channels = 1 if path.suffix == MESSAGE else 2
    frame_bytes = channels * SAMPLE_BYTES
    sound_bytes = found.st_size // frame_bytes * frame_bytes
    return _HEADER_BYTES + sound_bytes, _chunks(path, sound_bytes, channels)


def _chunks(path: Path, sound_bytes: int, channels: int) -> Iterator[bytes]:
    yield _header(sound_bytes, channels)
    left = sound_bytes
    with path.open("rb") as file:
        while left and (frames := file.read(min(left, CHUNK_BYTES))):
            yield _swapped(frames) if channels == 2 else frames
            left -= len(frames)


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


def _swapped(frames: bytes) -> bytes:
    """The same with left and right changed over."""
    samples = array("H", frames)
    samples[0::2], samples[1::2] = samples[1::2], samples[0::2]
    return samples.tobytes()

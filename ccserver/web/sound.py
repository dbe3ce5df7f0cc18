"""A sound that can be sent in parts, wherever it lies."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from ccserver.db.recordings import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What a browser is to be sent."""

    media_type: str
    """`audio/ogg` once it is kept, `audio/wav` before."""
    size_bytes: int
    read: Callable[[int, int], AsyncIterator[bytes]]
    """The bytes from the first up to, and without, the second. Each call reads anew."""


OpenSound = Callable[[Recording], Awaitable[Sound | None]]
"""The sound of a recording; None when it is not there, or may not be read."""

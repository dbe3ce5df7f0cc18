"""Opens the sound of a recording, wherever it lies and in whatever form."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive.places import Places, Readable
from ccserver.db import archive, kept
from ccserver.db.recordings import Recording
from ccserver.recordings.crypt import CryptError
from ccserver.recordings.sound import Leg, SoundError, Wav, wav_of, within
from ccserver.recordings.store import StoreError
from ccserver.web.sound import Sound

log = structlog.get_logger("ccserver.archive")

MONO: Final = "voicemail"
"""The kind of recording that has one channel."""


class Player:
    """Knows where sound lies."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], places: Places) -> None:
        self._sessions = sessions
        self._places = places

    async def open_sound(self, recording: Recording) -> Sound | None:
        """Ogg once it is kept; until then the legs on one time line, as WAV.

        None when it is not there, cannot be read, or is to be deleted; the log says which.
        """
        async with self._sessions() as session:
            file = await kept.kept_file(session, recording.id)
            raw = None if file is not None else await archive.raw(session, recording.id)
        try:
            if file is not None:
                opened = await self._places.open(file)
                return Sound(
                    media_type="audio/ogg",
                    size_bytes=opened.size_bytes,
                    read=lambda start, end: _watched(opened, start, end, recording.id),
                )
            wav = None if raw is None else await asyncio.to_thread(self._wav, raw)
        except (StoreError, CryptError, SoundError) as failure:
            log.error("a recording cannot be played", recording=recording.id, error=str(failure))
            return None
        if wav is None:
            return None
        return Sound(
            media_type="audio/wav",
            size_bytes=wav.size_bytes,
            read=lambda start, end: _in_thread(wav.read(start, end)),
        )

    def _wav(self, raw: archive.Raw) -> Wav | None:
        """It reads the disk."""
        legs = [
            Leg(
                path=path,
                offset_seconds=(leg.started_at - raw.started_at).total_seconds(),
                channels=channels_of(raw),
            )
            for leg in raw.legs
            if (path := within(self._places.recordings, leg.file)) is not None
        ]
        return wav_of(legs) if legs else None


def channels_of(raw: archive.Raw) -> int:
    """Talks and consultations have two, messages one."""
    return 1 if raw.kind == MONO else 2


async def _watched(opened: Readable, start: int, end: int, recording: int) -> AsyncIterator[bytes]:
    try:
        async for piece in opened.read(start, end):
            yield piece
    except (StoreError, CryptError) as failure:
        # The answer's length was told, so all that can be done is to end it early.
        log.error("a recording cannot be read on", recording=recording, error=str(failure))
        raise


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece

"""Has kept recordings understood, after everything else, where a model was given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive import metrics
from ccserver.archive.places import Places
from ccserver.db import kept
from ccserver.db.kept import KeptFile
from ccserver.recordings.crypt import CryptError
from ccserver.recordings.encode import EncodingError
from ccserver.recordings.speech import PACKAGED, Part, SpeechError, SpeechJob

Transcribe = Callable[[SpeechJob], Awaitable[tuple[Part, ...]]]

log = structlog.get_logger("ccserver.archive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What understands speech."""

    setting: str
    """A folder, or the name of the model inside the package."""
    language: str
    """BCP 47."""

    @property
    def folder(self) -> Path | None:
        """None: the one inside the package."""
        return None if self.setting == PACKAGED else Path(self.setting)


class Words:
    """Takes one recording after the other, in the order in which they were kept.

    One that cannot be understood is passed over until ccserver starts again.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        places: Places,
        *,
        model: Model,
        transcribe: Transcribe,
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._model = model
        self._transcribe = transcribe
        self._after: tuple[datetime, int] | None = None

    async def turn(self) -> bool:
        """Take the next one; False: there is none. Raises what the database says."""
        async with self._sessions() as session:
            found = await kept.without_words(session, self._after)
        if found is None:
            return False
        self._after = found.kept_at, found.id
        if not found.local:
            return True  # It was not understood in time, and is not fetched for that.
        try:
            parts = await self._transcribe(self._job(found))
        except (SpeechError, EncodingError, CryptError) as failure:
            metrics.FAILED.labels("transcribe").inc()
            log.error("a recording was not understood", recording=found.id, error=str(failure))
            return True
        async with self._sessions.begin() as session:
            await kept.save_words(
                session,
                found.id,
                language=self._model.language,
                model=self._model.setting,
                parts=[
                    (part.channel, part.from_seconds, part.until_seconds, part.text)
                    for part in parts
                ],
            )
        return True

    def _job(self, found: KeptFile) -> SpeechJob:
        key = None
        if found.key_name is not None and found.wrapped_key is not None:
            key = self._places.keys.unwrap(found.key_name, found.wrapped_key, found.file)
        return SpeechJob(
            sound=self._places.folder.path(found.file),
            name=found.file,
            key=key,
            model=self._model.folder,
        )

"""Where sound lies: as Asterisk wrote it, in the archive's folder, in the bucket; and the keys."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from ccserver.core.ids import ContactId
from ccserver.db.kept import KeptFile
from ccserver.recordings.crypt import KeyRing, decrypt
from ccserver.recordings.store import BucketStore, FolderStore, NotKeptError, Store
from ccserver.settings import Archive

_NAME = re.compile(r"\d{4}/\d\d/\d\d/[0-9a-f-]{36}-(\d{1,18})-[0-9a-f]{8}\.ogg(\.ccrf)?")
_PIECE_BYTES: Final = 512 * 1024

Get = Callable[[int, int], Awaitable[bytes]]


class Readable(Protocol):
    """A file of which any part can be read."""

    @property
    def size_bytes(self) -> int: ...

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, and without, `end`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All places, and the keys."""

    recordings: Path
    """Where Asterisk writes."""
    folder: FolderStore
    bucket: Store | None
    keys: KeyRing

    def of(self, kept: KeptFile) -> tuple[tuple[str, Store], ...]:
        """Where this file should lie: `folder`, `bucket`, the nearest first."""
        found: list[tuple[str, Store]] = []
        if kept.local:
            found.append(("folder", self.folder))
        if kept.remote and self.bucket is not None:
            found.append(("bucket", self.bucket))
        return tuple(found)

    async def open(self, kept: KeptFile) -> Readable:
        """What the file holds, decrypted.

        Raises StoreError when it is nowhere or cannot be read, and CryptError when it was changed,
        or there is no key for it; so does reading.
        """
        for _, store in self.of(kept):
            if await store.size(kept.file) is not None:
                break
        else:
            raise NotKeptError(f"{kept.file} is neither in the folder nor in the bucket")

        async def get(start: int, end: int) -> bytes:
            return await store.get_range(kept.file, start, end)

        if kept.key_name is None or kept.wrapped_key is None:
            return _Plain(get, kept.size_bytes)
        key = self.keys.unwrap(kept.key_name, kept.wrapped_key, kept.file)
        return await decrypt(get, kept.size_bytes, key, kept.file)


class _Plain:
    def __init__(self, get: Get, size_bytes: int) -> None:
        self._get, self.size_bytes = get, size_bytes

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        end = min(end, self.size_bytes)
        for at in range(start, end, _PIECE_BYTES):
            yield await self._get(at, min(at + _PIECE_BYTES, end))


def places_of(recordings: Path, archive: Archive) -> Places:
    """The places that the settings name. Raises CryptError and StoreError when they are wrong."""
    options = {name: value.get_secret_value() for name, value in archive.bucket_options.items()}
    keys = {name: value.get_secret_value() for name, value in archive.keys.items()}
    return Places(
        recordings=recordings,
        folder=FolderStore(archive.folder),
        bucket=BucketStore(archive.bucket, options) if archive.bucket else None,
        keys=KeyRing(keys, archive.key),
    )


def name_for(
    recording: int, contact: ContactId, started_at: datetime, chance: str, *, encrypted: bool
) -> str:
    """What a file is called in the archive. `chance`: eight hex digits, new for each attempt, so
    that no attempt ever touches the file of another."""
    return f"{_stem(recording, contact, started_at)}-{chance}.ogg{'.ccrf' if encrypted else ''}"


def attempts_at(
    folder: FolderStore, recording: int, contact: ContactId, started_at: datetime
) -> list[Path]:
    """All that attempts at a recording left in the folder, be it whole or not. It asks the disk."""
    path = folder.folder / _stem(recording, contact, started_at)
    return list(path.parent.glob(f"{path.name}-*"))


def _stem(recording: int, contact: ContactId, started_at: datetime) -> str:
    return f"{started_at.astimezone(UTC):%Y/%m/%d}/{contact}-{recording}"


def recording_of(name: str) -> int | None:
    """Whose file has this name in the archive; None: it is none of ours."""
    found = _NAME.fullmatch(name)
    return None if found is None else int(found[1])


def attempts_of(folder: FolderStore, name: str) -> list[Path]:
    """What other attempts at the same recording left beside its file. It asks the disk."""
    path = folder.path(name)
    stem = path.name.rpartition("-")[0]
    return [other for other in path.parent.glob(f"{stem}-*") if other != path]

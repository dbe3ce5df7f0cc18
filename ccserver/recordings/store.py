"""Where kept recordings lie: a folder of this machine, or a bucket that speaks S3.

Names are paths within the store, such as `2026/11/24/0199….ogg`.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from typing_extensions import override

from ccserver.recordings.disk import UNFINISHED, Digest, digest_of, finish, write_unfinished

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*")
_NAME_MAX = 900
_PIECE_BYTES = 1024 * 1024

if TYPE_CHECKING:  # it has no such names when it runs
    from obstore.store import S3Config


class StoreError(Exception):
    """A store did not do what it was asked; says why, and what to do. It may be tried again."""


class NotKeptError(StoreError):
    """There is no such file in this store."""


class Store(Protocol):
    """Somewhere files lie. All raise StoreError when it does not answer as it should."""

    async def put(self, name: str, source: Path) -> Digest:
        """Copy a file into the store under this name, whole or not at all.

        Gives what was read back from there: when this returns, `source` may go. Raises StoreError
        when it is not the same as `source`.
        """

    async def get_range(self, name: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to, and without, `end`. Raises NotKeptError."""

    async def size(self, name: str) -> int | None:
        """In bytes; None: there is no such file."""

    async def digest(self, name: str) -> Digest | None:
        """Of what lies there now, all of which is read; None: there is no such file."""

    async def delete(self, name: str) -> None:
        """Delete it, if it is there."""

    def names(self, prefix: str = "") -> AsyncIterator[str]:
        """All files whose names are below this folder, in no order."""


class FolderStore(Store):
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where the file of this name lies, or would lie. Raises StoreError for no good name."""
        path = self.folder / _checked(name)
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise StoreError(f"{name!r} leads out of {self.folder}: look for a link there")
        return path

    @override
    async def put(self, name: str, source: Path) -> Digest:
        path = self.path(name)
        with _said(f"{path} cannot be written"):
            return await asyncio.to_thread(_copied, source, path)

    @override
    async def get_range(self, name: str, start: int, end: int) -> bytes:
        path = self.path(name)
        with _said(f"{path} cannot be read"):
            return await asyncio.to_thread(_part, path, start, end)

    @override
    async def size(self, name: str) -> int | None:
        path = self.path(name)
        try:
            with _said(f"{path} cannot be read"):
                return (await asyncio.to_thread(path.stat)).st_size
        except NotKeptError:
            return None

    @override
    async def digest(self, name: str) -> Digest | None:
        path = self.path(name)
        try:
            with _said(f"{path} cannot be read"):
                return await asyncio.to_thread(digest_of, path)
        except NotKeptError:
            return None

    @override
    async def delete(self, name: str) -> None:
        path = self.path(name)
        with _said(f"{path} cannot be deleted"):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    @override
    async def names(self, prefix: str = "") -> AsyncIterator[str]:
        below = self.path(prefix) if prefix else self.folder
        with _said(f"{below} cannot be read"):
            for name in await asyncio.to_thread(_names_below, self.folder, below):
                yield name


class BucketStore(Store):
    """A bucket that speaks S3."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        """`url`: such as `s3://name/prefix`; `options`: as obstore's S3Store takes them.

        Without HTTPS only to an endpoint that says `http://`. Raises StoreError when they are
        wrong; nothing is sent yet.
        """
        self.url = url
        plain = any(value.startswith("http://") for value in options.values())
        try:
            self._bucket = S3Store.from_url(
                url,
                config=cast("S3Config", dict(options)),
                client_options={"allow_http": plain, "connect_timeout": "5s", "timeout": "60s"},
                # Who asked tries again, later.
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
            )
        except (BaseError, ValueError) as error:
            raise StoreError(
                f"archive.bucket {url!r} or its options are wrong: {_first_line(error)}"
            ) from error

    @override
    async def put(self, name: str, source: Path) -> Digest:
        checked = _checked(name)
        with _said(f"{source} cannot be read"):
            wanted = await asyncio.to_thread(digest_of, source)
        with self._answering(name):
            await obstore.put_async(self._bucket, checked, source)
        found = await self.digest(name)
        if found != wanted:
            raise StoreError(f"{name} in {self.url} is not what was sent there: send it again")
        return wanted

    @override
    async def get_range(self, name: str, start: int, end: int) -> bytes:
        if start >= end:  # which S3 has no word for
            return b""
        with self._answering(name):
            found = await obstore.get_range_async(
                self._bucket, _checked(name), start=start, end=end
            )
        return found.to_bytes()

    @override
    async def size(self, name: str) -> int | None:
        try:
            with self._answering(name):
                return (await obstore.head_async(self._bucket, _checked(name)))["size"]
        except NotKeptError:
            return None

    @override
    async def digest(self, name: str) -> Digest | None:
        found, size = hashlib.sha256(), 0
        try:
            with self._answering(name):
                answer = await obstore.get_async(self._bucket, _checked(name))
                async for piece in answer.stream(_PIECE_BYTES):
                    found.update(piece)
                    size += len(piece)
        except NotKeptError:
            return None
        return Digest(size, found.digest())

    @override
    async def delete(self, name: str) -> None:
        with self._answering(name):
            await obstore.delete_async(self._bucket, _checked(name))

    @override
    async def names(self, prefix: str = "") -> AsyncIterator[str]:
        with self._answering(prefix):
            async for found in obstore.list(self._bucket, prefix=prefix or None):
                for file in found:
                    yield file["path"]

    @contextmanager
    def _answering(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotKeptError(f"{name} is not in {self.url}") from error
        except (BaseError, OSError) as error:
            raise StoreError(f"{self.url} cannot be asked: {_first_line(error)}") from error


@contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotKeptError(f"{what}: there is no such file") from error
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror}") from error


def _checked(name: str) -> str:
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name) or name.endswith(UNFINISHED):
        raise StoreError(f"{name[:80]!r} is no name for a file of the archive")
    return name


def _copied(source: Path, path: Path) -> Digest:
    written = write_unfinished(path, _pieces(source))
    finish(path)
    if digest_of(path) != written:
        raise StoreError(f"{path} is not what was written there: look at the disk")
    return written


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _part(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(max(0, end - start))


def _names_below(folder: Path, below: Path) -> list[str]:
    found = (str(path.relative_to(folder)) for path in below.rglob("*") if path.is_file())
    return [name for name in found if not name.endswith(UNFINISHED)]


def _first_line(error: Exception) -> str:
    """obstore says more than a person can read."""
    return str(error).partition("\n")[0]

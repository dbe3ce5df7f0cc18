"""Files that nobody reads without their key, or changes unseen.

A file begins with 16 bytes: `CCRF`, the version (1), the logarithm of the chunk's size to the
base 2 (16: 64 KiB), 7 random bytes, and 3 zeros. Then come the chunks, each encrypted by
AES-256-GCM and with its tag of 16 bytes behind it; all but the last are full, and the last holds at
least a byte unless the file is empty. The nonce of a chunk is the 7 random bytes, its number (4
bytes, big-endian) and 1 for the last chunk, else 0; the 16 bytes from the beginning are
authenticated with each. That is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): chunks that were
changed, swapped, removed or added are found, a cut at a chunk's end too, and each can be read
without those before it.

Each file has its own key, which lies wrapped beside its row: 12 random bytes, and then the key
encrypted by AES-256-GCM under one of the settings' keys, bound to the name of the file. So no
file can be put in another's place.
"""

import io
import os
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import Buffer, override

KEY_BYTES: Final = 32
CHUNK_BYTES: Final = 64 * 1024

_CHUNK_LOG2 = 16
_MAGIC = b"CCRF\1"
_PREFIX_BYTES = 7
HEADER_BYTES: Final = 16
_TAG_BYTES = 16
_SEALED_BYTES = CHUNK_BYTES + _TAG_BYTES
_NONCE_BYTES = 12
_READ_CHUNKS = 8
"""So many are read at once: from a bucket each reading is a request."""
_WRAPPING = b"ccserver recording key 1\0"


class CryptError(Exception):
    """A file or a key is not what it was, or there is no key for it. Says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKey:
    """The key of one file, and how it lies beside the file's row."""

    key: bytes
    key_name: str
    """The settings' key by which it is wrapped."""
    wrapped: bytes


class KeyRing:
    """The settings' keys, by which the keys of files are wrapped."""

    def __init__(self, keys: Mapping[str, str], current: str) -> None:
        """`keys`: name -> 32 bytes in base64; new files take the one named `current`.

        Raises CryptError when a key is no such thing, or `current` is not among them. An empty
        `current` is for those who encrypt nothing new.
        """
        self._keys = {name: AESGCM(_decoded(name, text)) for name, text in keys.items()}
        if current and current not in self._keys:
            raise CryptError(f"archive.key is {current!r}, but archive.keys has none of that name")
        self.current = current

    def fresh(self, file: str) -> FileKey | None:
        """A new key for the file of this name; None: new files are not encrypted."""
        return self._wrap(os.urandom(KEY_BYTES), file) if self.current else None

    def unwrap(self, key_name: str, wrapped: bytes, file: str) -> bytes:
        """The key of this file. Raises CryptError when it is wrapped by another, or for another."""
        if (by := self._keys.get(key_name)) is None:
            raise CryptError(f"archive.keys has no key {key_name!r}, which {file} needs")
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        if len(wrapped) != _NONCE_BYTES + KEY_BYTES + _TAG_BYTES:
            raise CryptError(f"the wrapped key of {file} was changed: it has another length")
        try:
            return by.decrypt(nonce, sealed, _WRAPPING + file.encode())
        except InvalidTag:
            raise CryptError(
                f"the wrapped key of {file} was changed, is another file's,"
                f" or archive.keys.{key_name} is not the key that it was"
            ) from None

    def rewrap(self, key_name: str, wrapped: bytes, file: str) -> FileKey:
        """The same key of this file, wrapped by the current one. The file stays as it is."""
        if not self.current:
            raise CryptError("archive.key names no key to wrap by")
        return self._wrap(self.unwrap(key_name, wrapped, file), file)

    def _wrap(self, key: bytes, file: str) -> FileKey:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self.current].encrypt(nonce, key, _WRAPPING + file.encode())
        return FileKey(key=key, key_name=self.current, wrapped=nonce + sealed)


def encrypt(blocks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The file of what `blocks` hold, however they are cut. A key is used for one file only."""
    by = AESGCM(key)
    header = _MAGIC + bytes([_CHUNK_LOG2]) + os.urandom(_PREFIX_BYTES)
    header = header.ljust(HEADER_BYTES, b"\0")
    yield header
    number, held = 0, bytearray()
    for block in blocks:
        held += block
        # What fills the last chunk waits: only then is it known that more follows.
        while len(held) > CHUNK_BYTES:
            chunk = bytes(held[:CHUNK_BYTES])
            yield by.encrypt(_nonce(header, number, last=False), chunk, header)
            del held[:CHUNK_BYTES]
            number += 1
    yield by.encrypt(_nonce(header, number, last=True), bytes(held), header)


class Sealed:
    """An encrypted file: what lies where in it, and the opening of its chunks."""

    def __init__(self, header: bytes, size_bytes: int, key: bytes, file: str) -> None:
        """`header`: its first bytes; `size_bytes`: of all; `file`: its name, for messages."""
        if len(header) < HEADER_BYTES or header[: len(_MAGIC)] != _MAGIC:
            raise CryptError(f"{file} is no encrypted file of ours, or its beginning was changed")
        self._header = header[:HEADER_BYTES]
        if self._header[len(_MAGIC)] != _CHUNK_LOG2:
            raise CryptError(f"{file} has chunks of another size: its beginning was changed")
        self._by, self._file = AESGCM(key), file
        body = size_bytes - HEADER_BYTES
        self.chunks = max(1, -(-body // _SEALED_BYTES))
        self._body_bytes = body
        if body - (self.chunks - 1) * _SEALED_BYTES < _TAG_BYTES:
            raise CryptError(f"{file} was cut off")
        self.size_bytes = body - self.chunks * _TAG_BYTES
        """Of what it holds."""

    def place(self, chunk: int, until: int) -> tuple[int, int]:
        """Where the chunks from the first up to, and without, the second lie in the file."""
        end = min(until * _SEALED_BYTES, self._body_bytes)
        return HEADER_BYTES + chunk * _SEALED_BYTES, HEADER_BYTES + end

    def open(self, chunk: int, sealed: bytes) -> bytes:
        """What these chunks hold, the first of which has the number `chunk`.

        Raises CryptError when they are not what was written there, or the key is another.
        """
        return b"".join(
            self._open(chunk + i, sealed[at : at + _SEALED_BYTES])
            for i, at in enumerate(range(0, len(sealed), _SEALED_BYTES))
        )

    def _open(self, number: int, sealed: bytes) -> bytes:
        nonce = _nonce(self._header, number, last=number == self.chunks - 1)
        try:
            return self._by.decrypt(nonce, sealed, self._header)
        except InvalidTag:
            raise CryptError(
                f"{self._file} was changed or cut off: see byte {self.place(number, number)[0]},"
                " if its key is right"
            ) from None


async def decrypt(
    get: Callable[[int, int], Awaitable[bytes]],
    size_bytes: int,
    key: bytes,
    file: str,
) -> "Opened":
    """Open an encrypted file of which `get` reads the bytes from the first up to the second.

    Raises CryptError when it is none, or was changed.
    """
    header = await get(0, min(HEADER_BYTES, size_bytes))
    return Opened(get, Sealed(header, size_bytes, key, file))


class Opened:
    """An encrypted file, of which any part can be read, wherever it lies."""

    def __init__(self, get: Callable[[int, int], Awaitable[bytes]], sealed: Sealed) -> None:
        self._get, self._sealed = get, sealed
        self.size_bytes = sealed.size_bytes
        """Of what it holds."""

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """What it holds from `start` up to, and without, `end`; only what is needed is read.

        Raises CryptError when that was changed, and what `get` raises.
        """
        end = min(end, self.size_bytes)
        if start >= end:
            return
        until = -(-end // CHUNK_BYTES)
        for chunk in range(start // CHUNK_BYTES, until, _READ_CHUNKS):
            place = self._sealed.place(chunk, min(chunk + _READ_CHUNKS, until))
            opened = self._sealed.open(chunk, await self._get(*place))
            at = chunk * CHUNK_BYTES
            yield opened[max(0, start - at) : end - at]


@contextmanager
def opened(path: Path, key: bytes | None, name: str) -> Iterator[BinaryIO | io.RawIOBase]:
    """A file on this machine, read as if it were not encrypted; `key` None: it is not.

    Raises OSError, and CryptError as `Sealed` does, at the latest when it is left.
    """
    with path.open("rb") as file:
        if key is None:
            yield file
            return
        sealed = _Unsealed(file, key, name)
        try:
            yield sealed
        finally:
            if sealed.fault is not None:
                raise sealed.fault


class _Unsealed(io.RawIOBase):
    """What an encrypted file holds. A fault ends it, and is told afterwards.

    For libsndfile reads it, in C, and an exception cannot pass through there.
    """

    fault: CryptError | None = None

    def __init__(self, file: BinaryIO, key: bytes, name: str) -> None:
        super().__init__()
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._file = file
        self._sealed = Sealed(file.read(HEADER_BYTES), size, key, name)
        self._at = 0
        self._chunk, self._held = -1, b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._sealed.size_bytes}
        self._at = start[whence] + offset
        return self._at

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        into = memoryview(buffer).cast("B")
        number, skip = divmod(self._at, CHUNK_BYTES)
        if self._at >= self._sealed.size_bytes or not self._holds(number):
            return 0
        piece = self._held[skip : skip + len(into)]
        into[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _holds(self, number: int) -> bool:
        if number != self._chunk and self.fault is None:
            start, end = self._sealed.place(number, number + 1)
            self._file.seek(start)
            try:
                self._held = self._sealed.open(number, self._file.read(end - start))
                self._chunk = number
            except CryptError as error:
                self.fault = error
        return self.fault is None


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    prefix = header[len(_MAGIC) + 1 :][:_PREFIX_BYTES]
    return prefix + pack(">I", number) + bytes([last])


def _decoded(name: str, text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise CryptError(f"archive.keys.{name} is not base64") from None
    if len(key) != KEY_BYTES:
        raise CryptError(f"archive.keys.{name} has {len(key)} bytes, and not {KEY_BYTES}")
    return key

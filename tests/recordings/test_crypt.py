"""Encrypted files: what is read back, and what is found when somebody was at them."""

import asyncio
import io
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ccserver.recordings import crypt
from ccserver.recordings.crypt import CHUNK_BYTES, CryptError, KeyRing, decrypt, encrypt, opened

KEY = bytes(range(32))
SEALED_BYTES = CHUNK_BYTES + 16
TEXT = os.urandom(3 * CHUNK_BYTES + 1000)


def sealed(text: bytes = TEXT, key: bytes = KEY) -> bytes:
    return b"".join(encrypt([text], key))


async def read(file: bytes, start: int = 0, end: int = 2**40, key: bytes = KEY) -> bytes:
    async def get(first: int, until: int) -> bytes:
        return file[first:until]

    found = await decrypt(get, len(file), key, "talk.ogg")
    return b"".join([piece async for piece in found.read(start, end)])


@given(
    pieces=st.lists(st.binary(max_size=40), max_size=8),
    start=st.integers(0, 150),
    length=st.integers(0, 150),
    chunk=st.sampled_from([1, 7, 16]),
)
def test_any_part_is_read_back_whatever_its_length(
    pieces: list[bytes], start: int, length: int, chunk: int
) -> None:
    text = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypt, "CHUNK_BYTES", chunk)
        patch.setattr(crypt, "_SEALED_BYTES", chunk + 16)
        file = b"".join(encrypt(pieces, KEY))
        chunks = max(1, -(-len(text) // chunk))
        assert len(file) == 16 + len(text) + 16 * chunks
        assert asyncio.run(read(file)) == text
        assert asyncio.run(read(file, start, start + length)) == text[start : start + length]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
async def test_whole_chunks_are_no_special_case(tmp_path: Path, size: int) -> None:
    file = sealed(TEXT[:size])
    assert await read(file) == TEXT[:size]
    (tmp_path / "talk.ogg").write_bytes(file)
    with opened(tmp_path / "talk.ogg", KEY, "talk.ogg") as plain:
        assert plain.seek(0, io.SEEK_END) == size
        plain.seek(0)
        assert plain.read() == TEXT[:size]


def test_the_layout_is_as_it_is_written_down() -> None:
    """A file of version 1 must be read for ever."""
    file = sealed(b"hello")
    assert file[:6] == b"CCRF\x01\x10"
    assert file[13:16] == b"\0\0\0"
    nonce = file[6:13] + b"\0\0\0\0" + b"\1"
    assert AESGCM(KEY).decrypt(nonce, file[16:], file[:16]) == b"hello"


async def test_only_what_is_needed_is_read() -> None:
    file, asked = sealed(), list[tuple[int, int]]()

    async def get(first: int, until: int) -> bytes:
        asked.append((first, until))
        return file[first:until]

    found = await decrypt(get, len(file), KEY, "talk.ogg")
    assert found.size_bytes == len(TEXT)
    part = b"".join([p async for p in found.read(CHUNK_BYTES + 10, CHUNK_BYTES + 20)])
    assert part == TEXT[CHUNK_BYTES + 10 : CHUNK_BYTES + 20]
    assert asked == [(0, 16), (16 + SEALED_BYTES, 16 + 2 * SEALED_BYTES)]


def test_no_two_files_are_alike() -> None:
    assert sealed() != sealed()


def chunk(file: bytes, number: int) -> bytes:
    return file[16 + number * SEALED_BYTES : 16 + (number + 1) * SEALED_BYTES]


def flip(file: bytes, at: int) -> bytes:
    changed = bytearray(file)
    changed[at] ^= 1
    return bytes(changed)


Harm = Callable[[bytes], bytes]
HARMS: dict[str, Harm] = {
    "a bit of the magic": lambda f: flip(f, 0),
    "the version": lambda f: flip(f, 4),
    "the size of chunks": lambda f: flip(f, 5),
    "a random byte": lambda f: flip(f, 8),
    "a zero": lambda f: flip(f, 15),
    "a bit of the first chunk": lambda f: flip(f, 20),
    "a bit of a tag": lambda f: flip(f, 16 + SEALED_BYTES - 1),
    "the last bit": lambda f: flip(f, len(f) - 1),
    "cut at a chunk's end": lambda f: f[: 16 + 2 * SEALED_BYTES],
    "cut within a chunk": lambda f: f[: 16 + 2 * SEALED_BYTES + 500],
    "cut within a tag": lambda f: f[: 16 + 2 * SEALED_BYTES + 5],
    "cut by a byte": lambda f: f[:-1],
    "cut to its beginning": lambda f: f[:16],
    "cut within its beginning": lambda f: f[:9],
    "nothing left": lambda _: b"",
    "a byte more": lambda f: f + b"\0",
    "a chunk more": lambda f: f + chunk(f, 0),
    "the first chunk gone": lambda f: f[:16] + f[16 + SEALED_BYTES :],
    "a chunk in the middle gone": lambda f: (
        f[: 16 + SEALED_BYTES] + f[16 + 2 * SEALED_BYTES :]
    ),
    "two chunks swapped": lambda f: (
        f[:16] + chunk(f, 1) + chunk(f, 0) + f[16 + 2 * SEALED_BYTES :]
    ),
    "a chunk of another file": lambda f: (
        f[:16] + chunk(sealed(), 0) + f[16 + SEALED_BYTES :]
    ),
    "another file's beginning": lambda f: sealed()[:16] + f[16:],
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
async def test_whatever_is_done_to_a_file_is_found(tmp_path: Path, harm: str) -> None:
    file = HARMS[harm](sealed())
    with pytest.raises(CryptError, match=r"talk\.ogg"):
        await read(file)
    (tmp_path / "talk.ogg").write_bytes(file)
    with pytest.raises(CryptError, match=r"talk\.ogg"):
        with opened(tmp_path / "talk.ogg", KEY, "talk.ogg") as plain:
            plain.read()


async def test_another_key_reads_nothing() -> None:
    with pytest.raises(CryptError, match=r"if its key is right"):
        await read(sealed(), key=os.urandom(32))


async def test_a_reader_is_told_before_he_hears_what_was_changed() -> None:
    file = flip(sealed(), 16 + 2 * SEALED_BYTES + 100)
    assert await read(file, 0, 2 * CHUNK_BYTES) == TEXT[: 2 * CHUNK_BYTES]
    with pytest.raises(CryptError):
        await read(file, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 1)


# -- the keys --------------------------------------------------------------


def base64(fill: int, size: int = 32) -> str:
    return b64encode(bytes([fill]) * size).decode()


def ring(current: str = "new", **keys: int) -> KeyRing:
    return KeyRing({name: base64(fill) for name, fill in keys.items()}, current)


def test_a_files_key_is_wrapped_for_that_file() -> None:
    keys = ring(new=1)
    mine = keys.fresh("2026/11/24/a.ogg")
    assert mine is not None
    assert (len(mine.key), len(mine.wrapped), mine.key_name) == (32, 60, "new")
    assert mine.key not in mine.wrapped
    assert keys.unwrap("new", mine.wrapped, "2026/11/24/a.ogg") == mine.key
    with pytest.raises(CryptError, match="another file's"):
        keys.unwrap("new", mine.wrapped, "2026/11/24/b.ogg")
    other = keys.fresh("2026/11/24/a.ogg")
    assert other is not None
    assert other.key != mine.key


def test_a_wrapped_key_that_was_changed_is_no_key() -> None:
    keys = ring(new=1)
    mine = keys.fresh("a")
    assert mine is not None
    for at in range(60):
        with pytest.raises(CryptError, match="was changed"):
            keys.unwrap("new", flip(mine.wrapped, at), "a")
    for wrapped in (b"", mine.wrapped[:-1], mine.wrapped + b"\0"):
        with pytest.raises(CryptError, match="another length"):
            keys.unwrap("new", wrapped, "a")


def test_keys_are_changed_without_touching_the_files() -> None:
    mine = ring("old", old=1).fresh("a")
    assert mine is not None
    both = ring("new", old=1, new=2)
    again = both.rewrap("old", mine.wrapped, "a")
    assert (again.key, again.key_name) == (mine.key, "new")
    assert ring("new", new=2).unwrap("new", again.wrapped, "a") == mine.key
    with pytest.raises(CryptError, match=r"archive\.keys has no key 'old', which a needs"):
        ring("new", new=2).unwrap("old", mine.wrapped, "a")
    with pytest.raises(CryptError, match=r"archive\.keys\.old is not the key that it was"):
        ring("new", old=3, new=2).rewrap("old", mine.wrapped, "a")


def test_without_a_key_nothing_new_is_encrypted_and_the_old_is_read() -> None:
    mine = ring("old", old=1).fresh("a")
    assert mine is not None
    bare = ring("", old=1)
    assert bare.fresh("b") is None
    assert bare.unwrap("old", mine.wrapped, "a") == mine.key
    with pytest.raises(CryptError, match=r"archive\.key names no key"):
        bare.rewrap("old", mine.wrapped, "a")


@pytest.mark.parametrize(
    ("keys", "current", "said"),
    [
        ({}, "new", r"archive\.key is 'new', but archive\.keys has none"),
        ({"new": base64(1, 16)}, "new", r"archive\.keys\.new has 16 bytes, and not 32"),
        ({"new": base64(1, 33)}, "", r"archive\.keys\.new has 33 bytes"),
        ({"new": "no base64!"}, "new", r"archive\.keys\.new is not base64"),
        ({"new": "schlüssel"}, "new", r"archive\.keys\.new is not base64"),
        ({"new": ""}, "new", "0 bytes"),
    ],
)
def test_settings_that_are_no_keys_are_said_so(
    keys: dict[str, str], current: str, said: str
) -> None:
    with pytest.raises(CryptError, match=said) as caught:
        KeyRing(keys, current)
    for text in keys.values():
        assert not text or text not in str(caught.value), "and never the key"

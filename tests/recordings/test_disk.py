"""Files that are whole or not there, and how much room is left."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccserver.recordings.disk import digest_of, finish, free_share, unfinished, write_unfinished


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "2026/11/24/talk.ogg"
    written = write_unfinished(path, [b"one", b"two"])
    assert not path.exists()
    assert unfinished(path).read_bytes() == b"onetwo"
    finish(path)
    assert path.read_bytes() == b"onetwo"
    assert written == digest_of(path)
    assert (written.size_bytes, written.sha256) == (6, hashlib.sha256(b"onetwo").digest())
    assert list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_the_old_and_nothing_more(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"new"
        raise InterruptedError

    path = tmp_path / "talk.ogg"
    path.write_bytes(b"old")
    with pytest.raises(InterruptedError):
        write_unfinished(path, blocks())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_fullest_disk_counts(tmp_path: Path) -> None:
    mine = os.statvfs(tmp_path)
    share = mine.f_bavail / (mine.f_blocks - mine.f_bfree + mine.f_bavail)
    assert free_share(tmp_path) == pytest.approx(share, abs=0.01)
    assert free_share(tmp_path / "not/made/yet") == pytest.approx(share, abs=0.01)
    assert free_share(tmp_path, Path("/proc")) == 0.0, "it has no room at all"

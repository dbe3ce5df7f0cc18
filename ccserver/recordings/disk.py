"""What the archive asks of a file system: what a file holds, that it lies there for good, and how
much is free."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".part"
"""The name of a file ends in this until it is whole."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What tells one file from any other."""

    size_bytes: int
    sha256: bytes


def digest_of(path: Path) -> Digest:
    """Of all that the file holds. Raises OSError."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
        return Digest(file.tell(), found.digest())


def unfinished(path: Path) -> Path:
    """What the file is called until it is whole."""
    return path.with_name(path.name + UNFINISHED)


def write_unfinished(path: Path, blocks: Iterable[bytes]) -> Digest:
    """Write all of a file, through to the disk, but not yet under its name. Raises OSError.

    What fails leaves nothing behind.
    """
    _make_folder(path.parent)
    part, found, size = unfinished(path), hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for block in blocks:
                file.write(block)
                found.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
            # Who reads it now reads what the disk has, and not what memory still holds.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Digest(size, found.digest())


def finish(path: Path) -> None:
    """Give a file that was written its name, so that it survives a crash. Raises OSError."""
    unfinished(path).replace(path)
    _flush_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """Bring through to the disk what the folder holds."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def free_share(*folders: Path) -> float:
    """How much of the file systems of these folders is free: 0 to 1, of the one that has least.

    As `df` says it: what only root may write does not count. A folder that is not there yet counts
    where it would be made.
    """
    return min(_free_share(folder) for folder in folders)


def _free_share(folder: Path) -> float:
    there = next(p for p in (folder, *folder.resolve().parents) if p.exists())
    found = os.statvfs(there)
    mine = found.f_blocks - found.f_bfree + found.f_bavail
    return found.f_bavail / mine if mine else 0.0

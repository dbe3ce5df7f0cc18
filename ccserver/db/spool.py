"""The journal's waiting room on disk while PostgreSQL is away: lines, in files, in order.

A line is appended whole or not at all. A file is synced when it is full and when it is closed; a
kill loses nothing that was appended, a power cut at most the newest file's end, and then a line
that was cut short is passed over. Files are removed once their lines have been taken. All
functions block on the disk: call them in a thread.
"""

import os
import threading
from pathlib import Path
from typing import BinaryIO

SIZE_MAX_BYTES = 4 * 1024**3
FILE_BYTES = 16 * 1024**2


class SpoolFullError(OSError):
    """The spool has reached the size that it may have."""


class Spool:
    """A queue of lines that outlives the process. One process owns the folder."""

    def __init__(
        self, folder: Path, *, size_max_bytes: int = SIZE_MAX_BYTES, file_bytes: int = FILE_BYTES
    ) -> None:
        """Find what an earlier run has left. Raises OSError when the folder cannot be used."""
        self._folder = folder
        self._size_max_bytes = size_max_bytes
        self._file_bytes = file_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = sorted(folder.glob("*.jsonl"))
        self._next = 1 + (int(self._files[-1].stem) if self._files else 0)
        self._size = sum(file.stat().st_size for file in self._files)
        self._writer: BinaryIO | None = None
        self._reader: BinaryIO | None = None
        self._taken = 0
        # A cancelled caller leaves its thread at work while the next call begins.
        self._one_at_a_time = threading.Lock()

    @property
    def empty(self) -> bool:
        """Whether no line waits."""
        return not self._files

    @property
    def size_bytes(self) -> int:
        """How much disk the waiting lines take."""
        return self._size

    def append(self, line: bytes) -> None:
        """Put a line, which ends in its only line break, at the end.

        Raises OSError, and then no part of it is there.
        """
        with self._one_at_a_time:
            self._append(line)

    def _append(self, line: bytes) -> None:
        if self._size + len(line) > self._size_max_bytes:
            raise SpoolFullError("the journal's spool is full")
        writer = self._writer or self._open()
        end = writer.tell()
        try:
            writer.write(line)
        except OSError:
            # A part may have been written: take it back, or the next line would hang on to it.
            writer.truncate(end)
            writer.seek(end)
            raise
        self._size += len(line)
        if end + len(line) >= self._file_bytes:
            self._close_writer()

    def first(self) -> bytes | None:
        """The first line that waits. It stays until `taken` is called."""
        with self._one_at_a_time:
            while self._files:
                reader = self._reader or self._files[0].open("rb")
                self._reader = reader
                reader.seek(self._taken)
                line = reader.readline()
                if line.endswith(b"\n"):
                    return line
                self._remove_first()
        return None

    def taken(self, line: bytes) -> None:
        """The first line, which this is, has found its place."""
        with self._one_at_a_time:
            self._taken += len(line)
            if self._files and self._taken >= self._files[0].stat().st_size:
                self._remove_first()

    def close(self) -> None:
        """Sync and close the files."""
        with self._one_at_a_time:
            self._close_writer()
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def _open(self) -> BinaryIO:
        path = self._folder / f"{self._next:012d}.jsonl"
        # Unbuffered: what write() has taken is with the kernel, and survives our kill.
        writer = path.open("xb", buffering=0)
        self._next += 1
        self._files.append(path)
        self._writer = writer
        return writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            os.fsync(self._writer.fileno())
            self._writer.close()
            self._writer = None

    def _remove_first(self) -> None:
        if len(self._files) == 1:
            self._close_writer()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        path = self._files.pop(0)
        self._size = max(0, self._size - path.stat().st_size)
        self._taken = 0
        path.unlink()

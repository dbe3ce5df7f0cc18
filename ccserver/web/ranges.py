"""Parts of a file over HTTP: RFC 9110, section 14."""

import re

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII | re.IGNORECASE)
_DIGITS_MAX = 18


class UnsatisfiableError(ValueError):
    """Nothing of the file lies in the range."""


def wanted_range(asked: str | None, size_bytes: int) -> tuple[int, int] | None:
    """The first byte that is wanted, and the one after the last; None: the whole file.

    More than one range, and what is no range of bytes, is answered with the whole file, which
    section 14.2 allows. Raises UnsatisfiableError.
    """
    found = None if asked is None else _RANGE.fullmatch(asked)
    if found is None:
        return None
    first, last = found.groups()
    if not (first or last) or max(len(first), len(last)) > _DIGITS_MAX:
        return None
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
        if last and int(last) < start:
            return None  # not a range: 14.1.2
    if start >= end:
        raise UnsatisfiableError
    return start, end


def content_range(start: int, end: int, size_bytes: int) -> str:
    """The answer's header."""
    return f"bytes {start}-{end - 1}/{size_bytes}"

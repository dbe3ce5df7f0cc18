"""Where things stand in a TOML text. tomllib reads what they are, and does not tell."""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping

Path = tuple[str, ...]
"""From the outermost table inwards; places in lists as digits: `("test", "0", "name")`."""

_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_OTHER = re.compile(r"[^,\]}#\n]+")
"""A number, a date, true or false."""
_BLANKS = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
"""Blanks, ends of lines and comments."""


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of each table, key and item of a list; the first, where a table is opened twice.

    The text is one that tomllib can read; of another, what stands before it is no TOML.
    """
    return _Reader(text).read()


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of this, else of what it would stand in; 1 where that is the whole file."""
    return next(
        (line for length in range(len(path), 0, -1) if (line := lines.get(path[:length]))), 1
    )


class _Reader:
    """Goes through the text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [end.end() for end in re.finditer("\n", text)]
        self._lists: Counter[Path] = Counter()
        self._found: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        table: Path = ()
        self._take(_BETWEEN)
        while self._at < len(self._text):
            before = self._at
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)
            self._take(_BETWEEN)
            if self._at == before:
                break
        return self._found

    def _header(self) -> Path:
        is_list = self._text.startswith("[[", self._at)
        self._at += 1 + is_list
        *outer, name = self._keys() or [""]
        path: Path = ()
        for part in outer:
            path = self._last((*path, part))
            self._note(path)
        path = (*path, name)
        if is_list:
            self._lists[path] += 1
            self._note(path)
            path = self._last(path)
        self._note(path)
        self._at += 1 + is_list
        return path

    def _last(self, path: Path) -> Path:
        """The last item of a list of tables; another table is itself."""
        count = self._lists[path]
        return (*path, str(count - 1)) if count else path

    def _pair(self, table: Path) -> None:
        path = table
        for part in self._keys():
            path = (*path, part)
            self._note(path)
        self._take(_BLANKS)
        if self._next("="):
            self._at += 1
            self._value(path)

    def _keys(self) -> list[str]:
        """`a."b c".d`"""
        found: list[str] = []
        while True:
            self._take(_BLANKS)
            key = self._take(_KEY)
            if not key:
                return found
            found.append(_plain(key))
            self._take(_BLANKS)
            if not self._next("."):
                return found
            self._at += 1

    def _value(self, path: Path) -> None:
        self._take(_BLANKS)
        if self._next("{"):
            self._inside("}", path)
        elif self._next("["):
            self._inside("]", path)
        elif not self._take(_STRING):
            self._take(_OTHER)

    def _inside(self, end: str, path: Path) -> None:
        """What is in braces or brackets."""
        self._at += 1
        place = 0
        while self._at < len(self._text):
            self._take(_BETWEEN)
            before = self._at
            if self._next(end):
                break
            if end == "}":
                self._pair(path)
            else:
                item = (*path, str(place))
                self._note(item)
                self._value(item)
            self._take(_BETWEEN)
            if self._next(","):
                self._at += 1
                place += 1
            if self._at == before:
                return
        self._at += 1

    # -- the text

    def _next(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _take(self, what: re.Pattern[str]) -> str:
        match = what.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _note(self, path: Path) -> None:
        self._found.setdefault(path, bisect_right(self._ends, self._at) + 1)


def _plain(key: str) -> str:
    """A key without its quotes."""
    return next(iter(tomllib.loads(f"{key} = 0"))) if key[0] in "\"'" else key

"""The AMI wire format, without a wire: bytes in, messages out.

An AMI message is lines of `Name: value`, CR LF after each, an empty line at the end. The first line
is `Event:` or `Response:` and says what it is. There is no quoting, so nothing here trusts a line
more than its place allows: what a message *is* comes from its first line alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Final

from typing_extensions import override

from ccserver.ami.errors import AmiProtocolError, UnsafeHeaderError

Headers = Mapping[str, str | Sequence[str]]
"""An action: a sequence of values stands for a header that repeats, as `Variable` may."""

UNFINISHED_BYTES_MAX: Final = 1 << 20
BANNER_BYTES_MAX: Final = 256
LINE_BYTES_MAX: Final = 1022
"""Asterisk reads a line into 1,025 bytes (manager.c, `inbuf`) and drops a longer action unanswered.
Measured on 22.10: 1,022 bytes before the CR LF arrive, 1,023 do not always."""

_BANNER: Final = b"Asterisk Call Manager/"
_EOL: Final = b"\r\n"
_END: Final = b"\r\n\r\n"
_EVENT: Final = b"\r\nevent:"


class Message:
    """What Asterisk said: an event, or the response to an action.

    Names are compared without regard to case. Headers are looked up, and decoded, when asked for:
    most events carry twenty and are asked for five. A value that is no UTF-8 is read as Latin-1, so
    that no byte vanishes and no lone surrogate reaches JSON or PostgreSQL, which refuse it.
    """

    __slots__ = ("_folded", "_lines", "event", "response")

    event: str
    """The event's name, empty for a response. Only the first line can say it."""
    response: str
    """`Success`, `Error` or `Goodbye`; empty for an event. Only the first line can say it."""

    def __init__(self, block: bytes) -> None:
        """Take one message without its empty line at the end."""
        self._lines = _EOL + block
        self._folded = self._lines.lower()
        name, _, value = block.partition(_EOL)[0].partition(b":")
        kind = name.lower()
        self.event = _text(value) if kind == b"event" else ""
        self.response = _text(value) if kind == b"response" else ""

    @property
    def ok(self) -> bool:
        """Whether Asterisk did what it was asked. False for an event."""
        return self.response in {"Success", "Goodbye"}

    @property
    def stamp(self) -> float | None:
        """When Asterisk said it, in epoch seconds by its own clock; None where it did not tell."""
        try:
            stamp = float(self.get("Timestamp"))
        except ValueError:
            return None
        return stamp if isfinite(stamp) else None

    def get(self, name: str, default: str = "") -> str:
        """The first value under `name`: Asterisk's own headers stand before a caller's text."""
        needle = _needle(name)
        at = self._folded.find(needle)
        if at < 0 or (at and needle == _EVENT):
            return default
        return self._value(at + len(needle))

    def all(self, name: str) -> list[str]:
        """Every value under `name`, in order."""
        needle = _needle(name)
        found = []
        at = self._folded.find(needle)
        while at >= 0:
            found.append(self._value(at + len(needle)))
            at = self._folded.find(needle, at + len(needle))
        return found

    def headers(self) -> Iterator[tuple[str, str]]:
        """Every header in order. Lines without a colon are none, and left out."""
        for line in self._lines.split(_EOL):
            name, colon, value = line.partition(b":")
            if colon and name:
                yield name.decode("latin-1"), _text(value)

    def _value(self, start: int) -> str:
        end = self._lines.find(_EOL, start)
        return _text(self._lines[start:] if end < 0 else self._lines[start:end])

    @override
    def __repr__(self) -> str:
        """Say what it is and nothing of what is in it: that may be about a person."""
        return f"<Message {self.event or self.response}>"


class Decoder:
    """Collects bytes until whole messages are there, and passes over the events nobody wants."""

    def __init__(self, wanted: Collection[str]) -> None:
        """Take the names of the wanted events, as Asterisk spells them."""
        self._wanted = frozenset(name.encode() for name in wanted)
        self._unfinished = bytearray()
        self.version = ""
        """AMI's version, from the banner that Asterisk sends first; empty until it has come."""
        self.listing = False
        """While True, events that carry an ActionID are wanted too: some list is being read."""
        self.passed_over = 0
        """How many events were not wanted."""
        self.strays = 0
        """How many blocks were neither event nor response: text with an empty line in it."""

    def feed(self, data: bytes) -> list[Message]:
        """Take in bytes as they came off the socket, and return the messages they complete.

        Raises AmiProtocolError when the other side is no AMI, or when a message does not end within
        `UNFINISHED_BYTES_MAX`. Then the connection is worth nothing more, and neither is this.
        """
        unfinished = self._unfinished
        # Two line ends may be cut anywhere. Nothing before the last three bytes is read again.
        look_from = max(0, len(unfinished) - 3)
        unfinished += data
        if not self.version:
            if not self._read_banner():
                return []
            look_from = 0
        if unfinished.find(_END, look_from) < 0:
            self._bound()
            return []
        *blocks, rest = bytes(unfinished).split(_END)
        unfinished[:] = rest
        self._bound()
        return self._pick(blocks)

    def _read_banner(self) -> bool:
        banner, eol, _ = bytes(self._unfinished[: BANNER_BYTES_MAX + 2]).partition(_EOL)
        if not eol and banner[: len(_BANNER)] == _BANNER[: len(banner)]:
            if len(self._unfinished) > BANNER_BYTES_MAX + 1:
                raise AmiProtocolError("a banner without end")
            return False
        if not banner.startswith(_BANNER):
            raise AmiProtocolError("no banner of Asterisk's manager interface")
        self.version = _text(banner[len(_BANNER) :]) or "unknown"
        del self._unfinished[: len(banner) + 2]
        return True

    def _pick(self, blocks: list[bytes]) -> list[Message]:
        picked = []
        for block in blocks:
            # Some answers end with one empty line too many, which then stands before the next.
            block = block.removeprefix(_EOL)
            if block.startswith(b"Event: "):
                cut = block.find(_EOL, 7)
                name = block[7:cut] if cut >= 0 else block[7:]
                if name in self._wanted or (self.listing and b"\r\nActionID: " in block):
                    picked.append(Message(block))
                else:
                    self.passed_over += 1
            elif block.startswith(b"Response: "):
                picked.append(Message(block))
            elif block:
                self.strays += 1
        return picked

    def _bound(self) -> None:
        if len(self._unfinished) > UNFINISHED_BYTES_MAX:
            raise AmiProtocolError(f"no message end within {UNFINISHED_BYTES_MAX} bytes")


def encode(headers: Headers) -> bytes:
    """Write an action.

    Raises UnsafeHeaderError for what would forge another header (a line break), end the text for
    Asterisk (NUL), or be lost there (a line that is too long, a name that is none).
    """
    lines: list[str] = []
    for name, value in headers.items():
        if ":" in name or not name:
            raise UnsafeHeaderError(f"no name for an AMI header: {name!r}")
        lines += [f"{name}: {one}\r\n" for one in ((value,) if isinstance(value, str) else value)]
    text = "".join(lines)
    broken = text.count("\n") != len(lines) or text.count("\r") != len(lines) or "\0" in text
    if broken or any(len(line.encode(errors="replace")) > LINE_BYTES_MAX + 2 for line in lines):
        raise UnsafeHeaderError(
            f"unsafe value in an AMI action, among {', '.join(map(repr, headers))}"
        )
    try:
        return f"{text}\r\n".encode()
    except UnicodeEncodeError:
        raise UnsafeHeaderError("half a character in an AMI action") from None


def _text(raw: bytes) -> str:
    raw = raw.removeprefix(b" ")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@lru_cache(256)
def _needle(name: str) -> bytes:
    return b"\r\n%b:" % name.lower().encode()

"""A manager interface that says what a test wants: bytes on a real socket."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self, cast

from typing_extensions import override

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
STAMP = "1700000000.250000"

Heard = dict[str, str]
"""One action. A header that repeats is kept once, with its last value."""


def block(*lines: str) -> bytes:
    """One message of these lines."""
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def response(heard: Heard, *lines: str, kind: str = "Success") -> bytes:
    """A response to an action."""
    return block(f"Response: {kind}", f"ActionID: {heard['ActionID']}", *lines)


class FakeAmi:
    """Listens on a free port of 127.0.0.1. Says yes to what the link itself asks.

    `answers` maps an action's name to what is said; None is silence. Tests change it as they go.
    """

    def __init__(self) -> None:
        self.port = 0
        self.banner = BANNER
        self.secret = "right"
        self.booted = BOOTED
        self.answers: dict[str, Callable[[Heard], bytes] | None] = {
            "Login": self._login,
            "Ping": lambda heard: response(heard, "Ping: Pong", f"Timestamp: {STAMP}"),
        }
        self.heard: list[Heard] = []
        """Every action, of all connections, in order."""
        self.raw = b""
        """Every byte that came."""
        self.lines: list[_Line] = []
        """Every connection that was ever made."""
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Cut every line and listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        for line in self.lines:
            await line.gone.wait()

    @property
    def open_lines(self) -> int:
        """How many connections there are now."""
        return sum(not line.gone.is_set() for line in self.lines)

    def names(self) -> list[str]:
        """The names of all actions, in order."""
        return [heard["Action"] for heard in self.heard]

    async def hears(self, name: str, times: int = 1) -> Heard:
        """Wait until an action of this name has come so often; the last of them."""
        while True:
            found = [heard for heard in self.heard if heard["Action"] == name]
            if len(found) >= times:
                return found[times - 1]
            await self._change()

    async def sees(self, true: Callable[[], bool]) -> None:
        """Wait until something is true that a byte or a connection makes true."""
        while not true():
            await self._change()

    def say(self, *data: bytes) -> None:
        """Say it on the newest connection."""
        for piece in data:
            self.lines[-1].transport.write(piece)

    def cut(self) -> None:
        """Break all connections, as a cable does."""
        for line in self.lines:
            line.transport.abort()

    def stop_reading(self) -> None:
        """Let what comes pile up."""
        self.lines[-1].transport.pause_reading()

    def changed(self) -> None:
        """Wake whoever waits for something."""
        self._news.set()

    def answer(self, line: "_Line", heard: Heard) -> None:
        """Say what `answers` has for this action, Success if it has nothing."""
        self.heard.append(heard)
        answer = self.answers.get(heard["Action"], response)
        if answer is not None:
            line.transport.write(answer(heard))

    def _login(self, heard: Heard) -> bytes:
        if heard["Secret"] != self.secret:
            return response(heard, "Message: Authentication failed", kind="Error")
        return response(heard, "Message: Authentication accepted") + self.booted

    async def _change(self) -> None:
        self._news.clear()
        await self._news.wait()


class _Line(asyncio.Protocol):
    def __init__(self, fake: FakeAmi) -> None:
        self.fake = fake
        self.gone = asyncio.Event()
        self.unread = b""
        self.transport: asyncio.Transport

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self.transport.write(self.fake.banner)
        self.fake.lines.append(self)
        self.fake.changed()

    @override
    def data_received(self, data: bytes) -> None:
        self.fake.raw += data
        *blocks, self.unread = (self.unread + data).split(b"\r\n\r\n")
        for one in blocks:
            pairs = (line.partition(": ")[::2] for line in one.decode().split("\r\n"))
            self.fake.answer(self, dict(pairs))
        self.fake.changed()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        self.fake.changed()

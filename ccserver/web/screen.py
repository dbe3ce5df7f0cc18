"""One screen: who is in front of it, what it may say, and how fast."""

import asyncio
from collections.abc import Collection
from typing import NamedTuple

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from ccserver.db.people import Role
from ccserver.web import messages as m
from ccserver.web import requests as ask
from ccserver.web.socket import EXTENSION, LiveSocket, frame_of
from ccserver.web.tokens import Session

HELLO_SECONDS = 5.0
MESSAGE_BYTES_MAX = 16 * 1024
MESSAGES_PER_SECOND = 10.0
MESSAGES_AT_ONCE = 30.0
REFUSED_MAX = 200
"""After so many messages beyond the rate the connection is closed."""


class Screen:
    """An open connection that has said hello."""

    __slots__ = (
        "_left",
        "_left_at",
        "_refused",
        "expires_at",
        "is_floor",
        "me",
        "session",
        "socket",
    )

    def __init__(self, socket: LiveSocket, session: Session, *, now: float) -> None:
        self.socket = socket
        self.session = session
        self.me = session.me
        self.is_floor = session.me.role is not Role.AGENT
        self.expires_at = session.expires_at
        self._left = MESSAGES_AT_ONCE
        self._left_at = now
        self._refused = 0

    @property
    def is_changed(self) -> bool:
        """Whether the person's rights differ from those in the token that was shown."""
        return self.session.is_changed

    def tell(self, message: m.ServerMessage) -> None:
        """Send something to this screen only."""
        self.socket.offer(frame_of(message.model_dump_json().encode()))

    def complain(self, seq: int, error: str, what_to_do: str) -> None:
        """Say that a message could not be used."""
        self.tell(m.BadMessage(seq=seq, error=error, what_to_do=what_to_do))

    def read(self, text: str | bytes, *, seq: int, now: float) -> ask.ClientMessage | None:
        """What the screen says; None, and a complaint, when it cannot be used."""
        if not self._may_speak(now):
            if self._refused == 1:
                self.complain(seq, "Too many messages.", "Send at most 10 a second.")
            if self._refused > REFUSED_MAX:
                self.socket.drop(4429, "too many messages")
            return None
        if isinstance(text, bytes):
            self.complain(seq, "Binary messages mean nothing here.", "Send JSON as text.")
            return None
        try:
            return ask.CLIENT.validate_json(text)
        except ValidationError as error:
            self.complain(seq, _faults(error), "See live.schema.json for what can be said.")
            return None

    def _may_speak(self, now: float) -> bool:
        earned = (now - self._left_at) * MESSAGES_PER_SECOND
        self._left = min(MESSAGES_AT_ONCE, self._left + earned)
        self._left_at = now
        if self._left < 1:
            self._refused += 1
            return False
        self._left -= 1
        self._refused = 0
        return True


def is_same_origin(scope: Scope, others: Collection[str]) -> bool:
    """Whether the page that opens this socket is ours, or one that the operator named.

    A browser always says where the page came from; a program, which no one can lure, does not.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or origin in others:
        return True
    _, _, page = origin.partition("://")
    return page == headers.get(b"host", b"").decode("latin-1")


async def welcome(scope: Scope, receive: Receive, send: Send) -> LiveSocket:
    """Accept the connection."""
    await receive()
    await send({"type": "websocket.accept"})
    socket = scope["extensions"].get(EXTENSION)
    if not isinstance(socket, LiveSocket):
        raise TypeError("the live WebSocket runs only in the server that serve_web starts")
    return socket


async def hear_text(receive: Receive) -> str | bytes | None:
    """The next message; None when the screen is gone."""
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return None
    text: str | bytes | None = event.get("text")
    return event.get("bytes", b"") if text is None else text


class Refusal(NamedTuple):
    """Why a connection is closed before it began."""

    code: int
    reason: str


async def hear_hello(receive: Receive) -> ask.Hello | Refusal:
    """The first message, due within seconds."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            text = await hear_text(receive)
    except TimeoutError:
        return Refusal(4408, "no hello")
    if text is None:
        return Refusal(1000, "gone")
    try:
        hello = ask.CLIENT.validate_json(text)
    except ValidationError as error:
        return Refusal(4400, _faults(error))
    return hello if isinstance(hello, ask.Hello) else Refusal(4400, "say hello first")


def _faults(error: ValidationError) -> str:
    # The input itself is not repeated: it may hold a token. A close reason has 123 bytes at most.
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    text = f"{place}: {first['msg']}" if place else first["msg"]
    return text.encode()[:120].decode(errors="ignore")

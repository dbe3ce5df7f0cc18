"""One screen's WebSocket as bytes: frames that are made once for many, and a bounded backlog.

uvicorn's own `send` waits for a slow reader and would make everyone wait. This class writes
within a few milliseconds where the transport takes it, keeps a short backlog where not,
and lets go of a reader that is stuck. Needs no task: the transport says when it is writable again.
"""

import socket
from collections import deque
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from ccserver.web import figures

if TYPE_CHECKING:
    from asyncio import TimerHandle

BACKLOG_MESSAGES = 2000
"""How many messages may wait for one screen: seconds of a busy floor. All share the same bytes."""

STUCK_SECONDS = 5.0
"""How long a screen may take nothing at all while messages wait for it."""

GATHER_SECONDS = 0.005
"""So long a message that is no card waits for others: no eye sees it, and a write costs more than
making the message did."""

GATHERED_MAX = 32
"""So many messages at most are put together for one write."""

TOO_SLOW = 4410

_BUFFER_BYTES = 64 * 1024
_CLOSE_GRACE_SECONDS = 1.0
EXTENSION = "ccserver.socket"


def frame_of(payload: bytes) -> bytes:
    """One final, unmasked text frame (RFC 6455, 5.2): the same bytes for every reader."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class LiveSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket with an `offer` that never waits. The ASGI scope carries it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gathered: list[bytes] = []
        """Offered a moment ago: they leave as one write."""
        self._backlog: deque[bytes] = deque()
        self._stuck: TimerHandle | None = None
        self._left_bytes = 0

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[EXTENSION] = self
            # What a stuck reader can hold of ours is bounded in the kernel, too.
            raw = self.transport.get_extra_info("socket")
            if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def is_open(self) -> bool:
        """Whether a frame can still be sent."""
        return self.handshake_complete and not self.close_sent and not self.disconnected

    @property
    def waiting(self) -> int:
        """How many messages this reader has not taken yet."""
        return len(self._backlog)

    def offer(self, frame: bytes, *, at_once: bool = False) -> None:
        """Send in a moment, or as soon as the reader takes it; `at_once`: now.

        A reader that is too slow is dropped. A call changes agent and call in the same instant,
        and each write to the kernel costs more than making the message did.
        """
        if not self.is_open:
            return
        if self.writable.is_set() and not self._backlog:
            self._gathered.append(frame)
            if at_once or len(self._gathered) >= GATHERED_MAX:
                self._flush()
            elif len(self._gathered) == 1:
                self.loop.call_later(GATHER_SECONDS, self._flush)
        elif len(self._backlog) < BACKLOG_MESSAGES:
            self._backlog.append(frame)
        else:
            self.drop(TOO_SLOW, "too slow")

    def _flush(self) -> None:
        if self._gathered and self.is_open:
            frames = b"".join(self._gathered)
            self._gathered.clear()
            self.transport.write(frames)

    def drop(self, code: int, reason: str) -> None:
        """Close without waiting for anyone: politely for a second, then hard."""
        if not self.is_open:
            return
        self._flush()
        figures.DROPPED.labels(code).inc()
        self._backlog.clear()
        self._settle()
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            # The peer's answer to the close must be read.
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(_CLOSE_GRACE_SECONDS, self.transport.abort)

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._watch()

    def _watch(self) -> None:
        """Slow is fine, stuck is not: less must be left each time that we look."""
        self._left_bytes = self.transport.get_write_buffer_size()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self._look)

    def _look(self) -> None:
        if self.transport.get_write_buffer_size() < self._left_bytes:
            self._watch()
        else:
            self.drop(TOO_SLOW, "stuck")

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._settle()
        self._flush()
        # Writing may pause us again in the middle; the rest waits for the next time.
        while self._backlog and self.writable.is_set() and self.is_open:
            self.transport.write(self._backlog.popleft())

    @override
    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # A graceful close waits for the dead peer to read what is buffered: it never will.
        self.loop.call_later(_CLOSE_GRACE_SECONDS, self.transport.abort)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._gathered.clear()
        self._backlog.clear()
        self._settle()
        super().connection_lost(exc)

    def _settle(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

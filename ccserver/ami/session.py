"""One conversation with Asterisk, from the connect to the loss: the adapter around panoramisk.

The only file that imports panoramisk 1.4. Kept from it: `Manager` as the object that holds the
connection and sends actions, `AMIProtocol` as its protocol with the table of unanswered actions,
`Action` with its ActionIDs (a uuid4 in each, which no caller can guess), headers and future.
Replaced, because each was seen to fail: the byte path (it drops bytes at every cut, and costs 64 to
86 µs an event), the dispatch (an exception in a handler drops the connection), the rules by which
an action is complete (`QueueAdd` never was), the line format (a line break in a value ran a second
action), what happens to the unanswered at a loss (they were sent again). Reconnecting, log-in and
ping are the link's, which makes a new session for each connection.
"""

import asyncio
import ssl
from collections.abc import Callable, Collection
from typing import Final

# The package ships no types; what is used of it is typed again here.
from panoramisk.actions import Action  # type: ignore[import-untyped]
from panoramisk.ami_protocol import AMIProtocol  # type: ignore[import-untyped]
from panoramisk.manager import Manager  # type: ignore[import-untyped]
from typing_extensions import override

from ccserver.ami.errors import (
    AmiDisconnected,
    AmiError,
    AmiProtocolError,
    AmiRefused,
    AmiTimeout,
)
from ccserver.ami.wire import Decoder, Headers, Message, encode

OnReply = Callable[[Message | AmiError], None]

UNSENT_BYTES_MAX: Final = 1 << 20
"""What may wait for an Asterisk that does not read: some five thousand actions."""


class _Request(Action):  # type: ignore[misc]  # no types
    """An action on its way. Its outcome is told once: to `on_reply`, or else to its future."""

    def __init__(self, headers: Headers, *, as_list: bool, on_reply: OnReply | None) -> None:
        super().__init__(headers, as_list=as_list)
        self.key: str = self["ActionID"]
        self.expires_at: float | None = None
        self.on_reply = on_reply
        self.bytes = encode({**headers, "ActionID": self.key})

    @override
    def add_message(self, message: Message) -> bool:
        """Take what Asterisk said to this action. True when it will say no more."""
        if not self.as_list:
            self.finish(message)
            return True
        self.responses.append(message)
        if message.response and not message.ok:
            self.finish(AmiRefused(message.get("Message")))
        elif message.response and message.get("EventList").lower() != "start":
            self.finish(AmiRefused(f"{self.action} answers with no list"))
        elif message.event and message.get("EventList").lower() == "complete":
            self.finish(message)
        elif message.event and message.get("EventList").lower() == "cancelled":
            self.finish(AmiRefused(f"{self.action} was cut short"))
        else:
            return False
        return True

    def finish(self, outcome: Message | AmiError) -> None:
        """Tell the outcome."""
        if self.on_reply is not None:
            self.on_reply(outcome)
        elif self.future.done():
            pass  # A call that was given up in this very turn of the loop.
        elif isinstance(outcome, AmiError):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class _Protocol(AMIProtocol):  # type: ignore[misc]  # no types
    """The bytes of one connection."""

    def __init__(self, session: "Session", wanted: Collection[str]) -> None:
        self.session = session
        self.decoder = Decoder(wanted)
        self.wanted = frozenset(wanted)

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.session.protocol = self
        transport.set_write_buffer_limits(high=UNSENT_BYTES_MAX)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            messages = self.decoder.feed(data)
        except AmiProtocolError:
            self.session.close("garbage")
            return
        for message in messages:
            if self.closed:
                return
            self.handle_message(message)

    @override
    def handle_message(self, message: Message) -> None:
        """Bring a message to who waits for it. What no one waits for any more is dropped."""
        if message.event in self.wanted:
            # Before any look at the ActionID: a caller's text in a UserEvent answers nothing.
            self.session.dispatch(message)
            return
        key = message.get("ActionID")
        request = self.responses.get(key)
        if request is not None and request.add_message(message):
            self.responses.pop(key, None)

    def pause_writing(self) -> None:
        """Asterisk does not read: better to lose this connection than to grow without end."""
        self.session.close("stuck")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.session.connection_lost(exc)


class Session(Manager):  # type: ignore[misc]  # no types
    """One connection. Once lost it stays lost; its link makes another."""

    protocol: _Protocol | None

    def __init__(
        self,
        *,
        wanted: Collection[str],
        on_event: Callable[[Message], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """`on_event` gets the wanted events in order, `on_lost` one reason. Neither may raise."""
        super().__init__()
        self._wanted = wanted
        self._on_event = on_event
        self._on_lost = on_lost
        self._gone = asyncio.Event()
        self.reason = ""
        """Why it was lost; empty while it is not."""
        self._lists = 0

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Connect. Raises OSError."""
        self.loop = asyncio.get_running_loop()
        await self.loop.create_connection(
            lambda: _Protocol(self, self._wanted), host, port, ssl=tls
        )

    async def lost_within(self, seconds: float) -> None:
        """Wait so long. Raises AmiDisconnected as soon as the connection is lost."""
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            return
        raise AmiDisconnected(self.reason, sent=False)

    async def wait_gone(self) -> None:
        """Wait until nothing of a closed session is left."""
        if self.protocol is not None:
            await self._gone.wait()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.close("closed")
        self._gone.set()

    @override
    def dispatch(self, event: Message) -> None:
        self._on_event(event)

    @property
    def version(self) -> str:
        """AMI's version, as Asterisk says it."""
        return self.protocol.decoder.version if self.protocol is not None else ""

    def passed_over(self) -> int:
        """How many events came since the last time that no one wants."""
        if self.protocol is None:
            return 0
        count, self.protocol.decoder.passed_over = self.protocol.decoder.passed_over, 0
        return count

    def post(self, headers: Headers, on_reply: OnReply, expires_at: float) -> None:
        """Send an action; the response or the failure comes to `on_reply`, exactly once.

        Never waits. The failure may come before this returns. Raises UnsafeHeaderError.
        """
        request = _Request(headers, as_list=False, on_reply=on_reply)
        request.expires_at = expires_at
        self._write(request)

    async def call(self, headers: Headers, limit: float) -> Message:
        """Send an action and wait for its response, which may be an error.

        Raises AmiDisconnected, AmiTimeout, UnsafeHeaderError.
        """
        request = _Request(headers, as_list=False, on_reply=None)
        return await self._outcome(request, limit)

    async def collect(self, headers: Headers, limit: float) -> list[Message]:
        """Send an action that answers with a list, and return the events between start and end.

        Raises AmiDisconnected, AmiTimeout, UnsafeHeaderError, and AmiRefused when Asterisk answers
        with an error or with something that is no list.
        """
        request = _Request(headers, as_list=True, on_reply=None)
        self._lists += 1
        try:
            await self._outcome(request, limit)
        finally:
            self._lists -= 1
            if self.protocol is not None:
                self.protocol.decoder.listing = self._lists > 0
        items: list[Message] = request.responses[1:-1]
        return items

    def expire(self, now: float) -> None:
        """Fail what was posted and is over its time. `now` is the event loop's."""
        if self.protocol is None:
            return
        late = [
            request
            for request in self.protocol.responses.values()
            if request.expires_at is not None and request.expires_at <= now
        ]
        for request in late:
            if self._forget(request):
                request.finish(AmiTimeout(f"no answer to {request.action}"))

    @override
    def close(self, reason: str = "stopped") -> None:
        """Lose the connection. Only the first reason counts, and it is one of these words:

        `closed` by Asterisk or the network, `silent` (a ping unanswered), `stuck` (Asterisk does
        not read), `garbage` (not AMI), `failed` (log-in or resync), `stopped` by us.
        Tells `on_lost` before it fails what was unanswered, so that whoever hears of a failure and
        wants to try again already knows that there is no link.
        """
        protocol = self.protocol
        if self.reason or protocol is None:
            return
        self.reason = reason
        protocol.closed = True
        protocol.transport.abort()
        self._on_lost(reason)
        unanswered = list(protocol.responses.values())
        protocol.responses.clear()
        for request in unanswered:
            request.finish(AmiDisconnected(reason, sent=True))

    def _write(self, request: _Request) -> None:
        if self.protocol is None or self.reason:
            raise AmiDisconnected(self.reason or "down", sent=False)
        if self.protocol.responses.setdefault(request.key, request) is not request:
            raise ValueError("this ActionID is in use")
        if request.as_list:
            self.protocol.decoder.listing = True
        self.protocol.transport.write(request.bytes)

    async def _outcome(self, request: _Request, limit: float) -> Message:
        self._write(request)
        try:
            async with asyncio.timeout(limit):
                message: Message = await request.future
                return message
        except TimeoutError:
            if request.future.done() and not request.future.cancelled():
                # We were slow, not Asterisk: the answer was read as the time ran out.
                late: Message = request.future.result()
                return late
            raise AmiTimeout(f"no answer to {request.action} within {limit} s") from None
        finally:
            self._forget(request)
            if request.future.done() and not request.future.cancelled():
                request.future.exception()  # Cancelled in the turn of a failure: it was seen.

    def _forget(self, request: _Request) -> bool:
        protocol = self.protocol
        if protocol is None or protocol.responses.get(request.key) is not request:
            return False
        del protocol.responses[request.key]
        return True

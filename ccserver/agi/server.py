"""The FastAGI server: one session a call, bounded in everything.

Whatever goes wrong ends in a closed connection, and then the dialplan finds `CC_AGI` unset and
serves the caller without ccserver. That includes a full house and a shutdown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import cast

import structlog
from prometheus_client import Counter, Gauge, Histogram
from typing_extensions import override

from ccserver.agi.wire import (
    AgiProtocolError,
    Dialogue,
    Environment,
    HangupNotice,
    Message,
    Reply,
)

_log = structlog.get_logger("ccserver.agi")

_SESSIONS = Gauge("ccserver_agi_sessions", "Calls that walk a flow now.")
_ENDED = Counter("ccserver_agi_sessions_ended", "AGI sessions, by how they ended.", ["how"])
_COMMANDS = Histogram(
    "ccserver_agi_commands_seconds",
    "From a command to its reply. A prompt's reply comes when it has been played.",
    ["verb"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1, 5, 15, 60),
)

_times_of = cache(_COMMANDS.labels)  # the verbs are few, and each look-up of a label costs 2 µs

COMMAND_SECONDS = 5.0
"""The limit for a command that plays nothing. Asterisk answers it in well under 1 ms."""


class LineLostError(Exception):
    """Nothing more can be said on this session: closed, out of step, or silent for too long."""


class CommandRefusedError(Exception):
    """Asterisk is alive but does not do what it was told (510, 520)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server, one session and one peer may take."""

    sessions: int = 1000
    environment_seconds: float = 3.0
    session_seconds: float = 5 * 3600.0
    """A flow may join its caller with someone outside, for hours."""
    drain_seconds: float = 2.0
    """How long a shutdown waits for callers who are about to leave the flow."""


class Session(asyncio.Protocol):
    """One call's connection: a command at a time, each with its reply."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._dialogue = Dialogue()
        self._transport: asyncio.Transport | None = None
        self._received: Environment | Reply | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lost = ""
        """Why nothing more can be said, empty while it can."""
        self.hung_up = False
        """The caller is gone. Only commands that need no live channel still work."""

    # -- what a route uses

    async def environment(self, *, seconds: float) -> Environment:
        """What Asterisk said of the call."""
        environment = await self._next(seconds, "environment")
        assert isinstance(environment, Environment), "the dialogue begins with it"
        return environment

    async def command(self, verb: str, *arguments: str, seconds: float = COMMAND_SECONDS) -> Reply:
        """Send one command and wait for its reply, at most `seconds`.

        Raises LineLostError, after which the session is useless, or CommandRefusedError. A 511
        (the channel is dead) is returned, with `hung_up` set.
        """
        if self._transport is None or self._lost:
            raise LineLostError(self._lost)
        self._transport.write(self._dialogue.ask(verb, *arguments))
        sent_at = self._loop.time()
        reply = await self._next(seconds, f"reply to {verb}")
        assert isinstance(reply, Reply), "there is one environment"
        _times_of(verb).observe(self._loop.time() - sent_at)
        if reply.code == 511:
            self.hung_up = True
        elif reply.code != 200:
            raise CommandRefusedError(f"{verb}: {reply.text}")
        return reply

    async def _next(self, seconds: float, what: str) -> Environment | Reply:
        if self._received is None and not self._lost:
            self._waiter = self._loop.create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError:
                self.abort(f"no {what} within {seconds:g} s")
            finally:
                self._waiter = None
        if self._received is None:
            raise LineLostError(self._lost)
        received, self._received = self._received, None
        return received

    def abort(self, why: str) -> None:
        """Break the connection off. The first reason is kept."""
        self._lose(why)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End the session once all that was written is sent."""
        self._lose("closed")
        if self._transport is not None:
            self._transport.close()

    # -- what asyncio calls

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is one too, without being declared so.
        self._transport = cast(asyncio.Transport, transport)
        self._server.admit(self)

    @override
    def data_received(self, data: bytes) -> None:
        if self._lost:
            return
        try:
            messages = self._dialogue.feed(data)
        except AgiProtocolError as error:
            self.abort(str(error))
            return
        for message in messages:
            self._take(message)

    @override
    def eof_received(self) -> None:
        self._lose("Asterisk closed the connection")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._lose("connection lost")
        self._transport = None

    def _take(self, message: Message) -> None:
        match message:
            case Environment() | Reply():
                self._received = message
                self._wake()
            case HangupNotice():
                self.hung_up = True

    def _lose(self, why: str) -> None:
        if not self._lost:
            self._lost = why
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


Route = Callable[[Session, Environment], Awaitable[None]]


class Server:
    """Accepts Asterisk's calls and hands each to the route that its script names."""

    def __init__(self, routes: Mapping[str, Route], *, limits: Limits | None = None) -> None:
        self._routes = routes
        self._limits = limits or Limits()
        self._tasks: dict[Session, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._empty = asyncio.Event()
        self.port = 0
        """Where it listens, once `listening` is set."""
        self.listening = asyncio.Event()

    async def serve(self, host: str, port: int) -> None:
        """Serve until cancelled. Then callers who are about to leave the flow may finish."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            self._group = group
            server = await loop.create_server(lambda: Session(self), host, port, backlog=1024)
            self.port = server.sockets[0].getsockname()[1]
            self.listening.set()
            try:
                await loop.create_future()
            finally:
                self.listening.clear()
                self._group = None
                server.close()
                await self._drain()

    async def _drain(self) -> None:
        self._empty.clear()
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.drain_seconds):
                    await self._empty.wait()

    def admit(self, session: Session) -> None:
        """Begin a session, or close it at once when the house is full or closing."""
        if self._group is None or len(self._tasks) >= self._limits.sessions:
            _ENDED.labels("refused").inc()
            session.close()
            return
        self._tasks[session] = self._group.create_task(self._run(session))
        _SESSIONS.inc()

    async def _run(self, session: Session) -> None:
        how = "failed"
        try:
            how = await self._lead(session)
        except asyncio.CancelledError:
            how = "shutdown"
            raise
        except Exception:  # noqa: BLE001 -- the edge of a connection: one call's bug stays its own
            _log.exception("agi session failed")
        finally:
            session.close()
            del self._tasks[session]
            _SESSIONS.dec()
            _ENDED.labels(how).inc()
            if not self._tasks:
                self._empty.set()

    async def _lead(self, session: Session) -> str:
        try:
            environment = await session.environment(seconds=self._limits.environment_seconds)
        except LineLostError:
            return "no_environment"
        route = self._routes.get(environment.script)
        if route is None:
            _log.error("agi script unknown", script=environment.script[:40])
            return "no_route"
        try:
            async with asyncio.timeout(self._limits.session_seconds):
                await route(session, environment)
        except TimeoutError:
            session.abort("the session took too long")
            return "too_long"
        except LineLostError as error:
            _log.warning("agi session lost", leg=environment.uniqueid, why=str(error))
            return "lost"
        return "hung_up" if session.hung_up else "done"

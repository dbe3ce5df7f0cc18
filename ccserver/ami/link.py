"""The link to Asterisk: keeps one logged-in session alive, and says when there is none.

`Link.run` connects, logs in, has Asterisk send the wanted events only, lets its owner look at
everything (`on_up`), and pings each second until the session is lost; then it starts again. It owns
every task that it starts, so that cancelling `run` leaves nothing behind.
"""

import asyncio
import ssl
import traceback
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeVar

import structlog

from ccserver.ami import metrics
from ccserver.ami.errors import (
    AmiDisconnected,
    AmiError,
    AmiLoginRefused,
    AmiRefused,
    AmiTimeout,
)
from ccserver.ami.lag import Lag
from ccserver.ami.session import OnReply, Session
from ccserver.ami.wire import Headers, Message, encode

log = structlog.get_logger("ccserver.ami")
_T = TypeVar("_T")

EVENTS: Final = (
    *("UserEvent", "DTMFEnd", "Hangup", "DialBegin", "ContactStatus", "FullyBooted"),
    "OriginateResponse",
)
"""The events that flow. `FullyBooted` must be among them: the link itself waits for it."""

KEYS_FROM: Final = "^(cc-deliver|cc-ear|cc-off-hook|cc-fallback|cc-room|cc-outside|from-agents)$"
"""The contexts in which a pressed key is told of: those of talks. In a flow it may be secret."""

EVENT_CLASSES: Final = "system,call,user,dtmf"
"""The classes of those events (`Privilege` in Asterisk's words), asked for besides the filter.

Never `dialplan`: `Newexten` carries a dialplan application's arguments as they are, and with them a
caller's text could end the event and forge a whole other one (seen on 22.10).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the link is. A dead Asterisk is noticed after ping plus pong: under 5 s."""

    connect_seconds: float = 5.0
    answer_seconds: float = 5.0
    """The limit of each action at the log-in, and of every `send`."""
    boot_seconds: float = 30.0
    """How long to wait for an Asterisk that is still starting."""
    resync_seconds: float = 30.0
    ping_seconds: float = 1.0
    pong_seconds: float = 3.5
    retry_first_seconds: float = 0.2
    retry_last_seconds: float = 5.0
    retry_refused_seconds: float = 10.0
    """After a refused log-in, which no haste will mend."""
    steady_seconds: float = 10.0
    """How long a session must have lasted for the next retry to be a first one again."""


class Link:
    """One supervised link. Give it to a TaskGroup as `run()`, and send through it meanwhile."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        secret: str,
        on_event: Callable[[Message], None],
        on_up: Callable[["Link"], Awaitable[None]],
        on_down: Callable[[str], None],
        alive: Callable[[], bool],
        now: Callable[[], float],
        rng: Random,
        tls: ssl.SSLContext | None = None,
        events: Collection[str] = EVENTS,
        pace: Pace | None = None,
    ) -> None:
        """`on_event` gets each wanted event in order, at once: it must not block, only post.

        `on_up` runs after each log-in and reads all that is there; events flow meanwhile. If it
        raises, the session is given up and tried again. `on_down` gets the reason (a word of
        `Session.close`), once for each `on_up`, before any failure of an unanswered action is told.
        `alive` says whether ccserver's pump lives: only then is the heartbeat set that keeps
        callers on hold from falling back. `now` is our clock, epoch seconds.
        Raises UnsafeHeaderError for a user or secret that no action can carry.
        """
        self._address = (host, port)
        self._tls = tls
        self._login = {"Action": "Login", "Username": user, "Secret": secret, "Events": "system"}
        encode(self._login)
        self._on_event = on_event
        self._on_up = on_up
        self._on_down = on_down
        self._alive = alive
        self._now = now
        self._rng = rng
        self._pace = pace if pace is not None else Pace()
        self._wanted = tuple(events)
        self._counters = {name: metrics.EVENTS.labels(name) for name in self._wanted}
        self._lag = Lag()
        self._session: Session | None = None
        self._booted = asyncio.Event()
        self._announced = False
        self._resynced = False
        self._refused_beat = False
        self._reason = ""

    # -- sending

    @property
    def up(self) -> bool:
        """Whether actions can be sent."""
        return self._session is not None

    @property
    def ready(self) -> bool:
        """Whether everything was looked at since the log-in: callers are kept from falling back."""
        return self._resynced

    def send(self, headers: Headers, on_reply: OnReply | None = None) -> None:
        """Send an action and go on. Never waits: the write is done when this returns.

        The response, or AmiDisconnected or AmiTimeout (5 to 6 s), comes to `on_reply` exactly once;
        while there is no link, at once, before this returns. Nothing is ever sent again.
        Raises UnsafeHeaderError, and ValueError for an `Originate` that is not `Async`.
        """
        reply = partial(_guarded, "on_reply", on_reply if on_reply is not None else _ignore)
        session = self._session
        if session is None:
            reply(AmiDisconnected("down", sent=False))
            return
        expires_at = asyncio.get_running_loop().time() + self._pace.answer_seconds
        session.post(_checked(headers), reply, expires_at)

    async def call(self, headers: Headers, timeout: float = 5.0) -> Message:
        """Send an action and wait for its response; see `Message.ok` for whether it was done.

        An `Originate` is answered when it is queued; how it went is the event OriginateResponse.
        Raises AmiDisconnected, AmiTimeout, UnsafeHeaderError, and ValueError as `send` does.
        """
        return await self._current().call(_checked(headers), timeout)

    async def collect(self, headers: Headers, timeout: float = 10.0) -> list[Message]:
        """Send an action that answers with a list, and return its items.

        Raises AmiDisconnected (also in the middle of a list), AmiTimeout, UnsafeHeaderError, and
        AmiRefused for an error or an answer that is no list.
        """
        return await self._current().collect(headers, timeout)

    def _current(self) -> Session:
        if self._session is None:
            raise AmiDisconnected("down", sent=False)
        return self._session

    # -- the supervisor

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        delay = self._pace.retry_first_seconds
        loop = asyncio.get_running_loop()
        me = asyncio.current_task()
        cancelling = me.cancelling() if me is not None else 0
        while True:
            began = loop.time()
            failure: BaseException | None = None
            try:
                await self._one_session()
            except* (AmiError, OSError) as group:  # TimeoutError is an OSError
                failure = _first(group)
            if me is not None and me.cancelling() > cancelling:
                # Stopped in the very turn in which the session failed: the group tells the failure.
                raise asyncio.CancelledError
            if loop.time() - began >= self._pace.steady_seconds:
                delay = self._pace.retry_first_seconds
            if isinstance(failure, AmiLoginRefused):
                wait = self._pace.retry_refused_seconds
            else:
                wait = delay * self._rng.uniform(0.5, 1.0)
                delay = min(delay * 2, self._pace.retry_last_seconds)
            self._tell(failure, wait)
            await asyncio.sleep(wait)

    async def _one_session(self) -> None:
        """Connect, log in, and stay until the session is lost, which raises AmiError or OSError."""
        session = Session(wanted=self._wanted, on_event=self._event, on_lost=self._lost)
        self._booted.clear()
        self._refused_beat = False
        try:
            async with asyncio.timeout(self._pace.connect_seconds):
                await session.open(*self._address, self._tls)
            await self._log_in(session)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._begin(session))
                # In the body, since it never ends well: in Python 3.11 a task that fails while its
                # group only waits for it leaves the group's owner marked as being cancelled.
                await self._ping_forever(session)
        except (AmiError, OSError, BaseExceptionGroup):
            session.close("failed")
            raise
        finally:
            session.close("stopped")
            await session.wait_gone()

    async def _log_in(self, session: Session) -> None:
        # With the class `system`, Asterisk says FullyBooted right after its answer, or once it is.
        reply = await session.call(self._login, self._pace.answer_seconds)
        if not reply.ok:
            raise AmiLoginRefused(reply.get("Message"))

    async def _begin(self, session: Session) -> None:
        """Choose the events, wait for an Asterisk that is still starting, and resynchronise."""
        await self._choose_events(session)
        try:
            async with asyncio.timeout(self._pace.boot_seconds):
                await self._booted.wait()
        except TimeoutError:
            log.warning(
                "Asterisk does not say that it has started; going on without",
                fix="give the user `read = system` in manager.conf",
            )
        self._session = session
        self._announced = True
        await self._resync()
        self._resynced = True
        # The first heartbeat at once: until then each new caller falls back.
        self._beat(session, await session.call({"Action": "Ping"}, self._pace.pong_seconds))
        metrics.UP.set(1)
        log.info("link to Asterisk is up", version=session.version)

    async def _choose_events(self, session: Session) -> None:
        limit = self._pace.answer_seconds
        for name in self._wanted:
            reply = await session.call(_filter_for(name), limit)
            if not reply.ok:
                # Everything still works; Asterisk and we do more than we need.
                log.warning(
                    "Asterisk refused the event filter",
                    answer=reply.get("Message"),
                    fix="give the user `write = system` in manager.conf",
                )
                break
        reply = await session.call({"Action": "Events", "EventMask": EVENT_CLASSES}, limit)
        if not reply.ok:
            raise AmiRefused(reply.get("Message"))

    async def _resync(self) -> None:
        try:
            async with asyncio.timeout(self._pace.resync_seconds):
                await self._on_up(self)
        except AmiError:
            raise
        except TimeoutError:
            raise AmiTimeout("the resync took too long") from None
        except Exception as bug:  # the edge of a connection
            _tell_bug("on_up", bug)
            raise AmiError("the resync failed") from bug

    async def _ping_forever(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sent = loop.time()
            try:
                pong = await session.call({"Action": "Ping"}, self._pace.pong_seconds)
            except AmiTimeout:
                session.close("silent")
                raise
            metrics.RTT.observe(loop.time() - sent)
            self._beat(session, pong)
            session.expire(loop.time())
            metrics.PASSED_OVER.inc(session.passed_over())
            await session.lost_within(self._pace.ping_seconds)

    def _beat(self, session: Session, pong: Message) -> None:
        """Set the heartbeat that the dialplan compares with its own clock: Asterisk's."""
        stamp = pong.stamp
        if stamp is None:
            return
        self._lag.of(stamp, self._now())
        if self._resynced and self._alive():
            self.send(
                {"Action": "Setvar", "Variable": "CC_HEARTBEAT", "Value": str(int(stamp))},
                self._beaten,
            )

    def _beaten(self, outcome: Message | AmiError) -> None:
        if isinstance(outcome, Message) and not outcome.ok and not self._refused_beat:
            self._refused_beat = True
            log.error(
                "Asterisk refused the heartbeat; callers on hold will fall back",
                answer=outcome.get("Message"),
                fix="give the user `write = call` in manager.conf",
            )

    # -- what comes from the session

    def _event(self, message: Message) -> None:
        self._counters[message.event].inc()
        stamp = message.stamp
        if stamp is not None:
            metrics.LAG.observe(self._lag.of(stamp, self._now()))
        if message.event == "FullyBooted":
            self._booted.set()
        _guarded("on_event", self._on_event, message)

    def _lost(self, reason: str) -> None:
        self._session = None
        self._resynced = False
        self._reason = reason
        metrics.UP.set(0)
        metrics.DOWN.labels(reason).inc()
        if self._announced:
            self._announced = False
            _guarded("on_down", self._on_down, reason)

    def _tell(self, failure: BaseException | None, wait_seconds: float) -> None:
        host, port = self._address
        line = log.bind(host=host, port=port, retry_in_seconds=round(wait_seconds, 1))
        if isinstance(failure, AmiLoginRefused):
            line.error(
                "Asterisk refused the log-in",
                user=self._login["Username"],
                answer=str(failure),
                fix="compare user and secret of [ami] in ccserver.toml with the user's section in "
                "manager.conf, and see its permit and deny lines",
            )
        elif isinstance(failure, OSError):
            metrics.DOWN.labels("unreachable").inc()
            line.warning(
                "Asterisk cannot be reached",
                error=type(failure).__name__,
                fix="start Asterisk, and see enabled, bindaddr and port in manager.conf",
            )
        else:
            line.warning("link to Asterisk lost", reason=self._reason, error=str(failure))


def _checked(headers: Headers) -> Headers:
    """Refuse what would block the whole session: a call that is placed while everyone waits."""
    action, is_async = str(headers["Action"]), str(headers.get("Async", ""))
    if action.lower() == "originate" and is_async.lower() not in {"true", "yes", "1"}:
        raise ValueError("an Originate must be Async")
    return headers


def _guarded(name: str, handler: Callable[[_T], None], argument: _T) -> None:
    """Call a handler of the owner's. A bug in it is counted and told, and costs no one the link."""
    try:
        handler(argument)
    except Exception as bug:  # noqa: BLE001 -- the edge of a connection
        _tell_bug(name, bug)


def _ignore(_: Message | AmiError) -> None:
    """The outcome of an action that no one asked for."""


def _tell_bug(handler: str, bug: Exception) -> None:
    """Log where it happened, and not what was said: that may be about a person."""
    metrics.HANDLER_ERRORS.labels(handler).inc()
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    log.error(
        "a handler failed",
        handler=handler,
        error=type(bug).__name__,
        where=f"{Path(frame.filename).name}:{frame.lineno}",
    )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure of several; the others follow from it."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def _filter_for(name: str) -> Headers:
    """What lets one kind of events through."""
    wanted = f"action(include),name({name})"
    if name == "DTMFEnd":
        where = {"MatchCriteria": f"{wanted},header(Context),method(regex)", "Filter": KEYS_FROM}
    else:
        where = {"MatchCriteria": wanted}
    return {"Action": "Filter", "Operation": "Add", **where}

"""Feeds the one Center from one inbox: where the core meets time."""

import asyncio
from collections import deque
from collections.abc import Callable
from math import inf

from prometheus_client import Gauge, Histogram

from ccserver.core.center import Center
from ccserver.core.commands import Command, ShowCaller
from ccserver.core.events import Event, Wake

_ROUTING = Histogram(
    "ccserver_routing_latency_seconds",
    "From the event, or the instant, that brought caller and agent together to the offer",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
_STUCK = Gauge(
    "ccserver_stuck_state_count", "Calls and agents that wait for what will not come: must be 0"
)
BEAT_SECONDS = 1.0
"""The pump turns so often even when nothing happens."""


class Host:
    """Runs a Center in real time. Shells `post` events; `perform` carries commands out."""

    def __init__(
        self,
        center: Center,
        *,
        now: Callable[[], float],
        perform: Callable[[Command], None],
        record: Callable[[float, Event, list[Command]], None],
    ) -> None:
        """`record` is told every event with its instant and its commands, in order: the journal."""
        self._center = center
        self._now = now
        self._perform = perform
        self._record = record
        self._inbox: deque[tuple[float, Event]] = deque()
        self._failed: asyncio.Future[None] | None = None
        """There while the host runs; takes the bug that ends it."""
        self._busy = False
        self._last = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = inf
        self.beaten_at = 0.0
        """When the pump last turned: who watches it knows that it lives."""
        _STUCK.set_function(lambda: center.stuck(now()))

    def post(self, event: Event) -> None:
        """Report an event. Never fails.

        It is handled before this returns, which saves each event a turn of the event loop; unless
        the host does not run yet, or this is called while another event is being handled.
        """
        self._inbox.append((self._now(), event))
        if self._failed is not None and not self._busy:
            self._pump()

    async def run(self) -> None:
        """Handle what was posted, then whatever comes, until cancelled. Raises a bug of the core's.

        What is posted after the end waits for ever: whoever posts must end before.
        """
        self._failed = asyncio.get_running_loop().create_future()
        try:
            self._pump()
            await self._failed
        finally:
            self._failed = None
            if self._alarm is not None:
                self._alarm.cancel()

    def _pump(self) -> None:
        self._busy = True
        try:
            self.beaten_at = self._now()
            while self._inbox:
                self._step(*self._inbox.popleft())
            due = self._center.due()
            while due is not None and due <= self._now():
                # A timer may fire a hair early. The core is never asked before its time.
                self._step(due, Wake(), not_before=due)
                due = self._center.due()
            self._set_alarm(due)
        except Exception as bug:  # noqa: BLE001 -- it ends `run`, not the shell that posted
            if self._failed is not None and not self._failed.done():
                self._failed.set_exception(bug)
        finally:
            self._busy = False

    def _step(self, since: float, event: Event, *, not_before: float = 0.0) -> None:
        """`since`: when it was posted, or when it was due."""
        now = self._last = max(self._now(), self._last, not_before)  # it never steps back
        commands = self._center.handle(now, event)
        for command in commands:
            self._perform(command)
            if isinstance(command, ShowCaller):
                _ROUTING.observe(self._now() - since)
        self._record(now, event, commands)

    def _set_alarm(self, due: float | None) -> None:
        """One timer serves many turns: it is moved only when something is due before it."""
        now = self._now()
        at = now + BEAT_SECONDS if due is None else min(now + BEAT_SECONDS, due)
        if at < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm_at = at
            self._alarm = asyncio.get_running_loop().call_later(max(0.0, at - now), self._ring)

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, inf
        self._pump()

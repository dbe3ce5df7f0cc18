"""Feeds the one Center from one inbox: where the core meets time."""

import asyncio
from collections import deque
from collections.abc import Callable

from prometheus_client import Counter, Histogram

from ccserver.core.center import Center
from ccserver.core.commands import Command, Connect
from ccserver.core.events import Event, Wake

_ROUTING = Histogram(
    "ccserver_routing_latency_seconds",
    "From the event that brought caller and agent together to the order that connects them",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
_EVENTS = Counter("ccserver_center_events_total", "Events that the center handled", ("event",))
_COUNTS: dict[type[Event], Counter] = {}

BURST = 100
"""After so many events in a row, everyone else gets a turn."""


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
        self._news = asyncio.Event()
        self._last = 0.0
        self.beaten_at = 0.0
        """When the pump last turned: who watches it knows that it lives."""

    def post(self, event: Event) -> None:
        """Report an event. Never blocks, never fails."""
        self._inbox.append((self._now(), event))
        self._news.set()

    async def run(self) -> None:
        """Handle events in the order in which they came, until cancelled."""
        while True:
            await self._wait()
            self.beaten_at = self._now()
            for _ in range(min(len(self._inbox), BURST)):
                posted_at, event = self._inbox.popleft()
                self._step(posted_at, event)
            due = self._center.due()
            if due is not None and due <= self._now():
                self._step(self._now(), Wake(), not_before=due)
            if self._inbox:
                await asyncio.sleep(0)
            else:
                self._news.clear()

    def _step(self, posted_at: float, event: Event, *, not_before: float = 0.0) -> None:
        # The core's time never steps back, and it is never asked before its own time.
        now = self._last = max(self._now(), self._last, not_before)
        commands = self._center.handle(now, event)
        for command in commands:
            self._perform(command)
            if isinstance(command, Connect):
                _ROUTING.observe(self._now() - posted_at)
        self._record(now, event, commands)
        _count(type(event)).inc()

    async def _wait(self) -> None:
        """Return when there is news or something is due, and at least once a second."""
        due = self._center.due()
        limit = 1.0 if due is None else min(1.0, due - self._now())
        try:
            async with asyncio.timeout(max(0.0, limit)):
                await self._news.wait()
        except TimeoutError:
            pass


def _count(kind: type[Event]) -> Counter:
    count = _COUNTS.get(kind)
    if count is None:
        count = _COUNTS[kind] = _EVENTS.labels(kind.__name__)
    return count

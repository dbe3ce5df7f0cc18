"""What is due when: one deadline for each thing that waits for time to pass."""

import heapq
from collections.abc import Hashable, Iterator
from enum import StrEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Alarm(StrEnum):
    """What is due."""

    AGENT = "agent"
    """A wrap-up, a pause after a missed call, or the grace of a lost screen is over."""
    CALL = "call"
    """The switch should have told something of a call by now."""
    LIMIT = "limit"
    """A caller has waited as long as the queue lets him."""
    ANNOUNCEMENT = "announcement"
    CALLBACK = "callback"
    """The next try may be made, or the time is over."""
    OPENING = "opening"
    """Idle agents of a type may serve someone who waits, whom they could not serve before."""
    RELEASE = "release"
    """A caller who asked for one agent may have another."""
    TAPE = "tape"
    """A recording was paused for long enough."""
    CAMPAIGN = "campaign"
    """A campaign decides anew, by the clock alone."""
    ATTEMPT = "attempt"
    """The connect limit, a preview's time, or the time by which an attempt must have gone on."""


class Timers(Generic[K]):
    """Deadlines by key. Setting one again moves it. Each act costs log(number of deadlines)."""

    def __init__(self) -> None:
        self._at: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._written = 0

    def set(self, key: K, at: float | None) -> None:
        """Let `key` be due at `at`, or (None) never."""
        if at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != at:
            self._at[key] = at
            self._written += 1
            heapq.heappush(self._heap, (at, self._written, key))

    def set_earlier(self, key: K, at: float) -> None:
        """Let `key` be due at `at`, if it is not due before."""
        if self._at.get(key, at) >= at:
            self.set(key, at)

    def __contains__(self, key: K) -> bool:
        """Whether `key` is due at any time."""
        return key in self._at

    def due(self) -> float | None:
        """The earliest deadline."""
        while self._heap:
            at, _, key = self._heap[0]
            if self._at.get(key) == at:
                return at
            heapq.heappop(self._heap)  # moved or taken back since it was written
        return None

    def expire(self, now: float) -> Iterator[K]:
        """Take out and yield the keys whose deadline has come, the earliest first."""
        while (at := self.due()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._at[key]
            yield key


Agenda = Timers[tuple[Alarm, str]]
"""All deadlines of a center: what is due, and for which agent, contact or type of agents."""

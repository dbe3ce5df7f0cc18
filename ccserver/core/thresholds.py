"""Which figures are beyond their thresholds, and which alerts thereby begin and end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ccserver.core.ids import Queue

CALM_SECONDS: Final = 5.0
"""So long a figure must be right again at least before its alert ends: none flickers."""


class Figure(StrEnum):
    """What thresholds watch."""

    WAITING = "waiting"
    """Callers in the queue."""
    LONGEST_WAIT_SECONDS = "longest_wait_seconds"
    SERVICE_LEVEL = "service_level"
    """`sl_excl_short` since the day began, 0 to 1."""
    ABANDON_RATE = "abandon_rate"
    """Since the day began, without short abandons, 0 to 1."""
    AGENTS_AVAILABLE = "agents_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """When a figure turns red."""

    name: str
    figure: Figure
    limit: float
    above: bool
    """True: red above the limit; False: below it."""
    queues: frozenset[Queue] = frozenset()
    """None: each queue by itself."""
    after_seconds: float = 0.0
    """So long it must be so before there is an alert, and so long not before it ends."""
    webhook: bool = False
    """Also told to the address in the settings."""

    def is_beyond(self, value: float | None) -> bool:
        """Whether this is red. Where there is nobody of whom a figure could be told, nothing is."""
        if value is None:
            return False
        return value > self.limit if self.above else value < self.limit


Readings = Mapping[Queue, Mapping[Figure, float | None]]
"""Each queue's figures at one instant; of one that is not named nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Red:
    """A figure that is beyond its threshold, or was a moment ago."""

    threshold: Threshold
    queue: Queue
    since: float
    """When it came to be beyond."""
    value: float | None
    """As it is now."""
    worst: float
    alerted: bool = False
    """There is an alert. Before that it has not been so for long enough."""
    right_since: float | None = None
    """When it came to be within again; None: it is beyond."""


Reds = Mapping[tuple[str, Queue], Red]
"""By threshold's name and queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is red now, and what of it is news."""

    reds: Reds
    began: tuple[Red, ...]
    ended: tuple[Red, ...]


def watch(now: float, thresholds: Iterable[Threshold], readings: Readings, before: Reds) -> Watched:
    """Look at all figures at this instant. `before`: what was red when one last looked."""
    reds: dict[tuple[str, Queue], Red] = {}
    began = []
    for threshold in thresholds:
        for queue in sorted(threshold.queues or readings):
            key = threshold.name, queue
            old = before.get(key)
            if old is not None and old.threshold != threshold:
                old = None  # another limit is another alert
            value = readings.get(queue, {}).get(threshold.figure)
            red = _look(now, threshold, queue, value, old)
            if red is None:
                continue
            reds[key] = red
            if red.alerted and not (old and old.alerted):
                began.append(red)
    ended = tuple(
        red for key, red in before.items() if red.alerted and not _goes_on(red, reds.get(key))
    )
    return Watched(reds=reds, began=tuple(began), ended=ended)


def _goes_on(red: Red, now: Red | None) -> bool:
    return now is not None and now.alerted and now.threshold == red.threshold


def _look(
    now: float, threshold: Threshold, queue: Queue, value: float | None, old: Red | None
) -> Red | None:
    """How this figure stands; None: it is as it should be."""
    if value is None or not threshold.is_beyond(value):
        return None if old is None else _right(now, old, value)
    since = now if old is None else old.since
    worse = max if threshold.above else min
    return Red(
        threshold=threshold,
        queue=queue,
        since=since,
        value=value,
        worst=value if old is None else worse(value, old.worst),
        alerted=(old is not None and old.alerted) or now - since >= threshold.after_seconds,
    )


def _right(now: float, old: Red, value: float | None) -> Red | None:
    """It is as it should be again: for long enough?"""
    if not old.alerted:
        return None
    since = now if old.right_since is None else old.right_since
    if now - since >= max(CALM_SECONDS, old.threshold.after_seconds):
        return None
    return replace(old, value=value, right_since=since)

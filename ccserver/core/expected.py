"""How long a caller will wait: a band that is promised, and how well it has held.

The model: `place` agents must come free, one after the other at a given rate, so the wait is a
sum of that many exponential times (Erlang's distribution). What the model does not know (who
gives up, who passes, who else wants the agents) shows in how often the band was missed: its two
ends are moved after each wait that came out, so that in the long run one wait in ten ends before
the band and one in ten after it, whatever the day is like (stochastic approximation of a
quantile: Robbins and Monro 1951; for intervals: Gibbs and Candes 2021).
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import exp, sqrt

MISSED_SHARE = 0.1
"""Of all waits, so many end before the band and so many after it."""
STEP = 0.08
"""How far a miss moves an end, on a logarithmic scale."""
Z90 = 1.2816
"""The standard normal distribution's 90 % point."""
SCALE_MAX = 4.0
"""No end is moved further than by a factor of e to this."""


@dataclass(frozen=True, slots=True)
class Band:
    """A promise: the wait ends between these."""

    from_seconds: float
    until_seconds: float


SERVED_AT_ONCE = Band(0.0, 0.0)


@dataclass(slots=True)
class _Ends:
    """How far the model's ends are to be moved, as logarithms."""

    low: float = 0.0
    high: float = 0.0


class Expected:
    """Promises waits, by whatever kind of caller behaves alike, and learns from what came."""

    def __init__(self) -> None:
        self._ends: dict[Hashable, _Ends] = {}

    def quote(self, kind: Hashable, place: int, per_second: float) -> Band:
        """The band for a caller at this place (1: the next), where the queue moves so fast."""
        ends = self._ends.get(kind) or _Ends()
        mean = place / per_second
        low = mean * _erlang_quantile(place, -Z90) * exp(ends.low)
        high = mean * _erlang_quantile(place, Z90) * exp(ends.high)
        return Band(min(low, high), max(low, high))

    def learn(self, kind: Hashable, band: Band, waited_seconds: float, *, answered: bool) -> None:
        """A wait has ended. Who gave up inside the band, or before it, tells nothing."""
        if band == SERVED_AT_ONCE:
            return
        late = waited_seconds > band.until_seconds
        if not answered and not late:
            return
        early = waited_seconds < band.from_seconds
        ends = self._ends.setdefault(kind, _Ends())
        ends.low = _bounded(ends.low + STEP * (MISSED_SHARE - early))
        ends.high = _bounded(ends.high + STEP * (late - MISSED_SHARE))


def _erlang_quantile(shape: int, z: float) -> float:
    """A quantile of Erlang's distribution as a multiple of its mean (Wilson and Hilferty 1931)."""
    ninth = 1 / (9 * shape)
    return max(0.0, 1 - ninth + z * sqrt(ninth)) ** 3


def _bounded(logarithm: float) -> float:
    return max(-SCALE_MAX, min(SCALE_MAX, logarithm))

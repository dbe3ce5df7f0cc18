"""How long a caller will wait: a band that is promised, and how well it has held.

The model: those who go before must leave, served one after the other at a given rate or weary of
waiting (as in Erlang A), so the wait is a sum of that many exponential times and one (Erlang's
distribution). What the model does not know (who comes and passes, how the agents' talks end) shows
in how often the band was missed: its two ends are moved after each wait that came out, so that in
the long run one wait in ten ends before the band and one in ten after it, whatever the day is like
(stochastic approximation of a quantile: Robbins and Monro 1951; for intervals: Gibbs and Candes
2021).
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import exp, log1p, sqrt

MISSED_SHARE = 0.1
"""Of all waits, so many end before the band and so many after it."""
STEP = 0.08
"""How far a miss moves an end, on a logarithmic scale."""
FIRST_STEP, STEPS = 0.5, 1.5
"""The first of a kind move it further: the nth as far as STEPS / n, but never this far."""
LOW_AT_FIRST = -0.4
"""Where the lower end begins on that scale: whoever is answered is rather one who was lucky, since
those who were not have hung up."""
PATIENCE_SECONDS = 180.0
"""How long people wait on average before they give up, until some have."""
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

    low: float = LOW_AT_FIRST
    high: float = 0.0
    moved: int = 0
    """How often."""


class Expected:
    """Promises waits, by whatever kind of caller behaves alike, and learns from what came."""

    def __init__(self) -> None:
        self._ends: dict[Hashable, _Ends] = {}
        self._gave_up = 1
        self._waited_seconds = PATIENCE_SECONDS
        """By all, however it ended."""

    def quote(self, kind: Hashable, before: float, per_second: float) -> Band:
        """The band for a caller whom so many go before, where so many are served."""
        ends = self._ends.get(kind) or _Ends()
        place = before + 1
        leaving = self._gave_up / self._waited_seconds
        # The sum, over the places from his to the first, of 1 / (per_second + n x leaving).
        mean = log1p(place * leaving / per_second) / leaving
        low = mean * _erlang_quantile(place, -Z90) * exp(ends.low)
        high = mean * _erlang_quantile(place, Z90) * exp(ends.high)
        return Band(min(low, high), max(low, high))

    def learn(self, kind: Hashable, band: Band, waited_seconds: float, *, answered: bool) -> None:
        """A wait has ended. Who gave up in or before the band tells of patience only."""
        if band == SERVED_AT_ONCE:
            return
        self._waited_seconds += waited_seconds
        self._gave_up += not answered
        late = waited_seconds > band.until_seconds
        if not answered and not late:
            return
        early = waited_seconds < band.from_seconds
        ends = self._ends.setdefault(kind, _Ends())
        ends.moved += 1
        step = max(STEP, min(FIRST_STEP, STEPS / ends.moved))
        ends.low = _bounded(ends.low + step * (MISSED_SHARE - early))
        ends.high = _bounded(ends.high + step * (late - MISSED_SHARE))


def _erlang_quantile(shape: float, z: float) -> float:
    """A quantile of Erlang's distribution as a multiple of its mean (Wilson and Hilferty 1931)."""
    ninth = 1 / (9 * shape)
    return max(0.0, 1 - ninth + z * sqrt(ninth)) ** 3


def _bounded(logarithm: float) -> float:
    return max(-SCALE_MAX, min(SCALE_MAX, logarithm))

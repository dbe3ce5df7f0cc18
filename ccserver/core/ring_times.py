"""How long calls ring until a person answers, or until they end otherwise."""

from collections.abc import Sequence
from typing import Final

from ccserver.core.hazards import forgotten, lognormal_masses

_PRIOR: Final = 20.0
"""So many calls the first guess is worth."""


class RingTimes:
    """Two histograms with bins of one second."""

    def __init__(self, answered: Sequence[float], other: Sequence[float]) -> None:
        self.answered = list(answered)
        self.other = list(other)

    def add(self, rang: float, *, by_person: bool) -> None:
        """A call's end. Only of dials that are all over: else the quick ends count double."""
        bins = self.answered if by_person else self.other
        bins[min(max(0, int(rang)), len(bins) - 1)] += 1.0

    def forget(self, passed: float) -> None:
        """So many seconds went by since the last time."""
        left = forgotten(passed)
        self.answered = [one * left for one in self.answered]
        self.other = [one * left for one in self.other]

    def shape(self) -> tuple[list[float], list[float]]:
        """The shares of the answered by bin; the shares of them below each second, 0 at first."""
        return _shape(self.answered)

    def chances(self, p: float, horizon: int) -> list[list[float]]:
        """For each whole second of a call's age: the chances that a person answers it within the
        next 0.5, 1.5, … s (`horizon` of them), where `p` of all calls are answered by one."""
        shares, answered = _shape(self.answered)
        _, other = _shape(self.other)
        middles = [below + share / 2 for below, share in zip(answered, shares, strict=False)]
        middles += [1.0] * horizon
        rows = []
        for age in range(len(shares)):
            before = answered[age]
            left = p * (1.0 - before) + (1.0 - p) * (1.0 - other[age])
            if left < 1e-6:
                rows.append([0.0] * horizon)
            else:
                of_left = p / left
                ahead = middles[age : age + horizon]
                rows.append([min(1.0, of_left * (one - before)) for one in ahead])
        return rows


def ring_times(ring_seconds: int) -> RingTimes:
    """What is believed of ringing calls before any was seen; 20 s are left for what comes late."""
    bins = ring_seconds + 21
    other = [0.0] * bins
    other[2] = 0.15 * _PRIOR
    other[ring_seconds] = 0.85 * _PRIOR
    return RingTimes(
        lognormal_masses(12.0, 0.6, bins=bins, seconds=1.0, weight=_PRIOR),
        other,
    )


def detection_times() -> RingTimes:
    """What is believed of calls that were picked up, and are listened to: who is it?"""
    first = lognormal_masses(2.0, 0.5, bins=12, seconds=1.0, weight=_PRIOR)
    return RingTimes(first, first)


def _shape(bins: Sequence[float]) -> tuple[list[float], list[float]]:
    whole = sum(bins)
    shares = [one / whole for one in bins]
    below = [0.0]
    for one in shares:
        below.append(below[-1] + one)
    return shares, below

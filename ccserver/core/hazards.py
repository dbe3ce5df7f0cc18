"""How long a talk or a wrap-up lasts, and how soon who is in one will be through with it.

Life tables (Kaplan-Meier): spells that are not over yet count for as long as they have lasted.
Everything learned is forgotten with a time constant of an hour.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import erf, exp, log, sqrt
from typing import Final

FORGET_SECONDS: Final = 3600.0
_TAIL: Final = 0.001
"""Where fewer than this share of the spells last so long, one hazard holds for all that follows."""


def lognormal_masses(
    mean: float, cv: float, *, bins: int, seconds: float, weight: float
) -> list[float]:
    """The weight of a lognormal distribution in each bin of `seconds`; the last has the rest."""
    variance = log(1.0 + cv * cv)
    middle, spread = log(mean) - variance / 2, sqrt(2.0 * variance)
    below = [0.0]
    below += [0.5 * (1 + erf((log(n * seconds) - middle) / spread)) for n in range(1, bins)]
    below.append(1.0)
    return [weight * (b - a) for a, b in pairwise(below)]


def forgotten(seconds: float) -> float:
    """What is left after so long."""
    return exp(-seconds / FORGET_SECONDS)


class LifeTable:
    """How many spells ended in each bin of their age."""

    def __init__(self, ends: Sequence[float], seconds: float) -> None:
        self.ends = list(ends)
        self.seconds = seconds

    def add(self, lasted: float) -> None:
        """A spell is over."""
        self.ends[min(int(lasted / self.seconds), len(self.ends) - 1)] += 1.0

    def forget(self, passed: float) -> None:
        """So many seconds went by since the last time."""
        left = forgotten(passed)
        self.ends = [one * left for one in self.ends]

    def hazards(self, unfinished: Iterable[float]) -> list[float]:
        """The chance to end within each bin for who has reached it; `unfinished`: ages in s."""
        bins = len(self.ends)
        open_whole, open_part = [0.0] * (bins + 1), [0.0] * bins
        for age in unfinished:
            at = min(int(age / self.seconds), bins - 1)
            open_whole[at] += 1.0
            open_part[at] += min(1.0, age / self.seconds - at)
        hazards, risks = [0.0] * bins, [0.0] * bins
        reached = 0.0
        for at in range(bins - 1, -1, -1):
            reached += self.ends[at] + open_whole[at + 1]
            risks[at] = reached + open_part[at]
            hazards[at] = self.ends[at] / risks[at] if risks[at] > 0 else 0.0
        alive, tail = 1.0, bins - 1
        for at, hazard in enumerate(hazards):
            alive *= 1.0 - hazard
            if alive < _TAIL:
                tail = at
                break
        pooled = slice(tail - tail // 3, tail + 1)
        of_all = sum(self.ends[pooled]) / max(1e-9, sum(risks[pooled]))
        hazards[tail:] = [min(1.0, max(1e-4, of_all))] * (bins - tail)
        return hazards


def survivals(hazards: Sequence[float]) -> list[float]:
    """The share that lasts to the beginning of each bin, and past the last one."""
    alive = [1.0]
    for hazard in hazards:
        alive.append(alive[-1] * (1.0 - hazard))
    return alive


class Survival:
    """The share that lasts longer than any time, between the bins by straight lines."""

    def __init__(self, hazards: Sequence[float], seconds: float) -> None:
        self._alive = survivals(hazards)
        self._seconds = seconds
        self._last = hazards[-1]

    def at(self, age: float) -> float:
        """The share that lasts longer than `age` seconds."""
        place = age / self._seconds
        bin_ = int(place)
        bins = len(self._alive) - 1
        if bin_ >= bins:
            return self._alive[bins] * float((1.0 - self._last) ** (place - bins))
        return self._alive[bin_] + (place - bin_) * (self._alive[bin_ + 1] - self._alive[bin_])


def through_wrap(hazards: Sequence[float], times: Sequence[float]) -> list[list[float]]:
    """For each whole second of a wrap-up's age: the chances to be through within `times`."""
    share = Survival(hazards, 1.0)
    last = hazards[-1]
    rows = []
    for age in range(len(hazards)):
        now = share.at(age)
        if now < _TAIL:
            rows.append([1.0 - (1.0 - last) ** t for t in times])
        else:
            rows.append([1.0 - share.at(age + t) / now for t in times])
    return rows


def through_talk(
    talk: Sequence[float], wrap: Sequence[float], times: Sequence[float], seconds: float
) -> list[list[float]]:
    """For each bin of a talk's age: the chances to be through with talk and wrap-up within each of
    `times`. Who is in a bin is taken to be in its middle."""
    after = Survival(wrap, 1.0)
    steps = 5
    half = seconds / 2
    starts, width = [0.0], [half]
    while starts[-1] + width[-1] < times[-1]:
        starts.append(starts[-1] + width[-1])
        width.append(seconds)
    # The talk ends somewhere within a piece: the mean over it of being through with the wrap-up.
    kernels = [
        [
            sum(
                1.0 - after.at(t - start - (n + 0.5) * wide / steps)
                for n in range(steps)
                if t > start + (n + 0.5) * wide / steps
            )
            / steps
            for t in times
        ]
        for start, wide in zip(starts, width, strict=True)
    ]
    rows = []
    bins = len(talk)
    for age in range(bins):
        left = (1.0 - talk[age]) ** 0.5
        row = [(1.0 - left) * one for one in kernels[0]]
        for n, kernel in enumerate(kernels[1:], 1):
            ends = left * talk[min(age + n, bins - 1)]
            left -= ends
            row = [a + ends * b for a, b in zip(row, kernel, strict=True)]
        rows.append(row)
    return rows

"""How long callers are willing to wait, as far as what was seen can tell.

Whoever was answered would have waited longer, nobody knows how much longer: such a wait is
censored. Taking only those who gave up, or everyone's mean wait, makes callers look impatient.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from random import Random

TAIL_SHARE = 0.1
TAIL_EVENTS = 10
"""The tail is as steep as its last tenth of the abandons, and at least so many, make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long one caller waited, and whether that was the end of the patience."""

    seconds: float
    abandoned: bool
    """Else answered, or sent elsewhere: the wait is censored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The law of patience, estimated by `estimate`."""

    steps: tuple[float, ...]
    """Seconds at which callers gave up, rising."""
    left: tuple[float, ...]
    """The share that is still patient just after each step."""
    tail_per_second: float
    """The rate at which callers give up past the last step: nothing was seen there, so that the
    law goes on without memory."""
    abandoned: int
    censored: int
    exponential_mean_seconds: float
    """All seconds waited for each abandon: the best estimate if patience has no memory."""

    def still_patient(self, seconds: float) -> float:
        """The share that waits longer than this."""
        step = bisect_right(self.steps, seconds)
        left = self.left[step - 1] if step else 1.0
        if step < len(self.steps) or not self.steps:
            return left
        return left * math.exp(-self.tail_per_second * (seconds - self.steps[-1]))

    def quantile_seconds(self, share: float) -> float:
        """So many seconds pass until this share of the callers has given up."""
        return self._when(1.0 - share)

    def draw(self, luck: Random, *, past_seconds: float = 0.0) -> float:
        """The patience of a caller who is known to have waited for so long already.

        By inverse transform. Infinite where nobody ever gave up.
        """
        alive = self.still_patient(past_seconds)
        if not self.steps:
            return math.inf
        if alive <= 0.0:
            # Longer than anyone was seen to wait, when the last one seen gave up.
            return past_seconds + luck.expovariate(self.tail_per_second)
        return max(past_seconds, self._when(alive * (1.0 - luck.random())))

    def _when(self, left: float) -> float:
        """When no more than this share is still patient."""
        if not self.steps:
            return math.inf
        if left < self.left[-1]:
            beyond = math.log(self.left[-1] / left) if left > 0.0 else math.inf
            return self.steps[-1] + beyond / self.tail_per_second
        # `left` falls from step to step: look for it from the other end.
        low, high = 0, len(self.left) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.left[middle] <= left else (middle + 1, high)
        return self.steps[low] if left < 1.0 else 0.0


def estimate(waits: Iterable[Wait]) -> Patience:
    """The product-limit estimate (Kaplan and Meier 1958).

    At equal seconds those who gave up go before those who were answered, as is the custom: the
    answered one was still there. The tail beyond the last abandon is exponential, at the rate that
    the last abandons have. Who did not wait at all tells nothing and is not counted.
    """
    ordered = sorted((w for w in waits if w.seconds > 0.0), key=lambda wait: wait.seconds)
    at_risk, left = len(ordered), 1.0
    steps: list[float] = []
    survival: list[float] = []
    abandoned = 0
    for seconds, together in groupby(ordered, key=lambda wait: wait.seconds):
        group = list(together)
        gone = sum(wait.abandoned for wait in group)
        if gone:
            left *= 1.0 - gone / at_risk
            steps.append(seconds)
            survival.append(left)
        abandoned += gone
        at_risk -= len(group)
    waited = sum(wait.seconds for wait in ordered)
    return Patience(
        steps=tuple(steps),
        left=tuple(survival),
        tail_per_second=_tail_per_second(ordered, abandoned),
        abandoned=abandoned,
        censored=len(ordered) - abandoned,
        exponential_mean_seconds=waited / abandoned if abandoned else math.inf,
    )


def _tail_per_second(ordered: list[Wait], abandoned: int) -> float:
    """Abandons for each second waited, past the place where the tail begins."""
    events = [wait.seconds for wait in ordered if wait.abandoned]
    last = max(TAIL_EVENTS, math.ceil(TAIL_SHARE * abandoned))
    begin = events[-last - 1] if len(events) > last else 0.0
    if not events or events[-1] <= begin:
        begin = 0.0  # none, or the last of them all at once: no tail to be told from the rest
    exposed = sum(max(0.0, wait.seconds - begin) for wait in ordered)
    return sum(seconds > begin for seconds in events) / exposed if exposed else 0.0

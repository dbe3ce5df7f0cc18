"""How many calls are to be expected on a day that is under way, from the same weekday before.

The usual day: for each quarter of an hour the mean over the past days, the fewest and the most
left out where there are `TRIM_DAYS` days or more, so that one strange day (a broken line, a
campaign) counts little. As a trimmed mean of skewed counts is a little low, the whole curve is
then stretched to the trimmed mean of the days' totals. Days without any call are no days.

How busy today is: calls of a day come as a Poisson stream whose rate is the usual one times the
day's own busyness, which is Gamma distributed with mean 1 and shape k. After n calls where m
were usual, the best guess of today's busyness is (k + n) / (k + m): the usual day in the morning,
what is seen in the evening. k is taken from how much the past days' totals differ beyond chance:
mean² / (variance - mean).

Sources: J. W. Taylor, "A Comparison of Univariate Time Series Methods for Forecasting Intraday
Arrivals at a Call Center", Management Science 54 (2008): such seasonal means are hard to beat
beyond some days ahead; G. Jongbloed and G. Koole, "Managing uncertainty in call centres using
Poisson mixtures", Applied Stochastic Models in Business and Industry 17 (2001): the Gamma busyness;
H. Shen and J. Z. Huang, "Interday Forecasting and Intraday Updating of Call Center Arrivals",
Manufacturing & Service Operations Management 10 (2008): updating by the day so far.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, variance
from typing import Final

QUARTERS: Final = 96
"""Of an hour, in a day: by the clock on the wall."""

WEEKS: Final = 8
"""So far back it is looked."""

TRIM_DAYS: Final = 5
SHAPE_USUAL: Final = 50.0
"""k where too few days are known: busyness differs by 14 % (1 / sqrt(k))."""
SHAPE_MIN: Final = 1.0
SHAPE_MAX: Final = 100.0
"""Eight days alike prove little: busyness differs by 10 % at least."""
_DAYS_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is to be expected of a day, for each quarter of an hour."""

    usual: tuple[float, ...]
    """Calls on a usual day."""
    busyness: float
    """Today, as a multiple of the usual."""
    expected: tuple[float, ...]
    """From `begun` on the usual times the busyness; before it what has come."""
    total: float
    """Calls of the whole day: those that have come and those that are expected."""
    days: int
    """Past days that this was learnt from."""


def forecast(past: Sequence[Sequence[int]], today: Sequence[int]) -> Forecast | None:
    """What is to be expected today.

    `past`: the calls of each earlier day, by quarter; `today`: those of each quarter that is over.
    None: no past day had a call.
    """
    days = [day for day in past if sum(day)]
    if not days:
        return None
    usual = _usual(days)
    begun = len(today)
    busyness = _busyness([sum(day) for day in days], sum(today), sum(usual[:begun]))
    expected = (*map(float, today), *(busyness * calls for calls in usual[begun:]))
    return Forecast(
        usual=usual,
        busyness=busyness,
        expected=expected,
        total=sum(expected),
        days=len(days),
    )


def past_days(day: date, special: Container[str]) -> list[date]:
    """The same weekday of the weeks before, newest first. `special`: holidays and the like, as
    `2026-10-01`, which are left out."""
    days = (day - timedelta(weeks=week) for week in range(1, WEEKS + 1))
    return [one for one in days if one.isoformat() not in special]


def _usual(days: Sequence[Sequence[int]]) -> tuple[float, ...]:
    curve = [_trimmed(quarter) for quarter in zip(*days, strict=True)]
    total = _trimmed([sum(day) for day in days])
    drawn = sum(curve)
    if not drawn:
        # So few calls that no quarter has them on more than one day.
        return tuple(fmean(quarter) for quarter in zip(*days, strict=True))
    return tuple(calls * total / drawn for calls in curve)


def _trimmed(numbers: Sequence[int]) -> float:
    if len(numbers) < TRIM_DAYS:
        return fmean(numbers)
    return fmean(sorted(numbers)[1:-1])


def _busyness(totals: Sequence[int], came: int, usual: float) -> float:
    shape = _shape(totals)
    return (shape + came) / (shape + usual)


def _shape(totals: Sequence[int]) -> float:
    if len(totals) < _DAYS_MIN:
        return SHAPE_USUAL
    mean = fmean(totals)
    beyond_chance = variance(totals) - mean
    if beyond_chance <= 0:
        return SHAPE_MAX
    return min(SHAPE_MAX, max(SHAPE_MIN, mean * mean / beyond_chance))

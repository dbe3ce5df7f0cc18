"""Policies side by side on the same days, and how sure the differences are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from ccserver.sim.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure under one policy, over the days; and against the baseline, day by day."""

    mean: float
    error: float
    """Standard error of the mean."""
    difference: float
    """Mean of the daily differences to the baseline."""
    difference_error: float
    """Its standard error: much smaller than that of two means, since the callers are the same."""
    relative: float | None
    """Difference / the baseline's mean."""
    relative_error: float | None


def compare(days: Mapping[str, Sequence[Figures]], baseline: str) -> dict[str, dict[str, Measure]]:
    """By policy and figure. `days`: for each policy the figures of the same days, in order."""
    values = {policy: [figures_of(one) for one in some] for policy, some in days.items()}
    names = values[baseline][0].keys()
    return {
        policy: {
            name: measure([day[name] for day in some], [day[name] for day in values[baseline]])
            for name in names
        }
        for policy, some in values.items()
    }


def figures_of(day: Figures) -> dict[str, float]:
    """What policies are compared by."""
    found = {
        "value_lost": day.all.value_lost,
        "value_missing_target": day.all.value_missing_target,
        "abandon_rate": day.all.abandon_rate,
        "asa_s": day.all.asa_s,
    }
    for name, tier in day.tiers.items():
        found[f"service_level.{name}"] = 1.0 if tier.service_level is None else tier.service_level
        found[f"wait_p99.{name}"] = tier.wait.p99
        found[f"wait_max.{name}"] = tier.wait.max
    return found | {
        "occupancy": day.occupancy.mean,
        "occupancy_spread": day.occupancy.spread,
        "last_agent": day.last_agent.share,
    }


def measure(values: Sequence[float], against: Sequence[float]) -> Measure:
    """One figure's mean, and its paired difference."""
    differences = [one - other for one, other in zip(values, against, strict=True)]
    difference, error, base = fmean(differences), _error(differences), fmean(against)
    return Measure(
        mean=fmean(values),
        error=_error(values),
        difference=difference,
        difference_error=error,
        relative=difference / base if base else None,
        relative_error=error / base if base else None,
    )


def _error(values: Sequence[float]) -> float:
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0

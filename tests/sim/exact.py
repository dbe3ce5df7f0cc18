"""What is known exactly of queues, and how to tell whether simulated days agree with it.

The tolerance is the Monte-Carlo error of the days themselves: days are independent, so the spread
of their means tells how far the mean of all may be off.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import factorial, sqrt
from statistics import fmean, stdev

from ccserver.sim.contacts import HOUR_SECONDS, Contact
from ccserver.sim.day import Day, run
from ccserver.sim.scenario import Scenario
from ccserver.sim.stage import DAY_BEGINS
from tests.sim.scenarios import STANDARD, pool

TALK = 180.0
ERRORS_ALLOWED = 4.0
"""So many standard errors: a right simulator fails once in 16,000 comparisons."""

WARM_SECONDS = HOUR_SECONDS
"""A day begins empty, formulas hold for one that always was: the first hour is not looked at."""


def erlang_c(agents: int, load: float) -> float:
    """The probability to wait in M/M/n."""
    last = load**agents / factorial(agents) * agents / (agents - load)
    return last / (sum(load**k / factorial(k) for k in range(agents)) + last)


def erlang_a(agents: int, load: float, patience: float) -> dict[str, float]:
    """M/M/n+M by its birth and death equations, with far more room than anyone needs."""
    weights = [1.0]
    for k in range(1, agents + 2000):
        leaving = min(k, agents) / TALK + max(0, k - agents) / patience
        weights.append(weights[-1] * load / TALK / leaving)
    total = sum(weights)
    waiting = sum(max(0, k - agents) * w for k, w in enumerate(weights)) / total
    rate = load / TALK
    return {
        "waits": sum(weights[agents:]) / total,
        "abandons": waiting / patience / rate,
        "wait": waiting / rate,
    }


def cobham(agents: int, loads: Sequence[float]) -> list[float]:
    """The mean wait of each class, best first, where talks are not broken off (Cobham 1954)."""
    until_free = erlang_c(agents, sum(loads)) * TALK / agents
    busy = [sum(loads[: k + 1]) / agents for k in range(len(loads))]
    return [until_free / (1 - a) / (1 - b) for a, b in zip([0.0, *busy[:-1]], busy, strict=True)]


def differs(
    expected: float, days: Sequence[Day], figure: Callable[[Sequence[Contact]], float]
) -> str:
    """What is wrong with a figure; nothing when it is as expected."""
    found = [figure(warm(day)) for day in days]
    error = stdev(found) / sqrt(len(found))
    told = f"{fmean(found):.4f} +- {error:.4f}, expected {expected:.4f}"
    if error > 0.25 * expected:
        return f"too few days to tell: {told}"
    return "" if abs(fmean(found) - expected) < ERRORS_ALLOWED * error else told


def warm(day: Day) -> list[Contact]:
    """Those who came after the first hour."""
    begin = DAY_BEGINS + WARM_SECONDS
    return [contact for contact in day.contacts if contact.at > begin]


def waits(some: Sequence[Contact]) -> float:
    """The share who were not answered at once."""
    return sum(contact.wait_s > 0 for contact in some) / len(some)


def mean_wait(some: Sequence[Contact]) -> float:
    return fmean(contact.wait_s for contact in some)


def abandons(some: Sequence[Contact]) -> float:
    return sum(contact.agent is None for contact in some) / len(some)


def days_of(scenario: Scenario, count: int, policy: str = "") -> list[Day]:
    return [run(scenario, policy, seed) for seed in range(count)]


def patient(agents: int, load: float, hours: int) -> Scenario:
    return pool(agents=agents, calls_per_hour=load * 3600 / TALK, hours=hours)


def impatient(agents: int, load: float, patience: float, hours: int) -> Scenario:
    tier = replace(STANDARD, patience_mean_s=patience)
    return pool(agents=agents, calls_per_hour=load * 3600 / TALK, hours=hours, tier=tier)

"""A month of a car maker's traffic through the simulated center, on one core.

350,000 calls and 200 agents: 22 working days of twelve hours, with two peaks a day and two shifts
of eight hours that overlap in the middle. That is 15,900 calls a day, 80 for each agent, who is
busy a little more than half of his time; the whole staff for 24 hours would have no one to wait.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from statistics import fmean

from rich.progress import track

from ccserver.cli.terminal import spare_the_collector
from ccserver.sim.day import run
from ccserver.sim.figures import figures
from ccserver.sim.scenario import AgentGroup, Scenario
from ccserver.sim.study import study
from tests.bench.report import Row

CALLS, AGENTS, DAYS = 350_000, 200, 22
SECONDS_MAX = 60.0
PROFILE = (0.6, 1.0, 1.3, 1.3, 0.9, 0.8, 1.1, 1.3, 1.2, 1.0, 0.8, 0.7)
"""The hours from 8 to 20, as multiples of the mean."""
SHIFTS = ((0.0, 8.0), (4.0, 12.0))


def scenario() -> Scenario:
    """One of the days."""
    hours = len(PROFILE)
    rate = CALLS / DAYS / sum(PROFILE)
    return replace(
        study(AGENTS, rate),
        hours=hours,
        arrivals=tuple(rate * part for part in PROFILE),
        surge=(),
        agents=tuple(_in_shifts(study(AGENTS, rate).agents)),
    )


def _in_shifts(groups: tuple[AgentGroup, ...]) -> Iterator[AgentGroup]:
    """Half of each group comes early; of odd ones the odd agent, in turn."""
    odd = 0
    for group in groups:
        early = (group.count + odd) // 2
        odd = (odd + group.count) % 2
        for count, shift in zip((early, group.count - early), SHIFTS, strict=True):
            yield replace(group, count=count, shift=shift)


def month_rows(days_factor: float) -> list[Row]:
    """Live through it. With a factor below 1 only some days, and the rest is extrapolated."""
    wanted = min(DAYS, max(1, round(DAYS * days_factor)))
    one = scenario()
    spare_the_collector()
    calls, waited, seconds = 0, 0, 0.0
    busy = []
    for seed in track(range(1, wanted + 1), "month"):
        began = time.process_time()
        day = run(one, "balanced", seed)
        seconds += time.process_time() - began
        calls += len(day.contacts)
        waited += sum(contact.wait_s > 0 for contact in day.contacts)
        busy.append(figures([day]).occupancy.mean)
    whole = "" if wanted == DAYS else f", extrapolated from {wanted} days"
    month = seconds * CALLS / calls if whole else seconds
    return [
        Row(name="a month: calls", value=calls, goal=None if whole else (">=", 0.99 * CALLS)),
        Row(name=f"a month of {AGENTS} agents on one core{whole}", value=month, unit="s CPU",
            goal=("<=", SECONDS_MAX)),
        Row(name="a month: a call", value=1e6 * seconds / calls, unit="us CPU"),
        Row(name="a month: callers who wait", value=100 * waited / calls, unit="%"),
        Row(name="a month: agents busy", value=100 * fmean(busy), unit="%"),
    ]  # fmt: skip

"""Simulated days for the ACD's bench, side by side on all processors."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from statistics import fmean

from rich.progress import track
from typing_extensions import override

from ccserver.core.ids import Queue
from ccserver.core.pools import HandleTimes
from ccserver.sim.compare import figures_of
from ccserver.sim.day import Day
from ccserver.sim.figures import figures
from ccserver.sim.study import TALKS, study
from ccserver.sim.world import World

PROCESSES = 2

WRONG_BY = 0.3
"""In the days whose handle times are wrong, each skill's is so much too long or too short."""

SIMPLE = ("fifo", "priority", "age")
"""The baselines. They know no last agent: whoever has been idle longest takes the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What days are lived by: a team, a load, a rule."""

    agents: int
    load: str
    policy: str
    storm: str = ""
    variant: str = ""
    """`language at once`, `times unknown`, `times wrong`, or as usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What is kept of one day."""

    figures: dict[str, float]
    occupancies: list[float]
    """Of each agent."""
    calls: int
    decisions: int
    cpu_seconds: float


class Unknown(HandleTimes):
    """Nothing is ever learnt: all contacts count as equally long."""

    @override
    def add(self, queue: Queue, seconds: float) -> None:
        """Forget it."""


class Wrong(HandleTimes):
    """What is learnt is wrong: for each skill by the same share all day, up or down by lot."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        luck = Random(f"wrong {seed}")
        self._factors = {skill: 1 + luck.choice((-1, 1)) * WRONG_BY for skill in TALKS}

    @override
    def of(self, queue: Queue) -> float:
        """The mean of a queue, wrong."""
        return super().of(queue) * self._factors[queue.partition("-")[0]]


def live(job: tuple[Case, int]) -> Lived:
    """One day."""
    case, seed = job
    seconds = 0.0 if case.variant == "language at once" else None
    scenario = study(case.agents, case.load, storm=case.storm, language_seconds=seconds)
    if case.policy in SIMPLE:
        scenario = replace(scenario, affinity_days=0.0)
    world = World(scenario, policy=case.policy, seed=seed)
    if case.variant.startswith("times"):
        # No rule of the product makes it misjudge handle times: here they are put in its place.
        times = Unknown() if case.variant == "times unknown" else Wrong(seed)
        world.center._router.scape.times = times
    began = time.process_time()
    world.live()
    cpu_seconds = time.process_time() - began
    decisions = sum(contact.offers for contact in world.contacts)
    found = figures(
        [
            Day(
                scenario=scenario,
                policy=case.policy,
                seed=seed,
                contacts=world.contacts,
                shifts=world.shifts,
                events=world.events,
                decisions=decisions,
            )
        ]
    )
    return Lived(
        figures=figures_of(found),
        occupancies=found.occupancy.agents,
        calls=len(world.contacts),
        decisions=decisions,
        cpu_seconds=cpu_seconds,
    )


@dataclass(slots=True)
class Days:
    """All that were lived, by case, each in the order of its seeds 1, 2, 3 …"""

    by_case: dict[Case, list[Lived]] = field(default_factory=dict)

    def mean(self, case: Case, name: str) -> float:
        """A figure's mean over the days."""
        return fmean(self.values(case, name))

    def values(self, case: Case, name: str) -> list[float]:
        """A figure, day by day."""
        return [day.figures[name] for day in self.by_case[case]]

    def occupancy_range(self, case: Case) -> float:
        """Most less least occupied agent over all the days, in points."""
        days = self.by_case[case]
        agents = [fmean(some) for some in zip(*(d.occupancies for d in days), strict=True)]
        return 100 * (max(agents) - min(agents))


def lived(wanted: Sequence[tuple[Case, int]]) -> Days:
    """Live so many days of each case, the busiest first."""
    jobs = [(case, seed) for case, days in wanted for seed in range(1, days + 1)]
    jobs.sort(key=lambda job: -job[0].agents)
    days = Days()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for (case, _), day in zip(
            jobs, track(pool.map(live, jobs), "days", total=len(jobs)), strict=True
        ):
            days.by_case.setdefault(case, []).append(day)
    return days

"""How many agents are needed: for one line by formula, for overlapping skills by trying."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from ccserver.sim.contacts import HOUR_SECONDS, stretches
from ccserver.sim.day import run
from ccserver.sim.erlang import Figures, Goal, Load, agents_needed, impatient
from ccserver.sim.figures import Group, figures
from ccserver.sim.scenario import Scenario

GROWTH_MAX = 64
"""Groups are not made larger than so many times what was proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one interval of the day needs, and what it then comes to."""

    load: Load
    patient: int
    """Agents by Erlang C, as if nobody ever gave up."""
    agents: int
    """Agents by Erlang A. The same as `patient` where patience is not known."""
    rostered: int
    """With those who are paid but not there: breaks, training, illness."""
    goal: Goal
    figures: Figures
    """With `agents`."""
    apart: int | None = None
    """Agents by Erlang A if each queue had its own. None: it is one queue."""


def need(
    load: Load, goal: Goal, *, patience_seconds: float = math.inf, shrinkage: float = 0.0
) -> Need:
    """The agents for one interval. Raises ValueError for a goal that no number meets."""
    agents = agents_needed(load, goal, patience_seconds=patience_seconds)
    return Need(
        load=load,
        patient=agents_needed(load, goal),
        agents=agents,
        # A hair less, since 7 / (1 - 0.3) is a hair more than 10.
        rostered=math.ceil(agents / (1.0 - shrinkage) - 1e-9),
        goal=goal,
        figures=impatient(
            load, max(1, agents), patience_seconds=patience_seconds, within_seconds=goal.seconds
        ),
    )


def needs_of(scenario: Scenario, *, shrinkage: float = 0.0) -> list[Need]:
    """For each hour: were all agents one pool, and were each queue's agents its own.

    Overlapping skills lie between the two. The line is first come first served, so that the tier
    with the hardest target decides; routing by value needs fewer, which only a simulation tells.
    """
    patience = _patience_seconds(scenario)
    goals = [Goal(share=tier.target[0], seconds=tier.target[1]) for tier in scenario.tiers]
    handle = [queue.talk_mean_s + queue.wrap_mean_s for queue in scenario.queues]
    shares = [queue.share for queue in scenario.queues]

    def hardest(load: Load) -> Need:
        needs = [need(load, g, patience_seconds=patience, shrinkage=shrinkage) for g in goals]
        return max(needs, key=attrgetter("agents"))

    hours: list[Need] = []
    for calls in calls_per_hour(scenario):
        rate = calls / HOUR_SECONDS
        loads = [
            Load(calls_per_second=rate * share, handle_seconds=seconds)
            for share, seconds in zip(shares, handle, strict=True)
        ]
        erlangs = sum(load.erlangs for load in loads)
        pool = Load(calls_per_second=rate, handle_seconds=erlangs / rate if rate else handle[0])
        apart = sum(hardest(load).agents for load in loads) if len(loads) > 1 else None
        hours.append(replace(hardest(pool), apart=apart))
    return hours


def calls_per_hour(scenario: Scenario) -> list[float]:
    """How many calls each hour brings, surges too."""
    calls = [0.0] * math.ceil(scenario.hours)
    at = 0.0
    for part in stretches(scenario):
        calls[int(at // HOUR_SECONDS)] += part.rate * (part.until - at)
        at = part.until
    return calls


def _patience_seconds(scenario: Scenario) -> float:
    """Of the tiers together: the mean of the rates at which their callers give up."""
    rate = sum(tier.share / tier.patience_mean_s for tier in scenario.tiers)
    return 1.0 / rate if rate else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How one tier or queue fares against its target."""

    name: str
    wanted: float
    """The share that is to be answered in time."""
    share: float

    @property
    def margin(self) -> float:
        """Above 0: better than wanted."""
        return self.share - self.wanted


Counts = tuple[int, ...]
"""How many agents each group has."""
FiguresOf = Callable[[Counts], Sequence[Reached]]
"""Lives through the day with so many agents. The same counts must give the same figures, and
other counts the same callers: else it is luck that is compared."""


def simulated(scenario: Scenario, *, policy: str = "", seed: int = 1, days: int = 1) -> FiguresOf:
    """Lives some days of the scenario with other group sizes: every tier and every queue.

    A queue's wanted share is what its callers' tiers want together.
    """
    wanted = sum(tier.share * tier.target[0] for tier in scenario.tiers)

    def figures_of(counts: Counts) -> list[Reached]:
        groups = zip(scenario.agents, counts, strict=True)
        staffed = replace(scenario, agents=tuple(replace(g, count=n) for g, n in groups))
        found = figures([run(staffed, policy, seed + day) for day in range(days)])
        tiers = [
            Reached(name=tier.name, wanted=tier.target[0], share=_share(found.tiers[tier.name]))
            for tier in scenario.tiers
        ]
        queues = [
            Reached(name=name, wanted=wanted, share=_share(group))
            for name, group in found.queues.items()
        ]
        return tiers + queues

    return figures_of


def _share(group: Group) -> float:
    """Answered in time, of all but short abandons: who is sent away or left over is not served."""
    counted = group.offered - group.short_abandoned
    judged = group.answered + group.abandoned - group.short_abandoned
    return (group.service_level or 0.0) * judged / counted if counted else 1.0


class NotEnoughError(Exception):
    """Not even many times the agents meet the targets: some callers' skills are not there."""


def fewest(first: Counts, figures_of: FiguresOf) -> Counts:
    """Group sizes that meet every target, and from which no one can be spared.

    All groups grow together until every target is met. Then they shrink, each time the one whose
    loss hurts least, first by many at once and last by one. That is the least in the sense that
    taking one agent out of any group misses a target; another mix may do with fewer still.
    Raises NotEnoughError.
    """
    trial = _Trial(figures_of)
    counts = _grown(first, trial)
    step = _largest_power_of_two(max(counts))
    while step:
        fewer = [
            (*counts[:g], size - step, *counts[g + 1 :])
            for g, size in enumerate(counts)
            if size >= step
        ]
        good = [(worst.margin, c) for c in fewer if (worst := trial.worst(c)).margin >= 0.0]
        if good:
            counts = max(good)[1]
        else:
            step //= 2
    return counts


def _grown(first: Counts, trial: "_Trial") -> Counts:
    """The proposed groups, all grown by the smallest factor that is found to be enough."""
    enough = 1.0
    while trial.worst(_scaled(first, enough)).margin < 0.0:
        enough *= 2.0
        if enough > GROWTH_MAX:
            worst = trial.worst(_scaled(first, GROWTH_MAX))
            raise NotEnoughError(
                f"{worst.name}: {worst.share:.1%} in time with {GROWTH_MAX} times the agents, "
                f"{worst.wanted:.1%} wanted; look at who has the skills it needs"
            )
    too_few = enough / 2.0 if enough > 1.0 else 0.0
    while max(_scaled(first, enough)) - max(_scaled(first, too_few)) > 1:
        middle = (too_few + enough) / 2.0
        if trial.worst(_scaled(first, middle)).margin < 0.0:
            too_few = middle
        else:
            enough = middle
    return _scaled(first, enough)


class _Trial:
    """Remembers what was tried: a simulated day is dear."""

    def __init__(self, figures_of: FiguresOf) -> None:
        self._figures_of = figures_of
        self._known: dict[Counts, Reached] = {}

    def worst(self, counts: Counts) -> Reached:
        """The tier or queue that is furthest from its target."""
        if counts not in self._known:
            self._known[counts] = min(self._figures_of(counts), key=attrgetter("margin"))
        return self._known[counts]


def _scaled(counts: Counts, factor: float) -> Counts:
    return tuple(math.ceil(count * factor) for count in counts)


def _largest_power_of_two(most: int) -> int:
    """At most half of it, so that no group vanishes at the first try; 1 at least."""
    return int(2 ** math.floor(math.log2(most / 2))) if most >= 2 else 1

"""How many agents are needed: for one line by formula, for overlapping skills by trying."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from ccserver.sim.erlang import Figures, Goal, Load, agents_needed, impatient

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
    figures: Figures
    """With `agents`."""


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
        figures=impatient(
            load, max(1, agents), patience_seconds=patience_seconds, within_seconds=goal.seconds
        ),
    )


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

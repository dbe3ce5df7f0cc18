"""Closed forms of waiting lines: Erlang B, C and A, and Cobham's priorities.

The world they hold for: calls come at random (Poisson) at a steady rate, talks with their wrap-up
are exponential, everyone is equal, the line is first come first served, and the interval is long
enough that its beginning is forgotten. The simulation is checked against them, and they say how
many agents are needed where one group serves one line.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NODES = (
    (0.1834346424956498, 0.3626837833783620),
    (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
)
"""Gauss-Legendre, eight points: half of the symmetric (place, weight) on [-1, 1]."""
PANELS = 24
NEGLIGIBLE = 45.0
"""Natural logarithm of what no longer matters: e^-45 is 3e-20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What comes in, and how long one call keeps an agent."""

    calls_per_second: float
    handle_seconds: float
    """Mean of talk and wrap-up together."""

    @property
    def erlangs(self) -> float:
        """How many agents it would keep busy without a pause."""
        return self.calls_per_second * self.handle_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a line with so many agents comes to."""

    wait_probability: float
    """Nobody is free on arrival."""
    service_level: float
    """Answered within the target's seconds, of all offered: `sl_strict` of the vocabulary."""
    abandoned_share: float
    mean_wait_seconds: float
    """Of everyone, also of those who gave up."""
    answered_mean_wait_seconds: float
    """Average speed of answer."""
    occupancy: float


def erlang_b(agents: int, erlangs: float) -> float:
    """The share of calls that find everyone busy where nobody waits (Erlang 1917).

    The recursion of the loss formula over the number of servers, which is stable for thousands.
    """
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def erlang_c(agents: int, erlangs: float) -> float:
    """The share of calls that must wait where everyone waits for ever (Erlang 1917).

    1 where the agents are too few for the line ever to end.
    """
    if erlangs >= agents:
        return 1.0
    blocked = erlang_b(agents, erlangs)
    return agents * blocked / (agents - erlangs * (1.0 - blocked))


def patient(load: Load, agents: int, *, within_seconds: float) -> Figures:
    """Erlang C: everyone waits until answered."""
    waits = erlang_c(agents, load.erlangs)
    drain = _drain_per_second(load, agents)
    mean = waits / drain if drain > 0.0 else math.inf
    return Figures(
        wait_probability=waits,
        service_level=answered_within(load, agents, seconds=within_seconds),
        abandoned_share=0.0,
        mean_wait_seconds=mean,
        answered_mean_wait_seconds=mean,
        occupancy=min(1.0, load.erlangs / agents),
    )


def answered_within(load: Load, agents: int, *, seconds: float) -> float:
    """Erlang C: the share that waits no longer. What is left of the wait is exponential."""
    drain = _drain_per_second(load, agents)
    if drain <= 0.0:
        return 0.0
    return 1.0 - erlang_c(agents, load.erlangs) * math.exp(-drain * seconds)


def wait_quantile_seconds(load: Load, agents: int, share: float) -> float:
    """Erlang C: this share of the callers waits no longer."""
    drain = _drain_per_second(load, agents)
    if drain <= 0.0:
        return math.inf
    waits = erlang_c(agents, load.erlangs)
    return 0.0 if waits <= 1.0 - share else math.log(waits / (1.0 - share)) / drain


def _drain_per_second(load: Load, agents: int) -> float:
    """How much faster a line of patient callers gets shorter than longer."""
    return agents / load.handle_seconds - load.calls_per_second


def impatient(
    load: Load, agents: int, *, patience_seconds: float, within_seconds: float
) -> Figures:
    """Erlang A, or M/M/n+M: patience is exponential (Palm 1957; Garnett, Mandelbaum, Reiman 2002).

    By the density of the wait that an endlessly patient caller would have, which is proportional
    to exp(calls x (1 - exp(-v / patience)) x patience - agents x v / handle) for v > 0 (Baccelli
    and Hebuterne 1981; Zeltyn and Mandelbaum 2005). All figures are ratios of integrals of
    positive functions, so nothing is lost by subtraction, and patience costs no time.
    """
    if math.isinf(patience_seconds):
        return patient(load, agents, within_seconds=within_seconds)
    if load.calls_per_second <= 0.0:
        return Figures(
            wait_probability=0.0,
            service_level=1.0,
            abandoned_share=0.0,
            mean_wait_seconds=0.0,
            answered_mean_wait_seconds=0.0,
            occupancy=0.0,
        )
    line = _Line(load, agents, patience_seconds)
    waits = line.wait_probability()
    whole = line.integral(lambda v: 1.0)
    lost = waits * line.integral(lambda v: -math.expm1(-v / patience_seconds)) / whole
    late_seconds = waits * line.integral(lambda v: v * math.exp(-v / patience_seconds)) / whole
    soon = line.integral(lambda v: math.exp(-v / patience_seconds), until=within_seconds) / whole
    return Figures(
        wait_probability=waits,
        service_level=1.0 - waits + waits * soon,
        abandoned_share=lost,
        # Whoever waits gives up at the rate 1 / patience, so that this is Little's law twice.
        mean_wait_seconds=lost * patience_seconds,
        answered_mean_wait_seconds=late_seconds / (1.0 - lost),
        occupancy=load.erlangs * (1.0 - lost) / agents,
    )


class _Line:
    """The offered wait of Erlang A: its density without the factor, cut where it is nothing."""

    def __init__(self, load: Load, agents: int, patience_seconds: float) -> None:
        self._load, self._agents, self._patience = load, agents, patience_seconds
        served_per_second = agents / load.handle_seconds
        excess = load.calls_per_second / served_per_second
        # The logarithm of the density is concave: it rises to here and falls from here.
        self._top = patience_seconds * math.log(excess) if excess > 1.0 else 0.0
        self._height = self._log(self._top)
        self._from = self._where_negligible(-1.0) if self._top > 0.0 else 0.0
        self._until = self._where_negligible(1.0)

    def wait_probability(self) -> float:
        """Nobody is free on arrival."""
        blocked = erlang_b(self._agents - 1, self._load.erlangs)
        if blocked == 0.0:
            return 0.0  # less than the smallest number there is
        mass = self._load.calls_per_second * self.integral(lambda v: 1.0)
        odds = math.log(mass) + self._height + math.log(blocked)
        return 1.0 / (1.0 + math.exp(-odds)) if odds > -700.0 else 0.0

    def integral(self, of: Callable[[float], float], *, until: float = math.inf) -> float:
        """Of the function times the density, from 0 on, in units of the density's top."""
        last = min(self._until, until)
        # Past twenty patiences nobody is left who could give up, and the density is plain.
        knee = min(max(self._from, 20.0 * self._patience), last)
        return self._between(self._from, knee, of) + self._between(knee, last, of)

    def _between(self, first: float, last: float, of: Callable[[float], float]) -> float:
        if last <= first:
            return 0.0
        half = (last - first) / PANELS / 2.0
        total = 0.0
        for panel in range(PANELS):
            middle = first + (2 * panel + 1) * half
            for place, weight in NODES:
                for v in (middle - half * place, middle + half * place):
                    total += weight * of(v) * math.exp(self._log(v) - self._height)
        return total * half

    def _log(self, v: float) -> float:
        gone = -math.expm1(-v / self._patience) * self._patience
        return self._load.calls_per_second * gone - self._agents * v / self._load.handle_seconds

    def _where_negligible(self, direction: float) -> float:
        """Where, on this side of the top, the density is e^-45 of it, or 0 if that comes first."""
        far = self._load.handle_seconds / self._agents
        while self._log(max(0.0, self._top + direction * far)) > self._height - NEGLIGIBLE:
            if self._top + direction * far <= 0.0:
                return 0.0
            far *= 2.0
        near = far / 2.0
        for _ in range(20):
            middle = (near + far) / 2.0
            place = max(0.0, self._top + direction * middle)
            if self._log(place) > self._height - NEGLIGIBLE:
                near = middle
            else:
                far = middle
        return max(0.0, self._top + direction * far)


def priority_waits_seconds(
    calls_per_second: Sequence[float], handle_seconds: float, agents: int
) -> tuple[float, ...]:
    """Mean wait of each class, most urgent first; no talk is broken off (Cobham 1954, M/M/c).

    Infinite for the classes that the agents never come to.
    """
    whole = Load(calls_per_second=sum(calls_per_second), handle_seconds=handle_seconds)
    until_next_free = erlang_c(agents, whole.erlangs) * handle_seconds / agents
    waits: list[float] = []
    above = 0.0
    for rate in calls_per_second:
        with_own = above + rate * handle_seconds / agents
        free = (1.0 - above) * (1.0 - with_own)
        waits.append(until_next_free / free if with_own < 1.0 else math.inf)
        above = with_own
    return tuple(waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a line is to reach. Each part may be left out."""

    share: float = 0.0
    seconds: float = 20.0
    """`share` of the callers is answered within so many seconds."""
    abandoned_max: float = 1.0
    occupancy_max: float = 1.0

    def met_by(self, figures: Figures) -> bool:
        """Whether all parts are reached."""
        return (
            figures.service_level >= self.share
            and figures.abandoned_share <= self.abandoned_max
            and figures.occupancy <= self.occupancy_max
        )


def agents_needed(load: Load, goal: Goal, *, patience_seconds: float = math.inf) -> int:
    """The smallest number of agents that meets the goal. Infinite patience is Erlang C.

    Raises ValueError for a goal that no number meets.
    """
    if load.erlangs <= 0.0:
        return 0
    if goal.share >= 1.0 or goal.abandoned_max < 0.0 or goal.occupancy_max <= 0.0:
        raise ValueError("no number of agents is enough for that")

    def enough(agents: int) -> bool:
        figures = impatient(
            load, agents, patience_seconds=patience_seconds, within_seconds=goal.seconds
        )
        stable = math.isfinite(figures.mean_wait_seconds)
        return stable and goal.met_by(figures)

    # Every part gets better with each agent, so the least is found by halving.
    most = 1
    while not enough(most):
        most *= 2
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if enough(middle) else (middle, most)
    return most

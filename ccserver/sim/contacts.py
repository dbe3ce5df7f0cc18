"""Who calls, when, and what for: drawn before anyone is served.

So every policy is tried on the same contacts, and what differs between two policies is theirs.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, inf, log, sqrt
from random import Random
from statistics import NormalDist

from ccserver.core.ids import AgentId, ContactId, LegId
from ccserver.core.records import QueueExit
from ccserver.sim.scenario import (
    AgentGroup,
    Law,
    QueueMix,
    Scenario,
    Surge,
    TierMix,
    able,
    speaks,
)

HOUR_SECONDS = 3600.0

Draw = Callable[[float], float]
"""Makes of a number between 0 and 1 one that follows a law."""


@dataclass(slots=True, eq=False)
class Contact:
    """One caller: what is fixed from the beginning, and what becomes of him."""

    number: int
    id: ContactId
    at: float
    """When he calls."""
    queue: QueueMix
    tier: TierMix
    language: str
    patience_s: float
    talk_s: float
    wrap_s: float
    last_agent: AgentId | None
    callback: bool
    """Takes a callback when one is offered."""
    # -- what becomes of him
    leg: LegId
    waiting: bool = True
    """Can be answered, and can hang up for want of patience."""
    called_back: bool = False
    """Is on a second leg: hung up, kept the place, and was called."""
    offers: int = 0
    left_at: float | None = None
    """When he left the queue: answered, gone, or sent away."""
    exit: QueueExit | None = None
    """How he left it. None: still there."""
    answered_at: float | None = None
    """By an agent, perhaps only after a callback."""
    agent: AgentId | None = None

    @property
    def wait_s(self) -> float:
        """From joining the queue until he left it."""
        return 0.0 if self.left_at is None else self.left_at - self.at


def law(mean: float, cv: float, name: Law | None = None) -> Draw:
    """Durations of this mean and coefficient of variation.

    A CV of 1 is exponential unless said otherwise, since that is what formulas go by.
    """
    if mean == inf or cv == 0 or mean == 0:
        return lambda _: mean
    if name is Law.EXPONENTIAL or (name is None and cv == 1):
        return lambda u: -mean * log(1 - u)
    variance = log(1 + cv * cv)
    middle, spread, inverse = log(mean) - variance / 2, sqrt(variance), NormalDist().inv_cdf
    return lambda u: exp(middle + spread * inverse(u or 0.5))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the day in which calls come at one rate."""

    until: float
    rate: float
    """Calls a second."""
    extra: float
    """The share of them that comes of the surge alone."""
    queues: tuple[int, ...]
    """Which queues those want; none: the usual mix."""


def stretches(scenario: Scenario) -> list[_Stretch]:
    """The day, cut wherever the rate changes."""
    ends = {min(float(h + 1), scenario.hours) for h in range(len(scenario.arrivals))}
    for surge in scenario.surge:
        ends |= {surge.at_h, surge.at_h + surge.for_h}
    cuts = sorted(end for end in ends if 0 < end <= scenario.hours)
    return [
        _stretch(scenario, begin, end) for begin, end in zip([0.0, *cuts[:-1]], cuts, strict=True)
    ]


def _stretch(scenario: Scenario, begin: float, end: float) -> _Stretch:
    rate = scenario.arrivals[int(begin)] / HOUR_SECONDS
    surge = next((s for s in scenario.surge if s.at_h <= begin < s.at_h + s.for_h), None)
    if surge is None:
        return _Stretch(end * HOUR_SECONDS, rate, 0.0, ())
    extra = (surge.factor - 1) / surge.factor if surge.queue else 0.0
    return _Stretch(end * HOUR_SECONDS, rate * surge.factor, extra, _wanted(scenario, surge))


def _wanted(scenario: Scenario, surge: Surge) -> tuple[int, ...]:
    return tuple(n for n, queue in enumerate(scenario.queues) if queue.name in surge.queue)


def contacts(
    scenario: Scenario, people: Sequence[tuple[AgentId, AgentGroup]], *, begin: float, seed: int
) -> Iterator[Contact]:
    """All who call on one day, in order. Each takes the same number of draws, whoever he is."""
    chance = Random(seed).random  # noqa: S311 -- reproducible, not secret
    tiers, queues = scenario.tiers, scenario.queues
    tier_sums, queue_sums = _sums([t.share for t in tiers]), _sums([q.share for q in queues])
    patience = [law(t.patience_mean_s, t.patience_cv, t.patience_law) for t in tiers]
    talk = [law(q.talk_mean_s, q.talk_cv, q.talk_law) for q in queues]
    wrap = [law(q.wrap_mean_s, q.wrap_cv) for q in queues]
    tongues = [_tongues(scenario, queue) for queue in queues]
    last = _Last(scenario, people)
    for number, (at, wanted) in enumerate(_arrivals(scenario, chance), 1):
        n, k = _choose(queue_sums, chance(), wanted), bisect_right(tier_sums, chance())
        queue, (languages, sums) = queues[n], tongues[n]
        language = languages[bisect_right(sums, chance())]
        patience_s, talk_s, wrap_s = patience[k](chance()), talk[n](chance()), wrap[n](chance())
        repeats, which, taken = chance(), chance(), chance()
        name = f"c{number}"
        yield Contact(
            number,
            ContactId(name),
            begin + at,
            queue,
            tiers[k],
            language,
            patience_s,
            talk_s,
            wrap_s,
            last.of(n, language, which) if repeats < scenario.repeat_share else None,
            taken < scenario.callback_share,
            LegId(name),
        )


def _arrivals(
    scenario: Scenario, chance: Callable[[], float]
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """When calls come (Poisson, at the rate of the hour), and which queues alone they may want."""
    at = 0.0
    due = -log(1 - chance())
    for part in stretches(scenario):
        while (gap := due / part.rate if part.rate else inf) <= part.until - at:
            at += gap
            yield at, part.queues if chance() < part.extra else ()
            due = -log(1 - chance())
        due -= (part.until - at) * part.rate
        at = part.until


def _sums(shares: Sequence[float]) -> list[float]:
    """The inner limits when 0 to 1 is cut in these proportions."""
    whole = sum(shares)
    return [part / whole for part in accumulate(shares)][:-1]


def _choose(sums: list[float], u: float, wanted: tuple[int, ...]) -> int:
    if not wanted:
        return bisect_right(sums, u)
    limits = [0.0, *sums, 1.0]
    some = _sums([limits[n + 1] - limits[n] for n in wanted])
    return wanted[bisect_right(some, u)]


def _tongues(scenario: Scenario, queue: QueueMix) -> tuple[tuple[str, ...], list[float]]:
    shares = queue.languages or scenario.languages or {"": 1.0}
    return tuple(shares), _sums(list(shares.values()))


class _Last:
    """Which agents a caller may have talked to before: any who could have served him."""

    def __init__(self, scenario: Scenario, people: Sequence[tuple[AgentId, AgentGroup]]) -> None:
        self._scenario = scenario
        self._people = people
        self._able: dict[tuple[int, str], list[AgentId]] = {}

    def of(self, n: int, language: str, u: float) -> AgentId | None:
        """One of them."""
        known = self._able.get((n, language))
        if known is None:
            queue = self._scenario.queues[n]
            known = [a for a, g in self._people if able(g, queue) and speaks(g, queue, language)]
            self._able[n, language] = known
        return known[int(u * len(known))] if known else None

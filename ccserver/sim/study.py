"""The world in which routing is measured: three tiers, four skills, two languages, random teams.

`study` gives a scenario, `run` (of `sim.day`) lives a day of it:

    run(study(agents=50, load="base"), "balanced", seed=1)
"""

from functools import lru_cache
from math import pi, sin
from random import Random
from statistics import fmean
from typing import TypeVar

from ccserver.core.records import QueueExit
from ccserver.core.rules import Fit
from ccserver.core.value import Tier
from ccserver.sim.day import run
from ccserver.sim.scenario import (
    AgentGroup,
    Law,
    Needs,
    QueueMix,
    Scenario,
    Surge,
    TierMix,
)

HOURS = 8
TEAMS = 400
"""Of so many random teams the one is taken whose pools can be loaded most evenly."""

LOADS = {"light": 0.012, "base": 0.045, "over": 0.13}
"""The share of callers who hang up, first come first served."""

CALLS_PER_HOUR = {
    (20, "light"): 162.4,
    (20, "base"): 228.6,
    (20, "over"): 321.2,
    (50, "light"): 587.1,
    (50, "base"): 728.7,
    (50, "over"): 929.7,
    (200, "light"): 2637.2,
    (200, "base"): 3217.8,
    (200, "over"): 3874.8,
}
"""What `find_load` found for the team of seed 1."""

TALKS = {"sales": (0.25, 200.0), "service": (0.45, 160.0), "complaint": (0.15, 240.0)} | {
    "roadside": (0.15, 147.0)
}
"""By skill: share of the callers, and mean talk in seconds."""

WRAP_UP_SECONDS = 15.0

SPOKEN = {"a": ("a", Fit.REQUIRED, 0.8), "b": ("b", Fit.REQUIRED, 0.1)} | {
    "b-pref": ("b", Fit.PREFERRED, 0.1)
}
"""By the ending of the queue's name: language, how much it matters, share of the callers."""

SKILLS_OF_AGENT = ((1, 0.4), (2, 0.4), (3, 0.2))
"""How many skills agents have."""

LANGUAGES_OF_AGENT = ((("a",), 0.7), (("a", "b"), 0.2), (("b",), 0.1))

T = TypeVar("T")

Kind = tuple[frozenset[str], tuple[str, ...]]
"""Skills and languages of an agent."""

POOLS = tuple((skill, language) for skill in TALKS for language in "ab")


def study(
    agents: int = 50,
    load: str | float = "base",
    seed: int = 1,
    *,
    storm: str = "",
    language_seconds: float | None = None,
    patience: Law = Law.EXPONENTIAL,
) -> Scenario:
    """A scenario. `load`: one of `LOADS`, or calls an hour; `seed` makes the team.

    `storm`: the skill that the whole surge wants; without, it wants the usual mix.
    `language_seconds`: how long a preferred language is held; None: shorter in a small team.
    """
    rate = calls_per_hour(agents, load) if isinstance(load, str) else load
    held = language_seconds if language_seconds is not None else 5.0 if agents < 30 else 20.0
    queues = tuple(_queue(skill, ending, held) for skill in TALKS for ending in SPOKEN)
    stormy = tuple(queue.name for queue in queues if storm in queue.skills.required)
    return Scenario(
        hours=HOURS,
        arrivals=tuple(rate * (1 + 0.15 * sin(2 * pi * (h + 0.5) / HOURS)) for h in range(HOURS)),
        surge=(Surge(at_h=4, for_h=0.75, factor=1.6, queue=stormy),),
        tiers=(
            _tier(Tier.PLATINUM, 0.05, 1.0, 60.0, (0.95, 10.0), patience),
            _tier(Tier.GOLD, 0.15, 0.6, 120.0, (0.90, 20.0), patience),
            _tier(Tier.STANDARD, 0.80, 0.2, 180.0, (0.80, 20.0), patience),
        ),
        queues=queues,
        agents=team(agents, seed),
        repeat_share=0.3,
    )


def calls_per_hour(agents: int, load: str) -> float:
    """The mean over the day, but for the surge."""
    known = CALLS_PER_HOUR.get((agents, load))
    return find_load(agents, LOADS[load]) if known is None else known


def find_load(agents: int, abandoned: float, *, seed: int = 1, days: int = 4) -> float:
    """At how many calls an hour this share hangs up, first come first served: by bisection."""
    mean_seconds = sum(share * talk for share, talk in TALKS.values()) + WRAP_UP_SECONDS
    full = agents * 3600 / mean_seconds
    low, high = 0.3 * full, 1.5 * full
    while high - low > 0.002 * full:
        middle = (low + high) / 2
        scenario = study(agents, middle, seed)
        if fmean(_abandoned(scenario, day) for day in range(1, days + 1)) < abandoned:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 1)


def _abandoned(scenario: Scenario, seed: int) -> float:
    gone = (QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)
    contacts = run(scenario, "fifo", seed).contacts
    return sum(contact.exit in gone for contact in contacts) / len(contacts)


def _tier(
    name: Tier, share: float, value: float, patience_s: float, target: tuple[float, float], law: Law
) -> TierMix:
    return TierMix(
        name=name,
        share=share,
        value=value,
        patience_mean_s=patience_s,
        patience_law=law,
        target=target,
    )


def _queue(skill: str, ending: str, language_seconds: float) -> QueueMix:
    share, talk = TALKS[skill]
    language, fit, spoken = SPOKEN[ending]
    return QueueMix(
        name=f"{skill}-{ending}",
        share=share * spoken,
        talk_mean_s=talk,
        talk_cv=0.8,
        wrap_mean_s=WRAP_UP_SECONDS,
        skills=Needs(required=(skill,)),
        languages={language: 1.0},
        language=fit,
        language_seconds=language_seconds,
    )


# -- the team


@lru_cache(maxsize=16)
def team(agents: int, seed: int) -> tuple[AgentGroup, ...]:
    """The team of this seed, the same for all policies."""
    random = Random(seed)  # noqa: S311 -- reproducible, not secret
    best = min((_random_team(agents, random) for _ in range(TEAMS)), key=unevenness)
    return tuple(
        AgentGroup(
            count=best.count(kind), skills=dict.fromkeys(sorted(kind[0]), 3), languages=kind[1]
        )
        for kind in sorted(set(best), key=lambda kind: (sorted(kind[0]), kind[1]))
    )


def _random_team(agents: int, random: Random) -> list[Kind]:
    counts = _deal(agents, SKILLS_OF_AGENT)
    languages = _deal(agents, LANGUAGES_OF_AGENT)
    random.shuffle(languages)
    return [
        (_skills(count, random), spoken) for count, spoken in zip(counts, languages, strict=True)
    ]


def _deal(agents: int, shares: tuple[tuple[T, float], ...]) -> list[T]:
    """One for each agent, in these shares as nearly as can be."""
    dealt: list[T] = []
    until = 0.0
    for what, share in shares:
        until += share
        dealt += [what] * (round(until * agents) - len(dealt))
    return dealt


def _skills(count: int, random: Random) -> frozenset[str]:
    """So many skills: those with more work are learnt by more agents."""
    left = {skill: share * talk for skill, (share, talk) in TALKS.items()}
    chosen: list[str] = []
    for _ in range(count):
        skill = random.choices(list(left), list(left.values()))[0]
        del left[skill]
        chosen.append(skill)
    return frozenset(chosen)


def unevenness(agents: list[Kind]) -> float:
    """How much more work than its agents' share the worst group of pools has, all in all.

    Work can be spread evenly if and only if no group of pools (a pool: skill and language) has
    more of it than those agents can take who serve any of them: Hall's condition.
    """
    count = 1 << len(POOLS)
    idle = [0] * count  # agents by the very pools that they serve, then by any part of these
    for skills, spoken in agents:
        idle[_bits(skills, spoken)] += 1
    for bit in range(len(POOLS)):
        for group in range(count):
            if group >> bit & 1:
                idle[group] += idle[group ^ (1 << bit)]
    work = _work()
    return max(
        work[group] * len(agents) / max(0.5, len(agents) - idle[count - 1 - group])
        for group in range(1, count - 1)
    )


def _bits(skills: frozenset[str], spoken: tuple[str, ...]) -> int:
    return sum(
        1 << n for n, (skill, tongue) in enumerate(POOLS) if skill in skills and tongue in spoken
    )


@lru_cache(maxsize=1)
def _work() -> list[float]:
    """The share of all work that each group of pools has."""
    spoken = {"a": 0.8, "b": 0.2}
    pools = [
        share * (talk + WRAP_UP_SECONDS) * spoken[language]
        for (skill, language) in POOLS
        for share, talk in [TALKS[skill]]
    ]
    whole = sum(pools)
    return [
        sum(part for n, part in enumerate(pools) if group >> n & 1) / whole
        for group in range(1 << len(pools))
    ]

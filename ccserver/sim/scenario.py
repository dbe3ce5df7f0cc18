"""What is to be simulated: how many call, what they want, and who is there to serve them.

The names are those of the scenario file: `_s` is seconds, `_h` hours from the day's begin.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, inf, isfinite

from ccserver.core.demand import primary
from ccserver.core.ids import Skill
from ccserver.core.policies import POLICIES
from ccserver.core.rules import Fit, Skills
from ccserver.core.value import Tier

SHARES_TOLERANCE = 0.005
"""Shares in a file are rounded: they may miss 1 by so much."""


class Law(StrEnum):
    """How durations spread about their mean."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """More calls than usual for a while."""

    at_h: float
    for_h: float
    factor: float
    queue: tuple[str, ...] = ()
    """The queues that all of the additional callers want. None: the usual mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMix:
    """The customers of one tier."""

    name: Tier
    share: float
    value: float
    patience_mean_s: float = inf
    patience_cv: float = 1.0
    patience_law: Law | None = None
    """None: exponential at a CV of 1, else lognormal."""
    target: tuple[float, float] = (0.8, 20.0)
    """This share is answered within so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an agent must know (`required`) or better knows: names, or names with a level."""

    required: tuple[str, ...] | dict[str, int] = ()
    preferred: tuple[str, ...] | dict[str, int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMix:
    """The callers of one queue."""

    name: str
    share: float
    talk_mean_s: float
    talk_cv: float = 1.0
    talk_law: Law | None = None
    wrap_mean_s: float = 0.0
    wrap_cv: float = 0.0
    skills: Needs = Needs()
    languages: dict[str, float] = field(default_factory=dict)
    """Shares. None: those of the scenario."""
    language: Fit = Fit.PREFERRED
    language_seconds: float = 20.0
    policy: str = ""
    """None: that of the scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGroup:
    """Agents who are alike."""

    count: int
    skills: dict[str, int] = field(default_factory=dict)
    shift: tuple[float, float] = (0.0, inf)
    """From and to, in hours. Who is there at the day's end stays for those who still wait."""
    no_answer: float = 0.0
    """The probability that an offer is not answered."""
    languages: tuple[str, ...] = ()
    """None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One day."""

    hours: float
    arrivals: tuple[float, ...]
    """Calls in each hour."""
    tiers: tuple[TierMix, ...]
    queues: tuple[QueueMix, ...]
    agents: tuple[AgentGroup, ...]
    surge: tuple[Surge, ...] = ()
    languages: dict[str, float] = field(default_factory=dict)
    max_wait_s: float = 0.0
    """So long a caller waits at most; 0: for ever."""
    policy: str = "balanced"
    repeat_share: float = 0.0
    """Of the callers, so many talked to one of the agents before."""
    affinity_days: float = 30.0
    """The last agent goes before others when the talk was not longer ago; 0: never. It was at the
    beginning of this day."""
    callback_share: float = 0.0
    """Of the callers who are offered a callback, so many take it."""
    callback_no_answer: float = 0.1
    """The probability that a customer who is called back does not answer."""
    ring_s: float = 0.0
    """How long a phone rings that is answered."""
    fairness_per_second: float | None = None
    """As in `SiteRules`."""


def levels(skills: Sequence[str] | Mapping[str, int]) -> Skills:
    """Skills as the core wants them; what is only named is wanted at the lowest level."""
    if isinstance(skills, Mapping):
        return tuple((Skill(name), level) for name, level in skills.items())
    return tuple((Skill(name), 1) for name in skills)


def able(group: AgentGroup, queue: QueueMix) -> bool:
    """Whether these agents have what the queue requires, but for the language."""
    return all(group.skills.get(name, 0) >= level for name, level in levels(queue.skills.required))


def speaks(group: AgentGroup, queue: QueueMix, language: str) -> bool:
    """Whether these agents could ever serve a caller of this language."""
    strict = queue.language is Fit.REQUIRED and language
    known = [primary(one) for one in group.languages]
    return not strict or not known or primary(language) in known


def faults(scenario: Scenario) -> list[str]:
    """What cannot be simulated, each as: field, what is wrong, what to do."""
    return [
        *_hours(scenario),
        *_shares("tier", [tier.share for tier in scenario.tiers]),
        *_shares("queue", [queue.share for queue in scenario.queues]),
        *_twice("tier", [tier.name for tier in scenario.tiers]),
        *_twice("queue", [queue.name for queue in scenario.queues]),
        *_languages(scenario),
        *_policies(scenario),
        *_numbers(scenario),
        *_surges(scenario),
        *_served(scenario),
    ]


def _hours(scenario: Scenario) -> Iterator[str]:
    if not 0 < scenario.hours < inf:
        yield f"hours: {scenario.hours:g} is no length of a day; write the opening hours, such as 8"
    elif len(scenario.arrivals) != ceil(scenario.hours):
        yield (
            f"arrivals: {len(scenario.arrivals)} numbers for {scenario.hours:g} hours; "
            "write one number an hour, or a single number for all"
        )


def _shares(what: str, shares: Sequence[float]) -> Iterator[str]:
    if any(share < 0 for share in shares):
        yield f"{what}.share: a share is below 0; write numbers from 0 to 1"
    elif abs(sum(shares) - 1) > SHARES_TOLERANCE:
        yield f"{what}.share: together {sum(shares):g}; change them so that they make 1"


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what}.name: {str(name)!r} stands there twice; give each {what} a name of its own"


def _languages(scenario: Scenario) -> Iterator[str]:
    if scenario.languages:
        yield from _shares("languages", list(scenario.languages.values()))
    for queue in scenario.queues:
        if queue.languages:
            yield from _shares(f"queue {queue.name}: languages", list(queue.languages.values()))


def _policies(scenario: Scenario) -> Iterator[str]:
    for name in (scenario.policy, *(queue.policy for queue in scenario.queues)):
        if name and name not in POLICIES:
            yield f"policy: {name!r} is not known; write one of {', '.join(POLICIES)}"


def _numbers(scenario: Scenario) -> Iterator[str]:
    ranges: list[tuple[str, Iterable[float], float, float]] = [
        ("arrivals", scenario.arrivals, 0, 1e7),
        ("max_wait_s", [scenario.max_wait_s], 0, 1e9),
        ("ring_s", [scenario.ring_s], 0, 15),
        ("repeat_share", [scenario.repeat_share], 0, 1),
        ("affinity_days", [scenario.affinity_days], 0, 1e5),
        ("callback_share", [scenario.callback_share], 0, 1),
        ("callback_no_answer", [scenario.callback_no_answer], 0, 1),
        ("tier.value", [tier.value for tier in scenario.tiers], 0, 1),
        ("tier.patience_mean_s", [tier.patience_mean_s for tier in scenario.tiers], 1e-9, inf),
        ("tier.patience_cv", [tier.patience_cv for tier in scenario.tiers], 0, 10),
        ("tier.target, share", [tier.target[0] for tier in scenario.tiers], 0, 1),
        ("tier.target, seconds", [tier.target[1] for tier in scenario.tiers], 0, 1e6),
        ("queue.talk_mean_s", [queue.talk_mean_s for queue in scenario.queues], 1e-9, 1e6),
        ("queue.talk_cv", [queue.talk_cv for queue in scenario.queues], 0, 10),
        ("queue.wrap_mean_s", [queue.wrap_mean_s for queue in scenario.queues], 0, 1e6),
        ("queue.wrap_cv", [queue.wrap_cv for queue in scenario.queues], 0, 10),
        ("agents.count", [group.count for group in scenario.agents], 0, 100_000),
        ("agents.no_answer", [group.no_answer for group in scenario.agents], 0, 1),
        ("agents.skills, level", [n for g in scenario.agents for n in g.skills.values()], 1, 5),
    ]
    for name, numbers, low, high in ranges:
        for number in numbers:
            if not low <= number <= high:
                yield f"{name}: {number:g}; write a number from {low:g} to {high:g}"
    for group in scenario.agents:
        if not 0 <= group.shift[0] < group.shift[1]:
            yield f"agents.shift: {list(group.shift)}; write [from, to] in hours, the first smaller"


def _surges(scenario: Scenario) -> Iterator[str]:
    known = {queue.name for queue in scenario.queues}
    for surge in scenario.surge:
        if not (surge.at_h >= 0 and surge.for_h > 0 and isfinite(surge.at_h + surge.for_h)):
            yield "surge: at_h and for_h must be hours within the day, such as at_h = 4, for_h = 1"
        if surge.factor < (1 if surge.queue else 0):
            yield f"surge.factor: {surge.factor:g}; write how many times as many call, such as 1.6"
        for name in surge.queue:
            if name not in known:
                yield f"surge.queue: no queue is called {name!r}; write one of those in [[queue]]"


def _served(scenario: Scenario) -> Iterator[str]:
    for queue in scenario.queues:
        skilled = [group for group in scenario.agents if group.count and able(group, queue)]
        if queue.share and not skilled:
            yield (
                f"queue {queue.name}: no agent has all of its required skills; "
                "add them to one of [[agents]], or take them from the queue"
            )
        for language in queue.languages or scenario.languages:
            if skilled and not any(speaks(group, queue, language) for group in skilled):
                yield (
                    f"queue {queue.name}: no agent who could serve it speaks {language!r}; "
                    "add the language to one of [[agents]], or let the queue only prefer it"
                )

"""The figures of simulated days, in the words of the vocabulary.

Callers are counted by when they called, and a visit to a queue once. Percentiles are by nearest
rank: a value that someone really waited.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean, pstdev
from typing import TypeVar

from ccserver.core.ids import AgentId
from ccserver.core.records import QueueExit
from ccserver.sim.contacts import HOUR_SECONDS, Contact
from ccserver.sim.day import Day
from ccserver.sim.stage import DAY_BEGINS

SERVICE_LEVEL_VARIANT = "sl_excl_short"
"""Answered within the target / (answered + abandoned - short abandoned)."""

K = TypeVar("K")

_ABANDONED = (QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long people waited, in seconds."""

    p50: float
    p90: float
    p99: float
    max: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What became of some of the callers."""

    offered: int
    answered: int
    abandoned: int
    """All who hung up; the short ones too."""
    short_abandoned: int
    """Hung up within 5 seconds."""
    flowed_out: dict[str, int]
    """Sent away by the queue's rules, by queue exit."""
    waiting: int
    """Still there at the end."""
    service_level: float | None
    """Against the target of each caller's own tier. None: no one came."""
    service_level_variant: str
    abandon_rate: float
    """Abandoned / offered."""
    asa_s: float
    """Mean wait of the answered."""
    wait: Waits
    """Of all, with those who hung up and those who were sent away."""
    wait_answered: Waits
    value_offered: float
    value_lost: float
    """Value of those who hung up / value offered."""
    value_missing_target: float
    """Value of those not answered within their tier's target / value offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """(Talk + wrap-up) / (talk + wrap-up + idle), over the agents, while the doors were open."""

    mean: float
    min: float
    max: float
    spread: float
    """Most less least."""
    deviation: float
    """Standard deviation over the agents."""
    agents: list[float]
    """Each agent's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAgent:
    """Callers who had talked to one of the agents before."""

    offered: int
    reached: int
    share: float
    """Reached the same agent again / offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of the day."""

    hour: int
    offered: float
    """A day."""
    service_level: float | None
    wait_mean_s: float
    abandon_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of them."""

    all: Group
    tiers: dict[str, Group]
    queues: dict[str, Group]
    cells: dict[tuple[str, str], Group]
    """By queue and tier."""
    occupancy: Occupancy
    last_agent: LastAgent
    hours: list[Hour]
    callbacks_connected: int


def figures(days: Sequence[Day]) -> Figures:
    """The figures of some days of one scenario, taken together."""
    everyone = [contact for day in days for contact in day.contacts]
    scenario = days[0].scenario
    cells = _by(everyone, lambda contact: (contact.queue.name, str(contact.tier.name)))
    return Figures(
        all=group(everyone),
        tiers={
            tier.name: group([c for (_, t), some in cells.items() if t == tier.name for c in some])
            for tier in scenario.tiers
        },
        queues={
            queue.name: group(
                [c for (q, _), some in cells.items() if q == queue.name for c in some]
            )
            for queue in scenario.queues
        },
        cells={key: group(some) for key, some in sorted(cells.items())},
        occupancy=_occupancy(days),
        last_agent=_last_agent(everyone),
        hours=_hours(everyone, len(days)),
        callbacks_connected=sum(c.called_back and c.answered_at is not None for c in everyone),
    )


def group(some: Sequence[Contact]) -> Group:
    """What became of these callers."""
    exits = Counter(contact.exit for contact in some)
    answered, short = exits[QueueExit.ANSWERED], exits[QueueExit.SHORT_ABANDONED]
    abandoned = exits[QueueExit.ABANDONED] + short
    out = {str(e): n for e, n in exits.items() if e not in (None, QueueExit.ANSWERED, *_ABANDONED)}
    value = sum(contact.tier.value for contact in some)
    lost = sum(contact.tier.value for contact in some if contact.exit in _ABANDONED)
    good = [contact for contact in some if in_time(contact)]
    counted = answered + abandoned - short
    waits = [contact.wait_s for contact in some]
    waits_answered = [contact.wait_s for contact in some if contact.exit is QueueExit.ANSWERED]
    return Group(
        offered=len(some),
        answered=answered,
        abandoned=abandoned,
        short_abandoned=short,
        flowed_out=dict(sorted(out.items())),
        waiting=exits[None],
        service_level=len(good) / counted if counted else None,
        service_level_variant=SERVICE_LEVEL_VARIANT,
        abandon_rate=abandoned / len(some) if some else 0.0,
        asa_s=fmean(waits_answered) if waits_answered else 0.0,
        wait=waits_of(waits),
        wait_answered=waits_of(waits_answered),
        value_offered=value,
        value_lost=lost / value if value else 0.0,
        value_missing_target=1 - sum(c.tier.value for c in good) / value if value else 0.0,
    )


def in_time(contact: Contact) -> bool:
    """Whether he was answered within the target of his tier."""
    return contact.exit is QueueExit.ANSWERED and contact.wait_s <= contact.tier.target[1]


def waits_of(waits: Iterable[float]) -> Waits:
    """How long these waited."""
    ordered = sorted(waits)
    if not ordered:
        return Waits(p50=0.0, p90=0.0, p99=0.0, max=0.0, mean=0.0)
    return Waits(
        p50=_percentile(ordered, 0.5),
        p90=_percentile(ordered, 0.9),
        p99=_percentile(ordered, 0.99),
        max=ordered[-1],
        mean=fmean(ordered),
    )


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _occupancy(days: Sequence[Day]) -> Occupancy:
    """Over the agents; those of the same name on several days are one."""
    busy: dict[AgentId, float] = {}
    there: dict[AgentId, float] = {}
    for day in days:
        for name, shift in day.shifts.items():
            busy[name] = busy.get(name, 0.0) + shift.busy_s
            there[name] = there.get(name, 0.0) + shift.staffed_s - shift.other_s
    shares = [busy[name] / seconds for name, seconds in there.items() if seconds > 0] or [0.0]
    return Occupancy(
        mean=fmean(shares),
        min=min(shares),
        max=max(shares),
        spread=max(shares) - min(shares),
        deviation=pstdev(shares),
        agents=shares,
    )


def _last_agent(everyone: Sequence[Contact]) -> LastAgent:
    repeats = [contact for contact in everyone if contact.last_agent is not None]
    reached = sum(contact.agent == contact.last_agent for contact in repeats)
    share = reached / len(repeats) if repeats else 0.0
    return LastAgent(offered=len(repeats), reached=reached, share=share)


def _hours(everyone: Sequence[Contact], days: int) -> list[Hour]:
    by_hour = _by(everyone, lambda contact: int((contact.at - DAY_BEGINS) // HOUR_SECONDS))
    return [_hour(hour, group(by_hour[hour]), days) for hour in sorted(by_hour)]


def _hour(hour: int, some: Group, days: int) -> Hour:
    return Hour(
        hour=hour,
        offered=some.offered / days,
        service_level=some.service_level,
        wait_mean_s=some.wait.mean,
        abandon_rate=some.abandon_rate,
    )


def _by(everyone: Iterable[Contact], key: Callable[[Contact], K]) -> Mapping[K, list[Contact]]:
    groups: dict[K, list[Contact]] = {}
    for contact in everyone:
        groups.setdefault(key(contact), []).append(contact)
    return groups

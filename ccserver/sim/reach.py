"""Which targets were missed, and whether any routing could have met them with these agents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ccserver.core.value import Tier
from ccserver.sim.day import Day, run
from ccserver.sim.figures import Figures, Group, group
from ccserver.sim.scenario import Needs, QueueMix, Scenario, TierMix

OFFERED_MIN = 20
"""Fewer callers say nothing about a target."""

TRIED_DAYS = 3
"""So many of the days are lived again to see what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A target that was missed."""

    tier: str
    queue: str | None
    """None: over all queues."""
    target_share: float
    target_seconds: float
    service_level: float
    at_best: float | None
    """Were all agents one pool that can do everything, and this tier always first. None: not
    tried, since it is asked for the tier as a whole."""

    @property
    def reachable(self) -> bool | None:
        """Whether routing could meet the target at this staffing, as far as can be said."""
        return None if self.at_best is None else self.at_best >= self.target_share

    def text(self) -> str:
        """The finding for people."""
        where = f"{self.tier} in {self.queue}" if self.queue else self.tier
        missed = (
            f"{where}: {self.service_level:.1%} within {self.target_seconds:g} s, "
            f"target {self.target_share:.0%}"
        )
        if self.at_best is None:
            return f"{missed}. Missed."
        tried = f"with all agents in one pool and {self.tier} always first it were"
        if self.reachable:
            return f"{missed}. Missed; {tried} {self.at_best:.1%}."
        return f"{missed}. NOT REACHABLE at this staffing: even {tried} {self.at_best:.1%}."


def findings(days: Sequence[Day], found: Figures) -> list[Finding]:
    """Every target that was missed, by tier and then by queue."""
    scenario = days[0].scenario
    missed: list[Finding] = []
    for tier in scenario.tiers:
        some = found.tiers[tier.name]
        if _misses(some, tier):
            missed.append(_finding(some, tier, None, at_best(days, tier)))
    for queue in scenario.queues:
        for tier in scenario.tiers:
            some = found.cells.get((queue.name, tier.name), group([]))
            if _misses(some, tier):
                missed.append(_finding(some, tier, queue, None))
    return missed


def at_best(days: Sequence[Day], tier: TierMix) -> float:
    """The tier's service level were all agents one pool, and the tier always first."""
    scenario = favoring(days[0].scenario, tier)
    again = [run(scenario, "priority", day.seed) for day in days[:TRIED_DAYS]]
    first = [c for day in again for c in day.contacts if c.tier.name is Tier.PLATINUM]
    return group(first).service_level or 0.0


def favoring(scenario: Scenario, tier: TierMix) -> Scenario:
    """The same callers, with agents who can do everything and one tier before all others."""
    return replace(
        scenario,
        tiers=tuple(
            replace(one, name=Tier.PLATINUM, value=1.0)
            if one is tier
            else replace(one, name=Tier.STANDARD, value=0.1)
            for one in scenario.tiers
        ),
        queues=tuple(replace(queue, skills=Needs(), languages={}) for queue in scenario.queues),
        languages={},
    )


def _misses(some: Group, tier: TierMix) -> bool:
    level = some.service_level
    return some.offered >= OFFERED_MIN and level is not None and level < tier.target[0]


def _finding(some: Group, tier: TierMix, queue: QueueMix | None, best: float | None) -> Finding:
    return Finding(
        tier=tier.name,
        queue=queue.name if queue else None,
        target_share=tier.target[0],
        target_seconds=tier.target[1],
        service_level=some.service_level or 0.0,
        at_best=best,
    )

"""Who is served next: the policies, each a plain function of what a caller can say for himself.

`balanced` and `value` weigh what a customer is worth against the agents' time that he takes, make
him more urgent as his service level runs out, and let waiting count up to a bound. That bound is a
promise: past it the caller goes first, within limits that `core.routing` keeps. The others are
the usual rules, for comparison and for those who want them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf
from typing import NamedTuple

from ccserver.core.records import Parts
from ccserver.core.value import Tier

URGENCY = 0.10
"""How much a caller counts more at the very end of his service level's time."""
URGENCY_SECONDS = 20.0
"""How long before that end it begins to show."""
AGEING = 2.0
"""A caller at his bound counts three times: a standard one then ranks with a fresh gold one."""

RANK = {Tier.PLATINUM: 3.0, Tier.GOLD: 2.0, Tier.SILVER: 1.0, Tier.STANDARD: 0.0}
TIER_SECONDS = 1e6
"""In `priority` a better tier goes before any wait."""
CREDIT_SECONDS = {Tier.PLATINUM: 60.0, Tier.GOLD: 20.0, Tier.SILVER: 10.0, Tier.STANDARD: 0.0}
"""In `age` a tier is worth so many seconds of waiting."""


class Head(NamedTuple):
    """What a policy may look at: the first caller of a line."""

    value: float
    """0 to 2, times the queue's weight."""
    tier: Tier
    wait_seconds: float
    target_seconds: float
    """Until when the service level asks for an answer."""
    handle_seconds: float
    """What a contact of this queue takes an agent on average, talk and wrap-up."""
    usual_seconds: float
    """The same over all queues."""
    bound_seconds: float
    """The promised wait under the present backlog; infinite where none is promised."""


class AgentChoice(StrEnum):
    """Which agent takes a caller who finds several free."""

    PRICED = "priced"
    """The one who is missed least where he could serve as well."""
    LONGEST_IDLE = "longest_idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A rule for who is next, and for by whom."""

    score: Callable[[Head], float]
    """The highest is next."""
    parts: Callable[[Head], Parts]
    """What the score is made of, for who asks why."""
    agents: AgentChoice
    bounds: Mapping[Tier, float]
    """The wait, in seconds, that is promised to a tier. The best has none: no one outranks it."""


def urgency(head: Head) -> float:
    """1 when the service level's time is just over, hardly anything long before, 0 after it."""
    left = head.target_seconds - head.wait_seconds
    return exp(-left / URGENCY_SECONDS) if left > 0 else 0.0


def ageing(head: Head) -> float:
    """1 for who has just come, 1 + AGEING for who has waited as long as was promised."""
    share = head.wait_seconds / head.bound_seconds
    # To the fourth: waiting hardly counts at first, and much near the bound.
    return 1 + AGEING * ((share * share) ** 2 if share < 1 else 1.0)


def _weighed(brevity_power: float) -> tuple[Callable[[Head], float], Callable[[Head], Parts]]:
    """Value per agent-second. `brevity_power`: 0 ignores how long a queue's contacts take."""

    def score(head: Head) -> float:
        left = head.target_seconds - head.wait_seconds
        urgent = 1 + URGENCY * exp(-left / URGENCY_SECONDS) if left > 0 else 1.0
        brevity = math.pow(head.usual_seconds / head.handle_seconds, brevity_power)
        return head.value * urgent * brevity * ageing(head)

    def parts(head: Head) -> Parts:
        return (
            ("score", score(head)),
            ("value", head.value),
            ("urgency", 1 + URGENCY * urgency(head)),
            ("brevity", math.pow(head.usual_seconds / head.handle_seconds, brevity_power)),
            ("ageing", ageing(head)),
            ("wait_seconds", head.wait_seconds),
        )

    return score, parts


def _simple(score: Callable[[Head], float], **names: Mapping[Tier, float]) -> Policy:
    """A rule without a promise, whose agents take turns."""

    def parts(head: Head) -> Parts:
        told = ((name, table[head.tier]) for name, table in names.items())
        return (("score", score(head)), *told, ("wait_seconds", head.wait_seconds))

    return Policy(score=score, parts=parts, agents=AgentChoice.LONGEST_IDLE, bounds={})


def _profile(brevity_power: float, *, gold: float, silver: float, standard: float) -> Policy:
    score, parts = _weighed(brevity_power)
    bounds = {Tier.GOLD: gold, Tier.SILVER: silver, Tier.STANDARD: standard}
    return Policy(score=score, parts=parts, agents=AgentChoice.PRICED, bounds=bounds)


POLICIES: Mapping[str, Policy] = {
    "balanced": _profile(0.5, gold=60.0, silver=90.0, standard=120.0),
    "value": _profile(1.0, gold=90.0, silver=135.0, standard=180.0),
    "fifo": _simple(lambda head: head.wait_seconds),
    "priority": _simple(
        lambda head: RANK[head.tier] * TIER_SECONDS + head.wait_seconds, tier_rank=RANK
    ),
    "age": _simple(
        lambda head: head.wait_seconds + CREDIT_SECONDS[head.tier], credit_seconds=CREDIT_SECONDS
    ),
}

COMMON = POLICIES["balanced"]
"""What callers are compared by whose queues follow different policies."""


def bound_of(policy: Policy, tier: Tier, backlog_seconds: float) -> float:
    """The wait that is promised to a tier, in seconds, stretched under a backlog.

    `backlog_seconds` is the wait that a first-come pool would show now. In a storm on one skill a
    fixed promise would give everything to those who have waited longest and nothing to value.
    """
    bound = policy.bounds.get(tier, inf)
    if bound == inf:
        return inf
    return max(bound, backlog_seconds * bound / policy.bounds[Tier.STANDARD])

"""What a customer is worth to the business, and to the queue."""

from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from ccserver.core.ids import AgentId, CustomerId
from ccserver.core.quick import quick


class Tier(StrEnum):
    """The four levels of service, best first."""

    PLATINUM = "platinum"
    GOLD = "gold"
    SILVER = "silver"
    STANDARD = "standard"


class Consent(StrEnum):
    """What a customer has said about being recorded."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"


VALUE_OF_TIER = {Tier.PLATINUM: 1.0, Tier.GOLD: 0.6, Tier.SILVER: 0.4, Tier.STANDARD: 0.2}
"""The value, 0 to 1, of a customer for whom none was computed."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What routing needs to know of a customer. Names and notes stay in the database."""

    id: CustomerId
    tier: Tier
    value: float
    language: str
    region: str = ""
    """Where the customer is at home, as the operator's data name it."""
    last_agent: AgentId | None = None
    """Who talked to the customer last."""
    last_talk_at: float = 0.0
    recording_consent: Consent = Consent.UNKNOWN


class Part(StrEnum):
    """What a value is made of. The names are those of the weights."""

    TIER = "tier"
    REVENUE = "revenue"
    RECENCY = "recency"
    FREQUENCY = "frequency"
    TENURE = "tenure"
    COMPLAINTS = "complaints"
    CHURN = "churn"


Reasons = tuple[tuple[Part, float], ...]
"""What each known part adds to the value, the largest first. Together they are the value."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each thing counts for a customer's value. Only their proportions matter."""

    tier: float = 4.0
    """The operator's own judgement goes before every figure, but not before all of them."""
    revenue: float = 2.0
    """The one figure that is money: it counts as much as two others."""
    recency: float = 1.0
    """Who has bought lately buys again: recency and frequency are the classic pair."""
    frequency: float = 1.0
    tenure: float = 0.5
    """Half: the years are behind us, and revenue has counted them already."""
    complaints: float = 1.0
    """Open complaints: who has a grievance is heard sooner."""
    churn: float = 1.0
    """The risk to lose the customer. As much as recency, which falls when this one rises."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of each thing is worth one half of all that it can be worth. All above 0."""

    revenue: float = 10_000.0
    """Money a year. Best the median of the customers: see `worth`."""
    recency_days: float = 180.0
    """So long after the last purchase."""
    orders_per_year: float = 4.0
    """Best the median of the customers."""
    tenure_years: float = 3.0
    complaints: float = 1.0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a customer. None: unknown, which counts neither for nor against."""

    tier: Tier | None = None
    revenue: float | None = None
    """A year's, in the operator's money."""
    days_since_purchase: float | None = None
    orders_per_year: float | None = None
    tenure_years: float | None = None
    open_complaints: int | None = None
    churn_risk: float | None = None
    """0 to 1."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A value, and why."""

    value: float
    """0 to 1."""
    reasons: Reasons


def worth(facts: Facts, weights: Weights, scale: Scale) -> Worth:
    """The weighted mean of the parts that are known, each from 0 to 1.

    * tier: `VALUE_OF_TIER`, which is the whole value where nothing else is known, or weighs
    * revenue r: r / (r + half). Where half is the median this is nearly the customer's place
      among all (exactly, for log-logistic revenues), and nobody's place depends on one big spender
    * recency: halves every `recency_days`
    * orders, tenure, complaints: what is missing to 1 halves with every `scale` of them
    * churn: the risk itself
    """
    parts = [
        (part, weight, height)
        for part, weight, height in _parts(facts, weights, scale)
        if height is not None and weight > 0
    ]
    if not parts:
        value = VALUE_OF_TIER[facts.tier or Tier.STANDARD]
        return Worth(value=value, reasons=((Part.TIER, value),))
    total = fsum(weight for _, weight, _ in parts)
    reasons = [(part, weight / total * height) for part, weight, height in parts]
    reasons.sort(key=_by_size)
    # The shares of the weights may add up to a hair more than 1.
    return Worth(value=min(1.0, fsum(added for _, added in reasons)), reasons=tuple(reasons))


def _parts(
    facts: Facts, weights: Weights, scale: Scale
) -> tuple[tuple[Part, float, float | None], ...]:
    days, complaints = facts.days_since_purchase, facts.open_complaints
    return (
        (Part.TIER, weights.tier, None if facts.tier is None else VALUE_OF_TIER[facts.tier]),
        (Part.REVENUE, weights.revenue, _place(facts.revenue, scale.revenue)),
        (Part.RECENCY, weights.recency, None if days is None else _left(days, scale.recency_days)),
        (Part.FREQUENCY, weights.frequency, _full(facts.orders_per_year, scale.orders_per_year)),
        (Part.TENURE, weights.tenure, _full(facts.tenure_years, scale.tenure_years)),
        (Part.COMPLAINTS, weights.complaints, _full(complaints, scale.complaints)),
        (Part.CHURN, weights.churn, _within(facts.churn_risk)),
    )


def _by_size(reason: tuple[Part, float]) -> tuple[float, Part]:
    return -reason[1], reason[0]


def _place(amount: float | None, half: float) -> float | None:
    if amount is None:
        return None
    amount = max(0.0, amount)  # A year of returns is a bad year, not a debt.
    return amount / (amount + half)


def _left(amount: float, half: float) -> float:
    return float(2.0 ** (-max(0.0, amount) / half))


def _full(amount: float | None, half: float) -> float | None:
    return None if amount is None else 1.0 - _left(amount, half)


def _within(share: float | None) -> float | None:
    return None if share is None else min(1.0, max(0.0, share))

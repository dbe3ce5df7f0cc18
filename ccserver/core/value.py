"""What a customer is worth to the business, and to the queue."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, CustomerId


class Tier(StrEnum):
    """The four levels of service, best first."""

    PLATINUM = "platinum"
    GOLD = "gold"
    SILVER = "silver"
    STANDARD = "standard"


VALUE_OF_TIER = {Tier.PLATINUM: 1.0, Tier.GOLD: 0.6, Tier.SILVER: 0.4, Tier.STANDARD: 0.2}
"""The value, 0 to 1, of a customer for whom none was computed."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each thing counts for a customer's value. Only their proportions matter."""

    tier: float = 4.0
    revenue: float = 2.0
    recency: float = 1.0
    frequency: float = 1.0
    tenure: float = 0.5
    complaints: float = 1.0
    """Open complaints: who has a grievance is heard sooner."""
    churn: float = 1.0
    """The risk to lose the customer."""

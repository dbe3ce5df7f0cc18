"""What a waiting caller can say for himself when agents are given out."""

from dataclasses import dataclass

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.quick import quick
from ccserver.core.value import Tier


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a waiting caller can say for himself."""

    contact: ContactId
    queue: Queue
    tier: Tier
    value: float
    queued_at: float
    language: str = ""
    region: str = ""
    last_agent: AgentId | None = None
    """Who talked to the customer last, if that still counts."""
    agent: AgentId | None = None
    """The one agent whom the caller asked for."""

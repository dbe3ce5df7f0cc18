"""What the center is told when it starts: its queues, its agents, and the calls it knew of."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue


class Presence(StrEnum):
    """What the agent chose."""

    READY = "ready"
    PAUSED = "paused"
    LOGGED_OUT = "logged_out"


class WorkState(StrEnum):
    """What the system sees an agent do. Presence, which the agent chose, is another field."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    MISSED = "missed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How one queue is run."""

    name: Queue
    ring_seconds: int = 20
    """How long an agent's phone may ring before the call goes to another."""
    wrap_up_seconds: float = 30.0
    """How long after a talk the agent is left in peace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """An agent as the database knows him, with the state in which he was last seen."""

    agent: AgentId
    phone: Phone
    queues: frozenset[Queue]
    presence: Presence = Presence.LOGGED_OUT
    reason: str = ""
    work: WorkState = WorkState.LOGGED_OUT
    since: float = 0.0
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContact:
    """A contact that had not ended when the last run of ccserver did."""

    contact: ContactId
    leg: LegId
    arrived_at: float
    queue: Queue | None
    segment_from: float
    """Where the last segment that was saved ended: the history goes on from there."""
    segments: int
    """How many segments were saved."""

"""Who is served next, and by whom: the whole policy, as plain functions."""

from collections.abc import Iterable
from dataclasses import dataclass

from ccserver.core.ids import AgentId, ContactId, Queue

AGEING_PER_MINUTE = 0.1
"""How fast waiting makes up for value: ten minutes lift the least valued caller to the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a waiting caller can say for himself."""

    contact: ContactId
    queue: Queue
    value: float
    queued_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """An agent who could take a call now."""

    agent: AgentId
    queues: frozenset[Queue]
    since: float


def priority(claim: Claim, now: float) -> float:
    """Value first, but no one waits for ever."""
    return claim.value + AGEING_PER_MINUTE * (now - claim.queued_at) / 60


def match(claims: Iterable[Claim], agents: Iterable[Free], now: float) -> list[tuple[Claim, Free]]:
    """Pair callers with agents: the highest priority chooses first, the longest idle serves."""
    free = sorted(agents, key=lambda agent: (agent.since, agent.agent))
    pairs: list[tuple[Claim, Free]] = []
    for claim in sorted(claims, key=lambda c: (-priority(c, now), c.queued_at, c.contact)):
        if not free:
            break
        agent = next((a for a in free if claim.queue in a.queues), None)
        if agent is not None:
            free.remove(agent)
            pairs.append((claim, agent))
    return pairs

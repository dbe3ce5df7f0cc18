"""How long a recording is kept."""

from ccserver.core.ids import Queue
from ccserver.core.rules import Direction, RetentionRule

DAY_SECONDS = 86_400.0


def expires_at(
    rules: tuple[RetentionRule, ...],
    *,
    queue: Queue | None,
    kind: str,
    direction: Direction,
    started_at: float,
) -> float | None:
    """When a recording is to be deleted, as the first rule that fits it says. None: never.

    `kind` is `contact`, `consult` or `voicemail`.
    """
    for rule in rules:
        if _fits(rule, queue, kind, direction):
            return started_at + rule.days * DAY_SECONDS
    return None


def _fits(rule: RetentionRule, queue: Queue | None, kind: str, direction: Direction) -> bool:
    return (
        (not rule.queues or queue in rule.queues)
        and (not rule.kinds or kind in rule.kinds)
        and (not rule.directions or direction in rule.directions)
    )

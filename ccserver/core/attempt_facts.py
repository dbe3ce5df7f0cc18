"""What the evidence holds of an attempt, besides what names the entry.

Instants (`..._at`) are whole milliseconds since 1970 UTC, which every reader of JSON takes exactly.
"""

from ccserver.core.campaigns import Phase
from ccserver.core.dial_orders import Dial, SaveAttempt


def ms(at: float | None) -> int | None:
    """Whole milliseconds."""
    return None if at is None else round(at * 1000)


def of_dial(dial: Dial, rules: str) -> dict[str, object]:
    """What is kept of a call before it is placed. `rules`: the hash of the rules in force."""
    return {
        "campaign": dial.campaign,
        "lead": dial.lead,
        "number": dial.number,
        "caller_id": dial.caller_id,
        "placed_at": ms(dial.placed_at),
        "ring_seconds": dial.ring_seconds,
        "machine": dial.machine,
        "agent": dial.agent,
        "rules": rules,
        "checks": [
            {"name": one.name, "passed": one.passed, "detail": one.detail} for one in dial.checks
        ],
        "pacing": dial.pacing,
    }


def phase_of(saved: SaveAttempt) -> Phase:
    """Where the attempt is."""
    if saved.result is not None:
        return Phase.ENDED
    return Phase.ANSWERED if saved.connected_at is None else Phase.CONNECTED


def of_attempt(saved: SaveAttempt) -> dict[str, object]:
    """What is kept of what came of a call."""
    return {
        "campaign": saved.campaign,
        "lead": saved.lead,
        "result": saved.result,
        "answered_at": ms(saved.answered_at),
        "clock_at": ms(saved.clock_at),
        "connected_at": ms(saved.connected_at),
        "ended_at": ms(saved.ended_at),
        "agent": saved.agent,
        "heard": saved.heard,
        "message": saved.message,
    }

"""By when the switch must have told something about a call."""

from collections.abc import Callable

from ccserver.core.company import is_ringing, party_ring_seconds
from ccserver.core.ids import Queue
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.rules import QueueRules

POP_SECONDS = 0.1
"""How long the phone waits for the screen's word that it shows the caller: usually 1 ms."""

POP_OFF_HOOK_SECONDS = 0.05
"""The same for an agent who has the customer in his ear at once: the law counts seconds."""

OVERDUE_SECONDS = 5.0
"""How long past its ring limit an offer may stay without an answer from the switch."""

UNHELD_SECONDS = 15.0
"""How long a waiting caller may stay unseen by the hold loop, which reports every ten seconds; and
how long after a talk until the survey's first step."""


def overdue_at(
    now: float, place: Place, rules: Callable[[Queue], QueueRules], *, off_hook: bool
) -> float | None:
    """The instant; None: nothing is owed. `off_hook`: the agent's phone does not ring."""
    match place:
        case Waiting(held=False) | InFlow(after_talk=True, call=Call(walk=None)):
            return now + UNHELD_SECONDS
        case Ringing(ordered=False):
            return now + (POP_OFF_HOOK_SECONDS if off_hook else POP_SECONDS)
        case Ringing(queue=queue):
            return now + rules(queue).ring_seconds + OVERDUE_SECONDS
        case Dialing(queue=queue):
            return place.since + rules(queue).callback.ring_seconds + OVERDUE_SECONDS
        case Talking(queue=queue) if is_ringing(place):
            return now + party_ring_seconds(rules(queue)) + OVERDUE_SECONDS
        case InFlow() | Waiting() | Fallback() | Talking() | AwaitingCallback() | Leaving():
            return None

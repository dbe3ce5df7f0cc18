"""Customers whom agents call: on a day that was agreed, or at once, by a click on the number.

Such a contact is outbound: no caller has begun it, and nobody keeps a place in a queue.
"""

from typing import Final

from ccserver.core.claim import Wish
from ccserver.core.desk_events import AgentDialed, CallbackPlanned
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId
from ccserver.core.places import AwaitingCallback, Call, Place
from ccserver.core.rules import Direction
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

LEG: Final = "cb-"
"""Legs that we name begin so."""

_NOT_REACHED: Final = {
    "busy": "The number is busy: try again later.",
    "no_answer": "Nobody has picked up: try again later.",
    "unsent": "The switch has not taken the order: try again in a moment.",
}
_FAILED: Final = "The number could not be reached: check it, and try again."


def leg_of(contact: ContactId, tries: int) -> LegId:
    """What the leg of this try, 1, 2, 3 …, to call a customer is named."""
    return LegId(f"{LEG}{contact}-{tries}")


def is_number(number: str) -> bool:
    """Whether this is E.164."""
    return number.startswith("+") and number[1:].isascii() and number[1:].isdigit()


def is_planned(place: Place) -> bool:
    """Whether the customer is to be called by an agreement, and not for a place that he keeps."""
    return isinstance(place, AwaitingCallback) and place.call.direction is Direction.OUTBOUND


def kept_for(call: Call) -> AgentId | None:
    """The one agent who was to call; None: whoever is free."""
    return call.wish.agent if call.direction is Direction.OUTBOUND else None


def call_of(event: AgentDialed | CallbackPlanned, leg: LegId, now: float) -> Call:
    """What is known of the customer. The look-up may tell more."""
    language = event.language if isinstance(event, CallbackPlanned) else ""
    customer = None
    if event.customer:
        customer = Customer(
            id=CustomerId(event.customer),
            tier=Tier.STANDARD,
            value=VALUE_OF_TIER[Tier.STANDARD],
            language=language,
        )
    return Call(
        contact=event.contact,
        leg=leg,
        arrived_at=now,
        caller=event.number,
        customer=customer,
        language=language,
        queue=event.queue,
        # Should the agent miss it, the customer who has picked up waits for him before others.
        wish=Wish(agent=event.agent),
        direction=Direction.OUTBOUND,
    )


def agreed(call: Call, event: CallbackPlanned, since: float, now: float) -> AwaitingCallback:
    """The customer waits for the instant that was agreed; one that is past is now."""
    at = max(event.at, now)  # a place in line is not had before it was asked for
    return AwaitingCallback(
        call=call,
        since=since,
        queue=event.queue,
        queued_at=at,
        number=event.number,
        requested_at=event.at,
        not_before=at,
        due=at <= now,
    )


def not_reached(cause: str) -> str:
    """Why there is no talk, to the agent who has dialed."""
    return _NOT_REACHED.get(cause, _FAILED)

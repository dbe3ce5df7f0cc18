"""The ticket that a call carries on its leg, made of what is known of it."""

from ccserver.core.places import Dialing, Waiting
from ccserver.core.seen import Ticket

KEYS_KEPT = 20
"""So many of the last keys travel with the leg: a command must stay below 2 KiB."""


def ticket_of(place: Waiting | Dialing) -> Ticket:
    """What a ccserver that comes later, or Asterisk's own queue, must know of this caller."""
    call = place.call
    return Ticket(
        contact=call.contact,
        arrived_at=call.arrived_at,
        queued_at=place.queued_at,
        queue=place.queue,
        tier=call.tier,
        value=call.value,
        urgent=call.wish.urgent,
        language=call.language,
        customer=call.customer.id if call.customer else "",
        caller=call.caller,
        dialed=call.dialed,
        keys=call.keys[-KEYS_KEPT:],
    )

"""The ticket says where its caller is now."""

from ccserver.core.claim import Wish
from ccserver.core.ids import ContactId, LegId, Queue
from ccserver.core.places import Call, Waiting
from ccserver.core.seen import unpack
from ccserver.core.tickets import KEYS_KEPT, ticket_of


def test_a_ticket_survives_its_journey_on_the_leg() -> None:
    keys = tuple((f"menu{number}", "1") for number in range(KEYS_KEPT + 5))
    call = Call(
        contact=ContactId("1"), leg=LegId("a"), arrived_at=1.0, caller="+861", keys=keys,
        wish=Wish(urgent=True, boost=0.5),
    )  # fmt: skip
    place = Waiting(call=call, since=5.0, queue=Queue("sales"), queued_at=4.0, held=True)
    ticket = ticket_of(place)
    assert unpack(ticket.pack()) == ticket
    assert (ticket.queue, ticket.queued_at, ticket.urgent) == ("sales", 4.0, True)
    assert ticket.value == call.value, "what the flow adds is for routing only"
    assert len(ticket.keys) == KEYS_KEPT, "a command must stay short"

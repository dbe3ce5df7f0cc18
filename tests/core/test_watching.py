"""By when the switch must have told something."""

import pytest

from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.places import Call, Dialing, InFlow, Leaving, Place, Ringing, Waiting
from ccserver.core.quick import replace
from ccserver.core.rules import QueueRules
from ccserver.core.watching import overdue_at
from tests.core.stories import SALES

CALL = Call(contact=ContactId("a"), leg=LegId("A"), arrived_at=0.0)
RINGING = Ringing(
    call=CALL,
    since=0.0,
    queue=SALES,
    queued_at=0.0,
    agent=AgentId("anna"),
    phone=Phone("1"),
    ordered=False,
)


@pytest.mark.parametrize(
    ("place", "off_hook", "at"),
    [
        (RINGING, False, 100.1),
        (RINGING, True, 100.05),
        (replace(RINGING, ordered=True), False, 125.0),
        (Waiting(call=CALL, since=0.0, queue=SALES, queued_at=0.0, held=False), False, 115.0),
        (Waiting(call=CALL, since=0.0, queue=SALES, queued_at=0.0, held=True), False, None),
        (InFlow(call=CALL, since=0.0, after_talk=True), False, 115.0),
        (Leaving(call=CALL, since=0.0), False, None),
        (
            Dialing(
                call=CALL, since=90.0, queue=SALES, queued_at=0.0, number="+861",
                requested_at=0.0, tries=1, agent=None, phone=Phone(""),
            ),
            False,
            125.0,
        ),
    ],
)  # fmt: skip
def test_each_place_has_its_time(place: Place, off_hook: bool, at: float | None) -> None:
    assert overdue_at(100.0, place, lambda name: QueueRules(name=name), off_hook=off_hook) == at

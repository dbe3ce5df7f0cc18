"""The ticket that travels with a caller's leg."""

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import ContactId, Queue
from ccserver.core.seen import Ticket, unpack
from ccserver.core.value import Tier

WORD = st.text("abcXYZ019+_-", max_size=12)
TICKETS = st.builds(
    Ticket,
    contact=WORD.map(ContactId),
    arrived_at=st.integers(0, 2**42).map(lambda ms: ms / 1000),
    queued_at=st.integers(0, 2**42).map(lambda ms: ms / 1000),
    queue=WORD.map(Queue),
    tier=st.sampled_from(Tier),
    value=st.integers(0, 10_000).map(lambda n: n / 10_000),
    urgent=st.booleans(),
    language=WORD,
    customer=WORD,
    caller=WORD,
    dialed=WORD,
    keys=st.lists(st.tuples(WORD.filter(bool), st.sampled_from(["", "1", "#"]))).map(tuple),
)


@given(TICKETS)
def test_a_ticket_survives_the_journey(ticket: Ticket) -> None:
    assert unpack(ticket.pack()) == ticket


@given(st.text())
def test_what_is_no_ticket_is_none(line: str) -> None:
    assert unpack(line) is None or line.count("|") == 11


def test_a_value_out_of_bounds_is_brought_back() -> None:
    line = "c|1|1|q|gold|7.5|0|zh||||"
    ticket = unpack(line)
    assert ticket is not None
    assert ticket.value == 1.0

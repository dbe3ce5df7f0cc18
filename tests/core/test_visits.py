"""Visits to queues: how each exit is named."""

import pytest

from ccserver.core.ids import ContactId, LegId, Queue
from ccserver.core.places import Call, Leaving, Waiting
from ccserver.core.quick import replace
from ccserver.core.records import QueueExit
from ccserver.core.visits import begin_visit, leaves_queue, visit_ended

CALL = Call(contact=ContactId("1"), leg=LegId("a"), arrived_at=0.0)


def waiting(queue: str = "sales", since: float = 100.0, queued_at: float = 100.0) -> Waiting:
    return Waiting(call=CALL, since=since, queue=Queue(queue), queued_at=queued_at, held=False)


@pytest.mark.parametrize(
    ("outcome", "left_at", "expected"),
    [
        ("abandoned", 110.0, QueueExit.ABANDONED),
        ("abandoned", 104.0, QueueExit.SHORT_ABANDONED),
        ("timeout", 104.0, QueueExit.TIMEOUT),
        ("lost_sight", 110.0, QueueExit.SYSTEM_ERROR),
    ],
)
def test_each_way_out_has_its_name(outcome: str, left_at: float, expected: QueueExit) -> None:
    call = begin_visit(CALL, waiting())
    assert call.visit is not None
    gone = Leaving(call=call, since=left_at)
    saved = visit_ended(call, call.visit, gone, outcome, short_seconds=5.0)
    assert saved.exit is expected
    assert saved.waited_seconds == left_at - 100.0


def test_what_was_waited_elsewhere_counts() -> None:
    call = begin_visit(CALL, waiting(since=100.0, queued_at=40.0))
    assert call.visit is not None
    saved = visit_ended(
        call, call.visit, Leaving(call=call, since=110.0), "abandoned", short_seconds=5.0
    )
    assert (saved.entered_at, saved.waited_seconds) == (100.0, 70.0)


def test_a_talk_before_it_is_no_part_of_a_wait() -> None:
    call = begin_visit(replace(CALL, credit_seconds=20.0), waiting(queued_at=40.0), talked=True)
    assert call.visit is not None
    assert call.visit.queued_at == 80.0


def test_a_visit_goes_on_while_its_queue_has_the_caller() -> None:
    call = begin_visit(CALL, waiting())
    assert call.visit is not None
    assert not leaves_queue(call.visit, waiting(since=120.0))
    assert leaves_queue(call.visit, waiting("service"))
    assert leaves_queue(call.visit, Leaving(call=call, since=120.0))

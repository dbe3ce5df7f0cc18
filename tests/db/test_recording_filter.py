"""Each filter is a word of the index, so that no search walks along all recordings."""

from datetime import UTC, datetime

from ccserver.core.ids import AgentId, Queue
from ccserver.db.recording_filter import Hearer, RecordingFilter, groups_of

ANNA, BOB = AgentId("anna"), AgentId("bob")


def test_each_filter_has_its_words() -> None:
    wanted = RecordingFilter(
        agents=(ANNA, BOB),
        queue=Queue("sales"),
        disposition="sold",
        tags=("angry", "vip"),
        kind="contact",
        direction="inbound",
        seconds_min=30,
        seconds_max=90,
        fault=True,
        hearer=Hearer(agent=ANNA, queues=frozenset({Queue("sales"), Queue("service")})),
    )
    assert groups_of(wanted) == [
        *(("queue=sales",), ("disposition=sold",), ("kind=contact",), ("direction=inbound",)),
        *(("tag=angry",), ("tag=vip",), ("from=2",), ("upto=3",), ("fault",)),
        ("agent=anna", "agent=bob"),
        ("agent=anna", "message=sales", "message=service"),
    ]


def test_nobody_and_no_queue_are_found_nowhere() -> None:
    nobody = Hearer(agent=None, queues=frozenset())
    assert groups_of(RecordingFilter(agents=(), hearer=nobody)) == [(), ()]


def test_time_alone_has_an_index_of_its_own() -> None:
    assert groups_of(RecordingFilter(since=datetime(2026, 1, 1, tzinfo=UTC))) == []

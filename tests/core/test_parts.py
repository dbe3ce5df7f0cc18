"""What is shown of a call in its place, and kept of it."""

from ccserver.core.commands import CallState
from ccserver.core.ids import ContactId, LegId
from ccserver.core.parts import kept, shown
from ccserver.core.places import Call, InFlow, Talking
from ccserver.core.records import SegmentKind
from tests.core.stories import ANNA, PHONES, SALES

CALL = Call(contact=ContactId("1"), leg=LegId("a"), arrived_at=1.0, queue=SALES)


def test_who_talks_is_shown_with_his_agent_and_kept_with_the_queue() -> None:
    talking = Talking(call=CALL, since=5.0, queue=SALES, agent=ANNA, phone=PHONES[ANNA])
    show = shown(talking)
    assert (show.state, show.agent, show.since) == (CallState.TALKING, ANNA, 5.0)
    segment = kept(talking, 3, 9.0, "agent_hung_up")
    assert (segment.kind, segment.queue, segment.agent) == (SegmentKind.TALK, SALES, ANNA)
    assert (segment.number, segment.started_at, segment.ended_at) == (3, 5.0, 9.0)


def test_a_survey_is_a_part_without_an_agent() -> None:
    surveyed = InFlow(call=CALL, since=9.0, after_talk=True)
    assert (shown(surveyed).state, shown(surveyed).agent) == (CallState.IVR, None)
    segment = kept(surveyed, 4, 12.0, "surveyed")
    assert (segment.kind, segment.queue, segment.agent) == (SegmentKind.IVR, None, None)

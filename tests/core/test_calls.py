"""The calls, and the history that they leave."""

from itertools import pairwise

from ccserver.core.commands import ShowCaller
from ccserver.core.events import (
    AgentLegEnded,
    CallArrived,
    CallEnded,
    CallerRecognized,
    CallHeld,
    FlowEnded,
    KeyPressed,
    PhoneRang,
    WrapUpDone,
)
from ccserver.core.ids import ContactId, CustomerId, LegId
from ccserver.core.parties import Phase
from ccserver.core.parts import shown
from ccserver.core.places import Talking
from ccserver.core.quick import replace
from ccserver.core.records import SaveContactEnd, SaveRecording, SaveSegment, SegmentKind
from ccserver.core.seen import EndedBy
from ccserver.core.value import Customer, Tier
from tests.core.stories import ANNA, BOB, PHONES, SALES, Story


def test_what_was_pressed_is_on_the_card() -> None:
    story = Story()
    story.ready()
    contact, leg = ContactId("1"), LegId("leg-1")
    story.tell(CallArrived(contact=contact, leg=leg, caller="", dialed="4001"))
    story.tell(KeyPressed(contact=contact, step="menu", key="7"))
    story.tell(KeyPressed(contact=contact, step="menu", key="1"))
    story.tell(FlowEnded(contact=contact, queue=SALES, language="zh"))
    story.tell(CallHeld(contact=contact, leg=leg))
    (pop,) = [c for c in story.told if isinstance(c, ShowCaller)]
    assert pop.keys == (("menu", "7"), ("menu", "1"))


def test_the_segments_of_a_call_follow_each_other_without_a_gap() -> None:
    story = Story()
    story.ring("1")
    story.ready(after=7.0)
    story.tell(PhoneRang(leg=LegId("leg-1"), phone=PHONES[ANNA]), after=0.002)
    story.answer("1", after=3.0)
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=60.0)
    story.tell(WrapUpDone(agent=ANNA), after=5.0)
    segments = [c for c in story.told if isinstance(c, SaveSegment)]
    assert [s.kind for s in segments] == [
        SegmentKind.QUEUE,  # the flow took no time in this story
        SegmentKind.OFFER,
        SegmentKind.TALK,
        SegmentKind.WRAP_UP,
    ]
    assert [s.number for s in segments] == [1, 2, 3, 4]
    for before, after in pairwise(segments):
        assert before.ended_at == after.started_at
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.ended_at - 0.0 == sum(s.ended_at - s.started_at for s in segments[:3])
    assert (end.ended_by, end.agent, end.queue) == (EndedBy.CALLER, ANNA, SALES)


def test_the_talk_leaves_one_recording_with_its_times() -> None:
    story = Story()
    story.ready()
    story.ring("1", after=1.0)
    story.answer("1", after=1.0)
    story.tell(AgentLegEnded(contact=ContactId("1"), phone=PHONES[ANNA]), after=10.0)
    (recording,) = [c for c in story.told if isinstance(c, SaveRecording)]
    assert (recording.file, recording.started_at, recording.ended_at) == ("1.raw", 2.0, 12.0)


def test_goodbye_ends_the_contact_for_the_system() -> None:
    story = Story()
    contact, leg = ContactId("1"), LegId("leg-1")
    story.tell(CallArrived(contact=contact, leg=leg, caller="", dialed="4001"))
    story.tell(KeyPressed(contact=contact, step="menu", key="9"))
    story.tell(FlowEnded(contact=contact, queue=None, language="zh"), after=4.0)
    story.tell(CallEnded(leg=leg, cause=16), after=0.001)
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert (end.ended_by, end.ended_at, end.keys) == (EndedBy.SYSTEM, 4.0, (("menu", "9"),))


def test_a_customer_is_kept_for_the_agent_who_talked_to_him_last() -> None:
    story = Story(screens_show=False)
    contact = ContactId("1")
    story.ready(ANNA)
    story.ready(BOB, after=5.0)  # Anna has been idle for longer
    story.arrive("1")
    customer = Customer(
        id=CustomerId("7"), tier=Tier.GOLD, value=0.6, language="zh", last_agent=BOB
    )
    story.tell(CallerRecognized(contact=contact, customer=customer))
    story.tell(FlowEnded(contact=contact, queue=SALES, language="zh"))
    told = story.hold("1")
    assert [c.agent for c in told if isinstance(c, ShowCaller)] == [BOB]


def test_what_changes_within_a_talk_is_shown_and_is_the_same_part() -> None:
    story = Story()
    story.ring("1")
    story.answer("1", after=5.0)
    place = story.center._calls.get(ContactId("1"))
    assert isinstance(place, Talking)
    changed = replace(place, phase=Phase.ROOM)
    story.center._calls.alter(changed)
    assert story.center._out == [shown(changed)]

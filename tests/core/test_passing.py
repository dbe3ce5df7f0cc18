"""A caller who passes from one to another, and is never left alone."""

from ccserver.core.commands import HangUp
from ccserver.core.company import keepers
from ccserver.core.events import AgentHungUp, AgentLegEnded, CallAnswered
from ccserver.core.ids import LegId, Phone
from ccserver.core.parties import Phase
from ccserver.core.records import MarkKind, SaveSegment, SegmentKind
from ccserver.core.rules import SpyMode
from ccserver.core.talk_events import AgentHeld, PartyMoved
from tests.core.stories import ANNA, BOB, PHONES, Story
from tests.core.talking import (
    ANNAS,
    CALLER,
    NUMBER,
    ONE,
    THEIRS,
    end,
    joined,
    marks,
    on_call,
    on_hold,
    orders,
    talk,
    together,
    wait_of,
)


def test_our_own_people_come_before_those_outside() -> None:
    story = together(None)
    story.tell(PartyMoved(contact=ONE, leg=LegId("x"), phone=PHONES[BOB]))
    assert [party.number for party in keepers(talk(story))] == [NUMBER]
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[BOB]))
    assert talk(story).agent is None
    story = together()
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]))
    assert talk(story).agent == BOB


def test_every_part_of_a_talk_is_kept_without_a_gap() -> None:
    story = together(None)
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]), after=5.0)
    end(story, THEIRS)
    story.wait(60.0)
    parts = [c for c in story.told if isinstance(c, SaveSegment)]
    through = [part for part in parts if part.kind is not SegmentKind.WRAP_UP]
    assert [part.kind for part in through] == ["queue", "talk", "consult", "talk", "outside"]
    ends = [part.ended_at for part in through]
    assert [part.started_at for part in through] == [0.0, *ends[:-1]]
    assert len({part.number for part in parts}) == len(parts)


def test_marks_tell_who_and_how() -> None:
    story = together(None)
    end(story, THEIRS, "left")
    assert marks(story) == [
        (MarkKind.HOLD, ""),
        (MarkKind.CONSULT, NUMBER),
        (MarkKind.CONFERENCE, NUMBER),
        (MarkKind.LEFT, f"{NUMBER} left"),
    ]


def test_a_supervisor_in_the_room_is_let_go_with_a_caller_who_waits_again() -> None:
    story = on_call()
    leg = joined(SpyMode.BARGE, story)
    story.tell(AgentHeld(agent=ANNA))
    told = story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]))
    assert HangUp(contact=ONE, leg=leg) in told
    assert not wait_of(story).held


def test_a_phone_of_nobody_may_have_the_caller() -> None:
    story = Story()
    story.ring("1")
    story.tell(CallAnswered(contact=ONE, phone=Phone("1009"), recording="", leg=ANNAS))
    told = story.tell(AgentLegEnded(contact=ONE, phone=Phone("1009")))
    assert orders(told) == [], "the switch lets the caller go"


def test_who_hung_up_on_a_caller_on_hold_does_not_give_him_back() -> None:
    story = on_hold()
    story.tell(AgentHungUp(agent=ANNA))
    assert talk(story).phase is Phase.HOLD
    told = story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]))
    assert orders(told) == [HangUp(contact=ONE, leg=CALLER)]

"""What is shown of a call in its place, and kept of it."""

from ccserver.core.commands import CallState
from ccserver.core.ids import NO_LEG, ContactId, LegId, Phone
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.parts import kept, shown
from ccserver.core.places import Call, InFlow, Talking
from ccserver.core.quick import replace
from ccserver.core.records import SegmentKind
from ccserver.core.rules import Taping
from tests.core.stories import ANNA, PHONES, SALES

CALL = Call(contact=ContactId("1"), leg=LegId("a"), arrived_at=1.0, queue=SALES)
OUTSIDE = Party(leg=NO_LEG, agent=None, phone=Phone(""), number="+49")


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


def test_each_phase_of_a_talk_is_a_part_of_its_own_kind() -> None:
    talking = Talking(call=CALL, since=5.0, queue=SALES, agent=ANNA, phone=PHONES[ANNA])
    consulting = replace(talking, phase=Phase.CONSULT, consult=OUTSIDE)
    outside = replace(talking, agent=None, phone=Phone(""), others=(OUTSIDE,))
    kinds = [
        kept(part, 1, 9.0, "").kind
        for part in (
            replace(talking, phase=Phase.HOLD),
            consulting,
            outside,
            replace(talking, phase=Phase.ROOM, others=(OUTSIDE,)),
        )
    ]
    assert kinds == ["hold", "consult", "outside", "talk"]


def test_who_else_is_in_a_talk_is_shown_and_what_is_recorded() -> None:
    tape = Tape(file="r", since=5.0, paused_until=99.0)
    talking = Talking(
        call=CALL,
        since=5.0,
        queue=SALES,
        agent=ANNA,
        phone=PHONES[ANNA],
        tape=tape,
        taping=Taping.ON_DEMAND,
        phase=Phase.CONSULT,
        consult=OUTSIDE,
    )
    show = shown(talking)
    assert (show.phase, show.parties) == (Phase.CONSULT, (OUTSIDE,))
    assert (show.taping, show.taped, show.paused_until) == (Taping.ON_DEMAND, True, 99.0)
    show = shown(InFlow(call=CALL, since=9.0))
    assert (show.phase, show.parties, show.taping, show.taped) == (None, (), None, False)

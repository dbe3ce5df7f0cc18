"""The buttons of an agent who has a caller."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ccserver.core.claim import Wish
from ccserver.core.commands import AskSurvey, HangUp, Hold, Look, Refuse, ShowCaller
from ccserver.core.company import OUTSIDE_RING_SECONDS
from ccserver.core.events import (
    AgentHungUp,
    AgentLegEnded,
    AgentLoggedOut,
    AgentPaused,
    CallAnswered,
    Event,
    PhoneChanged,
)
from ccserver.core.ids import AgentId, LegId
from ccserver.core.parties import Party, Phase
from ccserver.core.records import MarkKind, SaveMark, SaveRecording, SegmentKind
from ccserver.core.rules import Consent
from ccserver.core.site import WorkState
from ccserver.core.talk_events import (
    AgentConsulted,
    AgentHeld,
    AgentResumed,
    AgentTransferred,
    ConferenceBegun,
    ConsultEnded,
    TransferCompleted,
)
from ccserver.core.talk_orders import Consult, Join, Park, SendOutside
from ccserver.core.watching import OVERDUE_SECONDS
from tests.core.stories import ANNA, BOB, PHONES, RULES, SALES, SERVICE, Story, served, state_of
from tests.core.talking import (
    ANNAS,
    BOBS,
    CALLER,
    NUMBER,
    ONE,
    THEIRS,
    answer,
    consulting,
    end,
    marks,
    on_call,
    on_hold,
    orders,
    parts,
    phase_shown,
    refusals,
    ringing,
    talk,
    together,
    wait_of,
)

PARKED = Park(contact=ONE, leg=CALLER, agent_leg=ANNAS)

# -- on hold


def test_a_caller_on_hold_hears_music_and_the_agent_stays_on_call() -> None:
    story = on_call()
    assert orders(story.tell(AgentHeld(agent=ANNA), after=20.0)) == [PARKED]
    assert phase_shown(story) is Phase.HOLD
    assert state_of(story, ANNA) is WorkState.ON_CALL
    told = story.tell(AgentResumed(agent=ANNA), after=30.0)
    assert orders(told) == [Join(contact=ONE, leg=CALLER, others=(ANNAS,))]
    assert phase_shown(story) is Phase.ROOM
    story.hang_up("1", after=5.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story.wait(30.0)
    assert parts(story)[-4:] == [
        (SegmentKind.TALK, ANNA, 21.0, "held"),
        (SegmentKind.HOLD, ANNA, 30.0, "resumed"),
        (SegmentKind.TALK, ANNA, 5.0, "caller_hung_up"),
        (SegmentKind.WRAP_UP, ANNA, 30.0, "done"),
    ]
    assert marks(story) == [(MarkKind.HOLD, ""), (MarkKind.RESUME, "")]
    times = story.center._router.scape.times
    assert times.of(SALES) > 30.0, "the whole talk counts, from the first answer on"


def test_hold_and_resume_do_not_cut_the_recording() -> None:
    story = on_hold()
    story.tell(AgentResumed(agent=ANNA), after=5.0)
    story.hang_up("1", after=5.0)
    (tape,) = [c for c in story.told if isinstance(c, SaveRecording)]
    assert (tape.started_at, tape.ended_at, tape.agents) == (10.0, story.now, (ANNA,))


# -- wrong moments


@pytest.mark.parametrize(
    ("story", "event", "request_", "reason"),
    [
        (Story, AgentHeld(agent=ANNA), "hold", "You have no call to hold."),
        (Story, AgentHeld(agent=AgentId("nobody")), "hold", "You have no call to hold."),
        (on_hold, AgentHeld(agent=ANNA), "hold", "The caller is on hold already."),
        (on_call, AgentResumed(agent=ANNA), "resume", "The caller is not on hold."),
        (consulting, AgentResumed(agent=ANNA), "resume", "end the consultation first"),
        (consulting, AgentHeld(agent=ANNA), "hold", "end the consultation first"),
        (together, AgentHeld(agent=ANNA), "hold", "Others are in the talk"),
        (together, AgentTransferred(agent=ANNA, queue=SERVICE), "transfer", "Others are in"),
        (consulting, AgentTransferred(agent=ANNA, queue=SERVICE), "transfer", "consulting"),
        (consulting, AgentConsulted(agent=ANNA, number=NUMBER), "consult", "consulting"),
        (on_call, ConsultEnded(agent=ANNA), "end_consult", "You consult nobody"),
        (Story, ConsultEnded(agent=ANNA), "end_consult", "You have no call to go back to."),
        (on_call, TransferCompleted(agent=ANNA), "complete_transfer", "You consult nobody"),
        (ringing, TransferCompleted(agent=ANNA), "complete_transfer", "Nobody has answered yet"),
        (on_call, ConferenceBegun(agent=ANNA), "conference", "You consult nobody"),
        (ringing, ConferenceBegun(agent=ANNA), "conference", "Nobody has answered yet"),
        (consulting, AgentHeld(agent=BOB), "hold", "Your colleague has the caller"),
        (consulting, AgentHungUp(agent=ANNA), "hang_up", "You are consulting"),
        (ringing, AgentHungUp(agent=BOB), "hang_up", "You have no call to hang up."),
    ],
)
def test_a_button_at_the_wrong_moment_says_what_to_do(
    story: Callable[[], Story], event: Event, request_: str, reason: str
) -> None:
    told = story().tell(event)
    ((request, why),) = refusals(told)
    assert request == request_
    assert reason in why
    assert orders(told) == []


def test_who_has_hung_up_does_nothing_more_but_may_press_again() -> None:
    story = on_call()
    story.tell(AgentHungUp(agent=ANNA))
    assert refusals(story.tell(AgentHeld(agent=ANNA))) == [("hold", "You have hung up already.")]
    assert orders(story.tell(AgentHungUp(agent=ANNA))) == [HangUp(contact=ONE, leg=CALLER)]


@pytest.mark.parametrize("event", [AgentHeld(agent=ANNA), AgentConsulted(agent=ANNA, to_agent=BOB)])
def test_while_the_agents_line_is_not_known_the_switch_is_asked(event: Event) -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.tell(CallAnswered(contact=ONE, phone=PHONES[ANNA], recording=""))
    story.ready(BOB)
    told = story.tell(event)
    assert orders(told) == [Look()]
    assert "try again in a moment" in refusals(told)[0][1]
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_a_second_talk_begins_in_a_room_and_its_end_is_ordered() -> None:
    story = Story()
    story.ring("1")
    story.ready(ANNA, after=10.0)
    answered = CallAnswered(contact=ONE, phone=PHONES[ANNA], recording="r", leg=ANNAS, in_room=True)
    story.tell(answered, after=2.0)
    assert phase_shown(story) is Phase.ROOM
    told = story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]), after=20.0)
    assert orders(told) == [HangUp(contact=ONE, leg=CALLER)]


# -- with somebody else


def test_a_colleague_is_consulted_while_the_caller_hears_music() -> None:
    story = on_call()
    told = story.tell(AgentConsulted(agent=ANNA, to_agent=BOB), after=20.0)
    order = Consult(
        contact=ONE,
        leg=CALLER,
        agent_leg=ANNAS,
        phone=PHONES[BOB],
        number="",
        ring_seconds=20,
        record=True,
    )
    assert orders(told) == [order], "both legs are moved in one step"
    assert [(c.agent, c.waited_seconds) for c in told if isinstance(c, ShowCaller)] == [(BOB, 10.0)]
    assert phase_shown(story) is Phase.CONSULT
    assert state_of(story, BOB) is WorkState.RINGING
    answer(story)
    assert state_of(story, BOB) is WorkState.ON_CALL
    assert talk(story).consult == Party(leg=BOBS, agent=BOB, phone=PHONES[BOB], answered=True)
    assert answer(story) == [], "once is enough"


def test_who_is_on_hold_already_stays_there() -> None:
    story = on_hold()
    told = story.tell(AgentConsulted(agent=ANNA, to_agent=BOB), after=20.0)
    (order,) = [c for c in told if isinstance(c, Consult)]
    assert (order.leg, order.agent_leg) == ("", ANNAS)
    assert MarkKind.HOLD not in [c.kind for c in told if isinstance(c, SaveMark)]


def test_whoever_is_consulted_is_offered_no_call() -> None:
    story = ringing()
    story.ring("2")
    answer(story)
    assert served(story) == ["1"]


def test_a_consultation_ends_and_the_caller_is_back() -> None:
    story = consulting()
    told = story.tell(ConsultEnded(agent=ANNA), after=10.0)
    back = Join(contact=ONE, leg=CALLER, others=(ANNAS,))
    assert orders(told) == [HangUp(contact=ONE, leg=BOBS), back]
    assert state_of(story, BOB) is WorkState.AVAILABLE, "he has nothing to write up"
    assert (talk(story).phase, talk(story).agent, talk(story).consult) == (Phase.ROOM, ANNA, None)
    assert end(story, BOBS) == []
    assert parts(story)[-2:] == [
        (SegmentKind.TALK, ANNA, 21.0, "consulted"),
        (SegmentKind.CONSULT, ANNA, 15.0, "resumed"),
    ]
    assert marks(story) == [
        (MarkKind.HOLD, ""),
        (MarkKind.CONSULT, BOB),
        (MarkKind.CONSULT_ENDED, "bob ended"),
        (MarkKind.RESUME, ""),
    ]


def test_a_consultation_that_rings_can_be_given_up() -> None:
    story = ringing()
    told = story.tell(ConsultEnded(agent=ANNA), after=10.0)
    assert orders(told) == [Join(contact=ONE, leg=CALLER, others=(ANNAS,))]
    assert state_of(story, BOB) is WorkState.AVAILABLE
    assert answer(story) == [], "too late"


def test_from_hold_a_consultation_parks_no_one_again() -> None:
    story = on_hold()
    told = story.tell(AgentConsulted(agent=ANNA, number=NUMBER), after=5.0)
    (order,) = orders(told)
    assert isinstance(order, Consult)
    assert (order.phone, order.number, order.ring_seconds) == ("", NUMBER, OUTSIDE_RING_SECONDS)


def test_only_who_is_free_can_be_consulted() -> None:
    story = on_call()

    def refused(to_agent: AgentId | None, number: str = "") -> str:
        told = story.tell(AgentConsulted(agent=ANNA, to_agent=to_agent, number=number))
        assert orders(told) == []
        return refusals(told)[0][1]

    assert "cannot consult yourself" in refused(ANNA)
    assert "eve is not logged in" in refused(AgentId("eve"))
    for number in ("", "030123", "+49 30", "+"):
        assert "no number" in refused(None, number)
    story.tell(PhoneChanged(phone=PHONES[BOB], reachable=False))
    assert "bob's phone cannot be reached" in refused(BOB)
    story.tell(PhoneChanged(phone=PHONES[BOB], reachable=True))
    story.ring("2")
    assert "bob is busy" in refused(BOB)
    story.hang_up("2")
    story.tell(AgentLoggedOut(agent=BOB))
    assert "bob is not logged in" in refused(BOB)
    assert talk(story).phase is Phase.TALK, "nothing changed for the caller"
    story.ready(BOB)
    story.tell(AgentPaused(agent=BOB, reason="mail"))
    assert refusals(story.tell(AgentConsulted(agent=ANNA, to_agent=BOB))) == []


def test_a_transfer_is_completed_and_the_colleague_has_the_caller() -> None:
    story = consulting()
    told = story.tell(TransferCompleted(agent=ANNA), after=10.0)
    assert orders(told) == [
        Join(contact=ONE, leg=CALLER, others=(BOBS,)),
        HangUp(contact=ONE, leg=ANNAS),
    ]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert state_of(story, BOB) is WorkState.ON_CALL
    assert (talk(story).agent, talk(story).agent_leg) == (BOB, BOBS)
    assert end(story, ANNAS) == [], "she is gone already"
    story.hang_up("1", after=20.0)
    assert state_of(story, BOB) is WorkState.WRAP_UP
    story.wait(40.0)
    assert parts(story)[-4:] == [
        (SegmentKind.CONSULT, ANNA, 15.0, "transferred"),
        (SegmentKind.TALK, BOB, 25.0, "caller_hung_up"),
        (SegmentKind.WRAP_UP, ANNA, 30.0, "done"),
        (SegmentKind.WRAP_UP, BOB, 30.0, "done"),
    ]
    assert marks(story)[-1] == (MarkKind.TRANSFER, BOB)
    (tape,) = [c for c in story.told if isinstance(c, SaveRecording)]
    assert tape.agents == (ANNA, BOB)


def test_a_transfer_to_a_number_leaves_the_caller_with_somebody_outside() -> None:
    story = consulting(None)
    told = story.tell(TransferCompleted(agent=ANNA), after=10.0)
    assert Join(contact=ONE, leg=CALLER, others=(THEIRS,)) in told
    assert (talk(story).agent, talk(story).phone) == (None, "")
    assert [party.number for party in talk(story).others] == [NUMBER]
    assert orders(end(story, THEIRS)) == [HangUp(contact=ONE, leg=CALLER)]
    assert (SegmentKind.OUTSIDE, None, 5.0, "agent_hung_up") in parts(story)


def test_a_conference_goes_on_when_the_agent_leaves() -> None:
    story = consulting()
    told = story.tell(ConferenceBegun(agent=ANNA), after=10.0)
    assert orders(told) == [Join(contact=ONE, leg=CALLER, others=(ANNAS, BOBS))]
    assert (talk(story).phase, talk(story).others[0].agent) == (Phase.ROOM, BOB)
    told = story.tell(AgentHungUp(agent=ANNA), after=10.0)
    assert orders(told) == [HangUp(contact=ONE, leg=ANNAS)]
    assert (talk(story).agent, talk(story).others) == (BOB, ())
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert marks(story)[-2:] == [(MarkKind.CONFERENCE, BOB), (MarkKind.LEFT, ANNA)]
    assert orders(story.tell(AgentHungUp(agent=BOB))) == [HangUp(contact=ONE, leg=CALLER)]


def test_who_was_brought_in_leaves_by_himself() -> None:
    story = together()
    assert orders(story.tell(AgentHungUp(agent=BOB))) == [HangUp(contact=ONE, leg=BOBS)]
    assert state_of(story, BOB) is WorkState.ON_CALL, "until he is gone"
    end(story, BOBS)
    assert state_of(story, BOB) is WorkState.WRAP_UP
    assert (talk(story).agent, talk(story).others) == (ANNA, ())


# -- handed on, unseen


def test_a_caller_handed_to_a_colleague_waits_for_that_one() -> None:
    story = on_call()
    told = story.tell(AgentTransferred(agent=ANNA, to_agent=BOB), after=20.0)
    assert orders(told) == [Hold(contact=ONE, leg=CALLER)]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story.hold("1")
    assert state_of(story, BOB) is WorkState.RESERVED
    assert marks(story) == [(MarkKind.TRANSFER, BOB)]


def test_he_waits_for_a_busy_colleague_but_not_for_ever() -> None:
    story = on_call()
    story.ring("2")
    story.answer("2", BOB)
    story.tell(AgentTransferred(agent=ANNA, to_agent=BOB), after=100.0)
    story.hold("1")
    story.wait(59.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    assert served(story) == ["1", "2"], "not to her from whom he comes"
    story.wait(1.0)
    assert served(story) == ["1", "2", "1"]


def test_a_transfer_keeps_what_was_said_about_recording() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1", wish=Wish(urgent=True, consent=Consent.REFUSED))
    story.answer("1")
    story.tell(AgentTransferred(agent=ANNA, queue=SERVICE))
    assert wait_of(story).call.wish == Wish(consent=Consent.REFUSED)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (AgentTransferred(agent=ANNA, to_agent=ANNA), "You have the caller"),
        (AgentTransferred(agent=ANNA, to_agent=AgentId("eve")), "eve is not logged in"),
        (AgentTransferred(agent=ANNA, number="0049"), "That is no number"),
        (AgentTransferred(agent=ANNA), "That is no number"),
    ],
)
def test_a_transfer_to_nobody_is_refused(event: AgentTransferred, reason: str) -> None:
    story = on_call()
    told = story.tell(event)
    assert reason in refusals(told)[0][1]
    assert orders(told) == []
    story.tell(AgentLoggedOut(agent=BOB))
    assert refusals(story.tell(AgentTransferred(agent=ANNA, to_agent=BOB))) != []


def test_a_caller_is_sent_to_a_number() -> None:
    story = on_hold()
    told = story.tell(AgentTransferred(agent=ANNA, number=NUMBER), after=10.0)
    assert orders(told) == [
        SendOutside(
            contact=ONE, leg=CALLER, number=NUMBER, ring_seconds=OUTSIDE_RING_SECONDS, record=True
        ),
        HangUp(contact=ONE, leg=ANNAS),
    ]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert answer(story, None) != []
    assert talk(story).others[0].answered
    assert story.hold("1") == [], "he is not in the hold loop: he talks"
    assert orders(end(story, THEIRS)) == [HangUp(contact=ONE, leg=CALLER)]


@pytest.mark.parametrize("told", [False, True])
def test_a_number_that_does_not_answer_brings_the_caller_back_to_his_place(told: bool) -> None:
    story = on_call()
    story.tell(AgentPaused(agent=BOB, reason="lunch"))
    story.tell(AgentTransferred(agent=ANNA, number=NUMBER), after=100.0)
    if told:
        end(story, LegId(""), "no_answer")
        assert (SegmentKind.OUTSIDE, None, 5.0, "no_answer") in parts(story)
    story.hold("1")
    assert wait_of(story).held
    assert wait_of(story).queued_at == 0.0, "before all who came later"
    visit = wait_of(story).call.visit
    assert visit is not None
    assert visit.entered_at - visit.queued_at == 10.0, "the talk was no part of his wait"


def test_a_phone_of_which_nothing_is_told_makes_us_look() -> None:
    for story in (ringing(), on_call()):
        if talk(story).phase is Phase.TALK:
            story.tell(AgentTransferred(agent=ANNA, number=NUMBER))
        assert Look() not in story.wait(OUTSIDE_RING_SECONDS + OVERDUE_SECONDS - 1.0)
        assert Look() in story.wait(1.0)


# -- the end


def test_hanging_up_on_a_caller_on_hold_ends_the_talk_and_the_agents_line() -> None:
    story = on_hold()
    assert orders(story.tell(AgentHungUp(agent=ANNA))) == [HangUp(contact=ONE, leg=CALLER)]
    assert orders(story.hang_up("1")) == [HangUp(contact=ONE, leg=ANNAS)]
    assert state_of(story, ANNA) is WorkState.WRAP_UP


def test_after_a_talk_in_the_room_the_survey_is_asked_and_no_one_stays_there() -> None:
    story = on_hold(Story(rules=tuple(replace(rules, survey="asked") for rules in RULES)))
    story.tell(AgentResumed(agent=ANNA))
    told = story.tell(AgentHungUp(agent=ANNA))
    assert AskSurvey(contact=ONE, leg=CALLER, survey="asked") in told
    assert orders(told) == [HangUp(contact=ONE, leg=ANNAS)]


def test_who_cannot_be_hung_up_is_looked_for() -> None:
    story = together()
    place = talk(story)
    story.center._calls.alter(replace(place, agent_leg=LegId("")))
    assert Look() in story.tell(AgentHungUp(agent=ANNA))
    blind = tuple(replace(party, leg=LegId("")) for party in place.others)
    story.center._calls.alter(replace(place, others=blind))
    story.center._out.clear()
    assert [type(c) for c in story.tell(AgentHungUp(agent=BOB))] == [Look, Refuse]

"""What the switch tells of the legs of a talk."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ccserver.core.commands import AskSurvey, HangUp, Hold, ShowCaller
from ccserver.core.events import AgentLegEnded, CallAnswered, Event
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.parties import Phase
from ccserver.core.records import MarkKind, SegmentKind
from ccserver.core.rules import SpyMode
from ccserver.core.site import AgentProfile, WorkState
from ccserver.core.talk_events import (
    AgentConsulted,
    AgentResumed,
    AgentTransferred,
    PartyAnswered,
    PartyEnded,
    PartyMoved,
    TapePaused,
    TransferCompleted,
)
from ccserver.core.talk_orders import Join, PauseRecording
from tests.core.stories import ANNA, BOB, PHONES, PROFILES, RULES, Story, served, state_of
from tests.core.talking import (
    ANNAS,
    BOBS,
    CALLER,
    NOBODY,
    NUMBER,
    ONE,
    THEIRS,
    answer,
    consulting,
    end,
    joined,
    marks,
    on_call,
    on_hold,
    orders,
    parts,
    ringing,
    talk,
    together,
    wait_of,
)

ANNA_LEFT = AgentLegEnded(contact=ONE, phone=PHONES[ANNA])
HUNG_UP = HangUp(contact=ONE, leg=CALLER)

# -- a consultation that comes to nothing


@pytest.mark.parametrize("cause", ["no_answer", "busy", "unreachable"])
def test_a_colleague_who_does_not_answer_has_missed_nothing(cause: str) -> None:
    story = ringing()
    assert orders(end(story, LegId(""), cause)) == []
    assert (talk(story).phase, talk(story).consult) == (Phase.HOLD, None)
    assert state_of(story, BOB) is WorkState.AVAILABLE
    bob = story.center._roster.get(BOB)
    assert bob is not None
    assert bob.misses == 0
    assert marks(story)[-1] == (MarkKind.CONSULT_ENDED, f"bob {cause}")
    story.tell(AgentResumed(agent=ANNA))
    assert talk(story).phase is Phase.ROOM


def test_whom_the_agent_consulted_hangs_up_and_the_caller_stays_on_hold() -> None:
    story = consulting()
    end(story, BOBS)
    assert (talk(story).phase, talk(story).agent) == (Phase.HOLD, ANNA)
    assert state_of(story, BOB) is WorkState.AVAILABLE
    story = consulting(None)
    end(story, THEIRS)
    assert talk(story).phase is Phase.HOLD


# -- abandoned half-way


@pytest.mark.parametrize("gone", [ANNA_LEFT, PartyEnded(contact=ONE, leg=ANNAS, cause="left")])
def test_who_hangs_up_while_consulting_has_handed_the_caller_over(gone: Event) -> None:
    story = consulting()
    assert orders(story.tell(gone)) == [Join(contact=ONE, leg=CALLER, others=(BOBS,))]
    assert talk(story).agent == BOB
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert story.tell(ANNA_LEFT) == [], "she is gone already"


def test_who_hangs_up_while_a_colleague_rings_gives_the_caller_back_to_the_queue() -> None:
    story = ringing()
    assert orders(story.tell(ANNA_LEFT, after=40.0)) == [Hold(contact=ONE, leg=CALLER)]
    assert wait_of(story).queued_at == 0.0, "before all who came later"
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert state_of(story, BOB) is WorkState.AVAILABLE
    story.hold("1")
    assert served(story) == ["1", "1"], "and he is served at once"
    story.wait(30.0)
    assert (SegmentKind.CONSULT, ANNA, 40.0, "lost_agent") in parts(story)
    assert (SegmentKind.WRAP_UP, ANNA, 30.0, "done") in parts(story)


def test_an_agents_phone_that_dies_while_the_caller_is_on_hold_loses_no_one() -> None:
    story = on_hold()
    assert orders(story.tell(ANNA_LEFT)) == [Hold(contact=ONE, leg=CALLER)]
    assert not wait_of(story).held
    assert state_of(story, ANNA) is WorkState.WRAP_UP


def test_a_caller_who_hangs_up_on_hold_leaves_no_one_alone() -> None:
    story = on_hold()
    assert orders(story.hang_up("1")) == [HangUp(contact=ONE, leg=ANNAS)]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story = consulting()
    told = orders(story.hang_up("1"))
    assert told == [HangUp(contact=ONE, leg=leg) for leg in (ANNAS, BOBS)]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_a_caller_who_leaves_a_conference_ends_it() -> None:
    story = together()
    told = orders(story.hang_up("1", after=5.0))
    assert told == [HangUp(contact=ONE, leg=leg) for leg in (ANNAS, BOBS)]
    assert [state_of(story, agent) for agent in (ANNA, BOB)] == [WorkState.WRAP_UP] * 2
    story.wait(30.0)
    assert [part[:3] for part in parts(story)[-2:]] == [
        (SegmentKind.WRAP_UP, BOB, 30.0),
        (SegmentKind.WRAP_UP, ANNA, 30.0),
    ]


# -- in a room


def test_a_conference_goes_on_when_the_agents_phone_dies() -> None:
    story = together()
    assert orders(story.tell(ANNA_LEFT)) == []
    assert (talk(story).agent, talk(story).agent_leg) == (BOB, BOBS)
    story = together(None)
    story.tell(ANNA_LEFT)
    assert (talk(story).agent, talk(story).others[0].number) == (None, NUMBER)
    assert orders(end(story, THEIRS)) == [HUNG_UP]


def test_another_agent_who_leaves_a_conference_wraps_up() -> None:
    story = together()
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[BOB]))
    assert state_of(story, BOB) is WorkState.WRAP_UP
    assert marks(story)[-1] == (MarkKind.LEFT, "bob left")
    story = together(None)
    assert orders(end(story, THEIRS)) == []
    assert (talk(story).agent, talk(story).others) == (ANNA, ())


def test_the_last_one_who_leaves_the_room_lets_the_caller_go() -> None:
    story = on_hold()
    story.tell(AgentResumed(agent=ANNA))
    assert orders(story.tell(ANNA_LEFT)) == [HUNG_UP]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story = on_hold(Story(rules=tuple(replace(rules, survey="asked") for rules in RULES)))
    story.tell(AgentResumed(agent=ANNA))
    assert AskSurvey(contact=ONE, leg=CALLER, survey="asked") in story.tell(ANNA_LEFT)


def test_out_of_a_talk_of_two_the_switch_lets_the_caller_go_by_itself() -> None:
    story = on_call()
    assert orders(story.tell(ANNA_LEFT)) == []
    assert state_of(story, ANNA) is WorkState.WRAP_UP


# -- what is not known changes nothing


@pytest.mark.parametrize(
    "event",
    [
        PartyEnded(contact=ONE, leg=LegId("who"), cause="left"),
        PartyEnded(contact=ONE, leg=LegId(""), cause="busy"),
        PartyEnded(contact=ContactId("gone"), leg=BOBS, cause="left"),
        PartyAnswered(contact=ONE, leg=LegId("who"), phone=PHONES[BOB]),
        AgentLegEnded(contact=ONE, phone=Phone("1009")),
    ],
)
def test_legs_of_nobody_change_nothing(event: Event) -> None:
    story = on_hold()
    assert story.tell(event) == []


@pytest.mark.parametrize(
    ("begin", "hung_up"),
    [
        (ringing, []),
        (consulting, [HangUp(contact=ONE, leg=BOBS)]),
        (together, [HangUp(contact=ONE, leg=BOBS)]),
    ],
)
def test_whoever_answers_another_call_is_consulted_no_more(
    begin: Callable[[], Story], hung_up: list[HangUp]
) -> None:
    story = begin()
    story.ring("2")
    told = story.tell(CallAnswered(contact=ContactId("2"), phone=PHONES[BOB], recording=""))
    assert orders(told) == hung_up
    assert (talk(story).agent, talk(story).consult, talk(story).others) == (ANNA, None, ())
    assert state_of(story, BOB) is WorkState.ON_CALL


def test_an_agent_who_answers_another_call_loses_the_one_on_hold_to_the_queue() -> None:
    story = on_hold()
    story.ring("2")
    told = story.tell(CallAnswered(contact=ContactId("2"), phone=PHONES[ANNA], recording=""))
    assert orders(told) == [Hold(contact=ONE, leg=CALLER), HangUp(contact=ONE, leg=ANNAS)]
    assert wait_of(story).queued_at == 0.0


# -- handed over by a phone's own keys


def moved(story: Story, leg: LegId = BOBS, phone: Phone = PHONES[BOB]) -> list[object]:
    told = story.tell(PartyMoved(contact=ONE, leg=leg, phone=phone), after=5.0)
    return [c for c in told if isinstance(c, HangUp | ShowCaller)]


def test_a_phone_hands_its_talk_to_another() -> None:
    story = on_call()
    (card,) = moved(story)
    assert isinstance(card, ShowCaller)
    assert card.agent == BOB
    assert (talk(story).agent, talk(story).phone, talk(story).agent_leg) == (BOB, "1002", BOBS)
    assert talk(story).phase is Phase.TALK
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert state_of(story, BOB) is WorkState.ON_CALL
    assert story.tell(ANNA_LEFT) == []
    assert moved(story) == [], "told twice"
    assert marks(story) == [(MarkKind.TRANSFER, BOB)]


def test_a_phone_hands_its_talk_to_whom_the_agent_consults() -> None:
    for story in (ringing(), consulting(), together()):
        moved(story)
        assert (talk(story).agent, talk(story).consult, talk(story).others) == (BOB, None, ())
        assert state_of(story, BOB) is WorkState.ON_CALL


def test_a_phone_hands_its_talk_to_one_while_another_is_consulted() -> None:
    story = consulting()
    assert moved(story, LegId("x"), Phone("1009")) == [HangUp(contact=ONE, leg=BOBS)]
    assert (talk(story).agent, talk(story).phone) == (None, "1009")
    assert state_of(story, BOB) is WorkState.AVAILABLE
    story = ringing(None)
    assert len(moved(story)) == 1, "no leg is known that could be hung up"
    assert talk(story).agent == BOB


def test_a_phone_hands_its_talk_outside() -> None:
    story = on_call()
    moved(story, THEIRS, NOBODY)
    assert (talk(story).agent, talk(story).others[0].leg) == (None, THEIRS)
    moved(story, THEIRS, NOBODY)
    assert len(talk(story).others) == 1
    story = together(None)
    moved(story, THEIRS, NOBODY)
    assert [party.number for party in talk(story).others] == [NUMBER]


def test_a_conference_stays_together_when_one_phone_is_changed_for_another() -> None:
    story = together(None)
    moved(story, LegId("x"), Phone("1009"))
    assert (talk(story).phase, talk(story).phone) == (Phase.ROOM, "1009")
    moved(story, LegId("y"), PHONES[BOB])
    assert [party.number for party in talk(story).others] == [NUMBER]


def test_whose_leg_is_anothers_now_has_left() -> None:
    eve = AgentId("eve")
    profile = AgentProfile(agent=eve, phone=Phone("1003"), queues=frozenset())
    story = together(story=Story(profiles=(*PROFILES, profile)))
    assert [type(c) for c in moved(story, BOBS, Phone("1003"))] == [ShowCaller]
    assert (talk(story).agent, talk(story).others) == (eve, ())
    assert [state_of(story, agent) for agent in (ANNA, BOB)] == [WorkState.WRAP_UP] * 2
    story = consulting(story=Story(profiles=(*PROFILES, profile)))
    assert [type(c) for c in moved(story, BOBS, Phone("1003"))] == [ShowCaller]
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_a_supervisors_leg_that_talks_to_the_caller_is_somebody_outside() -> None:
    story = on_call()
    moved(story, joined(SpyMode.BARGE, story), NOBODY)
    assert [party.supervisor for party in talk(story).others] == [""]


def test_the_same_agent_on_another_leg_goes_on() -> None:
    story = on_call()
    moved(story, LegId("new"), PHONES[ANNA])
    assert (talk(story).agent, talk(story).agent_leg) == (ANNA, "new")
    assert state_of(story, ANNA) is WorkState.ON_CALL


def test_who_was_sent_outside_may_come_to_an_agent_instead() -> None:
    story = on_call()
    story.tell(AgentTransferred(agent=ANNA, number=NUMBER))
    moved(story)
    assert (talk(story).agent, talk(story).others) == (BOB, ())


def test_a_second_transfer_follows_the_first() -> None:
    story = consulting()
    story.tell(TransferCompleted(agent=ANNA))
    story.wait(30.0)
    story.tell(AgentConsulted(agent=BOB, to_agent=ANNA))
    answer(story, ANNA)
    story.tell(TransferCompleted(agent=BOB))
    assert (talk(story).agent, talk(story).agent_leg) == (ANNA, ANNAS)
    assert state_of(story, BOB) is WorkState.WRAP_UP


def test_a_survey_is_asked_when_the_last_one_outside_has_left_the_room() -> None:
    story = together(None, Story(rules=tuple(replace(rules, survey="asked") for rules in RULES)))
    story.tell(ANNA_LEFT)
    assert AskSurvey(contact=ONE, leg=CALLER, survey="asked") in end(story, THEIRS)


def test_a_number_outside_that_answers_is_recorded_into_a_file_of_its_own() -> None:
    story = on_call()
    story.tell(AgentTransferred(agent=ANNA, number=NUMBER))
    picked_up = PartyAnswered(contact=ONE, leg=THEIRS, phone=NOBODY, recording="outside.raw")
    story.tell(picked_up, after=5.0)
    tape = talk(story).tape
    assert tape is not None
    assert (tape.file, tape.since) == ("outside.raw", story.now)


def test_a_consultation_that_is_answered_in_a_pause_is_silent_too() -> None:
    story = ringing()
    story.tell(TapePaused(contact=ONE, by="anna"))
    told = story.tell(
        PartyAnswered(contact=ONE, leg=BOBS, phone=PHONES[BOB], recording="bob.raw"), after=1.0
    )
    (pause,) = [c for c in told if isinstance(c, PauseRecording)]
    assert pause.legs == (CALLER, BOBS)

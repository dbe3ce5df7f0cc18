"""An agent whose phone has lost the talk, by a page that was loaded anew, comes back to it."""

from dataclasses import replace

import pytest

from ccserver.core.commands import Command, HangUp, Look
from ccserver.core.events import AgentLegEnded, PhoneChanged
from ccserver.core.ids import LegId
from ccserver.core.parties import Phase
from ccserver.core.records import MarkKind
from ccserver.core.site import WorkState
from ccserver.core.talk_events import AgentReturned, PartyAnswered, PartyEnded
from ccserver.core.talk_legs import NOT_BACK
from ccserver.core.talk_orders import CallAgain, Join
from tests.core.stories import ANNA, BOB, PHONES, Story, state_of
from tests.core.talking import (
    ANNAS,
    BOBS,
    CALLER,
    ONE,
    consulting,
    marks,
    on_call,
    on_hold,
    orders,
    refusals,
    ringing,
    talk,
    together,
)


def come_back(story: Story) -> list[Command]:
    return story.tell(AgentReturned(agent=ANNA), after=20.0)


def rung(story: Story) -> LegId:
    """Anna asks, and her phone rings."""
    (leg,) = [order.leg for order in orders(come_back(story)) if isinstance(order, CallAgain)]
    return leg


def picked_up(story: Story) -> list[Command]:
    leg = rung(story)
    return story.tell(PartyAnswered(contact=ONE, leg=leg, phone=PHONES[ANNA]), after=1.0)


def test_the_phone_is_rung_into_a_room_where_the_caller_is() -> None:
    story = on_call()
    told = come_back(story)
    leg = LegId(f"re-{round(story.now * 1000)}-1")
    assert orders(told) == [
        Join(contact=ONE, leg=CALLER, others=(ANNAS,)),
        CallAgain(contact=ONE, leg=leg, phone=PHONES[ANNA]),
    ]
    told = story.tell(PartyAnswered(contact=ONE, leg=leg, phone=PHONES[ANNA]), after=1.0)
    assert orders(told) == [HangUp(contact=ONE, leg=ANNAS)]
    assert (talk(story).phase, talk(story).agent_leg) == (Phase.ROOM, leg)
    assert state_of(story, ANNA) is WorkState.ON_CALL


def test_the_end_of_the_dead_leg_does_not_end_the_talk() -> None:
    story = on_call()
    picked_up(story)
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA], leg=ANNAS))
    assert state_of(story, ANNA) is WorkState.ON_CALL
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA], leg=talk(story).agent_leg))
    assert state_of(story, ANNA) is WorkState.WRAP_UP


def test_who_comes_back_a_second_time_takes_the_place_of_the_first() -> None:
    story = on_call()
    picked_up(story)
    first = talk(story).agent_leg
    assert orders(picked_up(story)) == [HangUp(contact=ONE, leg=first)]


def test_the_switch_may_tell_of_an_answer_twice() -> None:
    story = on_call()
    picked_up(story)
    again = PartyAnswered(contact=ONE, leg=talk(story).agent_leg, phone=PHONES[ANNA])
    assert orders(story.tell(again)) == []


def test_a_caller_on_hold_is_taken_off_hold() -> None:
    story = on_hold()
    told = picked_up(story)
    assert orders(told) == [
        HangUp(contact=ONE, leg=ANNAS),
        Join(contact=ONE, leg=CALLER, others=()),
    ]
    assert talk(story).phase is Phase.ROOM
    assert marks(story)[-1] == (MarkKind.RESUME, "")


@pytest.mark.parametrize("story_of", [consulting, ringing])
def test_whoever_was_consulted_is_let_go(story_of: type[Story]) -> None:
    story = story_of()
    told = picked_up(story)
    assert (HangUp(contact=ONE, leg=BOBS) in told) is (story_of is consulting)
    assert (talk(story).phase, talk(story).consult) == (Phase.ROOM, None)
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_others_stay_in_the_room() -> None:
    story = together()
    assert not [order for order in orders(come_back(story)) if isinstance(order, Join)]
    assert talk(story).others[0].agent == BOB


def test_a_phone_that_is_not_answered_is_said() -> None:
    story = on_call()
    leg = rung(story)
    told = story.tell(PartyEnded(contact=ONE, leg=leg, cause="no_answer"), after=20.0)
    assert refusals(told) == [("sound_back", NOT_BACK)]
    assert talk(story).agent == ANNA


def test_a_phone_that_is_not_there_cannot_be_rung() -> None:
    story = on_call()
    story.tell(PhoneChanged(phone=PHONES[ANNA], reachable=False))
    ((request, reason),) = refusals(come_back(story))
    assert request == "sound_back"
    assert reason.startswith("Your phone cannot be reached")


def test_a_line_that_is_not_known_is_looked_for_first() -> None:
    story = on_call()
    story.center._calls.alter(replace(talk(story), agent_leg=LegId("")))
    story.center._out.clear()
    told = come_back(story)
    assert orders(told) == [Look()]
    assert [request for request, _ in refusals(told)] == ["sound_back"]


def test_nobody_comes_back_to_what_he_does_not_have() -> None:
    told = Story().tell(AgentReturned(agent=ANNA))
    assert refusals(told) == [("sound_back", "You have no call to come back to.")]
    told = together().tell(AgentReturned(agent=BOB))
    assert refusals(told) == [("sound_back", "Your colleague has the caller: ask him to do it.")]

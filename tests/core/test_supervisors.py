"""Supervisors in agents' talks."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ccserver.core.commands import HangUp, Look
from ccserver.core.company import OUTSIDE_RING_SECONDS
from ccserver.core.events import AgentLegEnded, CallAnswered
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.parties import Party, Phase
from ccserver.core.records import MarkKind
from ccserver.core.rules import SpyMode
from ccserver.core.site import WorkState
from ccserver.core.supervisors import called_at, found_supervisor
from ccserver.core.talk_events import (
    AgentHeld,
    AgentResumed,
    PartyAnswered,
    SupervisorJoined,
    SupervisorLeft,
)
from ccserver.core.talk_orders import CallSupervisor, Join
from ccserver.core.watching import OVERDUE_SECONDS
from tests.core.stories import ANNA, BOB, PHONES, Story, state_of
from tests.core.talking import (
    ANNAS,
    BOBS,
    BOSS,
    CALLER,
    ONE,
    consulting,
    end,
    joined,
    marks,
    on_call,
    on_hold,
    orders,
    ringing,
    talk,
    together,
)

QUIET = [SpyMode.LISTEN, SpyMode.WHISPER]
ALOUD = [SpyMode.BARGE, SpyMode.TAKE_OVER]


def join(mode: SpyMode, phone: Phone = BOSS) -> SupervisorJoined:
    return SupervisorJoined(supervisor="boss", phone=phone, agent=ANNA, mode=mode)


@pytest.mark.parametrize("mode", QUIET)
def test_a_supervisor_listens_or_whispers_and_the_talk_stays_as_it_is(mode: SpyMode) -> None:
    story = on_call()
    told = orders(story.tell(join(mode)))
    leg = LegId(f"sv-11000-{mode}-1-boss")
    assert told == [CallSupervisor(contact=ONE, leg=leg, phone=BOSS, agent_leg=ANNAS, mode=mode)]
    party = Party(leg=leg, agent=None, phone=BOSS, supervisor="boss", mode=mode)
    assert (talk(story).phase, talk(story).others) == (Phase.TALK, (party,))
    assert marks(story) == []
    story.tell(PartyAnswered(contact=ONE, leg=leg, phone=BOSS))
    assert talk(story).others[0].answered
    assert marks(story) == [(MarkKind.SUPERVISOR, f"boss {mode}")]
    assert orders(story.tell(SupervisorLeft(supervisor="boss"))) == [HangUp(contact=ONE, leg=leg)]
    assert talk(story).others == ()
    assert marks(story)[-1] == (MarkKind.SUPERVISOR_LEFT, "boss")
    assert end(story, leg) == []


@pytest.mark.parametrize("mode", ALOUD)
def test_a_supervisor_who_joins_in_brings_all_into_a_room(mode: SpyMode) -> None:
    story = on_call()
    into_room, call = orders(story.tell(join(mode)))
    assert into_room == Join(contact=ONE, leg=CALLER, others=(ANNAS,))
    assert isinstance(call, CallSupervisor)
    assert talk(story).phase is Phase.ROOM
    story = together()
    (call,) = orders(story.tell(join(mode)))
    assert isinstance(call, CallSupervisor)


def test_a_supervisor_does_not_keep_a_talk_alive() -> None:
    story = on_call()
    leg = joined(SpyMode.BARGE, story)
    told = story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]))
    assert orders(told) == [HangUp(contact=ONE, leg=CALLER), HangUp(contact=ONE, leg=leg)]


def test_who_is_on_hold_can_be_resumed_with_a_supervisor_there() -> None:
    story = on_call()
    joined(SpyMode.BARGE, story)
    story.tell(AgentHeld(agent=ANNA))
    assert talk(story).phase is Phase.HOLD
    story.tell(AgentResumed(agent=ANNA))
    assert [party.supervisor for party in talk(story).others] == ["boss"]


def test_a_supervisor_takes_the_caller_over() -> None:
    story = on_call()
    leg = joined(SpyMode.TAKE_OVER, story)
    assert HangUp(contact=ONE, leg=ANNAS) in story.told
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    place = talk(story)
    assert (place.agent, place.phone, place.agent_leg) == (None, BOSS, leg)
    assert (place.phase, place.others) == (Phase.ROOM, ())
    assert orders(story.tell(SupervisorLeft(supervisor="boss"))) == [HangUp(contact=ONE, leg=leg)]
    assert orders(end(story, leg)) == [HangUp(contact=ONE, leg=CALLER)]


@pytest.mark.parametrize(
    ("begin", "gone"), [(on_hold, [ANNAS]), (consulting, [ANNAS, BOBS]), (ringing, [ANNAS])]
)
def test_a_supervisor_takes_over_a_caller_who_is_on_hold(
    begin: Callable[[], Story], gone: list[LegId]
) -> None:
    story = begin()
    told = orders(story.tell(join(SpyMode.TAKE_OVER)))
    assert [type(order) for order in told] == [CallSupervisor]
    leg = talk(story).others[0].leg
    told = orders(story.tell(PartyAnswered(contact=ONE, leg=leg, phone=BOSS)))
    assert Join(contact=ONE, leg=CALLER, others=()) in told
    assert [c.leg for c in told if isinstance(c, HangUp)] == gone
    assert (talk(story).phone, talk(story).consult) == (BOSS, None)
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_an_agent_whose_line_is_not_known_is_let_go_when_the_switch_shows_it() -> None:
    story = on_call()
    story.tell(join(SpyMode.TAKE_OVER))
    story.center._calls.alter(replace(talk(story), agent_leg=LegId("")))
    leg = talk(story).others[0].leg
    told = story.tell(PartyAnswered(contact=ONE, leg=leg, phone=BOSS))
    assert talk(story).phone == BOSS
    assert [c for c in told if isinstance(c, HangUp)] == []


def test_a_supervisor_who_is_an_agent_has_the_caller_as_one() -> None:
    story = on_call()
    story.ring("2")  # rings for Bob, on whose phone the supervisor takes over
    told = orders(story.tell(join(SpyMode.TAKE_OVER, PHONES[BOB])))
    call = told[-1]
    assert isinstance(call, CallSupervisor)
    story.tell(PartyAnswered(contact=ONE, leg=call.leg, phone=PHONES[BOB]))
    assert talk(story).agent == BOB
    assert state_of(story, BOB) is WorkState.ON_CALL


def test_an_agents_phone_in_the_room_is_no_supervisors() -> None:
    story = together()
    assert story.tell(join(SpyMode.BARGE, PHONES[BOB])) == []
    assert story.tell(join(SpyMode.BARGE, PHONES[ANNA])) == []


def test_pressed_twice_is_once_and_another_way_is_a_new_call() -> None:
    story = on_call()
    leg = joined(SpyMode.LISTEN, story)
    assert story.tell(join(SpyMode.LISTEN)) == []
    story.now += 1.0
    told = orders(story.tell(join(SpyMode.WHISPER)))
    assert told[0] == HangUp(contact=ONE, leg=leg)
    assert [party.mode for party in talk(story).others] == [SpyMode.WHISPER]


def test_a_supervisor_is_in_one_talk_at_a_time() -> None:
    story = on_call()
    story.ring("2")
    story.answer("2", BOB)
    leg = joined(SpyMode.LISTEN, story)
    to_bob = SupervisorJoined(supervisor="boss", phone=BOSS, agent=BOB, mode=SpyMode.LISTEN)
    assert HangUp(contact=ONE, leg=leg) in story.tell(to_bob)
    assert talk(story).others == ()


def test_an_agent_without_a_talk_is_joined_by_no_one() -> None:
    story = Story()
    assert story.tell(join(SpyMode.LISTEN)) == []
    story.ready(ANNA)
    assert story.tell(join(SpyMode.LISTEN)) == []
    story.ring("1")
    story.tell(CallAnswered(contact=ONE, phone=PHONES[ANNA], recording=""))
    assert story.tell(join(SpyMode.LISTEN)) == [Look()], "which line is hers is not known"


def test_a_supervisor_who_does_not_pick_up_is_looked_for_and_forgotten() -> None:
    story = on_call()
    story.tell(join(SpyMode.LISTEN))
    leg = talk(story).others[0].leg
    assert Look() in story.wait(OUTSIDE_RING_SECONDS + OVERDUE_SECONDS)
    end(story, leg, "no_answer")
    assert talk(story).others == ()
    assert marks(story) == [], "he never came in"


def test_a_supervisor_who_hangs_up_has_left() -> None:
    story = on_call()
    end(story, joined(SpyMode.WHISPER, story))
    assert marks(story)[-1] == (MarkKind.SUPERVISOR_LEFT, "boss left")


def test_a_supervisor_who_answers_late_is_there_but_takes_no_one_over() -> None:
    story = on_call()
    story.tell(join(SpyMode.TAKE_OVER))
    leg = talk(story).others[0].leg
    story.tell(SupervisorLeft(supervisor="boss"))
    story.tell(PartyAnswered(contact=ONE, leg=leg, phone=BOSS))
    assert (talk(story).agent, talk(story).others[0].supervisor) == (ANNA, "boss")


def test_a_supervisors_leg_says_who_he_is() -> None:
    leg = LegId("sv-1500-take_over-c-1-dr-who")
    party = found_supervisor(ContactId("c-1"), leg, BOSS)
    assert party is not None
    assert (party.supervisor, party.mode) == ("dr-who", SpyMode.TAKE_OVER)
    assert called_at(party) == 1.5
    for strange in ("x", "sv-1500", "xx-1-listen-c-1-a", "sv-x-listen-c-1-a", "sv-1-loud-c-1-a"):
        assert found_supervisor(ContactId("c-1"), LegId(strange), BOSS) is None
    assert found_supervisor(ContactId("c-2"), leg, BOSS) is None

"""Talks as they are found on the switch, after a restart, a lost link or a doubt."""

from dataclasses import replace

import pytest

from ccserver.core.commands import HangUp, Hold
from ccserver.core.events import AsteriskSeen, CallAnswered
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.parties import Phase
from ccserver.core.records import SegmentKind
from ccserver.core.rules import SpyMode
from ccserver.core.seen import EndedBy, Place, SeenCall, SeenParty, Ticket
from ccserver.core.site import OpenContact, WorkState
from ccserver.core.talk_events import (
    AgentResumed,
    AgentTransferred,
    PartyAnswered,
    SupervisorJoined,
    TransferCompleted,
)
from ccserver.core.talk_orders import Join
from ccserver.core.value import Tier
from tests.core.stories import ANNA, BOB, PHONES, SALES, Story, state_of
from tests.core.talking import (
    ANNAS,
    BOBS,
    BOSS,
    CALLER,
    NUMBER,
    ONE,
    THEIRS,
    answer,
    consulting,
    joined,
    on_call,
    on_hold,
    orders,
    parts,
    ringing,
    talk,
    together,
    wait_of,
)

TICKET = Ticket(
    contact=ONE,
    arrived_at=100.0,
    queued_at=110.0,
    queue=SALES,
    tier=Tier.GOLD,
    value=0.6,
    language="zh",
    customer="7",
    caller="",
    dialed="4001",
    keys=(),
)
KNOWN = OpenContact(
    contact=ONE, leg=CALLER, arrived_at=100.0, queue=SALES, segment_from=110.0, segments=1
)
ANNA_IN, ANNA_ASIDE = (SeenParty(leg=ANNAS, phone=PHONES[ANNA], aside=a) for a in (False, True))
BOB_IN, BOB_ASIDE = (SeenParty(leg=BOBS, phone=PHONES[BOB], aside=a) for a in (False, True))
OUTSIDE_IN, OUTSIDE_ASIDE = (SeenParty(leg=THEIRS, phone=None, aside=a) for a in (False, True))


def seen(place: Place, *parties: SeenParty, in_room: bool = False) -> SeenCall:
    """The caller whom Anna was the first to have."""
    return SeenCall(
        leg=CALLER,
        place=place,
        contact=ONE,
        ticket=TICKET,
        phone=PHONES[ANNA],
        talk_at=150.0,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording=f"{ONE}.raw",
        parties=parties,
        in_room=in_room,
    )


def restarted(call: SeenCall) -> Story:
    """ccserver starts at 200 s and finds this call."""
    story = Story(remembered=(KNOWN,), seen=False)
    story.now = 200.0
    look(story, call)
    return story


def look(story: Story, *calls: SeenCall) -> list[object]:
    """The switch is looked at, when all orders have been carried out."""
    story.now += 2.0
    phones = frozenset(PHONES.values())
    return list(story.tell(AsteriskSeen(asked_at=story.now, calls=calls, phones=phones)))


# -- after a restart


def test_a_caller_on_hold_is_still_on_hold_and_can_be_resumed() -> None:
    story = restarted(seen(Place.PARKED, ANNA_ASIDE))
    place = talk(story)
    assert (place.phase, place.agent, place.agent_leg) == (Phase.HOLD, ANNA, ANNAS)
    assert (place.queued_at, state_of(story, ANNA)) == (110.0, WorkState.ON_CALL)
    told = story.tell(AgentResumed(agent=ANNA), after=10.0)
    assert orders(told) == [Join(contact=ONE, leg=CALLER, others=(ANNAS,))]
    assert parts(story)[-2:] == [
        (SegmentKind.TALK, ANNA, 52.0, "held"),
        (SegmentKind.HOLD, ANNA, 10.0, "resumed"),
    ]


def test_a_consultation_goes_on() -> None:
    story = restarted(seen(Place.PARKED, ANNA_ASIDE, BOB_ASIDE))
    assert talk(story).phase is Phase.CONSULT
    assert state_of(story, BOB) is WorkState.ON_CALL
    told = story.tell(TransferCompleted(agent=ANNA))
    assert Join(contact=ONE, leg=CALLER, others=(BOBS,)) in told
    story = restarted(seen(Place.PARKED, ANNA_ASIDE, OUTSIDE_ASIDE))
    consult = talk(story).consult
    assert consult is not None
    assert (consult.leg, consult.agent, consult.answered) == (THEIRS, None, True)


def test_a_conference_goes_on() -> None:
    story = restarted(seen(Place.TALKING, ANNA_IN, BOB_IN, OUTSIDE_IN))
    place = talk(story)
    assert (place.phase, place.agent, place.agent_leg) == (Phase.ROOM, ANNA, ANNAS)
    assert [party.agent for party in place.others] == [BOB, None]
    assert state_of(story, BOB) is WorkState.ON_CALL


def test_a_talk_of_two_goes_on_where_it_is() -> None:
    story = restarted(seen(Place.TALKING, ANNA_IN))
    assert (talk(story).phase, talk(story).agent_leg) == (Phase.TALK, ANNAS)
    story = restarted(seen(Place.TALKING, ANNA_IN, in_room=True))
    assert talk(story).phase is Phase.ROOM


def test_a_caller_who_was_handed_on_is_with_whom_the_switch_shows() -> None:
    story = restarted(seen(Place.TALKING, BOB_IN, in_room=True))
    assert (talk(story).agent, talk(story).agent_leg) == (BOB, BOBS)
    assert story.center._roster.get(ANNA) is not None
    story = restarted(seen(Place.TALKING, OUTSIDE_IN))
    assert (talk(story).agent, talk(story).phone) == (None, "")
    assert [party.leg for party in talk(story).others] == [THEIRS]


def test_supervisors_are_known_by_their_legs() -> None:
    leg = LegId("sv-1000-listen-1-boss")
    story = restarted(seen(Place.TALKING, SeenParty(leg=leg, phone=BOSS, aside=True), ANNA_IN))
    (party,) = talk(story).others
    assert (party.supervisor, party.mode, talk(story).agent) == ("boss", SpyMode.LISTEN, ANNA)
    took = SeenParty(leg=LegId("sv-1000-take_over-1-boss"), phone=BOSS, aside=False)
    story = restarted(seen(Place.TALKING, took, in_room=True))
    assert (talk(story).phone, talk(story).agent_leg) == (BOSS, took.leg)


def test_a_caller_on_hold_whose_agent_is_gone_waits_again() -> None:
    story = restarted(seen(Place.PARKED, BOB_IN))
    assert HangUp(contact=ONE, leg=BOBS) in story.told
    assert Hold(contact=ONE, leg=CALLER) in story.told
    assert (wait_of(story).queued_at, wait_of(story).held) == (110.0, False)


def test_a_talk_of_whom_nobody_can_tell_is_left_as_it_is() -> None:
    story = restarted(replace(seen(Place.TALKING), phone=None))
    assert not wait_of(story).held


# -- after a doubt


def test_what_is_seen_as_it_was_changes_nothing() -> None:
    for story, call in (
        (on_call(), seen(Place.TALKING, ANNA_IN)),
        (on_hold(), seen(Place.PARKED, ANNA_ASIDE)),
        (consulting(), seen(Place.PARKED, ANNA_ASIDE, BOB_ASIDE)),
        (consulting(None), seen(Place.PARKED, ANNA_ASIDE, OUTSIDE_ASIDE)),
        (together(None), seen(Place.TALKING, ANNA_IN, OUTSIDE_IN, in_room=True)),
    ):
        before = talk(story)
        assert look(story, call) == []
        assert talk(story) == before


def test_an_order_that_was_lost_leaves_the_caller_where_he_is() -> None:
    story = on_hold()
    look(story, seen(Place.TALKING, ANNA_IN))
    assert talk(story).phase is Phase.TALK
    story = consulting()
    look(story, seen(Place.TALKING))
    assert (talk(story).phase, talk(story).consult) == (Phase.TALK, None)
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_what_was_ordered_a_moment_ago_is_not_doubted() -> None:
    story = on_hold()
    phones = frozenset(PHONES.values())
    call = seen(Place.TALKING, ANNA_IN)
    story.tell(AsteriskSeen(asked_at=story.now + 0.5, calls=(call,), phones=phones), after=0.6)
    assert talk(story).phase is Phase.HOLD


def test_a_phone_that_rings_has_no_leg_and_is_not_forgotten_until_it_must_have_stopped() -> None:
    story = ringing()
    look(story, seen(Place.PARKED, ANNA_ASIDE))
    assert talk(story).consult is not None
    answer(story)
    story = ringing()
    story.now += 60.0
    look(story, seen(Place.PARKED, ANNA_ASIDE))
    assert (talk(story).phase, talk(story).consult) == (Phase.HOLD, None)
    assert state_of(story, BOB) is WorkState.AVAILABLE


def test_whom_nobody_told_that_he_had_answered_is_there() -> None:
    story = ringing()
    look(story, seen(Place.PARKED, ANNA_ASIDE, BOB_ASIDE))
    consult = talk(story).consult
    assert consult is not None
    assert (consult.leg, consult.answered) == (BOBS, True)
    assert state_of(story, BOB) is WorkState.ON_CALL
    story = on_call()
    story.tell(AgentTransferred(agent=ANNA, number=NUMBER))
    look(story, seen(Place.TALKING, OUTSIDE_IN))
    (party,) = talk(story).others
    assert (party.number, party.leg, party.answered) == (NUMBER, THEIRS, True)


def test_a_number_that_rings_is_not_forgotten() -> None:
    story = on_call()
    story.tell(AgentTransferred(agent=ANNA, number=NUMBER))
    spy = SeenParty(leg=LegId("sv-1-listen-1-boss"), phone=BOSS, aside=True)
    look(story, seen(Place.TALKING, spy))
    assert [party.number for party in talk(story).others] == [NUMBER]


def test_who_has_left_a_conference_unseen_wraps_up() -> None:
    story = together()
    look(story, seen(Place.TALKING, ANNA_IN, in_room=True))
    assert (talk(story).others, talk(story).phase) == ((), Phase.ROOM)
    assert state_of(story, BOB) is WorkState.WRAP_UP
    story = together()
    look(story, seen(Place.TALKING, BOB_IN, in_room=True))
    assert (talk(story).agent, talk(story).others) == (BOB, ())
    assert state_of(story, ANNA) is WorkState.WRAP_UP


def test_an_agent_found_in_the_talk_leaves_the_one_that_we_thought_of() -> None:
    story = on_call()
    story.ring("2")
    story.tell(CallAnswered(contact=ContactId("2"), phone=PHONES[BOB], recording="", leg=BOBS))
    other = replace(
        seen(Place.TALKING),
        leg=LegId("leg-2"),
        contact=ContactId("2"),
        phone=Phone("1009"),
        ticket=None,
    )
    look(story, seen(Place.TALKING, ANNA_IN, BOB_IN, in_room=True), other)
    assert talk(story).others[0].agent == BOB
    assert state_of(story, BOB) is WorkState.ON_CALL


def test_no_agent_is_in_a_talk_twice() -> None:
    twice = SeenParty(leg=LegId("x"), phone=PHONES[ANNA], aside=False)
    story = on_call()
    look(story, seen(Place.TALKING, ANNA_IN, twice))
    assert [party.agent for party in talk(story).others] == [None]
    story = on_call()
    look(story, seen(Place.PARKED, ANNA_ASIDE, replace(twice, aside=True)))
    consult = talk(story).consult
    assert consult is not None
    assert consult.agent is None


@pytest.mark.parametrize("rang_seconds", [10.0, 100.0])
def test_a_supervisor_whose_phone_rings_is_kept_for_so_long(rang_seconds: float) -> None:
    story = on_call()
    gone = joined(SpyMode.BARGE, story)
    to_join = SupervisorJoined(
        supervisor="chief", phone=Phone("2002"), agent=ANNA, mode=SpyMode.TAKE_OVER
    )
    story.tell(to_join, after=1.0)
    story.now += rang_seconds
    look(story, seen(Place.TALKING, ANNA_IN, in_room=True))
    left = [party.supervisor for party in talk(story).others]
    assert left == (["chief"] if rang_seconds == 10.0 else [])
    assert gone not in [party.leg for party in talk(story).others]


def test_a_supervisor_who_is_seen_before_he_is_told_of_takes_over_all_the_same() -> None:
    story = on_call()
    story.tell(SupervisorJoined(supervisor="boss", phone=BOSS, agent=ANNA, mode=SpyMode.TAKE_OVER))
    leg = talk(story).others[0].leg
    party = SeenParty(leg=leg, phone=BOSS, aside=False)
    look(story, seen(Place.TALKING, party, ANNA_IN, in_room=True))
    assert talk(story).agent == ANNA
    story.tell(PartyAnswered(contact=ONE, leg=leg, phone=BOSS))
    assert talk(story).phone == BOSS
    look(story, seen(Place.TALKING, party, in_room=True))
    assert talk(story).agent_leg == leg


def test_the_end_of_a_caller_that_nobody_saw_leaves_no_one_alone() -> None:
    for calls in ((), (replace(seen(Place.ENDED), ended_at=1.0),)):
        story = consulting()
        told = look(story, *calls)
        assert [c.leg for c in told if isinstance(c, HangUp)] == [ANNAS, BOBS]
        assert state_of(story, ANNA) is WorkState.WRAP_UP


def test_a_caller_on_hold_with_a_phone_of_nobody_waits_again_when_that_is_gone() -> None:
    story = restarted(
        replace(
            seen(Place.PARKED, SeenParty(leg=LegId("x"), phone=Phone("1009"), aside=True)),
            phone=Phone("1009"),
        )
    )
    assert talk(story).phase is Phase.HOLD
    look(story, seen(Place.PARKED))
    assert not wait_of(story).held


def test_whoever_rang_is_free_when_the_caller_is_on_hold_with_nobody() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    told = look(story, seen(Place.PARKED))
    assert Hold(contact=ONE, leg=CALLER) in told
    assert not wait_of(story).held
    assert state_of(story, ANNA) is WorkState.AVAILABLE

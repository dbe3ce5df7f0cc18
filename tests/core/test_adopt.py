"""Coming back: what the switch shows and what the history knows become one."""

from dataclasses import replace

from ccserver.core.center import Center
from ccserver.core.commands import (
    AskSurvey,
    Command,
    LookUp,
    MirrorAgent,
    ShowAgent,
    ShowCaller,
    TakeBack,
)
from ccserver.core.events import (
    AgentHungUp,
    AgentKnown,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallEnded,
    CallerRecognized,
    CallHeld,
    FlowEnded,
)
from ccserver.core.ids import ContactId, CustomerId, LegId, Phone
from ccserver.core.records import (
    QueueExit,
    SaveContact,
    SaveContactEnd,
    SaveSegment,
    SaveWalk,
    SegmentKind,
)
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket
from ccserver.core.site import AgentProfile, OpenContact, WorkState
from ccserver.core.value import Customer, Tier
from tests.core.stories import ANNA, BOB, PHONES, RULES, SALES, Story, state_of, visits

CONTACT, LEG = ContactId("c1"), LegId("leg-c1")
BOTH = frozenset(PHONES.values())
KNOWN = OpenContact(
    contact=CONTACT, leg=LEG, arrived_at=100.0, queue=SALES, segment_from=110.0, segments=1
)
TICKET = Ticket(
    contact=CONTACT,
    arrived_at=100.0,
    queued_at=110.0,
    queue=SALES,
    tier=Tier.GOLD,
    value=0.6,
    language="zh",
    customer="7",
    caller="+8613800000007",
    dialed="4001",
    keys=(("menu", "1"),),
)


def found(
    place: Place,
    *,
    ticket: Ticket | None = TICKET,
    phone: Phone | None = None,
    talk_at: float | None = None,
    ended_at: float | None = None,
) -> SeenCall:
    return SeenCall(
        leg=LEG,
        place=place,
        contact=CONTACT,
        ticket=ticket,
        phone=phone,
        talk_at=talk_at,
        ended_at=ended_at,
        ended_by=EndedBy.CALLER,
        recording="r.raw" if talk_at else "",
    )


def restarted(*calls: SeenCall, remembered: tuple[OpenContact, ...] = (KNOWN,)) -> Story:
    """ccserver starts at 200 s and finds these calls."""
    story = Story(remembered=remembered, seen=False)
    story.now = 200.0
    story.tell(AsteriskSeen(asked_at=200.0, calls=calls, phones=BOTH))
    return story


def segments(story: Story) -> list[tuple[SegmentKind, float, float, str]]:
    return [
        (c.kind, c.started_at, c.ended_at, c.outcome)
        for c in story.told
        if isinstance(c, SaveSegment)
    ]


def ends(commands: list[Command]) -> list[SaveContactEnd]:
    return [c for c in commands if isinstance(c, SaveContactEnd)]


def work_of(story: Story) -> WorkState:
    return next(
        c.work for c in reversed(story.told) if isinstance(c, ShowAgent) and c.agent == ANNA
    )


def test_a_waiting_caller_is_served_with_the_old_claim() -> None:
    story = restarted(found(Place.HELD))
    story.ready(ANNA, after=5.0)
    story.answer("c1", after=2.0)
    story.tell(CallEnded(leg=LEG, cause=16), after=30.0)
    assert segments(story) == [
        (SegmentKind.QUEUE, 110.0, 205.0, "offered"),
        (SegmentKind.OFFER, 205.0, 207.0, "answered"),
        (SegmentKind.TALK, 207.0, 237.0, "caller_hung_up"),
    ]
    assert not [c for c in story.told if isinstance(c, SaveContact)], "it was saved before"
    (end,) = ends(story.told)
    assert (end.customer, end.tier, end.keys) == ("7", Tier.GOLD, (("menu", "1"),))


def test_an_emergency_is_one_after_a_restart_too() -> None:
    story = restarted(found(Place.HELD, ticket=replace(TICKET, urgent=True)))
    story.ring("valued", tier=Tier.PLATINUM)
    story.wait(60.0)
    told = story.ready(ANNA)
    assert [c.contact for c in told if isinstance(c, ShowCaller)] == [CONTACT]


def test_a_talk_goes_on_with_its_times_and_its_agent() -> None:
    story = restarted(found(Place.TALKING, phone=PHONES[ANNA], talk_at=150.0))
    assert work_of(story) is WorkState.ON_CALL
    story.tell(CallEnded(leg=LEG, cause=16), after=50.0)
    assert segments(story) == [
        (SegmentKind.QUEUE, 110.0, 150.0, "answered"),
        (SegmentKind.TALK, 150.0, 250.0, "caller_hung_up"),
    ]
    assert work_of(story) is WorkState.WRAP_UP


def test_a_call_that_rings_may_be_answered() -> None:
    story = restarted(found(Place.RINGING, phone=PHONES[ANNA]))
    assert work_of(story) is WorkState.RESERVED
    story.answer("c1", after=3.0)
    assert work_of(story) is WorkState.ON_CALL


def test_a_caller_in_asterisks_own_queue_is_taken_back() -> None:
    story = restarted(found(Place.FALLBACK))
    assert [c for c in story.told if isinstance(c, TakeBack)] == [
        TakeBack(contact=CONTACT, leg=LEG)
    ]
    story.tell(CallHeld(contact=CONTACT, leg=LEG), after=0.1)
    story.ready(ANNA)
    assert work_of(story) is WorkState.RESERVED


def test_a_caller_answered_on_the_way_back_stays_with_the_agent() -> None:
    story = restarted(found(Place.FALLBACK))
    story.answer("c1", after=0.1)
    story.tell(CallHeld(contact=CONTACT, leg=LEG))
    assert work_of(story) is WorkState.ON_CALL


def test_a_call_that_asterisk_took_alone_enters_the_history() -> None:
    story = restarted(found(Place.HELD), remembered=())
    (saved,) = [c for c in story.told if isinstance(c, SaveContact)]
    assert (saved.arrived_at, saved.caller) == (100.0, "+8613800000007")
    assert segments(story) == [(SegmentKind.IVR, 100.0, 110.0, "queued")]


def test_a_call_that_ended_meanwhile_is_completed_to_the_millisecond() -> None:
    talked = found(Place.ENDED, phone=PHONES[ANNA], talk_at=130.0, ended_at=160.123)
    story = restarted(talked)
    assert segments(story) == [
        (SegmentKind.QUEUE, 110.0, 130.0, "answered"),
        (SegmentKind.TALK, 130.0, 160.123, "ended_away"),
    ]
    (end,) = ends(story.told)
    assert (end.ended_at, end.agent) == (160.123, ANNA)


def test_a_call_that_no_one_saw_end_ends_where_it_was_known() -> None:
    story = restarted()
    (end,) = ends(story.told)
    assert (end.ended_at, end.ended_by) == (110.0, EndedBy.UNKNOWN)


def test_a_lost_link_keeps_everyone_where_the_switch_has_them() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    story.answer("c1", after=1.0)
    story.tell(AsteriskLost(), after=1.0)
    seen = found(Place.TALKING, phone=PHONES[ANNA], talk_at=1.0)
    told = story.tell(AsteriskSeen(asked_at=31.0, calls=(seen,), phones=BOTH), after=30.0)
    assert not [c for c in told if not isinstance(c, MirrorAgent)], "nothing had changed"


def test_a_talk_that_ended_while_the_link_was_down_frees_its_agent() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    story.answer("c1", after=1.0)
    story.tell(AsteriskLost(), after=1.0)
    story.tell(AsteriskSeen(asked_at=31.0, calls=(), phones=BOTH), after=30.0)
    assert work_of(story) is WorkState.WRAP_UP
    (end,) = ends(story.told)
    assert end.ended_by is EndedBy.UNKNOWN


def test_a_call_that_came_while_we_asked_is_not_forgotten() -> None:
    story = Story()
    story.ring("c1", after=10.0)
    told = story.tell(AsteriskSeen(asked_at=9.0, calls=(), phones=BOTH), after=0.5)
    assert not ends(told)


def test_an_order_still_on_its_way_is_not_taken_back() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1", after=10.0)
    seen = found(Place.HELD)
    story.tell(AsteriskSeen(asked_at=10.2, calls=(seen,), phones=BOTH), after=0.3)
    assert work_of(story) is WorkState.RESERVED
    story.tell(AsteriskSeen(asked_at=13.0, calls=(seen,), phones=BOTH), after=3.0)
    (queue, *_) = [s for s in segments(story) if s[0] is SegmentKind.OFFER]
    assert queue[3] == "lost_sight"


def test_an_unknown_leg_without_a_ticket_is_left_to_its_flow() -> None:
    center = Center()
    stranger = SeenCall(
        leg=LegId("x"),
        place=Place.FLOW,
        contact=None,
        ticket=None,
        phone=None,
        talk_at=None,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording="",
    )
    assert center.handle(0.0, AsteriskSeen(asked_at=0.0, calls=(stranger,), phones=BOTH)) == []


def test_phones_that_are_not_registered_are_not_rung() -> None:
    story = Story(seen=False)
    story.ready(ANNA)
    story.tell(AsteriskSeen(asked_at=0.0, calls=(), phones=frozenset()))
    assert work_of(story) is WorkState.UNREACHABLE


def test_another_phone_rings_than_we_ordered() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    seen = found(Place.RINGING, phone=PHONES[BOB])
    story.tell(AsteriskSeen(asked_at=9.0, calls=(seen,), phones=BOTH), after=9.0)
    assert work_of(story) is WorkState.AVAILABLE
    assert state_of(story, BOB) is WorkState.RESERVED


def test_the_phone_that_we_ordered_rings() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    seen = found(Place.RINGING, phone=PHONES[ANNA])
    told = story.tell(AsteriskSeen(asked_at=9.0, calls=(seen,), phones=BOTH), after=9.0)
    assert told == []


def test_a_talk_without_a_phone_tells_nothing() -> None:
    story = restarted(found(Place.TALKING, talk_at=150.0))
    assert work_of(story) is WorkState.LOGGED_OUT


def test_an_agent_may_have_ended_one_talk_and_begun_another_while_we_were_away() -> None:
    ended = found(Place.ENDED, phone=PHONES[ANNA], talk_at=130.0, ended_at=160.0)
    second = replace(
        found(Place.TALKING, phone=PHONES[ANNA], talk_at=165.0),
        leg=LegId("leg-c2"),
        contact=ContactId("c2"),
        ticket=replace(TICKET, contact=ContactId("c2")),
    )
    story = restarted(ended, second)
    assert work_of(story) is WorkState.ON_CALL
    assert [end.contact for end in ends(story.told)] == [CONTACT]


def test_a_caller_who_came_while_we_were_away_is_looked_up_and_then_known() -> None:
    stranger = replace(TICKET, customer="", tier=Tier.STANDARD, value=0.2)
    story = restarted(found(Place.HELD, ticket=stranger), remembered=())
    assert LookUp(contact=CONTACT, caller="+8613800000007") in story.told
    gold = Customer(id=CustomerId("7"), tier=Tier.GOLD, value=0.6, language="zh")
    story.tell(CallerRecognized(contact=CONTACT, customer=gold))
    told = story.ready(ANNA)
    (pop,) = [c for c in told if isinstance(c, ShowCaller)]
    assert (pop.customer, pop.value) == ("7", 0.6)


def test_a_caller_who_is_not_yet_held_when_we_look_is_held_then() -> None:
    story = Story()
    story.ready(ANNA)
    arrived = CallArrived(contact=CONTACT, leg=LEG, caller="", dialed="4001")
    story.tell(arrived)
    story.tell(FlowEnded(contact=CONTACT, queue=SALES, language="zh"))  # its CallHeld was lost
    story.tell(AsteriskSeen(asked_at=1.0, calls=(found(Place.HELD),), phones=BOTH), after=1.0)
    assert work_of(story) is WorkState.RESERVED


def test_an_end_that_the_switch_tells_a_second_time_is_no_second_contact() -> None:
    story = restarted(found(Place.TALKING, phone=PHONES[ANNA], talk_at=150.0))
    story.tell(CallEnded(leg=LEG, cause=16), after=10.0)
    story.ring("c2")
    ended = found(Place.ENDED, phone=PHONES[ANNA], talk_at=150.0, ended_at=210.0)
    story.tell(AsteriskSeen(asked_at=209.0, calls=(ended,), phones=BOTH), after=1.0)
    assert len(ends(story.told)) == 1


def test_a_talk_that_ended_while_we_were_away_touches_no_agent() -> None:
    story = Story()
    story.ready(ANNA, after=100.0)
    story.ring("c2", after=65.0)
    story.answer("c2", after=1.0)
    ended = found(Place.ENDED, phone=PHONES[ANNA], talk_at=130.0, ended_at=160.0)
    talks = replace(found(Place.TALKING, phone=PHONES[ANNA], talk_at=166.0), leg=LegId("leg-c2"))
    seen = AsteriskSeen(asked_at=200.0, calls=(ended, talks), phones=BOTH)
    story.tell(seen, after=34.0)
    assert work_of(story) is WorkState.ON_CALL
    assert [end.contact for end in ends(story.told)] == [CONTACT]


def test_who_is_said_to_ring_in_the_switchs_own_queue_is_fetched_from_there() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    seen = AsteriskSeen(asked_at=9.0, calls=(found(Place.FALLBACK),), phones=BOTH)
    assert TakeBack(contact=CONTACT, leg=LEG) in story.tell(seen, after=9.0)
    assert work_of(story) is WorkState.AVAILABLE


def test_while_the_link_was_down_an_agent_may_have_gone_from_one_talk_to_the_next() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("c1")
    story.answer("c1")
    story.tell(AsteriskLost())
    ended = found(Place.ENDED, phone=PHONES[ANNA], talk_at=0.0, ended_at=10.0)
    second = replace(
        found(Place.TALKING, phone=PHONES[ANNA], talk_at=12.0),
        leg=LegId("leg-c2"),
        contact=ContactId("c2"),
        ticket=replace(TICKET, contact=ContactId("c2"), arrived_at=5.0, queued_at=6.0),
    )
    story.tell(AsteriskSeen(asked_at=30.0, calls=(ended, second), phones=BOTH), after=30.0)
    assert work_of(story) is WorkState.ON_CALL
    assert [end.contact for end in ends(story.told)] == [CONTACT]


def test_a_caller_who_did_not_come_back_is_asked_for_again() -> None:
    story = restarted(found(Place.FALLBACK))
    again = AsteriskSeen(asked_at=210.0, calls=(found(Place.FALLBACK),), phones=BOTH)
    assert TakeBack(contact=CONTACT, leg=LEG) in story.tell(again, after=10.0)


def test_a_call_is_known_by_its_leg_when_its_flow_was_cut_off() -> None:
    unmet = replace(found(Place.HELD), contact=None)
    story = restarted(unmet)
    assert not [c for c in story.told if isinstance(c, SaveContact)], "it was saved before"


def test_a_call_that_ended_in_its_flow_is_completed_without_a_ticket() -> None:
    story = restarted(found(Place.ENDED, ticket=None, ended_at=112.0))
    (end,) = ends(story.told)
    assert end.ended_at == 112.0


def test_a_phone_of_nobody_that_rings_changes_nothing() -> None:
    story = restarted(found(Place.RINGING, phone=Phone("9999")))
    assert work_of(story) is WorkState.LOGGED_OUT
    assert not [c for c in story.told if isinstance(c, SaveSegment) and c.outcome == "offered"]


def test_a_record_that_changes_only_the_queues_leaves_the_phone() -> None:
    story = Story()
    profile = AgentProfile(agent=ANNA, phone=PHONES[ANNA], queues=frozenset({SALES}))
    assert story.tell(AgentKnown(profile=profile)) == []


def test_a_talk_that_the_switch_ended_in_the_hold_loop_waits_again() -> None:
    story = restarted(found(Place.TALKING, phone=PHONES[ANNA], talk_at=150.0))
    again = AsteriskSeen(asked_at=210.0, calls=(found(Place.HELD),), phones=BOTH)
    story.tell(again, after=10.0)
    assert work_of(story) is WorkState.WRAP_UP


def test_a_caller_still_in_the_flow_is_left_there_until_it_ends() -> None:
    story = restarted(found(Place.FLOW, ticket=None))
    assert not ends(story.told)
    again = AsteriskSeen(asked_at=210.0, calls=(found(Place.FALLBACK),), phones=BOTH)
    assert TakeBack(contact=CONTACT, leg=LEG) in story.tell(again, after=10.0)


def test_a_flow_of_which_the_ticket_tells_that_it_is_over_is_walked_no_more() -> None:
    story = Story()
    story.arrive("c1")
    story.step("c1", "welcome", came="", after=2.0)
    seen = AsteriskSeen(asked_at=9.0, calls=(found(Place.HELD),), phones=BOTH)
    told = story.tell(seen, after=7.0)
    assert [c.how for c in told if isinstance(c, SaveWalk)] == ["queued"]


# -- surveys

ASKING = tuple(replace(rules, survey="asked") for rules in RULES)
SURVEYED = found(Place.SURVEY, phone=PHONES[ANNA], talk_at=150.0)


def seen(story: Story, *calls: SeenCall, after: float) -> list[Command]:
    story.now += after
    return story.tell(AsteriskSeen(asked_at=story.now, calls=calls, phones=BOTH))


def test_a_survey_whose_talk_no_one_saw_end_is_a_talk_and_a_survey() -> None:
    story = restarted(SURVEYED)
    story.tell(CallEnded(leg=LEG, cause=16), after=10.0)
    assert segments(story) == [
        (SegmentKind.QUEUE, 110.0, 150.0, "answered"),
        (SegmentKind.TALK, 150.0, 200.0, "agent_hung_up"),
        (SegmentKind.IVR, 200.0, 210.0, "hung_up"),
    ]
    (end,) = ends(story.told)
    assert (end.agent, end.queue, end.ended_by) == (ANNA, SALES, EndedBy.AGENT)
    assert work_of(story) is WorkState.LOGGED_OUT, "no agent is touched by it"


def test_a_survey_whose_talk_the_history_has_goes_on_from_there() -> None:
    known = replace(KNOWN, segment_from=190.0, segments=4, visits=1, walks=1)
    story = restarted(SURVEYED, remembered=(known,))
    assert segments(story) == []
    story.step("c1", "rate", flow="asked", came="")
    story.tell(CallEnded(leg=LEG, cause=16), after=10.0)
    assert segments(story) == [(SegmentKind.IVR, 190.0, 210.0, "hung_up")]
    assert [c.number for c in story.told if isinstance(c, SaveWalk)] == [2]
    (end,) = ends(story.told)
    assert (end.queue, end.ended_by) == (SALES, EndedBy.AGENT)


def test_a_survey_without_a_ticket_or_a_talk_is_a_survey_too() -> None:
    for call in (found(Place.SURVEY, ticket=None), found(Place.SURVEY)):
        story = restarted(call)
        story.tell(FlowEnded(contact=CONTACT, queue=None, language="zh"))
        assert [end.ended_by for end in ends(story.told)] == [EndedBy.AGENT]
        assert segments(story) == [(SegmentKind.IVR, 110.0, 200.0, "surveyed")]


def test_a_customer_who_is_found_in_a_survey_keeps_the_language_of_the_call() -> None:
    story = restarted(SURVEYED)
    known = Customer(id=CustomerId("7"), tier=Tier.PLATINUM, value=1.0, language="en")
    story.tell(CallerRecognized(contact=CONTACT, customer=known))
    story.tell(CallEnded(leg=LEG, cause=16))
    assert [(end.tier, end.language) for end in ends(story.told)] == [(Tier.PLATINUM, "zh")]


def talks_and_link_is_lost(*, asking: bool = True) -> Story:
    story = Story(rules=ASKING if asking else RULES)
    story.ready(ANNA)
    story.ring("c1")
    story.answer("c1", after=1.0)
    story.tell(AsteriskLost(), after=1.0)
    return story


def test_a_talk_that_became_a_survey_while_the_link_was_down_frees_its_agent() -> None:
    story = talks_and_link_is_lost()
    seen(story, found(Place.SURVEY), after=30.0)
    assert work_of(story) is WorkState.WRAP_UP
    assert ends(story.told) == []
    assert seen(story, found(Place.SURVEY), after=5.0) == [], "nothing has changed"
    seen(story, after=5.0)
    assert [end.ended_by for end in ends(story.told)] == [EndedBy.UNKNOWN]


def test_who_was_rung_for_and_is_in_the_survey_had_his_talk() -> None:
    story = Story(rules=ASKING)
    story.ready(ANNA)
    story.ring("c1")
    story.tell(AsteriskLost(), after=1.0)
    seen(story, found(Place.SURVEY), after=30.0)
    assert work_of(story) is WorkState.AVAILABLE
    assert visits(story) == [("c1", SALES, QueueExit.ANSWERED)]
    assert story.hang_up("c1")
    assert [end.ended_by for end in ends(story.told)] == [EndedBy.AGENT]


def test_an_order_for_a_survey_that_was_lost_is_given_again() -> None:
    story = talks_and_link_is_lost()
    story.tell(AgentHungUp(agent=ANNA))
    talking = found(Place.TALKING, phone=PHONES[ANNA], talk_at=1.0)
    order = AskSurvey(contact=CONTACT, leg=LEG, survey="asked")
    assert order not in seen(story, talking, after=0.5), "it may be on its way"
    assert order in seen(story, talking, after=20.0)
    assert work_of(story) is WorkState.WRAP_UP
    story.step("c1", "rate", flow="asked", came="")
    assert order not in seen(story, talking, after=20.0), "he was put through to someone"


def test_who_was_asked_waits_again_only_where_the_switch_has_him_wait() -> None:
    story = talks_and_link_is_lost()
    seen(story, found(Place.SURVEY), after=5.0)
    assert seen(story, found(Place.FLOW), after=5.0) == []
    ticket = replace(TICKET, queued_at=story.now)
    seen(story, found(Place.HELD, ticket=ticket), after=5.0)
    story.ready(BOB)
    assert state_of(story, BOB) is WorkState.RESERVED

"""Joining a queue and leaving it."""

from dataclasses import replace

from ccserver.core.claim import Wish
from ccserver.core.commands import (
    Announce,
    CallBack,
    Command,
    Connect,
    Divert,
    Hold,
    LookUp,
    Refuse,
    ShowCall,
    WriteTicket,
)
from ccserver.core.events import (
    AgentLoggedOut,
    AgentPaused,
    AsteriskSeen,
    CallArrived,
    CallbackRequested,
    CallerRecognized,
    FlowEnded,
    OfferFailed,
    RulesChanged,
    ScreenClosed,
    WalkEnded,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue, Skill
from ccserver.core.records import QueueExit, SaveContactEnd, SaveOffer, SaveSegment, SegmentKind
from ccserver.core.rules import (
    AS_USUAL,
    CallbackRules,
    Hours,
    Opening,
    Overflow,
    QueueRules,
    Relaxation,
    Way,
)
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket, unpack
from ccserver.core.site import WorkState
from ccserver.core.talk_events import AgentTransferred
from ccserver.core.value import Customer, Tier
from tests.core.stories import (
    ANNA,
    BOB,
    PHONES,
    PROFILES,
    SALES,
    SERVICE,
    Story,
    served,
    state_of,
    visits,
)

QUIET = QueueRules(name=SALES, announce_after_seconds=0.0)
HELP = QueueRules(name=SERVICE, announce_after_seconds=0.0)
GOODBYE = Overflow(way=Way.ANNOUNCEMENT, prompt="sorry")
TO_SERVICE = Overflow(way=Way.QUEUE, queue=SERVICE)
ENGINEER = replace(PROFILES[0], skills=((Skill("engine"), 4),))
NEVER = Hours(zone="UTC", weekly=(Opening(weekday=6, from_minute=0, until_minute=1),))


def diverts(commands: list[Command]) -> list[Way]:
    return [c.way for c in commands if isinstance(c, Divert)]


def test_a_closed_queue_says_so_when_the_leg_can_hear_it() -> None:
    story = Story(rules=(replace(QUIET, open=False, on_closed=GOODBYE),))
    assert diverts(story.ring("1", held=False)) == []
    assert diverts(story.hold("1")) == [Way.ANNOUNCEMENT]
    assert diverts(story.hold("1")) == [], "once is enough"
    assert visits(story) == [("1", SALES, QueueExit.CLOSED)]


def test_a_queue_outside_its_hours_is_closed() -> None:
    story = Story(rules=(replace(QUIET, hours=NEVER, on_closed=GOODBYE),))
    story.ring("1")
    assert visits(story) == [("1", SALES, QueueExit.CLOSED)]


def test_a_full_queue_takes_nobody_more() -> None:
    story = Story(rules=(replace(QUIET, waiting_max=1, on_full=GOODBYE),))
    story.ring("1")
    assert visits(story) == []
    story.ring("2")
    assert visits(story) == [("2", SALES, QueueExit.FULL)]


def test_a_queue_that_no_one_could_serve_sends_on_at_once() -> None:
    story = Story(rules=(replace(QUIET, on_empty=GOODBYE),))
    story.ring("1")
    story.ready(ANNA)
    story.ring("2")
    assert visits(story) == [("1", SALES, QueueExit.EXIT_EMPTY)]
    assert served(story) == ["2"]


def test_who_has_waited_as_long_as_the_queue_lets_him_hears_goodbye() -> None:
    story = Story(rules=(replace(QUIET, wait_max_seconds=60.0, on_wait_max=GOODBYE),))
    story.ring("1")
    assert diverts(story.wait(59.0)) == []
    assert diverts(story.wait(1.0)) == [Way.ANNOUNCEMENT]
    assert visits(story) == [("1", SALES, QueueExit.TIMEOUT)]
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.ended_by == "system"


def test_or_leaves_a_message() -> None:
    voicemail = Overflow(way=Way.VOICEMAIL, prompt="leave_a_message")
    story = Story(rules=(replace(QUIET, wait_max_seconds=60.0, on_wait_max=voicemail),))
    story.ring("1")
    assert diverts(story.wait(60.0)) == [Way.VOICEMAIL]
    assert visits(story) == [("1", SALES, QueueExit.VOICEMAIL)]


def test_or_goes_to_another_queue_with_all_his_waiting() -> None:
    rules = (replace(QUIET, wait_max_seconds=60.0, on_wait_max=TO_SERVICE), HELP)
    story = Story(rules=rules)
    story.ring("1")
    told = story.wait(60.0)
    (ticket,) = [unpack(c.ticket) for c in told if isinstance(c, WriteTicket)]
    assert ticket is not None
    assert (ticket.queue, ticket.queued_at) == (SERVICE, 0.0)
    story.hang_up("1", after=10.0)
    assert visits(story) == [
        ("1", SALES, QueueExit.OVERFLOW),
        ("1", SERVICE, QueueExit.ABANDONED),
    ]


def test_two_queues_that_overflow_into_each_other_keep_the_caller_in_the_end() -> None:
    closed = replace(QUIET, open=False, on_closed=TO_SERVICE)
    back = Overflow(way=Way.QUEUE, queue=SALES)
    story = Story(rules=(closed, replace(HELP, open=False, on_closed=back)))
    story.ring("1")
    story.ready(ANNA)
    assert served(story) == ["1"]


def test_a_limit_that_runs_out_while_the_phone_rings_waits_for_the_answer() -> None:
    story = Story(rules=(replace(QUIET, wait_max_seconds=10.0, on_wait_max=GOODBYE),))
    story.ring("1")
    story.ready(ANNA, after=9.0)
    story.wait(3.0)
    story.answer("1")
    assert visits(story) == [("1", SALES, QueueExit.ANSWERED)]


def test_who_may_only_wait_waits_on() -> None:
    story = Story(rules=(replace(QUIET, wait_max_seconds=60.0, on_wait_max=Overflow()),))
    story.ring("1")
    assert diverts(story.wait(600.0)) == []
    story.ready(ANNA)
    assert served(story) == ["1"]


# -- announcements


def test_a_waiting_caller_is_told_his_place_and_how_long_it_will_take() -> None:
    rules = replace(QUIET, announce_after_seconds=20.0, announce_every_seconds=60.0)
    story = Story(rules=(rules,))
    story.ring("1")
    story.ring("2")
    told = [c for c in story.wait(81.0) if isinstance(c, Announce)]
    assert [(c.contact, c.place) for c in told] == [("1", 1), ("2", 2), ("1", 1), ("2", 2)]
    assert told[1].wait_seconds > told[0].wait_seconds > 0
    assert not told[0].callback


def test_an_announcement_is_put_off_while_an_agent_s_phone_rings() -> None:
    story = Story(rules=(replace(QUIET, announce_after_seconds=20.0),))
    story.ring("1")
    story.ready(ANNA, after=19.0)
    assert not [c for c in story.wait(3.0) if isinstance(c, Announce)]


def test_a_callback_is_offered_where_the_queue_does_and_a_number_is_known() -> None:
    rules = replace(QUIET, announce_after_seconds=20.0, callback=CallbackRules(offered=True))
    story = Story(rules=(rules,))
    story.ring("1")
    story.ring("2", number="anonymous")
    told = [c for c in story.wait(20.0) if isinstance(c, Announce)]
    assert [c.callback for c in told] == [True, False]
    story.tell(CallbackRequested(contact=ContactId("2")))
    assert visits(story) == [], "nobody can call back who is not known"


def announced(story: Story, seconds: float) -> list[tuple[float, bool]]:
    """When, and whether a message was offered."""
    told: list[tuple[float, bool]] = []
    until = story.now + seconds
    while story.now < until:
        commands = story.wait(1.0)
        told += [(story.now, c.voicemail) for c in commands if isinstance(c, Announce)]
    return told


def test_a_flow_may_say_when_its_callers_are_told() -> None:
    rules = replace(QUIET, announce_after_seconds=20.0, announce_every_seconds=60.0)
    for after, every, expected in (
        (None, None, [20.0, 80.0]),
        (5.0, 30.0, [5.0, 35.0, 65.0]),
        (0.0, None, []),
        (None, 0.0, [20.0]),
    ):
        story = Story(rules=(rules,))
        story.arrive("1")
        ended = FlowEnded(
            contact=ContactId("1"),
            queue=SALES,
            language="zh",
            announce_after_seconds=after,
            announce_every_seconds=every,
        )
        story.tell(ended)
        story.hold("1")
        assert [at for at, _ in announced(story, 90.0)] == expected


def test_a_message_is_offered_where_the_queue_takes_one() -> None:
    rules = replace(QUIET, announce_after_seconds=20.0, voicemail=True)
    story = Story(rules=(rules,))
    story.ring("1")
    assert announced(story, 30.0) == [(20.0, True)]


def test_no_one_is_pulled_out_of_a_flow_to_be_told_his_place() -> None:
    story = Story(rules=(replace(QUIET, announce_after_seconds=20.0),))
    story.ring("1")
    story.step("1", "offer", came="", after=19.0)
    assert announced(story, 20.0) == []
    story.tell(WalkEnded(contact=ContactId("1"), how="back"))
    assert len(announced(story, 10.0)) == 1


# -- the old place


def test_who_is_cut_off_and_calls_again_within_a_minute_has_the_old_place() -> None:
    story = Story(rules=(QUIET,))
    story.ring("1", number="+861")
    story.ring("2", after=10.0)
    story.hang_up("1", after=10.0)
    story.ring("3", number="+861", after=30.0)
    story.ready(ANNA)
    assert served(story) == ["3"]


def test_of_who_has_no_number_no_place_is_remembered() -> None:
    story = Story(rules=(QUIET,))
    contact, leg = ContactId("1"), LegId("leg-1")
    story.tell(CallArrived(contact=contact, leg=leg, caller="", dialed="4001"))
    story.tell(FlowEnded(contact=contact, queue=SALES, language="zh"))
    story.hold("1")
    story.hang_up("1", after=10.0)
    assert visits(story) == [("1", SALES, QueueExit.ABANDONED)]


def test_but_not_later() -> None:
    story = Story(rules=(QUIET,))
    story.ring("1", number="+861")
    story.ring("2", after=10.0)
    story.hang_up("1", after=10.0)
    story.ring("9", number="+869", after=61.0)
    story.hang_up("9")
    story.ring("3", number="+861")
    story.ready(ANNA)
    assert served(story) == ["2"]


# -- what the flow asks for


def test_an_emergency_goes_first_whenever_an_offer_fails_or_he_is_called_back() -> None:
    story = Story(rules=(replace(QUIET, callback=CallbackRules(offered=True)),))
    story.ring("1", tier=Tier.PLATINUM)
    story.ring("2", wish=Wish(urgent=True))
    story.ring("3", wish=Wish(urgent=True), after=1.0)
    story.tell(CallbackRequested(contact=ContactId("3")))
    story.ready(ANNA, after=5.0)
    assert served(story) == ["2"]
    story.tell(OfferFailed(contact=ContactId("2"), phone=PHONES[ANNA], cause="no_answer"))
    story.hold("2")
    story.ready(BOB)
    assert served(story) == ["2", "2"]
    told = story.wait(60.0)
    assert [c.contact for c in told if isinstance(c, CallBack)] == ["3"]


def test_the_flow_adds_to_the_value_for_routing_and_for_nothing_else() -> None:
    story = Story(rules=(replace(QUIET, policy="value"),))
    story.ring("plain", tier=Tier.SILVER)
    story.ring("raised", wish=Wish(boost=0.5), after=1.0)
    story.ready(ANNA, after=1.0)
    assert served(story) == ["raised"]
    (offer,) = [c for c in story.told if isinstance(c, SaveOffer)]
    assert dict(offer.caller)["value"] == 0.7
    story.hang_up("raised")
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    shown = [c.value for c in story.told if isinstance(c, ShowCall) and c.contact == "raised"]
    assert {end.value, *shown} == {0.2}


def test_skills_that_nobody_has_send_on_and_the_next_queue_asks_for_its_own_only() -> None:
    story = Story(rules=(replace(QUIET, on_empty=TO_SERVICE), HELP))
    story.ready(ANNA)
    story.ring("0", queue=SERVICE)
    story.answer("0")
    story.ring("valued", queue=SERVICE, tier=Tier.GOLD)
    told = story.ring("1", wish=Wish(skills=((Skill("engine"), 3),), urgent=True, agent=ANNA))
    assert visits(story) == [("0", SERVICE, QueueExit.ANSWERED), ("1", SALES, QueueExit.OVERFLOW)]
    (ticket,) = [unpack(c.ticket) for c in told if isinstance(c, WriteTicket)]
    assert ticket is not None
    assert (ticket.queue, ticket.urgent) == (SERVICE, True)
    story.ready(BOB)
    assert served(story) == ["0", "1"], "an emergency is one everywhere, and for everyone"


def test_skills_that_are_busy_are_waited_for_until_the_queue_asks_for_less() -> None:
    relaxed = replace(QUIET, relax=(Relaxation(after_seconds=30.0, required=()),))
    story = Story(rules=(relaxed,))
    story.ready(BOB)
    story.ring("1", wish=Wish(skills=((Skill("engine"), 3),)))
    story.wait(29.0)
    assert served(story) == []
    story.wait(1.0)
    assert served(story) == ["1"]


def test_who_is_handed_on_is_no_emergency_any_more_and_needs_what_the_queue_asks() -> None:
    story = Story(rules=(QUIET, HELP), profiles=(ENGINEER, PROFILES[1]))
    story.ready(BOB)
    story.ring("1", wish=Wish(urgent=True, skills=((Skill("engine"), 3),)))
    assert served(story) == [], "not his"
    story.ready(ANNA)
    story.answer("1")
    told = story.tell(AgentTransferred(agent=ANNA, queue=SERVICE))
    told += story.hold("1")
    (ticket,) = [unpack(c.ticket) for c in told if isinstance(c, WriteTicket)]
    assert ticket is not None
    assert not ticket.urgent
    assert served(story) == ["1", "1"]


# -- transfers


def test_a_transfer_keeps_the_contact_its_data_and_its_waiting() -> None:
    story = Story(rules=(QUIET, HELP))
    story.ring("1")
    story.ready(ANNA, after=40.0)
    story.answer("1")
    story.ring("rival", queue=SERVICE, after=10.0)
    told = story.tell(AgentTransferred(agent=ANNA, queue=SERVICE), after=20.0)
    assert [c.contact for c in told if isinstance(c, Hold)] == ["1"]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    told = story.hold("1")
    (ticket,) = [unpack(c.ticket) for c in told if isinstance(c, WriteTicket)]
    assert ticket is not None
    assert ticket.queued_at == story.now - 40.0
    story.ready(BOB, after=1.0)
    assert served(story) == ["1", "1"], "his 40 seconds go before the rival's 20"
    segments = [c for c in story.told if isinstance(c, SaveSegment) and c.contact == "1"]
    assert segments[-1].outcome == "offered"


def test_a_wrap_up_after_a_transfer_has_a_number_of_its_own() -> None:
    story = Story(rules=(QUIET, HELP))
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    story.tell(AgentTransferred(agent=ANNA, queue=SERVICE), after=20.0)
    story.hold("1")
    story.wait(60.0)
    story.hang_up("1")
    numbers = [
        (c.number, c.kind) for c in story.told if isinstance(c, SaveSegment) and c.contact == "1"
    ]
    assert len({number for number, _ in numbers}) == len(numbers)
    assert SegmentKind.WRAP_UP in {kind for _, kind in numbers}


def test_what_cannot_be_transferred_is_refused_with_the_reason() -> None:
    story = Story(rules=(QUIET, replace(HELP, open=False)))
    story.ready(ANNA)

    def refused(agent: AgentId, queue: Queue) -> list[str]:
        told = story.tell(AgentTransferred(agent=agent, queue=queue))
        return [c.reason for c in told if isinstance(c, Refuse)]

    assert refused(ANNA, SERVICE) == ["You have no call to hand on."]
    story.ring("1")
    story.answer("1")
    assert refused(ANNA, Queue("moon")) == ["There is no such queue."]
    assert refused(ANNA, SERVICE) == ["That queue is closed."]
    assert refused(AgentId("nobody"), SERVICE) == ["You have no call to hand on."]
    story.tell(RulesChanged(queues=(QUIET, HELP), site=AS_USUAL))
    assert refused(ANNA, SERVICE) == []


# -- limits that hold


def test_a_caller_found_after_a_restart_has_the_limits_of_his_queue() -> None:
    rules = replace(QUIET, wait_max_seconds=60.0, on_wait_max=GOODBYE)
    story = Story(rules=(rules,), seen=False)
    ticket = Ticket(
        contact=ContactId("1"), arrived_at=-30.0, queued_at=-20.0, queue=SALES,
        tier=Tier.STANDARD, value=0.2, language="zh", customer="7", caller="+861", dialed="4001",
        keys=(),
    )  # fmt: skip
    found = SeenCall(
        leg=LegId("leg-1"), place=Place.HELD, contact=ContactId("1"), ticket=ticket, phone=None,
        talk_at=None, ended_at=None, ended_by=EndedBy.CALLER, recording="",
    )  # fmt: skip
    told = story.tell(AsteriskSeen(asked_at=0.0, calls=(found,), phones=frozenset()))
    assert [c.caller for c in told if isinstance(c, LookUp)] == ["+861"], "the ticket knows less"
    assert diverts(story.wait(39.0)) == []
    assert diverts(story.wait(1.0)) == [Way.ANNOUNCEMENT]


def test_a_burst_that_has_not_reached_the_hold_loop_fills_the_queue_too() -> None:
    story = Story(rules=(replace(QUIET, waiting_max=1, on_full=GOODBYE),))
    for name in "123":
        story.ring(name, held=False)
    assert [name for name, _, _ in visits(story)] == ["2", "3"]


def test_who_overflows_into_an_empty_queue_does_not_find_it_full_of_himself() -> None:
    rules = (replace(QUIET, wait_max_seconds=5.0, on_wait_max=TO_SERVICE),)
    story = Story(rules=(*rules, replace(HELP, waiting_max=1, on_full=GOODBYE)))
    story.ring("1")
    story.wait(5.0)
    assert visits(story) == [("1", SALES, QueueExit.OVERFLOW)]


def test_when_the_last_who_could_serve_goes_home_the_waiting_are_sent_on() -> None:
    story = Story(rules=(replace(QUIET, on_empty=GOODBYE),))
    story.ready(ANNA)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    story.ring("1")
    assert visits(story) == []
    told = story.tell(AgentLoggedOut(agent=ANNA))
    assert diverts(told) == [Way.ANNOUNCEMENT]
    assert visits(story) == [("1", SALES, QueueExit.EXIT_EMPTY)]


def test_or_when_his_screen_has_been_gone_for_too_long() -> None:
    story = Story(rules=(replace(QUIET, on_empty=GOODBYE),))
    story.ready(ANNA)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    story.ring("1")
    story.tell(ScreenClosed(agent=ANNA))
    story.wait(600.0)
    assert visits(story) == [("1", SALES, QueueExit.EXIT_EMPTY)]


def test_a_callback_that_cannot_be_had_at_the_limit_is_tried_at_the_next() -> None:
    callback = Overflow(way=Way.CALLBACK)
    rules = replace(QUIET, wait_max_seconds=60.0, on_wait_max=callback)
    story = Story(rules=(rules,))
    story.ring("1", number="+861")
    story.wait(60.0)
    story.hang_up("1")
    story.ring("2", number="+861", queue=SERVICE)
    assert diverts(story.wait(60.0)) == [], "another queue has other rules"
    assert visits(story) == [("1", SALES, QueueExit.CALLBACK)], "and his callback still waits"


def test_who_asked_for_one_agent_gets_another_when_that_takes_too_long() -> None:
    story = Story(rules=(replace(QUIET, direct_seconds=60.0),))
    story.ready(ANNA)
    story.ring("0")
    story.answer("0")
    story.ring("1", wish=Wish(agent=ANNA))
    story.ready(BOB)
    assert served(story) == ["0"]
    story.wait(60.0)
    assert served(story) == ["0", "1"]


def test_a_last_agent_of_long_ago_is_anyone() -> None:
    story = Story(rules=(replace(QUIET, affinity_days=1.0),))
    story.now = 3 * 86_400.0
    story.ready(ANNA)
    story.ready(BOB, after=1.0)
    contact = ContactId("1")
    arrived = CallArrived(contact=contact, leg=LegId("leg-1"), caller="+861", dialed="4001")
    story.tell(arrived)
    customer = Customer(
        id=CustomerId("7"), tier=Tier.GOLD, value=0.6, language="zh", last_agent=BOB,
        last_talk_at=86_400.0,
    )  # fmt: skip
    story.tell(CallerRecognized(contact=contact, customer=customer))
    story.tell(FlowEnded(contact=contact, queue=SALES, language="zh"))
    told = story.hold("1")
    assert [c.agent for c in told if isinstance(c, Connect)] == [ANNA]

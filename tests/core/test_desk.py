"""The agent's desk: wrap-up, disposition, a click on a number, a callback that is agreed."""

from dataclasses import replace
from typing import TypeVar

import pytest

from ccserver.core.commands import (
    CallBack,
    Command,
    Connect,
    HangUp,
    HideCall,
    LookUp,
    ShowCall,
    ShowCaller,
    ShowWrapUp,
)
from ccserver.core.desk_events import (
    AgentDialed,
    CallbackPlanned,
    DispositionSet,
    WrapUpExtended,
)
from ccserver.core.events import (
    AgentHungUp,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AsteriskSeen,
    CallbackFailed,
    CallEnded,
    OfferFailed,
    PhoneChanged,
    ScreenClosed,
    ScreenOpened,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, LegId, Queue
from ccserver.core.records import (
    CallbackState,
    SaveCallback,
    SaveContact,
    SaveContactEnd,
    SaveDisposition,
    SaveRecording,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.rules import (
    CallbackRules,
    Direction,
    QueueRules,
    SiteRules,
    Taping,
    TapingRule,
)
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket
from ccserver.core.site import OpenCallback, OpenContact, WorkState
from ccserver.core.talk_events import AgentTransferred
from ccserver.core.value import Tier
from tests.core.stories import ANNA, BOB, PHONES, SALES, SERVICE, Story, served, state_of, visits
from tests.core.talking import refusals

ONE, OUT = ContactId("1"), ContactId("out")
LEG = LegId("cb-out-1")
NUMBER = "+8613800138000"
USUAL = QueueRules(
    name=SALES,
    wrap_up_seconds=30.0,
    wrap_up_extend_seconds=60.0,
    wrap_up_extends_max=2,
    direct_seconds=60.0,
    callback=CallbackRules(tries=2, retry_seconds=300.0, expire_seconds=3600.0),
)
REQUIRED = replace(USUAL, disposition_required=True)
DIAL = AgentDialed(agent=ANNA, contact=OUT, number=NUMBER, queue=SALES)
PLAN = CallbackPlanned(contact=OUT, number=NUMBER, queue=SALES, at=1000.0, language="en")


C = TypeVar("C", bound=Command)


def of(kind: type[C], commands: list[Command]) -> list[C]:
    return [one for one in commands if isinstance(one, kind)]


# -- the wrap-up


def wrapping_up(rules: QueueRules = USUAL) -> Story:
    """Anna has talked for 50 s, until 60.0."""
    story = Story(rules=(rules,))
    story.ready()
    story.ring("1")
    story.answer("1", after=10.0)
    story.hang_up("1", after=50.0)
    return story


def wrap_up(story: Story) -> ShowWrapUp:
    return of(ShowWrapUp, story.told)[-1]


def dispose(story: Story, said: str = "sale", *, after: float = 0.0) -> list[Command]:
    event = DispositionSet(agent=ANNA, contact=ONE, disposition=said)
    return story.tell(event, after=after)


def test_the_screen_is_told_how_long_the_wrap_up_lasts() -> None:
    story = wrapping_up()
    assert of(ShowWrapUp, story.told) == [
        ShowWrapUp(agent=ANNA, contact=ONE, until=90.0, extends_left=2, disposition_required=False)
    ]
    story.wait(30.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_it_is_made_longer_as_often_as_the_queue_lets() -> None:
    story = wrapping_up()
    story.tell(WrapUpExtended(agent=ANNA), after=10.0)
    assert (wrap_up(story).until, wrap_up(story).extends_left) == (150.0, 1)
    story.tell(WrapUpExtended(agent=ANNA))
    assert (wrap_up(story).until, wrap_up(story).extends_left) == (210.0, 0)
    refused = story.tell(WrapUpExtended(agent=ANNA))
    [(request, reason)] = refusals(refused)
    assert request == "extend_wrap_up"
    assert "cannot be made longer" in reason
    story.wait(139.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story.wait(1.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    [segment] = [one for one in of(SaveSegment, story.told) if one.kind is SegmentKind.WRAP_UP]
    assert (segment.started_at, segment.ended_at) == (60.0, 210.0)


def test_where_no_call_is_wrapped_up_nothing_is_made_longer() -> None:
    story = wrapping_up(replace(USUAL, wrap_up_extend_seconds=0.0))
    assert wrap_up(story).extends_left == 0
    assert "cannot be" in refusals(story.tell(WrapUpExtended(agent=ANNA)))[0][1]
    for name in (BOB, AgentId("nobody")):
        assert "no call" in refusals(story.tell(WrapUpExtended(agent=name)))[0][1]


def test_a_wrap_up_that_lasts_its_full_time_is_not_ended_before() -> None:
    story = wrapping_up(replace(USUAL, wrap_up_forced=True))
    assert "full time" in refusals(story.tell(WrapUpDone(agent=ANNA), after=29.0))[0][1]
    for name in (BOB, AgentId("nobody")):
        story.tell(WrapUpDone(agent=name))
    assert state_of(story, ANNA) is WorkState.WRAP_UP


# -- the disposition


def test_a_required_disposition_holds_the_wrap_up_whatever_the_clock_says() -> None:
    story = wrapping_up(REQUIRED)
    assert wrap_up(story).disposition_required
    [(request, reason)] = refusals(story.tell(WrapUpDone(agent=ANNA), after=5.0))
    assert request == "wrap_up_done"
    assert "choose a disposition" in reason
    story.wait(3600.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert story.center.stuck(story.now) == 0, "a person's own time"
    said = dispose(story)
    assert of(SaveDisposition, said) == [
        SaveDisposition(contact=ONE, disposition="sale", agent=ANNA, at=story.now)
    ]
    assert state_of(story, ANNA) is WorkState.AVAILABLE, "its time was over long ago"


def test_said_in_time_it_leaves_the_agent_the_rest() -> None:
    story = wrapping_up(REQUIRED)
    dispose(story, after=5.0)
    assert not wrap_up(story).disposition_required
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    dispose(story)
    assert len(of(ShowWrapUp, story.told)) == 2, "the same said twice changes nothing"
    story.tell(WrapUpDone(agent=ANNA))
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_a_forced_wrap_up_without_a_disposition_ends_when_there_is_one() -> None:
    story = wrapping_up(replace(REQUIRED, wrap_up_forced=True))
    story.wait(60.0)
    assert "choose a disp" in refusals(story.tell(WrapUpDone(agent=ANNA)))[0][1]
    dispose(story)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_time_that_was_over_begins_anew_when_it_is_made_longer() -> None:
    story = wrapping_up(REQUIRED)
    story.wait(100.0)
    story.tell(WrapUpExtended(agent=ANNA))
    assert wrap_up(story).until == 220.0
    dispose(story)
    assert state_of(story, ANNA) is WorkState.WRAP_UP


@pytest.mark.parametrize(
    "event", [AgentPaused(agent=ANNA, reason="lunch"), AgentLoggedOut(agent=ANNA)]
)
def test_nobody_is_kept_at_a_desk_that_he_leaves(event: AgentPaused | AgentLoggedOut) -> None:
    story = wrapping_up(REQUIRED)
    story.wait(100.0)
    story.tell(event)
    assert state_of(story, ANNA) in (WorkState.PAUSED, WorkState.LOGGED_OUT)


def test_who_pauses_in_time_is_let_go_by_the_clock_unless_he_is_ready_again() -> None:
    story = wrapping_up(REQUIRED)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"), after=5.0)
    story.tell(AgentReady(agent=ANNA), after=5.0)
    story.wait(60.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    story = wrapping_up(REQUIRED)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"), after=5.0)
    story.wait(60.0)
    assert state_of(story, ANNA) is WorkState.PAUSED


def test_a_lost_screen_sends_home_who_owes_a_disposition() -> None:
    story = wrapping_up(REQUIRED)
    story.tell(ScreenClosed(agent=ANNA))
    story.wait(400.0)
    assert state_of(story, ANNA) is WorkState.LOGGED_OUT


def test_what_was_said_in_the_talk_is_shown_and_needs_no_word_after_it() -> None:
    story = Story(rules=(REQUIRED,))
    story.ready()
    story.ring("1")
    story.answer("1", after=10.0)
    dispose(story, after=5.0)
    assert of(ShowCall, story.told)[-1].disposition == "sale"
    story.hang_up("1", after=5.0)
    [row] = of(SaveRecording, story.told)
    assert row.disposition == "sale"
    assert not wrap_up(story).disposition_required
    story.wait(30.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_a_queue_without_wrap_up_waits_for_the_disposition_all_the_same() -> None:
    story = wrapping_up(replace(REQUIRED, wrap_up_seconds=0.0))
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    dispose(story)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_of_a_caller_who_was_handed_on_both_agents_see_what_was_said() -> None:
    rules = (replace(REQUIRED, wrap_up_seconds=0.0), QueueRules(name=SERVICE))
    story = Story(rules=rules)
    story.ready()
    story.ring("1")
    story.answer("1", after=10.0)
    story.tell(AgentTransferred(agent=ANNA, queue=SERVICE), after=5.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    dispose(story)
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    story.hold("1")
    story.tell(ScreenOpened(agent=BOB))
    story.tell(AgentReady(agent=BOB))
    assert of(ShowCall, story.told)[-1].disposition == "sale"


def test_of_a_contact_that_nobody_has_any_more_the_center_says_nothing() -> None:
    story = Story(rules=(REQUIRED,))
    assert dispose(story) == []


def test_it_may_be_taken_back() -> None:
    story = wrapping_up(REQUIRED)
    dispose(story)
    dispose(story, "")
    assert wrap_up(story).disposition_required
    story.wait(100.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP


# -- a click on a number


def dialing(*, paused: bool = False, rules: tuple[QueueRules, ...] = (USUAL,)) -> Story:
    """Anna has dialed at 0.0, and the customer's phone rings."""
    story = Story(rules=rules)
    story.ready()
    if paused:
        story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    story.tell(DIAL)
    return story


def test_the_customer_is_called_first_and_then_the_agents_phone_rings() -> None:
    story = dialing()
    [contact] = of(SaveContact, story.told)
    assert (contact.contact, contact.caller, contact.direction) == (OUT, NUMBER, "outbound")
    [card] = of(ShowCaller, story.told)
    assert (card.agent, card.direction, card.waited_seconds) == (ANNA, Direction.OUTBOUND, 0.0)
    assert of(LookUp, story.told) == [LookUp(contact=OUT, caller=NUMBER)]
    [call] = of(CallBack, story.told)
    assert (call.leg, call.number, call.ring_seconds) == (LEG, NUMBER, 30)
    assert state_of(story, ANNA) is WorkState.RESERVED
    told = story.hold("out", LEG)
    [order] = of(Connect, told)
    assert (order.leg, order.agent) == (LEG, ANNA)
    story.answer("out", after=3.0)
    assert state_of(story, ANNA) is WorkState.ON_CALL
    assert of(ShowCall, story.told)[-1].direction is Direction.OUTBOUND
    story.tell(CallEnded(leg=LEG, cause=16), after=60.0)
    [row] = of(SaveRecording, story.told)
    assert row.direction is Direction.OUTBOUND
    assert visits(story) == [], "nobody has waited in a queue"
    assert of(SaveCallback, story.told) == [], "and nothing was promised"
    story.wait(30.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_an_agent_who_is_paused_may_call_and_is_paused_again_afterwards() -> None:
    story = dialing(paused=True)
    story.hold("out", LEG)
    story.answer("out", after=3.0)
    story.tell(CallEnded(leg=LEG, cause=16), after=60.0)
    story.wait(30.0)
    assert state_of(story, ANNA) is WorkState.PAUSED
    story.ring("1")
    assert served(story) == ["out"]


@pytest.mark.parametrize(("cause", "words"), [("busy", "busy"), ("no_answer", "Nobody")])
def test_who_cannot_be_reached_is_not_tried_again(cause: str, words: str) -> None:
    story = dialing(paused=True)
    told = story.tell(CallbackFailed(contact=OUT, leg=LEG, cause=cause), after=9.0)
    [(request, reason)] = refusals(told)
    assert request == "dial"
    assert words in reason
    [end] = of(SaveContactEnd, told)
    assert (end.ended_by, end.queue) == (EndedBy.SYSTEM, SALES)
    [segment] = of(SaveSegment, told)
    assert (segment.kind, segment.agent, segment.outcome) == (SegmentKind.DIAL, ANNA, cause)
    assert HideCall(contact=OUT) in told
    assert state_of(story, ANNA) is WorkState.PAUSED
    assert story.tell(CallEnded(leg=LEG, cause=17)) == []
    story.wait(1000.0)
    assert len(of(CallBack, story.told)) == 1


def test_a_leg_that_is_gone_without_a_word_has_failed() -> None:
    story = dialing()
    story.wait(40.0)
    told = story.see()
    assert "check it" in refusals(told)[0][1]
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_the_agent_may_change_his_mind() -> None:
    story = dialing()
    told = story.tell(AgentHungUp(agent=ANNA), after=4.0)
    assert of(HangUp, told) == [HangUp(contact=OUT, leg=LEG)]
    [end] = of(SaveContactEnd, told)
    assert end.ended_by is EndedBy.AGENT
    assert refusals(told) == []
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    assert "no call" in refusals(story.tell(AgentHungUp(agent=ANNA)))[0][1]
    assert story.hold("out", LEG) == [], "he had just picked up"


def test_a_customer_who_picks_up_waits_for_the_agent_who_missed_it() -> None:
    story = dialing()
    story.ready(BOB)
    story.hold("out", LEG)
    story.tell(OfferFailed(contact=OUT, phone=PHONES[ANNA], cause="no_answer"), after=20.0)
    story.hold("out", LEG)
    assert served(story) == ["out"], "for her alone, at first"
    story.wait(10.0)
    assert [(one.contact, one.agent) for one in of(Connect, story.told)] == [(OUT, ANNA)] * 2


def test_when_the_switch_has_given_her_to_another_the_customer_waits() -> None:
    story = dialing()
    story.ring("1")
    story.answer("1", after=1.0)  # in the switch's own queue
    told = story.hold("out", LEG)
    assert of(Connect, told) == []
    assert of(SaveCallback, story.told) == []


def test_nobody_is_told_of_a_dial_that_failed_when_its_agent_is_gone_to_another() -> None:
    story = dialing()
    story.ring("1")
    story.answer("1", after=1.0)
    told = story.tell(CallbackFailed(contact=OUT, leg=LEG, cause="busy"))
    assert refusals(told) == []
    assert state_of(story, ANNA) is WorkState.ON_CALL


def test_whoever_cannot_call_is_told_why() -> None:
    story = Story(rules=(USUAL,))
    story.ready()

    def reason(event: AgentDialed = DIAL) -> str:
        [(request, reason)] = refusals(story.tell(event))
        assert request == "dial"
        return reason

    assert "log in" in reason(replace(DIAL, agent=BOB))
    assert "log in" in reason(replace(DIAL, agent=AgentId("nobody")))
    assert "no number" in reason(replace(DIAL, number="10086"))
    assert "no such queue" in reason(replace(DIAL, queue=Queue("nowhere")))
    story.tell(PhoneChanged(phone=PHONES[ANNA], reachable=False))
    assert "phone cannot be reached" in reason()
    story.tell(PhoneChanged(phone=PHONES[ANNA], reachable=True))
    story.ring("1")
    assert "a call already" in reason()
    story.answer("1")
    assert "a call already" in reason()
    story.hang_up("1")
    assert "wrapping up" in reason()
    assert of(CallBack, story.told) == []


def test_who_has_just_missed_a_call_may_make_one() -> None:
    story = Story(rules=(USUAL,))
    story.ready()
    story.ring("1")
    story.tell(OfferFailed(contact=ONE, phone=PHONES[ANNA], cause="no_answer"))
    assert len(of(CallBack, story.tell(DIAL))) == 1


def test_a_click_that_is_told_twice_is_one() -> None:
    story = dialing()
    story.ready(BOB)
    assert story.tell(replace(DIAL, agent=BOB)) == []


def test_rules_of_the_recording_go_by_who_called() -> None:
    outbound = TapingRule(taping=Taping.NEVER, directions=frozenset({Direction.OUTBOUND}))
    story = Story(rules=(USUAL,), site=SiteRules(taping=(outbound,)))
    story.ready()
    story.tell(DIAL)
    [order] = of(Connect, story.hold("out", LEG))
    assert not order.record


# -- and a restart in the middle of it

TICKET = Ticket(
    contact=OUT, arrived_at=100.0, queued_at=100.0, queue=SALES, tier=Tier.STANDARD, value=0.2,
    language="", customer="", caller=NUMBER, dialed="", keys=(),
)  # fmt: skip
OPEN = OpenContact(
    contact=OUT, leg=LEG, arrived_at=100.0, queue=None, segment_from=100.0, segments=0,
    direction=Direction.OUTBOUND, disposition="sale",
)  # fmt: skip


def restarted(place: Place) -> Story:
    story = Story(rules=(USUAL,), remembered=(OPEN,), seen=False)
    story.now = 110.0
    leg = SeenCall(
        leg=LEG, place=place, contact=OUT, ticket=TICKET, phone=None, talk_at=None, ended_at=None,
        ended_by=EndedBy.CALLER, recording="",
    )  # fmt: skip
    phones = frozenset(PHONES.values())
    story.tell(AsteriskSeen(asked_at=110.0, calls=(leg,), phones=phones))
    return story


def test_a_phone_that_rings_for_nobody_any_more_is_let_go() -> None:
    story = restarted(Place.DIALING)
    assert HangUp(contact=OUT, leg=LEG) in story.told
    [end] = of(SaveContactEnd, story.told)
    assert end.ended_by is EndedBy.SYSTEM
    assert story.tell(CallEnded(leg=LEG, cause=16)) == []
    assert story.center.stuck(10_000.0) == 0


def test_a_customer_who_has_picked_up_waits_for_whoever_is_free() -> None:
    story = restarted(Place.HELD)
    story.ready()
    [card] = of(ShowCaller, story.told)
    assert (card.contact, card.direction) == (OUT, Direction.OUTBOUND)
    assert of(ShowCall, story.told)[-1].disposition == "sale"


# -- a callback that is agreed


def states(story: Story) -> list[CallbackState]:
    return [one.state for one in of(SaveCallback, story.told)]


def test_the_customer_is_called_at_the_instant_that_was_agreed() -> None:
    story = Story(rules=(USUAL,))
    told = story.tell(PLAN)
    [contact] = of(SaveContact, told)
    assert (contact.leg, contact.direction, contact.caller) == (LEG, "outbound", NUMBER)
    [kept] = of(SaveCallback, told)
    assert (kept.not_before, kept.requested_at, kept.agent, kept.language) == (
        1000.0,
        1000.0,
        None,
        "en",
    )
    story.ready()
    story.wait(999.0)
    assert of(CallBack, story.told) == []
    story.wait(1.0)
    [card] = of(ShowCaller, story.told)
    assert (card.direction, card.waited_seconds) == (Direction.OUTBOUND, 0.0)
    [call] = of(CallBack, story.told)
    assert (call.leg, call.language) == (LEG, "en")
    story.hold("out", LEG)
    story.answer("out", after=5.0)
    assert states(story)[-1] is CallbackState.CONNECTED
    assert visits(story) == []


def test_one_agent_calls_unless_he_has_no_time() -> None:
    story = Story(rules=(USUAL,))
    story.tell(replace(PLAN, agent=ANNA))
    story.ready()
    story.ready(BOB)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    story.wait(1000.0)
    assert of(CallBack, story.told) == [], "bob is free, but the customer expects anna"
    story.wait(59.0)
    assert of(CallBack, story.told) == []
    story.wait(1.0)
    assert [card.agent for card in of(ShowCaller, story.told)] == [BOB]


def test_the_one_agent_is_kept_for_a_second_try() -> None:
    story = Story(rules=(replace(USUAL, direct_seconds=1000.0),))
    story.ready()
    story.tell(replace(PLAN, agent=ANNA))
    story.wait(1000.0)
    story.tell(CallbackFailed(contact=OUT, leg=LEG, cause="busy"))
    assert of(SaveCallback, story.told)[-1].agent == ANNA
    story.ready(BOB)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    story.wait(300.0)
    assert len(of(CallBack, story.told)) == 1
    story.tell(AgentReady(agent=ANNA))
    assert [card.agent for card in of(ShowCaller, story.told)] == [ANNA, ANNA]


def test_it_is_given_up_when_its_time_after_that_instant_is_over() -> None:
    story = Story(rules=(USUAL,))
    story.tell(PLAN)
    story.wait(1000.0 + 3599.0)
    assert states(story)[-1] is CallbackState.WAITING
    story.wait(1.0)
    assert states(story)[-1] is CallbackState.EXPIRED


def test_another_instant_may_be_agreed_until_he_is_called() -> None:
    story = Story(rules=(USUAL, QueueRules(name=SERVICE)))
    story.tell(PLAN)
    changed = replace(PLAN, at=2000.0, queue=SERVICE, agent=BOB, number="+8621")
    told = story.tell(changed)
    assert of(SaveContact, told) == []
    [shown] = of(ShowCall, told)
    assert (shown.queue, shown.caller) == (SERVICE, "+8621")
    story.ready(BOB)
    story.wait(1999.0)
    assert of(CallBack, story.told) == []
    story.wait(1.0)
    [call] = of(CallBack, story.told)
    assert call.number == "+8621"
    assert story.tell(replace(PLAN, at=9000.0)) == [], "he is being called"


def test_an_instant_that_has_just_gone_by_is_now() -> None:
    story = Story(rules=(USUAL,))
    story.ready()
    story.wait(100.0)
    assert len(of(CallBack, story.tell(replace(PLAN, at=99.0)))) == 1


def test_what_is_no_number_is_called_by_nobody() -> None:
    story = Story(rules=(USUAL,))
    assert story.tell(replace(PLAN, number="10086")) == []


def test_who_calls_before_that_day_has_his_call_all_the_same() -> None:
    story = Story(rules=(USUAL,))
    story.tell(PLAN)
    story.ring("1", number=NUMBER)
    assert story.center.can_call_back("+861")
    assert story.center.can_call_back(NUMBER), "and may keep a place besides"
    assert states(story) == [CallbackState.WAITING]


def test_it_survives_a_restart() -> None:
    known = OpenCallback(
        contact=OUT, number=NUMBER, queue=SALES, queued_at=1000.0, requested_at=1000.0, tries=0,
        not_before=1000.0, arrived_at=10.0, segments=0, segment_from=10.0, visits=0, dialed="",
        customer=None, language="en", direction=Direction.OUTBOUND, agent=ANNA,
    )  # fmt: skip
    story = Story(rules=(USUAL,), callbacks=(known,))
    story.ready(BOB)
    story.tell(ScreenOpened(agent=ANNA))
    story.wait(1000.0)
    assert of(CallBack, story.told) == [], "it is anna's"
    story.tell(AgentReady(agent=ANNA))
    [card] = of(ShowCaller, story.told)
    assert (card.agent, card.direction) == (ANNA, Direction.OUTBOUND)

"""Callbacks that keep the place."""

from dataclasses import replace

from ccserver.core.commands import CallBack, Command, Connect, Divert, LookUp
from ccserver.core.events import (
    AsteriskSeen,
    CallAnswered,
    CallbackFailed,
    CallbackRequested,
    CallEnded,
    RulesChanged,
    ScreenClosed,
)
from ccserver.core.ids import ContactId, LegId
from ccserver.core.records import CallbackState, QueueExit, SaveCallback, SaveContactEnd
from ccserver.core.rules import AS_USUAL, CallbackRules, Hours, Opening, Overflow, QueueRules, Way
from ccserver.core.seen import EndedBy, Place, SeenCall
from ccserver.core.site import OpenCallback, WorkState
from tests.core.stories import (
    ANNA,
    BOB,
    PHONES,
    SALES,
    Story,
    served,
    state_of,
    visits,
)

RULES = QueueRules(
    name=SALES,
    announce_after_seconds=0.0,
    callback=CallbackRules(offered=True, tries=2, retry_seconds=300.0),
)


def want(story: Story, name: str, *, after: float = 0.0) -> list[Command]:
    """The caller presses the key, and hangs up."""
    told = story.tell(CallbackRequested(contact=ContactId(name)), after=after)
    return told + story.hang_up(name, after=1.0)


def dialed(story: Story) -> list[CallBack]:
    return [c for c in story.told if isinstance(c, CallBack)]


def states(story: Story) -> list[CallbackState]:
    return [c.state for c in story.told if isinstance(c, SaveCallback)]


def test_the_customer_is_called_when_the_turn_comes_and_an_agent_is_kept_for_him() -> None:
    story = Story(rules=(RULES,))
    story.ring("1")
    want(story, "1", after=30.0)
    assert visits(story) == [("1", SALES, QueueExit.CALLBACK)]
    story.ring("2")
    story.ready(ANNA)
    (call,) = dialed(story)
    assert (call.contact, call.number) == ("1", "+861")
    assert state_of(story, ANNA) is WorkState.RESERVED
    told = story.hold("1", call.leg)
    (order,) = [c for c in told if isinstance(c, Connect)]
    assert (order.leg, order.agent) == (call.leg, ANNA)
    story.answer("1", after=3.0)
    assert state_of(story, ANNA) is WorkState.ON_CALL
    story.tell(CallEnded(leg=call.leg, cause=16), after=60.0)
    assert states(story) == [
        CallbackState.WAITING,
        CallbackState.DIALING,
        CallbackState.CONNECTED,
    ]
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.contact == "1"


def test_it_neither_jumps_the_line_nor_loses_its_place() -> None:
    story = Story(rules=(RULES,))
    story.ring("before")
    story.ring("callback", after=1.0)
    story.ring("after", after=1.0)
    want(story, "callback", after=1.0)
    story.ready(ANNA)
    assert served(story) == ["before"]
    story.ready(BOB)
    assert [c.contact for c in dialed(story)] == ["callback"]


def test_callbacks_come_one_an_agent_and_never_in_floods() -> None:
    story = Story(rules=(RULES,))
    for name in "12345":
        story.ring(name)
        want(story, name)
    story.ready(ANNA)
    assert len(dialed(story)) == 1
    story.ready(BOB)
    assert len(dialed(story)) == 2


def test_a_customer_who_does_not_answer_is_tried_again_and_then_given_up() -> None:
    story = Story(rules=(RULES,))
    story.ring("1")
    want(story, "1")
    story.ready(ANNA)
    (first,) = dialed(story)
    story.tell(CallbackFailed(contact=ContactId("1"), leg=first.leg, cause="busy"), after=5.0)
    story.tell(CallEnded(leg=first.leg, cause=17))
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    assert len(dialed(story)) == 1, "he is left in peace"
    story.wait(300.0)
    assert len(dialed(story)) == 2
    story.tell(CallEnded(leg=dialed(story)[1].leg, cause=19), after=30.0)
    assert states(story)[-1] is CallbackState.EXPIRED
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.ended_by == "system"


def test_an_order_that_never_got_through_is_no_try() -> None:
    story = Story(rules=(RULES,))
    story.ring("1")
    want(story, "1")
    story.ready(ANNA)
    for _ in range(4):
        leg = dialed(story)[-1].leg
        story.tell(CallbackFailed(contact=ContactId("1"), leg=leg, cause="unsent"))
        story.wait(300.0)
    assert states(story)[-1] is CallbackState.DIALING


def test_a_callback_that_could_not_be_made_in_its_time_is_given_up() -> None:
    rules = replace(RULES, callback=replace(RULES.callback, expire_seconds=3600.0))
    story = Story(rules=(rules,))
    story.ring("1")
    want(story, "1")
    story.wait(3600.0)
    assert states(story)[-1] is CallbackState.EXPIRED


def test_who_calls_again_by_himself_gets_his_place_and_no_callback() -> None:
    story = Story(rules=(RULES,))
    story.ring("1", number="+861")
    story.ring("rival", after=10.0)
    want(story, "1", after=1.0)
    story.ring("2", number="+861", after=3600.0)
    assert states(story)[-1] is CallbackState.CALLED_AGAIN
    story.ready(ANNA)
    assert served(story) == ["2"]


def test_no_one_is_called_while_the_queue_is_closed() -> None:
    # The stories begin at midnight, on a Thursday.
    hours = Hours(
        zone="UTC",
        weekly=tuple(Opening(weekday=3, from_minute=m, until_minute=m + 10) for m in (0, 60)),
    )
    story = Story(rules=(replace(RULES, hours=hours),))
    story.ring("1")
    want(story, "1")
    story.wait(660.0)
    story.ready(ANNA)
    assert dialed(story) == []
    story.wait(3600.0 - story.now)
    assert [c.contact for c in dialed(story)] == ["1"]


def test_a_queue_may_turn_its_longest_waits_into_callbacks() -> None:
    rules = replace(RULES, wait_max_seconds=60.0, on_wait_max=Overflow(way=Way.CALLBACK))
    story = Story(rules=(rules,))
    story.ring("1")
    story.ring("2", number="anonymous")
    told = story.wait(60.0)
    assert [(c.contact, c.way) for c in told if isinstance(c, Divert)] == [("1", Way.CALLBACK)]
    story.hang_up("1", after=5.0)
    assert visits(story) == [("1", SALES, QueueExit.CALLBACK)]


def test_or_those_who_find_it_full_before_they_reach_the_hold_loop() -> None:
    rules = replace(RULES, open=False, on_closed=Overflow(way=Way.CALLBACK))
    story = Story(rules=(rules,))
    assert not [c for c in story.ring("1", held=False) if isinstance(c, Divert)]
    assert [c.way for c in story.hold("1") if isinstance(c, Divert)] == [Way.CALLBACK]


KEPT = OpenCallback(
    contact=ContactId("old"),
    number="+861",
    queue=SALES,
    queued_at=-600.0,
    requested_at=-500.0,
    tries=1,
    not_before=100.0,
    arrived_at=-700.0,
    segments=2,
    segment_from=-500.0,
    visits=1,
    dialed="4001",
    customer=None,
    language="zh",
)


def test_a_restart_forgets_no_callback() -> None:
    story = Story(rules=(RULES,), callbacks=(KEPT,))
    story.ready(ANNA)
    assert dialed(story) == []
    story.wait(100.0)
    (call,) = dialed(story)
    assert call.leg.endswith("-2"), "the second try"


def called(leg: str, place: Place) -> SeenCall:
    return SeenCall(
        leg=LegId(leg),
        place=place,
        contact=ContactId("old"),
        ticket=None,
        phone=None,
        talk_at=None,
        ended_at=None,
        ended_by=EndedBy.CALLER,
        recording="",
    )


def test_a_customer_whom_the_last_run_had_called_is_found_on_the_line() -> None:
    story = Story(rules=(RULES,), callbacks=(KEPT,), seen=False)
    seen = (called("cb-old-1", Place.HELD),)
    story.tell(AsteriskSeen(asked_at=0.0, calls=seen, phones=frozenset(PHONES.values())))
    assert states(story)[-1] is CallbackState.CONNECTED
    story.ready(ANNA)
    assert served(story) == ["old"]
    assert [c for c in story.told if isinstance(c, LookUp)], "who he is, the ticket does not know"


def test_a_customer_whose_phone_still_rings_for_the_last_run_is_not_rung_twice() -> None:
    story = Story(rules=(RULES,), callbacks=(replace(KEPT, not_before=0.0),), seen=False)
    seen = (called("cb-old-1", Place.DIALING),)
    story.tell(AsteriskSeen(asked_at=0.0, calls=seen, phones=frozenset(PHONES.values())))
    story.ready(ANNA)
    assert dialed(story) == []
    story.hold("old", LegId("cb-old-1"))
    assert states(story)[-1] is CallbackState.CONNECTED
    assert served(story) == ["old"]


def test_a_customer_who_lets_it_ring_for_the_last_run_waits_for_the_next_try() -> None:
    story = Story(rules=(RULES,), callbacks=(replace(KEPT, not_before=0.0),), seen=False)
    seen = (called("cb-old-1", Place.DIALING),)
    story.tell(AsteriskSeen(asked_at=0.0, calls=seen, phones=frozenset(PHONES.values())))
    story.tell(CallEnded(leg=LegId("cb-old-1"), cause=19))
    assert states(story)[-1] is CallbackState.WAITING


def test_what_became_of_a_dial_is_seen_after_a_lost_link() -> None:
    for calls, state in (
        ((called("cb-old-2", Place.HELD),), CallbackState.CONNECTED),
        ((called("cb-old-2", Place.FLOW),), CallbackState.DIALING),
        ((called("cb-old-2", Place.ENDED),), CallbackState.EXPIRED),
        ((), CallbackState.EXPIRED),
    ):
        story = Story(rules=(RULES,), callbacks=(KEPT,))
        story.ready(ANNA)
        story.wait(100.0)
        story.now += 10.0
        phones = frozenset(PHONES.values())
        story.tell(AsteriskSeen(asked_at=story.now, calls=calls, phones=phones))
        assert states(story)[-1] is state


def test_a_reserved_agent_whom_the_switch_gave_away_costs_the_customer_nothing() -> None:
    story = Story(rules=(RULES,), callbacks=(replace(KEPT, not_before=0.0),))
    story.ready(ANNA)
    (call,) = dialed(story)
    story.ring("1")
    story.tell(CallAnswered(contact=ContactId("1"), phone=PHONES[ANNA], recording=""))
    assert state_of(story, ANNA) is WorkState.ON_CALL
    told = story.hold("old", call.leg)
    assert not [c for c in told if isinstance(c, Connect)]
    story.ready(BOB)
    assert served(story)[-1] == "old"


def test_an_agent_who_was_reserved_and_given_away_is_not_freed_by_a_failed_dial() -> None:
    story = Story(rules=(RULES,), callbacks=(replace(KEPT, not_before=0.0),))
    story.ready(ANNA)
    (call,) = dialed(story)
    story.ring("1")
    story.tell(CallAnswered(contact=ContactId("1"), phone=PHONES[ANNA], recording=""))
    story.tell(CallEnded(leg=call.leg, cause=99))
    story.tell(ScreenClosed(agent=ANNA))
    assert state_of(story, ANNA) is WorkState.ON_CALL


def test_no_one_is_called_while_the_queue_is_closed_by_hand() -> None:
    story = Story(rules=(RULES,))
    story.ring("1")
    want(story, "1")
    story.tell(RulesChanged(queues=(replace(RULES, open=False),), site=AS_USUAL))
    story.ready(ANNA)
    story.wait(300.0)
    assert dialed(story) == []
    story.tell(RulesChanged(queues=(RULES,), site=AS_USUAL))
    story.wait(60.0)
    assert [c.contact for c in dialed(story)] == ["1"]


def test_a_leg_of_the_last_run_that_has_ended_or_not_begun_changes_nothing() -> None:
    for place in (Place.ENDED, Place.FLOW):
        story = Story(rules=(RULES,), callbacks=(KEPT,), seen=False)
        seen = (called("cb-old-1", place),)
        story.tell(AsteriskSeen(asked_at=0.0, calls=seen, phones=frozenset(PHONES.values())))
        assert states(story)[-1] is CallbackState.WAITING

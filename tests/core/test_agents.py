"""The agents: what they choose, what they do, and whether they can be reached."""

from ccserver.core.center import Center
from ccserver.core.commands import MirrorAgent, Refuse, ShowAgent
from ccserver.core.events import (
    AgentKnown,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    CallEnded,
    CallHeld,
    OfferFailed,
    PhoneChanged,
    ScreenClosed,
    ScreenOpened,
    Started,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.records import SaveAgentInterval
from ccserver.core.rules import QueueRules
from ccserver.core.site import AgentProfile, Presence, WorkState
from tests.core.stories import ANNA, PHONES, SALES, Story, served, state_of


def test_who_misses_three_calls_in_a_row_is_paused() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    for _ in range(3):
        failed = OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="no_answer")
        story.tell(failed, after=20.0)
        story.tell(CallHeld(contact=ContactId("1"), leg=LegId("leg-1")))
        story.tell(Wake(), after=10.0)
    assert served(story) == ["1", "1", "1"]
    assert state_of(story, ANNA) is WorkState.PAUSED


def test_a_dead_phone_takes_its_agent_out_until_it_is_back() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.tell(OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="unreachable"))
    story.tell(CallHeld(contact=ContactId("1"), leg=LegId("leg-1")))
    assert state_of(story, ANNA) is WorkState.UNREACHABLE
    story.tell(PhoneChanged(phone=PHONES[ANNA], reachable=True))
    assert served(story) == ["1", "1"]


def test_wrap_up_lasts_its_time_and_then_ends_by_itself() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=10.0)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert story.center.due() == story.now + 30.0
    story.ring("2")
    assert served(story) == ["1"], "wrap-up is honoured"
    story.tell(Wake(), after=30.0)
    assert served(story) == ["1", "2"]


def test_who_logs_out_in_mid_call_ends_it_first() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    story.tell(AgentLoggedOut(agent=ANNA))
    assert state_of(story, ANNA) is WorkState.ON_CALL
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=5.0)
    story.tell(WrapUpDone(agent=ANNA))
    assert state_of(story, ANNA) is WorkState.LOGGED_OUT


def test_without_a_screen_no_call_is_offered() -> None:
    story = Story()
    story.ready(ANNA)
    story.tell(ScreenClosed(agent=ANNA))
    story.ring("1")
    assert served(story) == []
    story.tell(ScreenOpened(agent=ANNA), after=5.0)
    assert served(story) == ["1"]


def test_an_agent_whose_screen_stays_away_is_logged_out() -> None:
    story = Story()
    story.ready(ANNA)
    story.tell(ScreenClosed(agent=ANNA))
    story.tell(Wake(), after=300.0)
    assert state_of(story, ANNA) is WorkState.LOGGED_OUT


def test_presence_is_mirrored_into_asterisks_own_queue() -> None:
    story = Story()
    story.ready(ANNA)
    story.tell(AgentPaused(agent=ANNA, reason="lunch"))
    mirrored = [c.presence for c in story.told if isinstance(c, MirrorAgent) and c.agent == ANNA]
    assert mirrored == [Presence.LOGGED_OUT, Presence.PAUSED, Presence.READY, Presence.PAUSED]


def test_an_agent_can_be_added_while_we_run() -> None:
    story = Story()
    profile = AgentProfile(agent=AgentId("carla"), phone=Phone("1003"), queues=frozenset({SALES}))
    story.tell(AgentKnown(profile=profile))
    story.ready(AgentId("carla"))
    story.tell(PhoneChanged(phone=Phone("1003"), reachable=True))
    story.ring("1")
    assert served(story) == ["1"]


def test_a_wrap_up_that_is_none_is_refused() -> None:
    story = Story()
    story.ready(ANNA)
    (refused,) = story.tell(WrapUpDone(agent=ANNA))
    assert isinstance(refused, Refuse)
    assert refused.request == "wrap_up_done"


def test_a_changed_phone_is_mirrored_and_the_call_goes_on() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    profile = AgentProfile(agent=ANNA, phone=Phone("1009"), queues=frozenset({SALES}))
    told = story.tell(AgentKnown(profile=profile))
    mirrored = [(c.phone, c.presence) for c in told if isinstance(c, MirrorAgent)]
    assert mirrored == [(PHONES[ANNA], Presence.LOGGED_OUT), (Phone("1009"), Presence.READY)]
    assert state_of(story, ANNA) is WorkState.ON_CALL


def test_a_restart_lets_a_wrap_up_go_on_to_its_end() -> None:
    center = Center()
    profile = AgentProfile(
        agent=ANNA,
        phone=PHONES[ANNA],
        queues=frozenset({SALES}),
        presence=Presence.READY,
        work=WorkState.WRAP_UP,
        since=100.0,
        contact=ContactId("1"),
    )
    rules = (QueueRules(name=SALES, wrap_up_seconds=30.0),)
    told = center.handle(110.0, Started(queues=rules, agents=(profile,), open_contacts=()))
    (saved,) = [c for c in told if isinstance(c, SaveAgentInterval)]
    assert (saved.work, saved.started_at, saved.ended_at) == (WorkState.WRAP_UP, 100.0, 110.0)
    center.handle(111.0, ScreenOpened(agent=ANNA))
    assert center.due() == 130.0
    (shown,) = [c for c in center.handle(130.0, Wake()) if isinstance(c, ShowAgent)]
    assert shown.work is WorkState.AVAILABLE


def test_ready_ends_the_pause_after_a_missed_call() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.tell(OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="no_answer"))
    assert state_of(story, ANNA) is WorkState.MISSED
    story.tell(AgentReady(agent=ANNA))
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_wrap_up_of_no_length_is_none() -> None:
    story = Story()
    story.center.handle(0.0, Started(queues=(QueueRules(name=SALES, wrap_up_seconds=0.0),),
                                     agents=(), open_contacts=()))  # fmt: skip
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=10.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE

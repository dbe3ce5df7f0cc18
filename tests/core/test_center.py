"""The center, one event at a time."""

from dataclasses import replace

from ccserver.core.center import Center
from ccserver.core.commands import Look, Refuse
from ccserver.core.events import (
    AgentHungUp,
    AgentReady,
    AsteriskLost,
    AsteriskSeen,
    CallEnded,
    CallFellBack,
    OfferFailed,
    PhoneChanged,
    ScreenClosed,
    ScreenOpened,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.site import WorkState
from ccserver.core.value import Tier
from ccserver.core.watching import OVERDUE_SECONDS, UNHELD_SECONDS
from tests.core.stories import ANNA, BOB, PHONES, PROFILES, RULES, Story, served, state_of


def test_the_most_valued_caller_is_served_first_and_the_other_next() -> None:
    story = Story()
    story.ring("modest", tier=Tier.STANDARD)
    story.ring("precious", tier=Tier.PLATINUM, after=1.0)
    story.ready(ANNA)
    story.ready(BOB)
    assert served(story) == ["precious", "modest"]


def test_no_value_outweighs_a_long_wait() -> None:
    story = Story()
    story.ring("patient", tier=Tier.STANDARD)
    story.ring("precious", tier=Tier.PLATINUM, after=800.0)
    story.ready(after=1.0)
    assert served(story) == ["patient"]


def test_while_the_link_is_down_nothing_is_ordered() -> None:
    story = Story()
    story.tell(AsteriskLost())
    story.ring("1")
    story.ready(ANNA)
    assert served(story) == []


def test_an_offer_that_the_switch_forgot_makes_us_look_again() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    commands = story.tell(Wake(), after=20.0 + OVERDUE_SECONDS)
    assert commands == [Look()]


def test_a_caller_lost_on_the_way_to_the_hold_loop_makes_us_look_again() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.tell(OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="no_answer"))
    assert Look() in story.tell(Wake(), after=UNHELD_SECONDS)


def test_nonsense_changes_nothing() -> None:
    center = Center()
    nobody = AgentId("nobody")
    for event in (
        AgentReady(agent=nobody),
        ScreenOpened(agent=nobody),
        ScreenClosed(agent=nobody),
        WrapUpDone(agent=nobody),
        Wake(),
        AgentHungUp(agent=ANNA),
        CallEnded(leg=LegId("x"), cause=16),
        PhoneChanged(phone=Phone("9"), reachable=False),
        AsteriskSeen(asked_at=0.0, calls=(), phones=frozenset()),
    ):
        center.handle(0.0, event)
        center.check()


def test_a_caller_who_fell_back_although_we_are_here_is_looked_for() -> None:
    assert Story().tell(CallFellBack(contact=ContactId("1"))) == [Look()]


def test_a_caller_who_fell_back_is_not_pulled_out_of_a_talk_by_an_order() -> None:
    story = Story(screens_show=False)
    story.ring("1")
    story.tell(CallFellBack(contact=ContactId("1")))
    story.ready(ANNA)
    assert served(story) == []
    story.ring("2")
    story.tell(CallFellBack(contact=ContactId("2")))
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    assert served(story) == []


def test_a_forced_wrap_up_lasts_its_time() -> None:
    story = Story(rules=tuple(replace(rules, wrap_up_forced=True) for rules in RULES))
    story.ready(ANNA)
    story.ring("1")
    story.answer("1")
    story.hang_up("1", after=60.0)
    told = story.tell(WrapUpDone(agent=ANNA), after=5.0)
    assert [c.request for c in told if isinstance(c, Refuse)] == ["wrap_up_done"]
    story.wait(25.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_who_speaks_another_language_serves_after_a_while() -> None:
    english = tuple(replace(profile, languages=frozenset({"en"})) for profile in PROFILES)
    story = Story(profiles=english)
    story.ready(ANNA)
    story.ring("1")
    story.wait(19.0)
    assert served(story) == []
    story.wait(1.0)
    assert served(story) == ["1"]

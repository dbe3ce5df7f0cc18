"""Walks through flows."""

import pytest

from ccserver.core.commands import ShowCall
from ccserver.core.events import (
    CallFellBack,
    CallHeld,
    FlowEnded,
    OfferFailed,
    WalkEnded,
)
from ccserver.core.ids import ContactId, LegId
from ccserver.core.records import SaveContactEnd, SaveWalk
from ccserver.core.rules import Overflow, QueueRules, Way
from ccserver.core.walks import STEPS_KEPT
from tests.core.stories import ANNA, PHONES, SALES, Story, served

PATIENT = QueueRules(name=SALES, announce_after_seconds=0.0)
LEAVING = "leaving"
"""The flow of callers who press a key while they wait."""


def walks(story: Story) -> list[SaveWalk]:
    return [c for c in story.told if isinstance(c, SaveWalk)]


def hows(story: Story) -> list[tuple[int, str]]:
    return [(walk.number, walk.how) for walk in walks(story)]


def ended(story: Story, name: str, how: str, *, after: float = 0.0) -> None:
    story.tell(WalkEnded(contact=ContactId(name), how=how), after=after)


def test_a_walk_is_kept_with_every_step_when_it_is_over() -> None:
    story = Story()
    story.arrive("1")
    story.step("1", "welcome", came="", after=1.0)
    told = story.step("1", "menu", after=4.0)
    assert told == [], "nobody is told of a step"
    story.step("1", "ask", flow="plate", came="", after=2.0)
    story.step("1", "sales", came="then", after=3.0)
    ended(story, "1", "queued", after=1.0)
    (walk,) = walks(story)
    assert (walk.contact, walk.number, walk.flow, walk.version) == ("1", 1, "hotline", 3)
    assert (walk.began_at, walk.ended_at, walk.how) == (1.0, 11.0, "queued")
    assert walk.steps == (
        ("welcome", 1.0, ""),
        ("menu", 5.0, "then"),
        ("plate.ask", 7.0, ""),
        ("sales", 10.0, "then"),
    )


def test_a_walk_without_end_is_cut() -> None:
    story = Story()
    story.arrive("1")
    for number in range(STEPS_KEPT + 5):
        story.step("1", f"s{number}", came="then" if number else "")
    story.hang_up("1", after=1.0)
    (walk,) = walks(story)
    assert len(walk.steps) == STEPS_KEPT
    assert walk.steps[-1][0] == f"s{STEPS_KEPT - 1}"


def test_who_hangs_up_leaves_the_walk_where_he_was() -> None:
    story = Story()
    story.arrive("1")
    story.step("1", "welcome", came="")
    told = story.hang_up("1", after=3.0)
    assert hows(story) == [(1, "hung_up")]
    kinds = [type(c) for c in told]
    assert kinds.index(SaveWalk) < kinds.index(SaveContactEnd)


@pytest.mark.parametrize(
    ("event", "how"),
    [
        (FlowEnded(contact=ContactId("1"), queue=SALES, language="zh"), "queued"),
        (FlowEnded(contact=ContactId("1"), queue=None, language="zh"), "goodbye"),
        (
            FlowEnded(contact=ContactId("1"), queue=SALES, language="zh", callback="+867"),
            "callback",
        ),
        (
            FlowEnded(contact=ContactId("1"), queue=SALES, language="zh", voicemail=True),
            "voicemail",
        ),
    ],
    ids=str,
)
def test_where_the_caller_goes_tells_how_the_walk_ended_if_nobody_did(
    event: FlowEnded, how: str
) -> None:
    story = Story()
    story.arrive("1")
    story.step("1", "welcome", came="")
    story.tell(event)
    assert hows(story) == [(1, how)]
    ended(story, "1", "failed")
    assert len(walks(story)) == 1, "it ends once"


def waits(story: Story) -> None:
    """A caller waits, and presses a key to leave."""
    story.ring("1")
    story.step("1", "offer", flow=LEAVING, came="", after=5.0)


def test_a_caller_who_walks_while_he_waits_is_connected_all_the_same() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    story.ready(ANNA, after=1.0)
    assert served(story) == ["1"]
    ended(story, "1", "hung_up")
    assert walks(story) == [], "his leg was pulled out of the flow, for the agent"
    story.answer("1", after=2.0)
    assert [(w.flow, w.how, w.ended_at) for w in walks(story)] == [(LEAVING, "connected", 8.0)]


def test_a_caller_who_is_rung_for_may_still_have_left_the_flow_before() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    story.ready(ANNA)
    ended(story, "1", "back")
    assert hows(story) == [(1, "back")]


def test_an_offer_that_comes_to_nothing_brings_him_back_to_the_loop() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    story.ready(ANNA)
    failed = OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="no_answer")
    story.tell(failed, after=20.0)
    assert walks(story) == []
    story.hold("1")
    assert hows(story) == [(1, "back")]
    story.step("1", "offer", flow=LEAVING, came="")
    ended(story, "1", "back")
    assert hows(story) == [(1, "back"), (2, "back")]


def test_a_second_walk_ends_the_first() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    story.step("1", "offer", flow=LEAVING, came="", after=60.0)
    assert hows(story) == [(1, "back")]


def test_a_rule_that_sends_him_on_ends_his_walk() -> None:
    for way, how in ((Way.CALLBACK, "callback"), (Way.VOICEMAIL, "hung_up")):
        rules = QueueRules(name=SALES, wait_max_seconds=30.0, on_wait_max=Overflow(way=way))
        story = Story(rules=(rules,))
        waits(story)
        story.wait(30.0)
        assert hows(story) == [(1, how)]


def test_who_falls_back_walks_no_more() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    story.tell(CallFellBack(contact=ContactId("1")))
    assert hows(story) == [(1, "hung_up")]


def test_a_step_of_one_who_talks_or_is_gone_is_none() -> None:
    story = Story(rules=(PATIENT,))
    story.ready(ANNA)
    story.ring("1")
    story.answer("1", after=2.0)
    story.step("1", "welcome", came="")
    story.step("2", "welcome", came="")
    ended(story, "1", "queued")
    story.hang_up("1")
    assert walks(story) == []


def test_a_step_is_not_shown() -> None:
    story = Story(rules=(PATIENT,))
    waits(story)
    told = story.step("1", "menu", flow=LEAVING)
    assert not [c for c in told if isinstance(c, ShowCall)]
    assert story.tell(CallHeld(contact=ContactId("1"), leg=LegId("leg-1"))) == walks(story)

"""A caller and an agent, together and apart."""

from collections.abc import Sequence

from ccserver.core.center import Center
from ccserver.core.commands import Connect, HangUp, HideCall, ShowCaller
from ccserver.core.events import (
    AgentHungUp,
    CallAnswered,
    CallEnded,
    CallHeld,
    OfferFailed,
    PhoneRang,
    PopAcked,
    Wake,
)
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.pairing import POP_SECONDS
from ccserver.core.records import SaveContactEnd
from ccserver.core.routing import Router
from ccserver.core.seen import EndedBy
from ccserver.core.site import WorkState
from ccserver.core.timers import Timers
from ccserver.core.value import Tier
from tests.core.stories import ANNA, BOB, PHONES, SALES, Story, served, state_of


def kinds(commands: Sequence[object]) -> list[str]:
    return [type(command).__name__ for command in commands]


def test_the_screen_pops_before_the_phone_is_told_to_ring() -> None:
    story = Story()
    story.ready()
    commands = [c for c in story.ring("1", tier=Tier.GOLD) if isinstance(c, ShowCaller | Connect)]
    assert kinds(commands) == ["ShowCaller", "Connect"]
    pop, order = commands
    assert isinstance(pop, ShowCaller)
    assert isinstance(order, Connect)
    assert (pop.agent, pop.contact, pop.customer, pop.tier) == (ANNA, "1", "c-1", Tier.GOLD)
    assert (order.leg, order.phone, order.ring_seconds) == ("leg-1", PHONES[ANNA], 20)


def test_the_phone_waits_for_the_card_but_not_for_long() -> None:
    story = Story(screens_show=False)
    story.ready()
    shown = story.ring("1")
    assert kinds([c for c in shown if isinstance(c, ShowCaller | Connect)]) == ["ShowCaller"]
    assert story.center.due() == story.now + POP_SECONDS
    assert kinds(story.tell(Wake(), after=POP_SECONDS)) == ["Connect"]
    late = story.tell(PopAcked(agent=ANNA, contact=ContactId("1")))
    assert late == [], "once is enough"


def test_a_card_on_another_screen_rings_no_phone() -> None:
    story = Story(screens_show=False)
    story.ready()
    story.ring("1")
    assert story.tell(PopAcked(agent=BOB, contact=ContactId("1"))) == []


def test_a_missed_call_keeps_its_place_and_goes_to_another_agent() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.ring("2", after=1.0)
    failed = OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="no_answer")
    story.tell(failed, after=20.0)
    assert state_of(story, ANNA) is WorkState.MISSED
    story.tell(CallHeld(contact=ContactId("1"), leg=LegId("leg-1")))
    story.ready(BOB, after=1.0)
    assert served(story) == ["1", "1"], "who came first is still first"
    assert state_of(story, BOB) is WorkState.RESERVED


def test_an_order_that_was_never_sent_blames_no_agent() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    story.tell(OfferFailed(contact=ContactId("1"), phone=PHONES[ANNA], cause="unsent"))
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    story.tell(CallHeld(contact=ContactId("1"), leg=LegId("leg-1")))
    assert served(story) == ["1", "1"]


def test_a_caller_who_hangs_up_while_ringing_frees_the_agent() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    commands = story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=3.0)
    assert HideCall(contact=ContactId("1")) in commands
    assert state_of(story, ANNA) is WorkState.AVAILABLE


def test_the_agent_can_end_the_talk() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    assert kinds(story.tell(AgentHungUp(agent=ANNA))) == ["Refuse"]
    story.answer("1")
    commands = story.tell(AgentHungUp(agent=ANNA), after=5.0)
    assert HangUp(contact=ContactId("1"), leg=LegId("leg-1")) in commands
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16))
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.ended_by is EndedBy.AGENT


def test_another_phone_may_answer_than_was_rung() -> None:
    story = Story()
    story.ready(ANNA)
    story.ready(BOB)
    story.ring("1")
    story.ring("2")
    story.answer("1", BOB)  # who was reserved for the other caller
    assert state_of(story, BOB) is WorkState.ON_CALL
    assert state_of(story, ANNA) is not WorkState.ON_CALL
    story.tell(CallHeld(contact=ContactId("2"), leg=LegId("leg-2")))
    assert served(story)[-1] == "2", "who lost his agent gets the next one"


def test_a_phone_of_nobody_may_answer() -> None:
    story = Story()
    story.ring("1")
    story.tell(CallAnswered(contact=ContactId("1"), phone=Phone("9999"), recording=""), after=1.0)
    story.tell(CallEnded(leg=LegId("leg-1"), cause=16), after=5.0)
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd)]
    assert end.agent is None


def test_a_queue_that_no_one_set_up_is_run_as_is_usual() -> None:
    center = Center()
    assert Router(Timers()).rules(SALES).ring_seconds == 20
    center.check()


def test_news_of_an_offer_that_is_over_changes_nothing() -> None:
    story = Story()
    story.ready(ANNA)
    story.ring("1")
    contact = ContactId("1")
    assert story.tell(OfferFailed(contact=contact, phone=PHONES[BOB], cause="busy")) == []
    assert story.tell(PhoneRang(leg=LegId("leg-1"), phone=PHONES[BOB])) == []
    story.answer("1")
    assert story.answer("1") == []

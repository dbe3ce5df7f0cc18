"""A caller and an agent, together and apart."""

from collections.abc import Sequence
from dataclasses import replace

from ccserver.core.center import Center
from ccserver.core.commands import (
    AskSurvey,
    CallState,
    Command,
    Connect,
    HangUp,
    HideCall,
    Look,
    ShowCall,
    ShowCaller,
)
from ccserver.core.events import (
    AgentHungUp,
    AgentLegEnded,
    CallAnswered,
    CallEnded,
    CallHeld,
    FlowEnded,
    OfferFailed,
    PhoneRang,
    PopAcked,
    RulesChanged,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.records import (
    SaveContactEnd,
    SaveRecording,
    SaveSegment,
    SaveWalk,
    SegmentKind,
)
from ccserver.core.routing import Router
from ccserver.core.rules import AS_USUAL
from ccserver.core.seen import EndedBy
from ccserver.core.site import WorkState
from ccserver.core.timers import Timers
from ccserver.core.value import Tier
from ccserver.core.watching import POP_SECONDS, UNHELD_SECONDS
from tests.core.stories import ANNA, BOB, PHONES, RULES, SALES, Story, served, state_of


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


# -- a survey after the talk

ASKING = tuple(replace(rules, survey="asked") for rules in RULES)


def talked(story: Story) -> None:
    """A talk of 60 seconds."""
    story.ready()
    story.ring("1")
    story.answer("1", after=2.0)
    story.now += 60.0


def agent_leaves(story: Story) -> list[Command]:
    return story.tell(AgentLegEnded(contact=ContactId("1"), phone=PHONES[ANNA]))


def ends(story: Story) -> list[EndedBy]:
    return [c.ended_by for c in story.told if isinstance(c, SaveContactEnd)]


def outcomes(story: Story) -> list[tuple[SegmentKind, str, int]]:
    segments = [c for c in story.told if isinstance(c, SaveSegment)]
    return [(c.kind, c.outcome, c.number) for c in segments]


def test_the_switch_is_told_which_survey_follows() -> None:
    for rules, survey in ((ASKING, "asked"), (RULES, "")):
        story = Story(rules=rules)
        talked(story)
        assert [c.survey for c in story.told if isinstance(c, Connect)] == [survey]


def test_a_talk_is_over_for_the_agent_while_the_caller_is_asked() -> None:
    story = Story(rules=ASKING)
    talked(story)
    told = agent_leaves(story)
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert [(c.state, c.agent) for c in told if isinstance(c, ShowCall)] == [(CallState.IVR, None)]
    (recording,) = [c for c in told if isinstance(c, SaveRecording)]
    assert (recording.started_at, recording.ended_at) == (2.0, 62.0)
    story.step("1", "rate", flow="asked", came="", after=0.5)
    story.tell(WrapUpDone(agent=ANNA), after=5.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE
    assert ends(story) == []
    goodbye = FlowEnded(contact=ContactId("1"), queue=None, language="zh")
    told = story.tell(goodbye, after=4.5)
    assert HideCall(contact=ContactId("1")) in told
    story.hang_up("1")
    assert ends(story) == [EndedBy.AGENT]
    assert outcomes(story)[-3:] == [
        (SegmentKind.TALK, "agent_hung_up", 2),
        (SegmentKind.WRAP_UP, "done", 3),
        (SegmentKind.IVR, "surveyed", 4),
    ]


def test_who_hangs_up_on_the_survey_was_left_by_the_agent() -> None:
    story = Story(rules=ASKING)
    talked(story)
    agent_leaves(story)
    story.hang_up("1", after=3.0)
    assert ends(story) == [EndedBy.AGENT]
    assert outcomes(story)[-1] == (SegmentKind.IVR, "hung_up", 4)
    assert story.center.due() is not None, "of the wrap-up"
    story.wait(1000.0)
    assert not [c for c in story.told if isinstance(c, Look)]


def test_the_agent_s_button_sends_the_caller_into_the_survey() -> None:
    story = Story(rules=ASKING)
    talked(story)
    told = story.tell(AgentHungUp(agent=ANNA))
    order = AskSurvey(contact=ContactId("1"), leg=LegId("leg-1"), survey="asked")
    assert [c for c in told if isinstance(c, AskSurvey | HangUp)] == [order]
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert agent_leaves(story) == [], "once is enough"
    story.hang_up("1")
    assert ends(story) == [EndedBy.AGENT]


def test_only_a_share_of_the_callers_is_asked() -> None:
    story = Story(rules=tuple(replace(rules, survey_share=1e-9) for rules in ASKING))
    talked(story)
    assert [c.survey for c in story.told if isinstance(c, Connect)] == [""]
    told = story.tell(AgentHungUp(agent=ANNA))
    assert [type(c) for c in told if isinstance(c, AskSurvey | HangUp)] == [HangUp]


def test_a_survey_s_first_step_may_come_before_the_news_that_the_agent_is_gone() -> None:
    story = Story(rules=ASKING)
    talked(story)
    story.step("1", "welcome", came="")
    assert state_of(story, ANNA) is WorkState.ON_CALL, "that was of another flow"
    story.step("1", "rate", flow="asked", came="")
    assert state_of(story, ANNA) is WorkState.WRAP_UP
    assert agent_leaves(story) == []
    story.hang_up("1", after=5.0)
    assert [(c.flow, c.how) for c in story.told if isinstance(c, SaveWalk)] == [
        ("asked", "hung_up")
    ]


def test_a_survey_may_lead_to_a_queue_again() -> None:
    story = Story(rules=ASKING)
    talked(story)
    agent_leaves(story)
    story.tell(FlowEnded(contact=ContactId("1"), queue=SALES, language="zh"), after=5.0)
    story.ready(BOB)
    story.hold("1")
    assert served(story) == ["1", "1"]
    story.answer("1", BOB, after=2.0)
    assert ends(story) == []


def test_a_survey_that_does_not_begin_makes_us_look_again() -> None:
    story = Story(rules=ASKING)
    talked(story)
    agent_leaves(story)
    assert Look() in story.wait(UNHELD_SECONDS)
    story.step("1", "rate", flow="asked", came="")
    assert Look() not in story.wait(600.0), "the caller's own time has no end"


def test_no_survey_is_asked_of_who_is_being_hung_up_on() -> None:
    story = Story(rules=RULES)
    talked(story)
    story.tell(AgentHungUp(agent=ANNA))
    story.tell(RulesChanged(queues=ASKING, site=AS_USUAL))
    told = story.tell(AgentHungUp(agent=ANNA))
    assert HangUp(contact=ContactId("1"), leg=LegId("leg-1")) in told
    agent_leaves(story)
    assert ends(story) == [EndedBy.AGENT]


def test_a_talk_with_someone_we_do_not_know_may_end_in_a_survey_too() -> None:
    story = Story(rules=tuple(replace(rules, wrap_up_seconds=0.0) for rules in ASKING))
    story.ring("1")
    story.tell(CallAnswered(contact=ContactId("1"), phone=Phone("9"), recording=""))
    agent_leaves(story)
    assert ends(story) == []
    story.ready()
    story.ring("2")
    story.answer("2")
    story.tell(AgentLegEnded(contact=ContactId("2"), phone=PHONES[ANNA]), after=9.0)
    assert state_of(story, ANNA) is WorkState.AVAILABLE, "without a wrap-up"

"""What supervisors order."""

from dataclasses import replace

from ccserver.core.claim import Wish
from ccserver.core.commands import CallBack, ShowAgent, ShowCall, WriteTicket
from ccserver.core.desk_events import AgentSet, CallMoved
from ccserver.core.events import CallbackRequested, CallEnded
from ccserver.core.ids import AgentId, ContactId, LegId, Queue, Skill
from ccserver.core.records import CallbackState, QueueExit, SaveCallback, SaveQueueVisit
from ccserver.core.rules import CallbackRules, Overflow, QueueRules, Way
from ccserver.core.seen import unpack
from ccserver.core.site import AgentProfile, Presence, WorkState
from tests.core.stories import (
    ANNA,
    BOB,
    PHONES,
    SALES,
    SERVICE,
    Story,
    served,
    state_of,
    visits,
)

CALM = CallbackRules(offered=True, retry_seconds=300.0)
RULES = tuple(
    QueueRules(name=name, announce_after_seconds=0.0, callback=CALM) for name in (SALES, SERVICE)
)
SELLER, HELPER = (
    AgentProfile(agent=agent, phone=PHONES[agent], queues=frozenset({queue}))
    for agent, queue in ((ANNA, SALES), (BOB, SERVICE))
)


def chosen(presence: Presence, reason: str = "", agent: AgentId = ANNA) -> AgentSet:
    return AgentSet(agent=agent, presence=presence, reason=reason, by="sue")


def moved(name: str, queue: Queue = SERVICE) -> CallMoved:
    return CallMoved(contact=ContactId(name), queue=queue, by="sue")


def presence_of(story: Story, agent: AgentId = ANNA) -> tuple[Presence, str]:
    shown = [c for c in story.told if isinstance(c, ShowAgent) and c.agent == agent][-1]
    return shown.presence, shown.reason


def test_an_agent_is_paused_and_made_ready_as_if_he_had_chosen() -> None:
    story = Story()
    story.ready()
    story.tell(chosen(Presence.PAUSED, "meeting"))
    assert presence_of(story) == (Presence.PAUSED, "meeting")
    story.ring("1")
    assert served(story) == []
    story.tell(chosen(Presence.READY, "back to work"))
    assert presence_of(story) == (Presence.READY, "")
    assert served(story) == ["1"]


def test_a_talk_goes_on_to_its_end() -> None:
    story = Story()
    story.ready()
    story.ring("1")
    story.answer("1")
    story.tell(chosen(Presence.PAUSED, "meeting"))
    assert state_of(story, ANNA) is WorkState.ON_CALL
    story.hang_up("1", after=60.0)
    story.wait(30.0)
    assert state_of(story, ANNA) is WorkState.PAUSED


def test_who_logs_the_last_agent_out_sends_his_callers_on() -> None:
    goodbye = Overflow(way=Way.ANNOUNCEMENT, prompt="sorry")
    story = Story(rules=(replace(RULES[0], on_empty=goodbye),))
    story.ready()
    story.tell(chosen(Presence.PAUSED, "meeting"))
    story.ring("1")
    assert visits(story) == []
    story.tell(chosen(Presence.LOGGED_OUT, "ignored"))
    assert presence_of(story) == (Presence.LOGGED_OUT, "")
    assert visits(story) == [("1", SALES, QueueExit.EXIT_EMPTY)]


def test_nobody_is_set_who_is_not_there() -> None:
    assert Story().tell(chosen(Presence.PAUSED, agent=AgentId("nobody"))) == []


def test_a_caller_who_waits_keeps_what_he_has_waited_in_the_other_queue() -> None:
    story = Story(rules=RULES, profiles=(HELPER,))
    story.ring("before", queue=SERVICE, after=5.0)
    story.ring("1", after=1.0)
    told = story.tell(moved("1"), after=30.0)
    assert visits(story) == [("1", SALES, QueueExit.TRANSFERRED)]
    (ticket,) = [c for c in told if isinstance(c, WriteTicket)]
    assert (unpacked := unpack(ticket.ticket)) is not None
    assert (unpacked.queue, unpacked.queued_at) == (SERVICE, 6.0)
    story.hang_up("before")
    story.ring("2", queue=SERVICE, after=5.0)
    story.ready(BOB)
    assert served(story) == ["1"]
    story.answer("1", BOB)
    visit = [c for c in story.told if isinstance(c, SaveQueueVisit)][-1]
    assert (visit.number, visit.entered_at, visit.waited_seconds) == (2, 36.0, 35.0)


def test_he_who_is_moved_is_no_longer_for_the_one_agent_nor_for_the_old_queue_s_skills() -> None:
    story = Story(rules=RULES, profiles=(HELPER,))
    story.ready(BOB)
    story.ring("1", wish=Wish(agent=ANNA, skills=((Skill("engine"), 3),)))
    story.tell(moved("1"), after=1.0)
    assert served(story) == ["1"]


def test_one_who_is_still_on_his_way_to_the_hold_loop_is_told_of_there() -> None:
    story = Story(rules=RULES)
    story.ring("1", held=False)
    assert not [c for c in story.tell(moved("1"), after=1.0) if isinstance(c, WriteTicket)]
    assert [c for c in story.hold("1") if isinstance(c, WriteTicket)]


def test_neither_a_full_queue_nor_one_without_agents_turns_him_away() -> None:
    goodbye = Overflow(way=Way.ANNOUNCEMENT, prompt="sorry")
    full = replace(RULES[1], waiting_max=1, on_full=goodbye, on_empty=goodbye)
    story = Story(rules=(RULES[0], full), profiles=(HELPER,))
    story.ready(BOB)
    story.ring("0", queue=SERVICE)
    story.ring("2", queue=SERVICE)
    story.ring("1")
    story.tell(moved("1"))
    shown = [c for c in story.told if isinstance(c, ShowCall) and c.contact == "1"][-1]
    assert (shown.queue, shown.since) == (SERVICE, story.now)
    assert visits(story)[-1] == ("1", SALES, QueueExit.TRANSFERRED)


def test_he_goes_nowhere_where_nobody_can_wait() -> None:
    closed = replace(RULES[1], open=False)
    story = Story(rules=(RULES[0], closed))
    story.ring("1")
    for queue in (SERVICE, SALES, Queue("nowhere")):
        assert story.tell(moved("1", queue), after=1.0) == []
    assert story.tell(moved("nobody")) == []
    assert visits(story) == []


def test_who_is_rung_for_or_talks_stays() -> None:
    story = Story(rules=RULES, profiles=(SELLER,))
    story.ready()
    story.ring("1")
    assert story.tell(moved("1")) == []
    story.answer("1")
    assert story.tell(moved("1")) == []


def test_who_waits_for_a_callback_is_called_by_the_other_queue() -> None:
    story = Story(rules=RULES, profiles=(SELLER, HELPER))
    story.ring("1", after=10.0)
    story.tell(CallbackRequested(contact=ContactId("1")), after=5.0)
    story.hang_up("1")
    story.ready(BOB)
    assert not [c for c in story.told if isinstance(c, CallBack)]
    told = story.tell(moved("1"), after=60.0)
    saved = [c for c in told if isinstance(c, SaveCallback)]
    assert [(c.state, c.queue, c.queued_at) for c in saved] == [
        (CallbackState.WAITING, SERVICE, 10.0),
        (CallbackState.DIALING, SERVICE, 10.0),
    ]
    (call,) = [c for c in told if isinstance(c, CallBack)]
    assert state_of(story, BOB) is WorkState.RESERVED
    story.hold("1", call.leg)
    story.answer("1", BOB)
    story.tell(CallEnded(leg=LegId(call.leg), cause=16), after=60.0)
    assert visits(story) == [("1", SALES, QueueExit.CALLBACK)], "it was one visit, and is"

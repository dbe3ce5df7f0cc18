"""What callers do by themselves."""

from dataclasses import replace

from ccserver.core.callers import LABELS_MAX, VALUE_LENGTH_MAX
from ccserver.core.commands import CallBack, Command, Divert, ShowCaller, WriteTicket
from ccserver.core.events import (
    CallbackRequested,
    CallerRecognized,
    DataAttached,
    FlowEnded,
    KeyPressed,
    SurveyAnswered,
    VoicemailLeft,
    VoicemailRequested,
)
from ccserver.core.ids import ContactId, CustomerId, Queue
from ccserver.core.records import (
    CallbackState,
    QueueExit,
    Recorded,
    SaveAnswer,
    SaveCallback,
    SaveContactEnd,
    SaveRecording,
    SaveSegment,
    SaveVoicemail,
)
from ccserver.core.rules import CallbackRules, Overflow, QueueRules, Way
from ccserver.core.seen import EndedBy, unpack
from ccserver.core.value import Customer, Tier
from tests.core.stories import ANNA, SALES, SERVICE, Story, served, visits

PATIENT = QueueRules(name=SALES, announce_after_seconds=0.0, callback=CallbackRules(offered=True))
HELP = replace(PATIENT, name=SERVICE)
ONE = ContactId("1")


def attach(story: Story, *data: tuple[str, str]) -> list[Command]:
    return story.tell(DataAttached(contact=ONE, data=data))


def end_of(story: Story, name: str = "1") -> SaveContactEnd:
    (end,) = [c for c in story.told if isinstance(c, SaveContactEnd) and c.contact == name]
    return end


def left(story: Story, queue: Queue | None = SALES, *, callback: str = "") -> list[Command]:
    """The flow hands the caller over."""
    return story.tell(
        FlowEnded(contact=ONE, queue=queue, language="zh", callback=callback), after=5.0
    )


# -- data


def test_what_a_flow_attaches_is_on_the_card_and_in_the_history() -> None:
    story = Story()
    story.ready()
    story.arrive("1")
    assert attach(story, ("Order", "7"), ("Plate", "A1")) == []
    attach(story, ("Order", "8"))
    left(story)
    story.hold("1")
    (card,) = [c for c in story.told if isinstance(c, ShowCaller)]
    assert card.data == (("Order", "8"), ("Plate", "A1"))
    story.answer("1")
    attach(story, ("Rating", "5"))
    story.hang_up("1")
    assert end_of(story).data == (("Order", "8"), ("Plate", "A1"), ("Rating", "5"))
    assert attach(story, ("Order", "9")) == [], "who is gone has no data"


def test_data_has_bounds() -> None:
    story = Story()
    story.arrive("1")
    attach(story, *((f"label {number}", "x" * 1000) for number in range(LABELS_MAX + 5)))
    attach(story, ("label 0", "new"))
    story.hang_up("1")
    data = end_of(story).data
    assert len(data) == LABELS_MAX
    assert data[0] == ("label 0", "new")
    assert data[1] == ("label 1", "x" * VALUE_LENGTH_MAX)


def test_keys_pressed_while_waiting_are_on_the_card_too() -> None:
    story = Story(rules=(PATIENT,))
    story.arrive("1")
    story.tell(KeyPressed(contact=ONE, step="menu", key="2"))
    left(story)
    story.hold("1")
    story.tell(KeyPressed(contact=ONE, step="offer", key="3"))
    story.ready()
    (card,) = [c for c in story.told if isinstance(c, ShowCaller)]
    assert card.keys == (("menu", "2"), ("offer", "3"))


# -- callbacks


def test_a_flow_may_keep_the_caller_a_place_and_a_number_to_call() -> None:
    story = Story(rules=(PATIENT,))
    story.arrive("1")
    told = left(story, callback="+8610")
    assert not [c for c in told if isinstance(c, Divert)], "his leg is still in the flow"
    assert [c.way for c in story.hold("1") if isinstance(c, Divert)] == [Way.CALLBACK]
    story.hang_up("1")
    assert visits(story) == [("1", SALES, QueueExit.CALLBACK)]
    assert story.center.can_call_back("+861")
    assert not story.center.can_call_back("+8610")
    assert not story.center.can_call_back("anonymous")
    story.ready(after=60.0)
    (call,) = [c for c in story.told if isinstance(c, CallBack)]
    assert (call.contact, call.number) == ("1", "+8610")


def test_it_keeps_the_place_even_where_no_one_is_let_in_any_more() -> None:
    closed = replace(PATIENT, open=False)
    story = Story(rules=(closed,))
    story.arrive("1")
    left(story, callback="+8610")
    (kept,) = [c for c in story.told if isinstance(c, SaveCallback)]
    assert (kept.state, kept.number, kept.queued_at) == (CallbackState.WAITING, "+8610", 5.0)


def test_a_number_that_waits_already_or_is_none_leaves_the_caller_waiting() -> None:
    story = Story(rules=(PATIENT,))
    story.ring("other", number="+8610")
    story.tell(CallbackRequested(contact=ContactId("other")))
    for name, number in (("1", "+8610"), ("2", "anonymous")):
        story.arrive(name)
        ended = FlowEnded(contact=ContactId(name), queue=SALES, language="zh", callback=number)
        story.tell(ended)
        story.hold(name)
    story.tell(CallbackRequested(contact=ContactId("2"), number="+8610"))
    assert len([c for c in story.told if isinstance(c, SaveCallback)]) == 1
    assert story.center.sight(SALES, story.now).waiting == 2


def test_one_who_waits_may_name_another_number() -> None:
    story = Story(rules=(PATIENT,))
    story.ring("1")
    told = story.tell(CallbackRequested(contact=ONE, number="+8610"))
    (kept,) = [c for c in story.told if isinstance(c, SaveCallback)]
    assert kept.number == "+8610"
    assert [(c.way, c.queue) for c in told if isinstance(c, Divert)] == [(Way.CALLBACK, SALES)]


# -- messages


def test_a_flow_may_lead_to_a_message_without_a_visit_to_the_queue() -> None:
    story = Story()
    story.arrive("1")
    customer = Customer(id=CustomerId("7"), tier=Tier.GOLD, value=0.6, language="en")
    story.tell(CallerRecognized(contact=ONE, customer=customer))
    voicemail = FlowEnded(contact=ONE, queue=SALES, language="zh", voicemail=True)
    story.tell(voicemail, after=4.0)
    end = end_of(story)
    assert (end.ended_by, end.queue, end.language) == (EndedBy.SYSTEM, SALES, "zh")
    (segment,) = [c for c in story.told if isinstance(c, SaveSegment)]
    assert segment.outcome == "voicemail"
    assert visits(story) == []
    message = VoicemailLeft(
        contact=ONE, queue=SALES, recording="m.sln", started_at=6.0, ended_at=20.0
    )
    told = story.tell(message, after=16.0)
    assert told == [
        SaveVoicemail(
            contact=ONE,
            queue=SALES,
            file="m.sln",
            caller="+861",
            customer="7",
            started_at=6.0,
            ended_at=20.0,
        ),
        SaveRecording(
            contact=ONE,
            agent=None,
            file="m.sln",
            started_at=6.0,
            ended_at=20.0,
            kind=Recorded.VOICEMAIL,
            queue=SALES,
            caller="+861",
            customer="7",
        ),
    ]
    story.hang_up("1")
    late = story.tell(replace(message, recording="n.sln"))
    assert [(c.caller, c.customer) for c in late if isinstance(c, SaveVoicemail)] == [("", "")]


def test_one_who_waits_may_leave_a_message_where_the_queue_offers_it() -> None:
    story = Story(rules=(replace(PATIENT, voicemail=True), HELP))
    story.ring("1")
    story.ring("2", queue=SERVICE)
    told = story.tell(VoicemailRequested(contact=ONE), after=3.0)
    assert [(c.way, c.prompt) for c in told if isinstance(c, Divert)] == [(Way.VOICEMAIL, "")]
    assert visits(story) == [("1", SALES, QueueExit.VOICEMAIL)]
    assert end_of(story).ended_by is EndedBy.SYSTEM
    assert story.tell(VoicemailRequested(contact=ContactId("2"))) == []


# -- another queue


def test_one_who_waits_may_choose_another_queue_and_takes_his_wait_along() -> None:
    full = replace(HELP, waiting_max=1, on_full=Overflow(way=Way.ANNOUNCEMENT, prompt="full"))
    story = Story(rules=(PATIENT, full))
    story.ring("1")
    told = left(story, SERVICE)
    (written,) = [c for c in told if isinstance(c, WriteTicket)]
    ticket = unpack(written.ticket)
    assert ticket is not None
    assert (ticket.queue, ticket.queued_at) == (SERVICE, 0.0)
    assert visits(story) == [("1", SALES, QueueExit.TRANSFERRED)]
    assert left(story, SERVICE) == [], "he is there already"
    story.ring("2")
    told = story.tell(FlowEnded(contact=ContactId("2"), queue=SERVICE, language="zh"))
    assert [c.way for c in told if isinstance(c, Divert)] == [Way.ANNOUNCEMENT]
    story.ready()
    assert served(story) == ["1"]


# -- answers


def test_an_answer_is_kept_with_the_queue_and_the_agent_it_is_about() -> None:
    story = Story()
    story.ready()
    story.ring("1")
    story.answer("1", after=1.0)
    answer = SurveyAnswered(contact=ONE, survey="asked", question="satisfied", answer="5")
    story.tell(answer, after=60.0)
    story.hang_up("1")
    story.tell(answer)
    assert [c for c in story.told if isinstance(c, SaveAnswer)] == [
        SaveAnswer(
            contact=ONE,
            survey="asked",
            question="satisfied",
            answer="5",
            queue=queue,
            agent=agent,
            answered_at=61.0,
        )
        for queue, agent in ((SALES, ANNA), (None, None))
    ]


def test_an_answer_in_the_caller_s_own_words_is_a_recording_too() -> None:
    story = Story()
    story.ready()
    story.ring("1")
    story.answer("1", after=1.0)
    spoken = SurveyAnswered(
        contact=ONE, survey="asked", question="why", answer="2026/10/01/1-20000.sln"
    )
    told = story.tell(spoken, after=60.0)
    story.hang_up("1")
    late = story.tell(replace(spoken, answer="2026/10/01/1-70000.sln"), after=20.0)
    foreign = story.tell(replace(spoken, answer="2026/10/01/2-70000.sln"))
    rows = [[c for c in given if isinstance(c, SaveRecording)] for given in (told, late, foreign)]
    assert rows == [
        [
            SaveRecording(
                contact=ONE,
                agent=None,
                file="2026/10/01/1-20000.sln",
                started_at=20.0,
                ended_at=61.0,
                kind=Recorded.VOICEMAIL,
                queue=SALES,
                caller="+861",
            )
        ],
        [
            SaveRecording(
                contact=ONE,
                agent=None,
                file="2026/10/01/1-70000.sln",
                started_at=70.0,
                ended_at=81.0,
                kind=Recorded.VOICEMAIL,
            )
        ],
        [],
    ]

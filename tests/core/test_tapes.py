"""Recordings that run: on demand, paused, and what stands beside them."""

from typing import TypeVar

import pytest

from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.commands import Command, Connect, Refuse, ShowCall
from ccserver.core.events import (
    AgentLegEnded,
    AsteriskLost,
    AsteriskSeen,
    CallAnswered,
    CallerRecognized,
    CallFellBack,
    FlowEnded,
    KeyPressed,
    OfferFailed,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue
from ccserver.core.parties import Tape
from ccserver.core.places import Talking
from ccserver.core.records import MarkKind, SaveMark, SaveRecording
from ccserver.core.rules import AS_USUAL, Consent, QueueRules, SiteRules, Taping, TapingRule
from ccserver.core.seen import EndedBy, Place, SeenCall, SeenParty
from ccserver.core.talk_events import (
    AgentTransferred,
    TalkKeyPressed,
    TapePaused,
    TapeResumed,
    TapeStarted,
    TapeStopped,
)
from ccserver.core.talk_orders import (
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from ccserver.core.value import Customer, Tier
from tests.core.stories import ANNA, BOB, PHONES, SALES, SERVICE, Story

C = TypeVar("C", bound=Command)
ONE, LEG = ContactId("1"), LegId("leg-1")
FILE = "2026/10/01/1-1790000000000.raw"
NOTICE = "recorded_notice"

DEMAND = SiteRules(
    taping=(
        TapingRule(taping=Taping.NEVER, consents=frozenset({Consent.REFUSED})),
        TapingRule(taping=Taping.ON_DEMAND, queues=frozenset({SALES}), notice=NOTICE),
    )
)


def of(kind: type[C], commands: list[Command]) -> list[C]:
    return [command for command in commands if isinstance(command, kind)]


def marks(story: Story) -> list[tuple[MarkKind, float, str]]:
    return [(c.kind, c.at, c.detail) for c in of(SaveMark, story.told)]


def kinds(story: Story) -> list[MarkKind]:
    return [kind for kind, _, _ in marks(story)]


def shown(story: Story) -> ShowCall:
    return of(ShowCall, story.told)[-1]


def in_talk(
    site: SiteRules = AS_USUAL,
    *,
    queue: Queue = SALES,
    wish: Wish = NO_WISH,
    tape: bool = True,
) -> Story:
    """A talk that began at 10.0."""
    story = Story(site=site)
    story.ready()
    story.ring("1", tier=Tier.GOLD, queue=queue, wish=wish)
    file = FILE if tape else ""
    story.tell(CallAnswered(contact=ONE, phone=PHONES[ANNA], recording=file), after=10.0)
    return story


def start(story: Story, agent: AgentId = ANNA, file: str = FILE) -> list[Command]:
    return story.tell(TapeStarted(agent=agent, file=file), after=5.0)


def pause(story: Story, by: str = "anna", *, after: float = 1.0) -> list[Command]:
    return story.tell(TapePaused(contact=ONE, by=by), after=after)


def refusal(commands: list[Command], request: str = "record") -> str:
    [refused] = of(Refuse, commands)
    assert refused.request == request
    return refused.reason


# -- always


def test_a_talk_is_recorded_as_is_usual_and_its_answer_noted() -> None:
    story = in_talk()
    [order] = of(Connect, story.told)
    assert (order.record, order.notice) == (True, "")
    assert marks(story) == [(MarkKind.TALK, 10.0, "")]
    assert (shown(story).taping, shown(story).taped) == (Taping.ALWAYS, True)
    story.hang_up("1", after=20.0)
    [row] = of(SaveRecording, story.told)
    assert (row.file, row.started_at, row.ended_at, row.agents) == (FILE, 10.0, 30.0, (ANNA,))


def test_what_must_be_recorded_cannot_be_stopped_by_the_agent() -> None:
    story = in_talk()
    commands = story.tell(TapeStopped(agent=ANNA))
    assert "Pause it" in refusal(commands, "stop_record")
    assert of(StopRecording, commands) == []
    assert "already" in refusal(start(story))


def test_a_talk_that_should_be_recorded_and_is_not_is_a_matter_for_the_supervisor() -> None:
    story = in_talk(tape=False)
    assert "supervisor" in refusal(start(story))


def test_a_talk_that_the_switch_does_not_record_has_no_row() -> None:
    story = in_talk(tape=False)
    story.hang_up("1", after=20.0)
    assert of(SaveRecording, story.told) == []


# -- the notice


def test_the_caller_is_told_once_before_the_phone_rings() -> None:
    story = Story(site=DEMAND)
    story.ready()
    story.ready(BOB)
    story.ring("1")
    story.tell(OfferFailed(contact=ONE, phone=PHONES[ANNA], cause="no_answer"), after=20.0)
    story.hold("1")
    orders = of(Connect, story.told)
    assert [(order.agent, order.record, order.notice) for order in orders] == [
        (ANNA, False, NOTICE),
        (BOB, False, ""),
    ]


def test_an_order_that_never_got_through_has_told_him_nothing() -> None:
    story = Story(site=DEMAND)
    story.ready()
    story.ring("1")
    story.tell(OfferFailed(contact=ONE, phone=PHONES[ANNA], cause="unsent"))
    story.hold("1")
    assert [order.notice for order in of(Connect, story.told)] == [NOTICE, NOTICE]


def test_a_caller_whom_the_flow_has_told_is_not_told_again() -> None:
    story = Story(site=DEMAND)
    story.ready()
    story.arrive("1")
    assert story.center.notice(ONE, SALES, None) == NOTICE
    assert story.center.notice(ONE, SERVICE, None) == ""
    assert story.center.notice(ONE, SALES, Consent.REFUSED) == ""
    assert story.center.notice(ContactId("gone"), SALES, None) == ""
    story.tell(FlowEnded(contact=ONE, queue=SALES, language="zh", noticed=True))
    assert story.center.notice(ONE, SALES, None) == ""
    story.hold("1")
    assert [order.notice for order in of(Connect, story.told)] == [""]


def test_a_customer_who_is_called_back_is_told_anew() -> None:
    story = Story(site=DEMAND)
    story.arrive("1")
    asked = FlowEnded(contact=ONE, queue=SALES, language="zh", callback="+861", noticed=True)
    story.tell(asked)
    story.hold("1")
    story.hang_up("1")
    story.ready()
    story.hold("1", leg="cb-1-1")
    assert [order.notice for order in of(Connect, story.told)] == [NOTICE]


# -- who has refused


def test_a_caller_who_has_refused_is_not_recorded() -> None:
    story = in_talk(DEMAND, wish=Wish(consent=Consent.REFUSED), tape=False)
    [order] = of(Connect, story.told)
    assert (order.record, order.notice) == (False, "")
    assert shown(story).taping is Taping.NEVER
    assert "do not let" in refusal(start(story))


def test_his_refusal_goes_with_him_to_another_queue() -> None:
    story = in_talk(DEMAND, wish=Wish(consent=Consent.REFUSED), tape=False)
    story.ready(BOB)
    story.tell(AgentTransferred(agent=ANNA, queue=SERVICE), after=5.0)
    story.hold("1")
    assert [order.record for order in of(Connect, story.told)] == [False, False]


def test_what_a_later_flow_does_not_ask_stands() -> None:
    story = Story(site=DEMAND)
    story.ring("1", wish=Wish(consent=Consent.REFUSED))
    story.tell(FlowEnded(contact=ONE, queue=SERVICE, language="zh"))
    story.ready()
    assert [order.record for order in of(Connect, story.told)] == [False]


def test_what_the_switch_records_by_itself_ends_as_soon_as_the_refusal_is_known() -> None:
    story = Story(site=DEMAND)
    story.ring("1", wish=Wish(consent=Consent.REFUSED))
    story.tell(CallFellBack(contact=ONE))
    answered = CallAnswered(contact=ONE, phone=PHONES[ANNA], recording=FILE)
    commands = story.tell(answered, after=5.0)
    assert of(StopRecording, commands) == [StopRecording(contact=ONE, leg=LEG)]
    [row] = of(SaveRecording, commands)
    assert (row.file, row.started_at, row.ended_at) == (FILE, 5.0, 5.0)


def test_a_customer_who_is_recognized_late_may_have_refused() -> None:
    refused = Customer(
        id=CustomerId("c"),
        tier=Tier.GOLD,
        value=0.6,
        language="zh",
        recording_consent=Consent.REFUSED,
    )
    story = Story(site=DEMAND)
    story.ready()
    story.ring("1", queue=SERVICE)
    story.answer("1", after=5.0)
    commands = story.tell(CallerRecognized(contact=ONE, customer=refused), after=2.0)
    [row] = of(SaveRecording, commands)
    assert (row.ended_at, row.customer) == (7.0, "c")
    assert shown(story).taping is Taping.NEVER
    assert not shown(story).taped


# -- on demand


def test_the_agent_begins_and_ends_a_recording_where_that_is_left_to_him() -> None:
    story = in_talk(DEMAND, tape=False)
    commands = start(story)
    assert of(StartRecording, commands) == [StartRecording(contact=ONE, leg=LEG, file=FILE)]
    assert (shown(story).taping, shown(story).taped) == (Taping.ON_DEMAND, True)
    commands = story.tell(TapeStopped(agent=ANNA), after=5.0)
    assert of(StopRecording, commands) == [StopRecording(contact=ONE, leg=LEG)]
    [row] = of(SaveRecording, commands)
    assert (row.file, row.started_at, row.ended_at, row.agent) == (FILE, 15.0, 20.0, ANNA)
    assert not shown(story).taped
    story.hang_up("1", after=5.0)
    assert of(SaveRecording, story.told) == [row]
    assert kinds(story) == [MarkKind.TALK, MarkKind.TAPE_STARTED, MarkKind.TAPE_STOPPED]


def test_what_the_agent_has_begun_ends_with_the_talk() -> None:
    story = in_talk(DEMAND, tape=False)
    start(story)
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]), after=5.0)
    [row] = of(SaveRecording, story.told)
    assert (row.started_at, row.ended_at) == (15.0, 20.0)


def test_what_cannot_be_begun_or_ended_is_refused_with_a_way_out() -> None:
    story = in_talk(DEMAND, tape=False)
    assert "no talk" in refusal(start(story, BOB))
    assert "no talk" in refusal(start(story, AgentId("nobody")))
    assert "another call" in refusal(start(story, file="2026/10/01/2-1790000000000.raw"))
    assert "nothing to stop" in refusal(story.tell(TapeStopped(agent=ANNA)), "stop_record")
    assert "nothing to stop" in refusal(story.tell(TapeStopped(agent=BOB)), "stop_record")


# -- paused


def test_a_pause_is_silent_and_ends_by_itself() -> None:
    story = in_talk(SiteRules(taping_pause_max_seconds=60.0))
    commands = pause(story)
    assert of(PauseRecording, commands) == [PauseRecording(contact=ONE, legs=(LEG,), until=71.0)]
    assert shown(story).paused_until == 71.0
    assert of(ResumeRecording, story.wait(59.0)) == []
    assert of(ResumeRecording, story.wait(2.0)) == [ResumeRecording(contact=ONE, legs=(LEG,))]
    assert (shown(story).paused_until, shown(story).taped) == (None, True)
    assert marks(story)[1:] == [
        (MarkKind.PAUSE, 11.0, "anna"),
        (MarkKind.UNPAUSE, 71.0, "auto"),
    ]


def test_it_ends_when_somebody_says_so_and_only_once() -> None:
    story = in_talk()
    pause(story)
    resumed = TapeResumed(contact=ONE, by="shop")
    assert of(ResumeRecording, story.tell(resumed, after=5.0)) != []
    assert story.tell(resumed) == []
    assert marks(story)[-1] == (MarkKind.UNPAUSE, 16.0, "shop")
    assert of(ResumeRecording, story.wait(300.0)) == []


def test_to_ask_again_makes_it_longer() -> None:
    story = in_talk(SiteRules(taping_pause_max_seconds=60.0))
    pause(story)
    [again] = of(PauseRecording, pause(story, "shop", after=50.0))
    assert again.until == 121.0
    assert kinds(story).count(MarkKind.PAUSE) == 1
    assert of(ResumeRecording, story.wait(59.0)) == []
    assert of(ResumeRecording, story.wait(1.0)) != []


def test_a_pause_ends_with_the_talk() -> None:
    story = in_talk()
    pause(story)
    story.hang_up("1", after=5.0)
    assert of(SaveRecording, story.told)[0].ended_at == 16.0
    assert of(ResumeRecording, story.wait(300.0)) == []


def test_a_pause_ends_with_the_recording() -> None:
    story = in_talk(DEMAND, tape=False)
    start(story)
    pause(story)
    story.tell(TapeStopped(agent=ANNA), after=1.0)
    assert of(ResumeRecording, story.wait(300.0)) == []


def test_where_nothing_is_recorded_there_is_nothing_to_pause() -> None:
    story = in_talk(DEMAND, tape=False)
    for contact in (ONE, ContactId("nobody")):
        assert story.tell(TapePaused(contact=contact, by="boss")) == []
        assert story.tell(TapeResumed(contact=contact, by="boss")) == []


# -- the time line


def key(story: Story, *, phone: Phone | None = None, contact: ContactId | None = ONE) -> None:
    story.tell(TalkKeyPressed(contact=contact, leg=LEG, phone=phone), after=0.4)


def test_keys_of_a_talk_are_noted_but_not_each_of_a_number() -> None:
    story = in_talk()
    for _ in range(6):
        key(story)
    assert [round(at, 1) for kind, at, _ in marks(story) if kind is MarkKind.KEY] == [10.4, 11.6]


def test_it_is_noted_whose_key_it_was() -> None:
    story = in_talk()
    key(story, phone=PHONES[ANNA], contact=None)
    [mark] = [c for c in of(SaveMark, story.told) if c.kind is MarkKind.KEY]
    assert mark.agent == ANNA


def test_no_key_is_noted_in_a_pause_nor_where_nothing_is_recorded() -> None:
    story = in_talk()
    pause(story)
    key(story)
    story.tell(TapeResumed(contact=ONE, by="anna"))
    story.hang_up("1", after=1.0)
    key(story)
    silent = in_talk(DEMAND, tape=False)
    key(silent)
    assert MarkKind.KEY not in kinds(story) + kinds(silent)


def test_a_secret_is_noted_where_the_contact_has_a_recording() -> None:
    rules = tuple(QueueRules(name=queue, survey="asked") for queue in (SALES, SERVICE))
    story = Story(rules=rules)
    story.ready()
    story.arrive("1")
    secret = KeyPressed(contact=ONE, step="pin", key="hidden")
    story.tell(secret)
    story.tell(FlowEnded(contact=ONE, queue=SALES, language="zh"))
    story.hold("1")
    story.answer("1", after=1.0)
    story.tell(AgentLegEnded(contact=ONE, phone=PHONES[ANNA]), after=1.0)
    assert MarkKind.SECRET not in kinds(story)
    story.step("1", "pin", flow="asked", came="", after=1.0)
    story.tell(KeyPressed(contact=ONE, step="pin", key="1"))
    story.tell(secret, after=1.0)
    assert marks(story)[-1] == (MarkKind.SECRET, 4.0, "")
    assert kinds(story).count(MarkKind.SECRET) == 1


# -- away and back


def see(
    story: Story,
    *,
    recording: str = FILE,
    paused_until: float | None = None,
    agent: AgentId = ANNA,
    talk_at: float = 5.0,
) -> list[Command]:
    """The switch shows the talk."""
    found = SeenCall(
        leg=LEG,
        place=Place.TALKING,
        contact=ONE,
        ticket=None,
        phone=PHONES[agent],
        talk_at=talk_at,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording=recording,
        paused_until=paused_until,
        parties=(SeenParty(leg=LegId(f"leg-{agent}"), phone=PHONES[agent], aside=False),),
    )
    phones = frozenset(PHONES.values())
    return story.tell(AsteriskSeen(asked_at=story.now, calls=(found,), phones=phones), after=1.0)


def adopted(*, recording: str = FILE, paused_until: float | None = None) -> Story:
    """A new run, at 1.0, that was told of the caller's end of the flow only."""
    story = Story(seen=False)
    story.now = 100.0
    story.arrive("1")
    story.tell(FlowEnded(contact=ONE, queue=SALES, language="zh"))
    story.now = 200.0
    see(story, recording=recording, paused_until=paused_until)
    return story


def talk(story: Story) -> Talking:
    place = story.center._calls.get(ONE)
    assert isinstance(place, Talking)
    return place


def test_a_new_run_takes_a_pause_over() -> None:
    story = adopted(paused_until=230.0)
    assert shown(story).paused_until == 230.0
    assert of(ResumeRecording, story.wait(28.0)) == []
    assert of(ResumeRecording, story.wait(1.0)) == [ResumeRecording(contact=ONE, legs=(LEG,))]
    assert marks(story)[-1] == (MarkKind.UNPAUSE, 230.0, "auto")


def test_a_pause_that_should_be_over_ends_at_once() -> None:
    story = adopted(paused_until=150.0)
    assert of(ResumeRecording, story.told) == [ResumeRecording(contact=ONE, legs=(LEG,))]
    assert shown(story).paused_until is None


def test_a_recording_that_goes_on_is_left_alone() -> None:
    story = adopted()
    assert talk(story).tape == Tape(file=FILE, since=100.0, agents=(ANNA,))
    assert of(PauseRecording, story.told) == []
    assert of(ResumeRecording, story.told) == []


def test_one_that_was_begun_late_began_when_its_name_says() -> None:
    story = adopted(recording="2026/10/01/1-150000.raw")
    tape = talk(story).tape
    assert tape is not None
    assert tape.since == 150.0


def test_a_talk_that_another_agent_has_now_goes_on_in_the_same_file() -> None:
    story = in_talk()
    story.wait(5.0)
    see(story, agent=BOB)
    assert of(SaveRecording, story.told) == []
    assert talk(story).tape == Tape(file=FILE, since=10.0, agents=(ANNA, BOB))
    story.wait(5.0)
    see(story, agent=ANNA, recording="2026/10/01/1-1790000000001.raw", talk_at=20.0)
    [row] = of(SaveRecording, story.told)
    assert (row.agent, row.agents) == (ANNA, (ANNA, BOB))


def test_a_pause_goes_on_when_another_agent_has_the_talk() -> None:
    story = in_talk()
    pause(story)
    see(story, agent=BOB, paused_until=131.0)
    assert shown(story).paused_until == 131.0
    assert of(ResumeRecording, story.wait(119.0)) == [ResumeRecording(contact=ONE, legs=(LEG,))]


def test_an_order_that_got_lost_is_given_again() -> None:
    story = in_talk()
    pause(story)
    story.tell(AsteriskLost())
    assert of(PauseRecording, see(story)) != []
    assert of(PauseRecording, see(story, paused_until=131.0)) != []
    story.tell(AsteriskLost())
    story.tell(TapeResumed(contact=ONE, by="anna"))
    assert of(ResumeRecording, see(story, paused_until=131.0)) != []
    assert of(ResumeRecording, see(story)) == []


def test_what_was_stopped_while_the_link_was_broken_is_stopped_again() -> None:
    story = in_talk(DEMAND, tape=False)
    start(story)
    story.tell(AsteriskLost())
    story.tell(TapeStopped(agent=ANNA), after=1.0)
    assert of(StopRecording, see(story)) == [StopRecording(contact=ONE, leg=LEG)]
    assert of(StopRecording, see(story, recording="")) == []


@pytest.mark.parametrize("lost", [True, False])
def test_a_talk_that_was_lost_with_the_switch_is_cut_where_the_switch_was_lost(lost: bool) -> None:
    story = in_talk()
    if lost:
        story.tell(AsteriskLost(), after=5.0)
        story.tell(AsteriskLost(), after=5.0)
    else:
        story.wait(10.0)
    story.now += 20.0
    story.see()
    [row] = of(SaveRecording, story.told)
    assert (row.ended_at, row.cut) == ((15.0, True) if lost else (40.0, False))


def test_a_talk_after_that_is_whole_again() -> None:
    story = in_talk()
    story.tell(AsteriskLost(), after=5.0)
    see(story)
    story.now += 20.0
    story.see()
    [row] = of(SaveRecording, story.told)
    assert not row.cut


def test_an_answer_that_the_last_run_has_noted_is_not_noted_again() -> None:
    assert MarkKind.TALK not in kinds(adopted())


def test_an_agent_is_told_why_a_pause_or_its_end_did_nothing() -> None:
    story = in_talk()
    assert "No recording is paused" in refusal(
        story.tell(TapeResumed(contact=ONE, by="anna")), "resume_recording"
    )
    story = in_talk(DEMAND, tape=False)
    assert "Nothing is recorded" in refusal(pause(story), "pause_recording")
    assert of(Refuse, pause(story, by="boss")) == [], "a supervisor has no such button"

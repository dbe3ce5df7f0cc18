"""Leads that agents see first."""

from typing import Any

from ccserver.core.campaigns import CampaignState, LeadId, LeadState, MachineWay, Mode, Result
from ccserver.core.commands import Connect, Refuse, ShowCaller
from ccserver.core.dial_events import (
    AttemptPickedUp,
    LeadsBarred,
    LeadSettled,
    PreviewDialed,
    PreviewSkipped,
)
from ccserver.core.dial_orders import Dial, HidePreview, ReturnLeads, ShowPreview, leg_of_attempt
from ccserver.core.events import (
    AgentLoggedOut,
    AgentPaused,
    AsteriskSeen,
    CallAnswered,
    OfferFailed,
    WrapUpDone,
)
from ccserver.core.ids import ContactId, LegId
from ccserver.core.quick import replace
from ccserver.core.rules import Hours, Opening
from ccserver.core.seen import EndedBy, Place, SeenCall
from ccserver.core.site import WorkState
from tests.core.campaigning import DRIVE, RULES, Drive, lead, only
from tests.core.stories import ANNA, BOB, PHONES, served, state_of

READING = replace(RULES, mode=Mode.PREVIEW)


def reading(**changes: Any) -> Drive:
    """Anna reads lead 1."""
    drive = Drive(rules=replace(READING, **changes))
    drive.story.ready()
    drive.give(lead(1, name="Li", data=(("plate", "A"),)), lead(2), lead(3))
    return drive


def shown(drive: Drive) -> list[int]:
    return [one.lead for one in only(drive.story.told, ShowPreview)]


def test_an_idle_agent_reads_a_lead_and_gets_no_other_call() -> None:
    drive = reading()
    (card,) = only(drive.story.told, ShowPreview)
    assert (card.agent, card.name, card.data) == (ANNA, "Li", (("plate", "A"),))
    assert (card.until, card.skips_left) == (60.0, 3)
    assert state_of(drive.story, ANNA) is WorkState.RESERVED
    drive.story.ring("caller")
    assert served(drive.story) == []
    assert drive.dialed() == []


def test_the_agent_calls_and_has_whoever_answers() -> None:
    drive = reading()
    told = drive.story.tell(PreviewDialed(agent=ANNA), after=5.0)
    assert only(told, HidePreview)
    (order,) = only(told, Dial)
    assert order.agent == ANNA
    assert "reserved" not in {look.name for look in order.checks}
    told = drive.answer(1, after=9.0)
    assert [one.agent for one in only(told, ShowCaller)] == [ANNA]
    assert [one.agent for one in only(told, Connect)] == [ANNA]
    assert not drive.story.wait(10.0) or drive.results() == [], "no limit: he is kept for him"
    drive.talk(1)
    drive.hang_up(1)
    drive.story.tell(WrapUpDone(agent=ANNA))
    assert drive.lead(1).state is LeadState.COMPLETED
    assert shown(drive) == [1, 2]


def test_nobody_answers_and_the_agent_reads_the_next() -> None:
    drive = reading()
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.end(1, "busy")
    assert drive.results() == [(1, Result.BUSY)]
    assert shown(drive) == [1, 2]


def test_the_time_is_up() -> None:
    drive = reading(preview_seconds=20.0)
    drive.story.wait(21.0)
    assert drive.dialed() == [1]
    patient = reading(preview_seconds=0.0)
    patient.story.wait(900.0)
    assert patient.dialed() == []


def test_an_agent_may_skip_so_many_in_a_row() -> None:
    drive = reading(skips_max=1)
    told = drive.story.tell(PreviewSkipped(agent=ANNA, reason="knows him"))
    assert only(told, HidePreview)
    assert (drive.lead(1).state, drive.lead(1).not_before) == (LeadState.RETRY, 900.0)
    assert shown(drive) == [1, 2]
    told = drive.story.tell(PreviewSkipped(agent=ANNA, reason=""))
    assert [one.request for one in only(told, Refuse)] == ["preview_skip"]
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.end(2, "busy")
    told = drive.story.tell(PreviewSkipped(agent=ANNA, reason=""))
    assert not only(told, Refuse), "he has called one meanwhile"


def test_who_reads_nothing_can_do_nothing() -> None:
    drive = Drive(rules=READING)
    for event in (PreviewDialed(agent=ANNA), PreviewSkipped(agent=ANNA, reason="")):
        told = drive.story.tell(event)
        assert [one.reason for one in only(told, Refuse)] == ["No lead is shown to you."]


def test_who_goes_leaves_his_lead_to_others() -> None:
    drive = reading()
    told = drive.story.tell(AgentPaused(agent=ANNA, reason="tea"))
    assert only(told, HidePreview)
    assert only(told, ReturnLeads)[0].leads == (1,)
    assert state_of(drive.story, ANNA) is WorkState.PAUSED


def test_who_goes_while_it_rings_is_free_and_whoever_is_there_has_the_customer() -> None:
    drive = reading()
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.story.tell(AgentLoggedOut(agent=ANNA))
    drive.answer(1)
    drive.story.ready(BOB)
    assert [one.agent for one in only(drive.story.told, Connect)] == [BOB]


def test_who_does_not_pick_up_leaves_the_customer_to_others_for_a_while() -> None:
    drive = reading()
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.answer(1)
    failed = OfferFailed(contact=ContactId("a1"), phone=PHONES[ANNA], cause="no_answer")
    drive.story.tell(failed, after=5.0)
    drive.story.wait(3.0)
    assert drive.results() == [(1, Result.ABANDONED)]


def test_an_agent_whom_somebody_else_has_reads_no_more() -> None:
    drive = reading()
    drive.story.ring("caller")
    caught = CallAnswered(contact=ContactId("caller"), phone=PHONES[ANNA], recording="")
    told = drive.story.tell(caught)
    assert only(told, HidePreview)
    assert only(told, ReturnLeads)[0].leads == (1,)


def test_a_window_that_closes_meanwhile_bars_the_call() -> None:
    night = Hours(zone="UTC", weekly=(Opening(weekday=3, from_minute=0, until_minute=1),))
    drive = reading(windows=night)
    drive.story.wait(59.0)
    told = drive.story.tell(PreviewDialed(agent=ANNA), after=2.0)
    assert not only(told, Dial)
    assert drive.lead(1).state is LeadState.RETRY
    assert shown(drive) == [1], "nor is the next one shown"
    assert drive.lead(2).state is LeadState.RETRY
    assert state_of(drive.story, ANNA) is WorkState.AVAILABLE


def test_what_is_barred_or_settled_is_read_no_more() -> None:
    drive = reading()
    told = drive.story.tell(LeadsBarred(numbers=frozenset({"+86131"})))
    assert only(told, ReturnLeads)[0].leads == (1,)
    assert shown(drive) == [1, 2]
    told = drive.story.tell(LeadSettled(lead=LeadId(2), campaign=DRIVE))
    assert only(told, HidePreview)
    assert shown(drive) == [1, 2, 3]
    drive.story.tell(LeadsBarred(numbers=frozenset({"+86131"})))
    drive.story.tell(LeadSettled(lead=LeadId(2), campaign=DRIVE))
    assert shown(drive) == [1, 2, 3]


def test_a_pause_takes_the_lead_back() -> None:
    drive = reading()
    told = drive.set(state=CampaignState.PAUSED)
    assert only(told, HidePreview)
    assert sorted(only(told, ReturnLeads)[0].leads) == [1, 2, 3]


def test_a_lead_of_ones_own_is_read_whatever_the_mode() -> None:
    drive = Drive()
    drive.story.ready(BOB)
    drive.story.ready()
    drive.give(lead(1, agent=ANNA, locked_until=1e9), lead(2))
    assert shown(drive) == [1]
    assert drive.dialed() == [2]


def test_the_switch_is_looked_at_while_one_reads() -> None:
    drive = reading()
    seen = SeenCall(
        leg=LegId("x"), place=Place.FLOW, contact=None, ticket=None, phone=None, talk_at=None,
        ended_at=None, ended_by=EndedBy.UNKNOWN, recording="",
    )  # fmt: skip
    phones = frozenset(PHONES.values())
    drive.story.tell(AsteriskSeen(asked_at=drive.story.now, calls=(seen,), phones=phones))
    assert shown(drive) == [1]
    assert state_of(drive.story, ANNA) is WorkState.RESERVED


def test_no_pacer_hears_of_a_call_for_which_an_agent_is_kept() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1, agent=ANNA), lead(2, agent=ANNA), lead(3, agent=ANNA), lead(4, agent=ANNA))
    contact = ContactId("a1")
    drive.story.tell(PreviewDialed(agent=ANNA))
    picked = AttemptPickedUp(contact=contact, leg=leg_of_attempt(contact))
    drive.story.tell(picked, after=3.0)
    drive.set(ratio=3.0)
    drive.answer(1, "hangup")
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.end(2, "busy")
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.answer(3)
    drive.hang_up(3, after=1.0)
    assert drive.results() == [(1, Result.HUMAN), (2, Result.BUSY), (3, Result.HUMAN)]
    assert drive.dialed() == [1, 2, 3]


def test_a_machine_frees_the_agent_who_was_kept() -> None:
    drive = reading(machine=MachineWay.HANG_UP)
    drive.story.tell(PreviewDialed(agent=ANNA))
    drive.answer(1, "machine")
    assert shown(drive) == [1, 2]

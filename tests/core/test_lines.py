"""Attempts, from their order to their one result."""

from typing import Any

import pytest
from typing_extensions import override

from ccserver.core.campaigns import (
    AbandonRules,
    ClockStart,
    LeadState,
    MachineWay,
    Mode,
    Result,
)
from ccserver.core.center import Center
from ccserver.core.commands import Connect, Divert, HangUp, Look, LookUp
from ccserver.core.dial_events import AttemptEnded, AttemptPickedUp
from ccserver.core.dial_orders import Dial, LeaveMessage, SaveAttempt, WalkFlow, leg_of_attempt
from ccserver.core.events import AgentHungUp, AsteriskSeen, FlowEnded, OfferFailed
from ccserver.core.ids import ContactId, LegId
from ccserver.core.pacer import Decision
from ccserver.core.pacing_rules import Progressive
from ccserver.core.quick import replace
from ccserver.core.records import SaveContact
from tests.core.campaigning import RULES, Drive, lead, only
from tests.core.stories import ANNA, BOB, PHONES, Story


def begun(**changes: Any) -> Drive:
    """Anna is off-hook, and lead 1 is being called."""
    drive = Drive(rules=replace(RULES, **changes))
    drive.off_hook()
    drive.give(lead(1, customer="7", numbers=2), lead(2))
    return drive


@pytest.mark.parametrize(
    ("cause", "result", "state"),
    [
        ("busy", Result.BUSY, LeadState.RETRY),
        ("no_answer", Result.NO_ANSWER, LeadState.RETRY),
        ("disconnected", Result.DISCONNECTED, LeadState.INVALID),
        ("rejected", Result.REJECTED, LeadState.RETRY),
        ("congestion", Result.CONGESTION, LeadState.RETRY),
        ("unsent", Result.UNSENT, LeadState.RETRY),
        ("anything", Result.FAILED, LeadState.EXHAUSTED),
    ],
)
def test_nobody_answers(cause: str, result: Result, state: LeadState) -> None:
    drive = begun()
    ended = drive.end(1, cause, after=9.0)
    assert drive.results() == [(1, result)]
    assert drive.lead(1).state is state
    assert not only(drive.story.told, SaveContact), "only who answers becomes a contact"
    assert [one.lead for one in only(ended, Dial)] == [2]


def test_a_person_who_is_listened_to_becomes_a_contact_when_that_is_known() -> None:
    drive = begun(abandon=AbandonRules(connect_seconds=4.0))
    contact = ContactId("a1")
    picked = AttemptPickedUp(contact=contact, leg=leg_of_attempt(contact))
    assert not only(drive.story.tell(picked, after=5.0), SaveContact)
    told = drive.answer(1, "human", after=2.0, cause="HUMAN-800-800", picked_up_ms=2000)
    kept = drive.attempt(1)
    assert (kept.answered_at, kept.clock_at, kept.heard) == (5.0, 5.0, "human HUMAN-800-800")
    (made,) = only(told, SaveContact)
    assert (made.campaign, made.lead, made.direction) == ("drive", 1, "outbound")
    assert only(told, LookUp)
    assert only(told, Connect)[0].off_hook == "oh-1001-0"


def test_the_clock_starts_when_the_rules_say() -> None:
    drive = begun(abandon=AbandonRules(clock=ClockStart.GREETING_END))
    drive.answer(1, "human", after=9.0, greeting_ended_ms=500, picked_up_ms=2000)
    assert (drive.attempt(1).answered_at, drive.attempt(1).clock_at) == (7.0, 8.5)
    other = begun(abandon=AbandonRules(clock=ClockStart.GREETING_END))
    other.answer(1, "human", after=9.0, picked_up_ms=2000)
    assert other.attempt(1).clock_at == 7.0


def test_an_agent_who_is_off_hook_has_the_customer_from_the_order_on() -> None:
    drive = begun()
    drive.answer(1, after=9.0)
    drive.talk(1, after=0.03)
    assert drive.attempt(1).connected_at == 9.0
    assert drive.attempt(1).agent == ANNA


def test_an_order_that_is_in_hand_is_waited_for_a_moment_longer() -> None:
    drive = begun(abandon=AbandonRules(connect_seconds=0.5))
    drive.answer(1, after=9.0)
    drive.story.wait(0.9)
    assert drive.results() == []
    drive.story.wait(0.2)
    assert drive.results() == [(1, Result.ABANDONED)]


def test_a_machine_is_hung_up() -> None:
    drive = begun(machine=MachineWay.HANG_UP)
    told = drive.answer(1, "machine", after=5.0)
    assert only(told, HangUp)[0].leg == "at-a1"
    assert drive.results() == []
    drive.end(1, "hung_up")
    assert drive.results() == [(1, Result.MACHINE)]
    assert drive.attempt(1).message == ""


def test_a_leg_that_was_picked_up_ends_like_a_call() -> None:
    drive = begun(machine=MachineWay.HANG_UP)
    drive.answer(1, "machine", after=5.0)
    drive.hang_up(1)
    assert drive.results() == [(1, Result.MACHINE)]
    contact = ContactId("a2")
    drive.story.tell(AttemptPickedUp(contact=contact, leg=leg_of_attempt(contact)), after=1.0)
    drive.hang_up(2, after=0.5)
    assert drive.results()[1] == (2, Result.HUMAN)
    assert (drive.attempt(2).answered_at, drive.attempt(2).connected_at) == (6.0, None)


def test_a_leg_that_ends_before_anything_was_told_was_picked_up() -> None:
    drive = begun()
    drive.hang_up(1, after=4.0)
    assert drive.results() == [(1, Result.HUMAN)]
    assert drive.attempt(1).answered_at == 4.0


def test_a_machine_is_left_a_message() -> None:
    drive = begun(machine=MachineWay.MESSAGE, machine_prompt="call_us")
    told = drive.answer(1, "machine", after=5.0)
    assert only(told, LeaveMessage)[0].prompt == "call_us"
    assert [one.lead for one in only(told, Dial)] == [2], "nobody waits for it"
    drive.end(1, "hung_up", after=20.0)
    assert drive.results() == [(1, Result.MACHINE)]
    assert drive.attempt(1).message == "call_us"


@pytest.mark.parametrize("way", [MachineWay.GO_ON, MachineWay.OFF])
def test_a_machine_is_a_person_where_the_rules_say_so(way: MachineWay) -> None:
    drive = begun(machine=way)
    assert only(drive.answer(1, "machine"), Connect)
    assert drive.attempt(1).heard == "machine"


def test_who_hangs_up_while_he_is_listened_to_was_not_abandoned() -> None:
    drive = begun()
    drive.answer(1, "hangup", after=3.0, picked_up_ms=1000)
    assert drive.results() == [(1, Result.HUMAN)]
    assert drive.attempt(1).connected_at is None
    assert drive.lead(1).state is LeadState.RETRY
    contact = ContactId("a2")
    drive.story.tell(AttemptPickedUp(contact=contact, leg=leg_of_attempt(contact)), after=1.0)
    drive.end(2, "hung_up", after=0.5)
    assert drive.results()[1] == (2, Result.HUMAN)
    assert drive.attempt(2).answered_at == 4.0


def test_who_hangs_up_before_the_limit_was_not_abandoned() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    drive.story.ring("caller")
    drive.answer(1)
    drive.hang_up(1, after=1.0)
    assert drive.results() == [(1, Result.HUMAN)]
    assert drive.attempt(1).connected_at is None
    assert drive.lead(1).state is LeadState.RETRY


def test_the_line_is_busy_until_the_message_has_been_heard() -> None:
    drive = begun(lines_max=1)
    drive.answer(1)
    drive.story.tell(OfferFailed(contact=ContactId("a1"), phone=PHONES[ANNA], cause="no_answer"))
    told = drive.story.wait(3.0)
    assert only(told, Divert)[0].prompt == "safe_harbour"
    drive.story.ready(BOB)
    assert drive.dialed() == [1]
    drive.hang_up(1, after=5.0)
    assert drive.dialed() == [1, 2]
    assert drive.results() == [(1, Result.ABANDONED)], "one result only"


def test_who_finds_a_ringing_phone_only_is_abandoned_and_it_stops() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    drive.answer(1)
    drive.story.wait(3.0)
    assert drive.results() == [(1, Result.ABANDONED)]
    assert drive.story.center._roster.get(ANNA) is not None


def test_a_call_that_has_a_result_tells_nothing_more() -> None:
    drive = begun()
    drive.answer(1)
    drive.story.told.clear()
    drive.answer(1, "machine")
    drive.end(1, "busy")
    wrong = AttemptEnded(contact=ContactId("a1"), leg=LegId("other"), cause="busy")
    drive.story.tell(wrong)
    drive.end(77, "busy")
    assert not only(drive.story.told, SaveAttempt)


def test_an_agentless_campaign_lets_who_answers_walk_its_flow() -> None:
    drive = Drive(rules=replace(RULES, mode=Mode.AGENTLESS, queue=None, flow="survey"))
    drive.give(lead(1), lead(2))
    assert drive.dialed() == [1]
    drive.story.wait(0.2)
    assert drive.dialed() == [1, 2], "ten a second"
    assert only(drive.story.told, Dial)[0].flow == "survey"
    told = drive.answer(1, after=3.8)
    assert only(told, WalkFlow)[0].flow == "survey"
    assert drive.attempt(1).connected_at == 4.0
    drive.story.tell(FlowEnded(contact=ContactId("a1"), queue=None, language=""), after=30.0)
    drive.hang_up(1)
    assert drive.results() == [(1, Result.HUMAN)]
    assert drive.states(1) == [LeadState.CONNECTED, LeadState.COMPLETED]


def test_the_agent_hangs_up() -> None:
    drive = begun()
    drive.answer(1)
    drive.talk(1)
    told = drive.story.tell(AgentHungUp(agent=ANNA), after=9.0)
    assert [one.leg for one in only(told, HangUp)] == ["at-a1"], "his own leg stays"
    drive.hang_up(1)
    assert drive.results() == [(1, Result.HUMAN)]


def test_an_attempt_without_news_is_looked_for_and_lost() -> None:
    drive = begun()
    assert only(drive.story.wait(46.0), Look)
    phones = frozenset(PHONES.values())
    drive.story.tell(AsteriskSeen(asked_at=drive.story.now, calls=(), phones=phones))
    assert drive.results() == [(1, Result.LOST)]
    assert drive.lead(1).state is LeadState.RETRY


class Canceling(Progressive):
    """Takes back whatever rings when told to."""

    wanted = False

    @override
    def decide(self, now: float, lines_left: int) -> Decision:
        made = super().decide(now, lines_left)
        calls = (*sorted(self._under_way), "unknown") if Canceling.wanted else ()
        return Decision(place=0 if calls else made.place, cancel=calls, why=made.why)


@pytest.fixture
def canceled() -> Drive:
    """The call to lead 1 was taken back."""
    Canceling.wanted = False
    center = Center(lambda _rules, _ledger, _now: Canceling())
    drive = Drive(Story(center=center))
    drive.off_hook()
    drive.give(lead(1))
    Canceling.wanted = True
    drive.story.wait(1.0)
    return drive


def test_a_call_that_is_taken_back_is_hung_up(canceled: Drive) -> None:
    assert [one.leg for one in only(canceled.story.told, HangUp)] == ["at-a1"]
    canceled.end(1, "no_answer")
    assert canceled.results() == [(1, Result.CANCELED)]
    assert canceled.lead(1).state is LeadState.RETRY


def test_who_answers_just_then_is_abandoned_by_our_doing(canceled: Drive) -> None:
    canceled.answer(1)
    assert canceled.results() == [(1, Result.ABANDONED)]
    canceled.end(1, "hung_up")
    assert canceled.results() == [(1, Result.ABANDONED)]
    assert not only(canceled.story.told, SaveContact)


def test_who_hangs_up_just_then_was_not_abandoned(canceled: Drive) -> None:
    canceled.answer(1, "hangup")
    assert canceled.results() == [(1, Result.HUMAN)]


def test_the_switch_forgets_a_call_that_was_taken_back(canceled: Drive) -> None:
    phones = frozenset(PHONES.values())
    now = canceled.story.now
    canceled.story.tell(AsteriskSeen(asked_at=now + 2, calls=(), phones=phones), after=2.0)
    assert canceled.results() == [(1, Result.CANCELED)]


def test_who_had_picked_up_when_we_hung_up_is_abandoned(canceled: Drive) -> None:
    canceled.hang_up(1)
    assert canceled.results() == [(1, Result.ABANDONED)]
    assert canceled.story.center._dialer._lines.get(ContactId("a1")) is None


def test_the_switch_forgets_whom_we_have_hung_up(canceled: Drive) -> None:
    canceled.answer(1)
    assert canceled.story.center._dialer._lines.get(ContactId("a1")) is not None
    phones = frozenset(PHONES.values())
    now = canceled.story.now
    canceled.story.tell(AsteriskSeen(asked_at=now + 2, calls=(), phones=phones), after=2.0)
    assert canceled.story.center._dialer._lines.get(ContactId("a1")) is None
    assert canceled.results() == [(1, Result.ABANDONED)]


def test_the_switch_forgets_a_machine() -> None:
    drive = begun(machine=MachineWay.MESSAGE, machine_prompt="p")
    drive.answer(1, "machine")
    phones = frozenset(PHONES.values())
    drive.story.tell(AsteriskSeen(asked_at=drive.story.now + 5, calls=(), phones=phones), after=5.0)
    assert (1, Result.MACHINE) in drive.results()

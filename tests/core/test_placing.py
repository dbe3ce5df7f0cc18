"""When calls are placed, and when a campaign is at its end."""

import json

import pytest
from typing_extensions import override

from ccserver.core.campaigns import (
    CampaignName,
    CampaignRules,
    CampaignState,
    Caps,
    LeadState,
    Ledger,
    Mode,
    Result,
)
from ccserver.core.center import Center
from ccserver.core.dial_events import AttemptPickedUp, LeadsGiven, LedgersGiven
from ccserver.core.dial_orders import (
    AskLeads,
    Dial,
    EndCampaign,
    SaveLead,
    SaveLearned,
    ShowCampaign,
    leg_of_attempt,
)
from ccserver.core.ids import ContactId
from ccserver.core.pacing_rules import Progressive
from ccserver.core.quick import replace
from ccserver.core.rules import Hours, Opening
from tests.core.campaigning import DRIVE, RULES, Drive, lead, ledger, only
from tests.core.stories import ANNA, BOB, Story

AGENTLESS = replace(RULES, mode=Mode.AGENTLESS, queue=None, flow="survey")


def test_leads_are_asked_for_one_question_at_a_time() -> None:
    drive = Drive()
    assert [(one.count, one.agent) for one in drive.asked()] == [(300, None)]
    drive.story.wait(60.0)
    assert len(drive.asked()) == 1
    drive.give(lead(1), next_at=70.0)
    assert [one.count for one in drive.asked()] == [300, 299]


def test_none_are_left_for_now_and_it_is_asked_again_then() -> None:
    drive = Drive()
    drive.give(next_at=30.0)
    drive.story.wait(29.0)
    assert len(drive.asked()) == 1
    drive.story.wait(2.0)
    assert len(drive.asked()) == 2


def test_it_is_asked_whether_an_idle_agent_has_leads_of_his_own() -> None:
    drive = Drive()
    drive.story.ready()
    drive.story.ready(BOB)
    drive.give(*(lead(n) for n in range(1, 301)))
    drive.story.wait(2.0)
    assert [(one.count, one.agent) for one in drive.asked()] == [(300, None), (1, ANNA)]
    drive.give(lead(999, agent=ANNA))
    drive.story.wait(2.0)
    assert drive.asked()[-1].agent == BOB


def test_the_evidence_of_a_call_has_the_rules_the_looks_and_the_figures() -> None:
    drive = Drive()
    drive.set(caller_ids=(("+8613", "+8610"),))
    drive.story.ready()
    drive.give(lead(1))
    (order,) = only(drive.story.told, Dial)
    assert (order.leg, order.ring_seconds, order.caller_id) == ("at-a1", 30, "+8610")
    assert order.goodbye == "safe_harbour"
    assert json.loads(order.pacing)["free"] == 1
    assert all(look.passed for look in order.checks)


def test_no_more_lines_than_allowed_and_no_faster() -> None:
    drive = Drive(rules=replace(AGENTLESS, lines_max=3, calls_per_second=1.0))
    drive.give(*(lead(n) for n in range(1, 9)))
    drive.story.wait(1.5)
    assert drive.dialed() == [1, 2]
    drive.story.wait(9.0)
    assert drive.dialed() == [1, 2, 3]
    drive.end(1, "busy")
    assert drive.dialed() == [1, 2, 3, 4]


def test_who_may_not_be_called_now_is_put_off() -> None:
    night = Hours(zone="UTC", weekly=(Opening(weekday=4, from_minute=0, until_minute=60),))
    drive = Drive()
    drive.set(windows=night)
    drive.story.ready()
    told = drive.give(lead(1), lead(2, consent=False), lead(3, tries=6))
    assert drive.dialed() == []
    assert (drive.lead(1).state, drive.lead(1).not_before) == (LeadState.RETRY, 86_400.0)
    assert drive.lead(2).state is LeadState.INVALID
    assert drive.lead(3).state is LeadState.EXHAUSTED
    assert not only(told, EndCampaign), "one is left"


def test_one_decision_puts_off_so_many_at_most() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(*(lead(n, consent=False) for n in range(1, 251)))
    assert len(only(drive.story.told, SaveLead)) == 201
    drive.story.wait(0.6)
    assert len(only(drive.story.told, SaveLead)) == 250


def test_it_is_not_completed_before_the_last_talk_is_written_up() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), next_at=0.5)
    drive.give()
    drive.answer(1)
    drive.talk(1)
    drive.hang_up(1)
    drive.story.wait(5.0)
    assert not only(drive.story.told, EndCampaign)
    drive.story.wait(40.0)
    assert only(drive.story.told, EndCampaign)


def test_a_number_that_the_campaign_has_called_enough_gives_way_to_the_next() -> None:
    drive = Drive()
    drive.set(caps=Caps(per_number_campaign=1))
    drive.story.ready()
    drive.give(lead(1, number_tries_campaign=1, numbers=2), lead(2, number_tries_campaign=1))
    assert (drive.lead(1).state, drive.lead(1).number_index) == (LeadState.RETRY, 1)
    assert drive.lead(2).state is LeadState.EXHAUSTED


def test_it_says_what_holds() -> None:
    night = Hours(zone="UTC", weekly=(Opening(weekday=4, from_minute=0, until_minute=60),))
    drive = Drive()

    def why() -> str:
        drive.story.wait(1.5)
        return only(drive.story.told, ShowCampaign)[-1].why

    drive.give(next_at=9.0)
    assert why() == "hopper"
    drive.give(lead(1), lead(2), lead(3), lead(4))
    assert why() == "agents"
    drive.set(lines_max=0)
    assert why() == "lines"
    drive.set(lines_max=10, windows=night)
    drive.story.ready()
    assert why() == "hopper"
    drive.give(lead(5), next_at=900.0)
    assert drive.lead(5).not_before == 86_400.0


def test_it_is_completed_when_nothing_is_left_and_nothing_is_open() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), next_at=0.5)
    drive.give()
    assert not only(drive.story.told, EndCampaign), "one is being called"
    told = drive.end(1, "disconnected", after=5.0)
    assert [one.state for one in only(told, EndCampaign)] == [CampaignState.COMPLETED]
    drive.story.wait(300.0)
    assert len(only(drive.story.told, EndCampaign)) == 1


def test_it_is_not_completed_while_somebody_is_to_be_called_again() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), next_at=0.5)
    drive.story.wait(1.0)
    drive.end(1, "busy")
    drive.give()
    assert not only(drive.story.told, EndCampaign)
    assert len(drive.asked()) == 2
    drive.story.wait(700.0)
    assert len(drive.asked()) == 3


@pytest.mark.parametrize(
    "rules", [replace(RULES, queue=None), replace(RULES, mode=Mode.AGENTLESS, flow="")]
)
def test_it_fails_when_nobody_would_talk_to_who_answers(rules: CampaignRules) -> None:
    drive = Drive(rules=rules)
    (ended,) = only(drive.story.told, EndCampaign)
    assert ended.state is CampaignState.FAILED
    assert ended.reason


def test_a_pause_gives_the_leads_back_and_lets_calls_go_on() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    told = drive.set(state=CampaignState.PAUSED)
    assert [one.state for one in only(told, ShowCampaign)] == [CampaignState.PAUSED]
    assert only(told, SaveLearned)
    drive.end(1, "busy", after=5.0)
    assert drive.results() == [(1, Result.BUSY)]
    assert drive.dialed() == [1]
    drive.set(state=CampaignState.RUNNING)
    drive.give(lead(2, attempt=ContactId("again")))
    assert drive.dialed() == [1, 2]


def test_what_was_learned_is_kept_every_five_minutes() -> None:
    drive = Drive()
    drive.give(next_at=1e6)
    drive.story.wait(299.0)
    assert not only(drive.story.told, SaveLearned)
    drive.story.wait(302.0)
    assert len(only(drive.story.told, SaveLearned)) == 2


def test_it_is_shown_once_a_second_at_most_and_only_when_it_has_changed() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), lead(2), next_at=1e6)
    drive.story.told.clear()
    for number in (1, 2):
        drive.end(number, "busy", after=0.1)
    drive.story.wait(10.0)
    shown = only(drive.story.told, ShowCampaign)
    assert 1 <= len(shown) <= 3
    assert shown[-1].placed == 2


def test_other_rules_of_pacing_hire_a_new_pacer_which_is_told_of_all() -> None:
    hired: list[Heard] = []

    def hire(_rules: object, known: Ledger, _now: float) -> Heard:
        hired.append(Heard(known))
        return hired[-1]

    drive = Drive(Story(center=Center(hire)))
    for agent in (ANNA, BOB):
        drive.story.ready(agent)
    drive.story.wait(1.0)
    drive.give(lead(1), lead(2), lead(3))
    drive.answer(1)
    contact = ContactId("a2")
    drive.story.tell(AttemptPickedUp(contact=contact, leg=leg_of_attempt(contact)))
    drive.set(ratio=2.0)
    assert [one.known.answered for one in hired] == [0, 1]
    assert hired[1].calls == ["placed a1", "answered a1", "placed a2", "picked up a2"]
    assert hired[1].decide(0.0, 9).why.free == 2
    drive.set(title="other")
    assert len(hired) == 2, "only what it goes by matters"


class Heard(Progressive):
    """Writes down what it is told of calls."""

    def __init__(self, known: Ledger) -> None:
        super().__init__()
        self.known = known
        self.calls: list[str] = []

    @override
    def placed(self, now: float, call: str) -> None:
        super().placed(now, call)
        self.calls.append(f"placed {call}")

    @override
    def picked_up(self, now: float, call: str) -> None:
        self.calls.append(f"picked up {call}")

    @override
    def answered(self, now: float, call: str) -> None:
        super().answered(now, call)
        self.calls.append(f"answered {call}")


def test_a_campaign_waits_for_its_ledger() -> None:
    drive = Drive.__new__(Drive)
    drive.story, drive.rules = Story(), RULES
    drive.set()
    drive.story.wait(5.0)
    assert drive.asked() == []
    unknown = ledger(CampaignName("unknown"))
    drive.story.tell(LedgersGiven(ledgers=(unknown, ledger())))
    assert len(drive.asked()) == 1
    drive.story.tell(LedgersGiven(ledgers=(ledger(),)))
    assert len(drive.asked()) == 1
    nobody = LeadsGiven(campaign=DRIVE, leads=())
    assert not only(drive.story.tell(nobody), AskLeads)

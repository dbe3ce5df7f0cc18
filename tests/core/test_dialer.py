"""Campaigns from their first lead to their last."""

from ccserver.core.campaigns import CampaignName, CampaignState, LeadId, LeadState, Result
from ccserver.core.commands import Connect, ShowCaller
from ccserver.core.dial_events import CampaignsSet, LeadsBarred, LeadSettled, LeadsGiven
from ccserver.core.dial_orders import EndCampaign, ReturnLeads, SaveAttempt, ShowCampaign
from ccserver.core.events import WrapUpDone
from tests.core.campaigning import DRIVE, Drive, lead, only
from tests.core.stories import ANNA


def test_a_lead_is_called_answered_talked_to_and_done() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1, data=(("plate", "A1"),), name="Chen Jing", language="zh"))
    assert drive.dialed() == [1]

    shown = drive.answer(1, after=4.0)
    (card,) = only(shown, ShowCaller)
    assert card.data == (("plate", "A1"),)
    assert (card.name, card.language) == ("Chen Jing", "zh")
    assert only(shown, Connect)[0].agent == ANNA
    drive.talk(1, after=1.0)
    assert drive.attempt(1).connected_at == 5.0

    drive.hang_up(1, after=60.0)
    assert drive.results() == [(1, Result.HUMAN)]
    drive.story.tell(WrapUpDone(agent=ANNA), after=2.0)
    assert drive.states(1) == [LeadState.CONNECTED, LeadState.COMPLETED]


def test_nobody_is_called_when_nobody_is_free() -> None:
    drive = Drive()
    drive.give(lead(1))
    assert drive.dialed() == []
    drive.story.ready()
    assert drive.dialed() == [1]


def test_who_finds_nobody_in_time_is_abandoned_and_told_so() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    drive.story.ring("caller")
    drive.story.answer("caller")
    drive.answer(1)
    drive.story.wait(3.0)
    assert drive.results() == [(1, Result.ABANDONED)]
    assert drive.attempt(1).message == "safe_harbour"
    assert drive.lead(1).locked_until == drive.attempt(1).at + 72 * 3600.0


def test_a_campaign_without_leads_is_completed() -> None:
    drive = Drive()
    drive.story.ready()
    ended = drive.give()
    assert [one.state for one in only(ended, EndCampaign)] == ["completed"]
    assert not only(ended, SaveAttempt)


def test_numbers_that_are_barred_and_leads_that_are_settled_leave_the_hopper() -> None:
    drive = Drive()
    drive.give(lead(1), lead(2), lead(3))
    told = drive.story.tell(LeadsBarred(numbers=frozenset({"+86131"})))
    assert only(told, ReturnLeads)[0].leads == (1,)
    elsewhere = LeadsBarred(numbers=frozenset({"+86132"}), campaign=CampaignName("other"))
    assert not only(drive.story.tell(elsewhere), ReturnLeads)
    drive.story.tell(LeadSettled(lead=LeadId(2), campaign=DRIVE))
    drive.story.tell(LeadSettled(lead=LeadId(2), campaign=CampaignName("other")))
    drive.story.ready()
    assert drive.dialed() == [3]


def test_leads_for_whom_no_campaign_runs_are_returned() -> None:
    drive = Drive()
    drive.set(state=CampaignState.PAUSED)
    assert only(drive.give(lead(1)), ReturnLeads)[0].leads == (1,)
    drive.set(state=CampaignState.RUNNING)
    assert len(drive.asked()) == 2
    other = LeadsGiven(campaign=CampaignName("other"), leads=(lead(2),))
    assert only(drive.story.tell(other), ReturnLeads)[0].leads == (2,)


def test_a_campaign_that_is_taken_out_ends_with_its_calls() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    told = drive.story.tell(CampaignsSet(campaigns=()))
    assert only(told, ReturnLeads)[0].leads == (2,)
    assert [one.state for one in only(told, ShowCampaign)] == [CampaignState.STOPPED]
    drive.end(1, "busy")
    assert drive.results() == [(1, Result.BUSY)]
    drive.story.tell(CampaignsSet(campaigns=()))
    assert drive.story.center._dialer._runs == {}


def test_the_answer_that_many_wait_for_later_lets_it_rest() -> None:
    drive = Drive()
    drive.story.wait(0.4)
    assert not only(drive.give(next_at=9.0), ShowCampaign)


def test_a_campaign_that_was_completed_runs_again_when_somebody_starts_it() -> None:
    drive = Drive()
    drive.give()
    assert len(only(drive.story.told, EndCampaign)) == 1
    drive.set(state=CampaignState.COMPLETED)
    drive.set(state=CampaignState.RUNNING)
    assert len(drive.asked()) == 2


def test_what_is_said_of_a_lead_that_is_called_counts_before_the_attempt() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    drive.story.tell(LeadSettled(lead=LeadId(1), campaign=DRIVE))
    drive.end(1, "busy")
    assert drive.results() == [(1, Result.BUSY)]
    assert drive.states(1) == []


def test_the_end_of_another_leg_is_no_attempts() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    drive.story.arrive("caller")
    drive.story.hang_up("caller")
    assert drive.results() == []

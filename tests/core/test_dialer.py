"""Campaigns from their first lead to their last."""

from ccserver.core.campaigns import LeadState, Result
from ccserver.core.commands import Connect, ShowCaller
from ccserver.core.dial_orders import EndCampaign, SaveAttempt
from ccserver.core.events import WrapUpDone
from tests.core.campaigning import Drive, lead, only
from tests.core.stories import ANNA


def test_a_lead_is_called_answered_talked_to_and_done() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1, data=(("plate", "A1"),)))
    assert drive.dialed() == [1]

    shown = drive.answer(1, after=4.0)
    assert only(shown, ShowCaller)[0].data == (("plate", "A1"),)
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

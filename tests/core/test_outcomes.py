"""What becomes of leads when their talk is over."""

from ccserver.core.campaigns import LeadId, LeadState, Result, RetryRule
from ccserver.core.desk_events import CallbackPlanned, DispositionSet
from ccserver.core.dial_events import LeadSettled
from ccserver.core.dial_orders import SaveLead
from ccserver.core.events import WrapUpDone
from ccserver.core.ids import ContactId
from ccserver.core.records import SaveCallback
from ccserver.core.rules import QueueRules, SiteRules
from tests.core.campaigning import DRIVE, Drive, lead, only
from tests.core.stories import ANNA, SALES, Story

SITE = SiteRules(
    flags=(
        ("bought", frozenset({"sale", "completed"})),
        ("never", frozenset({"dnc"})),
        ("box", frozenset({"answering_machine"})),
    )
)


def talking() -> Drive:
    """Anna talks to lead 1."""
    drive = Drive(Story(site=SITE))
    drive.story.ready()
    drive.give(lead(1))
    drive.answer(1)
    drive.talk(1)
    return drive


def said(drive: Drive, disposition: str, contact: str = "a1") -> None:
    event = DispositionSet(agent=ANNA, contact=ContactId(contact), disposition=disposition)
    drive.story.tell(event)


def planned(drive: Drive, *, number: str = "+86131", contact: str = "new") -> None:
    drive.story.tell(
        CallbackPlanned(
            contact=ContactId(contact), number=number, queue=SALES, at=5000.0, agent=ANNA
        )
    )


def over(drive: Drive) -> None:
    drive.hang_up(1)
    drive.story.tell(WrapUpDone(agent=ANNA))


def test_what_the_agent_says_in_the_talk_decides() -> None:
    drive = talking()
    said(drive, "never")
    over(drive)
    assert (drive.lead(1).state, drive.lead(1).result) == (LeadState.DNC, "never")


def test_what_he_says_while_he_wraps_up_decides() -> None:
    drive = talking()
    drive.hang_up(1)
    assert drive.results() == [(1, Result.HUMAN)]
    assert drive.lead(1).state is LeadState.CONNECTED
    said(drive, "box")
    said(drive, "bought", contact="another")
    drive.story.tell(WrapUpDone(agent=ANNA))
    assert (drive.lead(1).state, drive.lead(1).result) == (LeadState.EXHAUSTED, "box")


def test_the_last_word_counts() -> None:
    drive = talking()
    said(drive, "never")
    drive.hang_up(1)
    said(drive, "bought")
    drive.story.wait(40.0)
    assert drive.lead(1).state is LeadState.COMPLETED


def test_without_a_word_the_lead_is_done() -> None:
    drive = talking()
    over(drive)
    assert drive.lead(1).state is LeadState.COMPLETED


def test_a_disposition_with_a_rule_of_its_name_goes_by_it() -> None:
    drive = talking()
    drive.set(retries=(RetryRule(result="bought", tries_max=1, delay_seconds=60.0),))
    said(drive, "bought")
    over(drive)
    assert drive.lead(1).state is LeadState.RETRY


def test_an_agreed_callback_is_the_campaigns() -> None:
    drive = talking()
    planned(drive)
    assert not only(drive.story.told, SaveCallback)
    over(drive)
    kept = drive.lead(1)
    assert (kept.state, kept.not_before, kept.agent) == (LeadState.CALLBACK, 5000.0, ANNA)


def test_it_can_be_agreed_after_the_talk_too() -> None:
    drive = talking()
    drive.hang_up(1)
    planned(drive, number="+86199", contact="a1")
    drive.story.tell(WrapUpDone(agent=ANNA))
    assert drive.lead(1).state is LeadState.CALLBACK


def test_another_number_is_called_back_by_nobodys_campaign() -> None:
    drive = talking()
    planned(drive, number="+86777")
    assert only(drive.story.told, SaveCallback)
    over(drive)
    assert drive.lead(1).state is LeadState.COMPLETED


def test_who_wants_no_more_calls_gets_none_whatever_was_agreed() -> None:
    drive = talking()
    planned(drive)
    said(drive, "never")
    over(drive)
    assert drive.lead(1).state is LeadState.DNC


def test_what_was_settled_elsewhere_stands() -> None:
    drive = Drive(Story(site=SITE))
    drive.story.ready()
    drive.give(lead(1), lead(2))
    drive.story.tell(LeadSettled(lead=LeadId(1), campaign=DRIVE))
    drive.answer(1)
    drive.talk(1)
    over(drive)
    assert not [one for one in only(drive.story.told, SaveLead) if one.lead == 1]
    drive.story.wait(0.5)
    assert drive.dialed() == [1, 2]


def test_a_queue_without_wrap_up_settles_at_once() -> None:
    drive = Drive(Story(rules=(QueueRules(name=SALES, wrap_up_seconds=0.0),)))
    drive.story.ready()
    drive.give(lead(1))
    drive.answer(1)
    drive.talk(1)
    drive.hang_up(1)
    assert drive.lead(1).state is LeadState.COMPLETED

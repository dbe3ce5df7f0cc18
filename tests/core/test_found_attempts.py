"""Attempts of the last run."""

from typing import Any

from ccserver.core.campaigns import LeadState, MachineWay, Mode, Result
from ccserver.core.commands import Connect, Divert
from ccserver.core.dial_events import AttemptFound, CampaignsSet, LedgersGiven
from ccserver.core.dial_orders import Dial
from ccserver.core.events import AsteriskLost, AsteriskSeen
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.quick import replace
from ccserver.core.records import SaveContact, SaveContactEnd
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy, Place, SeenCall
from ccserver.core.site import OpenContact
from tests.core.campaigning import DRIVE, RULES, Drive, lead, ledger, only
from tests.core.stories import ANNA, PHONES, SALES, Story

NOW = 100.0
OPEN = OpenContact(
    contact=ContactId("a1"),
    leg=LegId("at-a1"),
    arrived_at=90.0,
    queue=SALES,
    segment_from=90.0,
    segments=0,
    direction=Direction.OUTBOUND,
    disposition="bought",
    campaign=DRIVE,
    lead=1,
)


def on_leg(place: Place, **more: Any) -> SeenCall:
    seen = SeenCall(
        leg=LegId("at-a1"),
        place=place,
        contact=ContactId("a1"),
        ticket=None,
        phone=None,
        talk_at=None,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording="",
    )
    return replace(seen, **more)


def again(
    *calls: SeenCall,
    known: tuple[OpenContact, ...] = (),
    answered_at: float | None = None,
    **changes: Any,
) -> Drive:
    """ccserver starts at 100, and this is what it finds of the attempt at lead 1."""
    story = Story(remembered=known, seen=False)
    story.now = NOW
    drive = Drive.__new__(Drive)
    drive.story, drive.rules = story, replace(RULES, **changes)
    story.tell(CampaignsSet(campaigns=(drive.rules,)))
    story.tell(LedgersGiven(ledgers=(ledger(),)))
    found = AttemptFound(
        campaign=DRIVE, lead=lead(1, tries=1), placed_at=80.0, answered_at=answered_at
    )
    story.tell(found)
    phones = frozenset(PHONES.values())
    story.tell(AsteriskSeen(asked_at=NOW, calls=calls, phones=phones))
    return drive


def test_what_is_gone_is_lost_and_tried_again() -> None:
    drive = again()
    assert drive.results() == [(1, Result.LOST)]
    assert drive.lead(1).state is LeadState.RETRY
    assert not only(drive.story.told, Dial)


def test_what_ended_meanwhile_is_lost() -> None:
    assert again(on_leg(Place.ENDED)).results() == [(1, Result.LOST)]


def test_what_rings_still_goes_on_and_nobody_is_called_twice() -> None:
    drive = again(on_leg(Place.DIALING))
    drive.story.ready()
    drive.give(lead(1, attempt="other"), lead(2))
    assert drive.dialed() == []
    drive.end(1, "busy")
    assert drive.results() == [(1, Result.BUSY)]
    assert drive.lead(1).state is LeadState.RETRY
    assert drive.dialed() == [2]


def test_a_machine_that_hears_our_message_is_one() -> None:
    drive = again(on_leg(Place.FLOW), machine=MachineWay.MESSAGE)
    drive.hang_up(1, after=20.0)
    assert drive.results() == [(1, Result.MACHINE)]


def test_who_has_answered_meanwhile_gets_an_agent() -> None:
    drive = again(on_leg(Place.HELD))
    assert [one.campaign for one in only(drive.story.told, SaveContact)] == [DRIVE]
    drive.story.ready()
    assert [one.agent for one in only(drive.story.told, Connect)] == [ANNA]


def test_who_has_waited_too_long_is_told_who_called() -> None:
    drive = again(on_leg(Place.HELD), known=(OPEN,), answered_at=90.0)
    assert not only(drive.story.told, SaveContact), "his contact is in the history"
    told = drive.story.wait(0.1)
    assert only(told, Divert)
    assert drive.results() == [(1, Result.ABANDONED)]


def test_who_talks_goes_on() -> None:
    call = on_leg(Place.TALKING, phone=PHONES[ANNA], talk_at=91.0)
    drive = again(call, known=(OPEN,), answered_at=90.0)
    assert drive.attempt(1).agent == ANNA
    drive.story.wait(30.0)
    drive.hang_up(1)
    assert drive.results() == [(1, Result.HUMAN)]


def test_who_walks_a_flow_goes_on() -> None:
    drive = again(
        on_leg(Place.FLOW), known=(OPEN,), answered_at=90.0, mode=Mode.AGENTLESS, flow="survey"
    )
    drive.story.wait(60.0)
    drive.hang_up(1)
    assert drive.results() == [(1, Result.HUMAN)]


def test_a_campaign_that_is_gone_runs_to_the_end_of_its_calls() -> None:
    story = Story(seen=False)
    story.tell(AttemptFound(campaign=DRIVE, lead=lead(1), placed_at=0.0, answered_at=None))
    story.tell(AttemptFound(campaign=DRIVE, lead=lead(2), placed_at=0.0, answered_at=None))
    call = on_leg(Place.HELD)
    story.tell(AsteriskSeen(asked_at=0.0, calls=(call,), phones=frozenset()))
    drive = Drive.__new__(Drive)
    drive.story = story
    assert drive.results() == [(2, Result.LOST)]
    story.wait(3.0)
    assert (1, Result.ABANDONED) in drive.results()


def test_two_open_attempts_at_one_lead_are_one() -> None:
    story = Story(seen=False)
    for attempt in ("a1", "b1"):
        one = lead(1, attempt=attempt)
        story.tell(AttemptFound(campaign=DRIVE, lead=one, placed_at=0.0, answered_at=None))
    call = on_leg(Place.DIALING)
    story.tell(AsteriskSeen(asked_at=0.0, calls=(call,), phones=frozenset()))
    drive = Drive.__new__(Drive)
    drive.story = story
    assert drive.results() == [(1, Result.LOST)]


def test_later_nothing_of_the_last_run_is_heard() -> None:
    drive = Drive()
    found = AttemptFound(campaign=DRIVE, lead=lead(1), placed_at=0.0, answered_at=None)
    drive.story.tell(found)
    drive.story.see()
    assert drive.results() == []


def test_while_the_switch_is_away_nobody_is_called() -> None:
    drive = Drive()
    drive.story.ready()
    drive.story.tell(AsteriskLost())
    drive.give(lead(1), lead(2))
    drive.story.wait(5.0)
    assert drive.dialed() == []
    drive.story.see()
    assert drive.dialed() == [1]


def test_a_second_look_leaves_alone_what_is_there() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    phones = frozenset({*PHONES.values(), Phone("9")})
    seen = AsteriskSeen(asked_at=5.0, calls=(on_leg(Place.DIALING),), phones=phones)
    drive.story.tell(seen, after=5.0)
    assert drive.results() == []
    drive.answer(1)
    drive.talk(1)
    talks = on_leg(Place.TALKING, phone=PHONES[ANNA], talk_at=5.0)
    drive.story.tell(replace(seen, asked_at=9.0, calls=(talks,)), after=4.0)
    assert drive.results() == []
    drive.story.tell(replace(seen, asked_at=19.0, calls=()), after=10.0)
    assert drive.results() == [(1, Result.HUMAN)]


def test_a_contact_whose_attempt_is_over_only_ends() -> None:
    story = Story(remembered=(OPEN,), seen=False)
    phones = frozenset(PHONES.values())
    story.tell(AsteriskSeen(asked_at=0.0, calls=(on_leg(Place.FLOW),), phones=phones))
    drive = Drive(story)
    assert only(drive.hang_up(1, after=95.0), SaveContactEnd)
    assert drive.results() == []


def test_what_was_ordered_just_now_may_not_be_seen_yet() -> None:
    drive = Drive()
    drive.story.ready()
    drive.give(lead(1))
    phones = frozenset(PHONES.values())
    drive.story.tell(AsteriskSeen(asked_at=0.5, calls=(), phones=phones), after=0.5)
    assert drive.results() == []

"""What the switch tells of phones and of ends."""

import pytest

from ccserver.core.commands import Look
from ccserver.core.events import AgentLegEnded, CallFellBack, OfferFailed, PhoneRang
from ccserver.core.ids import ContactId, LegId
from ccserver.core.records import SaveContactEnd, SaveSegment
from ccserver.core.site import WorkState
from tests.core.campaigning import only
from tests.core.stories import ANNA, BOB, PHONES, Story, served, state_of


def test_a_phone_rings_and_is_answered_and_the_caller_hangs_up() -> None:
    story = Story()
    story.ready()
    story.ring("a")
    story.tell(PhoneRang(leg=LegId("leg-a"), phone=PHONES[BOB]))
    assert state_of(story, ANNA) is WorkState.RESERVED, "another phone than the one for him"
    story.tell(PhoneRang(leg=LegId("leg-a"), phone=PHONES[ANNA]))
    assert state_of(story, ANNA) is WorkState.RINGING
    story.answer("a")
    assert [one.outcome for one in only(story.hang_up("a", after=5.0), SaveSegment)] == [
        "caller_hung_up"
    ]


@pytest.mark.parametrize("held", [True, False])
def test_who_hangs_up_before_has_abandoned(held: bool) -> None:
    story = Story()
    story.ring("a", held=held, after=1.0)
    ended = story.hang_up("a", after=9.0)
    assert [one.outcome for one in only(ended, SaveSegment)] == ["abandoned"]
    assert [one.ended_by for one in only(ended, SaveContactEnd)] == ["caller"]


def test_who_hangs_up_in_the_flow_has_hung_up() -> None:
    story = Story()
    story.arrive("a")
    assert [o.outcome for o in only(story.hang_up("a", after=3.0), SaveSegment)] == ["hung_up"]


def test_an_offer_that_fails_goes_to_another() -> None:
    story = Story()
    story.ready()
    story.ring("a")
    story.ready(BOB)
    story.tell(OfferFailed(contact=ContactId("a"), phone=PHONES[ANNA], cause="no_answer"))
    story.hold("a")
    assert len(served(story)) == 2
    assert state_of(story, ANNA) is WorkState.MISSED


def test_a_caller_who_fell_back_is_looked_for() -> None:
    story = Story()
    story.ring("a")
    assert only(story.tell(CallFellBack(contact=ContactId("a"))), Look)


def test_what_fits_nothing_changes_nothing() -> None:
    story = Story()
    story.tell(AgentLegEnded(contact=ContactId("a"), phone=PHONES[ANNA], leg=LegId("x")))
    assert story.hang_up("nobody") == []

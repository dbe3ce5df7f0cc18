"""The leads that are next."""

from ccserver.core.campaigns import LeadId
from ccserver.core.hoppers import Hopper
from tests.core.campaigning import lead
from tests.core.stories import ANNA, BOB


def test_leads_are_taken_in_their_order_and_each_once() -> None:
    hopper = Hopper()
    assert hopper.fill([lead(1), lead(2), lead(1)], {LeadId(2)}) == 1
    assert hopper.fill([lead(1), lead(3)], ()) == 1
    taken = [hopper.take(), hopper.take(), hopper.take()]
    assert [one.lead if one else None for one in taken] == [1, 3, None]
    assert len(hopper) == 0


def test_a_lead_of_one_agent_waits_for_him() -> None:
    hopper = Hopper()
    hopper.fill([lead(1, agent=ANNA), lead(2)], ())
    owned = [hopper.owned]
    assert hopper.has_own(ANNA)
    assert not hopper.has_own(BOB)
    assert hopper.for_anyone == 1
    assert (one := hopper.take(ANNA)) is not None
    assert one.lead == 1
    owned.append(hopper.owned)
    assert owned == [True, False]
    assert (other := hopper.take(ANNA)) is not None
    assert other.lead == 2


def test_what_is_settled_or_barred_leaves_it() -> None:
    hopper = Hopper()
    hopper.fill([lead(1), lead(2, agent=ANNA), lead(3)], ())
    hopper.drop(LeadId(9))
    hopper.drop(LeadId(1))
    assert not hopper.has(LeadId(1))
    assert hopper.drop_numbers(frozenset({"+86132"})) == (2,)
    assert hopper.drop_numbers(frozenset({"+86132"})) == ()
    assert hopper.has(LeadId(3))
    assert hopper.empty() == (3,)
    assert len(hopper) == 0


def test_it_is_dry_when_nothing_is_left_at_all() -> None:
    hopper = Hopper()
    hopper.ask()
    hopper.answered(10.0, new=0, next_at=None)
    dry = [(hopper.dry, hopper.ask_at)]
    hopper.is_left(30.0)
    dry.append((hopper.dry, hopper.ask_at))
    assert dry == [(True, 70.0), (False, 30.0)]


def test_more_that_was_left_meanwhile_overtakes_the_answer() -> None:
    hopper = Hopper()
    hopper.ask()
    hopper.is_left(500.0)
    hopper.answered(10.0, new=0, next_at=None)
    assert not hopper.dry


def test_it_is_asked_again_when_there_will_be_more_but_not_at_once() -> None:
    hopper = Hopper()
    hopper.answered(10.0, new=0, next_at=10.0)
    assert hopper.ask_at == 11.0
    hopper.answered(10.0, new=0, next_at=1e9)
    assert hopper.ask_at == 70.0
    hopper.answered(100.0, new=3, next_at=None)
    assert not hopper.dry
    assert hopper.ask_at == 70.0

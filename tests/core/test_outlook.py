"""What a waiting caller can expect: his place, who goes before him, and how fast it goes."""

import pytest

from ccserver.core.ids import ContactId
from ccserver.core.outlook import Outlook
from ccserver.core.value import Tier
from tests.core.test_routing import PARTS, SALES, SERVICE, Floor, queue


def seen(floor: Floor, name: str = "me") -> Outlook:
    floor.match(after=5.0)
    return floor.router.outlook(ContactId(name), floor.now)


def handled_a_second(floor: Floor, agents: float) -> float:
    return agents / floor.router.scape.times.usual


def test_the_outlook_counts_who_goes_before() -> None:
    floor = Floor(queue(SALES, policy="priority"))
    for number in range(4):
        floor.agent(f"busy{number}", SALES, idle=False)
    floor.call("gold", tier=Tier.GOLD)
    floor.call("older", waited=9.0)
    floor.call("me", waited=5.0)
    floor.call("younger", waited=1.0)
    sight = seen(floor)
    assert (sight.place, sight.before) == (3, 2.0)
    assert sight.per_second == pytest.approx(handled_a_second(floor, 4))


def test_callers_of_other_queues_go_before_as_far_as_they_want_the_same_agents() -> None:
    floor = Floor(queue(SALES), queue(SERVICE), queue(PARTS))
    floor.agent("both", SALES, SERVICE, idle=False)
    floor.agent("service", SERVICE, idle=False)
    floor.agent("parts", PARTS, idle=False)
    floor.call("me")
    for name, tier, waited in (
        ("better", Tier.GOLD, 0.0),
        ("older", Tier.STANDARD, 9.0),
        ("younger", Tier.STANDARD, -1.0),
    ):
        floor.call(name, SERVICE, tier=tier, waited=waited)
        floor.call(f"parts {name}", PARTS, tier=tier, waited=waited)
    floor.call("best", SERVICE, tier=Tier.PLATINUM)
    sight = seen(floor)
    # Three go before for service, and one of its two agents does sales. Parts has its own.
    assert sight.place == 1
    assert sight.before == pytest.approx(1.5)
    assert sight.per_second == pytest.approx(handled_a_second(floor, 1))
    assert seen(floor, "best").before == 0.0


def test_emergencies_go_before_all_and_among_themselves_in_turn() -> None:
    floor = Floor(queue(SALES), queue(SERVICE))
    floor.agent("both", SALES, SERVICE, idle=False)
    floor.call("valued", tier=Tier.PLATINUM, waited=90.0)
    floor.call("me", waited=50.0)
    floor.call("urgent", urgent=True, waited=2.0)
    floor.call("late urgent", urgent=True, value=1.0, waited=1.0)
    floor.call("same urgent", urgent=True, value=1.0)
    floor.call("urgent elsewhere", SERVICE, urgent=True, waited=1.5)
    floor.call("elsewhere", SERVICE, tier=Tier.PLATINUM, waited=90.0)
    assert (seen(floor, "urgent").place, seen(floor, "urgent").before) == (1, 0.0)
    assert (seen(floor, "late urgent").place, seen(floor, "late urgent").before) == (2, 2.0)
    assert (seen(floor, "same urgent").place, seen(floor, "same urgent").before) == (3, 3.0)
    assert (seen(floor, "valued").place, seen(floor, "me").place) == (4, 5)
    assert seen(floor, "me").before == 6.0


def test_where_no_one_works_it_takes_long() -> None:
    floor = Floor()
    floor.call("first", waited=9.0)
    floor.call("me")
    sight = seen(floor)
    assert (sight.place, sight.before) == (2, 1.0)
    assert sight.per_second == pytest.approx(handled_a_second(floor, 0.1))

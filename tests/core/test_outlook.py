"""What a waiting caller can expect: his place, who goes before him, and how fast it goes."""

from dataclasses import replace

import pytest

from ccserver.core.commands import ShowCall
from ccserver.core.events import ScreenOpened
from ccserver.core.ids import AgentId, ContactId, Phone, Queue
from ccserver.core.outlook import Outlook, QueueSight
from ccserver.core.rules import Hours, Opening, QueueRules
from ccserver.core.site import AgentProfile
from ccserver.core.value import Tier
from tests.core.stories import ANNA, PROFILES, Story
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


# -- from outside


def at_noon(*rules: QueueRules) -> Story:
    story = Story(rules=rules, profiles=(*PROFILES, CLERK))
    story.now = NOON
    return story


NOON = 12 * 3600.0
"""On a Thursday."""
CLERK = AgentProfile(agent=AgentId("clerk"), phone=Phone("1003"), queues=frozenset({SERVICE}))
QUIET = QueueRules(name=SALES, announce_after_seconds=0.0)
DAY = Hours(zone="UTC", weekly=(Opening(weekday=3, from_minute=480, until_minute=1080),))


def test_a_flow_sees_whether_a_queue_is_open() -> None:
    night = replace(DAY, weekly=())
    for rules, is_open in (
        (QUIET, True),
        (replace(QUIET, hours=DAY), True),
        (replace(QUIET, hours=night), False),
        (replace(QUIET, open=False), False),
    ):
        story = at_noon(rules)
        assert story.center.sight(SALES, NOON).open is is_open


def test_a_flow_sees_who_waits_and_who_could_serve() -> None:
    story = at_noon(QUIET)
    nobody = QueueSight(open=True, waiting=0, agents=0, available=0, wait_seconds=None)
    assert story.center.sight(SALES, story.now) == nobody
    assert story.center.sight(Queue("unheard-of"), story.now) == nobody
    story.ready(ANNA)
    story.ready(CLERK.agent)
    served_at_once = QueueSight(open=True, waiting=0, agents=1, available=1, wait_seconds=0.0)
    assert story.center.sight(SALES, story.now) == served_at_once
    for name in "123":
        story.ring(name)
    sight = story.center.sight(SALES, story.now)
    assert (sight.waiting, sight.agents, sight.available) == (2, 1, 0)


def test_the_wait_that_a_flow_sees_is_the_one_that_is_promised_then() -> None:
    story = at_noon(QUIET)
    story.ready(ANNA)
    before = 0.0
    for number in range(6):
        story.ring(f"{number}", after=10.0)
        wait_seconds = story.center.sight(SALES, story.now).wait_seconds
        assert wait_seconds is not None
        assert wait_seconds > before
        before = wait_seconds
        told = story.ring(f"next {number}")
        promised = [c.wait_until_seconds for c in told if isinstance(c, ShowCall) and c.place]
        assert promised == [pytest.approx(wait_seconds)]


def test_callers_of_another_queue_who_want_the_same_agents_make_the_wait_longer() -> None:
    story = at_noon(QUIET, replace(QUIET, name=SERVICE))
    story.ready(ANNA)
    for number in range(3):
        story.ring(f"{number}", after=30.0)
    alone = story.center.sight(SALES, story.now).wait_seconds
    for number in range(3, 6):
        story.ring(f"{number}", queue=SERVICE)
    story.wait(60.0)
    wanted = story.center.sight(SALES, story.now).wait_seconds
    assert alone is not None
    assert wanted is not None
    assert wanted > alone


def test_where_all_pause_a_flow_sees_the_wait_that_would_be_told() -> None:
    story = at_noon(QUIET)
    story.tell(ScreenOpened(agent=ANNA))
    sight = story.center.sight(SALES, story.now)
    assert sight.agents == 1
    assert sight.wait_seconds is not None
    assert sight.wait_seconds > 600.0

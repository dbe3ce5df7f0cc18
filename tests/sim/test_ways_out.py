"""How callers leave a queue that does not keep them, and what the center's own records say."""

from collections import Counter
from dataclasses import replace

import pytest

from ccserver.core.commands import CallBack, Command
from ccserver.core.events import Event
from ccserver.core.records import QueueExit, SaveQueueVisit
from ccserver.sim.day import Day, run
from ccserver.sim.figures import figures
from ccserver.sim.scenario import Scenario
from tests.sim.scenarios import hotline, pool

CROWDED = replace(
    hotline(hours=3),
    callback_share=0.5,
    callback_no_answer=0.3,
    max_wait_s=120.0,
    arrivals=(220.0, 220.0, 120.0),
)


def watched(scenario: Scenario) -> tuple[Day, list[SaveQueueVisit], list[Command]]:
    visits: list[SaveQueueVisit] = []
    orders: list[Command] = []

    def note(_at: float, _event: Event, commands: list[Command]) -> None:
        orders.extend(commands)
        visits.extend(order for order in commands if isinstance(order, SaveQueueVisit))

    return run(scenario, note=note), visits, orders


def test_no_one_waits_longer_than_the_queue_lets_him() -> None:
    tier = replace(pool(agents=3, calls_per_hour=90, hours=2).tiers[0], patience_mean_s=600.0)
    day = run(replace(pool(agents=3, calls_per_hour=90, hours=2, tier=tier), max_wait_s=60.0))
    found = figures([day]).all
    assert found.flowed_out["timeout"] > 5
    assert found.wait.max == pytest.approx(60.0, abs=0.01)
    assert found.waiting == 0


def test_who_takes_a_callback_is_called_and_counts_as_one_and_not_as_lost() -> None:
    day, _, orders = watched(CROWDED)
    found = figures([day])
    called = [contact for contact in day.contacts if contact.exit is QueueExit.CALLBACK]
    assert found.all.flowed_out["callback"] == len(called) > 10
    assert all(contact.callback for contact in called)
    assert 0.5 * len(called) < found.callbacks_connected <= len(called)
    assert sum(isinstance(order, CallBack) for order in orders) > len(called)
    for contact in called:
        if contact.answered_at and contact.left_at:
            assert contact.answered_at > contact.left_at


@pytest.mark.parametrize("scenario", [hotline(hours=3), CROWDED], ids=["hotline", "crowded"])
def test_the_centers_records_say_what_the_callers_lived_through(scenario: Scenario) -> None:
    """Two ledgers that know nothing of each other: what people did, and what the core keeps."""
    day, visits, _ = watched(scenario)
    lived: dict[str, tuple[object, ...]] = {
        contact.id: (contact.exit, contact.queue.name, contact.tier.name, contact.wait_s)
        for contact in day.contacts
    }
    first = [visit for visit in visits if visit.number == 1]
    kept: dict[str, tuple[object, ...]] = {
        visit.contact: (visit.exit, visit.queue, visit.tier, visit.ended_at - visit.entered_at)
        for visit in first
    }
    assert len(kept) == len(first)
    assert kept == {name: (*told[:3], pytest.approx(told[3])) for name, told in lived.items()}


def test_a_second_visit_is_that_of_a_customer_who_was_called_back() -> None:
    day, visits, _ = watched(CROWDED)
    by_contact = Counter(visit.contact for visit in visits)
    called_back = {contact.id for contact in day.contacts if contact.called_back}
    assert {contact for contact, count in by_contact.items() if count > 1} <= called_back

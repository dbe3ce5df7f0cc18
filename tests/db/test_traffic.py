"""Past traffic as the history tells it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.events import (
    AgentKnown,
    AgentPaused,
    AgentReady,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerRecognized,
    CallHeld,
    FlowEnded,
    OfferFailed,
    PhoneRang,
    PopAcked,
    ScreenOpened,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue
from ccserver.core.records import QueueExit
from ccserver.core.site import AgentProfile
from ccserver.core.value import Customer, Tier
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.traffic import AtWork, PastVisit, _visits, at_work, center_at, visits
from tests.db.calls import ANNA, PHONE, SALES, STARTED, T0, Site, contact_id
from tests.db.parts import journaled

pytestmark = pytest.mark.db

BEGIN = datetime.fromtimestamp(T0, UTC) - timedelta(minutes=1)
END = BEGIN + timedelta(days=1)
GOLD = Customer(id=CustomerId("7"), tier=Tier.GOLD, value=0.7, language="en")


class Hotline(Site):
    """Callers who wait, each as long as the test says."""

    def wait(self, n: int, customer: Customer | None = GOLD) -> tuple[ContactId, LegId]:
        """A caller joins the sales queue."""
        contact, leg = contact_id(n), LegId(f"1700000000.{n}")
        self.happen(CallArrived(contact=contact, leg=leg, caller="+8613800138000", dialed="4001"))
        if customer is not None:
            self.happen(CallerRecognized(contact=contact, customer=customer))
        self.happen(FlowEnded(contact=contact, queue=SALES, language="en"), 4.0)
        self.happen(CallHeld(contact=contact, leg=leg))
        return contact, leg

    def talk(self, contact: ContactId, leg: LegId) -> None:
        """Anna, to whom the caller was given, answers and talks for a minute."""
        self.happen(PopAcked(agent=ANNA, contact=contact))
        self.happen(PhoneRang(leg=leg, phone=PHONE))
        self.happen(CallAnswered(contact=contact, phone=PHONE, recording=""), 2.0)
        self.happen(CallEnded(leg=leg, cause=16), 60.0)


@asynccontextmanager
async def history(database: str, *sites: Site) -> AsyncIterator[AsyncSession]:
    for site in sites:
        await journaled(database, site)
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as session:
        yield session
    await engine.dispose()


async def seen(session: AsyncSession) -> list[PastVisit]:
    return [visit async for visit in visits(session, BEGIN, END)]


def stretches(work: tuple[AtWork, ...]) -> list[float]:
    return [instant for one in work for instant in (one.from_at, one.until_at)]


async def test_a_caller_who_is_answered_tells_wait_talk_and_wrap_up(database: str) -> None:
    site = Hotline()
    contact, leg = site.wait(1)
    entered_at = site.now - 0.5
    site.happen(AgentReady(agent=ANNA), 30.0)
    site.talk(contact, leg)
    site.happen(WrapUpDone(agent=ANNA), 9.0)
    async with history(database, site) as session:
        (visit,) = await seen(session)
    assert visit.entered_at == pytest.approx(entered_at, abs=1e-5)
    assert visit.waited_seconds == pytest.approx(33.5, abs=1e-5)
    assert visit == PastVisit(
        contact=contact,
        entered_at=visit.entered_at,
        queues=(SALES,),
        tier=Tier.GOLD,
        value=0.7,
        language="en",
        customer=CustomerId("7"),
        waited_seconds=visit.waited_seconds,
        exit=QueueExit.ANSWERED,
        missed=0,
        offered_seconds=3.0,
        agent=ANNA,
        talk_seconds=60.0,
        wrap_seconds=9.0,
    )


async def test_a_caller_who_gives_up_is_an_abandon_also_while_a_phone_rings(database: str) -> None:
    site = Hotline()
    _, leg = site.wait(1)
    site.happen(CallEnded(leg=leg, cause=16), 40.0)
    site.happen(AgentReady(agent=ANNA))
    contact, leg = site.wait(2, customer=None)
    site.happen(PopAcked(agent=ANNA, contact=contact))
    site.happen(CallEnded(leg=leg, cause=16), 7.0)
    async with history(database, site) as session:
        waiting, ringing = await seen(session)
    assert (waiting.abandoned, waiting.talk_seconds, waiting.agent) == (True, None, None)
    assert waiting.waited_seconds == pytest.approx(40.5)
    assert (ringing.abandoned, ringing.tier, ringing.value) == (True, Tier.STANDARD, 0.2)
    assert ringing.customer is None
    assert ringing.waited_seconds == pytest.approx(8.0)


async def test_a_missed_offer_is_part_of_the_wait(database: str) -> None:
    site = Hotline()
    contact, leg = site.wait(1)
    site.happen(AgentReady(agent=ANNA), 10.0)
    site.happen(PopAcked(agent=ANNA, contact=contact))
    site.happen(OfferFailed(contact=contact, phone=PHONE, cause="no_answer"), 20.0)
    site.happen(CallHeld(contact=contact, leg=leg))
    site.happen(Wake(), 15.0)
    site.talk(contact, leg)
    async with history(database, site) as session:
        (visit,) = await seen(session)
    assert visit.queues == (SALES,)
    assert visit.waited_seconds == pytest.approx(49.5)
    assert (visit.exit, visit.missed, visit.offered_seconds) == (QueueExit.ANSWERED, 1, 3.0)
    assert visit.talk_seconds == 60.0


async def test_who_leaves_the_flow_or_is_still_there_made_no_visit(database: str) -> None:
    site = Hotline()
    contact, leg = contact_id(1), LegId("1700000000.1")
    site.happen(CallArrived(contact=contact, leg=leg, caller="+8613800138000", dialed="4001"))
    site.happen(CallEnded(leg=leg, cause=16), 5.0)
    site.wait(2)
    async with history(database, site) as session:
        assert await seen(session) == []


def cut(*parts: tuple[str, str | None, str | None, float, str]) -> list[PastVisit]:
    """The visits of a contact of these parts: kind, queue, agent, seconds, outcome."""
    at, rows = 0.0, []
    for kind, queue, agent, seconds, outcome in parts:
        rows.append((kind, queue, agent, at, at + seconds, outcome))
        at += seconds
    return [
        one.visit(ContactId("c"), tier=Tier.GOLD, value=0.6, language="zh", customer=None)
        for one in _visits(iter(rows))
    ]


def test_a_caller_who_is_handed_on_waits_a_second_time() -> None:
    first, second = cut(
        ("queue", "sales", None, 10.0, "offered"),
        ("offer", "sales", "anna", 4.0, "answered"),
        ("talk", "sales", "anna", 60.0, "transferred"),
        ("wrap_up", "sales", "anna", 5.0, "done"),
        ("queue", "service", None, 30.0, "abandoned"),
    )
    assert (first.queues, first.exit, first.agent) == (("sales",), QueueExit.ANSWERED, ANNA)
    assert (first.waited_seconds, first.talk_seconds, first.wrap_seconds) == (14.0, 60.0, 5.0)
    assert (second.queues, second.exit, second.agent) == (("service",), QueueExit.ABANDONED, None)
    assert (second.waited_seconds, second.talk_seconds) == (30.0, None)


def test_a_talk_goes_on_through_holds_and_consultations_until_another_has_the_caller() -> None:
    (visit,) = cut(
        ("queue", "sales", None, 10.0, "offered"),
        ("offer", "sales", "anna", 4.0, "answered"),
        ("talk", "sales", "anna", 60.0, "held"),
        ("hold", "sales", "anna", 20.0, "resumed"),
        ("talk", "sales", "anna", 5.0, "consulted"),
        ("consult", "sales", "anna", 15.0, "transferred"),
        ("talk", "sales", "bob", 200.0, "caller_hung_up"),
        ("wrap_up", "sales", "anna", 5.0, "done"),
        ("wrap_up", "sales", "bob", 7.0, "done"),
    )
    assert (visit.agent, visit.talk_seconds, visit.wrap_seconds) == (ANNA, 100.0, 5.0)
    assert visit.exit is QueueExit.ANSWERED


def test_a_caller_whom_one_queue_sends_to_another_waits_on() -> None:
    (visit,) = cut(
        ("queue", "sales", None, 60.0, "overflow"),
        ("queue", "service", None, 20.0, "offered"),
        ("offer", "service", "bob", 3.0, "answered"),
        ("talk", "service", "bob", 90.0, "caller_hung_up"),
    )
    assert visit.queues == ("sales", "service")
    assert (visit.waited_seconds, visit.offered_seconds) == (83.0, 3.0)
    assert visit.exit is QueueExit.ANSWERED


def test_who_keeps_the_place_shows_patience_until_the_request() -> None:
    (visit,) = cut(
        ("queue", "sales", None, 25.0, "callback"),
        ("callback", "sales", None, 600.0, "dialed"),
        ("dial", "sales", "anna", 8.0, "answered"),
        ("offer", "sales", "anna", 2.0, "answered"),
        ("talk", "sales", "anna", 90.0, "caller_hung_up"),
    )
    assert (visit.waited_seconds, visit.exit) == (25.0, QueueExit.CALLBACK)
    assert (visit.talk_seconds, visit.agent) == (90.0, ANNA)


def test_who_is_sent_away_or_lost_is_no_abandon() -> None:
    assert cut(("queue", "sales", None, 90.0, "timeout"))[0].exit is QueueExit.TIMEOUT
    assert cut(("queue", "sales", None, 9.0, "lost_sight"))[0].exit is QueueExit.SYSTEM_ERROR
    assert cut(("queue", "sales", None, 9.0, "ended_away"))[0].exit is QueueExit.ABANDONED


async def test_a_window_takes_its_start_and_leaves_its_end(database: str) -> None:
    site = Hotline()
    for n in (1, 2):
        _, leg = site.wait(n)
        site.happen(CallEnded(leg=leg, cause=16), 40.0)
    async with history(database, site) as session:
        first, second = await seen(session)
        between = datetime.fromtimestamp(second.entered_at - 30.0, UTC)
        assert [v async for v in visits(session, BEGIN, between)] == [first]
        assert [v async for v in visits(session, between, END)] == [second]


async def test_an_agent_is_at_work_from_ready_to_pause_whatever_he_does(database: str) -> None:
    site = Hotline()
    contact, leg = site.wait(1)
    site.happen(AgentReady(agent=ANNA), 10.0)
    first = site.now
    site.talk(contact, leg)
    site.happen(WrapUpDone(agent=ANNA), 9.0)
    site.happen(AgentPaused(agent=ANNA, reason="lunch"), 300.0)
    paused = site.now
    site.happen(AgentReady(agent=ANNA), 1800.0)
    again = site.now
    async with history(database, site) as session:
        whole = await at_work(session, BEGIN, END)
        cut = await at_work(
            session,
            datetime.fromtimestamp(first + 5.0, UTC),
            datetime.fromtimestamp(again + 60.0, UTC),
        )
    assert {w.agent for w in whole} == {ANNA}
    assert stretches(whole) == pytest.approx([first, paused, again, END.timestamp()])
    assert stretches(cut) == pytest.approx([first + 5.0, paused, again, again + 60.0])


async def test_the_center_of_a_day_is_the_last_start_with_what_it_was_told_since(
    database: str,
) -> None:
    bob = AgentProfile(agent=AgentId("bob"), phone=Phone("1002"), queues=frozenset({SALES}))
    both = replace(STARTED.agents[0], queues=frozenset({SALES, Queue("service")}))
    site = Site()
    begun = site.now
    site.happen(AgentKnown(profile=bob), 60.0)
    site.happen(AgentKnown(profile=both), 60.0)
    site.happen(ScreenOpened(agent=bob.agent), 60.0)
    async with history(database, site) as session:
        before = datetime.fromtimestamp(T0, UTC) - timedelta(days=1)
        assert await center_at(session, before) is None
        first = await center_at(session, datetime.fromtimestamp(begun + 30.0, UTC))
        later = await center_at(session, END)
    assert first == STARTED
    assert later == replace(STARTED, agents=(both, bob))

"""The look-up at call time."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from ccserver.core.events import CallArrived, CallEnded, CallerRecognized
from ccserver.core.ids import CustomerId, LegId
from ccserver.core.steps import TicketKind
from ccserver.core.value import Consent, Customer, Part, Tier
from ccserver.db.customers import ensure_customer, look_up, look_up_id
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.held import AwayError, Held
from ccserver.db.people import Role, ensure_person
from tests.db.calls import ANNA, PHONE, SALES, Site, contact_id
from tests.db.parts import journaled, running

pytestmark = pytest.mark.db


@pytest.fixture
async def held(database: str) -> AsyncIterator[Held]:
    connections = Held(database, connections=2, query_seconds=5)
    async with running(connections.run()):
        await connections.ready()
        yield connections


async def wang(database: str) -> CustomerId:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        made = await ensure_customer(
            session, "+8613800138000", name="Wang", tier=Tier.GOLD, notes="likes tea"
        )
        await ensure_person(
            session, ANNA, name="Anna Li", role=Role.AGENT, password_hash="", phone=PHONE
        )
    await engine.dispose()
    return made


async def test_a_customer_comes_with_the_last_contacts(database: str, held: Held) -> None:
    known = await wang(database)
    site = Site()
    made = [site.call(n, customer=known) for n in range(7)]
    await journaled(database, site)
    card = await look_up(held, "+8613800138000")
    assert card is not None
    assert card.customer == Customer(
        id=known,
        tier=Tier.GOLD,
        value=0.6,
        language="zh",
        last_agent=ANNA,
        last_talk_at=site.now - 9.0,
    )
    assert (card.name, card.notes) == ("Wang", "likes tea")
    assert [last.contact for last in card.last] == made[:1:-1]
    last = card.last[0]
    assert (last.queue, last.agent_name, last.talk_seconds) == (SALES, "Anna Li", 60.0)
    assert last.outcome


async def test_a_customer_comes_with_region_and_reasons(database: str, held: Held) -> None:
    await wang(database)
    line = await asyncpg.connect(database)
    await line.execute("""UPDATE customer SET region = '吉林', value = 0.5,
        value_reasons = '[["tier", 0.4], ["churn", 0.1]]'""")
    await line.close()
    card = await look_up(held, "+8613800138000")
    assert card is not None
    assert (card.customer.region, card.customer.last_agent) == ("吉林", None)
    assert card.reasons == ((Part.TIER, 0.4), (Part.CHURN, 0.1))


async def test_what_a_customer_has_said_of_being_recorded_comes_along(
    database: str, held: Held
) -> None:
    known = await wang(database)
    card = await look_up(held, "+8613800138000")
    assert card is not None
    assert card.customer.recording_consent is Consent.UNKNOWN
    line = await asyncpg.connect(database)
    await line.execute("UPDATE customer SET recording_consent = 'refused'")
    await line.close()
    for card in (await look_up(held, "+8613800138000"), await look_up_id(held, known)):
        assert card is not None
        assert card.customer.recording_consent is Consent.REFUSED


async def test_the_last_agent_is_who_talked_and_not_who_was_called_last(
    database: str, held: Held
) -> None:
    known = await wang(database)
    site = Site()
    site.call(1, customer=known)
    talked_until = site.now - 9.0
    leg = LegId("1700000000.2")
    site.happen(
        CallArrived(contact=contact_id(2), leg=leg, caller="+8613800138000", dialed="4001"), 600.0
    )
    customer = Customer(id=known, tier=Tier.GOLD, value=0.6, language="zh")
    site.happen(CallerRecognized(contact=contact_id(2), customer=customer))
    site.happen(CallEnded(leg=leg, cause=16), 30.0)
    await journaled(database, site)
    card = await look_up(held, "+8613800138000")
    assert card is not None
    assert len(card.last) == 2
    assert (card.customer.last_agent, card.customer.last_talk_at) == (ANNA, talked_until)


async def test_a_customer_comes_with_the_tickets_that_are_open(database: str, held: Held) -> None:
    known = await wang(database)
    site = Site()
    site.call(1, customer=known)
    site.call(2, customer=known)
    await journaled(database, site)
    line = await asyncpg.connect(database)
    await line.execute(
        """INSERT INTO service_ticket (customer_id, caller, kind, title, details, urgent, state,
          opened_at)
        SELECT CASE n WHEN 3 THEN $1 + 1 ELSE $1 END, '', 'repair', 'Ticket ' || n, '', n IN (7, 9),
          CASE n WHEN 2 THEN 'closed' ELSE 'open' END, to_timestamp(1000 - n)
        FROM generate_series(1, 20) n""",
        int(known),
    )
    await line.close()
    for card in (await look_up(held, "+8613800138000"), await look_up_id(held, known)):
        assert card is not None
        assert [one.number for one in card.tickets] == [9, 7, 20, 19, 18, 17, 16, 15, 14, 13]
        first = card.tickets[0]
        assert (first.kind, first.title, first.urgent, first.opened_at) == (
            TicketKind.REPAIR, "Ticket 9", True, 991.0,
        )  # fmt: skip
        assert len(card.last) == 2, "and each contact once"


async def test_a_customer_who_never_called_has_no_contacts(database: str, held: Held) -> None:
    await wang(database)
    card = await look_up(held, "+8613800138000")
    assert card is not None
    assert (card.last, card.tickets) == ((), ())


@pytest.mark.parametrize(
    "number", ["+8613900139000", "", "\0", "a\0b", "\ud800", "'; DROP TABLE x", "9" * 100_000]
)
async def test_a_stranger_is_nobody_whatever_the_trunk_sent(
    database: str, held: Held, number: str
) -> None:
    await wang(database)
    assert await look_up(held, number) is None
    assert await look_up(held, "+8613800138000") is not None, "the connection works on"


async def test_a_customer_is_found_by_his_id_too(database: str, held: Held) -> None:
    known = await wang(database)
    card = await look_up_id(held, known)
    assert card is not None
    assert (card.name, card.customer.id, card.number) == ("Wang", known, "")
    for nobody in ("0", "", "77x", "9" * 40):
        assert await look_up_id(held, CustomerId(nobody)) is None


async def test_without_a_database_it_is_said_so() -> None:
    with pytest.raises(AwayError):
        await look_up(Held("", connections=1, query_seconds=1), "+8613800138000")

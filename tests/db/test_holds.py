"""Legal holds: who placed and ended them, and which recordings they hold."""

import pytest
from sqlalchemy import select

from ccserver.core.ids import CustomerId
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.holds import holds_of, is_held, place_hold, release_hold
from ccserver.db.recording_tables import RecordingRow
from tests.db.calls import Site, contact_id
from tests.db.parts import journaled

pytestmark = pytest.mark.db

ONE, TWO = contact_id(1), contact_id(2)


async def test_a_hold_holds_one_contact_until_it_is_ended(database: str) -> None:
    site = Site()
    site.call(1)
    site.call(2)
    await journaled(database, site)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        held = select(RecordingRow.source).where(is_held())
        placed = await place_hold(session, contact=ONE, reason="case 7", by="ada")
        again = await place_hold(session, contact=ONE, reason="case 8", by="ada")
        assert (placed.contact, placed.customer, placed.placed_by) == (ONE, None, "ada")
        assert set(await session.scalars(held)) == {ONE}
        ended = await release_hold(session, contact=ONE, reason="both over", by="bea")
        assert [hold.id for hold in ended] == [placed.id, again.id]
        assert {hold.release_reason for hold in ended} == {"both over"}
        assert set(await session.scalars(held)) == set()
        assert await holds_of(session, contact=ONE) == ended
        assert await release_hold(session, contact=ONE, reason="again", by="bea") == ()


async def test_a_customers_hold_holds_all_contacts(database: str) -> None:
    site = Site()
    site.call(1)
    site.call(2)
    await journaled(database, site)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        placed = await place_hold(session, customer=CustomerId("1"), reason="case 7", by="ada")
        held = select(RecordingRow.source).where(is_held())
        assert set(await session.scalars(held)) == {ONE, TWO}
        assert await holds_of(session, contact=ONE, customer=CustomerId("1")) == (placed,)
        assert await holds_of(session, contact=ONE) == ()


@pytest.mark.parametrize("customer", [None, CustomerId("no number")])
async def test_a_hold_is_of_something(database: str, customer: CustomerId | None) -> None:
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        with pytest.raises(ValueError, match="one contact or of one customer"):
            await place_hold(session, customer=customer, reason="case", by="ada")
        assert await holds_of(session, customer=customer) == ()

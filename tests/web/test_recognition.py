"""An agent says who is calling: the call, its card, the history and the number follow."""

from pathlib import Path

import pytest

from ccserver.core.commands import CallState, HideCall
from ccserver.core.events import CallerRecognized
from ccserver.core.quick import replace
from ccserver.core.site import WorkState
from ccserver.core.value import Tier
from ccserver.db.history import uuid_of
from tests.web.house import ANNA, CALL, House, hear, shown_agent, shown_call, shown_caller
from tests.web.talked import FIRST, execute, talked

pytestmark = pytest.mark.db

URL = f"/api/contacts/{CALL}/customer"
STRANGER = "+8613911112222"


async def ring(house: House, database: str, caller: str = STRANGER) -> None:
    """Anna talks to somebody whom nobody knows. Customer 1 is gold, and has a ticket."""
    for statement, *values in (
        (
            "INSERT INTO contact (id, leg, caller, dialed, arrived_at, agent)"
            " VALUES ($1, 'l', $2, '', now(), 'anna')",
            uuid_of(CALL),
            caller,
        ),
        ("UPDATE customer SET tier = 'gold', value = 0.6",),
        (
            "INSERT INTO service_ticket (customer_id, caller, kind, title, details)"
            " VALUES (1, '', 'repair', 'It rattles', '')",
        ),
    ):
        await execute(database, str(statement), *values)
    call, card = shown_call(CallState.TALKING, ANNA), shown_caller()
    house.live.perform(replace(call, customer="", tier=Tier.STANDARD, value=0.2, caller=caller))
    house.live.perform(shown_agent(ANNA, WorkState.ON_CALL))
    house.live.perform(replace(card, customer="", tier=Tier.STANDARD, value=0.2, caller=caller))


async def owner_of(database: str, number: str) -> object:
    return await execute(
        database, "SELECT customer_id FROM customer_number WHERE number = $1", number
    )


async def test_a_stranger_becomes_a_customer_in_the_middle_of_the_talk(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        await ring(house, database)
        async with house.screen("anna") as screen, house.http("anna") as anna:
            before = (await hear(screen, "snapshot"))["card"]
            assert (before["customer"], before["name"], before["tickets"]) == ("", "", [])
            done = await anna.put(URL, json={"customer": "1", "keep_number": True})
            assert done.status_code == 204, done.text
            card = (await hear(screen, "caller_card"))["card"]
        assert (card["customer"], card["name"], card["tier"], card["value"]) == (
            "1", "王芳", "gold", 0.6,
        )  # fmt: skip
        assert [ticket["title"] for ticket in card["tickets"]] == ["It rattles"]
        assert len(card["last_contacts"]) == 2, "the earlier ones"
        assert (card["keys"], card["waited_ms"]) == (before["keys"], before["waited_ms"])
        (event,) = house.posted
        assert isinstance(event, CallerRecognized)
        assert (event.contact, event.customer.id, event.customer.tier) == (CALL, "1", Tier.GOLD)
    assert await owner_of(database, STRANGER) == 1
    settled = await execute(database, "SELECT customer_id FROM contact WHERE agent = 'anna'"
                            " AND caller = $1", STRANGER)  # fmt: skip
    assert settled == 1


async def test_while_the_notes_are_written_the_card_and_the_history_follow(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        await ring(house, database)
        house.live.perform(HideCall(contact=CALL))
        house.live.perform(shown_agent(ANNA, WorkState.WRAP_UP))
        async with house.screen("anna") as screen, house.http("anna") as anna:
            await hear(screen, "snapshot")
            assert (await anna.put(URL, json={"customer": "1"})).status_code == 204
            assert (await hear(screen, "caller_card"))["card"]["name"] == "王芳"
    assert house.posted == [], "the call is over"
    assert await owner_of(database, STRANGER) is None, "nobody has asked for it"
    assert await execute(database, "SELECT customer_id FROM contact WHERE caller = $1",
                         STRANGER) == 1  # fmt: skip


async def test_an_ended_contact_is_another_customers(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        await execute(database, "INSERT INTO customer (name) VALUES ('Li')")
        url = f"/api/contacts/{FIRST}/customer"
        assert (await sue.put(url, json={"customer": "2", "keep_number": True})).status_code == 204
        assert (await sue.get(f"/api/contacts/{FIRST}")).json()["customer"] == "2"
        assert await owner_of(database, "+8613800138000") == 2


@pytest.mark.parametrize(
    ("caller", "detail"),
    [
        ("", "This caller has hidden the number."),
        ("1001", "The caller's number is none to be called at."),
        ("13911112222", "The caller's number is none to be called at."),
    ],
)
async def test_a_number_that_is_none_is_not_kept(
    database: str, tmp_path: Path, caller: str, detail: str
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        await ring(house, database, caller)
        refused = await anna.put(URL, json={"customer": "1", "keep_number": True})
        assert (refused.status_code, refused.json()["detail"]) == (409, detail)
        assert house.posted == []
        assert (await anna.put(URL, json={"customer": "1"})).status_code == 204


async def test_another_agents_contact_is_none_of_his(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        await ring(house, database)
        async with house.http("bob") as bob, house.http("anna") as anna, house.http() as nobody:
            assert (await bob.put(URL, json={"customer": "1"})).status_code == 404
            assert (await nobody.put(URL, json={"customer": "1"})).status_code == 401
            gone = await anna.put(URL, json={"customer": "9"})
            assert (gone.status_code, gone.json()["detail"]) == (404, "There is no such customer.")
            assert (await anna.put(URL, json={"customer": "x"})).status_code == 422
    assert house.posted == []
    assert await execute(database, "SELECT customer_id FROM contact WHERE caller = $1",
                         STRANGER) is None  # fmt: skip


async def test_a_call_of_a_customer_who_is_held_stays_his(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        await ring(house, database)
        async with house.http("anna") as anna, house.http("ada") as ada:
            made = (await anna.post("/api/customers", json={"name": "Li"})).json()
            await ada.put(f"/api/customers/{made['customer']}/hold", json={"reason": "case 7"})
            call = replace(shown_call(CallState.TALKING, ANNA), customer=made["customer"])
            house.live.perform(call)
            refused = await anna.put(URL, json={"customer": "1"})
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("A legal hold is on the customer")
    assert house.posted == []

"""Agents open tickets and close those of the customer whom they have."""

from pathlib import Path
from typing import Any

import pytest

from ccserver.core.commands import CallState, HideCall
from ccserver.core.quick import replace
from ccserver.core.site import WorkState
from tests.web.house import ANNA, BOB, CALL, House, hear, shown_agent, shown_call, shown_caller
from tests.web.talked import FIRST, talked

pytestmark = pytest.mark.db

URL = "/api/service-tickets"
REPAIR: dict[str, Any] = {"kind": "repair", "title": "It rattles"}


def talks(house: House, customer: str = "1") -> None:
    """Anna has this customer on the phone."""
    house.live.perform(replace(shown_call(CallState.TALKING, ANNA), customer=customer))
    house.live.perform(shown_agent(ANNA, WorkState.ON_CALL))
    house.live.perform(replace(shown_caller(), customer=customer))


async def test_an_agent_opens_one_and_sees_it_on_the_card_and_closes_it(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        talks(house)
        async with house.screen("anna") as screen, house.http("anna") as anna:
            await hear(screen, "snapshot")
            made = await anna.post(URL, json={**REPAIR, "customer": "1", "urgent": True})
            assert made.status_code == 201, made.text
            ticket = made.json()
            assert (ticket["customer"], ticket["contact"], ticket["state"]) == ("1", None, "open")
            (shown,) = (await hear(screen, "caller_card"))["card"]["tickets"]
            assert shown == {
                "number": ticket["number"], "kind": "repair", "title": "It rattles",
                "urgent": True, "opened_at": shown["opened_at"],
            }  # fmt: skip
            assert (await anna.get("/api/customers/1/tickets")).json() == [ticket]
            closed = await anna.post(f"{URL}/{ticket['number']}/close")
            assert (closed.json()["state"], closed.json()["closed_by"]) == ("closed", "anna")
            assert (await hear(screen, "caller_card"))["card"]["tickets"] == []


async def test_while_the_notes_are_written_the_customer_is_still_the_agents(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        talks(house)
        house.live.perform(HideCall(contact=CALL))
        house.live.perform(shown_agent(ANNA, WorkState.WRAP_UP))
        async with house.http("anna") as anna, house.http("sue") as sue:
            first, second = [
                (await sue.post(URL, json={**REPAIR, "customer": "1"})).json()["number"]
                for _ in range(2)
            ]
            assert (await anna.post(f"{URL}/{first}/close")).status_code == 200
            house.live.perform(shown_agent(ANNA, WorkState.AVAILABLE))
            assert (await anna.post(f"{URL}/{second}/close")).status_code == 403
            assert (await sue.post(f"{URL}/{second}/close")).status_code == 200


async def test_another_customers_ticket_is_not_the_agents_to_close(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        talks(house, "")
        async with house.http("anna") as anna, house.http("bob") as bob:
            number = (await anna.post(URL, json={**REPAIR, "customer": "1"})).json()["number"]
            for agent in (anna, bob):
                refused = await agent.post(f"{URL}/{number}/close")
                assert refused.status_code == 403
                assert refused.json()["detail"] == "You do not have this ticket's customer now."
            assert (await bob.post(f"{URL}/999/close")).status_code == 404


async def test_a_ticket_of_a_contact_is_that_customers(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        async with house.http("anna") as anna, house.http("bob") as bob, house.http("sue") as sue:
            made = (await anna.post(URL, json={**REPAIR, "contact": FIRST})).json()
            assert (made["customer"], made["contact"], made["caller"]) == (
                "1", FIRST, "+8613800138000",
            )  # fmt: skip
            other = (await sue.post("/api/customers", json={"name": "Li"})).json()["customer"]
            house.live.perform(
                replace(shown_call(CallState.TALKING, BOB), contact=FIRST, customer=other)
            )
            now = (await bob.post(URL, json={**REPAIR, "contact": FIRST})).json()
            assert now["customer"] == other, "as the live call knows him"
            house.live.perform(shown_agent(BOB, WorkState.ON_CALL))
            house.live.perform(replace(shown_caller(BOB), contact=FIRST, customer=other))
            both = {**REPAIR, "contact": FIRST, "customer": "1"}
            assert (await bob.post(URL, json=both)).json()["customer"] == "1"
            card = house.live.view.pop_of(BOB)
            assert card is not None
            assert card.card.customer == other, "who calls is not who the ticket is for"
            closed = await bob.post(f"{URL}/{made['number']}/close")
            assert closed.status_code == 200, "it was opened in the contact that he has"


async def test_a_ticket_for_nobody_is_refused(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        async with house.http("anna") as anna, house.http("bob") as bob, house.http() as nobody:
            refused = await anna.post(URL, json=REPAIR)
            assert refused.status_code == 422
            assert "name the customer or the contact" in refused.json()["detail"]
            gone = await anna.post(URL, json={**REPAIR, "customer": "9"})
            assert (gone.status_code, gone.json()["detail"]) == (404, "There is no such customer.")
            assert (await bob.post(URL, json={**REPAIR, "contact": FIRST})).status_code == 404
            for more in ({"title": ""}, {"title": "a\nb"}, {"kind": "cake"}, {"details": "\0"}):
                wrong = await anna.post(URL, json={**REPAIR, "customer": "1", **more})
                assert wrong.status_code == 422, more
            assert (await nobody.post(URL, json=REPAIR)).status_code == 401

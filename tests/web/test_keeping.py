"""Legal holds and the erasure of a customer over HTTP."""

from pathlib import Path

import pytest

from tests.web.talked import FIRST, SECOND, execute, id_of, talked

pytestmark = pytest.mark.db

WHY = {"reason": "case 7"}


async def test_a_hold_is_placed_and_ended_with_a_reason(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        url = f"/api/recordings/{await id_of(house, FIRST)}"
        placed = await ada.put(f"{url}/hold", json=WHY)
        assert placed.status_code == 200
        assert (placed.json()["contact"], placed.json()["reason"]) == (FIRST, "case 7")
        found = (await ada.get("/api/recordings")).json()["recordings"]
        assert [(one["contact"], one["held"]) for one in found] == [(SECOND, False), (FIRST, True)]
        assert (await ada.delete(f"{url}/hold")).status_code == 422, "why?"
        (ended,) = (await ada.delete(f"{url}/hold?reason=over")).json()
        assert (ended["released_by"], ended["release_reason"]) == ("ada", "over")
        assert (await ada.delete(f"{url}/hold?reason=again")).status_code == 404
        told = (await ada.get(url)).json()
        assert (told["held"], told["holds"]) == (False, [ended])


async def test_a_customers_hold_covers_all_that_is_his(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        assert (await ada.put("/api/customers/1/hold", json=WHY)).json()["customer"] == "1"
        found = (await ada.get("/api/recordings")).json()["recordings"]
        assert [one["held"] for one in found] == [True, True]
        assert (await ada.put("/api/customers/2/hold", json=WHY)).status_code == 404
        ended = await ada.delete("/api/customers/1/hold?reason=over")
        assert len(ended.json()) == 1
        assert (await ada.delete("/api/customers/1/hold?reason=over")).status_code == 404


async def test_a_customer_is_erased_but_for_what_is_held(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        first, second = await id_of(house, FIRST), await id_of(house, SECOND)
        await ada.put(f"/api/recordings/{first}/hold", json=WHY)
        done = await ada.post("/api/customers/1/erase", json={"reason": "asked by letter"})
        assert done.json() == {"recordings": 1, "messages": 0, "held": [FIRST]}
        (deletion,) = (await ada.get(f"/api/recordings/{second}")).json()["deletions"]
        assert (deletion["why"], deletion["detail"], deletion["by"]) == (
            "erasure", "asked by letter", "ada",
        )  # fmt: skip
        assert (await ada.get(f"/api/recordings/{second}/sound")).status_code == 404
        assert (await ada.get(f"/api/recordings/{first}/sound")).status_code == 200
        assert (await ada.post("/api/customers/2/erase", json=WHY)).status_code == 404
        assert (await ada.post("/api/customers/1/erase", json={})).status_code == 422


async def test_an_erasure_forgets_the_address_unless_the_customer_is_held(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        await execute(database, "UPDATE customer SET address = 'Renmin Street 1'")
        await ada.put("/api/customers/1/hold", json=WHY)
        await ada.post("/api/customers/1/erase", json=WHY)
        assert await execute(database, "SELECT address FROM customer") == "Renmin Street 1"
        await ada.delete("/api/customers/1/hold?reason=over")
        await ada.post("/api/customers/1/erase", json=WHY)
        assert await execute(database, "SELECT address FROM customer") == ""


async def test_only_administrators_keep_and_erase(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        first = await id_of(house, FIRST)
        for login in ("anna", "sue"):
            async with house.http(login) as client:
                for method, path in (
                    ("PUT", f"recordings/{first}/hold"),
                    ("DELETE", f"recordings/{first}/hold?reason=x"),
                    ("PUT", "customers/1/hold"),
                    ("DELETE", "customers/1/hold?reason=x"),
                    ("POST", "customers/1/erase"),
                ):
                    answer = await client.request(method, f"/api/{path}", json=WHY)
                    assert answer.status_code == 403, (login, method, path)
        assert await execute(database, "SELECT count(*) FROM legal_hold") == 0

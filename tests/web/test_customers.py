"""Customers over HTTP: found, read, made and changed by those who talk to them."""

import json
from pathlib import Path

import pytest

from tests.web.talked import FIRST, SECOND, execute, talked

pytestmark = pytest.mark.db

URL = "/api/customers"
WANG = "+8613800138000"
LI = {"name": "Li Lei", "numbers": ["139 0013 9000"], "address": "Renmin Street 1"}


async def test_a_customer_is_made_found_read_and_changed(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        made = await anna.post(URL, json=LI)
        assert made.status_code == 201, made.text
        row = made.json()
        assert (row["numbers"], row["tier"], row["language"]) == (
            ["+8613900139000"], "standard", "zh",
        )  # fmt: skip
        for words, by in (
            ("139-0013-9000", "number"),
            (row["customer"], "id"),
            ("li l", "name"),
            ("renmin", "address"),
        ):
            (found,) = (await anna.get(URL, params={"q": words})).json()["customers"]
            assert (found["customer"], found["found_by"]) == (row["customer"], by)
            assert found["number"] == "+8613900139000"
        assert (await anna.get(URL, params={"q": "王"})).json()["customers"][0]["number"] is None
        url = f"{URL}/{row['customer']}"
        page = await anna.get(url)
        assert page.headers["etag"] == made.headers["etag"]
        assert page.json() == {
            **row, "contacts": [], "tickets": [], "closed_tickets": [], "callbacks": [],
        }  # fmt: skip
        changed = await anna.patch(
            url,
            json={"notes": "likes tea", "language": ""},
            headers={"If-Match": made.headers["etag"]},
        )
        assert changed.status_code == 200, changed.text
        assert changed.json() == {**row, "notes": "likes tea"}
        assert changed.headers["etag"] != made.headers["etag"]


async def test_the_page_holds_contacts_tickets_and_callbacks(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("bob") as bob:
        for n, state in enumerate(("open", "open", "closed")):
            await execute(
                database,
                "INSERT INTO service_ticket (customer_id, caller, kind, title, details, urgent,"
                " state, closed_at) VALUES (1, '', 'repair', '', '', $1, $2, now())",
                n == 1, state,
            )  # fmt: skip
        await execute(
            database,
            "INSERT INTO callback (contact, state, number, queue, queued_at, requested_at, tries,"
            " not_before, language, changed_at) VALUES ($1, 'waiting', '+861', 'sales', now(),"
            " now(), 0, to_timestamp(7.5), 'zh', now())",
            FIRST,
        )
        page = (await bob.get(f"{URL}/1")).json()
        tickets = f"{URL}/1/tickets"
        assert (await bob.get(tickets)).json() == page["tickets"]
        closed = await bob.get(tickets, params={"state": "closed"})
        assert closed.json() == page["closed_tickets"]
    assert (page["name"], page["recording_consent"]) == ("王芳", "unknown")
    assert [one["contact"] for one in page["contacts"]] == [SECOND, FIRST]
    assert [one["number"] for one in page["tickets"]] == [2, 1]
    assert [one["number"] for one in page["closed_tickets"]] == [3]
    assert page["callbacks"] == [
        {"contact": FIRST, "number": "+861", "queue": "sales", "at": 7500, "tries": 0,
         "agent": None},
    ]  # fmt: skip


async def test_a_number_that_is_anothers_is_refused_with_the_owner(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        made = (await anna.post(URL, json=LI)).json()
        twice = await anna.post(URL, json={"name": "Li again", "numbers": ["+86 139 00139000"]})
        page = await anna.get(f"{URL}/1")
        into = await anna.patch(
            f"{URL}/1",
            json={"numbers": LI["numbers"], "name": "x"},
            headers={"If-Match": page.headers["etag"]},
        )
        for refused in (twice, into):
            answer = refused.json()
            assert (refused.status_code, answer["customer"]) == (409, made["customer"])
            assert answer["detail"] == (
                f"The number +8613900139000 belongs to customer {made['customer']}."
            )
        assert (await anna.get(f"{URL}/1")).json() == page.json(), "and nothing was changed"
    assert await execute(database, "SELECT count(*) FROM customer") == 2


async def test_nobody_overwrites_what_he_has_not_seen(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        seen = (await anna.get(f"{URL}/1")).headers["etag"]
        blind = await anna.patch(f"{URL}/1", json={"notes": "a"})
        first = await anna.patch(f"{URL}/1", json={"notes": "b"}, headers={"If-Match": seen})
        late = await anna.patch(f"{URL}/1", json={"notes": "c"}, headers={"If-Match": seen})
    assert [one.status_code for one in (blind, first, late)] == [428, 200, 412]
    assert late.json()["detail"] == "It was changed since you read it."
    assert await execute(database, "SELECT notes FROM customer") == "b"


async def test_tier_and_value_are_set_by_supervisors_only(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        async with house.http("anna") as anna, house.http("sue") as sue:
            seen = {"If-Match": (await anna.get(f"{URL}/1")).headers["etag"]}
            for wanted in ({"tier": "gold"}, {"value": 1.0}):
                refused = [
                    await anna.patch(f"{URL}/1", json=wanted, headers=seen),
                    await anna.post(URL, json=wanted),
                ]
                assert [one.status_code for one in refused] == [403, 403]
                assert refused[0].json()["detail"] == "Tier and value are set by supervisors."
            done = await sue.patch(f"{URL}/1", json={"tier": "gold"}, headers=seen)
            assert (done.json()["tier"], done.json()["value"]) == ("gold", 0.6)
            made = await sue.post(URL, json={"name": "VIP", "tier": "platinum", "value": 0.9})
            assert (made.json()["value"], made.json()["value_fixed"]) == (0.9, True)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"numbers": ["hotline"]}, "'hotline' is no telephone number."),
        ({"numbers": ["1"] * 21}, "at most 20 items"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"name": "a\nb"}, "body.name"),
        ({"notes": "a\0b"}, "body.notes"),
        ({"notes": "\ud800"}, "body.notes"),
        ({"language": "<b>"}, "body.language"),
        ({"name": None}, "body.name"),
        ({"nmae": "x"}, "body.nmae"),
    ],
)
async def test_what_is_no_record_is_named(
    database: str, tmp_path: Path, body: dict[str, object], detail: str
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        refused = await anna.post(
            URL, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
    assert refused.status_code == 422
    assert detail in refused.json()["detail"]


async def test_who_is_not_there_is_not_found(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        for path in ("/9", "/9/tickets"):
            gone = await anna.get(f"{URL}{path}")
            assert (gone.status_code, gone.json()["detail"]) == (404, "There is no such customer.")
        assert (await anna.patch(f"{URL}/9", json={})).status_code == 404
        for words in ("", "  ", "a\0"):
            assert (await anna.get(URL, params={"q": words})).status_code == 422
        assert (await anna.get(URL, params={"q": "nobody"})).json() == {"customers": []}
        async with house.http() as nobody:
            assert (await nobody.get(f"{URL}/1")).status_code == 401
            assert (await nobody.get(URL, params={"q": "x"})).status_code == 401


async def test_without_a_database_it_is_said_so(tmp_path: Path, database: str) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        await execute(database, "ALTER TABLE customer RENAME TO elsewhere")
        assert (await anna.get(f"{URL}/1")).status_code == 503
        assert (await anna.post(URL, json=LI)).status_code == 503

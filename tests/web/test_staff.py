"""People over HTTP: supervisors see who works here, administrators add and change them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ccserver.core.events import AgentLoggedOut
from tests.web.house import ANNA, HASHER, hear
from tests.web.talked import execute, talked
from tests.web.test_live import code_of

pytestmark = pytest.mark.db

URL = "/api/people"
BEN = {"login": "ben", "name": "Ben", "phone": "1005"}


async def hash_of(database: str, login: str) -> str:
    kept = await execute(database, "SELECT password_hash FROM person WHERE login = $1", login)
    return str(kept)


async def test_supervisors_see_who_works_here(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        rows = (await sue.get(URL)).json()
        async with house.http("anna") as anna:
            assert (await anna.get(URL)).status_code == 403
    assert [one["login"] for one in rows] == ["ada", "anna", "bob", "sue"]
    assert rows[1] == {
        "login": "anna", "name": "anna", "role": "agent", "phone": "1001", "team": None,
        "active": True, "downloads": False,
    }  # fmt: skip


async def test_a_person_is_added_with_passwords_that_are_told_once(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        made = (await ada.post(URL, json=BEN, params={"reason": "new here"})).json()
        assert HASHER.verify(await hash_of(database, "ben"), made.pop("password"))
        secret = await execute(database, "SELECT sip_secret FROM person WHERE login = 'ben'")
        assert made.pop("phone_password") == secret
        assert (await ada.get(URL)).json()[2] == made
        chosen = {"login": "eve", "name": "Eve", "role": "supervisor", "password": "a good one 1"}
        eve = (await ada.post(URL, json=chosen)).json()
        assert (eve["password"], eve["phone_password"], eve["phone"]) == (None, None, None)
        assert HASHER.verify(await hash_of(database, "eve"), "a good one 1")
        (_, added) = (await ada.get("/api/config/audit")).json()["changes"]
        assert (added["kind"], added["name"], added["who"], added["reason"]) == (
            "people", "ben", "ada", "new here",
        )  # fmt: skip
        assert house.config_changes == 2


async def test_a_person_is_changed_and_what_is_not_named_stays(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        before = await hash_of(database, "bob")
        renamed = (await ada.patch(f"{URL}/bob", json={"name": "Bob Li"})).json()
        assert (renamed["name"], renamed["phone"], renamed["password"]) == ("Bob Li", "1002", None)
        moved = (await ada.patch(f"{URL}/bob", json={"phone": "1009", "downloads": True})).json()
        secret = await execute(database, "SELECT sip_secret FROM person WHERE login = 'bob'")
        assert (moved["phone"], moved["downloads"], moved["phone_password"]) == (
            "1009", True, secret,
        )  # fmt: skip
        assert await hash_of(database, "bob") == before
        raised = (await ada.patch(f"{URL}/bob", json={"role": "supervisor", "phone": ""})).json()
        assert (raised["role"], raised["phone"]) == ("supervisor", None)


async def test_a_new_password_ends_the_old_log_ins(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        number = await execute(database, "SELECT id FROM person WHERE login = 'bob'")
        house.people["bob"] = replace(house.people["bob"], id=int(number))
        async with house.http("bob") as bob:
            assert (await bob.get("/api/me")).status_code == 200
            made = (await ada.patch(f"{URL}/bob", json={"new_password": True})).json()["password"]
            assert (await bob.get("/api/me")).status_code == 401
        assert HASHER.verify(await hash_of(database, "bob"), made)
        await ada.patch(f"{URL}/bob", json={"password": "a good one 2"})
        assert HASHER.verify(await hash_of(database, "bob"), "a good one 2")


async def test_who_is_let_go_is_thrown_out_at_once(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        async with house.screen("anna") as screen:
            await hear(screen, "snapshot")
            await house.events.get()
            gone = (await ada.patch(f"{URL}/anna", json={"active": False})).json()
            assert (gone["active"], gone["phone"]) == (False, None)
            assert await code_of(screen) == 4403
        assert await house.events.get() == AgentLoggedOut(agent=ANNA)


async def test_nobody_locks_himself_out(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        for wanted in ({"active": False}, {"role": "agent"}):
            refused = await ada.patch(f"{URL}/ada", json=wanted)
            assert refused.status_code == 409
            assert refused.json()["detail"] == "You would lock yourself out."
        assert (await ada.patch(f"{URL}/ada", json={"name": "Ada L."})).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"login": "anna"}, 409, "This log-in is somebody's, or was: the history keeps it."),
        ({"phone": "1001"}, 409, "This phone is another person's."),
        ({"phone": "10 5"}, 422, "A phone is letters and digits, such as 1005."),
        ({"login": "a b"}, 422, "body.login"),
        ({"login": "a\u200bb"}, 422, "a log-in has only letters that can be seen"),
        ({"name": ""}, 422, "body.name"),
        ({"password": "short"}, 422, "body.password"),
        ({"role": "king"}, 422, "body.role"),
    ],
)
async def test_what_cannot_be_is_named(
    database: str, tmp_path: Path, body: dict[str, str], status: int, detail: str
) -> None:
    async with talked(database, tmp_path) as house, house.http("ada") as ada:
        refused = await ada.post(URL, json=BEN | body)
        assert refused.status_code == status, refused.text
        assert detail in refused.json()["detail"]
        assert len((await ada.get(URL)).json()) == 4
        assert (await ada.get("/api/config/audit")).json()["changes"] == []


async def test_only_administrators_change_people(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        for login in ("anna", "sue"):
            async with house.http(login) as client:
                assert (await client.post(URL, json=BEN)).status_code == 403
                assert (await client.patch(f"{URL}/bob", json={"name": "x"})).status_code == 403
        async with house.http("ada") as ada:
            nobody = await ada.patch(f"{URL}/eve", json={"name": "x"})
            assert (nobody.status_code, nobody.json()["detail"]) == (404, "Nobody has this log-in.")

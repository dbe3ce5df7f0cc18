"""An agent chooses where the phone is."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from ccserver.core.ids import Phone
from ccserver.core.site import Presence
from ccserver.db.people import PhoneKind, Role, ensure_person
from tests.web.house import House, hear, running, shown_agent

pytestmark = pytest.mark.db

TAB, OTHER_TAB = "tab-00000001", "tab-00000002"
URL = "/api/phone"


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    """Anna is at her desk, whose phone is 1001. Sue has none."""
    made = House(dsn=database)
    async with made.sessions.begin() as session:
        for login, role, phone in (
            ("anna", Role.AGENT, Phone("1001")),
            ("sue", Role.SUPERVISOR, None),
        ):
            await ensure_person(
                session, login, name=login, role=role, password_hash="", phone=phone,
                sip_secret="of-the-desk",
            )  # fmt: skip
    made.live.perform(shown_agent())
    async with running(made):
        yield made


def browser(screen: str = TAB) -> dict[str, str]:
    return {"kind": "browser", "screen": screen}


async def password(client: httpx.AsyncClient, screen: str = TAB) -> str:
    answer = await client.put(URL, json=browser(screen))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["password"])


async def test_the_browser_gets_what_it_registers_with(house: House) -> None:
    house.reachable.add(Phone("1001"))
    async with house.http("anna") as anna, house.screen("anna") as screen:
        await hear(screen, "snapshot")
        before = (await anna.get(URL)).json()
        assert before == {"kind": "desk", "phone": "1001", "reachable": True}
        given = (await anna.put(URL, json=browser())).json()
        told = await hear(screen, "phone_chosen")
        after = (await anna.get(URL)).json()
    secret = given.pop("password")
    assert len(secret) >= 32
    assert given == {
        "kind": "browser",
        "url": "wss://asterisk.example:8089/ws",
        "user": "1001",
        "domain": "asterisk.example",
        "ice_servers": [{"urls": ["stun:stun.example"], "username": "", "credential": ""}],
    }
    assert (told["kind"], told["screen"]) == ("browser", TAB)
    assert after["kind"] == "browser"
    [account] = house.known_phones
    assert (account.phone, account.secret, account.kind) == ("1001", secret, PhoneKind.BROWSER)


async def test_a_page_that_was_loaded_anew_keeps_its_password_and_no_other_has_it(
    house: House,
) -> None:
    async with house.http("anna") as anna:
        first = await password(anna)
        assert await password(anna) == first
        second = await password(anna, OTHER_TAB)
        assert second != first
        assert await password(anna, OTHER_TAB) == second
        assert await password(anna) not in (first, second), "what it lost is void"


async def test_the_desks_phone_takes_its_place_again(house: House) -> None:
    async with house.http("anna") as anna, house.screen("anna") as screen:
        await hear(screen, "snapshot")
        first = await password(anna)
        await hear(screen, "phone_chosen")
        answer = await anna.put(URL, json={"kind": "desk", "screen": TAB})
        told = await hear(screen, "phone_chosen")
        assert answer.json() == {"kind": "desk", "phone": "1001"}
        assert (told["kind"], told["screen"]) == ("desk", "")
        assert await password(anna) != first
    assert [account.secret for account in house.known_phones][1] == "of-the-desk"


async def test_without_asterisk_there_is_no_phone_yet(house: House) -> None:
    house.asterisk_knows = False
    async with house.http("anna") as anna:
        refused = await anna.put(URL, json=browser())
        assert refused.status_code == 503
        assert "password" not in refused.text
        assert refused.json()["what_to_do"].startswith("Ask again")
        house.asterisk_knows = True
        assert await password(anna)


async def test_who_has_no_phone_or_is_not_there_is_told(house: House) -> None:
    async with house.http("sue") as sue, house.http("anna") as anna:
        for answer in (await sue.get(URL), await sue.put(URL, json=browser())):
            assert (answer.status_code, answer.json()["detail"]) == (409, "You have no phone.")
        house.live.perform(replace(shown_agent(), presence=Presence.LOGGED_OUT))
        answer = await anna.put(URL, json=browser())
        assert (answer.status_code, answer.json()["detail"]) == (409, "You are not at your desk.")
    assert house.known_phones == []


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "browser"},
        {"kind": "browser", "screen": "short"},
        {"kind": "browser", "screen": "a b c d e f g"},
        {"kind": "other", "screen": TAB},
        {"kind": "desk", "more": 1},
    ],
)
async def test_nonsense_is_refused(house: House, body: dict[str, object]) -> None:
    async with house.http("anna") as anna:
        assert (await anna.put(URL, json=body)).status_code == 422


async def test_a_database_that_is_away_is_said_so() -> None:
    house = House(dsn="postgresql://nobody@127.0.0.1:1/none")
    house.live.perform(shown_agent())
    async with running(house), house.http("anna") as anna:
        assert (await anna.put(URL, json=browser())).status_code == 503
        assert (await anna.get(URL)).status_code == 503

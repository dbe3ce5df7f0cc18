"""The browser is the agent's phone, on a real Asterisk."""

import asyncio

import pytest
from playwright.async_api import Browser

from ccserver.local.phones import Caller, CallerScript
from tests.asterisk.conftest import Ring
from tests.asterisk.site import Screen, Site, screen, until
from tests.asterisk.stories import assert_both_are_heard, assert_whole
from tests.browser.phone import BrowserPhone

pytestmark = pytest.mark.browser

GOLD = Caller(number="13800000001", name="Wang")
PRESS_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0)


async def registered(site: Site, phone: BrowserPhone, anna: Screen) -> dict[str, str]:
    """Anna is at her desk, and the page is her phone."""
    await anna.work("paused")
    token = await asyncio.to_thread(site.token, "anna")
    await phone.open(site)
    given = await phone.choose(token)
    assert given["status"] == 200, given
    await phone.register(given)
    await phone.until("registered")
    await until(lambda: bool(site.get("/api/phone", token=token)["reachable"]), 5.0)
    return given


@pytest.mark.parametrize("codec", ["PCMA", "opus"])
async def test_a_call_rings_in_the_browser_and_both_are_heard(
    site: Site, ring: Ring, phone: BrowserPhone, codec: str
) -> None:
    async with screen(site, "anna") as anna:
        given = await registered(site, phone, anna)
        assert given["url"] == f"ws://127.0.0.1:{site.asterisk.ports.http}/ws"
        await anna.say("ready")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        rang = await phone.rang()
        ((popped_at, card),) = anna.cards()
        assert popped_at * 1000 < rang["at"], "the card is there before the phone rings"
        assert (rang["contact"], rang["from"]) == (card["contact"], "13800000001")
        await phone.answer(codec)
        await anna.work("on_call")
        heard = await phone.talks(packets=150)
        assert heard["lost"] == 0
        assert heard["energy"] > 0.001, "the caller is heard"
        assert heard["codec"] == f"audio/{codec}"
        await phone.hang_up()
        await anna.work("wrap_up")
    (contact,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, contact["contact"])
    assert_whole(story)
    assert (story["ended_by"], story["agent"]) == ("agent", "anna")
    assert_both_are_heard(site, story)


async def test_what_the_browser_has_ends_with_the_log_in(
    site: Site, chromium: Browser, phone: BrowserPhone
) -> None:
    async with screen(site, "anna") as anna:
        given = await registered(site, phone, anna)
        await anna.say("log_out")
    await until(lambda: "secret-of-1001" in auth(site), 5.0)
    thief = BrowserPhone(page=await chromium.new_page(), jssip=phone.jssip)
    await thief.open(site)
    await thief.register(given)
    await thief.until("refused 401")
    assert given["password"] not in auth(site)


async def test_another_page_takes_the_phone_over(
    site: Site, chromium: Browser, phone: BrowserPhone
) -> None:
    async with screen(site, "anna") as anna:
        first = await registered(site, phone, anna)
        token = await asyncio.to_thread(site.token, "anna")
        other = BrowserPhone(page=await chromium.new_page(), jssip=phone.jssip)
        await other.open(site)
        second = await other.choose(token, "tab-00000002")
        await other.register(second)
        await other.until("registered")
        _, told = await anna.until(
            lambda m: m["type"] == "phone_chosen" and m["screen"] == "tab-00000002"
        )
        assert told["kind"] == "browser"
        await phone.open(site)
        await phone.register(first)
        await phone.until("refused 401")


async def test_a_restart_of_ccserver_leaves_the_talk_and_the_password(
    site: Site, ring: Ring, phone: BrowserPhone
) -> None:
    async with screen(site, "anna") as anna:
        given = await registered(site, phone, anna)
        await anna.say("ready")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await phone.rang()
        await phone.answer()
        await anna.work("on_call")
        await site.kill()
    await site.start()
    async with screen(site, "anna") as anna:
        await anna.work("on_call")
        token = await asyncio.to_thread(site.token, "anna")
        again = await phone.choose(token)
        assert again["password"] == given["password"]
        before = await phone.stats()
        await phone.talks(packets=before["received"] + 100)
        await anna.say("hang_up")
        await phone.until("ended remote")
        await anna.work("wrap_up")


async def test_the_same_over_tls(
    site: Site, ring: Ring, phone: BrowserPhone, tls_port: int
) -> None:
    site.settings["CC_PHONE_URL"] = f"wss://localhost:{tls_port}/ws"
    await site.stop()
    await site.start()
    async with screen(site, "anna") as anna:
        given = await registered(site, phone, anna)
        assert given["url"] == f"wss://localhost:{tls_port}/ws"
        await anna.say("ready")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await phone.rang()
        await phone.answer()
        await phone.talks(packets=50)


def auth(site: Site) -> str:
    """What Asterisk wants of Anna's phone."""
    return site.asterisk.console("pjsip show auth 1001-iauth")

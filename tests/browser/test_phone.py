"""The browser is the agent's phone, on a real Asterisk."""

import asyncio
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from playwright.async_api import Browser
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.core.ids import Phone
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import Caller, CallerScript, PhoneScript
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import HASH, Message, Screen, Site, phone_secret, screen, until
from tests.asterisk.stories import assert_both_are_heard, assert_whole
from tests.browser.phone import BrowserPhone

pytestmark = pytest.mark.browser

GOLD = Caller(number="13800000001", name="Wang")
PRESS_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0)


async def registered(site: Site, phone: BrowserPhone, anna: Screen) -> dict[str, str]:
    """The person is at the desk, and the page is the phone."""
    await anna.work("paused")
    token = await asyncio.to_thread(site.token, anna.login)
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


async def test_a_page_that_is_loaded_anew_takes_its_talk_over(
    site: Site, ring: Ring, phone: BrowserPhone
) -> None:
    async with screen(site, "anna") as anna:
        given = await registered(site, phone, anna)
        await anna.say("ready")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await phone.rang()
        await phone.answer()
        await phone.talks(packets=100)
        await anna.work("on_call")
        talk = await phone.talk()
        await phone.open(site)
        token = await asyncio.to_thread(site.token, "anna")
        again = await phone.choose(token)
        assert again["password"] == given["password"]
        await phone.register(again)
        await phone.until("registered")
        await phone.take_over(talk)
        await asyncio.to_thread(site.post, "/api/phone/talk", {}, token=token)
        heard = await phone.talks(packets=150)
        assert heard["energy"] > 0.001

        def phase(wanted: str) -> Callable[[Message], bool]:
            return lambda m: m["type"] == "call_changed" and m["call"]["phase"] == wanted

        await anna.until(phase("room"))
        await anna.say("hold")
        await anna.until(phase("hold"))
        await anna.say("resume")
        await anna.until(lambda m: phase("room")(m) and m["seq"] > held_seq(anna))
        await phone.talks(packets=heard["received"] + 150)
        assert anna.state() == "on_call"
        await phone.hang_up()
        await anna.work("wrap_up")
    (contact,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, contact["contact"])
    assert_whole(story)
    assert (story["ended_by"], story["agent"]) == ("agent", "anna")
    (recording,) = story["recordings"]
    with SoundFile(BytesIO(await asyncio.to_thread(site.sound, recording["id"]))) as sound:
        agent = np.abs(sound.read(dtype="int16").astype(int))[:, 1]
    second = 8000
    assert agent[: 2 * second].mean() > 100, "before"
    assert agent[-3 * second :].mean() > 100, "after, too, though it is another stream"


def held_seq(anna: Screen) -> int:
    """When the caller was put on hold last."""
    return max(
        int(m["seq"])
        for _, m in anna.heard
        if m["type"] == "call_changed" and m["call"]["phase"] == "hold"
    )


async def test_a_supervisor_listens_in_the_browser(
    site: Site, ring: Ring, phones: PhoneBook, phone: BrowserPhone
) -> None:
    engine = engine_for(site.dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await ensure_person(
            session, "sid", name="Sid", role=Role.SUPERVISOR, password_hash=HASH,
            phone=Phone("1009"), sip_secret=phone_secret("1009"),
        )  # fmt: skip
    await engine.dispose()
    await until(lambda: "1009" in site.asterisk.console("pjsip show endpoints"), 15.0)
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript())
    async with screen(site, "anna") as anna, screen(site, "sid") as sid:
        await registered(site, phone, sid)
        await anna.say("ready")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await anna.work("on_call")
        ((_, card),) = anna.cards()
        await sid.say("join", agent="anna", mode="listen")
        rang = await phone.rang()
        assert rang["contact"] == card["contact"]
        await phone.answer()
        heard = await phone.talks(packets=100)
        assert heard["energy"] > 0.001, "the talk is heard"


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

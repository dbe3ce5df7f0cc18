"""A supervisor joins a talk from the floor's page, with the browser as the phone."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from ccserver.core.ids import Phone
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import Caller, CallerScript
from tests.asterisk.conftest import Ring
from tests.asterisk.site import HASH, Site, phone_secret, until
from tests.browser.desk import Desk, at_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

GOLD = Caller(number="13800000001", name="Wang")
STAYS = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=120.0)


async def give_a_phone(site: Site) -> None:
    """Sid is a supervisor with a phone of his own."""
    engine = engine_for(site.dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        await ensure_person(
            session, "sid", name="Sid", role=Role.SUPERVISOR, password_hash=HASH,
            phone=Phone("1009"), sip_secret=phone_secret("1009"),
        )  # fmt: skip
    await engine.dispose()
    await until(lambda: "1009" in site.asterisk.console("pjsip show endpoints"), 15.0)


async def choose(sid: Desk, act: str) -> None:
    """What the menu of Anna's row offers."""
    await sid.page.get_by_role("button", name="What to do with Anna").first.click()
    await sid.page.get_by_role("menuitem", name=act, exact=True).click()


async def hears(desk: Desk) -> None:
    """Sound goes both ways from now on, and there is something in it."""
    sound = await desk.talks(packets=50, since=await desk.heard())
    assert sound["energy"] > 0.001


async def test_a_supervisor_joins_a_talk_in_every_way(
    site: Site, ring: Ring, chromium: Browser
) -> None:
    await give_a_phone(site)
    async with at_desk(chromium, site, "anna") as anna, at_desk(chromium, site, "sid") as sid:
        await sid.is_phone()
        await sid.go("floor")
        await anna.is_phone()
        await anna.ready()
        await asyncio.to_thread(ring, GOLD, STAYS)
        await anna.card("王伟")
        await anna.answer()
        row = sid.page.locator("tr", has_text="Anna").first
        await expect(row).to_contain_text(sid.word("on_call"))
        bar = sid.page.get_by_role("status", name="Your part in a talk")
        parties = anna.page.get_by_role("list", name="Who is in the talk")
        for act, told in (
            ("Listen", "You listen to Anna. Nobody hears you."),
            ("Whisper to the agent", "You whisper to Anna. The caller does not hear you."),
            ("Barge in", "You talk with Anna and the caller."),
        ):
            await choose(sid, act)
            await expect(bar).to_contain_text(told, timeout=20_000)
            await hears(sid)
            await hears(anna)
            await expect(parties).to_contain_text("sid")
        await bar.get_by_role("button", name="Leave the talk").click()
        await expect(parties).not_to_contain_text("sid")
        await expect(bar).to_be_hidden()
        await hears(anna)
        await choose(sid, "Take over")
        await sid.page.get_by_role("dialog").get_by_role("button", name="Take over").click()
        await anna.works("wrap_up")
        await sid.works("on_call")
        await sid.card("王伟")
        await hears(sid)
        await sid.press("hang_up")
        await sid.works("wrap_up")
    (ended,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, ended["contact"])
    assert story["ended_by"] == "agent"
    talks = [part["agent"] for part in story["segments"] if part["kind"] == "talk"]
    assert talks[-1] == "sid"

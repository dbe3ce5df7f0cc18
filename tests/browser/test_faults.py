"""A bad day at the desk: what goes wrong around a talk, in a real Chromium on the whole site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, expect

from ccserver import clock
from ccserver.local.phones import Caller, CallerScript, Phones, PhoneScript
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import Message, Site, change
from tests.asterisk.stories import assert_both_are_heard, assert_whole
from tests.browser.desk import Desk, at_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

GOLD = Caller(number="13800000001", name="Wang")
PLATINUM = Caller(number="13800000002", name="Li")
STAYS = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=120.0)
GOES_SOON = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=18.0)
BANNER_SECONDS = 3.0
SOUND_SECONDS = 10.0


def banner(desk: Desk) -> Locator:
    """What says that the server cannot be reached."""
    return desk.page.locator("#banner")


async def banner_seconds(desk: Desk, begun_at: float) -> float:
    """Seconds from an instant until the page says that the server is away."""
    await expect(banner(desk)).to_be_visible(timeout=BANNER_SECONDS * 1000)
    return clock.now() - begun_at


async def talk(
    desk: Desk, site: Site, ring: Ring, script: CallerScript = STAYS
) -> tuple[Phones, str]:
    """Anna talks with Wang: his phone, and the contact."""
    await desk.is_phone()
    await desk.ready()
    caller = await asyncio.to_thread(ring, GOLD, script)
    card = await desk.card("王伟")
    contact = await card.get_attribute("data-contact") or ""
    await desk.answer()
    await desk.talks()
    return caller, contact


async def is_ended(site: Site, contact: str) -> bool:
    """Whether the caller has heard the end."""
    story = await asyncio.to_thread(site.contact, contact)
    return story["ended_at"] is not None


async def story_of(site: Site) -> Message:
    """The only contact, once it has ended."""
    (ended,) = await site.contacts(1)
    return await asyncio.to_thread(site.contact, ended["contact"])


async def test_a_reload_in_mid_call(site: Site, ring: Ring, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna:
        caller, contact = await talk(anna, site, ring)
        begun_at = clock.now()
        await anna.page.reload()
        await anna.card("王伟")
        await anna.works("on_call")
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + SOUND_SECONDS):
            sound = await anna.talks(packets=25)
        seconds = clock.now() - begun_at
        print(f"sound is back after a reload in {seconds:.1f} s")
        assert seconds < SOUND_SECONDS
        assert sound["energy"] > 0, "the caller is heard again"
        assert not await is_ended(site, contact)
        assert caller.running.alive(), "the caller has heard no hang-up"
        await anna.press("hold")
        call = anna.page.locator("section.call h2")
        await expect(call).to_have_text(anna.word("on_hold"))
        await anna.press("resume")
        await expect(call).not_to_have_text(anna.word("on_hold"))
        await anna.talks(packets=int(sound["received"]) + 50)
        await anna.press("hang_up")
        await anna.works("wrap_up")
    story = await story_of(site)
    assert_whole(story)
    assert (story["ended_by"], story["agent"]) == ("agent", "anna")
    assert_both_are_heard(site, story)


CUT_SECONDS = 20.0


@asynccontextmanager
async def cut(desk: Desk) -> AsyncIterator[None]:
    """No network for this page, 20 s at least. Chromium breaks its WebSockets and requests; the
    sound goes past it, over loopback, so that this is a cut of the signalling alone."""
    begun_at = clock.now()
    await desk.page.context.set_offline(True)
    seconds = await banner_seconds(desk, begun_at)
    print(f"a cut network is shown after {seconds:.1f} s")
    assert seconds < BANNER_SECONDS
    yield
    await asyncio.sleep(max(0.0, begun_at + CUT_SECONDS - clock.now()))
    await desk.page.context.set_offline(False)
    begun_at = clock.now()
    await expect(banner(desk)).to_be_hidden(timeout=10_000)
    print(f"the network is there again: seen after {clock.now() - begun_at:.1f} s")


async def test_the_network_is_cut_in_mid_call(site: Site, ring: Ring, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna:
        _, contact = await talk(anna, site, ring)
        async with cut(anna):
            hold = anna.button("hold")
            await expect(hold).to_be_disabled()
            await expect(anna.page.locator("[data-contact]")).to_contain_text("王伟")
            before = await anna.talks()
            await anna.talks(packets=int(before["received"]) + 100)
        await anna.is_registered()
        await anna.works("on_call")
        assert not await is_ended(site, contact)
        before = await anna.talks()
        await anna.talks(packets=int(before["received"]) + 100)
        await expect(hold).to_be_enabled()
        await anna.press("hang_up")
        await anna.works("wrap_up")
    story = await story_of(site)
    assert_whole(story)
    assert_both_are_heard(site, story)


async def test_the_caller_hangs_up_while_the_network_is_cut(
    site: Site, ring: Ring, chromium: Browser
) -> None:
    await change(site, "queues/sales", wrap_up_seconds=60)
    async with at_desk(chromium, site, "anna") as anna:
        caller, contact = await talk(anna, site, ring, GOES_SOON)
        async with cut(anna):
            assert not await is_ended(site, contact)
            await asyncio.to_thread(caller.wait, 20.0)
        await anna.works("wrap_up", 5.0)
        await expect(anna.page.locator("[data-contact]")).to_contain_text("王伟")
        await anna.is_registered()
        # The phone has not heard the end itself.
        await expect(anna.page.locator("section.call")).to_be_hidden(timeout=10_000)
        await anna.press("done")
        await anna.works("available")
        await asyncio.to_thread(ring, PLATINUM, STAYS)
        await anna.card("李娜")
        await anna.answer()
        await anna.talks()


async def test_the_server_is_killed_during_a_talk(
    site: Site, ring: Ring, chromium: Browser
) -> None:
    async with at_desk(chromium, site, "anna") as anna, at_desk(chromium, site, "sue") as sue:
        _, contact = await talk(anna, site, ring)
        await asyncio.to_thread(ring, PLATINUM, STAYS)
        await expect(sue.page.get_by_text("+8613800000002").first).to_be_visible(timeout=20_000)
        begun_at = clock.now()
        await site.kill()
        seconds = await banner_seconds(anna, begun_at)
        print(f"a killed server is shown after {seconds:.1f} s")
        assert seconds < BANNER_SECONDS
        await expect(banner(sue)).to_be_visible(timeout=1000)
        for needs_server in ("ready", "pause", "hold", "hand_on"):
            await expect(anna.button(needs_server).first).to_be_disabled()
        before = await anna.talks()
        await anna.talks(packets=int(before["received"]) + 100)
        await site.start()
        begun_at = clock.now()
        await expect(banner(anna)).to_be_hidden(timeout=10_000)
        print(f"the server is there again: seen after {clock.now() - begun_at:.1f} s")
        await anna.works("on_call")
        assert await (await anna.card("王伟")).get_attribute("data-contact") == contact
        await expect(anna.button("hold")).to_be_enabled(timeout=10_000)
        await anna.is_registered()
        await anna.press("hang_up")
        # The one who waited meanwhile comes as soon as the wrap-up is over.
        await anna.card("李娜")
        await anna.answer()
        await anna.talks()
        await anna.press("hang_up")
    for story in await site.contacts(2):
        assert_whole(await asyncio.to_thread(site.contact, story["contact"]))


async def test_a_call_that_is_offered_while_the_page_is_away_is_on_screen(
    site: Site, ring: Ring, phones: PhoneBook, chromium: Browser
) -> None:
    await change(site, "queues/sales", ring_seconds=30)
    await asyncio.to_thread(phones.start, "1001", script=PhoneScript(answer=False))
    async with at_desk(chromium, site, "anna") as anna, at_desk(chromium, site, "sue") as sue:
        await anna.ready()
        await asyncio.to_thread(ring, GOLD, STAYS)
        await expect(sue.page.get_by_text("+8613800000001").first).to_be_visible(timeout=20_000)
        await anna.page.context.set_offline(True)
        row = sue.page.locator("tr", has_text="Anna").first
        await expect(row).to_contain_text("Ringing", timeout=20_000)
        await expect(anna.page.locator("[data-contact]")).to_be_hidden()
        await anna.page.context.set_offline(False)
        await anna.card("王伟")
        await anna.works("ringing")

"""A bad day at the desk: what goes wrong around a talk, in a real Chromium on the whole site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, expect

from ccserver import clock
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import deactivate
from ccserver.local.phones import Caller, CallerScript, Phones, PhoneScript
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import PASSWORD, Message, Site, change, fill
from tests.asterisk.stories import assert_both_are_heard, assert_whole
from tests.browser.conftest import browser_without, lived_in
from tests.browser.desk import PROBE, Desk, at_desk, enter, log_in, measured, window

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
    shown_at = await desk.page.wait_for_function(
        "() => document.querySelector('#banner') && Date.now()", polling=20, timeout=10_000
    )
    return float(await shown_at.json_value()) / 1000 - begun_at


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
        measured("seconds from reload to sound", seconds)
        assert seconds < SOUND_SECONDS
        assert sound["energy"] > 0, "the caller is heard again"
        assert not await is_ended(site, contact)
        assert caller.running.alive(), "the caller has heard no hang-up"
        await anna.press("hold")
        call = anna.page.locator("section.call h2")
        await expect(call).to_have_text(anna.word("on_hold"))
        await anna.press("resume")
        await expect(call).not_to_have_text(anna.word("on_hold"))
        await anna.talks(packets=50, since=sound)
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
    measured("seconds from cut to banner", seconds)
    assert seconds < BANNER_SECONDS
    yield
    await asyncio.sleep(max(0.0, begun_at + CUT_SECONDS - clock.now()))
    await desk.page.context.set_offline(False)
    begun_at = clock.now()
    await expect(banner(desk)).to_be_hidden(timeout=10_000)
    measured("seconds from mended network to no banner", clock.now() - begun_at)


async def test_the_network_is_cut_in_mid_call(site: Site, ring: Ring, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna:
        _, contact = await talk(anna, site, ring)
        async with cut(anna):
            hold = anna.button("hold")
            await expect(hold).to_be_disabled()
            await expect(anna.page.locator("[data-contact]")).to_contain_text("王伟")
            await anna.talks(packets=100, since=await anna.heard())
        await anna.is_registered()
        await anna.works("on_call")
        assert not await is_ended(site, contact)
        await anna.talks(packets=100, since=await anna.heard())
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
        measured("seconds from kill to banner", seconds)
        assert seconds < BANNER_SECONDS
        await expect(banner(sue)).to_be_visible(timeout=1000)
        for needs_server in ("ready", "pause", "hold", "hand_on"):
            await expect(anna.button(needs_server).first).to_be_disabled()
        await anna.talks(packets=100, since=await anna.heard())
        await site.start()
        begun_at = clock.now()
        await expect(banner(anna)).to_be_hidden(timeout=10_000)
        measured("seconds from started server to no banner", clock.now() - begun_at)
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


def elsewhere(desk: Desk) -> Locator:
    """The phone in the head of the page, where it says that another tab has it."""
    return desk.page.locator("header.top button.phone", has_text="Phone is in another window")


async def take_over(desk: Desk) -> None:
    """Take the phone from the other tab."""
    await elsewhere(desk).click()
    await desk.page.get_by_role("button", name="Take the phone here").click()
    await desk.is_registered()
    await desk.page.keyboard.press("Escape")


async def test_one_of_two_tabs_is_the_phone(site: Site, ring: Ring, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as first:
        await first.is_phone()
        second = await log_in(first.page.context, site, "anna")
        await expect(elsewhere(second)).to_be_visible()
        await first.is_registered()
        await take_over(second)
        await expect(elsewhere(first)).to_be_visible()
        await first.ready()
        await second.works("available")
        await asyncio.to_thread(ring, GOLD, STAYS)
        for desk in (first, second):
            await desk.card("王伟")
        await expect(first.button("answer")).to_be_hidden()
        await second.answer()
        await first.works("on_call")
        # In the middle of the talk: it stays where it is, the next rings in the first tab.
        await second.talks()
        await take_over(first)
        await expect(elsewhere(second)).to_be_visible()
        await second.talks(packets=100, since=await second.heard())
        await first.press("hang_up")
        for desk in (first, second):
            await desk.works("available")
        await asyncio.to_thread(ring, PLATINUM, STAYS)
        await first.card("李娜")
        await first.answer()
        await first.talks()
        await first.press("hang_up")
        await first.works("wrap_up")
        assert second.faults == []
    for told in await site.contacts(2):
        story = await asyncio.to_thread(site.contact, told["contact"])
        assert (story["ended_by"], story["agent"]) == ("agent", "anna")


async def test_a_closed_tab_hands_phone_and_talk_to_the_other(
    site: Site, ring: Ring, chromium: Browser
) -> None:
    async with at_desk(chromium, site, "anna") as first:
        _, contact = await talk(first, site, ring)
        second = await log_in(first.page.context, site, "anna")
        await expect(elsewhere(second)).to_be_visible()
        await second.works("on_call")
        # A tab that is only loaded anew keeps its phone.
        await first.page.reload()
        await first.talks(packets=25)
        await expect(elsewhere(second)).to_be_visible()
        await first.page.close()
        await second.is_registered()
        await second.talks(packets=50)
        assert not await is_ended(site, contact)
        await second.press("hang_up")
        await second.works("wrap_up")
        assert second.faults == []
    assert_whole(await story_of(site))


async def test_a_refused_microphone(site: Site, ring: Ring, chromium: Browser) -> None:
    async with (
        browser_without("--use-fake-ui-for-media-stream") as careful,
        window(careful, permissions=False) as context,
        at_desk(chromium, site, "sue") as sue,
    ):
        anna = await log_in(context, site, "anna")
        menu = anna.page.locator("header.top button.phone")
        await menu.click()
        await anna.page.locator("label.el-radio-button", has_text="This browser").click()
        await expect(anna.page.locator("header.top [role=alert]")).to_contain_text(
            "The microphone is blocked. Click the lock beside the address"
        )
        await anna.press("ready")
        await is_not_offered(anna, sue, ring)
        await context.grant_permissions(["microphone"])
        await anna.page.get_by_role("button", name="Try again").click()
        await anna.is_registered()
        await anna.card("王伟")
        await anna.answer()
        await anna.talks()
        assert anna.faults == []


async def test_a_missing_microphone(site: Site, ring: Ring, chromium: Browser) -> None:
    async with (
        browser_without("--use-fake-device-for-media-stream") as bare,
        window(bare) as context,
        at_desk(chromium, site, "sue") as sue,
    ):
        anna = await log_in(context, site, "anna")
        await anna.page.locator("header.top button.phone").click()
        await anna.page.locator("label.el-radio-button", has_text="This browser").click()
        await expect(anna.page.locator("header.top [role=alert]")).to_contain_text(
            "No microphone was found. Plug in your headset"
        )
        await anna.press("ready")
        await is_not_offered(anna, sue, ring)


async def is_not_offered(anna: Desk, sue: Desk, ring: Ring) -> None:
    """A caller comes, waits for a while, and nobody's phone is tried."""
    await anna.works("unreachable")
    await asyncio.to_thread(ring, GOLD, STAYS)
    row = sue.page.locator("tr", has_text="+8613800000001").first
    await expect(row).to_contain_text("Waiting", timeout=20_000)
    agent = sue.page.locator("tr", has_text="Anna").first
    with pytest.raises(AssertionError):  # nothing changes in these seconds
        await expect(agent).not_to_contain_text("Phone unreachable", timeout=5000)
    await expect(anna.page.locator("[data-contact]")).to_be_hidden()


async def test_a_hidden_tab_gets_the_pop(site: Site, ring: Ring) -> None:
    async with lived_in() as context:
        await context.add_init_script(PROBE)
        anna = await log_in(context, site, "anna")
        await anna.is_phone()
        await anna.ready()
        other = await context.new_page()
        await other.bring_to_front()
        hidden_for_seconds = 15.0
        await anna.page.wait_for_function("() => document.hidden", polling=100)
        # By then the browser has slowed the page's timers to one a second.
        await asyncio.sleep(hidden_for_seconds)
        await asyncio.to_thread(ring, GOLD, STAYS)
        await anna.page.wait_for_function(
            "() => Object.keys(window.__seen.invite).length > 0", polling=100, timeout=20_000
        )
        assert await anna.page.evaluate("document.hidden")
        seen = await anna.page.evaluate("window.__seen")
        (contact,) = seen["card"]
        drawn_ms = seen["card"][contact] - seen["offered"][contact]
        measured("ms from offer to pop in a hidden tab", drawn_ms)
        assert drawn_ms < 1000
        assert seen["ack"][contact] < seen["invite"][contact], "seen before it rings"
        await anna.page.wait_for_function("() => document.title.includes('王伟')", polling=100)
        await anna.page.bring_to_front()
        await anna.answer()
        await anna.talks()
        assert anna.faults == []


async def test_a_session_that_is_over(site: Site, ring: Ring, chromium: Browser) -> None:
    site.settings["CC_TOKEN_MINUTES"] = "0.2"
    await site.stop()
    await site.start()
    async with at_desk(chromium, site, "anna") as anna:
        _, contact = await talk(anna, site, ring)
        # No token is renewed in these 20 s, and the last one lived for 12.
        async with cut(anna):
            pass
        await expect(anna.page.get_by_text("Your session is over.")).to_be_visible(timeout=10_000)
        assert not await is_ended(site, contact)
        await enter(anna.page, "anna")
        await anna.card("王伟")
        await anna.works("on_call")
        await anna.is_registered()
        await anna.talks(packets=50, since=await anna.heard())
        await anna.press("hang_up")
        await anna.works("wrap_up")
        await anna.page.get_by_role("button", name="Log out").click()
        await expect(anna.page.get_by_text("You are logged out.")).to_be_visible()
    assert_whole(await story_of(site))


async def test_a_person_who_is_locked_out(site: Site, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna:
        engine = engine_for(site.dsn, connections=0)
        async with sessions_of(engine).begin() as session:
            assert await deactivate(session, "anna")
        await expect(anna.page.get_by_text("You may no longer log in here.")).to_be_visible(
            timeout=30_000
        )
        await anna.page.fill("#login", "anna")
        await anna.page.fill("#password", PASSWORD)
        await anna.page.press("#password", "Enter")
        await expect(anna.page.get_by_text("Login or password is wrong.")).to_be_visible()
        await fill(site.dsn)
        await engine.dispose()
        await enter(anna.page, "anna")
        await anna.works("paused")

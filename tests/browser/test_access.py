"""Everybody can use the page: axe-core finds no serious fault, and keys alone are enough."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import Caller, CallerScript
from tests.asterisk.conftest import Ring, forget_everything
from tests.asterisk.site import PASSWORD, Site, change, new_site
from tests.browser.conftest import MODULES
from tests.browser.desk import Desk, at_desk, window
from tests.browser.filled import Busy, asked, at_work, fill, zone_of_evening
from tests.browser.filled_campaigns import PREVIEWED, RUNS, run_campaigns
from tests.browser.outbound import set_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

AXE = (MODULES / "axe-core" / "axe.min.js").read_text()
GRAVE = ("serious", "critical")
SETTLE_SECONDS = 1.0
PRESS_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=90.0)
GOLD = Caller(number="13800000001", name="Wang")

_FIND = """async () => {
  const found = await axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return found.violations.map(({ id, impact, nodes }) => [
    id, impact, nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "),
  ]);
}"""


@pytest.fixture
async def busy(
    tmp_path: Path, database: str, asterisk: Asterisk, agi_port: int, customers_port: int
) -> AsyncIterator[Busy]:
    """A site on a working day."""
    await fill(database)
    site = new_site(tmp_path / "site", database, asterisk, agi_port)
    site.settings["CC_ZONE"] = zone_of_evening()
    await site.start()
    async with at_work(site) as busy:
        await busy.customers(customers_port)
        await run_campaigns(site)
        yield busy
    await site.stop()
    forget_everything(asterisk)


async def grave(page: Page, view: str) -> list[str]:
    """What axe-core finds in this view, in the light and in the dark look."""
    faults: list[str] = []
    for look in ("light", "dark"):
        await page.emulate_media(color_scheme=look, reduced_motion="reduce")
        await asyncio.sleep(0.2)
        # Not as a script of the page: its policy allows none from elsewhere.
        await page.evaluate(f"window.axe === undefined && (() => {{ {AXE} }})()")
        for rule, impact, where in await page.evaluate(_FIND):
            if impact in GRAVE:
                faults.append(f"{view} ({look}): {rule}: {where}")
    return faults


async def test_no_view_has_a_serious_fault(busy: Busy, chromium: Browser) -> None:
    site = busy.site
    faults: list[str] = []
    async with window(chromium) as context:
        page = await context.new_page()
        await page.goto(site.url)
        await page.wait_for_selector("#login")
        faults += await grave(page, "login")
    async with at_desk(chromium, site, "ada") as ada:
        for way in (
            "floor", "history?by=queue", "today", "evaluations", "voicemails", "flows", "audit",
            "settings", "recordings", "customers?id=1", "campaigns", f"campaigns?name={RUNS}",
            f"campaigns?name={RUNS}&pane=figures", f"campaigns?name={RUNS}&pane=lists",
            f"campaigns?name={RUNS}&pane=attempts", f"campaigns?name={RUNS}&pane=reports",
            "campaigns?tab=barred", "campaigns?tab=results", "wall",
        ):  # fmt: skip
            await ada.go(way)
            await asyncio.sleep(SETTLE_SECONDS)
            faults += await grave(ada.page, way)
            step = {"settings": "新车销售", "recordings": "郭强"}.get(way)
            if step is not None:
                await ada.page.get_by_role("main").get_by_text(step).first.click()
                await asyncio.sleep(SETTLE_SECONDS)
                faults += await grave(ada.page, f"{way}, one open")
    async with at_desk(chromium, site, "anna") as anna:
        faults += await of_the_desk(anna, busy)
    assert not faults, "\n".join(faults)


async def of_the_desk(anna: Desk, busy: Busy) -> list[str]:
    """An agent's views, from the log-in to the wrap-up."""
    page = anna.page
    await anna.is_phone()
    faults = await grave(page, "desk, idle")
    await anna.go("day")
    await asyncio.sleep(SETTLE_SECONDS)
    faults += await grave(page, "day")
    await anna.ready()
    await busy.ring("1", 1)
    await expect(anna.button("answer")).to_be_visible(timeout=20_000)
    faults += await grave(page, "desk, ringing")
    await anna.answer()
    await expect(page.locator("[aria-keyshortcuts=F9]")).to_be_enabled()
    faults += await grave(page, "desk, in a call")
    await page.keyboard.press("F10")
    await expect(page.get_by_role("dialog").get_by_text("郭强")).to_be_visible()
    await asyncio.sleep(SETTLE_SECONDS)
    faults += await grave(page, "transfer")
    await page.keyboard.press("Escape")
    await anna.press("hang_up")
    await anna.works("wrap_up")
    faults += await grave(page, "desk, wrap-up")
    return faults + await of_a_campaign(anna, busy)


async def of_a_campaign(anna: Desk, busy: Busy) -> list[str]:
    """What an agent sees of the leads that he calls."""
    page = anna.page
    await page.get_by_role("combobox", name="Disposition").click()
    await page.get_by_role("option", name="已解决").click()
    await anna.press("done")
    await set_state(busy.site, PREVIEWED, "running")
    preview = page.locator("[data-preview]")
    await expect(preview).to_be_visible(timeout=20_000)
    faults = await grave(page, "desk, preview")
    await preview.get_by_role("button", name="Call", exact=True).click()
    await anna.answer()
    await expect(page.locator("[data-question=mark]")).to_be_visible()
    return faults + await grave(page, "desk, questionnaire")


# -- keys alone


async def focused(page: Page) -> str:
    """The name of what has the focus: its label, else its text."""
    name: str = await page.evaluate(
        """() => {
          const at = document.activeElement;
          return at.getAttribute("aria-label") || at.innerText || at.id || at.tagName;
        }"""
    )
    return name.strip()


async def tab_to(page: Page, name: str, *, most: int = 40) -> None:
    """Press Tab until this has the focus, as somebody without a mouse must."""
    passed = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        passed.append(await focused(page))
        if re.search(name, passed[-1]):
            return
    raise AssertionError(f"Tab does not reach {name}: {passed}")


async def has_focus(page: Page, name: str) -> None:
    """Wait until this has the focus."""
    for _ in range(50):
        if re.search(name, await focused(page)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{await focused(page)} has the focus, not {name}")


async def test_keys_are_enough_for_a_whole_call(site: Site, ring: Ring, chromium: Browser) -> None:
    async with asked(site, "ada") as ada:
        solved = {"title": "Solved", "flags": ["completed"]}
        (await ada.put("/api/config/dispositions/solved", json=solved)).raise_for_status()
    await change(
        site, "queues/sales", disposition_required=True, wrap_up_seconds=300, ring_seconds=60
    )
    async with window(chromium) as context:
        page = await context.new_page()
        anna = Desk(page=page, language="en")
        await page.goto(site.url)
        await page.wait_for_selector("#login")
        assert await focused(page) == "login"
        await page.keyboard.type("anna")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("nav.ways")
        await tab_to(page, "^Phone")
        await page.keyboard.press("Enter")
        await choose_the_browser(page)
        await anna.is_registered()
        await page.keyboard.press("Escape")
        await has_focus(page, "^Phone")
        await page.keyboard.press("F2")
        await anna.works("available")
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await anna.card("王伟")
        await has_focus(page, "^Answer")
        await page.keyboard.press("Enter")
        await anna.works("on_call")
        await has_focus(page, "^In the talk")
        await anna.talks(packets=50)
        await tab_to(page, "^Hold$")
        await page.keyboard.press("Enter")
        call = page.locator("section.call h2")
        await expect(call).to_have_text(anna.word("on_hold"))
        await has_focus(page, "^Back to the caller")
        await page.keyboard.press("F9")
        await expect(call).not_to_have_text(anna.word("on_hold"))
        await page.keyboard.press("F8")
        await anna.works("wrap_up")
        await has_focus(page, "^Disposition")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await tab_to(page, "^Notes$")
        await page.keyboard.type("wants the blue one")
        await tab_to(page, "^Wrap-up done")
        await page.keyboard.press("Enter")
        await anna.works("available")
    (ended,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, ended["contact"])
    assert (story["disposition"], story["note"]) == ("solved", "wants the blue one")


async def choose_the_browser(page: Page) -> None:
    """The menu is open, and the focus in it: take the first of the two phones."""
    menu = page.get_by_role("dialog")
    await expect(menu).to_be_visible()
    chosen = menu.locator("input:checked")
    await expect(chosen).to_be_focused()
    await page.keyboard.press("ArrowLeft")

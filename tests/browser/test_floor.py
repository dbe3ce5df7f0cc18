"""The supervisor's pages in a real browser: acts on the floor, the history, the day, the wall."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from ccserver.local.phones import Caller, CallerScript
from tests.asterisk.conftest import Ring
from tests.asterisk.site import Site
from tests.browser.desk import at_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

GOLD = Caller(number="13800000001", name="Wang")
PRESS_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=60.0)


async def act(page: Page, name: str, doing: str) -> None:
    """Open the menu of a row by the keyboard alone, and choose in it."""
    await expect(page.get_by_role("dialog")).to_be_hidden()
    more = page.get_by_role("button", name=f"What to do with {name}", exact=True).first
    await more.focus()
    await page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name=doing, exact=True)
    await expect(item).to_be_visible()
    await expect(page.locator("[role=menu]:focus-within")).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("ArrowDown")
        await asyncio.sleep(0.05)  # the focus follows in the browser's next turn
        if await item.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")


async def test_a_supervisor_acts_on_agents_and_queues(site: Site, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna, at_desk(chromium, site, "sue") as sue:
        await anna.is_phone()
        page = sue.page
        row = page.locator("table.agents tr", has_text="Anna")
        await act(page, "Anna", "Set ready")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Do it")).to_be_disabled()
        await expect(dialog.get_by_label("Why you do it")).to_be_focused()
        await page.keyboard.type("the queue is long")
        await page.keyboard.press("Enter")
        await expect(row).to_contain_text("Available", timeout=10_000)
        await anna.works("available")

        await act(page, "Anna", "Send a message")
        await dialog.get_by_label("Message").fill("Please call me.")
        await dialog.get_by_role("button", name="Do it").click()
        await expect(anna.page.get_by_text("Please call me.")).to_be_visible()

        await act(page, "Sales", "Close the queue")
        await dialog.get_by_label("Why you do it").fill("fire drill")
        await page.keyboard.press("Enter")
        sales = page.locator("table.queues tr", has_text="Sales")
        await expect(sales).to_contain_text("Closed by hand: fire drill", timeout=10_000)
        await act(page, "Sales", "Open the queue")
        await dialog.get_by_label("Why you do it").fill("all are back")
        await page.keyboard.press("Enter")
        await expect(sales).not_to_contain_text("Closed by hand", timeout=10_000)

        await page.get_by_label("Name, number, customer").fill("bob")
        await expect(row).to_have_count(0)
        await page.reload()
        await expect(page.locator("table.agents tbody tr")).to_have_count(1)
        await expect(page).to_have_url(f"{site.url}/#/floor?text=bob")
    acts = await asyncio.to_thread(site.get, "/api/acts", token=site.token("sue"))
    assert [(one["kind"], one["target"], one["reason"]) for one in acts] == [
        ("open", "sales", "all are back"),
        ("close", "sales", "fire drill"),
        ("message", "anna", ""),
        ("presence", "anna", "the queue is long"),
    ]


async def test_a_call_is_in_the_figures_of_now_and_of_the_day(
    site: Site, ring: Ring, chromium: Browser
) -> None:
    async with at_desk(chromium, site, "anna") as anna, at_desk(chromium, site, "sue") as sue:
        await anna.is_phone()
        await anna.ready()
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await anna.answer()
        page = sue.page
        row = page.locator("table.agents tr", has_text="Anna")
        await expect(row).to_contain_text("+8613800000001")
        await expect(row).to_contain_text("Gold")
        await act(page, "Anna", "Listen")
        told = page.get_by_role("dialog").get_by_text("You have no phone to join a talk with.")
        await expect(told).to_be_visible()
        await page.keyboard.press("Enter")
        await anna.press("hang_up")
        await anna.works("wrap_up")
        await anna.press("done")
        await anna.works("available")
        sales = page.locator("table.queues tr", has_text="Sales")
        await expect(sales).to_contain_text("100.0 %")

        await sue.go("history?step=day")
        line = page.locator("tbody tr", has_text="Sales").first
        await expect(line).to_contain_text("100.0 %", timeout=10_000)
        await expect(page.locator("th", has_text="sl_excl_short").first).to_be_visible()
        await expect(page.locator("canvas")).to_have_count(3)
        async with page.expect_download() as waits:
            await page.get_by_role("button", name="Excel").click()
        download = await waits.value
        assert download.suggested_filename.startswith("figures-queue-")

        await sue.go("today")
        arrived = page.locator("dl.numbers > div", has_text="Came so far")
        await expect(arrived).to_contain_text("1", timeout=10_000)
        await expect(page.locator("canvas").first).to_be_visible()

        await sue.go("wall")
        await expect(page.get_by_role("article").first).to_contain_text("Service level")
        await page.keyboard.press("Escape")
        await expect(page.locator("table.queues")).to_be_visible()

"""Pictures of every main view, in both languages and looks and two widths, and what is wrong.

`make screenshots`: a site of its own (PostgreSQL, Asterisk, ccserver, SIPp) on a working day, seen
by an agent, a supervisor and an administrator in a real browser. The pictures go to
var/screenshots/. The exit code is 1, with a list, when a page is wider than the window, when text
is cut or lies on other text, when controls lie on each other, when a key stands for a word, or when
the page's code complains.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from ccserver.local.root import HOUSE
from tests.asterisk.site import Site, new_site
from tests.bench.first_call import Servers, new_database, servers
from tests.browser.desk import enter
from tests.browser.filled import Busy, at_work, fill, zone_of_evening
from tests.browser.filled_campaigns import PREVIEWED, RUNS, run_campaigns
from tests.browser.flags import CHROMIUM, FLAGS
from tests.browser.outbound import set_state

FOLDER = Path("var/screenshots")
LOOKS = Path(__file__).with_name("looks.js").read_text()
WORDS = HOUSE / "ccserver" / "webui" / "src" / "words"
SIZES = {1440: 900, 1920: 1080}
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
THEMES = ("light", "dark")
SETTLE_SECONDS = 0.25
LOAD_SECONDS = 1.2


def keys() -> list[str]:
    """What stands for a word until it is said."""
    found: list[str] = []
    for file in sorted(WORDS.glob("*_en.ts")):
        found += re.findall(r'^  "?([A-Za-z][\w.]*)"?:', file.read_text(), re.MULTILINE)
    return found


@dataclass(kw_only=True)
class Album:
    """The pictures, and what is wrong in them."""

    only: str = ""
    """A pattern that the views' names must hold; empty: all."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    """What is wrong -> the pictures."""
    keys: list[str] = field(default_factory=keys)
    count: int = 0

    def add(self, fault: str, picture: str) -> None:
        self.faults.setdefault(fault, []).append(picture)

    def wants(self, view: str) -> bool:
        return re.search(self.only, view) is not None

    async def take(self, page: Page, view: str) -> None:
        """This view in every language, look and width."""
        if not self.wants(view):
            return
        for language, tag in LANGUAGES.items():
            await in_language(page, tag)
            for theme in THEMES:
                for width, height in SIZES.items():
                    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                    await page.set_viewport_size({"width": width, "height": height})
                    await page.mouse.move(width / 2, height - 1)
                    await asyncio.sleep(SETTLE_SECONDS)
                    await self._take(page, f"{view}-{language}-{theme}-{width}")

    async def _take(self, page: Page, name: str) -> None:
        for fault in await page.evaluate(LOOKS, self.keys):
            self.add(fault, name)
        await page.screenshot(path=FOLDER / f"{name}.png")
        self.count += 1


async def in_language(page: Page, tag: str) -> None:
    """Press the button, where the page has one; else open the page again."""
    if await page.evaluate("document.documentElement.lang") == tag:
        return
    button = page.locator(".look button").first
    # Where a dialog is open, it lies above the button.
    if await button.count():
        await button.evaluate("button => button.click()")
    else:
        short = tag.partition("-")[0]
        await page.evaluate(f"localStorage.setItem('ccserver.language', '{short}')")
        await page.reload()
        await asyncio.sleep(LOAD_SECONDS)


@asynccontextmanager
async def window(browser: Browser, site: Site, album: Album) -> AsyncIterator[Page]:
    """The log-in, in a window of its own."""
    context = await browser.new_context(
        locale="en-GB", timezone_id=zone_of_evening(), permissions=["microphone", "notifications"]
    )
    page = await context.new_page()
    page.on("pageerror", lambda error: album.add(f"thrown: {error}", page.url))
    page.on(
        "console",
        lambda told: album.add(f"console: {told.text}", page.url) if told.type == "error" else None,
    )
    await page.goto(site.url)
    await page.wait_for_selector("#login")
    yield page
    await context.close()


async def go(page: Page, way: str) -> None:
    await page.evaluate(f"location.hash = '#/{way}'")
    await asyncio.sleep(LOAD_SECONDS)


async def at_the_desk(page: Page, busy: Busy, album: Album) -> None:
    """An agent's day: idle, in a call, after it."""
    await enter(page, "anna")
    await page.locator("header.top button.phone").click()
    await page.locator("label.el-radio-button", has_text="This browser").click()
    phone = page.locator("header.top button.phone")
    await expect(phone).not_to_contain_text("Desk phone")
    await expect(phone).to_have_class(re.compile("phone-good"), timeout=20_000)
    await album.take(page, "phone")
    await page.keyboard.press("Escape")
    await in_language(page, LANGUAGES["en"])
    await page.get_by_role("button", name="Ready", exact=True).first.click()
    await go(page, "desk")
    await album.take(page, "desk-idle")
    await go(page, "day")
    await album.take(page, "day")
    await go(page, "customers")
    await page.get_by_role("main").get_by_role("textbox").first.fill("王伟")
    await asyncio.sleep(LOAD_SECONDS)
    await page.get_by_role("main").get_by_text("王伟").first.click()
    await asyncio.sleep(LOAD_SECONDS)
    await album.take(page, "customer-open")
    await in_language(page, LANGUAGES["en"])
    await go(page, "desk")
    await busy.ring("1", 1)
    await expect(page.locator("[data-contact]").first).to_be_visible(timeout=20_000)
    answer = page.locator("[aria-keyshortcuts=F4]")
    await expect(answer).to_be_visible(timeout=20_000)
    await album.take(page, "desk-ringing")
    await answer.click()
    await expect(page.locator("[aria-keyshortcuts=F9]")).to_be_enabled(timeout=20_000)
    await album.take(page, "desk-call")
    await page.locator("[aria-keyshortcuts=F10]").click()
    await expect(page.get_by_role("dialog").get_by_text("郭强")).to_be_visible()
    await asyncio.sleep(SETTLE_SECONDS)
    await album.take(page, "transfer")
    await page.keyboard.press("Escape")
    await page.locator("[aria-keyshortcuts=F8]").click()
    await expect(page.locator(".outcome header")).to_be_visible()
    await album.take(page, "desk-wrap-up")
    await in_a_campaign(page, busy, album)


async def in_a_campaign(page: Page, busy: Busy, album: Album) -> None:
    """A preview, the talk with its questions, and what came of it."""
    await in_language(page, LANGUAGES["en"])
    await page.get_by_role("combobox", name="Disposition").click()
    await page.get_by_role("option", name="已解决").click()
    await page.get_by_role("button", name="Wrap-up done").click()
    await set_state(busy.site, PREVIEWED, "running")
    await expect(page.locator("[data-preview]")).to_be_visible(timeout=20_000)
    await album.take(page, "desk-preview")
    await in_language(page, LANGUAGES["en"])
    await page.locator("[data-preview] button.el-button--success").click()
    answer = page.locator("[aria-keyshortcuts=F4]")
    await expect(answer).to_be_visible(timeout=20_000)
    await album.take(page, "desk-campaign-ringing")
    await answer.click()
    await expect(page.locator("[aria-keyshortcuts=F9]")).to_be_enabled(timeout=20_000)
    await page.locator("[data-question=mark] label").first.click()
    await asyncio.sleep(LOAD_SECONDS)
    await album.take(page, "desk-campaign-call")
    await page.locator("[data-question]").last.scroll_into_view_if_needed()
    await album.take(page, "desk-questionnaire")


Step = Callable[[Page], Awaitable[None]]


async def _recording(page: Page) -> None:
    await page.locator("#view .found").first.click()
    await asyncio.sleep(LOAD_SECONDS)


async def _chart(page: Page) -> None:
    await page.locator(".charts").scroll_into_view_if_needed()
    await asyncio.sleep(SETTLE_SECONDS)


async def _queue(page: Page) -> None:
    await page.get_by_role("main").get_by_text("新车销售").first.click()
    await asyncio.sleep(LOAD_SECONDS)


async def _faults(page: Page) -> None:
    await page.locator("tr[data-list] button[aria-expanded]").first.click()
    await asyncio.sleep(LOAD_SECONDS)


async def _new_list(page: Page) -> None:
    await page.locator("[data-new-list]").click()
    await asyncio.sleep(SETTLE_SECONDS)


async def _start(page: Page) -> None:
    await page.locator(f"[data-campaign={PREVIEWED}] [data-act=running]").click()
    await asyncio.sleep(SETTLE_SECONDS)


async def _campaign(page: Page) -> None:
    await page.get_by_role("main").get_by_text("保险续保提醒").first.click()
    await asyncio.sleep(LOAD_SECONDS)


SUPERVISED: tuple[tuple[str, str, Step | None], ...] = (
    ("floor", "floor", None),
    ("history", "history?by=queue", None),
    ("history-chart", "history?by=queue", _chart),
    ("today", "today", None),
    ("recordings", "recordings", None),
    ("recording-open", "recordings", _recording),
    ("evaluations", "evaluations", None),
    ("voicemails", "voicemails", None),
    ("campaigns", "campaigns", None),
    ("campaign-pacing", f"campaigns?name={RUNS}", None),
    ("campaign-figures", f"campaigns?name={RUNS}&pane=figures", None),
    ("campaign-lists", f"campaigns?name={RUNS}&pane=lists", _faults),
    ("campaign-new-list", f"campaigns?name={RUNS}&pane=lists", _new_list),
    ("campaign-attempts", f"campaigns?name={RUNS}&pane=attempts", None),
    ("campaign-reports", f"campaigns?name={RUNS}&pane=reports", None),
    ("campaign-start", "campaigns", _start),
    ("do-not-call", "campaigns?tab=barred", None),
    ("survey-results", "campaigns?tab=results", None),
    ("flows", "flows", None),
    ("settings", "settings", None),
    ("settings-queue", "settings", _queue),
    ("settings-campaign", "settings?kind=campaigns", _campaign),
    ("audit", "audit", None),
    ("wall", "wall", None),
)


async def on_the_floor(page: Page, album: Album, login: str) -> None:
    """What a supervisor and an administrator look at."""
    await enter(page, login)
    for view, way, step in SUPERVISED:
        if not album.wants(view):
            continue
        if await page.locator("nav.ways").count():
            await in_language(page, LANGUAGES["en"])
        await go(page, way)
        if step is not None:
            await step(page)
        await album.take(page, view)


async def take_all(site: Site, customers_port: int, album: Album) -> None:
    """Every view, on a site that runs."""
    async with at_work(site) as busy, async_playwright() as playwright, AsyncExitStack() as stack:
        await busy.customers(customers_port)
        await run_campaigns(site)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)
        async with window(browser, site, album) as page:
            await album.take(page, "login")
        async with window(browser, site, album) as page:
            await on_the_floor(page, album, "ada")
        async with window(browser, site, album) as page:
            await at_the_desk(page, busy, album)


async def all_of_it(started: Servers, album: Album) -> None:
    """The site, and its pictures."""
    dsn = await new_database(started, "screenshots")
    await fill(dsn)
    site = new_site(started.home / "site", dsn, started.asterisk, started.agi_port)
    site.settings["CC_ZONE"] = zone_of_evening()
    await site.start()
    try:
        await take_all(site, started.customers_port, album)
    finally:
        await site.stop()


def main() -> int:
    """Take them, and tell what is wrong."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    album = Album(only=sys.argv[1] if len(sys.argv) > 1 else "")
    with servers() as started:
        asyncio.run(all_of_it(started, album))
    sys.stdout.write(f"{album.count} pictures in {FOLDER}\n")
    for fault, pictures in album.faults.items():
        more = f" and {len(pictures) - 1} more" if len(pictures) > 1 else ""
        sys.stdout.write(f"{pictures[0]}{more}: {fault}\n")
    return 1 if album.faults else 0


if __name__ == "__main__":
    sys.exit(main())

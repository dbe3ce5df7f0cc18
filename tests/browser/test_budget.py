"""The first load of the desk: how much comes over the wire, and that it comes once."""

import pytest
from playwright.async_api import Browser

from tests.asterisk.site import Site
from tests.browser.desk import enter
from tests.browser.wire import wire_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FIRST_LOAD_BYTES_MAX = 500_000


async def test_the_first_load_is_small_and_the_second_is_kept(
    site: Site, chromium: Browser
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    first = await wire_of(page)
    await page.goto(site.url)
    await enter(page, "anna")
    await page.wait_for_selector("header.top .work")
    await page.wait_for_load_state("networkidle")
    assets = {url for url in first.bytes if "/assets/" in url}
    assert len(assets) > 3, "scripts and styles were seen"
    assert not any("TimeChart" in url for url in assets), "charts come with their own views"
    assert sum(first.bytes.values()) < FIRST_LOAD_BYTES_MAX
    for url in assets:
        headers = first.headers[url]
        assert headers["content-encoding"] == "gzip", url
        assert "immutable" in headers["cache-control"], url
    second = await wire_of(page)
    await page.reload()
    await page.wait_for_selector("header.top .work")
    await page.wait_for_load_state("networkidle")
    again = {url for url in second.headers if "/assets/" in url}
    assert again, "the page was loaded anew"
    assert again <= second.cached
    await context.close()

"""The first load of the desk: how much comes over the wire, and that it comes once."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.asterisk.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FIRST_LOAD_BYTES_MAX = 500_000


@dataclass
class Wire:
    """What a page has loaded, as the browser's own network log tells."""

    bytes: dict[str, int] = field(default_factory=dict)
    """Packed, by address."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    _urls: dict[str, str] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    """Requests that needed no network."""

    @property
    def cached(self) -> set[str]:
        """The addresses that the browser had already."""
        return {url for request, url in self._urls.items() if request in self._kept}

    def answered(self, told: dict[str, Any]) -> None:
        answer = told["response"]
        self._urls[told["requestId"]] = answer["url"]
        self.headers[answer["url"]] = {k.lower(): v for k, v in answer["headers"].items()}
        if answer.get("fromDiskCache"):
            self._kept.add(told["requestId"])

    def served(self, told: dict[str, Any]) -> None:
        self._kept.add(told["requestId"])

    def finished(self, told: dict[str, Any]) -> None:
        if url := self._urls.get(told["requestId"]):
            self.bytes[url] = int(told["encodedDataLength"])


async def wire_of(page: Page) -> Wire:
    """Listen to what the page loads from now on."""
    tools = await page.context.new_cdp_session(page)
    wire = Wire()
    tools.on("Network.responseReceived", wire.answered)
    tools.on("Network.requestServedFromCache", wire.served)
    tools.on("Network.loadingFinished", wire.finished)
    await tools.send("Network.enable")
    return wire


async def test_the_first_load_is_small_and_the_second_is_kept(
    site: Site, chromium: Browser
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    first = await wire_of(page)
    await page.goto(site.url)
    await page.fill("#login", "anna")
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
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

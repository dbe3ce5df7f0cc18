"""What a page loads, as the browser's own network log tells."""

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page


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

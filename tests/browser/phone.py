"""A phone in a real Chromium: a page of the site that registers with Asterisk by JsSIP."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.asterisk.site import Message, Site

PHONE = Path(__file__).with_name("phone.js")
SCREEN = "tab-00000001"

_CHOOSE = """async ({token, body}) => {
  const answer = await fetch("/api/phone", {
    method: "PUT",
    headers: {"Authorization": `Bearer ${token}`, "Content-Type": "application/json"},
    body: JSON.stringify(body),
  });
  return {status: answer.status, ...await answer.json()};
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserPhone:
    """One page of the site."""

    page: Page
    jssip: str

    async def open(self, site: Site) -> None:
        """A page of the site, with its own policy of what may be reached."""
        await self.page.goto(f"{site.url}/docs")
        await self.page.evaluate(self.jssip + "; globalThis.JsSIP = JsSIP; null")
        await self.page.evaluate(PHONE.read_text() + "; null")

    async def choose(self, token: str, screen: str = SCREEN) -> Message:
        """What the site gives the page to register with."""
        body = {"kind": "browser", "screen": screen}
        given: Message = await self.page.evaluate(_CHOOSE, {"token": token, "body": body})
        return given

    async def register(self, given: Message) -> None:
        """Try to register."""
        await self.page.evaluate("given => phone.register(given)", given)

    async def until(self, event: str, seconds: float = 20.0) -> None:
        """Wait until something is told that begins so."""
        try:
            await self.page.wait_for_function(
                "event => phone.events.some(one => one.startsWith(event))",
                arg=event,
                timeout=seconds * 1000,
            )
        except Exception as error:
            raise AssertionError(f"only {await self.events()}") from error

    async def events(self) -> list[str]:
        """All that was told."""
        told: list[str] = await self.page.evaluate("phone.events")
        return told

    async def rang(self) -> Message:
        """When it rang (`at`, ms), for which `contact`, and who called."""
        await self.until("ringing")
        told: Message = await self.page.evaluate("phone.rang")
        return told

    async def answer(self, codec: str = "PCMA") -> None:
        """Pick up, and take this codec of those that are offered."""
        await self.page.evaluate("codec => phone.answer(codec)", codec)
        await self.until("confirmed")

    async def hang_up(self) -> None:
        """End the talk."""
        await self.page.evaluate("phone.hangUp()")

    async def talks(self, *, packets: int, seconds: float = 20.0) -> dict[str, Any]:
        """Wait until so many were sent and received (50 a second); the figures then."""
        told: dict[str, Any] = {}
        try:
            async with asyncio.timeout(seconds):
                while min(told.get("sent", 0), told.get("received", 0)) < packets:
                    await asyncio.sleep(0.2)
                    told = await self.stats()
        except TimeoutError:
            raise AssertionError(f"only {told}") from None
        return told

    async def stats(self) -> dict[str, Any]:
        """Packets `sent`, `received` and `lost`, `codec`, `energy` of what was heard."""
        told: dict[str, Any] = await self.page.evaluate("phone.stats()")
        return told

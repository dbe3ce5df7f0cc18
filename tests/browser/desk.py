"""The page as a person has it: logs in, reads what is shown, presses what can be pressed."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.asterisk.site import PASSWORD, Site

_log = logging.getLogger(__name__)

WORDS = {
    "en": {
        "answer": "Answer",
        "hang_up": "Hang up",
        "hold": "Hold",
        "resume": "Back to the caller",
        "hand_on": "Hand on",
        "ready": "Ready",
        "pause": "Pause",
        "done": "Wrap-up done",
        "notes": "Notes",
        "available": "Available",
        "ringing": "Ringing",
        "on_call": "On call",
        "on_hold": "On hold",
        "wrap_up": "Wrap-up",
        "unreachable": "Phone unreachable",
        "paused": "Paused",
        "browser": "This browser",
    },
    "zh": {
        "answer": "应答",
        "hang_up": "挂断",
        "hold": "保持",
        "resume": "恢复通话",
        "hand_on": "转接",
        "ready": "就绪",
        "pause": "暂停",
        "done": "完成话后处理",
        "notes": "备注",
        "available": "空闲",
        "ringing": "振铃",
        "on_call": "通话中",
        "on_hold": "通话保持",
        "wrap_up": "话后处理",
        "unreachable": "话机不可用",
        "paused": "暂停",
        "browser": "本浏览器",
    },
}
"""What is read and pressed in these tests, in both languages of the page."""

# Before the page's own code: when a call was offered, its card came into the DOM and was
# acknowledged, and when the INVITE was heard. All in ms since the page began.
PROBE = """
(() => {
  window.__seen = {card: {}, invite: {}, ack: {}, offered: {}};
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({data}) => {
        if (typeof data !== "string") return;
        if (data.startsWith("INVITE")) {
          const contact = /X-CC-Contact: *(\\S+)/i.exec(data)?.[1] ?? "";
          window.__seen.invite[contact] ??= performance.now();
        }
        if (data.startsWith("{") && data.includes('"caller_card"')) {
          const {card} = JSON.parse(data);
          window.__seen.offered[card.contact] ??= card.offered_at - performance.timeOrigin;
        }
      });
    }
    send(data) {
      const contact = /"ack_pop","contact":"([^"]+)"/.exec(data)?.[1];
      if (contact !== undefined) window.__seen.ack[contact] ??= performance.now();
      super.send(data);
    }
  };
  const Peer = window.RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...args) {
      super(...args);
      window.__peers.push(this);
    }
  };
  new MutationObserver(() => {
    for (const card of document.querySelectorAll("[data-contact]")) {
      window.__seen.card[card.dataset.contact] ??= performance.now();
    }
  }).observe(document, {subtree: true, childList: true, attributes: true});
})();
"""

_HEARD = """async () => {
  const found = {received: 0, sent: 0, energy: 0};
  for (const peer of window.__peers) {
    if (peer.connectionState === "closed") continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === "inbound-rtp") {
        found.received += one.packetsReceived;
        found.energy += one.totalAudioEnergy ?? 0;
      }
      if (one.type === "outbound-rtp") found.sent += one.packetsSent;
    }
  }
  return found;
}"""


NOTHING: Mapping[str, float] = {"received": 0, "sent": 0, "energy": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One window of the page, of a person who is logged in."""

    page: Page
    language: str
    faults: list[str] = field(default_factory=list)
    """What the page's own code threw, and what the browser refused by the content policy."""

    def word(self, name: str) -> str:
        return WORDS[self.language][name]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=self.word(name), exact=True)

    async def press(self, name: str) -> None:
        await self.button(name).first.click()

    async def works(self, work: str, seconds: float = 20.0) -> None:
        """Wait until the head of the page shows this state."""
        shown = self.page.locator("header.top .work")
        await expect(shown).to_contain_text(self.word(work), timeout=seconds * 1000)

    async def is_phone(self) -> None:
        """Choose the browser as the phone, and wait until it is registered."""
        await self.page.locator("header.top button.phone").click()
        menu = self.page.get_by_role("dialog")
        await menu.locator("label.el-radio-button", has_text=self.word("browser")).click()
        await self.is_registered()
        await self.page.keyboard.press("Escape")

    async def is_registered(self) -> None:
        await expect(self.page.locator("header.top button.phone")).to_have_class(
            re.compile("phone-good"), timeout=20_000
        )

    async def ready(self) -> None:
        await self.press("ready")
        await self.works("available")

    async def card(self, name: str) -> Locator:
        """The caller's card, once it shows this name."""
        card = self.page.locator("[data-contact]").first
        await expect(card).to_contain_text(name, timeout=20_000)
        return card

    async def answer(self) -> None:
        await expect(self.button("answer")).to_be_visible(timeout=20_000)
        await self.press("answer")
        await self.works("on_call")

    async def heard(self) -> dict[str, float]:
        """Packets `received` and `sent`, and the `energy` of what was heard, of all calls."""
        told: dict[str, float] = await self.page.evaluate(_HEARD)
        return told

    async def talks(
        self, packets: int = 100, since: Mapping[str, float] = NOTHING
    ) -> dict[str, float]:
        """Wait until so many packets more went both ways than at `since`; what `heard` is then."""
        async with asyncio.timeout(20):
            while True:
                heard = await self.heard()
                if min(heard[way] - since[way] for way in ("received", "sent")) >= packets:
                    return heard
                await asyncio.sleep(0.2)

    async def go(self, way: str) -> None:
        await self.page.evaluate(f"location.hash = '#/{way}'")


def measured(name: str, value: float) -> None:
    """Tell a figure, named with its unit, to whoever runs with `--log-cli-level=INFO`."""
    _log.info("%s: %.2f", name, value)


@asynccontextmanager
async def window(
    browser: Browser, *, language: str = "en", permissions: bool = True
) -> AsyncIterator[BrowserContext]:
    """A browser of one person's own, with a microphone unless `permissions` is false."""
    context = await browser.new_context(
        locale="zh-CN" if language == "zh" else "en-GB",
        viewport={"width": 1440, "height": 900},
        permissions=["microphone", "notifications"] if permissions else [],
    )
    await context.add_init_script(PROBE)
    yield context
    await context.close()


async def log_in(context: BrowserContext, site: Site, login: str, language: str = "en") -> Desk:
    """A window in which this person has logged in."""
    page = await context.new_page()
    desk = Desk(page=page, language=language)
    page.on("pageerror", lambda error: desk.faults.append(str(error)))
    page.on(
        "console",
        lambda told: (
            desk.faults.append(told.text) if "Content Security Policy" in told.text else None
        ),
    )
    await page.goto(site.url)
    await enter(page, login)
    return desk


async def enter(page: Page, login: str) -> None:
    """Log in where the log-in is shown."""
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_selector("nav.ways")


@asynccontextmanager
async def at_desk(
    browser: Browser, site: Site, login: str, language: str = "en"
) -> AsyncIterator[Desk]:
    """A person in a browser of his own. The page has thrown nothing, and broken no policy."""
    async with window(browser, language=language) as context:
        desk = await log_in(context, site, login, language)
        yield desk
        assert desk.faults == []

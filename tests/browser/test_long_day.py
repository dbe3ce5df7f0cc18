"""The desk at the end of a long day: nothing has piled up, and the next call pops."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page, WebSocketRoute, expect

from ccserver.local.phones import Caller, CallerScript
from tests.asterisk.cable import cable
from tests.asterisk.conftest import Ring
from tests.asterisk.site import Site
from tests.browser.desk import log_in, measured, window
from tests.browser.many_calls import Shift

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

GOLD = Caller(number="13800000001", name="Wang")
STAYS = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=120.0)
HOURS = 8
GROWTH_MAX_MB = 5.0

# The server's beat comes once a second of real time. In the hours that pass within a minute it is
# repeated by the page's clock, so that the page does not take the server for dead.
BEAT = """
(() => {
  const Real = window.WebSocket;
  window.__day = {banners: 0, tokens: 0};
  let live = null;
  let beat = null;
  window.WebSocket = class extends Real {
    constructor(url, ...more) {
      super(url, ...more);
      if (!String(url).endsWith("/live")) return;
      if (live === null) setInterval(repeat, 1000);
      live = this;
      this.addEventListener("message", (event) => {
        if (!event.isTrusted) return;
        const message = JSON.parse(event.data);
        if (message.type === "token") window.__day.tokens += 1;
        const at = message.at ?? beat?.at;
        beat = {type: "tick", seq: message.seq, at};
      });
    }
  };
  const repeat = () => {
    if (live.readyState !== Real.OPEN || beat?.at === undefined) return;
    live.dispatchEvent(new MessageEvent("message", {data: JSON.stringify(beat)}));
  };
  new MutationObserver(() => {
    if (document.querySelector("#banner")) window.__day.banners += 1;
  }).observe(document, {subtree: true, childList: true});
})();
"""


class Heap:
    """What a page keeps once all that nobody needs is gone."""

    def __init__(self, tools: CDPSession) -> None:
        self._tools = tools

    @classmethod
    async def of(cls, page: Page) -> "Heap":
        """Look into this page from now on."""
        tools = await page.context.new_cdp_session(page)
        await tools.send("HeapProfiler.enable")
        return cls(tools)

    async def megabytes(self) -> float:
        """Once garbage collection frees nothing more: one finds what the one before let go."""
        used = await self._collected()
        while (less := await self._collected()) < used - 0.01:
            used = less
        return used

    async def _collected(self) -> float:
        await self._tools.send("HeapProfiler.collectGarbage")
        usage: dict[str, Any] = await self._tools.send("Runtime.getHeapUsage")
        return float(usage["usedSize"]) / 1e6

    async def nodes(self) -> int:
        """DOM nodes, those included that only scripts still hold."""
        counted: dict[str, Any] = await self._tools.send("Memory.getDOMCounters")
        return int(counted["nodes"])


async def test_eight_idle_hours(site: Site, ring: Ring, chromium: Browser) -> None:
    """The page's clock runs 8 hours ahead; server and switch are real, and live a minute."""
    async with window(chromium) as context:
        await context.clock.install()
        await context.add_init_script(BEAT)
        anna = await log_in(context, site, "anna")
        await anna.is_phone()
        await anna.ready()
        heap = await Heap.of(anna.page)
        await anna.page.clock.run_for(10 * 60 * 1000)
        before = await heap.megabytes()
        for _ in range(HOURS * 6):
            await anna.page.clock.run_for(10 * 60 * 1000)
        grown = await heap.megabytes() - before
        measured("MB grown in 8 idle hours", grown)
        assert grown < GROWTH_MAX_MB
        day = await anna.page.evaluate("window.__day")
        measured("tokens in 8 hours", day["tokens"])
        assert day["tokens"] >= HOURS * 4, "a token lives 15 minutes"
        assert day["banners"] == 0, "the server was there all the time, and at the log-in"
        await expect(anna.page.locator("#banner")).to_be_hidden(timeout=10_000)
        await anna.works("available")
        await anna.is_registered()
        await asyncio.to_thread(ring, GOLD, STAYS)
        await anna.card("王伟")
        await anna.answer()
        await anna.talks()
        await anna.press("hang_up")
        await anna.works("wrap_up")
        assert anna.faults == []


async def test_a_switch_that_does_not_answer(site: Site, ring: Ring, chromium: Browser) -> None:
    """The phone's connection is there, and nothing comes through it. The page's clock runs ahead:
    a registration lasts a minute, and half a minute is waited for an answer."""
    async with cable(site.asterisk.ports.http) as line, window(chromium) as context:
        site.settings["CC_PHONE_URL"] = f"ws://127.0.0.1:{line.port}/ws"
        await site.stop()
        await site.start()
        await context.clock.install()
        await context.add_init_script(BEAT)
        anna = await log_in(context, site, "anna")
        await anna.is_phone()
        line.hush()
        await anna.page.clock.run_for(100_000)
        told = anna.page.locator("header.top [role=alert]")
        await expect(told).to_contain_text("The switch cannot be reached. Trying again")
        line.mend()
        await anna.is_registered()
        await anna.ready()
        await asyncio.to_thread(ring, GOLD, STAYS)
        await anna.card("王伟")
        await anna.answer()
        await anna.talks()


@pytest.mark.timeout(300)
async def test_a_thousand_calls(site: Site, chromium: Browser) -> None:
    """Only the frames of /live are made here, from the server's own models; all else is real."""
    shift = Shift()
    acked = asyncio.Queue[str]()
    lines: list[WebSocketRoute] = []

    def heard(line: WebSocketRoute, text: str | bytes) -> None:
        if '"hello"' in str(text):
            lines.append(line)
            line.send(shift.snapshot().model_dump_json())
        elif '"ack_pop"' in str(text):
            acked.put_nowait(str(text))

    async with window(chromium) as context:
        await context.route_web_socket(
            "**/live", lambda line: line.on_message(lambda text: heard(line, text))
        )
        anna = await log_in(context, site, "anna")
        await anna.works("available")
        heap = await Heap.of(anna.page)
        sizes: dict[int, tuple[float, int]] = {}
        for number in range(1, 1001):
            for scene in shift.call(number):
                for message in scene:
                    lines[-1].send(message.model_dump_json())
                if any(message.type == "caller_card" for message in scene):
                    async with asyncio.timeout(10):
                        await acked.get()
            await anna.page.evaluate("new Promise(requestAnimationFrame)")
            if number % 100 == 0:
                # As in the pauses of a real day; here a hundred calls are over in seconds.
                await anna.works("available")
                sizes[number] = await heap.megabytes(), await heap.nodes()
        grown = sizes[1000][0] - sizes[100][0]
        measured("MB grown from call 100 to 1,000", grown)
        measured("DOM nodes grown from call 100 to 1,000", sizes[1000][1] - sizes[100][1])
        assert grown < GROWTH_MAX_MB
        assert sizes[1000][1] <= sizes[100][1] * 1.05
        assert len(lines) == 1, "the connection was never lost"
        assert anna.faults == []

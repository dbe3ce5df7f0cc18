"""Parts for the tests in a real Chromium, beside the whole site of tests/asterisk."""

import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.phones import CALLERS_HOST
from ccserver.local.processes import free_port
from ccserver.local.root import HOUSE
from tests.asterisk.conftest import phones, ring, settings, site
from tests.browser.phone import BrowserPhone
from tests.certificate import write_certificate

__all__ = ["phones", "ring", "settings", "site"]
"""What the tests of the whole have."""

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # The addresses of this machine as they are: no resolver knows the names that hide them.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    # Asterisk's own certificate is made by the tests.
    "--ignore-certificate-errors",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MODULES = HOUSE / "ccserver" / "webui" / "node_modules"


@pytest.fixture(scope="session")
def tls_port() -> int:
    """Where Asterisk's WebSocket is over TLS."""
    return free_port()


@pytest.fixture(scope="session")
def asterisk(
    servers_home: Path,
    prompts: Path,
    agi_port: int,
    customers_port: int,
    tls_port: int,
    asterisk_ready: Path,
) -> Iterator[Asterisk]:
    """A real Asterisk that browsers of other machines could reach as well."""
    home = servers_home / "asterisk-tls"
    write_certificate(home / "etc" / "tls.pem", home / "etc" / "tls.key")
    server = start_asterisk(
        home,
        ports=choose_ports(rtp_ports=400),
        secret=secrets.token_hex(8),
        agi_url=f"agi://127.0.0.1:{agi_port}",
        sounds=prompts,
        more={
            "CC_TRUNK_CONTACT": f"sip:{CALLERS_HOST}:{customers_port}",
            "CC_TLS_CERT": "/etc/asterisk/tls.pem",
            "CC_TLS_KEY": "/etc/asterisk/tls.key",
            "CC_TLS_PORT": str(tls_port),
        },
        lasting=False,
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def jssip(servers_home: Path) -> str:
    """JsSIP as one script, of the same version as the desk has."""
    made = servers_home / "jssip.js"
    subprocess.run(
        [MODULES / ".bin" / "rolldown", MODULES / "jssip" / "lib" / "JsSIP.js",
         "--format", "iife", "--name", "JsSIP", "--platform", "browser", "--file", made],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return made.read_text()


@asynccontextmanager
async def browser_without(*flags: str) -> AsyncIterator[Browser]:
    """A real browser of one's own without some of the usual flags."""
    left = [flag for flag in FLAGS if flag not in flags]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=left)
        yield browser
        await browser.close()


@asynccontextmanager
async def lived_in() -> AsyncIterator[BrowserContext]:
    """A browser as people have it: a tab behind another is hidden, and its timers are slowed.

    Playwright keeps every page of its own awake; of one that it only visits it does not.
    """
    port = free_port()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            ignore_default_args=[
                "--disable-background-timer-throttling",
                "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding",
            ],
        )
        visited = await playwright.chromium.connect_over_cdp(
            f"http://127.0.0.1:{port}", no_defaults=True
        )
        yield visited.contexts[0]
        await visited.close()
        await running.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A real browser with a microphone that beeps."""
    async with browser_without() as browser:
        yield browser


@pytest.fixture
async def phone(chromium: Browser, jssip: str) -> BrowserPhone:
    """A page that can be a phone."""
    return BrowserPhone(page=await chromium.new_page(), jssip=jssip)

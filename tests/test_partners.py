"""Asking partners' systems, against a server that plays each of them."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY

from ccserver.core.doings import Fetch
from ccserver.local.processes import free_port
from ccserver.partners import ANSWER_BYTES_MAX, PartnerError, Partners
from ccserver.settings import Partner, Settings

JSON = b'{"account": {"balance": 12.5}}'
SECRET = "Bearer a-secret-of-ours"


@dataclass
class System:
    """A partner's system that says what a test tells it to."""

    says: Sequence[bytes]
    pause_seconds: float = 0.0
    """After each part of what it says."""
    asked: list[bytes] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except ConnectionError:
            pass  # the other side has heard enough
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head.lower())
        self.asked.append(head + await reader.readexactly(int(found[1]) if found else 0))
        for part in self.says:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(self.pause_seconds)

    def fetch(
        self, path: str = "/cars/1", seconds: float = 2.0, **more: str
    ) -> Callable[[Partners], Awaitable[object]]:
        return lambda partners: partners.fetch(
            Fetch(
                partner="crm",
                method="POST" if more else "GET",
                path=path,
                body=more,
                timeout_seconds=seconds,
            )
        )


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def running(system: System) -> AsyncIterator[Partners]:
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{system.port}/api/"
    partners = Partners({"crm": Partner(url=url, headers={"Authorization": SECRET})})
    async with server:
        yield partners
        await partners.aclose()


def failures(reason: str) -> float:
    labels = {"partner": "crm", "reason": reason}
    return REGISTRY.get_sample_value("ccserver_partner_failures_total", labels) or 0.0


async def test_json_comes_back_and_our_secret_goes_along() -> None:
    system = System(says=[http(JSON)])
    async with running(system) as partners:
        assert await system.fetch()(partners) == json.loads(JSON)
    (asked,) = system.asked
    assert asked.startswith(b"GET /api/cars/1 HTTP/1.1\r\n")
    assert f"Authorization: {SECRET}".encode() in asked


async def test_fields_go_out_as_json() -> None:
    system = System(says=[http(b"")])
    async with running(system) as partners:
        assert await system.fetch(plate="京A12345")(partners) is None, "an empty answer"
    (asked,) = system.asked
    assert asked.startswith(b"POST /api/cars/1 ")
    assert json.loads(asked.partition(b"\r\n\r\n")[2]) == {"plate": "京A12345"}


@pytest.mark.parametrize(
    ("says", "reason", "why"),
    [
        (http(JSON, "500 Internal Server Error"), "status", "crm: status 500"),
        (http(JSON, "404 Not Found"), "status", "crm: status 404"),
        (
            http(b"", "302 Found", "Location: http://127.0.0.1:1/elsewhere"),
            "status",
            "crm: status 302",
        ),
        (http(b"<html>a secret of theirs</html>"), "not_json", "crm: the answer is not JSON"),
        (http(b"[NaN]"), "not_json", "crm: the answer is not JSON"),
        (http(b" " * (ANSWER_BYTES_MAX + 1)), "too_large", "crm: more than 65536 bytes"),
        (b"I am no web server\r\n\r\n", "unreachable", "crm: RemoteProtocolError"),
        (b"", "unreachable", "crm: RemoteProtocolError"),
    ],
    ids=["500", "404", "redirect", "html", "nan", "large", "noise", "nothing"],
)
async def test_what_is_wrong_is_told_without_what_was_said(
    says: bytes, reason: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    system = System(says=[says])
    before = failures(reason)
    async with running(system) as partners:
        with pytest.raises(PartnerError) as raised:
            await system.fetch("/customers/%2B8613800138000")(partners)
    assert (str(raised.value), raised.value.reason) == (why, reason)
    assert len(system.asked) == 1, "no redirect is followed, and nothing is asked twice"
    assert failures(reason) == before + 1
    for secret in (SECRET, "13800138000", "secret of theirs"):
        assert secret not in caplog.text


async def test_the_time_limit_is_for_all_of_it() -> None:
    system = System(says=[b"", http(JSON)], pause_seconds=5.0)
    async with running(system) as partners:
        began = asyncio.get_running_loop().time()
        with pytest.raises(PartnerError, match=r"crm: no answer within 0\.1 s"):
            await system.fetch(seconds=0.1)(partners)
        assert asyncio.get_running_loop().time() - began < 1.0


async def test_who_answers_a_drop_at_a_time_is_too_late() -> None:
    head, drop = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "
    system = System(says=[head, *[drop] * 1000], pause_seconds=0.02)
    async with running(system) as partners:
        with pytest.raises(PartnerError, match="no answer"):
            await system.fetch(seconds=0.2)(partners)


async def test_nobody_listens_there() -> None:
    partners = Partners({"crm": Partner(url=f"http://127.0.0.1:{free_port()}")})
    with pytest.raises(PartnerError, match="crm: ConnectError"):
        await System(says=[]).fetch()(partners)
    await partners.aclose()


async def test_no_flow_reaches_another_host() -> None:
    system = System(says=[http(JSON)])
    async with running(system) as partners:
        for path in ("//elsewhere/x", "@elsewhere/x", "/\\elsewhere"):
            await system.fetch(path)(partners)
        with pytest.raises(PartnerError, match="no partner is called other"):
            await partners.fetch(
                Fetch(partner="other", method="GET", path="/", body={}, timeout_seconds=1.0)
            )
    assert len(system.asked) == 3


@pytest.mark.parametrize(
    "url", ["ftp://crm", "http://", "http://user:password@crm", "http://crm/?x=1", "crm"]
)
def test_an_address_is_a_web_address(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Settings(partners={"crm": Partner(url=url)})

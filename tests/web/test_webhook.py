"""Another system hears of alerts, or not; nobody waits for it."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import stamina
from prometheus_client import REGISTRY

from ccserver.web.webhook import TRIES, WAITING_MAX, Webhook


@dataclass
class System:
    """Answers with these statuses in turn, the last one for ever."""

    statuses: list[str]
    heard: list[dict[str, object]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head.lower())
        assert found is not None
        self.heard.append(json.loads(await reader.readexactly(int(found[1]))))
        status = self.statuses[min(len(self.heard), len(self.statuses)) - 1]
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def hooked(system: System) -> AsyncIterator[Webhook]:
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    hook = Webhook(f"http://127.0.0.1:{system.port}/alerts?key=a-secret")
    async with server, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hook.run())
        with stamina.set_testing(True, attempts=TRIES, cap=True):
            yield hook
        running.cancel()


def posts(outcome: str) -> float:
    return REGISTRY.get_sample_value("ccserver_alert_posts_total", {"outcome": outcome}) or 0.0


async def until(outcome: str, number: float) -> None:
    async with asyncio.timeout(10):
        while posts(outcome) < number:  # noqa: ASYNC110 -- only the metric tells
            await asyncio.sleep(0.01)


async def test_each_alert_is_posted_in_its_order() -> None:
    system, before = System(["204 No Content"]), posts("done")
    async with hooked(system) as hook:
        for number in (1, 2, 3):
            hook.put({"type": "alert_began", "number": number})
        await until("done", before + 3)
    assert [one["number"] for one in system.heard] == [1, 2, 3]


async def test_a_system_that_stumbles_is_asked_again() -> None:
    system, before = System(["503 Busy", "302 Elsewhere", "200 OK"]), posts("done")
    async with hooked(system) as hook:
        hook.put({"threshold": "busy"})
        await until("done", before + 1)
    assert len(system.heard) == 3


async def test_one_that_never_takes_it_is_given_up_and_the_next_alert_is_tried(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    system, before = System(["500 No"]), posts("failed")
    async with hooked(system) as hook:
        hook.put({"threshold": "busy"})
        hook.put({"threshold": "slow"})
        await until("failed", before + 2)
    assert [one["threshold"] for one in system.heard] == ["busy"] * TRIES + ["slow"] * TRIES
    assert "a-secret" not in caplog.text + capsys.readouterr().out


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1/"])
async def test_one_that_is_not_there_harms_nobody(url: str) -> None:
    before, hook = posts("failed"), Webhook(url)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hook.run())
        with stamina.set_testing(True, attempts=2):
            hook.put({"threshold": "busy"})
            await until("failed", before + 1)
        running.cancel()


async def test_too_many_are_lost_and_counted() -> None:
    before, hook = posts("lost"), Webhook("http://127.0.0.1:1/")
    for _ in range(WAITING_MAX + 2):
        hook.put({})
    assert posts("lost") == before + 2


async def test_without_an_address_nothing_waits() -> None:
    before, hook = posts("lost"), Webhook("")
    for _ in range(WAITING_MAX + 2):
        hook.put({})
    assert posts("lost") == before

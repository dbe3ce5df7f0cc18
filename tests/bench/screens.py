"""Many agents' screens as a process of their own: they log in, work, and remember every card.

`python -m tests.bench.screens` reads one JSON line, {"url", "people": [[login, token]…], "work"},
and writes "open" when all screens are there (and, with `work`, all agents available). When its
input ends it closes the screens and writes the cards as one JSON line.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ccserver import clock

OPEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """A card that came to a screen."""

    agent: str
    contact: str
    offered_at: float
    """When the server decided, in whole milliseconds of its clock."""
    shown_at: float
    """When the screen had it."""
    complete: bool


class _Screen:
    def __init__(self, line: ClientConnection, login: str, *, work: bool) -> None:
        self._line = line
        self._login = login
        self._work = work
        self.pops: list[Pop] = []
        self.is_open = asyncio.Event()

    async def sit(self) -> None:
        with suppress(ConnectionClosed):
            async for frame in self._line:
                await self._heed(orjson.loads(frame), clock.now())

    async def _heed(self, message: dict[str, Any], now: float) -> None:
        match message:
            case {"type": "caller_card", "card": card}:
                await self._say("ack_pop", contact=card["contact"])
                self.pops.append(
                    Pop(
                        agent=self._login,
                        contact=card["contact"],
                        offered_at=card["offered_at"] / 1000,
                        shown_at=now,
                        complete=card["complete"],
                    )
                )
            case {"type": "snapshot"} if self._work:
                await self._say("ready")
            case {"type": "snapshot"}:
                self.is_open.set()
            case {"type": "agent_changed", "agent": {"agent": self._login, "work": "available"}}:
                self.is_open.set()
            case {"type": "agent_changed", "agent": {"agent": self._login, "work": "wrap_up"}}:
                await self._say("wrap_up_done")
            case _:
                pass

    async def _say(self, kind: str, **more: str) -> None:
        await self._line.send(orjson.dumps({"type": kind, **more}).decode())


async def run() -> None:
    """Serve one order on standard input."""
    order = json.loads(await asyncio.to_thread(sys.stdin.readline))
    screens: list[_Screen] = []
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        sitting = []
        for login, token in order["people"]:
            line = await stack.enter_async_context(
                connect(order["url"], compression=None, proxy=None, ping_interval=None)
            )
            await line.send(json.dumps({"type": "hello", "token": token}))
            screen = _Screen(line, login, work=order["work"])
            screens.append(screen)
            sitting.append(tasks.create_task(screen.sit()))
        async with asyncio.timeout(OPEN_SECONDS):
            for screen in screens:
                await screen.is_open.wait()
        _tell("open")
        await asyncio.to_thread(sys.stdin.read)
        for task in sitting:
            task.cancel()
    _tell(json.dumps([asdict(pop) for screen in screens for pop in screen.pops]))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())

"""Many agents' screens as a process of their own: they log in, work, and remember every card.

`python -m tests.bench.screens` reads one JSON line, {"url", "people": [[login, token]…], "work",
"hand_on", "off_hook"}, and writes "open" when all screens are there (and, with `work`, all agents
available). When its input ends it closes the screens and writes the cards as one JSON line.

`hand_on` is {queue: other queue}: one call of twenty is transferred there, once. With `off_hook`
all are off-hook, and their wrap-up ends by itself.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ccserver import clock

OPEN_SECONDS = 60.0
HANDED_ON_ONE_OF = 20
HAND_ON_AFTER_SECONDS = 0.3


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


_handed_on: set[str] = set()
"""A contact goes on once, whoever has it then."""


class _Screen:
    def __init__(
        self,
        line: ClientConnection,
        login: str,
        *,
        work: bool,
        hand_on: Mapping[str, str],
        off_hook: bool,
    ) -> None:
        self._off_hook = off_hook
        self._line = line
        self._login = login
        self._work = work
        self._hand_on = hand_on
        self._queue = ""
        self.pops: list[Pop] = []
        self.is_open = asyncio.Event()

    async def sit(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            with suppress(ConnectionClosed):
                async for frame in self._line:
                    message = orjson.loads(frame)
                    await self._heed(message, clock.now())
                    if self._is_to_go_on(message):
                        tasks.create_task(self._transfer(self._hand_on[self._queue]))

    def _is_to_go_on(self, message: dict[str, Any]) -> bool:
        match message:
            case {
                "type": "agent_changed",
                "agent": {"agent": self._login, "work": "on_call", "contact": contact},
            } if self._queue in self._hand_on and contact not in _handed_on:
                if int(contact[-6:], 16) % HANDED_ON_ONE_OF == 0:
                    _handed_on.add(contact)
                    return True
        return False

    async def _transfer(self, queue: str) -> None:
        await asyncio.sleep(HAND_ON_AFTER_SECONDS)
        with suppress(ConnectionClosed):
            await self._say("transfer", queue=queue)

    async def _heed(self, message: dict[str, Any], now: float) -> None:
        match message:
            case {"type": "caller_card", "card": card}:
                await self._say("ack_pop", contact=card["contact"])
                self._queue = card["queue"]
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
                if self._off_hook:
                    await self._say("off_hook", on=True)
                await self._say("ready")
            case {"type": "snapshot"}:
                self.is_open.set()
            case {
                "type": "agent_changed",
                "agent": {"agent": self._login, "work": "available"} as me,
            }:
                if me["off_hook"] >= self._off_hook:
                    self.is_open.set()
            case {"type": "agent_changed", "agent": {"agent": self._login, "work": "wrap_up"}} if (
                not self._off_hook
            ):
                await self._say("wrap_up_done")
            case _:
                pass

    async def _say(self, kind: str, **more: str | bool) -> None:
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
            screen = _Screen(
                line,
                login,
                work=order["work"],
                hand_on=order["hand_on"],
                off_hook=order["off_hook"],
            )
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

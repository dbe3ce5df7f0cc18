"""Supervisors' screens as a process of their own: they read every frame and note how late it is.

`python -m tests.bench.floors` reads one JSON line, {"url", "tokens"}, writes "open" when all have
their snapshot, and when its input ends one JSON line: {"frames", "lags_ms"}. The lag of a frame is
from the instant at which an agent or a call came into its state, as the center says, to the instant
at which the screen has the bytes; frames that tell of no new state count as frames alone.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack, suppress

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ccserver import clock

OPEN_SECONDS = 60.0


class _Floor:
    def __init__(self, line: ClientConnection, *, measures: bool) -> None:
        self._line = line
        self._measures = measures
        self._since: dict[str, int] = {}
        self.frames = 0
        self.lags_ms: list[float] = []
        self.is_open = asyncio.Event()

    async def sit(self) -> None:
        with suppress(ConnectionClosed):
            async for frame in self._line:
                self.frames += 1
                if self._measures or not self.is_open.is_set():
                    self._heed(orjson.loads(frame), clock.now() * 1000)

    def _heed(self, message: dict[str, object], now_ms: float) -> None:
        match message:
            case {"type": "snapshot"}:
                self.is_open.set()
            case {"agent": {"agent": str(name), "since_at": int(since)}}:
                self._note(name, since, now_ms)
            case {"call": {"contact": str(name), "since_at": int(since)}}:
                self._note(name, since, now_ms)
            case _:
                pass

    def _note(self, name: str, since: int, now_ms: float) -> None:
        if self._since.get(name) != since:
            self._since[name] = since
            self.lags_ms.append(max(0.0, now_ms - since))


async def run() -> None:
    """Serve one order on standard input. One of the screens measures for all."""
    order = json.loads(await asyncio.to_thread(sys.stdin.readline))
    floors: list[_Floor] = []
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        sitting = []
        for token in order["tokens"]:
            line = await stack.enter_async_context(
                connect(
                    order["url"], compression=None, proxy=None, ping_interval=None, max_size=None
                )
            )
            await line.send(json.dumps({"type": "hello", "token": token}))
            floors.append(_Floor(line, measures=not floors))
            sitting.append(tasks.create_task(floors[-1].sit()))
        async with asyncio.timeout(OPEN_SECONDS):
            for floor in floors:
                await floor.is_open.wait()
        _tell("open")
        await asyncio.to_thread(sys.stdin.read)
        for task in sitting:
            task.cancel()
    frames = [floor.frames for floor in floors]
    _tell(json.dumps({"frames": frames, "lags_ms": floors[0].lags_ms if floors else []}))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())

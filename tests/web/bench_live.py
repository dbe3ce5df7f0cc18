"""What /live costs: memory for 1,000 idle agents, processor time for a tick and for a pop.

`python -m tests.web.bench_live [agents]` starts the server in a process of its own, connects that
many real WebSockets from this one, and prints one JSON object.
"""

import asyncio
import json
import resource
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from ccserver.core.commands import CallState, HideCall
from ccserver.core.ids import AgentId, ContactId
from ccserver.core.site import WorkState
from ccserver.db.people import Role
from tests.web.house import (
    CALL,
    WANG,
    House,
    person,
    running,
    shown_agent,
    shown_call,
    shown_caller,
)

AGENTS = 1000
POPS = 500
CALLS_PER_SECOND = 80
SUPERVISORS = 10


def rss_mb(pid: int) -> float:
    """Resident memory, from the kernel."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(pid)


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# -- the server's side


async def serve(agents: int) -> None:
    """Answer questions on standard input until it ends."""
    house = House()
    for number in range(agents):
        house.people[f"agent-{number}"] = person(f"agent-{number}", phone=str(number + 1000))
    for number in range(SUPERVISORS):
        house.people[f"sue-{number}"] = person(f"sue-{number}", Role.SUPERVISOR)
    async with running(house):
        for number in range(agents):
            house.live.perform(shown_agent(AgentId(f"agent-{number}")))
        tokens = [house.token(f"agent-{number}") for number in range(agents)]
        tokens += [house.token(f"sue-{number}") for number in range(SUPERVISORS)]
        tell({"port": house.port, "tokens": tokens})
        while question := (await asyncio.to_thread(sys.stdin.readline)).strip():
            tell(await idle(5.0) if question == "idle" else await pops(house))


def tell(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def idle(seconds: float) -> float:
    """Milliseconds of processor time a second, doing nothing but ticks and pings."""
    before = cpu_seconds()
    await asyncio.sleep(seconds)
    return (cpu_seconds() - before) / seconds * 1000


async def pops(house: House) -> dict[str, float]:
    """Microseconds from the command to bytes in the transport, and of the whole path of a call."""
    perform = house.live.perform
    took: list[float] = []
    before = cpu_seconds()
    for number in range(POPS):
        agent = AgentId(f"agent-{number % AGENTS}")
        house.live.keep_card(CALL, WANG)
        started = time.perf_counter()
        perform(shown_caller(agent))
        took.append((time.perf_counter() - started) * 1e6)
        for command in (
            shown_agent(agent, WorkState.RESERVED),
            shown_call(CallState.OFFERED, agent),
            shown_agent(agent, WorkState.RINGING),
            shown_agent(agent, WorkState.ON_CALL),
            shown_call(CallState.TALKING, agent),
            HideCall(contact=ContactId(CALL)),
            shown_agent(agent, WorkState.WRAP_UP),
            shown_agent(agent, WorkState.AVAILABLE),
        ):
            perform(command)
        await asyncio.sleep(1 / CALLS_PER_SECOND)
    await asyncio.sleep(0.5)
    took.sort()
    return {
        "perform_p50_us": took[len(took) // 2],
        "perform_p99_us": took[len(took) * 99 // 100],
        "cpu_us_a_call": (cpu_seconds() - before) / POPS * 1e6,
    }


# -- the screens' side


async def measure(agents: int) -> dict[str, float]:
    """Start the server, connect, ask."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.web.bench_live",
        str(agents),
        "serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=10_000_000,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    begun = json.loads(await server.stdout.readline())
    result: dict[str, float] = {"agents": agents, "rss_before_mb": rss_mb(server.pid)}
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        readers = []
        for token in begun["tokens"][:agents]:
            socket = await open_screen(stack, begun["port"], token)
            readers.append(tasks.create_task(drain(socket)))
        result["rss_mb"] = rss_mb(server.pid)
        result["kb_each"] = (result["rss_mb"] - result["rss_before_mb"]) * 1024 / agents
        result["idle_cpu_ms_a_second"] = json.loads(await ask(server, "idle"))
        result["rss_after_idle_mb"] = rss_mb(server.pid)
        result |= {
            f"{name}_no_floor": value
            for name, value in json.loads(await ask(server, "pops")).items()
        }
        for token in begun["tokens"][agents : agents + SUPERVISORS]:
            socket = await open_screen(stack, begun["port"], token)
            readers.append(tasks.create_task(drain(socket)))
        result |= {
            f"{name}_10_supervisors": value
            for name, value in json.loads(await ask(server, "pops")).items()
        }
        result["rss_end_mb"] = rss_mb(server.pid)
        server.stdin.close()
        for reader in readers:
            reader.cancel()
    await server.wait()
    return {name: round(value, 1) for name, value in result.items()}


async def open_screen(stack: AsyncExitStack, port: int, token: str) -> ClientConnection:
    socket = await stack.enter_async_context(
        connect(f"ws://127.0.0.1:{port}/live", compression=None, proxy=None, ping_interval=None)
    )
    await socket.send(json.dumps({"type": "hello", "token": token}))
    await socket.recv()
    return socket


async def drain(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def ask(server: asyncio.subprocess.Process, question: str) -> bytes:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(f"{question}\n".encode())
    return await server.stdout.readline()


def main() -> None:
    """Be the server or the screens."""
    agents = int(sys.argv[1]) if len(sys.argv) > 1 else AGENTS
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if sys.argv[2:] == ["serve"]:
            runner.run(serve(agents))
        else:
            tell(runner.run(measure(agents)))


if __name__ == "__main__":
    main()

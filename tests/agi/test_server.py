"""The FastAGI server under peers that do not behave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop
from prometheus_client import REGISTRY

from ccserver.agi.server import Limits, LineLostError, Route, Server, Session
from ccserver.agi.wire import Environment
from tests.agi.asterisk import environment, ring

QUICK = Limits(environment_seconds=0.05, session_seconds=0.2, drain_seconds=0.05)


@asynccontextmanager
async def serving(route: Route, limits: Limits | None = None) -> AsyncIterator[Server]:
    """A server that listens inside the block, and is shut down after it."""
    server = Server({"call": route}, limits=limits)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(server.serve("127.0.0.1", 0))
        await server.listening.wait()
        yield server
        task.cancel()


async def greet(session: Session, _: Environment) -> None:
    """The shortest call."""
    await session.command("ANSWER", seconds=0.1)


async def served(port: int) -> None:
    """One call goes all the way."""
    peer = await ring(port)
    await peer.answer("ANSWER", "200 result=0")
    assert await peer.command() == ""
    await peer.close()


def ended(how: str) -> float:
    return REGISTRY.get_sample_value("ccserver_agi_sessions_ended_total", {"how": how}) or 0.0


async def test_a_session_is_served_and_closed() -> None:
    async with serving(greet) as server:
        await served(server.port)


def test_a_session_is_served_on_uvloop() -> None:
    async def story() -> None:
        async with serving(greet) as server:
            await served(server.port)

    uvloop.run(story())


async def test_connect_and_close_freezes_nothing() -> None:
    async with serving(greet) as server:
        for _ in range(20):
            peer = await ring(server.port, b"")
            await peer.close()
        await served(server.port)


@pytest.mark.parametrize("block", [b"", b"agi_network: yes\n"], ids=["silent", "half"])
async def test_a_peer_that_never_says_what_it_wants_is_dropped(block: bytes) -> None:
    before = ended("no_environment")
    async with serving(greet, QUICK) as server:
        peer = await ring(server.port, block)
        assert await peer.command() == ""
        assert ended("no_environment") == before + 1
        await peer.close()
        await served(server.port)


async def test_a_slow_loris_is_dropped() -> None:
    async with serving(greet, QUICK) as server:
        peer = await ring(server.port, b"")
        async with asyncio.TaskGroup() as group:
            closed = group.create_task(peer.command())
            for byte in environment():
                if closed.done():
                    break
                peer.send(bytes([byte]))
                await asyncio.sleep(0.005)  # the attack itself is slow
        assert closed.result() == ""
        await peer.close()


async def test_a_peer_that_does_not_answer_is_dropped() -> None:
    before = ended("lost")
    async with serving(greet) as server:
        peer = await ring(server.port)
        assert await peer.command() == "ANSWER"
        assert await peer.command() == ""
        assert ended("lost") == before + 1
        await peer.close()


async def test_a_session_may_not_last_for_ever() -> None:
    before = ended("too_long")

    async def dawdle(session: Session, _: Environment) -> None:
        await asyncio.Event().wait()

    async with serving(dawdle, QUICK) as server:
        peer = await ring(server.port)
        assert await peer.command() == ""
        assert ended("too_long") == before + 1
        await peer.close()


@pytest.mark.parametrize(
    "noise",
    [b"hello\n", b"200 result=0\n200 result=1\n", b"200 result=1 (" + b"x" * 70_000],
    ids=["word", "two", "flood"],
)
async def test_a_peer_that_speaks_something_else_is_dropped(noise: bytes) -> None:
    async with serving(greet) as server:
        peer = await ring(server.port)
        await peer.command()
        peer.send(noise)
        assert await peer.command() == ""
        await peer.close()
        await served(server.port)


async def test_a_full_house_closes_so_that_the_dialplan_takes_the_caller() -> None:
    before = ended("refused")
    async with serving(greet, Limits(sessions=1)) as server:
        first = await ring(server.port)
        await first.command()
        second = await ring(server.port)
        assert await second.command() == ""
        assert ended("refused") == before + 1
        first.send(b"200 result=0\n")
        assert await first.command() == ""
        await served(server.port)
        await first.close()
        await second.close()


async def test_an_unknown_script_is_closed() -> None:
    async with serving(greet) as server:
        peer = await ring(server.port, environment(script="steal"))
        assert await peer.command() == ""
        await peer.close()


async def test_one_calls_bug_stays_its_own() -> None:
    before = ended("failed")

    async def stumble(session: Session, _: Environment) -> None:
        raise ZeroDivisionError

    async with serving(stumble) as server:
        for _ in range(2):
            peer = await ring(server.port)
            assert await peer.command() == ""
            await peer.close()
    assert ended("failed") == before + 2


async def test_nothing_can_be_said_on_a_closed_session() -> None:
    said: list[str] = []

    async def insist(session: Session, _: Environment) -> None:
        session.close()
        try:
            await session.command("ANSWER")
        except LineLostError as error:
            said.append(str(error))

    async with serving(insist) as server:
        peer = await ring(server.port)
        assert await peer.command() == ""
        await peer.close()
    assert said == ["closed"]


# -- shutdown


async def test_a_shutdown_lets_a_caller_finish() -> None:
    server = Server({"call": greet}, limits=Limits(drain_seconds=5))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(server.serve("127.0.0.1", 0))
        await server.listening.wait()
        peer = await ring(server.port)
        await peer.command()
        task.cancel()
        peer.send(b"200 result=0\n")
        assert await peer.command() == ""
        await peer.close()


async def test_a_shutdown_does_not_wait_for_a_caller_who_stays() -> None:
    before = ended("shutdown")

    async def stay(session: Session, _: Environment) -> None:
        await session.command("ANSWER")

    server = Server({"call": stay}, limits=QUICK)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(server.serve("127.0.0.1", 0))
        await server.listening.wait()
        peer = await ring(server.port)
        await peer.command()
        task.cancel()
        assert await peer.command() == ""
        await peer.close()
    assert ended("shutdown") == before + 1


async def test_a_house_that_is_closing_takes_no_one_in() -> None:
    server = Server({"call": greet}, limits=Limits(drain_seconds=5))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(server.serve("127.0.0.1", 0))
        await server.listening.wait()
        inside = await ring(server.port)
        await inside.command()
        task.cancel()
        assert await turned_away(server.port)
        inside.send(b"200 result=0\n")
        assert await inside.command() == ""
        await inside.close()


async def turned_away(port: int) -> bool:
    """Whether a new call is refused, by a closed port or by a closed connection."""
    try:
        peer = await ring(port)
    except OSError:
        return True
    command = await peer.command()
    await peer.close()
    return command == ""

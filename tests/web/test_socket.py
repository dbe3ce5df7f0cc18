"""Frames, readers that are stuck or dead, and how the server starts and stops."""

import asyncio
import base64
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from ccserver.core import events as fact
from ccserver.core.commands import Refuse
from ccserver.web.serve import serve_web
from ccserver.web.socket import BACKLOG_MESSAGES, frame_of
from tests.web.house import ANNA, House, hear, running, say


@given(st.integers(0, 200_000))
def test_our_frames_are_what_the_library_reads(size: int) -> None:
    payload = b"x" * size
    reader = StreamReader()
    reader.feed_data(frame_of(payload))
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as caught:
        next(parsing)
    assert caught.value.value == Frame(Opcode.TEXT, payload)


async def shake_hands(house: House) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket of bytes, with a small window, that does nothing by itself."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", house.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    writer.write(
        b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + base64.b64encode(b"0" * 16)
        + b"\r\n\r\n"
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return reader, writer


def hello(house: House, login: str) -> bytes:
    text = json.dumps({"type": "hello", "token": house.token(login)}).encode()
    # RFC 6455, 5.3: a client masks. A mask of zeros changes nothing.
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text


async def gone(house: House, login: str) -> None:
    """Until the server has let go of all of this person's screens."""
    while not isinstance(await house.events.get(), fact.ScreenClosed):
        pass
    assert login not in house.live._screens


async def test_a_reader_that_takes_nothing_is_dropped_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ccserver.web.socket.STUCK_SECONDS", 0.1)
    async with running(House()) as house:
        _, writer = await shake_hands(house)
        writer.write(hello(house, "anna"))
        assert await house.events.get() == fact.ScreenOpened(agent=ANNA)
        # Fewer than the backlog holds, but more bytes than all buffers together.
        for _ in range(BACKLOG_MESSAGES // 4):
            house.live.perform(Refuse(agent=ANNA, request="ready", reason="x" * 5_000))
        await gone(house, "anna")
        writer.transport.abort()


async def test_a_slow_reader_gets_everything_in_order() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            # The client reads nothing before all is written: most of it waits in the backlog.
            for number in range(400):
                house.live.perform(
                    Refuse(agent=ANNA, request="ready", reason=f"{number} " + "x" * 5_000)
                )
            heard = [(await hear(anna))["reason"].split()[0] for _ in range(400)]
    assert heard == [str(number) for number in range(400)]


async def test_a_dead_peer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccserver.web.serve.PING_SECONDS", 0.02)
    monkeypatch.setattr("ccserver.web.serve.PONG_SECONDS", 0.05)
    async with running(House()) as house:
        _, writer = await shake_hands(house)
        writer.write(hello(house, "anna"))
        assert await house.events.get() == fact.ScreenOpened(agent=ANNA)
        await gone(house, "anna")
        writer.transport.abort()


async def test_a_stop_tells_the_screens_to_come_back() -> None:
    house = House()
    async with running(house):
        anna = await connect(f"ws://127.0.0.1:{house.port}/live", proxy=None)
        await say(anna, type="hello", token=house.token("anna"))
        await hear(anna)
    with pytest.raises(ConnectionClosed) as caught:
        await hear(anna)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1012


async def test_a_port_that_is_taken_is_an_error_of_main_s() -> None:
    async with running(House()) as house:
        with pytest.raises(OSError, match="in use"):
            await serve_web(house.live, "127.0.0.1", house.port)

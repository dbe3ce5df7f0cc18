"""Agents' screens without a human: log in, be ready, show each card, write the notes, go on.

They speak the live WebSocket as any screen does (ccserver/web/live.schema.json).
"""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

NOTES_SECONDS = 4.0
AGAIN_SECONDS = 2.0
_RENEW_SECONDS = 300.0

Message = dict[str, Any]


async def work(url: str, people: Iterable[tuple[str, str]]) -> None:
    """Let these agents, (log-in, password), work until cancelled."""
    async with asyncio.TaskGroup() as group:
        for login, password in people:
            group.create_task(_stay(url, login, password))


async def _stay(url: str, login: str, password: str) -> None:
    """Come back whenever the connection ends, as a browser's page does."""
    while True:
        try:
            token = await asyncio.to_thread(_log_in, url, login, password)
            async with connect(url.replace("http", "ws", 1) + "/live", compression=None) as line:
                await _sit(line, token, login)
        except (OSError, urllib.error.URLError, ConnectionClosed, InvalidHandshake):
            pass
        await asyncio.sleep(AGAIN_SECONDS)


def _log_in(url: str, login: str, password: str) -> str:
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{url}/api/login",
        data=json.dumps({"login": login, "password": password}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10.0) as answer:  # noqa: S310 - our own address
        return str(json.load(answer)["token"])


async def _sit(line: ClientConnection, token: str, login: str) -> None:
    await _say(line, {"type": "hello", "token": token})
    async with asyncio.TaskGroup() as group:
        renewal = group.create_task(_renew(line))
        async for frame in line:
            for answer, delay_seconds in answers(json.loads(frame), login):
                group.create_task(_say(line, answer, delay_seconds))
        renewal.cancel()


def answers(message: Message, login: str) -> list[tuple[Message, float]]:
    """What this agent answers to a message of the server: (answer, after so many seconds)."""
    match message:
        case {"type": "caller_card", "card": {"contact": contact}}:
            return [({"type": "ack_pop", "contact": contact}, 0.0)]
        case {"type": "snapshot", "agents": agents}:
            mine = [agent for agent in agents if agent["agent"] == login]
            return [pair for agent in mine for pair in _answers_to_state(agent)]
        case {"type": "agent_changed", "agent": {"agent": agent} as state} if agent == login:
            return _answers_to_state(state)
    return []


def _answers_to_state(state: Message) -> list[tuple[Message, float]]:
    if state["work"] == "wrap_up":
        return [({"type": "wrap_up_done"}, NOTES_SECONDS)]
    if state["presence"] != "ready" or state["work"] == "missed":
        return [({"type": "ready"}, 0.0)]
    return []


async def _renew(line: ClientConnection) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        await _say(line, {"type": "renew_token"})


async def _say(line: ClientConnection, message: Message, delay_seconds: float = 0.0) -> None:
    await asyncio.sleep(delay_seconds)
    try:
        await line.send(json.dumps(message))
    except ConnectionClosed:
        # The reader notices the same, and we come back.
        return

"""A whole site for a test: the real ccserver as a process of its own, on the run's Asterisk."""

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ccserver import clock
from ccserver.core.ids import Phone, Queue
from ccserver.core.value import Tier
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.local.asterisk import Asterisk
from ccserver.local.processes import free_port

Message = dict[str, Any]
PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
QUEUES = ("sales", "service", "operator")


def phone_secret(phone: str) -> str:
    return f"secret-of-{phone}"


@dataclass
class Site:
    """What a test of the whole knows of it."""

    home: Path
    dsn: str
    asterisk: Asterisk
    agi_port: int
    ami_port: int
    web_port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    async def start(self) -> None:
        """Start ccserver and wait until it has looked at Asterisk."""
        log = (self.home / "ccserver.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ccserver", "serve",
            stdout=log, stderr=log, env={**os.environ, **self._environment()},
        )  # fmt: skip
        log.close()
        await until(self.is_up, 60.0, self.log)

    def _environment(self) -> dict[str, str]:
        queues = [{"name": q, "ring_seconds": 4, "wrap_up_seconds": 1} for q in QUEUES]
        return {
            "CC_DSN": self.dsn,
            "CC_HOME": str(self.home),
            "CC_AMI__PORT": str(self.ami_port),
            "CC_AMI__SECRET": self.asterisk.secret,
            "CC_AGI__PORT": str(self.agi_port),
            "CC_WEB__PORT": str(self.web_port),
            "CC_RECORDINGS": str(self.asterisk.recordings),
            "CC_PHONE_URL": f"ws://127.0.0.1:{self.asterisk.ports.http}/ws",
            "CC_QUEUES": json.dumps(queues),
            **self.settings,
        }

    def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log()
        try:
            return bool(self.get("/healthz", token="")["up"])
        except (OSError, urllib.error.URLError):
            return False

    def log(self) -> str:
        return (self.home / "ccserver.log").read_text()[-6000:]

    async def kill(self) -> None:
        """As a crash would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            async with asyncio.timeout(20):
                await self.process.wait()

    # -- as a person or a program would ask

    def token(self, login: str) -> str:
        body = json.dumps({"login": login, "password": PASSWORD}).encode()
        request = urllib.request.Request(
            f"{self.url}/api/login", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(json.load(answer)["token"])

    def get(self, path: str, *, token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: Message, *, token: str) -> None:
        """What succeeds without an answer."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._send("POST", f"{self.url}{path}", body, headers)

    def change(self, part: str, **values: Any) -> None:
        """As the administrator changes a part of the configuration, such as `queues/sales`."""
        url, headers = f"{self.url}/api/config/{part}", self._administrator()
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            body, mark = json.load(answer) | values, answer.headers["ETag"]
        self._send("PUT", url, body, headers | {"If-Match": mark})

    def close_queue(self, queue: str) -> None:
        """As a supervisor sends everyone home."""
        url = f"{self.url}/api/queues/{queue}/close"
        self._send("POST", url, {"reason": "a holiday"}, self._administrator())

    def _administrator(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token('ada')}", "Content-Type": "application/json"}

    def _send(self, method: str, url: str, body: Message, headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status in {200, 204}

    def sound(self, recording: int) -> bytes:
        """A recorded talk, as a supervisor hears it."""
        headers = {"Authorization": f"Bearer {self.token('sue')}"}
        url = f"{self.url}/api/recordings/{recording}/sound"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return bytes(answer.read())

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    async def contacts(self, count: int) -> list[Message]:
        """The newest contacts, once so many have ended."""
        token = await asyncio.to_thread(self.token, "sue")
        found: list[Message] = []

        def enough() -> bool:
            nonlocal found
            found = self.get("/api/contacts?limit=100", token=token)["contacts"]
            return len([c for c in found if c["ended_at"] is not None]) >= count

        await until(enough, 10.0, lambda: str(found))
        return found

    def contact(self, contact: str) -> Message:
        story: Message = self.get(f"/api/contacts/{contact}", token=self.token("sue"))
        return story


async def change(site: Site, part: str, **values: object) -> None:
    """Let the administrator change a part of the configuration."""
    await asyncio.to_thread(partial(site.change, part, **values))


class Screen:
    """A screen that remembers all it was told, with the instant at which each message came."""

    def __init__(self, line: ClientConnection, login: str) -> None:
        self._line = line
        self.login = login
        self.heard: list[tuple[float, Message]] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """Until the line is closed, from whichever side."""
        with suppress(ConnectionClosed):
            await self._hear()

    async def _hear(self) -> None:
        async for frame in self._line:
            message = json.loads(frame)
            self.heard.append((clock.now(), message))
            if message["type"] == "caller_card":
                contact = message["card"]["contact"]
                await self._line.send(json.dumps({"type": "ack_pop", "contact": contact}))
            self._news.set()

    async def say(self, kind: str, **more: str) -> None:
        await self._line.send(json.dumps({"type": kind, **more}))

    async def until(
        self, wanted: Callable[[Message], bool], seconds: float = 20.0
    ) -> tuple[float, Message]:
        """The first message like that, also one that came before."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for at, message in self.heard:
                        if wanted(message):
                            return at, message
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.login} heard only {self.heard}") from None

    async def work(self, work: str, seconds: float = 20.0) -> None:
        """Wait until the agent's own newest state is this one."""
        try:
            async with asyncio.timeout(seconds):
                while self.state() != work:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.login} is {self.state()}, not {work}") from None

    def state(self) -> str:
        """The agent's own newest work state."""
        for _, message in reversed(self.heard):
            for agent in [message.get("agent"), *message.get("agents", [])]:
                if isinstance(agent, dict) and agent["agent"] == self.login:
                    return str(agent["work"])
        return ""

    def cards(self) -> list[tuple[float, Message]]:
        return [(at, m["card"]) for at, m in self.heard if m["type"] == "caller_card"]


@asynccontextmanager
async def screen(site: Site, login: str) -> AsyncIterator[Screen]:
    """An open, logged-in screen."""
    token = await asyncio.to_thread(site.token, login)
    async with connect(site.url.replace("http", "ws", 1) + "/live", compression=None) as line:
        shown = Screen(line, login)
        await line.send(json.dumps({"type": "hello", "token": token}))
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(shown.listen())
            await shown.until(lambda m: m["type"] == "snapshot")
            try:
                yield shown
            finally:
                listening.cancel()


@asynccontextmanager
async def screens(site: Site, *logins: str) -> AsyncIterator[list[Screen]]:
    """Several open screens, whose server may die."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(screen(site, login)) for login in logins]


async def until(
    wanted: Callable[[], bool], seconds: float, why: Callable[[], str] = lambda: ""
) -> None:
    """Ask until it is so."""
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(wanted):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s\n{why()}") from None


AGENTS = {"anna": "1001", "bob": "1002", "carla": "1003"}
CUSTOMERS = {
    "+8613800000001": ("王伟", Tier.GOLD),
    "+8613800000002": ("李娜", Tier.PLATINUM),
    "+8613800000003": ("Zhang Min", Tier.STANDARD),
}


async def fill(dsn: str) -> None:
    """Three agents, a supervisor, an administrator, and three customers."""
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        for login, phone in AGENTS.items():
            await ensure_person(
                session,
                login,
                name=login.title(),
                role=Role.AGENT,
                password_hash=HASH,
                phone=Phone(phone),
                sip_secret=phone_secret(phone),
                queues=[Queue(q) for q in QUEUES],
            )
        await ensure_person(session, "sue", name="Sue", role=Role.SUPERVISOR, password_hash=HASH)
        await ensure_person(session, "ada", name="Ada", role=Role.ADMIN, password_hash=HASH)
        for number, (name, tier) in CUSTOMERS.items():
            await ensure_customer(session, number, name=name, tier=tier, notes="drives a T6")
    await engine.dispose()


def new_site(home: Path, dsn: str, asterisk: Asterisk, agi_port: int) -> Site:
    home.mkdir(parents=True, exist_ok=True)
    return Site(
        home=home,
        dsn=dsn,
        asterisk=asterisk,
        agi_port=agi_port,
        ami_port=asterisk.ports.ami,
        web_port=free_port(),
    )

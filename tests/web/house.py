"""The real web application on a real socket, with people and profiles from memory."""

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from argon2 import PasswordHasher
from sqlalchemy.exc import OperationalError
from websockets.asyncio.client import ClientConnection, connect

from ccserver.archive.eraser import eraser_of
from ccserver.archive.places import places_of
from ccserver.archive.player import Player
from ccserver.core.commands import CallState, ShowAgent, ShowCall, ShowCaller
from ccserver.core.flow_known import Known
from ccserver.core.ids import AgentId, ContactId, CustomerId, Phone, Queue
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import Customer, Part, Tier
from ccserver.db.acts import Act
from ccserver.db.customers import Card
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.flows import Stored
from ccserver.db.people import Person, PhoneAccount, Role
from ccserver.db.walks import FlowFigures
from ccserver.flows.document import Document
from ccserver.flows.draw import DrawError
from ccserver.flows.faults import FlowError
from ccserver.settings import Archive, IceServer
from ccserver.web.acts import UnwrittenError
from ccserver.web.app import Health, create_app
from ccserver.web.auth import Door, me_of
from ccserver.web.flow_tools import FlowTools
from ccserver.web.live import Live
from ccserver.web.phone import Exchange
from ccserver.web.serve import serve_web
from ccserver.web.tokens import Tokens
from ccserver.web.view import View

if TYPE_CHECKING:
    from ccserver.core.events import Event

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse"
HASH = HASHER.hash(PASSWORD)

ANNA, BOB = AgentId("anna"), AgentId("bob")
CALL = ContactId("01930000-0000-7000-8000-000000000001")
WANG = Card(
    customer=Customer(id=CustomerId("7"), tier=Tier.GOLD, value=0.6, language="zh"),
    name="王芳",
    notes="Prefers mornings.",
    number="+8613800000001",
    last=(),
    reasons=((Part.TIER, 0.5), (Part.REVENUE, 0.1)),
)

Answer = dict[str, Any]


def person(login: str, role: Role = Role.AGENT, phone: str | None = None) -> Person:
    number = sum(login.encode())
    return Person(
        id=number,
        login=login,
        name=login.title(),
        role=role,
        phone=None if phone is None else Phone(phone),
        queues=(Queue("sales"),),
        active=True,
    )


class House:
    """What main would give to the web, with everything in the test's hands."""

    def __init__(
        self,
        *,
        static: Path = Path("no-such-folder"),
        recordings: Path = Path("no-such-folder"),
        dsn: str = "",
        folder: Path = Path("no-such-folder"),
    ) -> None:
        self.time = 1_000_000.0
        self.database_away = False
        self.acts: list[Act] = []
        """What supervisors did by the WebSocket."""
        self.acts_unwritten = False
        self.up = Health(ami=True, db=True, pump=True)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.profiles: dict[str, Card] = {}
        self.people = {
            who.login: who
            for who in (
                person("anna", phone="1001"),
                person("bob", phone="1002"),
                person("sue", Role.SUPERVISOR),
                person("ada", Role.ADMIN),
            )
        }
        self.tokens = Tokens(b"k" * 32, minutes=15)
        self.door = Door(
            tokens=self.tokens, find_login=self._find_login, now=self.now, hasher=HASHER
        )
        self.live = self._live("run-1")
        self.sessions = sessions_of(engine_for(dsn, connections=0))
        self.static = static
        self.places = places_of(recordings, Archive(folder=recordings / "archive"))
        self.posted: list[Event] = []
        """What the web told the core over HTTP."""
        self.port = 0
        self.config_changes = 0
        self.used_queues: dict[str, str] = {}
        self.prompts: set[str] | None = None
        self.flows: set[str] | None = None
        self.flow_changes = 0
        self.read_among: list[tuple[Mapping[str, str], Known]] = []
        self.known_phones: list[PhoneAccount] = []
        """What Asterisk was told of phones."""
        self.asterisk_knows = True
        self.reachable: set[Phone] = set()
        self.folder = folder
        """Where files that are sent are written."""
        self.imports: list[tuple[int, Path | None]] = []
        """Lists whose leads were to be brought, with the files."""
        self.drawn: list[tuple[str, int, FlowFigures | None]] = []

    def config_changed(self) -> None:
        self.config_changes += 1

    def read_flow(self, name: str, text: str, others: Mapping[str, str], known: Known) -> Document:
        self.read_among.append((others, known))
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FlowError([f"{name}.toml: {error}"]) from error
        return Document(text=text)

    def draw_flow(
        self, name: str, version: int, stored: Stored, walked: FlowFigures | None
    ) -> bytes:
        if "round" in str(stored["text"]):
            raise DrawError("Graphviz is not installed: install the package graphviz")
        if "old" in str(stored["text"]):
            raise FlowError([f"{name}: this is no flow any more"])
        self.drawn.append((name, version, walked))
        return b"<svg/>"

    async def take_phone(self, account: PhoneAccount) -> bool:
        self.known_phones.append(account)
        return self.asterisk_knows

    def place(self) -> Path:
        return self.folder / f"sent-{len(self.imports)}"

    def start(self, call_list: int, file: Path | None) -> None:
        self.imports.append((call_list, file))

    def flow_changed(self) -> None:
        self.flow_changes += 1

    def now(self) -> float:
        return self.time

    def _live(self, run: str) -> Live:
        return Live(
            run=run,
            view=View([Queue("sales"), Queue("service")]),
            door=self.door,
            post=self.events.put_nowait,
            now=self.now,
            find_profile=self._find_profile,
            active_logins=self._active_logins,
            new_contact=lambda: ContactId("0192f7a4-0000-7000-8000-00000000d1a1"),
            default_region="CN",
            keep_act=self._keep_act,
            origins=["https://desk.example"],
        )

    async def _keep_act(self, act: Act) -> None:
        if self.acts_unwritten:
            raise UnwrittenError
        self.acts.append(act)

    async def _find_login(self, login: str) -> tuple[Person, str] | None:
        if self.database_away:
            raise OperationalError("", {}, OSError("away"))
        who = self.people.get(login)
        return None if who is None else (who, HASH)

    async def _active_logins(self) -> frozenset[str]:
        if self.database_away:
            raise OperationalError("", {}, OSError("away"))
        return frozenset(self.people)

    async def _find_profile(self, number: str) -> Card | None:
        if self.database_away:
            raise OSError("away")
        return self.profiles.get(number)

    def token(self, login: str) -> str:
        me = me_of(self.people[login])
        return self.tokens.issue(me, now=self.time).token

    def http(self, login: str | None = None) -> httpx.AsyncClient:
        headers = {} if login is None else {"Authorization": f"Bearer {self.token(login)}"}
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False
        )

    @asynccontextmanager
    async def screen(
        self, login: str | None = None, **hello: Any
    ) -> AsyncIterator[ClientConnection]:
        """A connection to /live; says hello for `login`."""
        async with connect(
            f"ws://127.0.0.1:{self.port}/live", compression=None, proxy=None
        ) as socket:
            if login is not None:
                await say(socket, type="hello", token=self.token(login), **hello)
            yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection, kind: str | None = None) -> Answer:
    """The next message, of that kind if one is named. Ticks are passed over."""
    while True:
        answer: Answer = json.loads(await socket.recv())
        if answer["type"] == (kind or answer["type"]) and (kind or answer["type"] != "tick"):
            return answer


@asynccontextmanager
async def running(house: House, *, tls: tuple[Path, Path] | None = None) -> AsyncIterator[House]:
    """Serve until the block is left, in the clear or with this certificate and key."""
    bound = asyncio.Event()

    def on_bound(port: int) -> None:
        house.port = port
        bound.set()

    app = create_app(
        zone="UTC",
        live=house.live,
        door=house.door,
        sessions=house.sessions,
        health=lambda: house.up,
        open_sound=Player(house.sessions, house.places).open_sound,
        erase_customer=eraser_of(house.sessions),
        post=house.posted.append,
        region="CN",
        config_changed=house.config_changed,
        used_queues=lambda: house.used_queues,
        known_prompts=lambda: house.prompts,
        known_flows=lambda: house.flows,
        flow_tools=FlowTools(
            read=house.read_flow, draw=house.draw_flow, changed=house.flow_changed
        ),
        exchange=Exchange(
            url="wss://asterisk.example:8089/ws",
            ice_servers=(IceServer(urls=("stun:stun.example",)),),
            take=house.take_phone,
            reaches=house.reachable.__contains__,
        ),
        imports=house,
        static=house.static,
    )
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve_web(app, "127.0.0.1", 0, tls=tls, on_bound=on_bound))
        beating = tasks.create_task(house.live.run())
        await bound.wait()
        try:
            yield house
        finally:
            beating.cancel()
            serving.cancel()


def shown_agent(agent: AgentId = ANNA, work: WorkState = WorkState.AVAILABLE) -> ShowAgent:
    return ShowAgent(
        agent=agent,
        presence=Presence.READY,
        reason="",
        work=work,
        since=1_000_000.0,
        contact=None if work is WorkState.AVAILABLE else CALL,
    )


def shown_call(state: CallState = CallState.QUEUED, agent: AgentId | None = None) -> ShowCall:
    return ShowCall(
        contact=CALL,
        state=state,
        since=1_000_000.5,
        arrived_at=999_990.0,
        caller=WANG.number,
        customer="7",
        tier=Tier.GOLD,
        value=0.6,
        queue=Queue("sales"),
        agent=agent,
        visiting=True,
    )


def shown_caller(agent: AgentId = ANNA, offered_at: float = 1_000_000.0) -> ShowCaller:
    return ShowCaller(
        agent=agent,
        contact=CALL,
        customer="7",
        caller=WANG.number,
        queue=Queue("sales"),
        tier=Tier.GOLD,
        value=0.6,
        keys=(("main", "1"),),
        data=(("Order", "A-17"),),
        waited_seconds=10.0,
        offered_at=offered_at,
    )

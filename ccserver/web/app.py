"""The web application: the pages, the API, the live WebSocket, and what guards them all."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.security import HTTPAuthorizationCredentials
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccserver.core.commands import CallState
from ccserver.core.events import Event
from ccserver.core.site import WorkState
from ccserver.db.people import Role
from ccserver.web import (
    acts,
    alerts,
    auth,
    campaigns,
    colleagues,
    config,
    config_campaigns,
    config_parts,
    contacts,
    customers,
    day,
    day_curve,
    desk_settings,
    do_not_call,
    evaluations,
    figures,
    floor,
    flow_figures,
    flows,
    intervals,
    keeping,
    lists,
    nuisance,
    orders,
    outcome,
    own_day,
    phone,
    quality,
    questionnaires,
    recognition,
    recording_sound,
    recordings,
    staff,
    taping,
    tickets,
    voicemails,
)
from ccserver.web.auth import Door
from ccserver.web.desk_settings import SharedSettings
from ccserver.web.files import PageFiles
from ccserver.web.flow_tools import FlowTools
from ccserver.web.keeping import EraseCustomer
from ccserver.web.lists import Imports
from ccserver.web.live import Live
from ccserver.web.phone import Exchange
from ccserver.web.problems import Problem, answer_with_problems
from ccserver.web.schema import SCHEMA_FILE
from ccserver.web.sound import OpenSound

STATIC = Path(__file__).with_name("static")
BODY_BYTES_MAX = 64 * 1024

NOT_BUILT = """The web page is not built yet. `make up` does it; by hand:

    cd ccserver/webui && npm ci && npm run build

The API works without: /openapi.json describes it, /live.schema.json the live WebSocket.
"""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data: blob:; "
    "media-src 'self'; "
    "font-src 'self'; connect-src 'self' {phone}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsHealth:
    """How recordings are. Whatever is wrong with them, ccserver is up."""

    gaps: int = 0
    """Recordings that lack something, and files whose talk is not known."""
    waiting: int = 0
    """Recordings that are not encoded yet."""
    disk_free_share: float = 1.0
    alarm: bool = False
    """There is little room, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Which parts are up."""

    ami: bool
    db: bool
    pump: bool
    recordings: RecordingsHealth = RecordingsHealth()


def create_app(
    *,
    live: Live,
    door: Door,
    sessions: async_sessionmaker[AsyncSession],
    health: Callable[[], Health],
    open_sound: OpenSound,
    erase_customer: EraseCustomer,
    post: Callable[[Event], None],
    region: str,
    config_changed: Callable[[], None],
    used_queues: Callable[[], Mapping[str, str]],
    flow_tools: FlowTools,
    zone: str = "Asia/Shanghai",
    exchange: Exchange,
    imports: Imports,
    static: Path = STATIC,
    known_prompts: Callable[[], Collection[str] | None] = lambda: None,
    known_flows: Callable[[], Collection[str] | None] = lambda: None,
) -> ASGIApp:
    """The whole web application; run it with `serve_web`.

    `post` tells the core what happened; `region` (ISO 3166-1) is where a number without a country
    code is from, and `zone` (IANA) where a day begins; `config_changed` is called after each change
    of the configuration; `used_queues` tells those that must stay, with what leads to them;
    `known_prompts` all that can be said, `known_flows` all that can be walked; None where nobody
    can tell.
    """
    app = FastAPI(
        title="ccserver",
        description="Instants are whole milliseconds since 1970 UTC; durations end in `_ms`. "
        "The live WebSocket is described in [live.schema.json](/live.schema.json).",
        docs_url=None,
        redoc_url=None,
        max_body_size=BODY_BYTES_MAX,
    )
    app.state.door = door
    app.state.live = live
    app.state.sessions = sessions
    app.state.health = health
    app.state.open_sound = open_sound
    app.state.erase_customer = erase_customer
    app.state.post = post
    app.state.region = region
    app.state.zone = zone
    app.state.shared_settings = SharedSettings()
    app.state.config_changed = config_changed
    app.state.used_queues = used_queues
    app.state.known_prompts = known_prompts
    app.state.known_flows = known_flows
    app.state.flow_tools = flow_tools
    app.state.exchange = exchange
    app.state.imports = imports
    app.state.static = static
    answer_with_problems(app)
    for router in (
        auth.router,
        contacts.router,
        customers.router,
        recognition.router,
        outcome.router,
        recordings.router,
        evaluations.router,
        recording_sound.router,
        keeping.router,
        taping.router,
        staff.router,
        floor.router,
        orders.router,
        acts.router,
        alerts.router,
        day.router,
        colleagues.router,
        desk_settings.router,
        intervals.router,
        campaigns.router,
        day_curve.router,
        own_day.router,
        config.router,
        config_campaigns.router,
        config_parts.router,
        flows.router,
        flow_figures.router,
        voicemails.router,
        tickets.router,
        nuisance.router,
        phone.router,
        lists.router,
        do_not_call.router,
        quality.router,
        questionnaires.router,
        _router,
    ):
        app.include_router(router)
    app.mount("/", PageFiles(directory=static, check_dir=False))
    return _Front(app, live, phone_url=exchange.url)


class _Front:
    """Leads WebSockets past everything that is for HTTP, and guards the rest."""

    def __init__(self, app: FastAPI, live: Live, *, phone_url: str) -> None:
        self._app = app
        self._live = live
        self._strict = _headers(phone_url, style="")
        # Swagger's page sets the style of its own elements.
        self._docs = _headers(phone_url, style=" 'unsafe-inline'")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if scope["path"] == "/live":
                await self._live(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 4404})
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                headers.extend(self._docs if scope["path"] == "/docs" else self._strict)
                if scope["path"].startswith("/api/"):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, headed)


def _headers(phone_url: str, *, style: str) -> list[tuple[bytes, bytes]]:
    address = urlsplit(phone_url)
    policy = _POLICY.format(style=style, phone=f"{address.scheme}://{address.netloc}")
    return [*_HEADERS, (b"content-security-policy", policy.encode())]


_router = APIRouter()


@_router.get("/", include_in_schema=False)
async def page(request: Request) -> Response:
    """The agent's page."""
    return _file(request, "index.html")


@_router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Swagger's page, from our own files: a closed network reaches no other."""
    return _file(request, "docs.html")


def _file(request: Request, name: str) -> Response:
    path = request.app.state.static / name
    if not path.exists():
        return PlainTextResponse(NOT_BUILT, status_code=503)
    # The names of scripts and styles carry their content's hash; this one must be asked for anew.
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


@_router.get("/live.schema.json", include_in_schema=False)
async def live_schema() -> FileResponse:
    """The live WebSocket's messages, as AsyncAPI 3."""
    return FileResponse(SCHEMA_FILE, media_type="application/json")


@_router.get("/healthz", tags=["operation"])
async def healthz(request: Request) -> JSONResponse:
    """Which parts are up, and how recordings are. 503 when a part is not up. Needs no token."""
    health: Health = request.app.state.health()
    is_up = health.ami and health.db and health.pump
    return JSONResponse({"up": is_up, **asdict(health)}, status_code=200 if is_up else 503)


@_router.get("/metrics", tags=["operation"])
async def metrics(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(auth.optional_bearer)],
) -> Response:
    """Prometheus metrics: for this machine itself, or with an administrator's token."""
    if not _is_local(request):
        session = await auth.session_of(request, bearer)
        if session.me.role is not Role.ADMIN:
            raise Problem(403, "Metrics are for administrators.", "Ask from the machine itself.")
    live: Live = request.app.state.live
    calls = [call.state for call in live.view.calls.values()]
    for state in CallState:
        figures.CALLS.labels(state).set(calls.count(state))
    agents = [agent.work for agent in live.view.agents.values()]
    for work in WorkState:
        figures.AGENTS.labels(work).set(agents.count(work))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    # uvicorn has put the first address before a trusted proxy here. A header that is left shows
    # a proxy that says nothing of the sort: then nobody is local.
    headers: Mapping[str, str] = request.headers
    if request.client is None or "forwarded" in headers or "via" in headers:
        return False
    return ip_address(request.client.host).is_loopback

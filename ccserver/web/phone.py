"""An agent's phone: on the desk, or in the browser that is the desk."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints

from ccserver.core.ids import AgentId, Phone
from ccserver.core.site import Presence
from ccserver.db import people
from ccserver.db.people import PhoneAccount, PhoneKind
from ccserver.settings import IceServer
from ccserver.web.auth import Someone
from ccserver.web.database import Database, changing
from ccserver.web.live import Live
from ccserver.web.messages import Me, PhoneChosen
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["phone"])

SECRET_BYTES = 24

Screen = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What of Asterisk the browser's phone needs."""

    url: str
    """Asterisk's WebSocket, as browsers see it."""
    ice_servers: tuple[IceServer, ...]
    take: Callable[[PhoneAccount], Awaitable[bool]]
    """Waits until Asterisk lets this phone register so; False when it does not."""
    reaches: Callable[[Phone], bool]
    """Whether a phone is registered, and answers."""


class PhoneState(BaseModel):
    """Where the agent's phone is."""

    kind: PhoneKind
    phone: str
    """Its extension."""
    reachable: bool
    """It is registered, and answers."""


class ChooseBrowser(BaseModel, extra="forbid"):
    """Let the page that asks be the phone."""

    kind: Literal["browser"]
    screen: Screen
    """What the page calls itself: chance, and the same after a reload (sessionStorage)."""


class ChooseDesk(BaseModel, extra="forbid"):
    """Let the SIP phone on the desk be the phone again."""

    kind: Literal["desk"]
    screen: Screen | None = None
    """Whoever asks may say it; it matters not."""


class BrowserPhone(BaseModel):
    """What the browser registers with, until the agent logs out or chooses another phone."""

    kind: Literal["browser"] = "browser"
    url: str
    """Asterisk's WebSocket."""
    user: str
    password: str
    domain: str
    """Of the own address: sip:<user>@<domain>."""
    ice_servers: list[IceServer]
    """For RTCPeerConnection, as they are."""


class DeskPhone(BaseModel):
    """The SIP phone on the desk, which has its own password."""

    kind: Literal["desk"] = "desk"
    phone: str


@router.get("/phone")
async def phone(request: Request, database: Database, someone: Someone) -> PhoneState:
    """Where the own phone is, and whether it is reached."""
    account = _required(await people.phone_account(database, someone.me.login))
    exchange: Exchange = request.app.state.exchange
    return PhoneState(
        kind=account.kind, phone=account.phone, reachable=exchange.reaches(account.phone)
    )


@router.put("/phone")
async def choose(
    request: Request, someone: Someone, body: ChooseBrowser | ChooseDesk
) -> BrowserPhone | DeskPhone:
    """Choose where the own phone is. Answers once Asterisk knows.

    The page that has the phone may ask again, such as after a reload in the middle of a talk: it
    gets the same password, and the talk goes on. Any other gets a fresh one, and the page that had
    the phone hears `phone_chosen`. Log-out ends what the browser has, and so do five minutes
    without a screen: ask again after each connection to /live.
    """
    me = someone.me
    _require_here(request, me)
    exchange: Exchange = request.app.state.exchange
    screen = body.screen if isinstance(body, ChooseBrowser) else ""
    async with changing(request) as session:
        if screen:
            fresh = secrets.token_urlsafe(SECRET_BYTES)
            await people.choose_browser_phone(session, me.login, screen=screen, fresh_secret=fresh)
        else:
            await people.choose_desk_phone(session, [me.login])
        account = _required(await people.phone_account(session, me.login))
    if not await exchange.take(account):
        raise Problem(
            503,
            "Asterisk does not know the phone yet.",
            "Ask again in a few seconds; if that does not help, tell the operator.",
        )
    live: Live = request.app.state.live
    live.tell_agent(account.agent, partial(_chosen, account.kind, screen))
    if account.kind is PhoneKind.DESK:
        return DeskPhone(phone=account.phone)
    return BrowserPhone(
        url=exchange.url,
        user=account.phone,
        password=account.secret,
        domain=urlsplit(exchange.url).hostname or "",
        ice_servers=list(exchange.ice_servers),
    )


def _chosen(kind: PhoneKind, screen: str, seq: int) -> PhoneChosen:
    return PhoneChosen(seq=seq, kind=kind, screen=screen)


def _required(account: PhoneAccount | None) -> PhoneAccount:
    if account is None:
        raise Problem(409, "You have no phone.", "Ask an administrator to give you one.")
    return account


def _require_here(request: Request, me: Me) -> None:
    """Nobody gets what ends with the log-in who is not logged in."""
    live: Live = request.app.state.live
    agent = live.view.agents.get(AgentId(me.agent or ""))
    if me.agent is not None and (agent is None or agent.presence is Presence.LOGGED_OUT):
        raise Problem(409, "You are not at your desk.", "Connect to /live first.")

"""People over HTTP: supervisors see who works here, administrators add and change them."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, BaseModel, Field

from ccserver.config.fields import Login
from ccserver.db import staff
from ccserver.db.config import Author
from ccserver.db.people import Role
from ccserver.db.staff import Member, fresh_password, fresh_phone_password, require_phone
from ccserver.web.auth import Administrator, Door, Supervisor
from ccserver.web.database import Database, changing
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/people", tags=["people"])

PASSWORD_MIN = 10

_log = structlog.get_logger("ccserver.web")


def _printable(login: str) -> str:
    if not login.isprintable():
        raise ValueError("a log-in has only letters that can be seen")
    return login


NewLogin = Annotated[Login, AfterValidator(_printable)]
LoginInPath = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$")]
Title = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Password = Annotated[str, Field(max_length=256, pattern=rf"^(.{{{PASSWORD_MIN},}})?$")]
Why = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


class PersonRow(BaseModel):
    """Someone who logs in, or did."""

    login: str
    name: str
    role: Role
    phone: str | None
    """The extension; null for who takes no calls."""
    team: str | None
    active: bool
    downloads: bool
    """May take copies of recordings; an administrator always may."""


class ChangedPerson(PersonRow):
    """The person, and what is told this once."""

    password: str | None
    """A password that was made for the person; null: none was."""
    phone_password: str | None
    """What the phone registers with now; null: as before."""


class PersonForm(BaseModel, extra="forbid"):
    """A new person."""

    login: NewLogin
    name: Title
    role: Role = Role.AGENT
    phone: str | None = Field(None, max_length=20)
    """The extension, letters and digits; null: takes no calls."""
    downloads: bool = False
    """May take copies of recordings."""
    password: Password = ""
    """At least 10 characters. Empty: one is made, and told in the answer."""


class PersonChange(BaseModel, extra="forbid"):
    """What of a person is to change. What is left out stays."""

    name: Title = ""
    role: Role = Role.AGENT
    phone: str | None = Field(None, max_length=20)
    """The extension, which gets a new password; null: takes no calls."""
    downloads: bool = False
    active: bool = True
    """False: may log in no more. The history keeps the name, the phone is free for another."""
    password: Password = ""
    """A new one, at least 10 characters. Empty: it stays."""
    new_password: bool = False
    """One is made, and told in the answer."""


@router.get("")
async def listed(database: Database, _: Supervisor) -> list[PersonRow]:
    """Who works here, and who did, by log-in."""
    return [PersonRow(**_fields(one)) for one in await staff.members(database)]


@router.post("", status_code=201)
async def add(
    request: Request, admin: Administrator, body: PersonForm, reason: Why = ""
) -> ChangedPerson:
    """Let a new person log in. Passwords that were made are told in this answer only."""
    made = "" if body.password else fresh_password()
    phone, phone_password = _phone(body.phone)
    columns = {
        "name": body.name,
        "role": body.role,
        "phone": phone,
        "sip_secret": phone_password or "",
        "downloads": body.downloads,
        "password_hash": await _hash(request, body.password or made),
    }
    async with changing(request) as session:
        person = await staff.add(session, body.login, columns, author=_author(admin.me, reason))
    request.app.state.config_changed()
    _log.info("a person is added", login=person.login, by=admin.me.login)
    return ChangedPerson(**_fields(person), password=made or None, phone_password=phone_password)


@router.patch("/{login}")
async def change(
    request: Request,
    admin: Administrator,
    login: LoginInPath,
    body: PersonChange,
    reason: Why = "",
) -> ChangedPerson:
    """Change a person. Who is let go, or gets a new password, is logged out everywhere."""
    given = body.model_fields_set
    if login == admin.me.login and given & {"role", "active"}:
        raise Problem(
            409, "You would lock yourself out.", "Let another administrator do it, if it must be."
        )
    columns: dict[str, Any] = {
        name: getattr(body, name) for name in given & {"name", "role", "downloads", "active"}
    }
    phone_password = None
    if "phone" in given:
        columns["phone"], phone_password = _phone(body.phone)
        columns["sip_secret"] = phone_password or ""
    made = fresh_password() if body.new_password else ""
    if made or body.password:
        columns["password_hash"] = await _hash(request, made or body.password)
    async with changing(request) as session:
        person = await staff.change(session, login, columns, author=_author(admin.me, reason))
    request.app.state.config_changed()
    _log.info("a person is changed", login=login, what=sorted(given), by=admin.me.login)
    _send_home(request, person, has_new_password="password_hash" in columns)
    if not person.active:
        phone_password = None
    return ChangedPerson(**_fields(person), password=made or None, phone_password=phone_password)


def _send_home(request: Request, person: Member, *, has_new_password: bool) -> None:
    live: Live = request.app.state.live
    door: Door = request.app.state.door
    if not person.active:
        live.throw_out(person.login)
    if not person.active or has_new_password:
        door.end(str(person.id))


def _phone(wanted: str | None) -> tuple[str | None, str | None]:
    """The extension, and what it registers with."""
    if not wanted:
        return None, None
    require_phone(wanted)
    return wanted, fresh_phone_password()


async def _hash(request: Request, password: str) -> str:
    door: Door = request.app.state.door
    return await door.hash(password)


def _author(me: Me, reason: str) -> Author:
    return Author(who=me.login, reason=reason)


def _fields(one: Member) -> dict[str, Any]:
    return {
        "login": one.login,
        "name": one.name,
        "role": one.role,
        "phone": one.phone,
        "team": one.team,
        "active": one.active,
        "downloads": one.downloads,
    }

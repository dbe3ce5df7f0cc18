"""What a site on this machine was given at its first start: secrets, ports, the demo's people."""

import json
import secrets
import socket
import tomllib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr

from ccserver.local.asterisk import Ports, choose_ports
from ccserver.local.processes import free_port
from ccserver.settings import Settings

_Part = TypeVar("_Part", bound=BaseModel)

FILE = "site.toml"
SIP_PORT, HTTP_PORT = 5060, 8088
"""What phones expect. Another port is taken if someone else listens there."""

ARCHIVE_KEY = "site"
"""What the site's own key for the archive is called."""

_HEAD = (
    "# Made by `ccserver up` and read by every ccserver command. Keep it secret, keep it with the\n"
    "# data. Delete it to get new ports and secrets; what stands in ccserver.toml goes before.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person of the sample site."""

    login: str
    name: str
    role: str
    """agent, supervisor or admin"""
    password: str
    phone: str = ""
    """The extension, for those who take calls."""
    phone_password: str = ""
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCustomer:
    """A customer of the sample site; the demo's callers ring with these numbers."""

    number: str
    name: str
    tier: str
    value: float
    language: str
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The content of site.toml."""

    ami_secret: str
    db_password: str
    """For the containers alone: a PostgreSQL of this machine keeps its own."""
    agi_port: int
    web_port: int
    ports: Ports
    people: tuple[Account, ...]
    archive_key: str = ""
    """Wraps the keys of the files of recordings: 32 bytes in base64. Empty in the file of a site
    that is older than this."""


SAMPLE_CUSTOMERS = (
    SampleCustomer(number="+8613800000001", name="李明", tier="platinum", value=0.98,
                   language="zh", notes="企业客户,三年合同,下月续约。"),
    SampleCustomer(number="+8613800000002", name="王芳", tier="gold", value=0.7,
                   language="zh", notes="上周反映过发票问题,请跟进。"),
    SampleCustomer(number="+8613800000003", name="张伟", tier="silver", value=0.42,
                   language="zh", notes=""),
    SampleCustomer(number="+8613800000004", name="刘洋", tier="standard", value=0.2,
                   language="zh", notes=""),
    SampleCustomer(number="+442079460001", name="Grace Hall", tier="gold", value=0.64,
                   language="en", notes="Prefers e-mail after 5 p.m. London time."),
)  # fmt: skip


def site_of(settings: Settings) -> Site | None:
    """What `<home>/site.toml` says; None before the first `up`."""
    file = settings.home / FILE
    if not file.exists():
        return None
    held = tomllib.loads(file.read_text(encoding="utf-8"))
    people = tuple(Account(**{**p, "queues": tuple(p["queues"])}) for p in held.pop("people"))
    return Site(ports=Ports(**held.pop("ports")), people=people, **held)


def ensure_site(settings: Settings) -> Site:
    """The site's file, made at the first call, readable by its owner alone."""
    found = site_of(settings)
    site = found or _new(settings)
    if not site.archive_key:
        site = replace(site, archive_key=new_key())
    if site != found:
        settings.home.mkdir(parents=True, exist_ok=True)
        file = settings.home / FILE
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(_toml(site), encoding="utf-8")
        fresh.rename(file)
    return site


def with_site(settings: Settings) -> Settings:
    """The settings, with what this machine's own site knows where the operator said nothing.

    Every command starts with this, so that `ccserver customers import` finds the database that
    `ccserver up` started. `dsn` stays empty when the database is the site's own: it is asked for
    after PostgreSQL runs.
    """
    archive = _filled(settings.archive, folder=settings.home / "archive")
    site = site_of(settings)
    if site is None:
        return settings.model_copy(update={"archive": archive})
    if site.archive_key and not archive.model_fields_set & {"key", "keys"}:
        keys = {ARCHIVE_KEY: SecretStr(site.archive_key)}
        archive = _filled(archive, keys=keys, key=ARCHIVE_KEY)
    changes: dict[str, Any] = {
        "ami": _filled(settings.ami, port=site.ports.ami, secret=site.ami_secret),
        "agi": _filled(settings.agi, port=site.agi_port),
        "web": _filled(settings.web, port=site.web_port),
        "archive": archive,
    }
    if "phone_url" not in settings.model_fields_set:
        changes["phone_url"] = f"ws://127.0.0.1:{site.ports.http}/ws"
    if "recordings" not in settings.model_fields_set:
        changes["recordings"] = settings.home / "asterisk" / "spool" / "recording"
    return settings.model_copy(update=changes)


def new_key() -> str:
    """A key for the archive: 32 bytes in base64."""
    return b64encode(secrets.token_bytes(32)).decode()


def _filled(part: _Part, **known: object) -> _Part:
    """A part of the settings, with what the site knows for each key that the operator left out."""
    missing = {key: value for key, value in known.items() if key not in part.model_fields_set}
    return part.model_copy(update=missing)


def _new(settings: Settings) -> Site:
    ports = choose_ports(
        sip=_free(SIP_PORT, socket.SOCK_DGRAM),
        ami=_free(settings.ami.port),
        http=_free(HTTP_PORT),
    )
    return Site(
        ami_secret=secrets.token_hex(16),
        db_password=secrets.token_hex(16),
        agi_port=_free(settings.agi.port) or free_port(),
        web_port=_free(settings.web.port) or free_port(),
        ports=ports,
        people=_people([queue.name for queue in settings.queues]),
    )


def _people(queues: list[str]) -> tuple[Account, ...]:
    """Two agents, a supervisor and an administrator, each with a password of this site alone."""

    def account(login: str, name: str, role: str) -> Account:
        return Account(login=login, name=name, role=role, password=secrets.token_urlsafe(9))

    def agent(login: str, name: str, phone: str) -> Account:
        return replace(
            account(login, name, "agent"),
            phone=phone,
            phone_password=secrets.token_hex(12),
            queues=tuple(queues),
        )

    return (
        agent("anna", "Anna Chen", "1001"),
        agent("ben", "Ben Zhao", "1002"),
        account("sara", "Sara Wu", "supervisor"),
        account("admin", "Administrator", "admin"),
    )


def _free(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """The port if nobody listens there, else 0."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _toml(site: Site) -> str:
    held = asdict(site)
    ports, people = held.pop("ports"), held.pop("people")
    parts = [_HEAD, _lines(held), "\n[ports]\n", _lines(ports)]
    for person in people:
        parts += ["\n[[people]]\n", _lines(person)]
    return "".join(parts)


def _lines(table: dict[str, Any]) -> str:
    # A JSON string, number or list of strings is one in TOML as well.
    write: Callable[[Any], str] = json.dumps
    return "".join(f"{name} = {write(value)}\n" for name, value in table.items())

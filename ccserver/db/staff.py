"""Who works here: listed, added and changed, each change with its author."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config import convert
from ccserver.core.demand import Ability
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, Phone, Queue
from ccserver.db.config import Author
from ccserver.db.people import Role
from ccserver.db.tables import PersonRow, SettingAuditRow

AUDITED: Final = "people"
"""What changes of people are filed under in the audit of the configuration."""

_TOLD: Final = ("name", "role", "phone", "downloads", "active")
"""What the audit tells of a person. A password or secret only as `changed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Someone who logs in, or did."""

    id: int
    login: str
    name: str
    role: Role
    phone: Phone | None
    """None for one who takes no calls."""
    team: str | None
    active: bool
    downloads: bool
    """May take copies of recordings; an administrator always may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An agent, and what an operator says of him."""

    agent: AgentId
    name: str
    team: str | None
    ability: Ability


class NobodyError(Refused):
    """Nobody has this log-in."""

    status = 404


class LoginTakenError(Refused):
    """This log-in is somebody's, or was: the history keeps it."""


class PhoneTakenError(Refused):
    """This phone is another person's."""


class BadPhoneError(Refused):
    """A phone is letters and digits, such as 1005."""

    status = 422


async def members(session: AsyncSession) -> tuple[Member, ...]:
    """All who log in or did, by log-in."""
    rows = await session.scalars(select(PersonRow).order_by(PersonRow.login))
    return tuple(_member(row) for row in rows)


async def assignments(session: AsyncSession) -> tuple[Assignment, ...]:
    """Every agent who may log in, by log-in."""
    rows = await session.scalars(
        select(PersonRow)
        .where(PersonRow.active, PersonRow.phone.is_not(None))
        .order_by(PersonRow.login)
    )
    return tuple(
        Assignment(
            agent=AgentId(row.login),
            name=row.name,
            team=row.team,
            ability=Ability(
                queues=frozenset(Queue(queue) for queue in row.queues),
                skills=convert.skills(row.skills),
                languages=frozenset(row.languages),
                regions=frozenset(row.regions),
            ),
        )
        for row in rows
    )


def fresh_password() -> str:
    """A password that nobody has to think of."""
    return secrets.token_urlsafe(12)


def fresh_phone_password() -> str:
    """What a phone registers with. Nobody types it twice."""
    return secrets.token_urlsafe(15)


def require_phone(phone: str) -> None:
    """Raises BadPhoneError for what can be no extension."""
    if not (phone.isascii() and phone.isalnum() and len(phone) <= 20):
        raise BadPhoneError


async def is_known(session: AsyncSession, login: str) -> bool:
    """Whether this log-in is somebody's, or was."""
    query = select(PersonRow.id).where(PersonRow.login == login)
    return await session.scalar(query) is not None


async def add(
    session: AsyncSession, login: str, columns: Mapping[str, Any], *, author: Author
) -> Member:
    """Let a new person log in; `columns` are those of `person`, with name, role and password_hash.

    Raises LoginTakenError, PhoneTakenError, and BadPhoneError.
    """
    if await is_known(session, login):
        raise LoginTakenError
    row = PersonRow(login=login, **{"downloads": False, "active": True, **columns})
    session.add(row)
    return await _kept(session, row, before=None, told={}, author=author)


async def change(
    session: AsyncSession, login: str, changes: Mapping[str, Any], *, author: Author
) -> Member:
    """Change columns of a person; who is let go (`active` false) has no phone any more.

    Raises NobodyError, PhoneTakenError, and BadPhoneError.
    """
    row = await session.scalar(select(PersonRow).where(PersonRow.login == login).with_for_update())
    if row is None:
        raise NobodyError
    before = _audited(row)
    for column, value in changes.items():
        setattr(row, column, value)
    if not row.active:
        row.phone = None
    if row.phone is None:
        row.sip_secret = row.browser_secret = row.browser_screen = ""
    told = {name: "changed" for name in ("password_hash", "sip_secret") if changes.get(name)}
    return await _kept(session, row, before=before, told=told, author=author)


async def _kept(
    session: AsyncSession,
    row: PersonRow,
    *,
    before: dict[str, Any] | None,
    told: Mapping[str, str],
    author: Author,
) -> Member:
    if row.phone is not None:
        require_phone(row.phone)
    row.updated_at = func.now()
    try:
        await session.flush()
    except IntegrityError as error:
        raise PhoneTakenError from error
    await session.refresh(row)
    after = {**_audited(row), **told}
    if after != before:
        session.add(
            SettingAuditRow(
                who=author.who,
                kind=AUDITED,
                name=row.login,
                before=before,
                after=after,
                reason=author.reason,
            )
        )
        await session.flush()
    return _member(row)


def _audited(row: PersonRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TOLD}


def _member(row: PersonRow) -> Member:
    return Member(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        phone=Phone(row.phone) if row.phone else None,
        team=row.team,
        active=row.active,
        downloads=row.downloads,
    )

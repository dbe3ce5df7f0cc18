"""Who logs in: agents, supervisors, administrators."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config import convert
from ccserver.core.demand import Ability, Need, opens_after
from ccserver.core.ids import AgentId, ContactId, Phone, Queue
from ccserver.core.site import AgentProfile, Presence, WorkState
from ccserver.db import config
from ccserver.db.tables import AgentPresenceRow, PersonRow


class Role(StrEnum):
    """What a person may do. Each includes those before it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class PhoneKind(StrEnum):
    """Where an agent's phone is."""

    DESK = "desk"
    """A SIP phone of his own."""
    BROWSER = "browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who logs in."""

    id: int
    login: str
    name: str
    role: Role
    phone: Phone | None
    """The extension that rings this person; None for one who takes no calls."""
    queues: tuple[Queue, ...]
    active: bool
    downloads: bool = False
    """May take copies of recordings; an administrator always may."""

    @property
    def agent(self) -> AgentId | None:
        """The agent who this person is, if any: the one who has a phone."""
        return AgentId(self.login) if self.phone else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAccount:
    """What an agent's phone registers with, wherever it is now."""

    agent: AgentId
    phone: Phone
    kind: PhoneKind
    secret: str
    name: str


async def find_login(session: AsyncSession, login: str) -> tuple[Person, str] | None:
    """The active person with this log-in, and the argon2 hash of the password."""
    if "\0" in login or not login.isprintable():
        return None
    row = await session.scalar(select(PersonRow).where(PersonRow.login == login, PersonRow.active))
    return (_person(row), row.password_hash) if row else None


async def people(session: AsyncSession, *, active: bool = True) -> tuple[Person, ...]:
    """All who may log in, or all who may not any more, by login."""
    rows = await session.scalars(
        select(PersonRow).where(PersonRow.active.is_(active)).order_by(PersonRow.login)
    )
    return tuple(_person(row) for row in rows)


async def phone_accounts(session: AsyncSession) -> tuple[PhoneAccount, ...]:
    """What the switch must know of every active agent's phone, by extension."""
    rows = await session.scalars(_with_phone().order_by(PersonRow.phone))
    return tuple(_account(row) for row in rows)


async def phone_account(session: AsyncSession, login: str) -> PhoneAccount | None:
    """The phone of this person; None for who has none."""
    row = await session.scalar(_with_phone().where(PersonRow.login == login))
    return _account(row) if row else None


async def choose_browser_phone(
    session: AsyncSession, login: str, *, screen: str, fresh_secret: str
) -> None:
    """Let the phone of this person be in the browser page that calls itself `screen`.

    A page that has the phone already keeps its secret, so that after a reload in the middle of a
    talk it can renew its registration; any other gets the fresh one.
    """
    row = await session.scalar(_with_phone().where(PersonRow.login == login).with_for_update())
    if row is not None and (not row.browser_secret or row.browser_screen != screen):
        row.browser_secret, row.browser_screen = fresh_secret, screen
        await session.flush()


async def choose_desk_phone(session: AsyncSession, logins: Collection[str]) -> None:
    """Let the phones of these people be those on their desks. What browsers had is void."""
    await session.execute(
        update(PersonRow)
        .where(PersonRow.login.in_(logins), PersonRow.browser_secret != "")
        .values(browser_secret="", browser_screen="")
    )


async def ensure_person(
    session: AsyncSession,
    login: str,
    *,
    name: str,
    role: Role,
    password_hash: str,
    phone: Phone | None = None,
    sip_secret: str = "",
    queues: Iterable[Queue] | None = None,
    downloads: bool | None = None,
) -> Person:
    """Add the person with this log-in, or bring the record to these values, active again.

    Without `queues` and `downloads` a person who is known keeps what he has. Raises SQLAlchemy's
    IntegrityError when the phone is another person's.
    """
    fields: dict[str, object] = {
        "name": name,
        "role": role,
        "password_hash": password_hash,
        "phone": phone,
        "sip_secret": sip_secret,
        "active": True,
    }
    if queues is not None:
        fields["queues"] = sorted(set(queues))
    if downloads is not None:
        fields["downloads"] = downloads
    row = await session.scalar(
        insert(PersonRow)
        .values(login=login, **fields)
        .on_conflict_do_update(
            index_elements=[PersonRow.login], set_={**fields, "updated_at": func.now()}
        )
        .returning(PersonRow),
        execution_options={"populate_existing": True},
    )
    assert row is not None, "an upsert returns its row"
    return _person(row)


async def deactivate(session: AsyncSession, login: str) -> bool:
    """Let the person log in no more; the phone is free for another. False: nobody of that name."""
    row = await session.scalar(select(PersonRow).where(PersonRow.login == login))
    if row is None:
        return False
    row.active = False
    row.phone = None
    row.browser_secret = row.browser_screen = ""
    await session.flush()
    return True


async def may_download(session: AsyncSession, login: str) -> bool:
    """Whether this person may take copies of recordings."""
    row = await session.scalar(select(PersonRow).where(PersonRow.login == login, PersonRow.active))
    return row is not None and (row.downloads or row.role == Role.ADMIN)


async def team_agents(session: AsyncSession, team: str) -> tuple[AgentId, ...]:
    """Who belongs to this team, and who did when he was last here."""
    rows = await session.scalars(
        select(PersonRow.login).where(PersonRow.team == team).order_by(PersonRow.login)
    )
    return tuple(AgentId(login) for login in rows)


async def agent_profiles(session: AsyncSession) -> tuple[AgentProfile, ...]:
    """Every active agent with the state in which he was last seen, for the start of a run."""
    rows = await session.execute(
        select(PersonRow, AgentPresenceRow)
        .outerjoin(AgentPresenceRow, AgentPresenceRow.agent == PersonRow.login)
        .where(PersonRow.active, PersonRow.phone.is_not(None))
        .order_by(PersonRow.login)
    )
    return tuple(_profile(row, seen) for row, seen in rows)


async def served_queues(session: AsyncSession, login: str) -> frozenset[Queue]:
    """The queues whose callers this person may ever get; none for who is no agent."""
    row = await session.scalar(
        select(PersonRow).where(
            PersonRow.login == login, PersonRow.active, PersonRow.phone.is_not(None)
        )
    )
    if row is None:
        return frozenset()
    ability = Ability(
        queues=frozenset(Queue(queue) for queue in row.queues),
        skills=convert.skills(row.skills),
        languages=frozenset(row.languages),
        regions=frozenset(row.regions),
    )
    rules = await config.rules(session)
    return frozenset(
        queue.name
        for queue in rules.queues
        if opens_after(queue, Need(queue.name, "", ""), ability) < inf
    )


def _with_phone() -> Select[PersonRow]:
    return select(PersonRow).where(PersonRow.active, PersonRow.phone.is_not(None))


def _account(row: PersonRow) -> PhoneAccount:
    return PhoneAccount(
        agent=AgentId(row.login),
        phone=Phone(row.phone or ""),
        kind=PhoneKind.BROWSER if row.browser_secret else PhoneKind.DESK,
        secret=row.browser_secret or row.sip_secret,
        name=row.name,
    )


def _profile(row: PersonRow, seen: AgentPresenceRow | None) -> AgentProfile:
    profile = AgentProfile(
        agent=AgentId(row.login),
        phone=Phone(row.phone or ""),
        queues=frozenset(Queue(queue) for queue in row.queues),
        skills=convert.skills(row.skills),
        languages=frozenset(row.languages),
        regions=frozenset(row.regions),
    )
    if seen is None:
        return profile
    return replace(
        profile,
        presence=Presence(seen.presence),
        reason=seen.reason,
        work=WorkState(seen.work),
        since=seen.since.timestamp(),
        contact=ContactId(str(seen.contact)) if seen.contact else None,
    )


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        phone=Phone(row.phone) if row.phone else None,
        queues=tuple(Queue(queue) for queue in row.queues),
        active=row.active,
        downloads=row.downloads,
    )

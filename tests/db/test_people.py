"""Who logs in."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.form import AgentForm, QueueForm
from ccserver.core.ids import Phone, Queue
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import (
    Person,
    PhoneKind,
    Role,
    agent_profiles,
    choose_browser_phone,
    choose_desk_phone,
    deactivate,
    ensure_person,
    find_login,
    may_download,
    people,
    phone_account,
    phone_accounts,
    served_queues,
    team_agents,
)

pytestmark = pytest.mark.db


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def anna(session: AsyncSession, name: str = "Anna Li", phone: str = "1001") -> Person:
    return await ensure_person(
        session,
        "anna",
        name=name,
        role=Role.AGENT,
        password_hash="$argon2id$x",
        phone=Phone(phone),
        sip_secret="s3cret",
        queues=[Queue("service"), Queue("sales"), Queue("sales")],
    )


async def test_a_person_is_made_once_and_then_changed(session: AsyncSession) -> None:
    first = await anna(session)
    again = await anna(session, name="Anna Wang")
    assert again.id == first.id
    assert again.name == "Anna Wang"
    assert again.agent == "anna"
    assert again.queues == ("sales", "service")
    assert await find_login(session, "anna") == (again, "$argon2id$x")
    assert await people(session) == (again,)


@pytest.mark.parametrize("login", ["bob", "", "an\0na", "\ud800", "anna' OR 1=1"])
async def test_nobody_else_logs_in(session: AsyncSession, login: str) -> None:
    await anna(session)
    assert await find_login(session, login) is None


async def test_who_left_cannot_log_in_and_has_no_phone(session: AsyncSession) -> None:
    await anna(session)
    assert await deactivate(session, "anna")
    assert not await deactivate(session, "bob")
    assert await find_login(session, "anna") is None
    assert await phone_accounts(session) == ()
    assert await agent_profiles(session) == ()
    assert [one.login for one in await people(session, active=False)] == ["anna"]


async def test_a_phone_rings_one_person(session: AsyncSession) -> None:
    await anna(session)
    with pytest.raises(IntegrityError):
        await ensure_person(
            session, "bob", name="Bob", role=Role.AGENT, password_hash="", phone=Phone("1001")
        )


async def test_a_new_agent_is_logged_out(session: AsyncSession) -> None:
    await anna(session)
    await ensure_person(session, "eve", name="Eve", role=Role.SUPERVISOR, password_hash="")
    (profile,) = await agent_profiles(session)
    assert (profile.agent, profile.phone, profile.presence) == ("anna", "1001", "logged_out")
    (account,) = await phone_accounts(session)
    assert (account.phone, account.secret, account.name) == ("1001", "s3cret", "Anna Li")


async def test_an_agents_queues_are_those_whose_callers_he_may_ever_get(
    session: AsyncSession,
) -> None:
    await config.alter(
        session,
        lambda old: old.model_copy(
            update={
                "skills": {"engine": "Engines"},
                "queues": {
                    "sales": QueueForm(),
                    "repair": QueueForm(required={"engine": 2}),
                    "expert": QueueForm(required={"engine": 5}),
                },
            }
        ),
        author=Author(who="ada", reason="a test"),
        used={},
    )
    for login, phone, queues in (("anna", "1001", ["sales"]), ("ben", "1002", [])):
        await ensure_person(
            session, login, name=login, role=Role.AGENT, password_hash="", phone=Phone(phone),
            queues=map(Queue, queues),
        )  # fmt: skip
    await ensure_person(session, "sue", name="Sue", role=Role.SUPERVISOR, password_hash="")
    await config.alter(
        session,
        lambda old: old.model_copy(
            update={"agents": old.agents | {"ben": AgentForm(skills={"engine": 3})}}
        ),
        author=Author(who="ada", reason="a test"),
        used={},
    )
    assert await served_queues(session, "anna") == {"sales"}
    assert await served_queues(session, "ben") == {"repair"}
    for nobody in ("sue", "eve"):
        assert await served_queues(session, nobody) == frozenset()


async def test_who_may_take_copies_keeps_that_until_it_is_changed(session: AsyncSession) -> None:
    async def sue(role: Role, downloads: bool | None) -> bool:
        made = await ensure_person(
            session, "sue", name="Sue", role=role, password_hash="", downloads=downloads
        )
        may = await may_download(session, "sue")
        assert may == (made.downloads or role is Role.ADMIN)
        return may

    assert not await sue(Role.SUPERVISOR, None)
    assert await sue(Role.SUPERVISOR, True)
    assert await sue(Role.SUPERVISOR, None)
    assert not await sue(Role.SUPERVISOR, False)
    assert await sue(Role.ADMIN, None), "administrators always may"
    await deactivate(session, "sue")
    assert not await may_download(session, "sue")
    assert not await may_download(session, "nobody")


async def test_a_team_is_who_belongs_to_it(session: AsyncSession) -> None:
    await anna(session)
    await session.execute(text("UPDATE person SET team = 'front'"))
    assert await team_agents(session, "front") == ("anna",)
    await deactivate(session, "anna")
    assert await team_agents(session, "front") == ("anna",), "her recordings are found all the same"
    assert await team_agents(session, "back") == ()


async def test_a_phone_goes_to_the_browser_and_back(session: AsyncSession) -> None:
    async def chosen(screen: str, fresh_secret: str) -> tuple[PhoneKind, str]:
        await choose_browser_phone(session, "anna", screen=screen, fresh_secret=fresh_secret)
        return await now()

    async def now() -> tuple[PhoneKind, str]:
        session.expire_all()
        account = await phone_account(session, "anna")
        assert account is not None
        return account.kind, account.secret

    await anna(session)
    assert await now() == (PhoneKind.DESK, "s3cret")
    assert await chosen("first", "one") == (PhoneKind.BROWSER, "one")
    assert await chosen("first", "two") == (PhoneKind.BROWSER, "one"), "it was loaded anew"
    assert await chosen("second", "three") == (PhoneKind.BROWSER, "three")
    assert await chosen("first", "four") == (PhoneKind.BROWSER, "four"), "it had lost the phone"
    await choose_desk_phone(session, ["bob"])
    assert (await now())[0] is PhoneKind.BROWSER
    await choose_desk_phone(session, ["anna"])
    assert await now() == (PhoneKind.DESK, "s3cret")
    assert await chosen("first", "five") == (PhoneKind.BROWSER, "five"), "what it had is void"


async def test_who_has_no_phone_gets_none_in_the_browser(session: AsyncSession) -> None:
    await ensure_person(session, "sue", name="Sue", role=Role.SUPERVISOR, password_hash="")
    await choose_browser_phone(session, "sue", screen="first", fresh_secret="one")
    assert await phone_account(session, "sue") is None
    await anna(session)
    await choose_browser_phone(session, "anna", screen="first", fresh_secret="one")
    await deactivate(session, "anna")
    back = await anna(session)
    assert back.phone == "1001"
    [account] = await phone_accounts(session)
    assert (account.kind, account.secret) == (PhoneKind.DESK, "s3cret")

"""Who works here, and every change of it in the audit."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.form import AgentForm, QueueForm
from ccserver.core.demand import Ability
from ccserver.core.ids import Queue, Skill
from ccserver.db import config, staff
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, find_login
from ccserver.db.staff import (
    BadPhoneError,
    LoginTakenError,
    NobodyError,
    PhoneTakenError,
    add,
    assignments,
    change,
    members,
)

pytestmark = pytest.mark.db

ADA = Author(who="ada", reason="a test")
ANNA: dict[str, Any] = {
    "name": "Anna", "role": Role.AGENT, "password_hash": "$h", "phone": "1001", "sip_secret": "s",
}  # fmt: skip


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


async def secrets_of(session: AsyncSession, login: str) -> tuple[object, ...]:
    row = await session.execute(
        text("SELECT phone, sip_secret, browser_secret FROM person WHERE login = :login"),
        {"login": login},
    )
    return tuple(row.one())


async def test_each_change_is_in_the_audit_without_any_secret(session: AsyncSession) -> None:
    await add(session, "anna", ANNA, author=ADA)
    await change(session, "anna", {"name": "Anna Li", "password_hash": "$other"}, author=ADA)
    await change(session, "anna", {"name": "Anna Li"}, author=ADA)
    await change(session, "anna", {"active": False}, author=ADA)
    let_go, renamed, added = await config.audit(session)
    assert {one.kind for one in (let_go, renamed, added)} == {staff.AUDITED}
    assert (added.name, added.who, added.reason) == ("anna", "ada", "a test")
    as_new = {"name": "Anna", "role": "agent", "phone": "1001", "downloads": False, "active": True}
    assert (added.before, added.after) == (None, as_new)
    assert renamed.before == as_new
    assert renamed.after == {**as_new, "name": "Anna Li", "password_hash": "changed"}
    assert (let_go.after["active"], let_go.after["phone"]) == (False, None)


async def test_who_is_let_go_leaves_the_phone_and_its_secrets(session: AsyncSession) -> None:
    await add(session, "anna", ANNA, author=ADA)
    await session.execute(text("UPDATE person SET browser_secret = 'b'"))
    assert await secrets_of(session, "anna") == ("1001", "s", "b")
    await session.commit()
    session.expire_all()
    await change(session, "anna", {"active": False}, author=ADA)
    assert await secrets_of(session, "anna") == (None, "", "")
    assert await find_login(session, "anna") is None
    (gone,) = await members(session)
    assert (gone.login, gone.name, gone.active, gone.phone) == ("anna", "Anna", False, None)
    await add(session, "ben", {**ANNA, "name": "Ben"}, author=ADA)
    back = await change(session, "anna", {"active": True}, author=ADA)
    assert (back.active, back.phone) == (True, None)


async def test_a_log_in_and_a_phone_are_one_persons(session: AsyncSession) -> None:
    await add(session, "anna", ANNA, author=ADA)
    await add(session, "ben", {**ANNA, "phone": None}, author=ADA)
    with pytest.raises(LoginTakenError):
        await add(session, "anna", {**ANNA, "phone": "1003"}, author=ADA)
    with pytest.raises(NobodyError):
        await change(session, "eve", {"name": "Eve"}, author=ADA)
    for bad in ("", "10 01", "1001;x", "壹", "1" * 21):
        with pytest.raises(BadPhoneError):
            await change(session, "ben", {"phone": bad}, author=ADA)
        session.expire_all()
    await session.commit()
    with pytest.raises(PhoneTakenError):
        await change(session, "ben", {"phone": "1001"}, author=ADA)


async def test_what_agents_can_do_is_told_of_those_who_take_calls(session: AsyncSession) -> None:
    await add(session, "anna", ANNA, author=ADA)
    await add(session, "sue", {**ANNA, "phone": None, "role": Role.SUPERVISOR}, author=ADA)
    skilled = AgentForm(
        queues=("sales",), skills={"engine": 3}, languages=("zh",), regions=("吉林",), team="front"
    )
    await config.alter(
        session,
        lambda old: old.model_copy(
            update={
                "queues": {"sales": QueueForm()},
                "skills": {"engine": ""},
                "teams": {"front": ""},
                "agents": {"anna": skilled},
            }
        ),
        author=ADA,
        used={},
    )
    (known,) = await assignments(session)
    assert (known.agent, known.name, known.team) == ("anna", "Anna", "front")
    assert known.ability == Ability(
        queues=frozenset({Queue("sales")}),
        skills=((Skill("engine"), 3),),
        languages=frozenset({"zh"}),
        regions=frozenset({"吉林"}),
    )


def test_passwords_that_are_made_are_long_and_never_the_same() -> None:
    made = {staff.fresh_password() for _ in range(50)} | {
        staff.fresh_phone_password() for _ in range(50)
    }
    assert len(made) == 100
    assert min(len(one) for one in made) >= 16

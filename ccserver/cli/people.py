"""`ccserver people`: who may log in."""

from collections.abc import Mapping
from typing import Annotated

import typer
from argon2 import PasswordHasher
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database, operator
from ccserver.config.check import ConfigError, form_of
from ccserver.config.form import AgentForm, ConfigForm
from ccserver.db import config, people, staff
from ccserver.db.config import Author
from ccserver.db.people import Role
from ccserver.db.staff import (
    BadPhoneError,
    NobodyError,
    PhoneTakenError,
    fresh_password,
    fresh_phone_password,
    is_known,
)
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Agents, supervisors, administrators.")


@app.command("add")
def people_add(
    login: Annotated[str, typer.Argument(help="The log-in name.")],
    name: Annotated[str, typer.Option(help="As colleagues see it.")],
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    phone: Annotated[str, typer.Option(help="The extension, for who takes calls.")] = "",
    queue: Annotated[
        list[str] | None,
        typer.Option(
            help="Give it once for each. Without: every queue whose skills the agent has."
        ),
    ] = None,
    skill: Annotated[
        list[str] | None, typer.Option(help="As name=level, 1 to 5; once for each.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Such as zh; once for each. Without: all.")
    ] = None,
    region: Annotated[list[str] | None, typer.Option(help="Once for each. Without: all.")] = None,
    team: Annotated[str, typer.Option()] = "",
    downloads: Annotated[
        bool | None,
        typer.Option(help="May take copies of recordings; administrators always may."),
    ] = None,
) -> None:
    """Add a person, or change one, who then gets new passwords; print them.

    Who is known keeps the queues, skills, languages, regions, team and downloads that are not
    given. A running ccserver knows it within seconds, and so does Asterisk.
    """
    given = {
        "queues": queue,
        "skills": _levels(skill),
        "languages": language,
        "regions": region,
        "team": team,
    }
    wanted = {field: value for field, value in given.items() if value}
    if wanted and not phone:
        raise typer.BadParameter("only who has a --phone takes calls")
    password, phone_password = fresh_password(), fresh_phone_password()
    author = Author(who=operator(), reason="people add")
    person: dict[str, object] = {
        "name": name,
        "role": role,
        "password_hash": PasswordHasher().hash(password),
        "phone": phone or None,
        "sip_secret": phone_password if phone else "",
    }
    if downloads is not None:
        person["downloads"] = downloads

    async def add(session: AsyncSession) -> None:
        if await is_known(session, login):
            await staff.change(session, login, {**person, "active": True}, author=author)
        else:
            await staff.add(session, login, person, author=author)
        if wanted:
            await config.alter(
                session, lambda old: _assigned(old, login, wanted), author=author, used={}
            )

    try:
        in_database(with_site(Settings()), add)
    except PhoneTakenError:
        raise typer.BadParameter(f"phone {phone} belongs to someone else") from None
    except BadPhoneError as error:
        raise typer.BadParameter(error.__doc__ or "") from None
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from None
    console.print(f"{login}: password {password}", highlight=False)
    if phone:
        console.print(f"phone {phone}: password {phone_password}", highlight=False)


def _levels(skills: list[str] | None) -> dict[str, object]:
    """`engine=3` as the form reads it, which also says what is wrong with the level."""
    pairs = (skill.partition("=") for skill in skills or ())
    return {name: int(level) if level.isdecimal() else level for name, _, level in pairs}


def _assigned(old: ConfigForm, login: str, wanted: Mapping[str, object]) -> ConfigForm:
    agents = old.model_dump()["agents"]
    agents[login] |= wanted
    return form_of({**old.model_dump(), "agents": agents})


@app.command("list")
def people_list() -> None:
    """Show who may log in."""
    table = Table("log-in", "name", "role", "phone", "queues", "skills", "downloads")

    async def show(session: AsyncSession) -> None:
        agents = (await config.current(session)).agents
        for person in await people.people(session):
            agent = agents.get(person.login, AgentForm())
            table.add_row(
                person.login,
                person.name,
                person.role,
                person.phone or "",
                ", ".join(person.queues),
                ", ".join(f"{skill}={level}" for skill, level in agent.skills.items()),
                "yes" if person.downloads or person.role is Role.ADMIN else "",
            )

    in_database(with_site(Settings()), show)
    console.print(table)


@app.command("remove")
def people_remove(login: str) -> None:
    """Let a person log in no more. The history keeps the name."""

    async def remove(session: AsyncSession) -> None:
        author = Author(who=operator(), reason="people remove")
        try:
            await staff.change(session, login, {"active": False}, author=author)
        except NobodyError:
            raise typer.BadParameter(f"nobody is called {login!r}") from None

    in_database(with_site(Settings()), remove)

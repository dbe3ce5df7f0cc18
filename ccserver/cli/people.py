"""`ccserver people`: who may log in."""

import secrets
from collections.abc import Mapping
from typing import Annotated

import typer
from argon2 import PasswordHasher
from rich.table import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database, operator
from ccserver.config.check import ConfigError, form_of
from ccserver.config.form import AgentForm, ConfigForm
from ccserver.core.ids import Phone
from ccserver.db import config, people
from ccserver.db.config import Author
from ccserver.db.people import Role, ensure_person
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
    if phone and not (phone.isascii() and phone.isalnum()):
        raise typer.BadParameter("a phone is letters and digits, such as 1005")
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
    password, phone_password = secrets.token_urlsafe(12), secrets.token_urlsafe(15)

    async def add(session: AsyncSession) -> None:
        await ensure_person(
            session,
            login,
            name=name,
            role=role,
            password_hash=PasswordHasher().hash(password),
            phone=Phone(phone) if phone else None,
            sip_secret=phone_password if phone else "",
            downloads=downloads,
        )
        if wanted:
            await config.alter(
                session,
                lambda old: _assigned(old, login, wanted),
                author=Author(who=operator(), reason="people add"),
                used={},
            )

    try:
        in_database(with_site(Settings()), add)
    except IntegrityError:
        raise typer.BadParameter(f"phone {phone} belongs to someone else") from None
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
        if not await people.deactivate(session, login):
            raise typer.BadParameter(f"nobody is called {login!r}")

    in_database(with_site(Settings()), remove)

"""`ccserver people`: who may log in."""

import secrets
from typing import Annotated

import typer
from argon2 import PasswordHasher
from rich.table import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database
from ccserver.core.ids import Phone, Queue
from ccserver.db import people
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
        list[str] | None, typer.Option(help="Give it once for each queue. Without: all of them.")
    ] = None,
) -> None:
    """Add a person, or change one, who then gets new passwords; print them.

    A running ccserver knows it within seconds, and so does Asterisk.
    """
    settings = with_site(Settings())
    known = [one.name for one in settings.queues]
    unknown = set(queue or ()) - set(known)
    if unknown:
        raise typer.BadParameter(f"no such queue: {', '.join(sorted(unknown))}")
    if phone and not (phone.isascii() and phone.isalnum()):
        raise typer.BadParameter("a phone is letters and digits, such as 1005")
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
            queues=[Queue(name) for name in queue or known] if phone else (),
        )

    try:
        in_database(settings, add)
    except IntegrityError:
        raise typer.BadParameter(f"phone {phone} belongs to someone else") from None
    console.print(f"{login}: password {password}", highlight=False)
    if phone:
        console.print(f"phone {phone}: password {phone_password}", highlight=False)


@app.command("list")
def people_list() -> None:
    """Show who may log in."""
    table = Table("log-in", "name", "role", "phone", "queues")

    async def show(session: AsyncSession) -> None:
        for person in await people.people(session):
            queues = ", ".join(person.queues)
            table.add_row(person.login, person.name, person.role, person.phone or "", queues)

    in_database(with_site(Settings()), show)
    console.print(table)


@app.command("remove")
def people_remove(login: str) -> None:
    """Let a person log in no more. The history keeps the name."""

    async def remove(session: AsyncSession) -> None:
        if not await people.deactivate(session, login):
            raise typer.BadParameter(f"nobody is called {login!r}")

    in_database(with_site(Settings()), remove)

"""`ccserver nuisance`: the numbers whose callers are a nuisance."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database, operator
from ccserver.db import nuisance
from ccserver.local.sitefile import with_site
from ccserver.numbers import e164
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Numbers whose callers are a nuisance.")

Number = Annotated[str, typer.Argument(help="As people write it, or as contacts show it.")]


@app.command("add")
def nuisance_add(
    number: Number, reason: Annotated[str, typer.Option(help="For those who read the list.")] = ""
) -> None:
    """Put a number on the list. A running ccserver knows it within seconds."""
    settings = with_site(Settings())
    written = _written(number, settings)

    async def mark(session: AsyncSession) -> None:
        await nuisance.mark(session, written, reason=reason, who=operator())

    in_database(settings, mark)
    console.print(f"{escape(written)} is on the list.", highlight=False)


@app.command("remove")
def nuisance_remove(number: Number) -> None:
    """Take a number off the list."""
    settings = with_site(Settings())
    written = _written(number, settings)

    async def unmark(session: AsyncSession) -> bool:
        return await nuisance.unmark(session, written)

    if not in_database(settings, unmark):
        console.print(f"[red]{escape(written)} is not on the list.[/red]", highlight=False)
        raise typer.Exit(1)
    console.print(f"{escape(written)} is off the list.", highlight=False)


@app.command("list")
def nuisance_list() -> None:
    """Show the list, newest first."""
    table = Table("number", "since", "by", "reason", box=None)
    for one in in_database(with_site(Settings()), nuisance.everyone):
        since = one.marked_at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(*map(escape, (one.number, since, one.marked_by, one.reason)))
    console.print(table)


def _written(number: str, settings: Settings) -> str:
    return e164(number, settings.default_region) or number

"""`ccserver lists`: lists of people to be called."""

import asyncio
import csv
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.cli.terminal import console, dsn_of, in_database, operator, with_sessions
from ccserver.core.errors import Refused
from ccserver.db import lead_import, lists
from ccserver.db.campaign_tables import CallListRow
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Lists of people to be called.")

LOOK_SECONDS = 0.5
NICE = 10
"""In the background calls go first."""
FAULTS_AT_ONCE = 10_000

Key = Annotated[int, typer.Argument(help="The list's number.")]


@app.command("import")
def lists_import(
    campaign: str,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    title: Annotated[str, typer.Option(help="The file's name, if it is not given.")] = "",
    region: Annotated[
        str, typer.Option(help="Where numbers without a country code belong (ISO 3166).")
    ] = "",
    priority: Annotated[int, typer.Option(help="The highest is called first.")] = 0,
    unique_in_campaign: Annotated[
        bool,
        typer.Option("--unique-in-campaign", help="Leave out who is a lead of the campaign."),
    ] = False,
) -> None:
    """Make a list of a campaign from a file, CSV or XLSX.

    Columns: number (several: number 2 …), name, customer, language, zone, priority, consent,
    agent, in English or Chinese; every other one becomes a label that agents see. Nobody is called
    before the whole file is in.
    """
    settings = with_site(Settings())
    source = {"file": file.name}
    if unique_in_campaign:
        source["duplicates"] = "campaign"

    async def bring(sessions: async_sessionmaker[AsyncSession]) -> int:
        async with sessions.begin() as session:
            made = await lists.create(
                session,
                campaign,
                title=title or file.name,
                region=region or settings.default_region,
                priority=priority,
                who=operator(),
            )
            await lists.begin(session, made.id, source)
        await _watched(settings, sessions, made.id, file)
        return made.id

    try:
        key = with_sessions(settings, bring)
    except Refused as error:
        raise typer.BadParameter(str(error) or error.__doc__ or "") from None
    _show(settings, key)


async def _watched(
    settings: Settings, sessions: async_sessionmaker[AsyncSession], key: int, file: Path
) -> None:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} rows"),
        console=console,
    ) as progress:
        task = progress.add_task(file.name, total=None)

        async def look() -> None:
            while True:
                async with sessions() as session:
                    row = await lists.call_list(session, key)
                progress.update(task, completed=row.rows_read, total=row.rows_total or None)
                await asyncio.sleep(LOOK_SECONDS)

        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(look())
            await lead_import.bring(dsn_of(settings), key, file, zone=settings.zone)
            looking.cancel()


@app.command("show")
def lists_show(key: Key) -> None:
    """Show how far a list is, and what became of its leads."""
    _show(with_site(Settings()), key)


def _show(settings: Settings, key: int) -> None:
    async def read(session: AsyncSession) -> tuple[CallListRow, dict[str, int]]:
        return await lists.call_list(session, key), await lists.leads_by_state(session, key)

    try:
        row, states = in_database(settings, read)
    except lists.NoSuchListError as error:
        raise typer.BadParameter(error.__doc__ or "") from None
    table = Table(box=None, show_header=False)
    table.add_row("list", f"{row.id}, {escape(row.title)}, of {escape(row.campaign)}")
    table.add_row("state", row.state if row.active else f"{row.state}, switched off")
    table.add_row("rows", f"{row.rows_read} read, {row.rows_good} good, {row.rows_bad} bad")
    table.add_row("leads", ", ".join(f"{n} {state}" for state, n in sorted(states.items())))
    console.print(table, highlight=False)
    if row.state == "failed":
        console.print(f"[red]{escape(row.failure)}[/red]", highlight=False)
        raise typer.Exit(1)


@app.command("faults")
def lists_faults(key: Key) -> None:
    """Print the rows that became no leads, with their reasons, as CSV."""

    async def read(session: AsyncSession) -> None:
        await lists.call_list(session, key)
        writer = csv.writer(sys.stdout)
        writer.writerow(["row", "fault", "detail"])
        after = 0
        while rows := await lists.faults(session, key, after=after, limit=FAULTS_AT_ONCE):
            writer.writerows((row.row, row.fault, row.detail) for row in rows)
            after = rows[-1].row

    try:
        in_database(with_site(Settings()), read)
    except lists.NoSuchListError as error:
        raise typer.BadParameter(error.__doc__ or "") from None


@app.command("work", hidden=True)
def lists_work(key: int, file: Annotated[Path | None, typer.Argument()] = None) -> None:
    """What ccserver starts to bring leads into a list: a file's, or those of its filter."""
    settings = with_site(Settings())
    os.nice(NICE)
    with suppress(KeyboardInterrupt):
        asyncio.run(lead_import.bring(settings.dsn, key, file, zone=settings.zone))

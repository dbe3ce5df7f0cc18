"""`ccserver do-not-call`: who is not to be called."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.cli.terminal import console, in_database, operator, with_sessions
from ccserver.db import do_not_call, do_not_call_file
from ccserver.db.csv_text import ImportFileError
from ccserver.db.do_not_call import NotBarredError, Source
from ccserver.local.sitefile import with_site
from ccserver.numbers import e164
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who is not to be called.")

Number = Annotated[str, typer.Argument(help="As people write it, or E.164.")]
Campaign = Annotated[str, typer.Option(help="Only for this campaign; else for all.")]
Prefix = Annotated[bool, typer.Option("--prefix", help="All numbers that begin so, as +8610.")]


@app.command("add")
def add(
    number: Number,
    campaign: Campaign = "",
    reason: Annotated[str, typer.Option(help="For the audit.")] = "",
    prefix: Prefix = False,
) -> None:
    """Bar a number, or all that begin so. Its open leads are not called any more."""
    settings = with_site(Settings())
    written = _written(number, settings, prefix=prefix)

    async def bar(session: AsyncSession) -> do_not_call.Barred:
        return await do_not_call.bar(
            session, written, campaign, Source.OPERATOR, reason, operator(), prefix=prefix
        )

    told = in_database(settings, bar)
    console.print(
        f"{escape(written)} is barred; {told.leads} open leads are ended.", highlight=False
    )


@app.command("remove")
def remove(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why it may be called again; for the audit.")],
    campaign: Campaign = "",
) -> None:
    """Take an entry off the list. Leads that it has ended stay ended."""
    settings = with_site(Settings())
    # An entry that is a beginning is no whole number.
    written = number if number.startswith("+") else _written(number, settings, prefix=False)
    if not reason.strip():
        raise typer.BadParameter("say why it may be called again: --reason")

    async def unbar(session: AsyncSession) -> None:
        await do_not_call.unbar(session, written, campaign, reason=reason, who=operator())

    try:
        in_database(settings, unbar)
    except NotBarredError as error:
        console.print(f"[red]{escape(error.__doc__ or '')}[/red]", highlight=False)
        raise typer.Exit(1) from None
    console.print(f"{escape(written)} may be called again.", highlight=False)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    campaign: Campaign = "",
) -> None:
    """Bar all numbers of a file, CSV or XLSX, with a column number, and reason if there is one."""
    settings = with_site(Settings())

    async def bring(sessions: async_sessionmaker[AsyncSession]) -> do_not_call_file.Report:
        with Progress(console=console) as progress:
            task = progress.add_task(file.name, total=None)
            return await do_not_call_file.bring(
                sessions,
                file,
                name=file.name,
                campaign=campaign,
                region=settings.default_region,
                who=operator(),
                progress=lambda rows: progress.update(task, completed=rows),
            )

    try:
        report = with_sessions(settings, bring)
    except ImportFileError as error:
        console.print(f"[red]{escape(str(error))}[/red]", highlight=False)
        raise typer.Exit(1) from None
    console.print(
        f"{report.added} added, {report.known} known already, {report.bad} rows bad; "
        f"{report.leads} open leads are ended."
    )
    for row, why in report.faults:
        console.print(f"  row {row}: {escape(why)}", highlight=False)


@app.command("check")
def check(number: Number, campaign: Campaign = "") -> None:
    """Show what bars a number; the exit code is 1 then."""
    settings = with_site(Settings())
    written = _written(number, settings, prefix=False)

    async def read(session: AsyncSession) -> list[do_not_call.Entry]:
        found = await do_not_call.entries(session, number=written)
        return [entry for entry in found if entry.campaign in ("", campaign)]

    found = in_database(settings, read)
    if not found:
        console.print(f"{escape(written)} is not barred.", highlight=False)
        return
    table = Table("number", "campaign", "since", "source", "by", "reason", box=None)
    for one in found:
        since = one.added_at.astimezone().strftime("%Y-%m-%d %H:%M")
        number_shown = f"{one.number}…" if one.prefix else one.number
        table.add_row(
            *map(escape, (number_shown, one.campaign or "all", since, one.source, one.added_by,
                          one.reason))
        )  # fmt: skip
    console.print(table)
    raise typer.Exit(1)


def _written(number: str, settings: Settings, *, prefix: bool) -> str:
    if prefix:
        if not do_not_call.PREFIX.fullmatch(number):
            raise typer.BadParameter("a beginning is + and 1 to 14 digits, such as +8610")
        return number
    written = e164(number, settings.default_region)
    if written is None:
        raise typer.BadParameter(f"{number!r} is no telephone number")
    return written

"""`ccserver customers`: the customers' records."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ccserver.cli.terminal import console, dsn_of
from ccserver.db.customer_file import ImportFileError
from ccserver.db.customer_import import ImportReport, import_customers
from ccserver.db.customer_import import Progress as Report
from ccserver.db.migrate import upgrade
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Customers.")

REASONS_SHOWN = 20


@app.command("import")
def customers_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Add or change customers from a CSV file: number, name, tier, value, language, notes.

    Bad rows are left out, and written with line and reason beside the file; the rest comes in as
    a whole or not at all.
    """
    settings = with_site(Settings())
    dsn = dsn_of(settings)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task(file.name, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            report = asyncio.run(_import(dsn, file, settings.default_region, show))
        except ImportFileError as error:
            progress.stop()
            console.print(f"[red]Nothing was imported:[/red] {error}")
            raise typer.Exit(1) from None
    _tell(report)


async def _import(dsn: str, file: Path, region: str, show: Report) -> ImportReport:
    await upgrade(dsn)
    return await import_customers(dsn, file, region=region, progress=show)


def _tell(report: ImportReport) -> None:
    console.print(f"{report.added} added, {report.changed} changed, {report.rejected} rejected")
    for name in report.ignored_columns:
        console.print(f"[yellow]column {name!r} is not known and was ignored[/yellow]")
    for row in report.reasons[:REASONS_SHOWN]:
        console.print(f"  line {row.line}: {row.reason}")
    if report.rejected_file is not None:
        console.print(f"All rejected rows, with their reasons: {report.rejected_file}")

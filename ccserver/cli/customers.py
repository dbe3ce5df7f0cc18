"""`ccserver customers`: the customers' records."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.cli.terminal import console, dsn_of, in_database
from ccserver.core.value import Part
from ccserver.db import config
from ccserver.db.csv_text import ImportFileError
from ccserver.db.customer_import import ImportReport, import_customers
from ccserver.db.customer_value import Computed, compute_values
from ccserver.db.customers import find_customer, reasons_of
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.tables import CustomerRow
from ccserver.local.sitefile import with_site
from ccserver.numbers import e164
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Customers.")

REASONS_SHOWN = 20


PARTS = {
    Part.TIER: "the tier",
    Part.REVENUE: "revenue a year",
    Part.RECENCY: "how lately there was a purchase",
    Part.FREQUENCY: "orders a year",
    Part.TENURE: "years as a customer",
    Part.COMPLAINTS: "open complaints",
    Part.CHURN: "the risk to lose the customer",
}

Show = Callable[[int, int], None]
"""Called with what is done and with all that there is."""


@app.command("import")
def customers_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Add or change customers from a CSV file.

    Columns: number, name, tier, value, language, notes, region, revenue and orders (a year's),
    last purchase, customer since, complaints (open ones), churn (the risk, 0 to 1 or in %),
    address. A value that is given here stays; `ccserver customers value` computes all others.

    Bad rows are left out, and written with line and reason beside the file; the rest comes in as
    a whole or not at all.
    """
    settings = with_site(Settings())
    dsn = dsn_of(settings)
    with _progress(file.name) as (progress, show):
        try:
            report = asyncio.run(_import(dsn, file, settings.default_region, show))
        except ImportFileError as error:
            progress.stop()
            console.print(f"[red]Nothing was imported:[/red] {error}")
            raise typer.Exit(1) from None
    _tell(report)


async def _import(dsn: str, file: Path, region: str, show: Show) -> ImportReport:
    await upgrade(dsn)
    return await import_customers(dsn, file, region=region, progress=show)


@app.command("value")
def customers_value(
    fixed_too: Annotated[
        bool,
        typer.Option(
            "--fixed-too", help="Also values that were set by hand or by a file; they change."
        ),
    ] = False,
) -> None:
    """Compute what each customer is worth, from the figures in the records.

    Calls go on meanwhile. Cut off, it is finished by the next run.
    """
    dsn = dsn_of(with_site(Settings()))
    with _progress("values") as (_, show):
        done = asyncio.run(_compute(dsn, show, fixed_too=fixed_too))
    console.print(
        f"{done.customers} customers: {done.changed} changed, {done.fixed} left as set by hand"
    )


async def _compute(dsn: str, show: Show, *, fixed_too: bool) -> Computed:
    await upgrade(dsn)
    engine = engine_for(dsn, connections=0)
    try:
        async with sessions_of(engine)() as session:
            weights = await config.weights(session)
    finally:
        await engine.dispose()
    now = clock.now()
    return await compute_values(dsn, weights, now=now, fixed_too=fixed_too, progress=show)


@app.command("show")
def customers_show(number: str) -> None:
    """Show who has this number, what he is worth, and why."""
    settings = with_site(Settings())
    known = e164(number, settings.default_region)

    async def act(session: AsyncSession) -> None:
        customer = None if known is None else await find_customer(session, known)
        if customer is None:
            raise typer.BadParameter(f"nobody has the number {number}")
        _tell_value(customer)

    in_database(settings, act)


def _tell_value(customer: CustomerRow) -> None:
    if customer.value_computed_at is not None:
        how = f"computed {customer.value_computed_at:%Y-%m-%d %H:%M} UTC"
    else:
        how = "set by hand" if customer.value_fixed else "the tier's; none was computed yet"
    # Names are not ours: no markup is read in them.
    console.print(f"{customer.name or '(no name)'}, {customer.tier}", markup=False)
    console.print(f"value {customer.value:.3f}, {how}")
    for part, added in reasons_of(customer.value_reasons):
        console.print(f"  {added:.3f}  {PARTS[part]}")


@contextmanager
def _progress(what: str) -> Iterator[tuple[Progress, Show]]:
    """A bar on the terminal, and what moves it."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task(what, total=None)
        yield progress, lambda done, total: progress.update(task, completed=done, total=total)


def _tell(report: ImportReport) -> None:
    console.print(f"{report.added} added, {report.changed} changed, {report.rejected} rejected")
    for name in report.ignored_columns:
        console.print(f"[yellow]column {name!r} is not known and was ignored[/yellow]")
    for row in report.reasons[:REASONS_SHOWN]:
        console.print(f"  line {row.line}: {row.reason}")
    if report.rejected_file is not None:
        console.print(f"All rejected rows, with their reasons: {report.rejected_file}")

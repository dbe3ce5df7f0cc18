"""The command line."""

import asyncio
import gc
import logging
import secrets
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop
from argon2 import PasswordHasher
from prometheus_client import Counter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.agi import flows
from ccserver.agi.flows import FlowError
from ccserver.core.ids import Phone, Queue
from ccserver.core.value import Tier
from ccserver.db import people
from ccserver.db.customer_file import ImportFileError
from ccserver.db.customer_import import ImportReport, import_customers
from ccserver.db.customer_import import Progress as Report
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.people import Role, ensure_person
from ccserver.house import serve as serve_house
from ccserver.local import site
from ccserver.local.processes import LocalError
from ccserver.local.sitefile import SAMPLE_CUSTOMERS, Site, site_of, with_site
from ccserver.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold secrets
    help="A contact center on Asterisk.",
)
customers_app = typer.Typer(no_args_is_help=True, help="Customers.")
app.add_typer(customers_app, name="customers")
people_app = typer.Typer(no_args_is_help=True, help="Agents, supervisors, administrators.")
app.add_typer(people_app, name="people")
console = Console()

log = structlog.get_logger("ccserver")

REASONS_SHOWN = 20
STEADY_SECONDS = 20.0
GARBAGE_AFTER = 50_000
"""Objects made until the collector looks for circles; a call makes thousands that are none."""

RESTARTS = Counter("ccserver_restarts_total", "How often a bug ended the house")


@app.command()
def serve() -> None:
    """Run ccserver until SIGTERM or Ctrl-C."""
    _log_to_stderr()
    settings = with_site(Settings())
    if not settings.dsn:
        raise typer.BadParameter(
            "CC_DSN is not set: name the database, as postgresql://user:password@host/name, in "
            "the environment or as `dsn` in ccserver.toml; or let `make up` start one"
        )
    try:
        flows_by_name = flows.load(settings.flows, queues={q.name for q in settings.queues})
    except FlowError as error:
        raise typer.BadParameter(str(error)) from None
    # What is there by now stays: looking through it for garbage again and again helps no one.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 50, 100)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(partial(serve_house, settings, flows_by_name)))


async def _until_told(house: Callable[[], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(_again_and_again(house), name="house")
        await told.wait()
        running.cancel()


async def _again_and_again(house: Callable[[], Awaitable[None]]) -> None:
    """Live. A bug that ends the house ends no call: a new house takes over what is there.

    One that ends it at once is left to the operator.
    """
    while True:
        began = clock.now()
        try:
            return await house()
        except Exception as bug:  # the last line: everything above it has given up
            if clock.now() - began < STEADY_SECONDS:
                raise
            RESTARTS.inc()
            log.exception("ccserver failed and begins anew", error=type(bug).__name__)


@app.command()
def up() -> None:
    """Start everything on this machine: PostgreSQL, Asterisk, ccserver and a sample hotline."""
    _locally(lambda settings: site.up(settings, _prepare))


@app.command()
def demo() -> None:
    """The same, with callers that ring and agents that answer."""
    _locally(lambda settings: site.demo(settings, _prepare))


@app.command()
def down() -> None:
    """Stop what `up` and `demo` started. Data and recordings stay."""
    _locally(site.down)


def _locally(act: Callable[[Settings], None]) -> None:
    try:
        act(with_site(Settings()))
    except LocalError as error:
        console.print(str(error), style="red", highlight=False)
        raise typer.Exit(1) from None


def _prepare(settings: Settings, made: Site) -> None:
    """Fill the sample site's database. Done again, it brings the sample's own records back."""

    async def fill(session: AsyncSession) -> None:
        for account in made.people:
            await ensure_person(
                session,
                account.login,
                name=account.name,
                role=Role(account.role),
                password_hash=PasswordHasher().hash(account.password),
                phone=Phone(account.phone) if account.phone else None,
                sip_secret=account.phone_password,
                queues=[Queue(queue) for queue in account.queues],
            )
        for sample in SAMPLE_CUSTOMERS:
            await ensure_customer(
                session,
                sample.number,
                name=sample.name,
                tier=Tier(sample.tier),
                value=sample.value,
                language=sample.language,
                notes=sample.notes,
            )

    _in_database(settings, fill)


@people_app.command("add")
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
        _in_database(settings, add)
    except IntegrityError:
        raise typer.BadParameter(f"phone {phone} belongs to someone else") from None
    console.print(f"{login}: password {password}", highlight=False)
    if phone:
        console.print(f"phone {phone}: password {phone_password}", highlight=False)


@people_app.command("list")
def people_list() -> None:
    """Show who may log in."""
    table = Table("log-in", "name", "role", "phone", "queues")

    async def show(session: AsyncSession) -> None:
        for person in await people.people(session):
            queues = ", ".join(person.queues)
            table.add_row(person.login, person.name, person.role, person.phone or "", queues)

    _in_database(with_site(Settings()), show)
    console.print(table)


@people_app.command("remove")
def people_remove(login: str) -> None:
    """Let a person log in no more. The history keeps the name."""

    async def remove(session: AsyncSession) -> None:
        if not await people.deactivate(session, login):
            raise typer.BadParameter(f"nobody is called {login!r}")

    _in_database(with_site(Settings()), remove)


def _in_database(settings: Settings, act: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Do something in one transaction."""
    dsn = _dsn(settings)

    async def run() -> None:
        await upgrade(dsn)
        engine = engine_for(dsn, connections=0)
        try:
            async with sessions_of(engine).begin() as session:
                await act(session)
        finally:
            await engine.dispose()

    asyncio.run(run())


def _dsn(settings: Settings) -> str:
    if not settings.dsn and site_of(settings) is None:
        raise typer.BadParameter("there is no database: set CC_DSN, or start a site by `make up`")
    try:
        return site.own_dsn(settings)
    except LocalError as error:
        raise typer.BadParameter(str(error)) from None


@customers_app.command("import")
def customers_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Add or change customers from a CSV file: number, name, tier, value, language, notes.

    Bad rows are left out, and written with line and reason beside the file; the rest comes in as
    a whole or not at all.
    """
    settings = with_site(Settings())
    dsn = _dsn(settings)
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


def _log_to_stderr() -> None:
    """One line a fact: a fixed text and ids as fields, never a number or a name."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(),
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(levelname)s] %(message)s")


def main() -> None:
    """Run the command line."""
    app()

"""The command line."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
import typer
import uvloop
from argon2 import PasswordHasher
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.archive.places import places_of
from ccserver.cli import (
    compliance,
    config,
    customers,
    do_not_call,
    evaluation,
    flow,
    flow_versions,
    lists,
    nuisance,
    people,
    questionnaire,
    recordings,
    simulate,
)
from ccserver.cli.replay import replay
from ccserver.cli.staff import staff
from ccserver.cli.terminal import console, in_database, spare_the_collector
from ccserver.core.ids import Phone, Queue
from ccserver.core.value import Tier
from ccserver.db.customers import ensure_customer
from ccserver.db.people import Role, ensure_person
from ccserver.db.people import people as people_of
from ccserver.flows.faults import FlowError
from ccserver.flows.files import read_folder
from ccserver.local import site
from ccserver.local.processes import LocalError
from ccserver.local.sitefile import SAMPLE_CUSTOMERS, Site, with_site
from ccserver.recordings.crypt import CryptError
from ccserver.recordings.store import StoreError
from ccserver.serve import serve as serve_house
from ccserver.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold secrets
    help="A contact center on Asterisk.",
)
app.add_typer(compliance.app, name="compliance")
app.add_typer(config.app, name="config")
app.add_typer(customers.app, name="customers")
app.add_typer(do_not_call.app, name="do-not-call")
app.add_typer(evaluation.app, name="evaluation")
app.add_typer(flow.app, name="flow")
flow_versions.add_to(flow.app)
app.add_typer(lists.app, name="lists")
app.add_typer(nuisance.app, name="nuisance")
app.add_typer(people.app, name="people")
app.add_typer(questionnaire.app, name="questionnaire")
app.add_typer(recordings.app, name="recordings")
app.add_typer(simulate.app, name="simulate")
flow_versions.add_to(flow.app)
app.command()(staff)
app.command()(replay)

log = structlog.get_logger("ccserver")

STEADY_SECONDS = 20.0

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
        folder = read_folder(settings.flows)
        places_of(settings.recordings, settings.archive)
    except (FlowError, CryptError, StoreError) as error:
        raise typer.BadParameter(str(error)) from None
    spare_the_collector()
    faults: list[str] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_until_told(partial(serve_house, settings, folder)))
        except* FlowError as found:
            faults += [str(fault) for fault in found.exceptions]
    if faults:
        raise typer.BadParameter("\n".join(faults))


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
        known = {person.login for person in await people_of(session)}
        for account in made.people:
            # What has been configured since then is not taken back.
            queues = None if account.login in known else map(Queue, account.queues)
            await ensure_person(
                session,
                account.login,
                name=account.name,
                role=Role(account.role),
                password_hash=PasswordHasher().hash(account.password),
                phone=Phone(account.phone) if account.phone else None,
                sip_secret=account.phone_password,
                queues=queues,
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

    in_database(settings, fill)


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

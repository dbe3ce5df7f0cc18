"""`ccserver recordings`: whether they are complete and unchanged, and what may become of them."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, TypedDict, TypeVar

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver import clock
from ccserver.archive.deleter import Deleter, ErasureReport
from ccserver.archive.keys import rewrap
from ccserver.archive.places import Places, places_of
from ccserver.archive.verify import Report, Verifier
from ccserver.cli.terminal import console, operator, with_sessions
from ccserver.core.ids import ContactId, CustomerId
from ccserver.db import archive, seals
from ccserver.db.erasure import Whose
from ccserver.db.holds import Hold, holds_of, place_hold, release_hold
from ccserver.local.sitefile import new_key, with_site
from ccserver.numbers import e164
from ccserver.recordings.crypt import CryptError
from ccserver.recordings.disk import free_share
from ccserver.recordings.store import StoreError
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Recordings: proof, legal holds, erasure, keys.")

_Result = TypeVar("_Result")

Sessions = async_sessionmaker[AsyncSession]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Contact = Annotated[str, typer.Option(help="A contact's id.")]
Customer = Annotated[int | None, typer.Option(min=1, help="A customer's id.")]
Reason = Annotated[str, typer.Option(help="On whose request, and why. It is kept.")]

ROWS_SHOWN = 200


@app.command()
def verify(
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which it was sealed."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last one.")
    ] = None,
    legs: Annotated[bool, typer.Option(help="Look at what Asterisk wrote, too.")] = True,
    as_json: AsJson = False,
) -> None:
    """Read every kept file where it lies, and prove that it is what was sealed.

    Says which are changed, missing, truncated or unlinked (known to no recording), and at which day
    the chain is broken; then it ends with 1. Days are UTC's. With --from or --until unlinked files
    are not looked for. Keep the last day's hash elsewhere: who has it need not trust this database.
    """

    async def look(sessions: Sessions, places: Places) -> Report:
        return await Verifier(sessions, places, now=clock.now()).verify(
            _day(since), _day(until), legs=legs
        )

    report = _run(look)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
    else:
        _show(report)
    if report.findings:
        raise typer.Exit(1)


@app.command()
def status(as_json: AsJson = False) -> None:
    """What waits, what is lacking, how far the days are sealed, and how much room there is."""

    async def look(sessions: Sessions, places: Places) -> dict[str, object]:
        async with sessions() as session:
            last = await seals.last_day(session)
            return {
                "gaps": await archive.gaps(session),
                "waiting": await archive.waiting(session),
                "last_day": None if last is None else last.day.isoformat(),
                "last_hash": None if last is None else last.sha256.hex(),
                "disk_free_share": round(free_share(places.recordings, places.folder.folder), 4),
                "encrypted": bool(places.keys.current),
            }

    found = _run(look)
    if as_json:
        typer.echo(json.dumps(found))
        return
    table = Table(show_header=False)
    for name, value in found.items():
        table.add_row(name.replace("_", " "), "-" if value is None else str(value))
    console.print(table)


@app.command()
def hold(reason: Reason, contact: Contact = "", customer: Customer = None) -> None:
    """Let nothing of a contact, or of a customer, be deleted from now on."""

    async def place(sessions: Sessions, places: Places) -> Hold:
        async with sessions.begin() as session:
            return await place_hold(
                session, **_whose(contact, customer), reason=reason, by=operator()
            )

    try:
        placed = _run(place)
    except ValueError:
        raise typer.BadParameter("name a --contact or a --customer, by its id") from None
    console.print(f"Held: number {placed.id}.")


@app.command()
def release(reason: Reason, contact: Contact = "", customer: Customer = None) -> None:
    """End all legal holds of a contact, or of a customer."""

    async def end(sessions: Sessions, places: Places) -> tuple[Hold, ...]:
        async with sessions.begin() as session:
            return await release_hold(
                session, **_whose(contact, customer), reason=reason, by=operator()
            )

    released = _run(end)
    if not released:
        raise typer.BadParameter("nothing of that id is held")
    console.print(f"Released: {len(released)}.")


@app.command()
def holds(contact: Contact = "", customer: Customer = None) -> None:
    """The legal holds of a contact, or of a customer, past ones too."""

    async def look(sessions: Sessions, places: Places) -> tuple[Hold, ...]:
        async with sessions() as session:
            return await holds_of(session, **_whose(contact, customer))

    table = Table("number", "placed", "by", "reason", "released", "by", "reason")
    for one in _run(look):
        table.add_row(
            str(one.id),
            f"{one.placed_at:%Y-%m-%d %H:%M}",
            one.placed_by,
            one.reason,
            "" if one.released_at is None else f"{one.released_at:%Y-%m-%d %H:%M}",
            one.released_by or "",
            one.release_reason or "",
        )
    console.print(table)


@app.command()
def erase(
    reason: Reason,
    customer: Customer = None,
    number: Annotated[str, typer.Option(help="A telephone number, of no customer's.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all recordings, messages and transcripts of one customer, for ever.

    What a legal hold covers stays, and is named. Deletions are logged, without the name. Ends with
    1 when something is held, or could not be deleted now: ccserver goes on trying.
    """
    settings = with_site(Settings())
    plain = e164(number, settings.default_region) if number else ""
    if (customer is None) == (not number):
        raise typer.BadParameter("name a --customer, or a --number")
    if number and not plain:
        raise typer.BadParameter(f"{number} is no telephone number")
    if not yes:
        typer.confirm("It cannot be taken back. Erase?", abort=True)

    async def forget(sessions: Sessions, places: Places) -> ErasureReport:
        deleter = Deleter(sessions, places, now=clock.now)
        whose = Whose(customer=customer, number=plain or "")
        return await deleter.erase(whose, detail=reason, by=operator())

    report = _run(forget)
    decided = report.decided
    console.print(
        f"Recordings: {decided.ordered}, erased before: {decided.already}, messages:"
        f" {decided.messages}, files without a row: {report.files}."
    )
    if decided.held:
        console.print("A legal hold covers these contacts, of which nothing was deleted:")
        for contact in decided.held:
            console.print(f"  {contact}", highlight=False)
    if report.open:
        console.print(f"Not deleted yet, and tried again: {report.open}. The log says why.")
    if decided.held or report.open:
        raise typer.Exit(1)


@app.command("rewrap")
def rewrap_keys() -> None:
    """Wrap the keys of all files by the current key (`archive.key`), and leave the files alone.

    Then the old key may go from `archive.keys`.
    """

    async def wrap(sessions: Sessions, places: Places) -> int:
        if not places.keys.current:
            raise CryptError("archive.key names no key to wrap by")
        return await rewrap(sessions, places.keys)

    console.print(f"Wrapped anew: {_run(wrap)}.")


@app.command("new-key")
def print_new_key() -> None:
    """Print a new key, for `archive.keys`. Keep it: without it nothing can be heard any more."""
    typer.echo(new_key())


def _run(act: Callable[[Sessions, Places], Awaitable[_Result]]) -> _Result:
    settings = with_site(Settings())
    try:
        places = places_of(settings.recordings, settings.archive)
        return with_sessions(settings, lambda sessions: act(sessions, places))
    except (CryptError, StoreError) as error:
        raise typer.BadParameter(str(error)) from None


def _show(report: Report) -> None:
    if report.findings:
        table = Table("what", "where", "file or day", "recording", "")
        for one in report.findings[:ROWS_SHOWN]:
            recording = "" if one.recording is None else str(one.recording)
            table.add_row(one.fault, one.where, one.what, recording, one.detail)
        console.print(table)
    console.print(
        f"{report.files} files ({report.size_bytes / 1e6:.1f} MB), {report.days} days:"
        f" {len(report.findings)} findings."
    )
    if report.last_hash:
        console.print(f"The last closed day's hash is {report.last_hash}", highlight=False)


class _Whose(TypedDict):
    contact: ContactId | None
    customer: CustomerId | None


def _whose(contact: str, customer: int | None) -> _Whose:
    return _Whose(
        contact=ContactId(contact) if contact else None,
        customer=None if customer is None else CustomerId(str(customer)),
    )


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else instant.replace(tzinfo=UTC).date()

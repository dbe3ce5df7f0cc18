"""`ccserver config`: how the site is run, as one TOML file."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database, operator
from ccserver.config import file as config_file
from ccserver.config.check import ConfigError, require, warnings_of
from ccserver.config.diff import Change, FieldChange, Sign
from ccserver.config.form import ConfigForm
from ccserver.core.flow import used_queues
from ccserver.db import config, flows
from ccserver.db.config import Author, Preview
from ccserver.flows.drafts import used_queues_of
from ccserver.flows.faults import FlowError
from ccserver.flows.files import read_folder
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="Queues, skills, calendars, targets and what agents can do, as one TOML file.",
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]

COLORS = {Sign.ADDED: "green", Sign.REMOVED: "red", Sign.CHANGED: "yellow"}


@app.command("export")
def config_export(
    file: Annotated[Path | None, typer.Argument(help="Without: to the terminal.")] = None,
) -> None:
    """Write the configuration that is in force."""

    async def read(session: AsyncSession) -> ConfigForm:
        return await config.current(session)

    text = config_file.write(in_database(with_site(Settings()), read))
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")


@app.command("check")
def config_check(file: File) -> None:
    """Look for mistakes in a file. Needs no database and changes nothing."""
    text = _text(file)
    try:
        form = config_file.read(text)
        prompts, flows_there = _said_and_walked(Settings().flows)
        require(form, used={}, people=None, prompts=prompts, flows=flows_there)
    except ConfigError as error:
        raise _refusal(file, config_file.located(text, error)) from None
    _warn(warnings_of(form))
    queues, agents = len(form.queues), len(form.agents)
    console.print(f"{file}: good: {queues} queues, {agents} agents", highlight=False)


@app.command("apply")
def config_apply(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    reason: Annotated[str, typer.Option(help="For the audit.")] = "",
) -> None:
    """Show what a file would change, ask, and change it. A running ccserver follows in seconds."""
    text, settings = _text(file), with_site(Settings())
    try:
        shelf = read_folder(settings.flows)
    except FlowError as error:
        raise typer.BadParameter(f"{error} (CC_FLOWS names the folder)") from None

    async def used_by_flows(session: AsyncSession) -> dict[str, str]:
        first = (flow for name, flow in shelf.flows.items() if name in settings.hotlines.values())
        return used_queues(first) | used_queues_of(await flows.texts(session))

    async def walked(session: AsyncSession) -> set[str]:
        return {*shelf.flows, *await flows.texts(session)}

    async def look(session: AsyncSession) -> Preview:
        used = await used_by_flows(session)
        return await config.preview(
            session, form, used=used, prompts=shelf.texts or None, flows=await walked(session)
        )

    async def change(session: AsyncSession) -> bool:
        author = Author(who=operator(), reason=reason or f"config apply {file.name}")
        used = await used_by_flows(session)
        made = await config.replace(
            session,
            form,
            author=author,
            used=used,
            revision=seen.revision,
            prompts=shelf.texts or None,
            flows=await walked(session),
        )
        return made is not None

    try:
        form = config_file.read(text)
        seen = in_database(settings, look)
        _show(seen)
        if dry_run or not seen.changes:
            return
        if not yes:
            typer.confirm("Change this?", abort=True)
        if not in_database(settings, change):
            console.print("[red]Nothing was changed:[/red] someone else did meanwhile; look again")
            raise typer.Exit(1)
    except ConfigError as error:
        raise _refusal(file, config_file.located(text, error)) from None
    console.print("Changed.")


def _said_and_walked(folder: Path) -> tuple[Collection[str] | None, Collection[str] | None]:
    """All prompts, and all flows. None: the folder cannot be read, and that is not the matter
    here."""
    try:
        shelf = read_folder(folder)
    except (FlowError, OSError):
        return None, None
    return shelf.texts or None, shelf.flows.keys()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _refusal(
            file, ConfigError([f"this is not UTF-8: {error}; save it as such"])
        ) from None


def _refusal(file: Path, error: ConfigError) -> typer.Exit:
    for fault in error.faults:
        line = f"[red]{escape(str(file))}:[/red] {escape(fault)}"
        console.print(line, highlight=False, soft_wrap=True)
    return typer.Exit(1)


def _warn(warnings: list[str] | tuple[str, ...]) -> None:
    for warning in warnings:
        line = f"[yellow]warning:[/yellow] {escape(warning)}"
        console.print(line, highlight=False, soft_wrap=True)


# -- the difference, as people read it


def _show(seen: Preview) -> None:
    for change in seen.changes:
        for line in _lines(change):
            console.print(line, highlight=False, soft_wrap=True)
    _warn(seen.warnings)
    counted = {sign: sum(one.sign is sign for one in seen.changes) for sign in Sign}
    if seen.changes:
        console.print(
            f"{counted[Sign.ADDED]} to add, {counted[Sign.CHANGED]} to change,"
            f" {counted[Sign.REMOVED]} to remove",
            highlight=False,
        )
    else:
        console.print("Nothing would change.")


def _lines(change: Change) -> list[str]:
    lines = [_colored(change.sign, change.path)]
    if change.fields and not change.fields[0].field:
        return [_colored(change.sign, f"{change.path}: {_values(change.fields[0])}")]
    lines += ["    " + _colored(one.sign, f"{one.field}: {_values(one)}") for one in change.fields]
    return lines


def _colored(sign: Sign, text: str) -> str:
    return f"[{COLORS[sign]}]{sign} {escape(text)}[/]"


def _values(one: FieldChange) -> str:
    match one.sign:
        case Sign.ADDED:
            return _value(one.after)
        case Sign.REMOVED:
            return _value(one.before)
        case Sign.CHANGED:
            return f"{_value(one.before)} → {_value(one.after)}"


def _value(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "-" if value is None else json.dumps(value, ensure_ascii=False)

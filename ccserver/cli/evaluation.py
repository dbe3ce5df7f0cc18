"""`ccserver evaluation`: the forms by which recorded talks are judged."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database, operator
from ccserver.config.check import ConfigError
from ccserver.config.evaluation import read
from ccserver.core.evaluation import Form
from ccserver.db import evaluation_forms
from ccserver.db.evaluation_forms import NoSuchFormError, Published
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Forms by which recorded talks are judged.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command("publish")
def evaluation_publish(file: File) -> None:
    """Let supervisors judge by the form in this file: a new version, unless it changed nothing."""
    form = _read(file)

    async def publish(session: AsyncSession) -> Published:
        return await evaluation_forms.publish(session, form, who=operator())

    published = in_database(with_site(Settings()), publish)
    console.print(f"{form.name}: version {published.version} is in use.", highlight=False)


def _read(file: Path) -> Form:
    try:
        return read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file}: this is not UTF-8; save it as such") from None
    except ConfigError as error:
        faults = "\n".join(f"{file}: {fault}" for fault in error.faults)
        raise typer.BadParameter(faults) from None


@app.command("list")
def evaluation_list(
    every: Annotated[bool, typer.Option(help="All versions, those that were retired too.")] = False,
) -> None:
    """Show the forms."""

    async def listed(session: AsyncSession) -> tuple[Published, ...]:
        return await evaluation_forms.forms(session, every=every)

    table = Table("form", "version", "title", "questions", "since", "by", "", box=None)
    for one in in_database(with_site(Settings()), listed):
        table.add_row(
            one.form.name,
            str(one.version),
            escape(one.form.title),
            str(len(one.form.questions)),
            one.made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            escape(one.made_by),
            "" if one.active else "retired",
        )
    console.print(table)


@app.command("retire")
def evaluation_retire(name: str) -> None:
    """Let nothing be judged by this form any more. What was judged by it stays."""

    async def retire(session: AsyncSession) -> None:
        await evaluation_forms.retire(session, name)

    try:
        in_database(with_site(Settings()), retire)
    except NoSuchFormError:
        raise typer.BadParameter(
            f"no form in use is called {name!r}; `ccserver evaluation list` shows them"
        ) from None
    console.print(f"{escape(name)} is retired.", highlight=False)

"""`ccserver questionnaire`: what customers are asked, made into flows, and what they answered."""

import tomllib
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database
from ccserver.config.check import ConfigError
from ccserver.config.file import read as read_config
from ccserver.config.questionnaire_form import QuestionnaireForm
from ccserver.core.survey_figures import Estimate, QuestionFigures, SurveyFigures
from ccserver.db import questionnaires, survey_results
from ccserver.db.questionnaires import NoSuchQuestionnaireError
from ccserver.db.survey_results import Results, Wanted
from ccserver.flows.questionnaires import PROMPTS_FILE, NotByKeysError, flow_from, prompts_file
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

app = typer.Typer(no_args_is_help=True, help="What customers are asked, and what they answered.")

_Result = TypeVar("_Result")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the configuration's questionnaires.")]
Config = Annotated[
    Path | None,
    typer.Option(help="A configuration's file. Without: the configuration in the database."),
]


@app.command("show")
def questionnaire_show(name: Name, config: Config = None) -> None:
    """Show the questions, and where each answer leads."""
    form = _form(name, config)
    table = Table("question", "kind", "asks", "answers", "then", box=None)
    for one in form.questions:
        ways = [f"{option.name}: {option.goto}" for option in one.options if option.goto]
        ways += [f"below {one.goto_below[0]}: {one.goto_below[1]}"] if one.goto_below else []
        ways += [one.goto] if one.goto else []
        answers = ", ".join(option.name for option in one.options)
        if not one.options and one.kind in ("rating", "number"):
            answers = f"{one.lowest} to {one.highest}"
        table.add_row(
            one.name + ("" if one.required else " (may be skipped)"),
            one.kind,
            escape(" / ".join(one.text.values())),
            answers,
            ", ".join(ways),
        )
    console.print(table)


@app.command("flow")
def questionnaire_flow(
    name: Name,
    out: Annotated[Path, typer.Option(help="The folder of flows that it is put into.")],
    config: Config = None,
) -> None:
    """Make a flow that asks the questionnaire by keys: its steps, its tests, and its prompts."""
    form = _form(name, config)
    try:
        made = flow_from(name, form)
    except NotByKeysError as error:
        raise typer.BadParameter(f"{name}: " + "\n".join(error.faults)) from None
    out.mkdir(parents=True, exist_ok=True)
    file, prompts = out / f"{made.name}.toml", out / PROMPTS_FILE
    before = tomllib.loads(prompts.read_text(encoding="utf-8")) if prompts.exists() else {}
    file.write_text(made.text, encoding="utf-8")
    prompts.write_text(prompts_file(made, before)[0], encoding="utf-8")
    console.print(f"{file} and its {len(made.prompts)} prompts in {prompts} are written.",
                  highlight=False, soft_wrap=True)  # fmt: skip
    console.print(f"Look at it with `ccserver flow check {out}` and `ccserver flow test {out}`.",
                  highlight=False, soft_wrap=True)  # fmt: skip


@app.command("results")
def questionnaire_results(
    name: Name,
    by: Annotated[
        str, typer.Option(help="agent, queue, day, way, campaign, or a label such as region.")
    ] = "",
    since: Annotated[datetime | None, typer.Option("--from", help="2026-10-01")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Up to this instant.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Of this campaign only.")] = None,
) -> None:
    """Show what customers answered: shares and means, each with the 95 % interval."""
    settings = with_site(Settings())
    wanted = Wanted(name=name, since=_aware(since), until=_aware(until), campaign=campaign)

    async def found(session: AsyncSession) -> Results:
        return await survey_results.results(session, wanted, by=by, zone=settings.zone)

    results = _known(name, found)
    _show("all", results.whole)
    for group in results.groups:
        _show(group.name or "(not known)", group.figures)
        for one in group.contrasts:
            if one.is_certain:
                console.print(
                    f"  [yellow]{one.question}: {one.figure} {_told(one.value)} against the others"
                    "[/yellow]",
                    highlight=False,
                )


def _form(name: str, config: Path | None) -> QuestionnaireForm:
    """The questionnaire; from the database in a version that stays."""
    if config is None:

        async def kept(session: AsyncSession) -> QuestionnaireForm:
            return (await questionnaires.keep_version(session, name)).form

        return _known(name, kept)
    try:
        form = read_config(config.read_text(encoding="utf-8")).questionnaires.get(name)
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        raise typer.BadParameter(f"{config}: {error}") from None
    if form is None:
        raise typer.BadParameter(f"{config}: there is no questionnaire {name!r} in it")
    return form


def _known(name: str, act: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    try:
        return in_database(with_site(Settings()), act)
    except NoSuchQuestionnaireError:
        raise typer.BadParameter(
            f"no questionnaire is called {name!r}: `ccserver config export` writes those there are"
        ) from None


def _aware(at: datetime | None) -> datetime | None:
    """On this machine's clock."""
    return None if at is None else at.astimezone()


def _show(name: str, figures: SurveyFigures) -> None:
    console.print(
        f"[bold]{escape(name)}[/bold]: asked {figures.asked}, began {figures.started}, completed"
        f" {figures.completed}; response rate {_told(figures.response_rate)}",
        highlight=False,
    )
    for one in figures.questions:
        console.print(f"  {one.question}: {_line(one)}", highlight=False, soft_wrap=True)


def _line(one: QuestionFigures) -> str:
    parts = [f"{one.answered} answers"]
    named = (("mean", one.mean), ("CSAT", one.csat), ("NPS", one.nps))
    parts += [f"{word} {_told(found)}" for word, found in named if found is not None]
    parts += [f"{choice.answer} {choice.count}" for choice in one.choices if choice.count]
    return ", ".join(parts)


def _told(found: Estimate) -> str:
    few = " (few)" if found.small else ""
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]{few}"

"""`ccserver flow`: flows are checked, walked, tested and drawn here before callers hear them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from ccserver.cli import flow_report
from ccserver.cli.terminal import console
from ccserver.config.check import ConfigError, faults_of
from ccserver.config.convert import site_rules
from ccserver.config.file import read as read_config
from ccserver.config.form import ConfigForm
from ccserver.core.flow import Flow
from ccserver.core.flow_known import NOTHING_KNOWN, Known
from ccserver.core.ids import Queue, Skill
from ccserver.flows.draw import DrawError, dot, svg
from ccserver.flows.faults import FlowError
from ccserver.flows.files import Shelf, read, read_folder
from ccserver.flows.form import TestForm
from ccserver.flows.mermaid import mermaid
from ccserver.flows.rehearse import keys_of, rehearse
from ccserver.flows.schema import schema
from ccserver.flows.trial import Trial, given_by, try_out
from ccserver.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="What callers hear: flows are checked, walked, tested and drawn.",
)

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Flows, or one folder of them. Without: the folder of the settings."),
]
One = Annotated[
    str, typer.Argument(metavar="FLOW", help="A flow's file, or its name in the settings' folder.")
]
Pairs = list[str] | None


@app.command("check")
def flow_check(
    paths: Paths = None,
    config: Annotated[
        Path | None,
        typer.Option(help="A configuration: its queues and skills are held against the flows."),
    ] = None,
) -> None:
    """Look for mistakes. Needs no database and changes nothing."""
    shelf = _read(paths, NOTHING_KNOWN if config is None else _configured(config))
    for name, flow in shelf.flows.items():
        _say(f"{escape(name)}: [green]good[/green]: {_counted(len(flow.steps), 'step')}")


@app.command("walk")
def flow_walk(
    name: One,
    keys: Annotated[
        str, typer.Option(help="`1,4,-,12345678#`: `-` is a silence, 12# is typed in one go.")
    ] = "",
    caller: Annotated[str, typer.Option(help="The number, +86…")] = "",
    dialed: Annotated[str, typer.Option(help="The number that he dialed.")] = "",
    at: Annotated[
        str | None, typer.Option(help="2026-10-01T09:00+08:00. Without: a Monday at ten.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The channel's.")] = None,
    customer: Annotated[
        str, typer.Option(help="tier=gold,name=Li,… Without: nobody knows him.")
    ] = "",
    fact: Annotated[Pairs, typer.Option(help="queue.sales.waiting=5")] = None,
    reply: Annotated[Pairs, typer.Option(help="STEP=JSON: what the partner answers.")] = None,
    fail: Annotated[Pairs, typer.Option(help="STEP whose request fails.")] = None,
    transfer: Annotated[Pairs, typer.Option(help="STEP=busy, or no_answer, failed.")] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration, by which callers may be told of recording."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Be a caller: what he hears and presses, and where he ends."""
    shelf, flow = _one(name)
    facts = _pairs(fact, "--fact")
    test = _test(
        keys=keys,
        caller=caller,
        at=at,
        language=language,
        customer=_pairs(customer.split(","), "--customer") if customer else None,
        facts={"dialed": dialed, **facts} if dialed else facts,
        replies={step: _json(step, text) for step, text in _pairs(reply, "--reply").items()},
        fails=fail or [],
        transfers=_pairs(transfer, "--transfer"),
    )
    given = given_by(flow, test, region=Settings().default_region)
    if config is not None:
        given = replace(given, taping=site_rules(_config(config)).taping)
    done = rehearse(flow, test.presses, given)
    if as_json:
        typer.echo(json.dumps(flow_report.as_json(done), indent=2, ensure_ascii=False))
    else:
        flow_report.show(flow, done, shelf.texts, console)


@app.command("test")
def flow_test(paths: Paths = None) -> None:
    """Run the tests that stand in the flows' files. Exit code 1: one fails."""
    shelf, region = _read(paths), Settings().default_region
    trials = {
        name: [try_out(flow, one, region=region) for one in shelf.tests.get(name, ())]
        for name, flow in shelf.flows.items()
    }
    for name, some in trials.items():
        for trial in some:
            if trial.differences:
                _show_difference(name, trial)
    every = [trial for some in trials.values() for trial in some]
    failing = sum(bool(trial.differences) for trial in every)
    if untested := [name for name, some in trials.items() if not some]:
        _say(f"[yellow]without a test:[/yellow] {escape(', '.join(untested))}")
    _say(
        f"{_counted(len(every), 'test')} of {_counted(len(trials), 'flow')}: "
        + (f"[red]{failing} fail[/red]" if failing else "[green]all pass[/green]")
    )
    if failing:
        raise typer.Exit(1)


@app.command("draw")
def flow_draw(
    name: One,
    as_svg: Annotated[bool, typer.Option("--svg", help="A picture. The usual.")] = False,
    as_dot: Annotated[bool, typer.Option("--dot", help="For Graphviz.")] = False,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="For documents.")] = False,
    language: Annotated[str, typer.Option(help="Of the prompts. Without: the first.")] = "",
    out: Annotated[Path | None, typer.Option("-o", help="Without: to the terminal.")] = None,
) -> None:
    """Draw where callers can go."""
    if as_svg + as_dot + as_mermaid > 1:
        raise typer.BadParameter("take one of --svg, --dot and --mermaid")
    shelf, flow = _one(name)
    if as_mermaid:
        drawn = mermaid(flow, texts=shelf.texts, language=language).encode()
    else:
        drawn = dot(flow, texts=shelf.texts, language=language).encode()
        try:
            drawn = drawn if as_dot else svg(drawn.decode())
        except DrawError as error:
            console.print(str(error), style="red", highlight=False, soft_wrap=True)
            raise typer.Exit(1) from None
    if out is None:
        typer.echo(drawn, nl=False)
    else:
        out.write_bytes(drawn)


@app.command("schema")
def flow_schema() -> None:
    """The JSON Schema of a flow's file, for editors."""
    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


# -- files


def _config(file: Path) -> ConfigForm:
    try:
        return read_config(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        raise typer.BadParameter(f"{file}: {error}") from None


def _configured(file: Path) -> Known:
    """What there is, as a configuration says; agents and partners it does not."""
    form = _config(file)
    return Known(
        queues=frozenset(map(Queue, form.queues)), skills=frozenset(map(Skill, form.skills))
    )


def _read(paths: list[Path] | None, known: Known = NOTHING_KNOWN) -> Shelf:
    """The flows of these files or of this folder. Tells every fault and ends where there is one."""
    some = paths or [Settings().flows]
    for path in some:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path} (CC_FLOWS names the usual folder)")
    folders = [path for path in some if path.is_dir()]
    if folders and len(some) > 1:
        raise typer.BadParameter("name files, or one folder")
    try:
        return read_folder(folders[0], known=known) if folders else read(some, known=known)
    except FlowError as error:
        for fault in error.faults:
            console.print(fault, style="red", markup=False, highlight=False, soft_wrap=True)
        console.print(_counted(len(error.faults), "fault"), highlight=False)
        raise typer.Exit(1) from None


def _one(name: str) -> tuple[Shelf, Flow]:
    path = Path(name)
    if not path.suffix:
        path = Settings().flows / f"{name}.toml"
    shelf = _read([path])
    return shelf, shelf.flows[path.stem]


# -- what is typed


def _test(**fields: Any) -> TestForm:
    """The world that the options tell of."""
    try:
        keys_of(fields["keys"])
        return TestForm.model_validate({"name": "walk", **fields})
    except ValidationError as error:
        raise typer.BadParameter("; ".join(faults_of(error))) from None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--keys") from None


def _pairs(texts: Pairs, option: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts or ()]
    for name, equals, _ in pairs:
        if not (name.strip() and equals):
            raise typer.BadParameter(f"`{name}` is no NAME=VALUE", param_hint=option)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _json(step: str, text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"`{step}`: {error}", param_hint="--reply") from None


# -- what is told


def _show_difference(name: str, trial: Trial) -> None:
    _say(f"[red]{escape(name)}: {escape(trial.test.name)}[/red]")
    for difference in trial.differences:
        _say(f"    {escape(difference)}")
    walked = " → ".join(entered.step for entered in trial.rehearsal.steps)
    _say(f"    [dim]walked: {escape(walked)}[/dim]")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _say(line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)

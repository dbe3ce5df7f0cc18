"""`ccserver simulate`: whole days with imagined callers, before any of it is tried on people."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ccserver.cli import charts, simulate_report
from ccserver.cli.campaign_simulation import campaign
from ccserver.cli.scenario_file import ScenarioError, read
from ccserver.cli.terminal import console, spare_the_collector
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.policies import POLICIES
from ccserver.sim import journal
from ccserver.sim.compare import compare
from ccserver.sim.day import Day, run
from ccserver.sim.figures import Figures, figures
from ccserver.sim.reach import findings
from ccserver.sim.scenario import Scenario

app = typer.Typer(no_args_is_help=True, help="Whole days with imagined callers.")
app.command("campaign")(campaign)


ScenarioFile = Annotated[
    Path, typer.Option("--scenario", exists=True, dir_okay=False, readable=True, help="TOML.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed lives the same day.")]
Days = Annotated[int, typer.Option(min=1, help="So many days, of one seed after the other.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("day")
def day(
    scenario: ScenarioFile,
    policy: Annotated[str, typer.Option(help="Instead of the scenario's own.")] = "",
    seed: Seed = 1,
    days: Days = 1,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with charts.")] = None,
    journal_file: Annotated[
        Path | None, typer.Option("--journal", help="Write every event and order as text.")
    ] = None,
) -> None:
    """Live a day, and report what became of everyone."""
    read_one = _read(scenario)
    _check_policy(policy)
    began = time.process_time()
    lived = _live(read_one, policy, seed, days, journal_file)
    seconds = time.process_time() - began
    found = figures(lived)
    missed = findings(lived, found)
    report = simulate_report.Report(
        scenario=scenario.name,
        policy=policy or read_one.policy,
        seed=seed,
        days=days,
        figures=found,
        findings=missed,
        decisions=sum(one.decisions for one in lived),
        events=sum(one.events for one in lived),
        cpu_seconds=seconds,
    )
    if html is not None:
        html.write_text(charts.page(report), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(simulate_report.as_json(report), indent=2, ensure_ascii=False))
    else:
        simulate_report.show(report, console)


@app.command("compare")
def compare_policies(
    scenario: ScenarioFile,
    policies: Annotated[str, typer.Option(help="Names, with commas.")] = ",".join(POLICIES),
    baseline: Annotated[str, typer.Option(help="The one to which others are compared.")] = "",
    seed: Seed = 1,
    days: Days = 10,
    as_json: AsJson = False,
) -> None:
    """Live the same days under several policies; differences are paired by day."""
    names = [name.strip() for name in policies.split(",") if name.strip()]
    for name in [*names, baseline]:
        _check_policy(name)
    if not names:
        raise typer.BadParameter("name at least one policy")
    base = baseline or ("priority" if "priority" in names else names[0])
    read_one = _read(scenario)
    by_policy: dict[str, list[Figures]] = {}
    for name in dict.fromkeys([base, *names]):
        by_policy[name] = [figures([one]) for one in _live(read_one, name, seed, days, None)]
    found = compare(by_policy, base)
    if as_json:
        typer.echo(json.dumps(simulate_report.comparison_json(found, base, days), indent=2))
    else:
        simulate_report.show_comparison(found, base, days, console)


def _live(
    scenario: Scenario, policy: str, seed: int, days: int, journal_file: Path | None
) -> Sequence[Day]:
    spare_the_collector()
    if journal_file is None:
        return [run(scenario, policy, seed + n) for n in range(days)]
    with journal_file.open("w", encoding="utf-8", newline="\n") as out:

        def note(at: float, event: Event, orders: list[Command]) -> None:
            out.write(journal.line(at, event, orders))

        return [run(scenario, policy, seed + n, note=note) for n in range(days)]


def _read(path: Path) -> Scenario:
    try:
        return read(path)
    except ScenarioError as error:
        console.print(f"[red]{path.name} is no scenario:[/red]", highlight=False)
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


def _check_policy(name: str) -> None:
    if name and name not in POLICIES:
        raise typer.BadParameter(
            f"no policy is called {name!r}; write one of {', '.join(POLICIES)}"
        )

"""`ccserver simulate campaign`: a shift of outbound calls, before anyone is called."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ccserver.cli.campaign_file import read_campaign
from ccserver.cli.scenario_file import ScenarioError
from ccserver.cli.terminal import console, spare_the_collector
from ccserver.sim.campaign import ALGORITHMS, Campaign
from ccserver.sim.campaign_figures import CampaignFigures, figures
from ccserver.sim.campaign_scenario import CampaignScenario

_HEADS = {
    "occupancy": "occupancy",
    "busy": "busy",
    "idle_s_per_call": "idle s a call",
    "answered": "answered",
    "abandoned": "abandoned",
    "abandon_rate": "rate",
    "worst_30min": "worst 30 min",
    "placed": "placed",
    "dials_per_connect": "dials a connect",
}
_SHARES = ("occupancy", "busy", "abandon_rate", "worst_30min")


def campaign(
    scenario: Annotated[
        Path, typer.Option("--scenario", exists=True, dir_okay=False, readable=True, help="TOML.")
    ],
    algorithm: Annotated[str, typer.Option(help=f"One of {', '.join(ALGORITHMS)}.")] = ALGORITHMS[
        0
    ],
    seed: Annotated[int, typer.Option(min=0, help="The same seed lives the same shift.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="All algorithms, as a table.")] = False,
) -> None:
    """Live a shift of a campaign, and report how well its agents were used and what it cost."""
    if algorithm not in ALGORITHMS:
        raise typer.BadParameter(
            f"no algorithm is called {algorithm!r}; write one of {', '.join(ALGORITHMS)}"
        )
    read_one = _read(scenario)
    spare_the_collector()
    names = ALGORITHMS if compare else (algorithm,)
    found = {name: figures(Campaign(read_one, name, seed).live()) for name in names}
    if as_json:
        rows = {name: asdict(one) for name, one in found.items()}
        typer.echo(json.dumps(rows if compare else rows[algorithm], indent=2))
    else:
        _show(found, read_one, seed)


def _show(found: dict[str, CampaignFigures], scenario: CampaignScenario, seed: int) -> None:
    table = Table(title=f"{scenario.name}, {scenario.hours:g} h, seed {seed}")
    table.add_column("")
    for name in found:
        table.add_column(name, justify="right")
    rows = {name: asdict(one) for name, one in found.items()}
    for key, head in _HEADS.items():
        table.add_row(head, *(_text(key, row[key]) for row in rows.values()))
    console.print(table)


def _text(key: str, value: float) -> str:
    return f"{100 * value:.2f} %" if key in _SHARES else f"{value:g}"


def _read(path: Path) -> CampaignScenario:
    try:
        return read_campaign(path)
    except ScenarioError as error:
        console.print(f"[red]{path.name} is no campaign's scenario:[/red]", highlight=False)
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None

"""`ccserver staff`: how many agents each hour needs."""

import math
import re
from typing import Annotated, Any

import orjson
import typer
from rich import box
from rich.table import Table

from ccserver.cli.terminal import console
from ccserver.sim.erlang import Goal, Load
from ccserver.sim.staffing import Need, need

HOUR_SECONDS = 3600.0
LEGEND = """\
load: erlangs. C, A: agents by Erlang C and by Erlang A. The figures are those of A.
Answered in time: of all who call (sl_strict). lost: gave up. wait: the mean, of all."""


def staff(
    calls_per_hour: Annotated[
        str, typer.Option(help="One number, or one for each hour: 120,180,240.")
    ],
    talk: Annotated[float, typer.Option(min=1.0, help="Mean talk in seconds.")],
    wrap: Annotated[float, typer.Option(min=0.0, help="Mean wrap-up in seconds.")] = 0.0,
    target: Annotated[
        str, typer.Option(help="Per cent of the callers answered / within seconds.")
    ] = "80/20",
    patience: Annotated[
        float | None, typer.Option(min=0.1, help="Mean patience in seconds. Without: for ever.")
    ] = None,
    max_abandoned: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="This share may give up.")
    ] = 1.0,
    max_occupancy: Annotated[
        float,
        typer.Option(min=0.01, max=1.0, help="This share of the time may be talk and wrap-up."),
    ] = 1.0,
    shrinkage: Annotated[
        float, typer.Option(min=0.0, max=0.99, help="This share of the paid is not there.")
    ] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell how many agents each hour needs, by Erlang C and Erlang A.

    One group serves one line, first come first served. Erlang C is for callers who never give up,
    and so asks for more than are needed; Erlang A knows their patience.
    """
    goal = _goal(target, max_abandoned, max_occupancy)
    needs = [
        need(
            Load(calls_per_second=calls / HOUR_SECONDS, handle_seconds=talk + wrap),
            goal,
            patience_seconds=math.inf if patience is None else patience,
            shrinkage=shrinkage,
        )
        for calls in _calls(calls_per_hour)
    ]
    if json:
        typer.echo(orjson.dumps([_object(n, one, goal) for n, one in enumerate(needs, 1)]))
    else:
        console.print(_table(needs, goal))
        console.print(LEGEND)


def _calls(text: str) -> list[float]:
    try:
        calls = [float(part) for part in text.split(",")]
    except ValueError:
        calls = []
    if not calls or not all(0.0 <= one < math.inf for one in calls):
        raise typer.BadParameter(f"{text!r}: write calls an hour as 200, or as 120,180,240")
    return calls


def _goal(target: str, max_abandoned: float, max_occupancy: float) -> Goal:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)", target)
    if match is None or not float(match[1]) < 100.0:
        raise typer.BadParameter(f"{target!r}: write per cent, below 100, and seconds, as 80/20")
    return Goal(
        share=float(match[1]) / 100.0,
        seconds=float(match[2]),
        abandoned_max=max_abandoned,
        occupancy_max=max_occupancy,
    )


def _object(hour: int, one: Need, goal: Goal) -> dict[str, Any]:
    figures = one.figures
    return {
        "hour": hour,
        "calls": one.load.calls_per_second * HOUR_SECONDS,
        "offered_erlangs": one.load.erlangs,
        "agents_erlang_c": one.patient,
        "agents_erlang_a": one.agents,
        "agents_rostered": one.rostered,
        "service_level": {
            "variant": "sl_strict",
            "seconds": goal.seconds,
            "share": figures.service_level,
        },
        "abandoned_share": figures.abandoned_share,
        "occupancy": figures.occupancy,
        "mean_wait_seconds": figures.mean_wait_seconds,
    }


def _table(needs: list[Need], goal: Goal) -> Table:
    table = Table(
        "hour",
        "calls",
        "load",
        "C",
        "A",
        "paid",
        f"in {goal.seconds:g} s",
        "lost",
        "busy",
        "wait",
        box=box.SIMPLE_HEAD,
    )
    for column in table.columns:
        column.justify = "right"
    for hour, one in enumerate(needs, 1):
        figures = one.figures
        table.add_row(
            str(hour),
            f"{one.load.calls_per_second * HOUR_SECONDS:g}",
            f"{one.load.erlangs:.1f}",
            str(one.patient),
            str(one.agents),
            str(one.rostered),
            f"{figures.service_level:.1%}",
            f"{figures.abandoned_share:.1%}",
            f"{figures.occupancy:.1%}",
            f"{figures.mean_wait_seconds:.1f} s",
        )
    return table

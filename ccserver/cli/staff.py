"""`ccserver staff`: how many agents each hour needs, and each group of agents."""

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from ccserver.cli.scenario_file import ScenarioError, read
from ccserver.cli.terminal import console
from ccserver.sim.contacts import HOUR_SECONDS
from ccserver.sim.erlang import Goal, Load
from ccserver.sim.scenario import Scenario
from ccserver.sim.staffing import (
    Counts,
    Need,
    NotEnoughError,
    Reached,
    fewest,
    need,
    needs_of,
    simulated,
)

LEGEND = """\
load: erlangs. C, A: agents by Erlang C and by Erlang A; the figures are A's.
in time: of all who call (sl_strict). lost: gave up. wait: the mean, seconds."""
APART = "apart: by Erlang A, had each queue agents of its own: skills that overlap need fewer."

Json = dict[str, object]


def staff(
    scenario: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="TOML, instead of numbers."),
    ] = None,
    calls_per_hour: Annotated[
        str, typer.Option(help="One number, or one for each hour: 120,180,240.")
    ] = "",
    talk: Annotated[float, typer.Option(min=1.0, help="Mean talk in seconds.")] = 180.0,
    wrap: Annotated[float, typer.Option(min=0.0, help="Mean wrap-up in seconds.")] = 0.0,
    target: Annotated[
        str, typer.Option(help="Per cent of the callers answered / within seconds.")
    ] = "80/20",
    patience: Annotated[
        float, typer.Option(min=0.1, help="Mean patience in seconds. Without: for ever.")
    ] = math.inf,
    max_abandoned: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="This share may give up.")
    ] = 1.0,
    max_occupancy: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="Agents are busy for this share of the time.")
    ] = 1.0,
    shrinkage: Annotated[
        float, typer.Option(min=0.0, max=0.99, help="This share of the paid is not there.")
    ] = 0.0,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Search the size of each group of the scenario.")
    ] = False,
    policy: Annotated[str, typer.Option(help="With --simulate: not the scenario's own.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="With --simulate.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="With --simulate: days lived a try.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell how many agents each hour needs, by Erlang C and Erlang A.

    One group serves one line, first come first served. Erlang C is for callers who never give up,
    and so asks for more than are needed; Erlang A knows their patience. Where skills overlap,
    --simulate tries days with other group sizes until every tier and queue meets its target.
    """
    if simulate:
        _search(_scenario(scenario), policy, seed, days, as_json=as_json)
        return
    try:
        if scenario is not None:
            needs = needs_of(_scenario(scenario), shrinkage=shrinkage)
        else:
            goal = _goal(target, max_abandoned, max_occupancy)
            needs = [
                need(
                    Load(calls_per_second=calls / HOUR_SECONDS, handle_seconds=talk + wrap),
                    goal,
                    patience_seconds=patience,
                    shrinkage=shrinkage,
                )
                for calls in _calls(calls_per_hour)
            ]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        typer.echo(json.dumps([_object(hour, one) for hour, one in enumerate(needs, 1)], indent=2))
    else:
        _show(needs)


def _search(scenario: Scenario, policy: str, seed: int, days: int, *, as_json: bool) -> None:
    figures_of = simulated(scenario, policy=policy, seed=seed, days=days)
    tried = 0

    def told(counts: Counts) -> list[Reached]:
        nonlocal tried
        tried += 1
        with console.status(f"{tried}: {', '.join(map(str, counts))} agents"):
            return list(figures_of(counts))

    try:
        counts = fewest(tuple(group.count for group in scenario.agents), told)
    except NotEnoughError as error:
        console.print(str(error), style="red", highlight=False)
        raise typer.Exit(1) from None
    reached = figures_of(counts)
    if as_json:
        typer.echo(json.dumps(_found(scenario, counts, reached, tried, days), indent=2))
        return
    groups = Table("group", "skills", "now", "needed", box=box.SIMPLE_HEAD)
    for number, (group, count) in enumerate(zip(scenario.agents, counts, strict=True), 1):
        skills = ", ".join(f"{name} {level}" for name, level in group.skills.items())
        groups.add_row(str(number), skills, str(group.count), str(count))
    console.print(groups)
    lines = Table("", "wanted", "in time", box=box.SIMPLE_HEAD)
    for one in reached:
        lines.add_row(one.name, f"{one.wanted:.1%}", f"{one.share:.1%}")
    console.print(lines)
    console.print(
        f"{tried} group sizes tried, {days} days each, same callers. In time: of all who call, "
        "but for short abandons (sl_offered without those).\nNo agent can be taken out of any "
        "group; another mix may do with fewer.",
        highlight=False,
    )


def _found(
    scenario: Scenario, counts: Counts, reached: Sequence[Reached], tried: int, days: int
) -> Json:
    groups = zip(scenario.agents, counts, strict=True)
    return {
        "agents": [
            {"skills": group.skills, "shift": group.shift, "now": group.count, "needed": count}
            for group, count in groups
        ],
        "reached": [
            {"name": one.name, "wanted": one.wanted, "in_time": one.share} for one in reached
        ],
        "days": days,
        "tried": tried,
    }


def _scenario(path: Path | None) -> Scenario:
    if path is None:
        raise typer.BadParameter("--simulate tries the groups of a file: name it with --scenario")
    try:
        return read(path)
    except ScenarioError as error:
        raise typer.BadParameter(f"{path.name} is no scenario:\n{error}") from None


def _calls(text: str) -> list[float]:
    try:
        calls = [float(part) for part in text.split(",")]
    except ValueError:
        calls = []
    if not calls or not all(0.0 <= one < math.inf for one in calls):
        raise typer.BadParameter(
            f"--calls-per-hour {text!r}: write calls an hour as 200, or as 120,180,240; "
            "or name a file with --scenario"
        )
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


def _object(hour: int, one: Need) -> Json:
    figures = one.figures
    return {
        "hour": hour,
        "calls": round(one.load.calls_per_second * HOUR_SECONDS, 6),
        "offered_erlangs": one.load.erlangs,
        "agents_erlang_c": one.patient,
        "agents_erlang_a": one.agents,
        "agents_apart": one.apart,
        "agents_rostered": one.rostered,
        "target": {"share": one.goal.share, "seconds": one.goal.seconds},
        "service_level": figures.service_level,
        "service_level_variant": "sl_strict",
        "abandoned_share": figures.abandoned_share,
        "occupancy": figures.occupancy,
        "mean_wait_seconds": figures.mean_wait_seconds,
    }


def _show(needs: list[Need]) -> None:
    apart = any(one.apart is not None for one in needs)
    columns = ["hour", "calls", "load", "C", "A", *["apart"][: int(apart)], "paid", "target"]
    table = Table(
        *columns, "in time", "lost", "busy", "wait", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for column in table.columns:
        column.justify = "right"
        column.no_wrap = True
    for hour, one in enumerate(needs, 1):
        figures = one.figures
        table.add_row(
            str(hour),
            f"{one.load.calls_per_second * HOUR_SECONDS:g}",
            f"{one.load.erlangs:.1f}",
            str(one.patient),
            str(one.agents),
            *[str(one.apart)][: int(apart)],
            str(one.rostered),
            f"{one.goal.share * 100:g}/{one.goal.seconds:g}",
            f"{figures.service_level:.1%}",
            f"{figures.abandoned_share:.1%}",
            f"{figures.occupancy:.1%}",
            f"{figures.mean_wait_seconds:.1f}",
        )
    console.print(table)
    console.print(f"{LEGEND}\n{APART}" if apart else LEGEND, highlight=False)

"""What a simulation has found, for people and for programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from ccserver.sim.compare import Measure
from ccserver.sim.figures import SERVICE_LEVEL_VARIANT, Figures, Group
from ccserver.sim.reach import Finding

Json = dict[str, object]

_WAITS = ("p50", "p90", "p99", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A simulation and its figures."""

    scenario: str
    policy: str
    seed: int
    days: int
    figures: Figures
    findings: list[Finding]
    decisions: int
    events: int
    cpu_seconds: float

    @property
    def decisions_per_second(self) -> float:
        """Of CPU, with all that the imagined people cost."""
        return self.decisions / self.cpu_seconds if self.cpu_seconds else 0.0


# -- for programs


def as_json(report: Report) -> Json:
    """All of it. Durations are in seconds, shares from 0 to 1."""
    found = report.figures
    queues = {name: _group(some) | _tiers_of(found, name) for name, some in found.queues.items()}
    made: Json = {
        "scenario": report.scenario,
        "policy": report.policy,
        "seed": report.seed,
        "days": report.days,
        "service_level_variant": SERVICE_LEVEL_VARIANT,
        "all": _group(found.all),
        "tiers": {name: _group(some) for name, some in found.tiers.items()},
        "queues": queues,
        "value_lost": found.all.value_lost,
        "value_missing_target": found.all.value_missing_target,
        "occupancy": asdict(found.occupancy),
        "last_agent": asdict(found.last_agent),
        "callbacks_connected": found.callbacks_connected,
        "hours": [asdict(hour) for hour in found.hours],
        "findings": [
            asdict(one) | {"reachable": one.reachable, "text": one.text()}
            for one in report.findings
        ],
        "decisions": report.decisions,
        "events": report.events,
        "cpu_seconds": report.cpu_seconds,
        "decisions_per_second": report.decisions_per_second,
    }
    return {key: _rounded(value) for key, value in made.items()}


def comparison_json(found: Mapping[str, Mapping[str, Measure]], baseline: str, days: int) -> Json:
    """Each figure of each policy."""
    policies = {
        policy: {name: _rounded(asdict(one)) for name, one in some.items()}
        for policy, some in found.items()
    }
    return {
        "baseline": baseline,
        "days": days,
        "service_level_variant": SERVICE_LEVEL_VARIANT,
        "policies": policies,
    }


def _group(some: Group) -> Json:
    return asdict(some)


def _tiers_of(found: Figures, queue: str) -> Json:
    return {
        "tiers": {tier: _group(one) for (name, tier), one in found.cells.items() if name == queue}
    }


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {str(key): _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return value


# -- for people


def show(report: Report, console: Console) -> None:
    """Tables on the terminal."""
    found, whole = report.figures, report.figures.all
    console.print(
        f"[bold]{report.scenario}[/bold], policy {report.policy}, seed {report.seed}, "
        f"{report.days} day{'s' if report.days > 1 else ''}: {whole.offered} callers",
        highlight=False,
    )
    console.print(_groups("by tier", {**found.tiers, "all": whole}))
    console.print(_groups("by queue", found.queues))
    busy, last = found.occupancy, found.last_agent
    lines = [
        f"Value lost: {whole.value_lost:.2%} of what was offered; "
        f"value missing its target: {whole.value_missing_target:.2%}",
        f"Occupancy: mean {busy.mean:.1%}, from {busy.min:.1%} to {busy.max:.1%} "
        f"(spread {busy.spread * 100:.1f} points)",
    ]
    if last.offered:
        lines.append(
            f"Last agent reached: {last.share:.1%} of {last.offered} who had talked to one before"
        )
    if found.callbacks_connected:
        lines.append(f"Callbacks connected: {found.callbacks_connected}")
    lines += [
        f"SL is {SERVICE_LEVEL_VARIANT}: answered within the tier's target / (answered + "
        "abandoned - short)",
        "Waits in seconds: ASA of the answered, percentiles of all who came; lost: of their value",
        f"{report.decisions} decisions, {report.decisions_per_second:,.0f} a second of CPU",
    ]
    for line in lines:
        console.print(line, highlight=False)
    _show_findings(report.findings, console)


def _groups(title: str, groups: Mapping[str, Group]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(title, overflow="fold")
    for name in ("offered", "answered", "aband.", "short", "out", "SL", "ASA", *_WAITS, "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, some in groups.items():
        level, wait = some.service_level, some.wait
        table.add_row(
            name,
            str(some.offered),
            str(some.answered),
            str(some.abandoned),
            str(some.short_abandoned),
            str(sum(some.flowed_out.values())),
            "" if level is None else f"{level:.1%}",
            f"{some.asa_s:.1f}",
            *(f"{seconds:.0f}" for seconds in (wait.p50, wait.p90, wait.p99, wait.max)),
            f"{some.value_lost:.1%}",
        )
    return table


def _show_findings(findings: list[Finding], console: Console) -> None:
    if not findings:
        console.print("[green]Every target is met.[/green]")
        return
    console.print("[bold]Targets that were missed[/bold]")
    for one in findings:
        style = "red" if one.reachable is False else "yellow"
        console.print(one.text(), style=style, highlight=False, markup=False)


def show_comparison(
    found: Mapping[str, Mapping[str, Measure]], baseline: str, days: int, console: Console
) -> None:
    """Policies side by side, each with its difference to the baseline."""
    console.print(f"{days} days; below each figure its difference to {baseline}, paired by day,")
    console.print("+- standard error: of value in % of the baseline's, else in the figure's unit")
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for policy in found:
        table.add_column(policy, justify="right", no_wrap=True)
    for name in found[baseline]:
        cells = [_cell(name, some[name], policy == baseline) for policy, some in found.items()]
        table.add_row(_titled(name), *cells)
    console.print(table)
    console.print(f"SL is {SERVICE_LEVEL_VARIANT}.", highlight=False)


def _titled(name: str) -> str:
    """Such as `wait p99 gold, s`."""
    words = name.replace("service_level", "SL").replace(".", " ").replace("_", " ")
    return f"{words.removesuffix(' s')}, {'s' if _in_seconds(name) else '%'}"


def _in_seconds(name: str) -> bool:
    return name.startswith(("asa_s", "wait_"))


def _cell(name: str, one: Measure, is_baseline: bool) -> str:
    scale = 1.0 if _in_seconds(name) else 100.0
    mean = f"{one.mean * scale:.1f}" if scale == 1 else f"{one.mean * scale:.2f}"
    if is_baseline:
        return mean
    if name.startswith("value") and one.relative is not None and one.relative_error is not None:
        return f"{mean}\n{one.relative:+.1%}+-{one.relative_error * 100:.1f}"
    return f"{mean}\n{one.difference * scale:+.1f}+-{one.difference_error * scale:.1f}"

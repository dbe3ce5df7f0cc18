"""A simulated day as one page with charts: no script, nothing loaded from elsewhere."""

from collections.abc import Sequence
from html import escape

from ccserver.cli.simulate_report import Report
from ccserver.sim.figures import SERVICE_LEVEL_VARIANT, Group

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 220, 52, 26
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em;
  color: #222; background: #fff; }
h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; }
table { border-collapse: collapse; } td, th { padding: .25em .7em; text-align: right; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: #f4f6f8; }
svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #555; }
.bar { fill: #3b78b0; } .other { fill: #c9772b; } .grid { stroke: #ddd; } .miss { color: #a22; }
"""

Bar = tuple[str, float]
"""What stands below it, and how high it is."""


def page(report: Report) -> str:
    """The whole page."""
    found = report.figures
    hours = [(f"{hour.hour}", hour) for hour in found.hours]
    tiers = list(found.tiers.items())
    title = f"{report.scenario}: policy {report.policy}, seed {report.seed}, {report.days} day(s)"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _summary(report),
        _table("By tier", [*tiers, ("all", found.all)]),
        _table("By queue", list(found.queues.items())),
        "<h2>Targets that were missed</h2>" if report.findings else "<p>Every target is met.</p>",
        *(f'<p class="miss">{escape(one.text())}</p>' for one in report.findings),
        _chart("Callers by hour", [(h, hour.offered) for h, hour in hours], ""),
        _chart(
            f"Service level by hour, % ({SERVICE_LEVEL_VARIANT})",
            [(h, 100 * hour.service_level) for h, hour in hours if hour.service_level is not None],
            "",
            top=100,
        ),
        _chart("Mean wait by hour, s", [(h, hour.wait_mean_s) for h, hour in hours], "other"),
        _chart("Wait by tier, p90, s", [(name, some.wait.p90) for name, some in tiers], "other"),
        _chart("Wait by tier, p99, s", [(name, some.wait.p99) for name, some in tiers], "other"),
        _chart("Agents by occupancy, %", _occupancy(report), ""),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _summary(report: Report) -> str:
    found = report.figures
    return (
        f"<p>{found.all.offered} callers. Value lost {found.all.value_lost:.2%}, value missing its "
        f"target {found.all.value_missing_target:.2%}. Occupancy {found.occupancy.mean:.1%}, from "
        f"{found.occupancy.min:.1%} to {found.occupancy.max:.1%}.</p>"
    )


def _table(title: str, groups: Sequence[tuple[str, Group]]) -> str:
    names = "|offered|answered|abandoned|flowed out|service level|ASA s|wait p50|p90|p99|max"
    head = [*names.split("|"), "value lost"]
    rows = "".join(f"<tr>{_cells(name, some)}</tr>" for name, some in groups)
    titles = "".join(f"<th>{name}</th>" for name in head)
    return f"<h2>{title}</h2><table><tr>{titles}</tr>{rows}</table>"


def _cells(name: str, some: Group) -> str:
    level, wait = some.service_level, some.wait
    cells = (
        escape(name),
        some.offered,
        some.answered,
        some.abandoned,
        sum(some.flowed_out.values()),
        "" if level is None else f"{level:.1%}",
        f"{some.asa_s:.1f}",
        *(f"{seconds:.0f}" for seconds in (wait.p50, wait.p90, wait.p99, wait.max)),
        f"{some.value_lost:.2%}",
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _occupancy(report: Report) -> list[Bar]:
    """How many agents are in each 5 points."""
    counts: dict[int, int] = {}
    for share in report.figures.occupancy.agents:
        step = min(95, int(share * 20) * 5)
        counts[step] = counts.get(step, 0) + 1
    if not counts:
        return []
    return [(f"{n}", counts.get(n, 0)) for n in range(min(counts), max(counts) + 5, 5)]


def _chart(title: str, bars: Sequence[Bar], kind: str, *, top: float | None = None) -> str:
    """Bars, with three lines to read them by."""
    highest = top or max((height for _, height in bars), default=0) or 1
    width = (_WIDTH - _LEFT) / max(1, len(bars))
    inner = _HEIGHT - _BOTTOM - 10
    parts: list[str] = []
    for share in (0.0, 0.5, 1.0):
        y = 10 + inner * (1 - share)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.0f}" y2="{y:.0f}"/>')
        label = f"{highest * share:.4g}"
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{label}</text>')
    for n, (name, height) in enumerate(bars):
        tall, x = inner * height / highest, _LEFT + n * width
        parts.append(
            f'<rect class="{kind or "bar"}" x="{x + width * 0.1:.1f}" y="{10 + inner - tall:.1f}" '
            f'width="{width * 0.8:.1f}" height="{tall:.1f}">'
            f"<title>{escape(name)}: {height:.4g}</title></rect>"
        )
        middle = x + width / 2
        parts.append(
            f'<text x="{middle:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(name)}</text>'
        )
    drawn = "".join(parts)
    return f'<h2>{escape(title)}</h2><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{drawn}</svg>'

"""The comparison table of the ACD's bench: every policy on the same days, against science's goals.

Differences are paired by day: each policy has the same callers. Goals are those of the study that
the policies come from; the world is `ccserver.sim.study`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ccserver.sim.compare import Measure, measure
from tests.bench.acd_days import SIMPLE, Case, Days, lived
from tests.bench.report import Row

OURS = ("balanced", "value")
STRICT = "priority"
LOADS = ("base", "light", "over")
STORMS = ("complaint", "roadside")
TIMES = ("times unknown", "times wrong")
AT_ONCE = "language at once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """What is to be reached with a team of one size. Percent and points, or multiples of FIFO."""

    base_days: int
    lost: dict[str, float]
    """By load: value lost against strict priority."""
    stretch: float
    lost_fifo: float
    missing: float
    p99: dict[str, float]
    longest: float
    standard_level: float
    last_agent: float


GOALS = {
    20: Goals(base_days=40, lost={"base": -8, "light": -18, "over": -2}, stretch=-14,
              lost_fifo=-20, missing=-9, p99={"balanced": 1.25, "value": 1.25}, longest=1.35,
              standard_level=1, last_agent=33),
    50: Goals(base_days=20, lost={"base": -5, "light": -10, "over": -2.5}, stretch=-9,
              lost_fifo=-30, missing=-10, p99={"balanced": 1.45, "value": 1.70}, longest=1.80,
              standard_level=2, last_agent=20),
    200: Goals(base_days=8, lost={"base": -3, "light": -2, "over": -3}, stretch=-7,
               lost_fifo=-40, missing=-4, p99={"balanced": 1.50, "value": 1.70}, longest=1.95,
               standard_level=0.5, last_agent=14),
}  # fmt: skip

PLATINUM_POINTS = {20: 1.0, 50: 0.3}
"""Above strict priority's; in the team of 200 the target itself is to be met."""
PLATINUM_LEVEL_OF_200 = 97.5
OCCUPANCY_RANGE_OF_200 = 25.0
TIMES_GOAL = -2.0


def table(agents: list[int], days_factor: float) -> tuple[list[Row], str]:
    """The rows, and the table as Markdown."""
    days = lived(list(_wanted(agents, days_factor)))
    rows = [row for size in agents for row in _rows(days, size)]
    rows += [row for size in agents for row in _special(days, size)]
    cpu = sum(day.cpu_seconds for some in days.by_case.values() for day in some)
    decisions = sum(day.decisions for some in days.by_case.values() for day in some)
    calls = sum(day.calls for some in days.by_case.values() for day in some)
    rows.append(Row(name="whole center, a call", value=1e6 * cpu / calls, unit="us CPU"))
    rows.append(Row(name="calls simulated", value=calls))
    rows.append(Row(name="decisions", value=decisions))
    return rows, _markdown(days, agents)


def _wanted(agents: list[int], factor: float) -> Iterator[tuple[Case, int]]:
    for size in agents:
        base = max(2, round(GOALS[size].base_days * factor))
        fewer = max(2, base // 2)
        for load in LOADS:
            for policy in (*SIMPLE, *OURS):
                yield Case(agents=size, load=load, policy=policy), base if load == "base" else fewer
        yield Case(agents=size, load="base", policy="value", variant=AT_ONCE), base
        if size > 20:
            for storm in STORMS:
                for policy in (STRICT, "value"):
                    yield Case(agents=size, load="base", policy=policy, storm=storm), base
        if size == 50:
            for variant in TIMES:
                yield Case(agents=size, load="base", policy="value", variant=variant), base


# -- figures


def _against(days: Days, case: Case, base: Case, name: str = "value_lost") -> Measure:
    return measure(days.values(case, name), days.values(base, name))


def _percent(found: Measure) -> tuple[float, float]:
    """(relative difference, its standard error) in percent."""
    relative, error = found.relative, found.relative_error
    assert relative is not None
    assert error is not None
    return 100 * relative, 100 * error


def _lost(days: Days, case: Case, base: Case, goal: float, what: str) -> Iterator[Row]:
    relative, error = _percent(_against(days, case, base))
    yield Row(name=what, value=relative, unit="%", goal=("<=", goal))
    yield Row(name=f"{what}: standard error", value=error, unit="%")


def _rows(days: Days, size: int) -> Iterator[Row]:
    goals = GOALS[size]
    for policy in OURS:
        name = f"{size} agents, {policy}"
        for load, goal in goals.lost.items():
            case = Case(agents=size, load=load, policy=policy)
            yield from _lost(
                days,
                case,
                Case(agents=size, load=load, policy=STRICT),
                goal,
                f"{name}, {load}: value lost against strict",
            )
        yield from _base_rows(days, size, policy, name)
    case = Case(agents=size, load="base", policy="value", variant=AT_ONCE)
    strict = Case(agents=size, load="base", policy=STRICT)
    what = f"{size} agents, value, {AT_ONCE}: value lost against strict (stretch)"
    yield from _lost(days, case, strict, goals.stretch, what)


def _base_rows(days: Days, size: int, policy: str, name: str) -> Iterator[Row]:
    goals = GOALS[size]
    case, strict, fifo = (
        Case(agents=size, load="base", policy=one) for one in (policy, STRICT, "fifo")
    )

    def row(what: str, value: float, unit: str, test: str, goal: float) -> Row:
        return Row(name=f"{name}: {what}", value=value, unit=unit, goal=(test, goal))

    def times_fifo(figure: str) -> float:
        return days.mean(case, figure) / days.mean(fifo, figure)

    def points(figure: str) -> float:
        return 100 * (days.mean(case, figure) - days.mean(strict, figure))

    against_fifo, _ = _percent(_against(days, case, fifo))
    missing, _ = _percent(_against(days, case, strict, "value_missing_target"))
    yield row("value lost against FIFO", against_fifo, "%", "<=", goals.lost_fifo)
    yield row("value missing its target against strict", missing, "%", "<=", goals.missing)
    p99, longest = times_fifo("wait_p99.standard"), times_fifo("wait_max.standard")
    yield row("p99 wait of standard", p99, "x FIFO", "<=", goals.p99[policy])
    yield row("longest wait of standard", longest, "x FIFO", "<=", goals.longest)
    if size in PLATINUM_POINTS:
        gain = points("service_level.platinum")
        yield row("platinum in time, to strict", gain, "points", ">=", PLATINUM_POINTS[size])
    else:
        level = 100 * days.mean(case, "service_level.platinum")
        yield row("platinum in time", level, "%", ">=", PLATINUM_LEVEL_OF_200)
    gain = points("service_level.standard")
    yield row("standard in time, to strict", gain, "points", ">=", goals.standard_level)
    even = days.occupancy_range(strict) if size < 200 else OCCUPANCY_RANGE_OF_200
    yield row("occupancy range", days.occupancy_range(case), "points", "<=", even)
    reached = 100 * days.mean(case, "last_agent")
    yield row("last agent reached", reached, "%", ">=", goals.last_agent)
    light = 100 * days.mean(Case(agents=size, load="light", policy=policy), "last_agent")
    yield Row(name=f"{name}: last agent reached, light", value=light, unit="%")


def _special(days: Days, size: int) -> Iterator[Row]:
    """One-skill storms, and handle times of which nothing or the wrong is known."""
    base = Case(agents=size, load="base", policy="value")
    for storm in STORMS if size > 20 else ():
        ours, strict = (
            Case(agents=size, load="base", policy=one, storm=storm) for one in ("value", STRICT)
        )
        what = f"{size} agents, value, {storm} storm: value lost against strict"
        yield from _lost(days, ours, strict, 0.0, what)
    for variant in TIMES if size == 50 else ():
        ours = Case(agents=size, load="base", policy="value", variant=variant)
        strict = Case(agents=size, load="base", policy=STRICT)
        what = f"{size} agents, {base.policy}, {variant}: value lost against strict"
        yield from _lost(days, ours, strict, TIMES_GOAL, what)


# -- as text


def _markdown(days: Days, agents: list[int]) -> str:
    parts = [_one_load(days, agents, load) for load in LOADS]
    return "\n".join(parts)


def _one_load(days: Days, agents: list[int], load: str) -> str:
    head = ["policy", *(f"{size} agents" for size in agents)]
    counts = [str(len(days.by_case[Case(agents=n, load=load, policy=STRICT)])) for n in agents]
    lines = [
        f"**{load.capitalize()} load** ({'/'.join(counts)} days): value lost %, against strict "
        "priority %, platinum / standard in time %, p99 of standard in s (times FIFO's), "
        "occupancy range in points, last agent %",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
    ]
    named = [(policy, "") for policy in (*SIMPLE, *OURS)]
    if load == "base":
        named.append(("value", AT_ONCE))
    for policy, variant in named:
        cells = [
            _cell(days, Case(agents=size, load=load, policy=policy, variant=variant))
            for size in agents
        ]
        title = f"{policy}, {variant}" if variant else policy
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cell(days: Days, case: Case) -> str:
    strict, fifo = (
        Case(agents=case.agents, load=case.load, policy=one) for one in (STRICT, "fifo")
    )
    relative, error = _percent(_against(days, case, strict))
    p99 = days.mean(case, "wait_p99.standard")
    return ", ".join(
        (
            f"{100 * days.mean(case, 'value_lost'):.2f}",
            "0" if case == strict else f"{relative:+.1f}±{error:.1f}",
            f"{100 * days.mean(case, 'service_level.platinum'):.0f}/"
            f"{100 * days.mean(case, 'service_level.standard'):.0f}",
            f"{p99:.0f} (x{p99 / days.mean(fifo, 'wait_p99.standard'):.2f})",
            f"{days.occupancy_range(case):.0f}",
            f"{100 * days.mean(case, 'last_agent'):.0f}",
        )
    )

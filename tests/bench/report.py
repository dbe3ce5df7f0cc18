"""The rows of the first call's bench: each a figure, some with a goal."""

import argparse
import json
import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from ccserver.local.phones import Phones
from tests.bench.costs import Figures, percentile
from tests.bench.screens import Pop

CPU_SHARE_MAX = 25.0
LEAD_MIN = 99.0
FRAME_MS_MAX = 20.0
SCREENS_MB_MAX = 200.0
RATE_MIN = 0.99
"""Of the calls a second that were asked for: the last second is never a whole one."""
ODD_SHOWN = 5
_ROUNDING_SECONDS = 0.001
"""A card's instants are whole milliseconds."""

_AT_MOST, _AT_LEAST = "<=", ">="
_TESTS: dict[str, Callable[[float, float], bool]] = {
    _AT_MOST: operator.le,
    _AT_LEAST: operator.ge,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure."""

    name: str
    value: float
    unit: str = ""
    goal: tuple[str, float] | None = None

    @property
    def ok(self) -> bool:
        """Whether the goal is reached; what has none is fine. NaN reaches nothing."""
        return self.goal is None or _TESTS[self.goal[0]](self.value, self.goal[1])

    @property
    def goal_text(self) -> str | None:
        """Such as `<= 25`."""
        return None if self.goal is None else f"{self.goal[0]} {self.goal[1]:g}"

    def json(self) -> dict[str, object]:
        """As the file has it. Not a number is null."""
        return {
            "name": self.name,
            "value": None if self.value != self.value else round(self.value, 4),
            "unit": self.unit,
            "goal": self.goal_text,
            "ok": self.ok,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was seen while the calls came."""

    options: argparse.Namespace
    used: dict[str, float]
    """Seconds of processor time of each process in all that time."""
    seconds: float
    idle: dict[str, float]
    """Seconds of processor time a second, before the first call."""
    free: float
    """The share of the machine that nobody used."""
    callers: Phones
    phones: Phones
    figures: Figures
    journal_lag: float
    dsn: str


async def load_rows(load: Load, pops: list[Pop]) -> list[Row]:
    """All that the calls tell."""
    history = await _history(load.dsn)
    return [
        *_success_rows(load, pops, history),
        *_pop_rows(load, pops),
        *_cpu_rows(load),
        *_other_rows(load, history),
    ]


def idle_screen_rows(agents: int, mb: float, cpu: float) -> list[Row]:
    """What screens cost that only sit there."""
    return [
        Row(name=f"memory of {agents} idle screens", value=mb, unit="MB",
            goal=("<", SCREENS_MB_MAX)),
        Row(name=f"CPU of ccserver with {agents} idle screens", value=cpu * 1000, unit="ms/s"),
    ]  # fmt: skip


# -- what became of the calls

_CALLS = """
SELECT c.id::text AS contact, c.agent, c.ended_by,
  extract(epoch FROM c.arrived_at)::float8 AS arrived_at,
  (SELECT json_agg(ARRAY[s.kind, s.outcome] ORDER BY s.number) FROM segment s
    WHERE s.contact = c.id) AS parts,
  (SELECT extract(epoch FROM s.ended_at - s.started_at)::float8 FROM segment s
    WHERE s.contact = c.id AND s.kind = 'queue' LIMIT 1) AS waited,
  (SELECT count(*) FROM recording r WHERE r.contact = c.id) AS recordings,
  (SELECT count(*) FROM journal j WHERE j.contact = c.id AND j.kind = 'PopAcked') AS acks
FROM contact c
"""

_WHOLE = [["ivr", "queued"], ["queue", "offered"], ["offer", "answered"]]
"""How the parts of a good call begin; the talk is the fourth and last."""


async def _history(dsn: str) -> list[asyncpg.Record]:
    line = await asyncpg.connect(dsn)
    try:
        return await line.fetch(_CALLS)
    finally:
        await line.close()


def _is_good(call: asyncpg.Record) -> bool:
    """It went the whole path at the first try, is recorded and complete."""
    parts = json.loads(call["parts"] or "[]")
    talked = parts[:3] == _WHOLE and [kind for kind, _ in parts[3:]] == ["talk"]
    return talked and call["recordings"] == 1 and call["ended_by"] == "agent"


def _success_rows(load: Load, pops: list[Pop], history: list[asyncpg.Record]) -> list[Row]:
    wanted = round(load.options.calls_per_second * load.options.seconds)
    arrivals = sorted(call["arrived_at"] for call in history)
    rate = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]) if len(arrivals) > 1 else 0.0
    good = sum(map(_is_good, history))
    cards = Counter((pop.agent, pop.contact) for pop in pops)
    missed = sum(
        cards[call["agent"], call["contact"]] != 1 or call["acks"] != 1
        for call in history
        if call["agent"]
    )
    for call in [call for call in history if not _is_good(call)][:ODD_SHOWN]:
        Console().print(f"odd: {call['contact']} ended by {call['ended_by']}: {call['parts']}")
    none = (_AT_MOST, 0.0)
    return [
        Row(name="calls", value=len(history), goal=(_AT_LEAST, wanted)),
        Row(name="calls a second", value=rate, unit="1/s",
            goal=(_AT_LEAST, RATE_MIN * load.options.calls_per_second)),
        Row(name="calls that failed for the callers", value=load.callers.tally().failed, goal=none),
        Row(name="calls that failed for the phones", value=load.phones.tally().failed, goal=none),
        Row(name="calls without the whole path in the history", value=wanted - good, goal=none),
        Row(name="missed pops", value=missed, goal=none),
    ]  # fmt: skip


# -- the pop


def _pop_rows(load: Load, pops: list[Pop]) -> list[Row]:
    leads = _leads(load.phones, pops)
    frame_ms = 1000 * load.figures.quantile("ccserver_offer_to_frame_seconds", 0.99)
    shown_ms = [1000 * (pop.shown_at - pop.offered_at) for pop in pops]
    lead_ms = [1000 * lead for lead in leads]
    ahead = 100 * sum(lead > 0 for lead in leads) / len(leads) if leads else 0.0
    return [
        Row(name="pop leads INVITE", value=ahead, unit="% of calls", goal=(_AT_LEAST, LEAD_MIN)),
        Row(name="lead of the pop, 1 of 100 shorter", value=percentile(lead_ms, 0.01), unit="ms"),
        Row(name="lead of the pop, median", value=percentile(lead_ms, 0.5), unit="ms"),
        Row(name="offer to WebSocket frame, p99 (/metrics)", value=frame_ms, unit="ms",
            goal=(_AT_MOST, FRAME_MS_MAX)),
        Row(name="offer to card at the screen, median", value=percentile(shown_ms, 0.5), unit="ms"),
        Row(name="offer to card at the screen, p99", value=percentile(shown_ms, 0.99), unit="ms",
            goal=(_AT_MOST, FRAME_MS_MAX)),
    ]  # fmt: skip


def _leads(phones: Phones, pops: list[Pop]) -> list[float]:
    """Seconds from card to INVITE, for each INVITE.

    An agent has one call at a time, and ccserver offers before Asterisk rings: an INVITE belongs
    to the phone's last card that was offered before it. One without any counts as led by none.
    """
    cards: dict[str, list[Pop]] = defaultdict(list)
    for pop in pops:
        cards[f"{1000 + int(pop.agent.removeprefix('agent-'))}"].append(pop)
    leads = []
    for invite in phones.invites():
        phone = invite.first_line.partition("sip:")[2].partition("@")[0]
        before = [p for p in cards[phone] if p.offered_at <= invite.at + _ROUNDING_SECONDS]
        last = max(before, key=lambda pop: pop.offered_at, default=None)
        leads.append(invite.at - last.shown_at if last else float("-inf"))
    return leads


# -- what it costs


def _cpu_rows(load: Load) -> list[Row]:
    calls = max(1, load.callers.tally().created)
    each = {
        name: 1000 * (used - load.idle.get(name, 0.0) * load.seconds) / calls
        for name, used in load.used.items()
    }
    share = 100 * each["ccserver"] / each["Asterisk"] if each["Asterisk"] > 0 else float("nan")
    return [
        Row(name="CPU of ccserver, of Asterisk's for the same call", value=share, unit="%",
            goal=(_AT_MOST, CPU_SHARE_MAX)),
        *(Row(name=f"CPU of {n}, a call", value=ms, unit="ms") for n, ms in each.items()),
        *(
            Row(name=f"CPU of {n}, idle (subtracted)", value=1000 * s, unit="ms/s")
            for n, s in load.idle.items()
        ),
        Row(name="processors left", value=100 * load.free, unit="%"),
    ]  # fmt: skip


def _other_rows(load: Load, history: list[asyncpg.Record]) -> list[Row]:
    waits = [1000 * call["waited"] for call in history if call["waited"] is not None]
    p99s = (
        ("routing latency", "ccserver_routing_latency_seconds"),
        ("AMI event lag", "ccserver_ami_event_lag_seconds"),
        ("AMI round trip", "ccserver_ami_rtt_seconds"),
        ("pop latency (offer to ack)", "ccserver_pop_latency_seconds"),
        ("look-up of the caller", "ccserver_lookup_seconds"),
        ("journal write", "ccserver_journal_write_seconds"),
    )
    return [
        Row(name="wait for an agent, p99", value=percentile(waits, 0.99), unit="ms"),
        *(
            Row(name=f"{name}, p99", value=1000 * load.figures.quantile(metric, 0.99), unit="ms")
            for name, metric in p99s
        ),
        Row(name="journal lag, longest seen", value=1000 * load.journal_lag, unit="ms"),
    ]


def show(rows: list[Row], title: str) -> None:
    """Print them as a table."""
    table = Table("figure", "", "", "goal", "", title=title)
    table.columns[1].justify = "right"
    for row in rows:
        verdict = "" if row.goal is None else "[green]reached" if row.ok else "[red]missed"
        table.add_row(row.name, f"{row.value:,.2f}", row.unit, row.goal_text or "", verdict)
    Console(width=110).print(table)


def write_down(rows: list[Row], result: Path, title: str) -> int:
    """Keep the rows in this file and show them. The exit code: 1 when a goal is missed."""
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps([row.json() for row in rows], indent=1) + "\n")
    show(rows, title)
    return 0 if all(row.ok for row in rows) else 1


def run_parts(
    parts: Mapping[str, Callable[[], list[Row]]],
    only: Collection[str] | None,
    result: Path,
    title: str,
) -> int:
    """Measure the parts that are wanted (None: all), one after the other; keep and show the rows of
    each as soon as they are there. The exit code: 1 when a goal is missed, 2 for a part that is
    none."""
    wanted = set(only or parts)
    if unknown := wanted - set(parts):
        Console().print(f"--only: no {', '.join(sorted(unknown))}; take {', '.join(parts)}")
        return 2
    result.parent.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for name, measured in parts.items():
        if name in wanted:
            found = measured()
            show(found, f"{title}: {name}")
            rows += found
            result.write_text(json.dumps([row.json() for row in rows], indent=1) + "\n")
    return 0 if all(row.ok for row in rows) else 1

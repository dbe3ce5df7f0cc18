"""The rows of the whole site's bench: what the history says, held against what the Center decided.

The journal is replayed through a fresh Center. That must give the same orders, and the rows of the
history must be the very ones that these orders ask for.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.records import (
    QueueExit,
    SaveCallback,
    SaveContactEnd,
    SaveOffer,
    SaveQueueVisit,
    SaveSegment,
)
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.story import first_difference, replay, runs
from ccserver.local.phones import Phones
from tests.bench.costs import Figures
from tests.bench.report import RATE_MIN, Row

OFFER_MS_MAX = 10.0
CHECK_EVERY = 50
"""`Center.check` looks at every call and agent: not after each event."""
NEAR_SECONDS = 0.00001
"""PostgreSQL counts in microseconds, and a float of today's in quarters of one."""
ODD_SHOWN = 5

_AT_MOST, _AT_LEAST = "<=", ">="
_NONE, _SOME = (_AT_MOST, 0.0), (_AT_LEAST, 1.0)

Key = tuple[object, ...]
Kept = dict[Key, tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was seen while the calls came."""

    options: argparse.Namespace
    used: dict[str, float]
    """Seconds of processor time of each process."""
    free: float
    """The share of the machine that nobody used."""
    callers: list[Phones]
    phones: list[Phones]
    """The agents', and those of the customers who were called back."""
    figures: Figures
    """When all had come to rest."""
    dsn: str


async def load_rows(load: Load) -> list[Row]:
    """All that the calls tell."""
    line = await asyncpg.connect(load.dsn)
    try:
        return [
            *await _call_rows(load, line),
            *await _story_rows(line),
            *await _whole_rows(line),
            *await _decided_rows(load.dsn, line),
            *_stuck_rows(load),
            *_speed_rows(load),
        ]
    finally:
        await line.close()


async def _one(line: asyncpg.Connection, query: str) -> asyncpg.Record:
    row = await line.fetchrow(query)
    assert row is not None, "a query of counts has its row"
    return row


# -- what came


async def _call_rows(load: Load, line: asyncpg.Connection) -> list[Row]:
    options = load.options
    made = sum(callers.tally().created for callers in load.callers)
    came = await _one(
        line,
        "SELECT count(*) AS calls, extract(epoch FROM max(arrived_at) - min(arrived_at))::float8"
        " AS seconds FROM contact",
    )
    failed = sum(callers.tally().failed for callers in load.callers)
    unanswered = sum(phones.tally().failed for phones in load.phones)
    for phones in (*load.callers, *load.phones):
        if phones.tally().failed:
            Console().print(f"{phones.folder.name}: {phones.errors()[-1500:]}")
    rate = came["calls"] / came["seconds"] if came["seconds"] else 0.0
    return [
        Row(name="calls", value=came["calls"], goal=(_AT_LEAST, made)),
        Row(name="calls a second", value=rate, unit="1/s",
            goal=(_AT_LEAST, RATE_MIN * options.calls_per_second)),
        Row(name="calls that failed for the callers", value=failed, goal=_NONE),
        Row(name="calls that failed for the phones", value=unanswered, goal=_NONE),
    ]  # fmt: skip


_STORIES = """
SELECT
  (SELECT count(*) FROM segment WHERE kind = 'ivr' AND outcome = 'hung_up') AS no_queue,
  (SELECT count(*) FROM segment WHERE kind = 'offer' AND outcome = 'no_answer') AS no_answer,
  (SELECT count(*) FROM segment WHERE kind = 'offer' AND outcome = 'busy') AS busy,
  (SELECT count(*) FROM segment WHERE kind = 'talk' AND outcome = 'transferred') AS transferred,
  (SELECT count(*) FROM callback WHERE state = 'connected') AS connected,
  (SELECT count(*) FROM callback WHERE state = 'called_again') AS called_again,
  (SELECT count(*) FROM callback WHERE state = 'expired') AS expired,
  (SELECT count(*) FROM callback WHERE state IN ('waiting', 'dialing')) AS open
"""


async def _story_rows(line: asyncpg.Connection) -> list[Row]:
    told = await _one(line, _STORIES)
    visits = await line.fetch("SELECT exit, count(*) FROM queue_visit GROUP BY exit ORDER BY exit")
    exits = {row["exit"]: row["count"] for row in visits}
    wanted = {
        QueueExit.ANSWERED, QueueExit.ABANDONED, QueueExit.OVERFLOW, QueueExit.CALLBACK,
    }  # fmt: skip
    return [
        *(
            Row(name=f"visits to queues: {one}", value=exits.get(one, 0),
                goal=_SOME if one in wanted else _NONE if one is QueueExit.SYSTEM_ERROR else None)
            for one in QueueExit
        ),
        Row(name="callers who hung up in the menu", value=told["no_queue"]),
        Row(name="offers that no one answered (RONA)", value=told["no_answer"], goal=_SOME),
        Row(name="offers to a busy phone", value=told["busy"], goal=_SOME),
        Row(name="talks transferred to another queue", value=told["transferred"], goal=_SOME),
        Row(name="callbacks connected", value=told["connected"], goal=_SOME),
        Row(name="callbacks: customer called again", value=told["called_again"]),
        Row(name="callbacks given up", value=told["expired"]),
        Row(name="callbacks that wait on", value=told["open"], goal=_NONE),
    ]  # fmt: skip


# -- whether the history is whole

_GAPS = """
WITH part AS (
  SELECT contact, started_at, ended_at,
    lag(ended_at) OVER w AS before, lead(started_at) OVER w AS after
  FROM segment WHERE kind <> 'wrap_up' WINDOW w AS (PARTITION BY contact ORDER BY number)
)
SELECT c.id::text AS contact FROM contact c LEFT JOIN part p ON p.contact = c.id
WHERE p.contact IS NULL
  OR p.started_at <> coalesce(p.before, c.arrived_at)
  OR (p.after IS NULL AND p.ended_at <> c.ended_at)
UNION
SELECT contact::text FROM segment GROUP BY contact HAVING max(number) <> count(*)
"""

_BALANCE = """
SELECT
  (SELECT count(*) FROM contact WHERE ended_at IS NULL) AS open,
  (SELECT count(*) FROM segment WHERE kind = 'ivr' AND outcome = 'queued')
    + (SELECT count(*) FROM segment WHERE outcome = 'transferred')
    + (SELECT count(*) FROM queue_visit WHERE exit = 'overflow') AS joined,
  (SELECT count(*) FROM queue_visit) AS visits,
  (SELECT count(*) FROM
    (SELECT FROM queue_visit GROUP BY contact HAVING max(number) <> count(*)) odd) AS skipped,
  (SELECT count(*) FROM queue_visit WHERE exit = 'answered') AS answered,
  (SELECT count(*) FROM queue_visit WHERE exit IN ('abandoned', 'short_abandoned')) AS abandoned,
  (SELECT count(*) FROM queue_visit WHERE exit NOT IN
    ('answered', 'abandoned', 'short_abandoned', 'system_error')) AS flowed_out,
  (SELECT count(*) FROM segment WHERE kind = 'talk') AS talks,
  (SELECT count(DISTINCT file) FROM recording) AS recordings
"""


async def _whole_rows(line: asyncpg.Connection) -> list[Row]:
    gaps = await line.fetch(_GAPS)
    if gaps:
        Console().print("gaps:", *(row["contact"] for row in gaps[:ODD_SHOWN]))
    sums = await _one(line, _BALANCE)
    missing = sums["joined"] - sums["answered"] - sums["abandoned"] - sums["flowed_out"]
    return [
        Row(name="contacts that have not ended", value=sums["open"], goal=_NONE),
        Row(name="contacts with a gap in their history", value=len(gaps), goal=_NONE),
        Row(name="visits to queues begun", value=sums["joined"]),
        Row(name="begun less answered, abandoned and flowed out", value=abs(missing), goal=_NONE),
        Row(name="visits without an end, or with two", value=sums["skipped"]
            + abs(sums["joined"] - sums["visits"]), goal=_NONE),
        Row(name="talks without a recording", value=sums["talks"] - sums["recordings"], goal=_NONE),
    ]  # fmt: skip


# -- whether the history is what the Center decided


class _Decided:
    """A fresh Center, and what it has kept."""

    def __init__(self) -> None:
        self._center = Center()
        self._handled = 0
        self.segments: Kept = {}
        self.visits: Kept = {}
        self.ends: Kept = {}
        self.callbacks: Kept = {}
        self.offers: Kept = {}

    def handle(self, now: float, event: Event) -> list[Command]:
        commands = self._center.handle(now, event)
        self._handled += 1
        if self._handled % CHECK_EVERY == 0:
            self._center.check()
        for command in commands:
            self._keep(now, command)
        return commands

    def _keep(self, now: float, command: Command) -> None:
        match command:
            case SaveSegment(contact=who, number=number, outcome=outcome) as one:
                self.segments[who, number] = (
                    str(one.kind), one.queue, one.agent, outcome, one.started_at, one.ended_at,
                )  # fmt: skip
            case SaveQueueVisit(contact=who, number=number) as one:
                self.visits[who, number] = (
                    str(one.exit), one.queue, one.agent, one.entered_at, one.ended_at,
                    one.waited_seconds,
                )  # fmt: skip
            case SaveContactEnd(contact=who) as one:
                self.ends[(who,)] = (str(one.ended_by), one.queue, one.agent, one.ended_at)
            case SaveCallback(contact=who) as one:
                self.callbacks[(who,)] = (str(one.state), one.queue, one.tries, one.requested_at)
            case SaveOffer(contact=who) as one:
                self.offers[who, now] = (one.agent, str(one.queue), one.rule)
            case _:
                pass


_KEPT = {
    "segments": """SELECT contact::text, number, kind, queue, agent, outcome,
        extract(epoch FROM started_at)::float8, extract(epoch FROM ended_at)::float8
        FROM segment""",
    "visits": """SELECT contact::text, number, exit, queue, agent,
        extract(epoch FROM entered_at)::float8, extract(epoch FROM ended_at)::float8,
        waited_seconds FROM queue_visit""",
    "ends": """SELECT id::text, ended_by, queue, agent, extract(epoch FROM ended_at)::float8
        FROM contact WHERE ended_at IS NOT NULL""",
    "callbacks": """SELECT contact::text, state, queue, tries,
        extract(epoch FROM requested_at)::float8 FROM callback""",
    "offers": """SELECT j.contact::text, j.now, told->1->>'agent', told->1->>'queue',
        told->1->>'rule'
        FROM journal j, jsonb_array_elements(j.body->'commands') told
        WHERE told->>0 = 'SaveOffer'""",
}
"""What the history holds, in the order of `_Decided`; the key comes first."""


async def _decided_rows(dsn: str, line: asyncpg.Connection) -> list[Row]:
    engine = engine_for(dsn, connections=1)
    decided = _Decided()
    async with sessions_of(engine)() as session:
        (run,) = await runs(session)
    difference = await first_difference(replay(engine, UUID(run.run)), decided.handle)
    await engine.dispose()
    if difference is not None:
        Console().print("replay differs:", difference)
    rows = [
        Row(name="replays that differ from the journal", value=float(difference is not None),
            goal=_NONE)
    ]  # fmt: skip
    for name, query in _KEPT.items():
        wanted: Kept = getattr(decided, name)
        width = len(next(iter(wanted), ()))
        kept = {tuple(row)[:width]: tuple(row)[width:] for row in await line.fetch(query)}
        odd = _differences(wanted, kept)
        for one in odd[:ODD_SHOWN]:
            Console().print(f"{name}: {one} decided {wanted.get(one)}, kept {kept.get(one)}")
        rows.append(
            Row(name=f"{name} decided ({len(wanted):,}) that are kept otherwise", value=len(odd),
                goal=_NONE)
        )  # fmt: skip
    return rows


def _differences(wanted: Mapping[Key, tuple[Any, ...]], kept: Mapping[Key, Any]) -> list[Key]:
    return [
        key
        for key in wanted.keys() | kept.keys()
        if key not in wanted or key not in kept or not _is_same(wanted[key], kept[key])
    ]


def _is_same(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return all(
        abs(a - b) < NEAR_SECONDS if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other, strict=True)
    )


# -- at rest, and how fast


def _stuck_rows(load: Load) -> list[Row]:
    figures = load.figures
    at_rest = figures.value("ccserver_agents", work="available")
    return [
        Row(name="stuck states", value=figures.value("ccserver_stuck_state_count"), goal=_NONE),
        Row(name="calls left at the end", value=figures.value("ccserver_calls"), goal=_NONE),
        Row(name="agents who are not free again", value=load.options.agents - at_rest, goal=_NONE),
        Row(name="times the AMI link was lost", value=figures.value("ccserver_ami_down_total"),
            goal=_NONE),
    ]  # fmt: skip


def _speed_rows(load: Load) -> list[Row]:
    calls = max(1, sum(callers.tally().created for callers in load.callers))

    def ms(metric: str, share: float = 0.99) -> float:
        return 1000 * load.figures.quantile(f"ccserver_{metric}_seconds", share)

    return [
        Row(name="free agent to offer, p99", value=ms("routing_latency"), unit="ms",
            goal=("<", OFFER_MS_MAX)),
        Row(name="free agent to offer, p50", value=ms("routing_latency", 0.5), unit="ms"),
        Row(name="offer to WebSocket frame, p99", value=ms("offer_to_frame"), unit="ms"),
        Row(name="pop latency (offer to ack), p99", value=ms("pop_latency"), unit="ms"),
        Row(name="AMI event lag, p99", value=ms("ami_event_lag"), unit="ms"),
        Row(name="AMI round trip, p99", value=ms("ami_rtt"), unit="ms"),
        Row(name="look-up of the caller, p99", value=ms("lookup"), unit="ms"),
        Row(name="journal write, p99", value=ms("journal_write"), unit="ms"),
        *(
            Row(name=f"CPU of {name}, a call", value=1000 * used / calls, unit="ms")
            for name, used in load.used.items()
        ),
        Row(name="processors left", value=100 * load.free, unit="%"),
    ]  # fmt: skip

"""How long it takes to find recordings among five million, whatever is asked.

`measure()` gives the rows for tests/bench/recording.py; `python -m tests.bench.recording_search`
shows them. The recordings are five years of a site of 40 queues and 200 agents in 20 teams, on a
PostgreSQL of its own. Each kind of question is asked some dozen times with other values, through
the function that the API calls, each time in a session of its own.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg

from ccserver import clock
from ccserver.core.ids import AgentId, CustomerId, Queue
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.recording_filter import Hearer, RecordingFilter
from ccserver.db.recording_index import CHANGES_MAX, make_block
from ccserver.db.recording_search import RecordingPage, search
from ccserver.db.recording_tables import BLOCK_BITS
from tests.bench.costs import percentile
from tests.bench.database import own_folder, own_postgres
from tests.bench.report import Row

RECORDINGS = 5_000_000
SEARCH_MS_MAX = 50.0
FILL_MINUTES_MAX = 5.0
QUEUES, AGENTS, TEAM = 40, 200, 10
ROUNDS = 12
BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
SECONDS_BETWEEN = 31.5
"""Five million in five years."""

# A few queues have most of the calls. A queue has ten agents at a time, and dispositions of its
# own beside three that all have. Of the queues with the odd numbers none ever calls out.
_FILL = (
    """
CREATE TEMPORARY TABLE made AS
SELECT n::bigint AS id, gen_random_uuid() AS contact, q,
  (q * 5 + floor(10 * random()))::integer % 200 AS a,
  random() AS kind, random() AS way, random() AS what, random() AS faulty,
  $2::timestamptz + n * interval '1 second' * $3::float8 AS at,
  exp(4.6 + 1.1 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS length
FROM (SELECT n, floor(40 * random() ^ 2.5)::integer AS q FROM generate_series(1, $1::integer) n) s
""",
    """
INSERT INTO recording (id, source, kind, contact, direction, queue, agent, caller, customer_id,
  started_at, ended_at, disposition, state, fault, file, seconds, size_bytes, sha256)
OVERRIDING SYSTEM VALUE
SELECT id, CASE WHEN kind < 0.9 THEN contact::text ELSE '2025/01/01/' || contact || '-17.raw' END,
  CASE WHEN kind < 0.9 THEN 'contact' WHEN kind < 0.95 THEN 'consult' ELSE 'voicemail' END, contact,
  CASE WHEN way < 0.2 AND q % 2 = 0 THEN 'outbound' ELSE 'inbound' END, 'queue' || q,
  CASE WHEN kind < 0.95 THEN 'agent' || a END,
  '+861' || 3000000000 + (id * 7919) % 1200000, (id * 7919) % 1000000, at,
  at + interval '1 second' * length,
  CASE WHEN kind > 0.9 OR what < 0.3 THEN NULL WHEN what < 0.9 THEN 'common' || id % 3
    ELSE 'own' || q END,
  'kept', CASE WHEN faulty < 0.002 THEN 'short' ELSE '' END, '2025/01/01/' || contact || '.ogg',
  length, (length * 2000)::bigint, sha256(contact::text::bytea)
FROM made ORDER BY id
""",
    """
INSERT INTO recording_party (source, agent, started_at)
SELECT contact::text, agent, at FROM (
  SELECT contact, at, 'agent' || a AS agent FROM made WHERE kind < 0.9
  UNION SELECT contact, at, 'agent' || (a + 1 + q) % 200 FROM made WHERE kind < 0.9 AND what < 0.15
) AS heard
""",
    """
INSERT INTO recording_tag (recording, tag, started_at)
SELECT id, 'tag' || floor(60 * (faulty * 1000 - floor(faulty * 1000)) ^ 3)::integer, at
FROM made WHERE way > 0.85
""",
    """
INSERT INTO recording_tag (recording, tag, started_at)
SELECT id, 'escalated', at FROM made WHERE way > 0.999
""",
    """
INSERT INTO voicemail (file, contact, queue, caller, started_at, ended_at, state, changed_at)
SELECT '2025/01/01/' || contact || '-17.raw', contact, 'queue' || q, '', at, at, 'done', at
FROM made WHERE kind >= 0.95
""",
    """
INSERT INTO transcript (recording, language, model, parts, text)
SELECT id, 'en', 'm', '[]', 'hello this is agent number ' || a || ' the contract ' || id % 5000
  || CASE WHEN faulty < 0.01 THEN ' refund' ELSE ' thanks' END
FROM made WHERE id > $1::integer * 0.98
""",
)
_TABLES = ("recording", "recording_party", "recording_tag", "voicemail")

_CONSTRAINTS = """
SELECT conrelid::regclass AS of, conname AS name, pg_get_constraintdef(oid) AS made
FROM pg_constraint WHERE conrelid = ANY($1::text[]::regclass[]) AND contype IN ('u', 'p')
  AND conname NOT IN ('recording_pkey', 'voicemail_pkey')
"""
_INDEXES = """
SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS made
FROM pg_index WHERE indrelid = ANY($1::text[]::regclass[]) AND NOT indisunique
"""


async def fill(dsn: str, recordings: int) -> None:
    """Write the recordings, their agents, tags and transcripts, and the search's index."""
    await upgrade(dsn)
    line = await asyncpg.connect(dsn)
    await line.execute("SET synchronous_commit = off")
    await line.execute("SET maintenance_work_mem = '512MB'")
    async with in_bulk(line):
        made, *rest = _FILL
        await line.execute(made, recordings, BEGAN, SECONDS_BETWEEN)
        for statement in rest:
            await line.execute(statement, *([recordings] if "$1" in statement else []))
    await line.execute("VACUUM (ANALYZE) recording, recording_party, recording_tag, transcript")
    await make_blocks(dsn, recordings)
    # The newest are changed again, as always.
    await line.execute(
        "INSERT INTO recording_changed (recording) SELECT id FROM recording WHERE id > $1::bigint",
        recordings - CHANGES_MAX,
    )
    await line.execute("VACUUM (ANALYZE) recording_block, recording_word, recording_changed")
    await line.close()


@asynccontextmanager
async def in_bulk(line: asyncpg.Connection) -> AsyncIterator[None]:
    """Many rows at once: what follows from each row is made afterwards, for all."""
    for table in _TABLES:
        await line.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    constraints = await line.fetch(_CONSTRAINTS, _TABLES)
    indexes = await line.fetch(_INDEXES, _TABLES)
    for one in constraints:
        await line.execute(f"ALTER TABLE {one['of']} DROP CONSTRAINT {one['name']}")
    for one in indexes:
        await line.execute(f"DROP INDEX {one['name']}")
    yield
    for one in constraints:
        await line.execute(f"ALTER TABLE {one['of']} ADD CONSTRAINT {one['name']} {one['made']}")
    for one in indexes:
        await line.execute(one["made"])
    for table in _TABLES:
        await line.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def make_blocks(dsn: str, recordings: int) -> None:
    """Write the search's index, on both cores."""
    sessions = sessions_of(engine_for(dsn, connections=2))
    blocks = iter(range((recordings >> BLOCK_BITS) + 1))

    async def make() -> None:
        for block in blocks:
            async with sessions.begin() as session:
                await make_block(session, block)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(make())


Question = tuple[str, RecordingFilter]


def questions(luck: random.Random, end: datetime) -> Iterator[Question]:
    """One of each kind, with values of its own."""
    q = luck.randrange(QUEUES)
    queue, disposition = Queue(f"queue{q}"), f"common{luck.randrange(3)}"
    agent = AgentId(f"agent{luck.randrange(AGENTS)}")
    first = luck.randrange(AGENTS // TEAM) * TEAM
    team = tuple(AgentId(f"agent{number}") for number in range(first, first + TEAM))
    at = BEGAN + luck.random() * (end - BEGAN)
    day, month = timedelta(days=1), timedelta(days=30)
    number = luck.randrange(1_200_000)
    tag = f"tag{luck.randrange(60)}"
    some = RecordingFilter
    other = f"own{(q + 1) % QUEUES}"
    yield "nothing", some()
    yield "five minutes", some(since=at, until=at + timedelta(minutes=5))
    yield "a month", some(since=at, until=at + month)
    yield "queue", some(queue=queue)
    yield "queue that is not", some(queue=Queue("nowhere"))
    yield "queue, a day", some(queue=queue, since=at, until=at + day)
    yield "queue, own disposition", some(queue=queue, disposition=f"own{q}")
    yield "queue, another's disposition: none", some(queue=queue, disposition=other)
    yield "queue that never calls out: none", some(queue=Queue("queue1"), direction="outbound")
    yield (
        "largest queue, another's disposition: none",
        some(queue=Queue("queue0"), disposition="own1", kind="contact"),
    )
    yield "disposition", some(disposition=disposition)
    yield "disposition of messages: none", some(disposition=disposition, kind="voicemail")
    yield "direction, kind", some(direction="inbound", kind="contact")
    yield "agent", some(agents=(agent,))
    yield "agent, queue", some(agents=(agent,), queue=queue)
    yield "agent, queue, a month", some(agents=(agent,), queue=queue, since=at, until=at + month)
    yield "agent, disposition, tag", some(agents=(agent,), disposition=disposition, tags=(tag,))
    yield "team", some(agents=team)
    yield "team, queue", some(agents=team, queue=queue)
    yield (
        "team, disposition, longer than 30 min",
        some(agents=team, disposition=disposition, seconds_min=1800),
    )
    yield "team, another's disposition, tag", some(agents=team, disposition=other, tags=(tag,))
    yield "tag", some(tags=(tag,))
    yield "rare tag", some(tags=("escalated",))
    yield "two tags: none", some(tags=("tag1", "tag2"))
    yield "agent, rare tag", some(agents=(agent,), tags=("escalated",))
    yield "faults", some(fault=True)
    yield "queue, faults, longer than 20 min", some(queue=queue, fault=True, seconds_min=1200)
    yield "longer than two hours", some(seconds_min=7200)
    yield "queue, longer than two hours", some(queue=queue, seconds_min=7200)
    yield "queue, 40 to 45 s, an odd edge", some(queue=queue, seconds_min=40, seconds_max=45)
    yield "longer than a day: none", some(seconds_min=86_400)
    yield "number", some(numbers=(f"+861{3_000_000_000 + number}",))
    yield "number that never called: none", some(numbers=("+4930123456",))
    yield "number, agent", some(numbers=(f"+861{3_000_000_000 + number}",), agents=(agent,))
    yield "customer", some(customer=CustomerId(str(luck.randrange(1_000_000))))
    yield "rare words", some(text=f"contract {luck.randrange(5000)}")
    yield "words, queue", some(text="refund", queue=queue)
    yield "common words", some(text="hello contract")
    yield "common words, agent", some(text="hello thanks", agents=(agent,))
    yield "an agent's own", some(hearer=Hearer(agent=agent, queues=frozenset({queue})))
    yield "an agent's own, tag, a month", some(
        hearer=Hearer(agent=agent, queues=frozenset({queue})),
        tags=(tag,), since=at, until=at + month,
    )  # fmt: skip


async def ask(dsn: str, recordings: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each question: the first page, and the page after it where there is one."""
    luck = random.Random(11)
    sessions = sessions_of(engine_for(dsn, connections=2))
    end = BEGAN + timedelta(seconds=recordings * SECONDS_BETWEEN)
    took: dict[str, list[float]] = {}

    async def page(name: str, wanted: RecordingFilter, after: str | None) -> RecordingPage:
        async with sessions() as session:
            began_at = clock.now()
            found = await search(session, wanted, after=after)
            took.setdefault(name, []).append(1000 * (clock.now() - began_at))
        return found

    for _ in range(rounds):
        for name, wanted in questions(luck, end):
            found = await page(name, wanted, None)
            assert not name.endswith(": none") or not found.recordings, name
            if found.next is not None:
                await page(f"{name}, next page", wanted, found.next)
    return took


async def bench(dsn: str, recordings: int, rounds: int) -> list[Row]:
    """Fill, ask once to warm up, ask."""
    began_at = clock.now()
    await fill(dsn, recordings)
    filled = clock.now() - began_at
    await ask(dsn, recordings, 1)
    took = await ask(dsn, recordings, rounds)
    every = list(itertools.chain.from_iterable(took.values()))
    slowest = sorted(took, key=lambda name: percentile(took[name], 0.5), reverse=True)
    return [
        Row(name="recordings", value=recordings),
        Row(name="to write them and their index", value=filled / 60, unit="min",
            goal=("<=", FILL_MINUTES_MAX)),
        Row(name="searches", value=len(every)),
        Row(name="search, median", value=percentile(every, 0.5), unit="ms"),
        Row(name="search, p99", value=percentile(every, 0.99), unit="ms",
            goal=("<=", SEARCH_MS_MAX)),
        Row(name="search, longest", value=max(every), unit="ms"),
        *(
            Row(name=f"slow question: {name}, median", value=percentile(took[name], 0.5), unit="ms")
            for name in slowest[:5]
        ),
    ]  # fmt: skip


def measure(*, recordings: int = RECORDINGS, rounds: int = ROUNDS) -> list[Row]:
    """On a PostgreSQL of its own, which is gone afterwards."""
    with own_folder() as home, own_postgres(home) as postgres:
        return asyncio.run(bench(postgres.dsn, recordings, rounds))

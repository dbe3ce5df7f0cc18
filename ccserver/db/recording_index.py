"""The index of the search for recordings: a bit for each recording and each of its properties.

Any filters together are an AND over bits: 8 kB for 65,536 recordings and each filter, most of them
zeros, which PostgreSQL presses together. So a search
takes about the same time whatever is asked and whatever is found, where a B-tree for one filter
reads all that has this one property before it knows that nothing has the other one too.

A block is made anew as a whole, now and then, by `index_recordings`. What came or changed since is
in the table recording_changed, and is looked at row by row. All that is found is held against the
rows themselves, so that an old block can only cost time.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable
from struct import pack, unpack

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db.recording_tables import BLOCK_BITS, BLOCK_SIZE

CHANGES_MAX = 1000
"""So many changes are looked at in each search; with more, blocks are made anew."""

INDEX_SECONDS = 30.0

ZONE_BITS = 10
ZONES = BLOCK_SIZE >> ZONE_BITS

LENGTHS = (10, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 7200)
"""`from=1` has at least the first, and so on; `upto=1` has less than the second."""

_log = structlog.get_logger("ccserver.db")

_LOCK_SPACE = 0x7265_636F
"""Of the advisory locks: so that they meet no other's."""

_NONE = (2**62, -(2**62))
"""A zone without any recording begins after it ends."""

_MOST_CHANGED = text(f"""
SELECT (recording >> {BLOCK_BITS})::integer AS block FROM recording_changed
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
""")  # noqa: S608 -- a number of ours, as below

_CHANGES = text("""
SELECT id FROM recording_changed WHERE recording >= :first AND recording < :last
""")

_ZONES = text(f"""
SELECT ((id - :first) >> {ZONE_BITS})::integer AS zone, min(started_at) AS first_at,
  max(started_at) AS last_at, (extract(epoch FROM min(started_at)) * 1000000)::bigint AS first_us,
  (extract(epoch FROM max(started_at)) * 1000000)::bigint AS last_us
FROM recording WHERE id >= :first AND id < :last GROUP BY 1
""")  # noqa: S608

_BLOCK = text("""
INSERT INTO recording_block (block, first_at, last_at, zones)
VALUES (:block, :first_at, :last_at, :zones)
""")

_WORDS = text(f"""
WITH one AS (
  SELECT id, source, (id - :first)::integer AS place, kind, direction, queue, disposition, fault,
    width_bucket(coalesce(seconds, extract(epoch FROM ended_at - started_at)),
      ARRAY{[float(length) for length in LENGTHS]}) AS length
  FROM recording WHERE id >= :first AND id < :last
), named (word, place) AS (
  SELECT 'kind=' || kind, place FROM one
  UNION ALL SELECT 'direction=' || direction, place FROM one
  UNION ALL SELECT 'queue=' || queue, place FROM one WHERE queue IS NOT NULL
  UNION ALL SELECT 'message=' || message.queue, place FROM one
    JOIN voicemail AS message ON message.file = one.source
  UNION ALL SELECT 'disposition=' || disposition, place FROM one WHERE disposition IS NOT NULL
  UNION ALL SELECT 'length=' || length, place FROM one
  UNION ALL SELECT 'fault', place FROM one WHERE fault <> ''
  UNION ALL SELECT 'agent=' || agent, place FROM one JOIN recording_party USING (source)
  UNION ALL SELECT 'tag=' || tag, place FROM one JOIN recording_tag ON recording = id
), zoned (word, zone, bits) AS (
  -- Small strings first: each bit that is set copies one.
  SELECT word, place >> {ZONE_BITS},
    bit_or(set_bit(0::bit({1 << ZONE_BITS}), place & {(1 << ZONE_BITS) - 1}, 1))
  FROM named GROUP BY 1, 2
)
INSERT INTO recording_word (block, word, bits)
SELECT :block, word,
  string_agg(coalesce(bits, 0::bit({1 << ZONE_BITS}))::text, '' ORDER BY zone)::bit({BLOCK_SIZE})
FROM (SELECT DISTINCT word FROM zoned) AS every CROSS JOIN generate_series(0, {ZONES - 1}) AS zone
LEFT JOIN zoned USING (word, zone)
GROUP BY word
""")  # noqa: S608


_LENGTHS = text("""
INSERT INTO recording_word (block, word, bits)
SELECT :block, way || '=' || number, bit_or(bits)
FROM unnest(ARRAY['from', 'upto']) AS way, generate_series(0, :lengths) AS number
JOIN recording_word ON block = :block AND word LIKE 'length=%'
WHERE CASE way WHEN 'from' THEN substr(word, 8)::integer >= number
  ELSE substr(word, 8)::integer <= number END
GROUP BY way, number
""")


def of(name: str, value: str) -> str:
    """The word of a property."""
    return f"{name}={value}"


def lengths_of(seconds_min: float | None, seconds_max: float | None) -> tuple[str, ...]:
    """The words of what has such a length; both hold some that are a little shorter, or longer."""
    words: list[str] = []
    if seconds_min is not None and (number := bisect_right(LENGTHS, seconds_min)):
        words.append(f"from={number}")
    if seconds_max is not None and (number := bisect_right(LENGTHS, seconds_max)) < len(LENGTHS):
        words.append(f"upto={number}")
    return tuple(words)


async def index_recordings(
    sessions: async_sessionmaker[AsyncSession], *, changes_max: int = CHANGES_MAX
) -> int:
    """Make blocks anew until no more than so many changes are left. Returns how many were made."""
    made = 0
    while True:
        async with sessions.begin() as session:
            changed = text("SELECT count(*) FROM (SELECT FROM recording_changed LIMIT :most) AS c")
            if await session.scalar(changed, {"most": changes_max + 1}) <= changes_max:
                return made
            await make_block(session, await session.scalar(_MOST_CHANGED))
        made += 1


async def keep_index(sessions: async_sessionmaker[AsyncSession]) -> None:
    """Make blocks anew as they are needed, until cancelled."""
    while True:
        try:
            await index_recordings(sessions)
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("the index of recordings is put off", error=repr(error))
        await asyncio.sleep(INDEX_SECONDS)


async def make_block(session: AsyncSession, block: int) -> None:
    """Make a block as the recordings are now."""
    first = block << BLOCK_BITS
    ids = {"first": first, "last": first + BLOCK_SIZE}
    # Nobody else makes the same block now.
    lock = text("SELECT pg_advisory_xact_lock(:space, :block)")
    await session.execute(lock, {"space": _LOCK_SPACE, "block": block})
    # Seen before the recordings are: what is changed meanwhile stays among the changes.
    seen = (await session.scalars(_CHANGES, ids)).all()
    for table in ("recording_block", "recording_word"):
        await session.execute(
            text(f"DELETE FROM {table} WHERE block = :block"),  # noqa: S608 -- two names
            {"block": block},
        )
    zones = (await session.execute(_ZONES, ids)).all()
    if zones:
        spans = {zone.zone: (zone.first_us, zone.last_us) for zone in zones}
        await session.execute(
            _BLOCK,
            {
                "block": block,
                "first_at": min(zone.first_at for zone in zones),
                "last_at": max(zone.last_at for zone in zones),
                "zones": zones_written(spans.get(zone, _NONE) for zone in range(ZONES)),
            },
        )
        await session.execute(_WORDS, {"block": block, **ids})
        await session.execute(_LENGTHS, {"block": block, "lengths": len(LENGTHS)})
    await session.execute(
        text("DELETE FROM recording_changed WHERE id = ANY(:seen)"), {"seen": list(seen)}
    )


def zones_written(spans: Iterable[tuple[int, int]]) -> bytes:
    """The zones of a block as its row has them."""
    return pack(f">{2 * ZONES}q", *(at for span in spans for at in span))


def zones_read(written: bytes) -> list[tuple[int, int]]:
    """The other way: (earliest, latest) in microseconds since 1970 UTC."""
    ends = unpack(f">{2 * ZONES}q", written)
    return list(zip(ends[::2], ends[1::2], strict=True))

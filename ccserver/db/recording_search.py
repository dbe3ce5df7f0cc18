"""Which recordings are wanted: any filters together, newest first, in about the same time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    any_,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db.codec import id_number
from ccserver.db.history import BadCursorError, uuid_of
from ccserver.db.recording_filter import RecordingFilter, fits_of, groups_of, says
from ccserver.db.recording_index import ZONE_BITS, zones_read
from ccserver.db.recording_tables import (
    BLOCK_BITS,
    BLOCK_SIZE,
    PART_BITS,
    RecordingRow,
    SearchBlockRow,
    SearchChangeRow,
    TranscriptRow,
)
from ccserver.db.recordings import FoundRecording, found_recordings

LIMIT_MAX = 200

COMMON = 25
"""Words are common when so many recordings of the newest part hold them."""
TEXTS_MAX = 5000
"""So many recordings with words that are not common are looked at, and no more."""

BLOCKS_FIRST = 2
"""Most searches end in the newest blocks."""

TEXT_ROWS_MAX = 2000
"""With more than so many rows it is looked first which of them hold the words."""

ROWS_MAX = 4000
"""How many rows are held against the filters at once, at most."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)
_ZONE_BYTES = (1 << ZONE_BITS) // 8
_EMPTY_ZONE = bytes(_ZONE_BYTES)
_SET_BITS = tuple(
    tuple(bit for bit in range(8) if byte & 0x80 >> bit) for byte in range(256)
)  # the bits of a byte, first to last

Key = tuple[datetime, int]
"""When a recording begins, and its id: the list's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPage:
    """Recordings, newest first."""

    recordings: tuple[FoundRecording, ...]
    next: str | None
    """Give it as `after` for the page that follows. None: this was the last."""


async def search(
    session: AsyncSession, wanted: RecordingFilter, *, after: str | None = None, limit: int = 50
) -> RecordingPage:
    """The recordings that fit, newest first, `limit` (200 at most) a page. Raises
    history.BadCursorError.

    A page starts where the last one ended, wherever that now is.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    found = await keys(session, wanted, after=after, limit=limit + 1)
    page = found[:limit]
    return RecordingPage(
        recordings=await found_recordings(session, [number for _, number in page]),
        next=cursor(page[-1]) if len(found) > limit else None,
    )


async def keys(
    session: AsyncSession, wanted: RecordingFilter, *, after: str | None, limit: int
) -> list[Key]:
    """The first recordings that fit, newest first. Raises history.BadCursorError."""
    # Compiling a query takes longer than any of these takes.
    await session.execute(text("SET LOCAL jit = off"))
    fits = fits_of(wanted)
    if after is not None:
        fits.append(tuple_(RecordingRow.started_at, RecordingRow.id) < tuple_(*place(after)))
    if chosen := _chosen(wanted):
        return await _among(session, chosen, fits, limit)
    said = await _said(session, wanted.text) if wanted.text else None
    if said is not None:
        return await _among(session, [_these(said)], fits, limit)
    groups = groups_of(wanted)
    if not (groups or wanted.text):
        return await _in_order(session, fits, limit)
    until = wanted.until or _END
    if after is not None:
        until = min(until, place(after)[0] + timedelta(microseconds=1))
    search = _Search(session, fits, limit)
    # First what changed: a block that is made meanwhile is then seen as it has become.
    await search.among_changed()
    span = wanted.since or _BEGINNING, until
    if groups:
        await search.in_blocks(groups, wanted.text, *span)
    else:
        await search.in_texts(wanted.text, *span)
    return search.found


def cursor(key: Key) -> str:
    """The place in the list after this recording."""
    # Whole microseconds, which is what the database has: a float would lose some.
    return f"{_microseconds(key[0])}.{key[1]}"


def place(after: str) -> Key:
    """The place that a cursor names. Raises history.BadCursorError."""
    microseconds, _, number = after.partition(".")
    try:
        key = _EPOCH + timedelta(microseconds=int(microseconds)), int(number)
    except (ValueError, OverflowError) as error:
        raise BadCursorError(after) from error
    if not 0 <= key[1] < 2**63:
        raise BadCursorError(after)
    return key


# -- many recordings


async def _in_order(
    session: AsyncSession, fits: list[ColumnElement[bool]], limit: int
) -> list[Key]:
    """Along the index of time."""
    row = RecordingRow
    newest_first = (row.started_at.desc(), row.id.desc())
    query = select(row.started_at, row.id).where(*fits).order_by(*newest_first).limit(limit)
    return [(at, number) for at, number in await session.execute(query)]


async def _among(
    session: AsyncSession,
    chosen: list[ColumnElement[bool]],
    fits: list[ColumnElement[bool]],
    limit: int,
) -> list[Key]:
    """Of those that are chosen, which are few."""
    # Looked up first, and put in order then: PostgreSQL must not think of walking along all of
    # them in their order until enough of these have come by.
    few = (
        select(RecordingRow.started_at, RecordingRow.id)
        .where(*chosen, *fits)
        .cte("few")
        .prefix_with("MATERIALIZED")
    )
    query = select(few).order_by(few.c.started_at.desc(), few.c.id.desc()).limit(limit)
    return [(at, number) for at, number in await session.execute(query)]


def _these(ids: Sequence[int]) -> ColumnElement[bool]:
    return RecordingRow.id == any_(literal(ids, ARRAY(BigInteger)))


def _chosen(wanted: RecordingFilter) -> list[ColumnElement[bool]]:
    """What has an index of its own: of one contact, customer or number there are few."""
    row = RecordingRow
    chosen: list[ColumnElement[bool]] = []
    if wanted.contact is not None:
        chosen.append(row.contact.in_([key] if (key := uuid_of(wanted.contact)) else ()))
    if wanted.customer is not None:
        # An id that can be none is nobody's.
        number = id_number(wanted.customer)
        chosen.append(row.customer_id.in_(() if number is None else (number,)))
    if wanted.numbers:
        chosen.append(row.caller.in_(wanted.numbers))
    return chosen


async def _said(session: AsyncSession, words: str) -> list[int] | None:
    """The recordings in which all of these words were said; None: they are common."""
    row = TranscriptRow
    query = select(row.recording)
    if (newest := await session.scalar(select(func.max(row.recording)))) is not None:
        part = newest >> PART_BITS
        some = await session.scalars(query.where(says(words, [part - 1, part])).limit(COMMON))
        if len(some.all()) == COMMON:
            return None
    found = (await session.scalars(query.where(says(words)).limit(TEXTS_MAX + 1))).all()
    return list(found) if len(found) <= TEXTS_MAX else None


_BLOCKS = text(f"""
SELECT b.block, b.last_at, b.zones, m.bits
FROM recording_block AS b CROSS JOIN LATERAL (
  SELECT bit_and(bits) AS bits FROM (
    SELECT bit_or(w.bits) AS bits
    FROM unnest(CAST(:words AS text[]), CAST(:numbers AS integer[])) AS asked (word, number)
    JOIN recording_word AS w ON w.block = b.block AND w.word = asked.word
    GROUP BY asked.number
  ) AS one HAVING count(*) = :groups AND bit_and(bits) <> 0::bit({BLOCK_SIZE})
) AS m
WHERE b.last_at >= :since AND b.first_at < :until AND (b.last_at, b.block) < (:last_at, :last)
ORDER BY b.last_at DESC, b.block DESC LIMIT :most
""")  # noqa: S608 -- a number of ours


_Zone = tuple[int, int, bytes]
"""A thousand recordings among which some may fit: when the latest of all begins (microseconds since
1970 UTC), what their ids have in common (id >> 10), and a bit for each. There may be thousands."""


class _Search:
    """One search in the blocks. `found` is the best that there is so far, in order."""

    def __init__(self, session: AsyncSession, fits: list[ColumnElement[bool]], limit: int) -> None:
        self._session = session
        self._fits = fits
        self._limit = limit
        # Nearly all that the index names fit.
        self._rows = limit + limit // 4
        self.found: list[Key] = []

    async def among_changed(self) -> None:
        """Look at what is in no block as it is now."""
        changed = RecordingRow.id == any_(
            func.array(select(SearchChangeRow.recording).distinct().scalar_subquery())
        )
        self._add(await _among(self._session, [changed], self._fits, self._limit))

    async def in_blocks(
        self, groups: list[tuple[str, ...]], words: str, since: datetime, until: datetime
    ) -> None:
        """Go through the blocks, the newest first, until nothing older can be among the first."""
        asked = [(word, number) for number, group in enumerate(groups) for word in group]
        values = {
            "words": [word for word, _ in asked],
            "numbers": [number for _, number in asked],
            "groups": len(groups),
            "since": since,
            "until": until,
        }
        last_at, last, most = _END, 0, BLOCKS_FIRST
        span = _microseconds(since), _microseconds(until)
        while not self._has_all_after(_microseconds(last_at)):
            blocks = (
                await self._session.execute(
                    _BLOCKS, values | {"last_at": last_at, "last": last, "most": most}
                )
            ).all()
            zones = [zone for block in blocks for zone in _zones(block, block.bits.bytes, span)]
            if words and sum(_bits(zone[2]).bit_count() for zone in zones) > TEXT_ROWS_MAX:
                parts = [part for block in blocks for part in _parts(block.block)]
                zones = await self._among_said(zones, words, parts)
            await self._in_zones(zones)
            if len(blocks) < most:
                return
            last_at, last = blocks[-1].last_at, blocks[-1].block
            most *= 4

    async def _among_said(
        self, zones: list[_Zone], words: str, parts: Sequence[int]
    ) -> list[_Zone]:
        """Only those in which these words were said, unless that is hardly a choice."""
        query = select(TranscriptRow.recording).where(says(words, parts)).limit(TEXTS_MAX + 1)
        ids = (await self._session.scalars(query)).all()
        if len(ids) > TEXTS_MAX:
            return zones
        said = _by_zone(ids)
        return [
            (last, number, (_bits(bits) & said[number]).to_bytes(_ZONE_BYTES))
            for last, number, bits in zones
            if number in said
        ]

    async def in_texts(self, words: str, since: datetime, until: datetime) -> None:
        """The same for words that were said in many: they are in the newest parts too."""
        row = SearchBlockRow
        blocks = await self._session.execute(
            select(row.block, row.zones).where(row.last_at >= since, row.first_at < until)
        )
        lasts: dict[int, dict[int, int]] = {}
        for block, written in blocks:
            for zone, (_, last) in enumerate(zones_read(written), _first_zone(block)):
                lasts.setdefault(zone >> PART_BITS - ZONE_BITS, {})[zone] = last
        newest_first = sorted(lasts, key=lambda part: max(lasts[part].values()), reverse=True)
        begin, many = 0, 1
        while newest := newest_first[begin : begin + many]:
            if self._has_all_after(max(lasts[newest[0]].values())):
                return
            query = select(TranscriptRow.recording).where(says(words, newest))
            said = _by_zone(await self._session.scalars(query))
            await self._in_zones(
                [
                    (last, zone, said[zone].to_bytes(_ZONE_BYTES))
                    for part in newest
                    for zone, last in lasts[part].items()
                    if zone in said
                ]
            )
            begin, many = begin + many, 4 * many

    async def _in_zones(self, zones: list[_Zone]) -> None:
        ids: list[int] = []
        for last, number, bits in sorted(zones, reverse=True):
            if len(ids) >= self._rows:
                await self._hold_against(ids)
                ids = []
            if self._has_all_after(last):
                break
            ids += _ids(number << ZONE_BITS, bits)
        if ids:
            await self._hold_against(ids)

    async def _hold_against(self, ids: list[int]) -> None:
        self._add(await _among(self._session, [_these(ids)], self._fits, self._limit))
        self._rows = min(2 * self._rows, ROWS_MAX)

    def _add(self, keys: list[Key]) -> None:
        self.found = sorted({*self.found, *keys}, reverse=True)[: self._limit]

    def _has_all_after(self, at: int) -> bool:
        """Whether nothing that begins then or before can be among the first any more."""
        return len(self.found) == self._limit and _microseconds(self.found[-1][0]) > at


def _zones(block: Any, bits: bytes, span: tuple[int, int]) -> list[_Zone]:
    """Those of a block that hold a set bit, and a recording of that time."""
    since, until = span
    first_zone = _first_zone(block.block)
    return [
        (last, first_zone + place, part)
        for place, (first, last) in enumerate(zones_read(block.zones))
        if last >= since
        and first < until
        and (part := bits[place * _ZONE_BYTES : (place + 1) * _ZONE_BYTES]) != _EMPTY_ZONE
    ]


def _parts(block: int) -> range:
    first = block << BLOCK_BITS - PART_BITS
    return range(first, first + (1 << BLOCK_BITS - PART_BITS))


def _first_zone(block: int) -> int:
    return block << BLOCK_BITS - ZONE_BITS


def _by_zone(ids: Iterable[int]) -> dict[int, int]:
    """The bits of these recordings, as a number."""
    zones: dict[int, int] = {}
    for number in ids:
        zone, place = divmod(number, 1 << ZONE_BITS)
        zones[zone] = zones.get(zone, 0) | 1 << (1 << ZONE_BITS) - 1 - place
    return zones


def _bits(zone: bytes) -> int:
    return int.from_bytes(zone)


def _ids(first: int, bits: bytes) -> Iterator[int]:
    for place, byte in enumerate(bits):
        if byte:
            for bit in _SET_BITS[byte]:
                yield first + 8 * place + bit


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)

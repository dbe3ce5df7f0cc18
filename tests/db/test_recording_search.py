"""The search for recordings finds what each row says, whatever the index knows of it."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.history import BadCursorError
from ccserver.db.recording_filter import Hearer, RecordingFilter
from ccserver.db.recording_index import (
    ZONES,
    index_recordings,
    keep_index,
    lengths_of,
    make_block,
    zones_read,
    zones_written,
)
from ccserver.db.recording_search import RecordingPage, place, search
from ccserver.db.recording_tables import BLOCK_SIZE
from ccserver.db.recordings import recording, set_disposition, set_tags

T0 = datetime(2026, 1, 1, tzinfo=UTC)
AGENTS = tuple(AgentId(name) for name in ("anna", "bob", "cleo"))
QUEUES = tuple(Queue(name) for name in ("sales", "service"))
WORDS = ("refund", "contract", "thanks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A recording as the test knows it."""

    id: int
    kind: str
    direction: str
    queue: Queue | None
    caller: str
    customer: int | None
    started_at: datetime
    seconds: float
    """What the file says; the events say a second more."""
    is_read: bool
    """The file was read, so that its length is known."""
    disposition: str | None
    fault: str
    agents: frozenset[AgentId]
    tags: frozenset[str]
    words: frozenset[str]

    @property
    def contact(self) -> ContactId:
        return ContactId(str(UUID(int=self.id)))

    @property
    def source(self) -> str:
        return self.contact if self.kind == "contact" else f"{self.contact}-{self.id}"

    @property
    def length(self) -> float:
        return self.seconds if self.is_read else self.seconds + 1

    def fits(self, wanted: RecordingFilter) -> bool:
        """What the search is to agree with, said in another way."""
        heard = wanted.hearer
        return all(
            (
                wanted.since is None or self.started_at >= wanted.since,
                wanted.until is None or self.started_at < wanted.until,
                wanted.agents is None or self.agents & set(wanted.agents),
                wanted.queue in (None, self.queue),
                not wanted.numbers or self.caller in wanted.numbers,
                wanted.customer is None or wanted.customer == str(self.customer),
                wanted.disposition in (None, self.disposition),
                self.tags >= set(wanted.tags),
                wanted.kind in (None, self.kind),
                wanted.direction in (None, self.direction),
                wanted.seconds_min is None or self.length >= wanted.seconds_min,
                wanted.seconds_max is None or self.length <= wanted.seconds_max,
                self.fault or not wanted.fault,
                wanted.contact in (None, self.contact),
                self.words >= set(wanted.text.split()),
                heard is None
                or heard.agent in self.agents
                or (self.kind == "voicemail" and self.queue in heard.queues),
            )
        )


def made(luck: random.Random, number: int) -> Made:
    kind = luck.choice(("contact", "contact", "contact", "consult", "voicemail"))
    return Made(
        id=number,
        kind=kind,
        direction=luck.choice(("inbound", "outbound")),
        queue=luck.choice((*QUEUES, *QUEUES, None)),
        caller=luck.choice(("+861", "+862", "")),
        customer=luck.choice((None, 1, 2)),
        # Some begin at the very same time, and some long before others that were written earlier.
        started_at=T0 + timedelta(minutes=number // 2 - luck.choice((0, 0, 0, 3000))),
        seconds=luck.choice((5.0, 10.0, 29.0, 30.0, 595.0, 600.0, 8000.0)),
        is_read=luck.random() < 0.5,
        disposition=luck.choice((None, "sold", "lost")),
        fault=luck.choice(("", "", "short")),
        agents=frozenset(() if kind == "voicemail" else luck.sample(AGENTS, luck.randint(0, 2))),
        tags=frozenset(luck.sample(("vip", "angry"), luck.randint(0, 2))),
        words=frozenset(luck.sample(WORDS, luck.randint(0, 3))),
    )


def asked(luck: random.Random) -> RecordingFilter:
    """Some filters together."""
    at = T0 + timedelta(minutes=luck.randint(-100, 100))
    values: dict[str, Sequence[Any]] = {
        "since": (at,),
        "until": (at, T0 + timedelta(minutes=50)),
        "agents": ((), AGENTS[:1], AGENTS[1:]),
        "queue": (*QUEUES, Queue("none")),
        "numbers": (("+861",), ("+862", "2")),
        "customer": (CustomerId("1"), CustomerId("no id")),
        "disposition": ("sold", "lost"),
        "tags": (("vip",), ("angry", "vip")),
        "kind": ("contact", "voicemail"),
        "direction": ("inbound",),
        "seconds_min": (0.0, 11.0, 30.0, 600.0),
        "seconds_max": (9.0, 29.5, 600.0, 90_000.0),
        "fault": (True,),
        "contact": (ContactId(str(UUID(int=7))), ContactId("none")),
        "text": ("refund", "contract thanks", "nothing"),
        "hearer": (
            Hearer(agent=AGENTS[0], queues=frozenset(QUEUES[:1])),
            Hearer(agent=None, queues=frozenset()),
        ),
    }
    assert values.keys() == {field.name for field in fields(RecordingFilter)}
    chosen = luck.sample(list(values), luck.choice((0, 1, 1, 2, 2, 3, 4)))
    return RecordingFilter(**{name: luck.choice(values[name]) for name in chosen})


async def write(database: str, *all_of: Made) -> None:
    """As the journal and the archive would."""
    line = await asyncpg.connect(database)
    for one in all_of:
        await line.execute(
            "INSERT INTO recording (id, source, kind, contact, direction, queue, caller,"
            " customer_id, started_at, ended_at, disposition, fault, seconds)"
            " OVERRIDING SYSTEM VALUE"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            *(one.id, one.source, one.kind, UUID(one.contact), one.direction, one.queue),
            *(one.caller, one.customer, one.started_at),
            one.started_at + timedelta(seconds=one.seconds + 1),
            *(one.disposition, one.fault, one.seconds if one.is_read else None),
        )
        for agent in one.agents:
            await line.execute(
                "INSERT INTO recording_party VALUES ($1, $2, $3)", one.source, agent, one.started_at
            )
        for tag in one.tags:
            await line.execute(
                "INSERT INTO recording_tag VALUES ($1, $2, $3)", one.id, tag, one.started_at
            )
        if one.words:
            await line.execute(
                "INSERT INTO transcript (recording, language, model, parts, text)"
                " VALUES ($1, 'en', 'm', '[]', $2)",
                *(one.id, " ".join(sorted(one.words))),
            )
        if one.kind == "voicemail":
            await line.execute(
                "INSERT INTO voicemail (file, contact, queue, caller, started_at, ended_at, state,"
                " changed_at) VALUES ($1, $2, $3, '', $4, $4, 'new', $4)",
                *(one.source, UUID(one.contact), one.queue or "", one.started_at),
            )
    await line.close()


async def pages(
    sessions: async_sessionmaker[AsyncSession], wanted: RecordingFilter, limit: int
) -> list[RecordingPage]:
    """All pages of an answer."""
    found: list[RecordingPage] = []
    after = None
    while True:
        async with sessions() as session:
            found.append(await search(session, wanted, after=after, limit=limit))
        after = found[-1].next
        if after is None:
            return found


def expected(all_of: Sequence[Made], wanted: RecordingFilter) -> list[int]:
    fit = [one for one in all_of if one.fits(wanted)]
    return [one.id for one in sorted(fit, key=lambda one: (one.started_at, one.id), reverse=True)]


@pytest.mark.db
@pytest.mark.parametrize("seed", range(2))
async def test_any_filters_find_what_the_rows_say(
    database: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    luck = random.Random(seed)
    # Words are common at once, and few rows are many, so that each way through is gone.
    for name, value in (("COMMON", 3), ("TEXTS_MAX", 20), ("TEXT_ROWS_MAX", 5), ("ROWS_MAX", 8)):
        monkeypatch.setattr(f"ccserver.db.recording_search.{name}", value)
    # In three blocks, the middle one begun in the midst of a zone.
    ids = (
        *range(1, 40),
        *range(BLOCK_SIZE - 20, BLOCK_SIZE + 20),
        *range(5 * BLOCK_SIZE, 5 * BLOCK_SIZE + 40),
    )
    all_of = [made(luck, number) for number in ids]
    await write(database, *all_of)
    sessions = sessions_of(engine_for(database, connections=1))
    for blocks in ((), (0,), (0, 1, 5)):
        for block in blocks:
            async with sessions.begin() as session:
                await make_block(session, block)
        for _ in range(25):
            wanted = asked(luck)
            found = await pages(sessions, wanted, luck.choice((3, 20, 200)))
            told = [one.id for page in found for one in page.recordings]
            assert told == expected(all_of, wanted), wanted


@pytest.mark.db
async def test_what_is_changed_is_found_as_it_is_now(database: str) -> None:
    luck = random.Random(1)
    all_of = [made(luck, number) for number in range(1, 30)]
    await write(database, *all_of)
    sessions = sessions_of(engine_for(database, connections=1))
    assert await index_recordings(sessions, changes_max=0) == 1
    async with sessions.begin() as session:
        one = await recording(session, 3)
        assert one is not None
        await set_tags(session, one, {"new"})
        await set_disposition(session, one, "won")
    changed = [
        replace(one, tags=frozenset({"new"}), disposition="won") if one.id == 3 else one
        for one in all_of
    ]
    for _ in range(2):
        for wanted in (
            RecordingFilter(tags=("new",)),
            RecordingFilter(tags=("vip",)),
            RecordingFilter(disposition="won"),
            RecordingFilter(disposition="sold"),
        ):
            (page,) = await pages(sessions, wanted, 200)
            assert [one.id for one in page.recordings] == expected(changed, wanted)
        assert await index_recordings(sessions, changes_max=100) == 0
        await index_recordings(sessions, changes_max=0)


@pytest.mark.db
async def test_a_change_that_is_not_committed_yet_stays_among_the_changes(database: str) -> None:
    await write(database, made(random.Random(1), 1))
    sessions = sessions_of(engine_for(database, connections=2))
    async with sessions.begin() as session:
        await session.execute(text("UPDATE recording SET disposition = 'late'"))
        assert await index_recordings(sessions, changes_max=0) == 1
    (page,) = await pages(sessions, RecordingFilter(disposition="late"), 10)
    assert len(page.recordings) == 1


async def test_an_index_that_cannot_be_made_now_is_put_off() -> None:
    sessions = sessions_of(engine_for("postgresql://cc@127.0.0.1:1/cc", connections=0))
    with structlog.testing.capture_logs() as logs:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await keep_index(sessions)
    assert [one["event"] for one in logs] == ["the index of recordings is put off"]


@pytest.mark.db
@pytest.mark.parametrize("after", ["", "1", "x.1", "1.x", f"{10**30}.1", f"1.{2**63}", "1.-1"])
async def test_a_place_that_is_none_is_refused(database: str, after: str) -> None:
    async with sessions_of(engine_for(database, connections=0))() as session:
        with pytest.raises(BadCursorError):
            await search(session, RecordingFilter(), after=after)


def test_a_cursor_names_a_place_to_the_microsecond() -> None:
    assert place("1700000000000001.7") == (
        datetime(2023, 11, 14, 22, 13, 20, 1, tzinfo=UTC),
        7,
    )


def test_lengths_are_told_by_the_edges_around_them() -> None:
    assert lengths_of(None, None) == ()
    assert lengths_of(10, 29) == ("from=1", "upto=1")
    assert lengths_of(9, 7200) == ()
    assert lengths_of(8000, 5) == ("from=13", "upto=0")


def test_zones_are_read_as_they_were_written() -> None:
    spans = [(number, number + 1) for number in range(ZONES)]
    assert zones_read(zones_written(spans)) == spans

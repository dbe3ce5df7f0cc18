"""PostgreSQL goes away and comes back: nothing is lost, nothing is there twice."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from ccserver.core.center import Center
from ccserver.db.engine import engine_for
from ccserver.db.held import AwayError, Held
from ccserver.db.journal import LOST, Journal
from ccserver.db.migrate import upgrade
from ccserver.db.spool import Spool
from ccserver.db.story import first_difference, replay
from ccserver.local.postgres import Postgres, start_postgres
from ccserver.local.processes import until
from tests.db.calls import Site
from tests.db.parts import running

pytestmark = [pytest.mark.db, pytest.mark.timeout(60)]


class Server:
    """A PostgreSQL of the test's own, which may be killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._running = self._start()
        self.dsn = self._running.dsn

    def _start(self) -> Postgres:
        return start_postgres(self._home, durable=False, lasting=False)

    def kill(self) -> None:
        """As a crash would: PostgreSQL calls it immediate shutdown."""
        self._running.running.stop(signal.SIGQUIT)

    def start(self) -> None:
        self._running = self._start()


@pytest.fixture
def server(servers_home: Path) -> Iterator[Server]:
    made = Server(servers_home / f"own-{uuid4().hex[:8]}")
    yield made
    made.kill()


async def is_whole(dsn: str, run: UUID, site: Site) -> None:
    """Every entry of the site is in the database, once, and replays."""
    engine = engine_for(dsn, connections=0)
    async with aclosing(replay(engine, run)) as handled:
        assert [one.seq async for one in handled] == [entry[0] for entry in site.entries]
    async with aclosing(replay(engine, run)) as handled:
        assert await first_difference(handled, Center().handle) is None
    await engine.dispose()
    connection = await asyncpg.connect(dsn)
    names = [type(command).__name__ for entry in site.entries for command in entry[3]]
    for table, name in (("segment", "SaveSegment"), ("agent_interval", "SaveAgentInterval")):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == names.count(name)
    assert await connection.fetchval("SELECT count(*) FROM contact WHERE ended_at IS NULL") == 0
    await connection.close()


def spooled(folder: Path) -> list[Path]:
    """The files that wait on disk."""
    return [file for file in folder.glob("*.jsonl") if file.stat().st_size]


async def until_spooled(folder: Path) -> None:
    """Wait until something lies on disk."""
    assert await asyncio.to_thread(until, lambda: bool(spooled(folder)), 10.0)


async def test_a_crash_of_postgresql_loses_nothing_and_doubles_nothing(
    server: Server, tmp_path: Path
) -> None:
    await upgrade(server.dsn)
    site, run = Site(), uuid4()
    journal = Journal(server.dsn, run, tmp_path, now=lambda: site.now)
    put = 0

    def more(calls: range) -> None:
        nonlocal put
        for n in calls:
            site.call(n)
        for entry in site.entries[put:]:
            journal.put(*entry)
        put = len(site.entries)

    async with running(journal.run()):
        more(range(50))
        await journal.written()
        # Batches are on their way when it dies, so that some have an unknown fate.
        more(range(50, 150))
        await asyncio.sleep(0)
        await asyncio.to_thread(server.kill)
        more(range(150, 300))
        await until_spooled(tmp_path)
        await asyncio.to_thread(server.start)
        more(range(300, 400))
        async with asyncio.timeout(30):
            await journal.written()
    assert not spooled(tmp_path)
    await is_whole(server.dsn, run, site)


async def test_what_a_killed_run_left_on_disk_is_written_by_the_next(
    database: str, tmp_path: Path
) -> None:
    site, run = Site(), uuid4()
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    journal = Journal(nowhere, run, tmp_path, now=lambda: site.now)
    for n in range(30):
        site.call(n)
    for entry in site.entries:
        journal.put(*entry)
    async with running(journal.run()):
        await until_spooled(tmp_path)
    heir = Journal(database, uuid4(), tmp_path, now=lambda: site.now)
    await heir.drain()
    await is_whole(database, run, site)
    assert not spooled(tmp_path)


async def test_with_neither_database_nor_disk_the_loss_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccserver.db.journal.WAITING_MAX", 10)
    monkeypatch.setattr("ccserver.db.journal.LAST_FLUSH_SECONDS", 0.2)
    site, lost = Site(), LOST._value.get()
    site.call(1)
    journal = Journal(
        "postgresql://nobody@127.0.0.1:1/none",
        uuid4(),
        tmp_path,
        now=lambda: site.now,
        spool_max_bytes=1,
    )
    for entry in site.entries:
        journal.put(*entry)
    async with running(journal.run()):
        await asyncio.sleep(0)
    assert LOST._value.get() - lost == len(site.entries)


async def test_a_line_on_disk_that_is_no_batch_stops_nothing(database: str, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for line in (b"nonsense\n", b"[1,2]\n", b"{}\n"):
        spool.append(line)
    spool.close()
    site = Site()
    journal = Journal(database, uuid4(), tmp_path, now=lambda: site.now)
    await journal.drain()
    assert not spooled(tmp_path)


async def test_held_connections_come_back(server: Server) -> None:
    held = Held(server.dsn, connections=2, query_seconds=5)
    async with running(held.run()):
        await held.ready()
        assert (await held.fetch("SELECT $1::int", 7))[0][0] == 7
        await asyncio.to_thread(server.kill)
        with pytest.raises(AwayError):
            await held.fetch("SELECT 1")
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(20):
            await held.ready()
        assert (await held.fetch("SELECT $1::int", 8))[0][0] == 8


async def test_a_slow_answer_costs_one_connection_and_no_more(database: str) -> None:
    held = Held(database, connections=2, query_seconds=5)
    async with running(held.run()):
        await held.ready()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await held.fetch("SELECT pg_sleep(30)")
        for _ in range(10):
            assert (await held.fetch("SELECT 1"))[0][0] == 1


async def test_many_who_ask_at_once_are_all_answered(database: str) -> None:
    held = Held(database, connections=2, query_seconds=5)
    answers: list[int] = []

    async def ask(n: int) -> None:
        answers.append((await held.fetch("SELECT $1::int", n))[0][0])

    async with running(held.run()):
        await held.ready()
        async with asyncio.TaskGroup() as group:
            for n in range(200):
                group.create_task(ask(n))
    assert sorted(answers) == list(range(200))


async def test_what_is_in_the_spool_is_settled(server: Server, tmp_path: Path) -> None:
    site = Site()
    site.call(1)
    journal = Journal(server.dsn, uuid4(), tmp_path, now=lambda: site.now)
    async with running(journal.run()):
        await journal.settled()
        for entry in site.entries[:2]:
            journal.put(*entry)
        await journal.settled()
        server.kill()
        for entry in site.entries[2:]:
            journal.put(*entry)
        async with asyncio.timeout(10):
            await journal.settled()
        assert not Spool(tmp_path).empty

"""Connections that are held open, for the two that cannot wait: the look-up and the journal.

A query over a held asyncpg connection with a prepared statement costs a fifth of one through a
pool, because nothing is reset and nothing is pinged. An asyncpg connection does one thing at a
time, so there are a few, handed out in the order in which they were asked for.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

if TYPE_CHECKING:
    from asyncpg.prepared_stmt import PreparedStatement

CONNECT_SECONDS = 5.0
RETRY_FIRST_SECONDS = 0.05
RETRY_MAX_SECONDS = 2.0
CLOSE_SECONDS = 1.0

log = structlog.get_logger()


class AwayError(ConnectionError):
    """PostgreSQL cannot be reached, did not answer in time, or cannot work just now."""


class _Line:
    """One connection and the statements that were prepared on it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.lost = asyncio.Event()
        self._connection = connection
        self._statements: dict[str, PreparedStatement[asyncpg.Record]] = {}
        connection.add_termination_listener(lambda _: self.lost.set())

    async def fetch(self, query: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        statement = self._statements.get(query)
        if statement is None:
            statement = self._statements[query] = await self._connection.prepare(query)
        return await statement.fetch(*values)

    async def close(self) -> None:
        try:
            if not self.lost.is_set():
                await self._connection.close(timeout=CLOSE_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass  # It is gone already, which is what was wanted.
        finally:
            self._connection.terminate()


class Held:
    """A few connections that `run` keeps alive. A query is one statement, committed by itself."""

    def __init__(self, dsn: str, *, connections: int, query_seconds: float) -> None:
        """A query that takes longer than `query_seconds` gives AwayError and a new connection."""
        self._dsn = dsn
        self._connections = connections
        self._query_seconds = query_seconds
        self._free: asyncio.Queue[_Line] = asyncio.Queue()
        self._alive = 0
        self._up = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether any connection is there."""
        return self._alive > 0

    async def ready(self) -> None:
        """Wait until a connection is there."""
        await self._up.wait()

    async def run(self) -> None:
        """Connect, and connect again whenever a connection is lost, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._connections):
                group.create_task(self._keep())

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of one query. Raises AwayError; asyncpg's DataError and integrity errors pass.

        A query that is cancelled from outside, say by a time limit, costs its connection: whether
        the server is slow or gone cannot be told, and the next caller must not wait for it.
        """
        if not self.up:
            raise AwayError("no connection")
        try:
            async with asyncio.timeout(self._query_seconds):
                line = await self._take()
                return await self._fetch(line, query, values)
        except TimeoutError as error:
            raise AwayError("no answer in time") from error

    async def _take(self) -> _Line:
        while True:
            line = await self._free.get()
            if not line.lost.is_set():
                return line

    async def _fetch(self, line: _Line, query: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        good = False
        try:
            rows = await line.fetch(query, values)
            good = True
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
            good = True
            raise
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # Whatever else goes wrong (a shutdown, a full disk, a plan that a migration made
            # invalid) is the server's state and not the query's fault.
            raise AwayError(type(error).__name__) from error
        finally:
            if good and not line.lost.is_set():
                self._free.put_nowait(line)
            else:
                line.lost.set()
        return rows

    async def _keep(self) -> None:
        wait = RETRY_FIRST_SECONDS
        while True:
            try:
                line = await self._connect()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if wait == RETRY_FIRST_SECONDS:  # once an outage, not once a try
                    log.warning("database_away", error=type(error).__name__)
                await asyncio.sleep(wait)
                wait = min(2 * wait, RETRY_MAX_SECONDS)
                continue
            wait = RETRY_FIRST_SECONDS
            self._alive += 1
            self._up.set()
            self._free.put_nowait(line)
            try:
                await line.lost.wait()
            finally:
                self._alive -= 1
                if not self._alive:
                    self._up.clear()
                await line.close()
            await asyncio.sleep(RETRY_FIRST_SECONDS)

    async def _connect(self) -> _Line:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_SECONDS,
            server_settings={
                "application_name": "ccserver",
                # The same few statements for ever: planning them each time would cost more than
                # running them.
                "plan_cache_mode": "force_generic_plan",
                "jit": "off",
                # What is committed is on disk, whatever the server's default is.
                "synchronous_commit": "on",
            },
        )
        return _Line(connection)

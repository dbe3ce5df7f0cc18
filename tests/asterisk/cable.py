"""A cable that can be cut: a TCP proxy between ccserver and Asterisk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cable:
    """Carries bytes both ways between its own port and another, until it is cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._cut = False
        self._silent = False
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._ends |= {writer, far_writer}
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._one_way(reader, far_writer))
                group.create_task(self._one_way(far_reader, writer))

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self._silent:
                    continue
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Break every connection, and let no new one through."""
        self._cut = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def hush(self) -> None:
        """Keep every connection, and let nothing through: as when a firewall forgets them."""
        self._silent = True

    def mend(self) -> None:
        self._cut = self._silent = False


@asynccontextmanager
async def cable(to_port: int) -> AsyncIterator[Cable]:
    laid = Cable(to_port)
    server = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
        laid.cut()

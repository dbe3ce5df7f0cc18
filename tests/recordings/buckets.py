"""A real server that speaks S3, on this machine, for whoever tests with a bucket."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx
from moto.server import ThreadedMotoServer

from ccserver.recordings.store import BucketStore

_names = count()


class Server:
    """It answers between `start` and `stop`, always at the same port."""

    def __init__(self, port: int = 0) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
        self._server.start()
        host, self.port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{self.port}"

    def stop(self) -> None:
        """From now on nobody answers, and what it held is forgotten."""
        self._server.stop()

    @property
    def options(self) -> dict[str, str]:
        """As a bucket's options."""
        return {
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": "me",
            "secret_access_key": "mine",
        }

    async def bucket(self) -> BucketStore:
        """A new bucket, with nothing in it."""
        name = f"bucket-{next(_names)}"
        await self.make(name)
        return BucketStore(f"s3://{name}/calls", self.options)

    async def make(self, name: str) -> None:
        """Make a bucket of this name."""
        answer = await asyncio.to_thread(httpx.put, f"{self.endpoint}/{name}")
        answer.raise_for_status()


@contextmanager
def server() -> Iterator[Server]:
    """A server that stops at the end."""
    running = Server()
    yield running
    running.stop()

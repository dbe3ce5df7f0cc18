"""Runs the web application inside main's task group."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from ccserver.web.screen import MESSAGE_BYTES_MAX
from ccserver.web.socket import LiveSocket

PING_SECONDS = 5.0
PONG_SECONDS = 8.0
"""A peer that is gone is noticed within the two together."""

SHUTDOWN_SECONDS = 2
_BACKLOG = 2048


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are main's business."""
        yield


async def serve_web(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    tls: tuple[Path, Path] | None = None,
    on_bound: Callable[[int], None] | None = None,
) -> None:
    """Serve until cancelled, then let go of every connection within seconds.

    `tls`: the certificate and its key (PEM files); without, in the clear. `on_bound` is told the
    port, which matters when `port` is 0. Raises OSError when the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    certificate, key = tls or (None, None)
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    config = uvicorn.Config(
        app,
        http="httptools",
        ws=LiveSocket,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws_max_size=MESSAGE_BYTES_MAX,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = _Server(config)
    if on_bound is not None:
        on_bound(listener.getsockname()[1])
    try:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve([listener]), name="web")
            try:
                # Being cancelled must not cancel the server: it has connections to close.
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                server.should_exit = True
                await serving
                raise
    finally:
        listener.close()

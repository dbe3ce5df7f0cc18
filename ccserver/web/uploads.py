"""Files that are sent over HTTP: to the disk, never into the memory as a whole."""

import asyncio
from pathlib import Path
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from ccserver.web.problems import Problem

FILE_BYTES_MAX: Final = 256 * 1024**2
_PART_BYTES: Final = 1024**2


async def receive(request: Request, file: Path) -> None:
    """Write the request's body into a file. An empty one is refused; one that is too big gets 413
    from the framework, as each route says."""
    part = bytearray()
    with await asyncio.to_thread(file.open, "wb") as out:
        try:
            async for chunk in request.stream():
                part += chunk
                if len(part) >= _PART_BYTES:
                    await asyncio.to_thread(out.write, bytes(part))
                    part.clear()
        except ClientDisconnect as error:
            raise Problem(400, "The file broke off.", "Send it once more.") from error
        await asyncio.to_thread(out.write, bytes(part))
        if not out.tell():
            raise Problem(422, "The file is empty.", "Send CSV or XLSX as the request's body.")

"""Brings leads into lists in the background, in a process of its own: one list after another."""

import asyncio
import os
import secrets
import shutil
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db import lists

AGAIN_SECONDS: Final = 5.0
AWAY: Final = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)

_log = structlog.get_logger("ccserver.dialing")


class ListImports:
    """Starts the processes. `run` lives until cancelled; with it ends what is under way.

    Files that were sent wait in `folder`, which is emptied at each start: what was not finished is
    `failed` by then and says so.
    """

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], *, dsn: str, folder: Path
    ) -> None:
        self._sessions = sessions
        self._dsn = dsn
        self._folder = folder
        self._jobs: asyncio.Queue[tuple[int, Path | None]] = asyncio.Queue()

    def place(self) -> Path:
        """Where a file is to be written that comes: a name of its own."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / secrets.token_hex(8)

    def start(self, call_list: int, file: Path | None) -> None:
        """Bring this file's leads, or those of the list's own filter. The list is `importing`."""
        self._jobs.put_nowait((call_list, file))

    async def run(self) -> None:
        """Give up what the last run has left, and then do what comes."""
        shutil.rmtree(self._folder, ignore_errors=True)
        await self._give_up(None)
        while True:
            call_list, file = await self._jobs.get()
            try:
                await self._bring(call_list, file)
            finally:
                if file is not None:
                    await asyncio.to_thread(file.unlink, missing_ok=True)

    async def _bring(self, call_list: int, file: Path | None) -> None:
        more = () if file is None else (str(file),)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ccserver", "lists", "work", str(call_list), *more,
            stdin=DEVNULL, stdout=DEVNULL,
            env={**os.environ, "CC_DSN": self._dsn},
        )  # fmt: skip
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        _log.info("leads were brought", call_list=call_list, exit_code=code)
        # One that was killed could not say so itself.
        await self._give_up(call_list)

    async def _give_up(self, call_list: int | None) -> None:
        """Say of lists that nobody fills any more that they have failed, as soon as it can be."""
        while True:
            try:
                async with self._sessions.begin() as session:
                    given_up = await lists.fail_abandoned(session, call_list)
            except AWAY as error:
                _log.warning("lists cannot be looked after", error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if given_up:
                _log.warning("imports of lists were broken off", lists=given_up)
            return

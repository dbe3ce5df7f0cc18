"""Cards that were shown before it was known who calls: the rest is looked up, and follows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from ccserver.core.ids import ContactId
from ccserver.db.customers import Card as Profile
from ccserver.web.auth import DATABASE_AWAY

LATE_CARDS_MAX: Final = 1000
_WORKERS: Final = 4

_log = structlog.get_logger("ccserver.live")


class LateCards:
    """Looks callers up. `find_profile` knows them by number; `keep` is told who it is."""

    def __init__(
        self,
        find_profile: Callable[[str], Awaitable[Profile | None]],
        keep: Callable[[ContactId, Profile], None],
    ) -> None:
        self._find_profile = find_profile
        self._keep = keep
        self._late: asyncio.Queue[tuple[ContactId, str]] = asyncio.Queue(LATE_CARDS_MAX)

    def put(self, contact: ContactId, number: str) -> None:
        """Look this number up. Never blocks; beyond LATE_CARDS_MAX a card stays as it is."""
        try:
            self._late.put_nowait((contact, number))
        except asyncio.QueueFull:
            _log.warning("too many cards wait for their look-up", contact=contact)

    async def run(self) -> None:
        """Look up until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_WORKERS):
                tasks.create_task(self._work(), name="late cards")

    async def _work(self) -> None:
        while True:
            contact, number = await self._late.get()
            try:
                profile = await self._find_profile(number)
            except DATABASE_AWAY:
                _log.warning("the database is away: a card stays without details", contact=contact)
                continue
            if profile is not None:
                self._keep(contact, profile)

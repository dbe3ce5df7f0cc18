"""Keeps the tiers of valued customers in Asterisk's own database, for when ccserver is away.

Only tiers above standard are there, by number. Up to when all changes were sent is remembered
beside them, so that a restart of either side sends only what is new.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from ccserver.ami.errors import AmiError, AmiRefused
from ccserver.ami.link import Link
from ccserver.core.value import Tier

log = structlog.get_logger("ccserver.ami")

Changes = Callable[[datetime], AsyncGenerator[tuple[str, Tier, datetime], None]]
"""Numbers whose tier changed since an instant, with tier and instant, the oldest change first."""

FAMILY: Final = "cc-tier"
_MARK_FAMILY: Final = "cc-mark"
EVERY_SECONDS: Final = 30.0
NO_LINK_SECONDS: Final = 1.0
BATCH: Final = 100
BATCH_SECONDS: Final = 0.1
"""At most 1,000 numbers a second: half a million take eight minutes and disturb no call."""

OVERLAP: Final = timedelta(minutes=10)
"""A long import shows its rows only when it ends, and clocks differ: look back this far."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TierMirror:
    """Carries changes over while the link is up."""

    def __init__(self, link: Link, changes: Changes, *, now: Callable[[], float]) -> None:
        """`changes` may raise OSError while the database is away."""
        self._link = link
        self._changes = changes
        self._now = now
        self._marked: datetime | None = None
        self._recent: dict[str, tuple[Tier, datetime]] = {}
        """What was sent of the time since the mark, which is looked at again."""

    async def run(self) -> None:
        """Until cancelled. What fails is tried again."""
        while True:
            pause = NO_LINK_SECONDS
            if self._link.up:
                pause = EVERY_SECONDS
                try:
                    await self._carry()
                except (AmiError, OSError) as failure:
                    log.warning("tiers were not mirrored", error=str(failure))
                    self._marked = None
            await asyncio.sleep(pause)

    async def _carry(self) -> None:
        begun_at = datetime.fromtimestamp(self._now(), UTC)
        mark = await self._mark()
        if mark != self._marked:
            # Another Asterisk, or one that forgot: what was sent to the one before does not count.
            self._recent.clear()
        await self._send_changes(mark)
        self._marked = max(mark, begun_at - OVERLAP)
        self._recent = {n: s for n, s in self._recent.items() if s[1] > self._marked}
        if self._marked > mark:
            reply = await self._link.call(
                {
                    "Action": "DBPut",
                    "Family": _MARK_FAMILY,
                    "Key": "tiers",
                    "Val": self._marked.isoformat(),
                }
            )
            if not reply.ok:
                raise AmiRefused(reply.get("Message"))

    async def _send_changes(self, since: datetime) -> None:
        sent = 0
        async with aclosing(self._changes(since)) as changes:
            async for number, tier, changed_at in changes:
                if self._recent.get(number) == (tier, changed_at):
                    continue
                self._recent[number] = tier, changed_at
                self._put(number, tier)
                sent += 1
                if sent % BATCH == 0:
                    await self._link.call({"Action": "Ping"})  # Asterisk has taken the batch
                    await asyncio.sleep(BATCH_SECONDS)

    def _put(self, number: str, tier: Tier) -> None:
        if tier is Tier.STANDARD:
            self._link.send({"Action": "DBDel", "Family": FAMILY, "Key": number})
        else:
            self._link.send({"Action": "DBPut", "Family": FAMILY, "Key": number, "Val": tier})

    async def _mark(self) -> datetime:
        """Up to when Asterisk has everything; the beginning of time for a new Asterisk."""
        try:
            found = await self._link.collect({"Action": "DBGetTree", "Family": _MARK_FAMILY})
        except AmiRefused:
            return _BEGINNING
        for entry in found:
            try:
                return datetime.fromisoformat(entry.get("Val")).astimezone(UTC)
            except ValueError:
                continue
        return _BEGINNING

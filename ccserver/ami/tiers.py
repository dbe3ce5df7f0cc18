"""Keeps the tiers of valued customers in Asterisk's own database, for when ccserver is away.

Only tiers above standard are there, by number. What was changed last is remembered beside them, so
that a restart of either side sends only what is new.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from ccserver.ami.errors import AmiError, AmiRefused
from ccserver.ami.link import Link
from ccserver.core.value import Tier

log = structlog.get_logger("ccserver.ami")

Changes = Callable[[datetime], AsyncIterator[tuple[str, Tier, datetime]]]
"""Numbers whose tier changed since an instant, with tier and instant, the oldest change first."""

FAMILY: Final = "cc-tier"
_MARK_FAMILY: Final = "cc-mark"
EVERY_SECONDS: Final = 30.0
BATCH: Final = 100
BATCH_SECONDS: Final = 0.1
"""At most 1,000 numbers a second: half a million take eight minutes and disturb no call."""

OVERLAP: Final = timedelta(minutes=10)
"""A long import shows its rows only when it ends: look back this far each time."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TierMirror:
    """Carries changes over while the link is up."""

    def __init__(self, link: Link, changes: Changes) -> None:
        self._link = link
        self._changes = changes
        self._recent: dict[str, tuple[Tier, datetime]] = {}
        """What was sent of the time that is looked at again."""

    async def run(self) -> None:
        """Until cancelled. What fails is tried again."""
        while True:
            if self._link.up:
                try:
                    await self._carry()
                except AmiError as failure:
                    log.warning("tiers were not mirrored", error=str(failure))
                    self._recent.clear()
            await asyncio.sleep(EVERY_SECONDS)

    async def _carry(self) -> None:
        mark = await self._mark()
        latest, sent = mark, 0
        async for number, tier, changed_at in self._changes(mark - OVERLAP):
            latest = max(latest, changed_at)
            if self._recent.get(number, (None,))[0] == tier:
                continue
            self._recent[number] = tier, changed_at
            self._put(number, tier)
            sent += 1
            if sent % BATCH == 0:
                await self._link.call({"Action": "Ping"})  # Asterisk has taken the batch
                await asyncio.sleep(BATCH_SECONDS)
        if latest > mark:
            value = latest.isoformat()
            await self._link.call(
                {"Action": "DBPut", "Family": _MARK_FAMILY, "Key": "tiers", "Val": value}
            )
        self._recent = {n: s for n, s in self._recent.items() if s[1] > latest - OVERLAP}

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
            return _BEGINNING + OVERLAP
        for entry in found:
            try:
                return datetime.fromisoformat(entry.get("Val"))
            except ValueError:
                continue
        return _BEGINNING + OVERLAP

"""What happened in intervals, by queue, agent or team: counted by PostgreSQL out of the log.

What the counts mean stands with the figures, in ccserver/core/intervals.py. Each statement groups
by name and interval, by name, and everything together, so that totals have percentiles too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.intervals import NUMBERS, REPEAT_DAYS, Counts
from ccserver.core.rules import Target
from ccserver.db.interval_sql import FIRST_CALL, HANDLED, OFFERS, TIMES, VISITS

Key = tuple[str | None, int | None]
"""A name and the place of an interval. (name, None): the whole span; (None, None): all names."""

ALL: Final[Key] = (None, None)


class By(StrEnum):
    """Whose figures are wanted."""

    QUEUE = "queue"
    AGENT = "agent"
    TEAM = "team"
    """Of the agents who are in the team now. Agents without one are together under no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which figures are wanted."""

    by: By
    bounds: Sequence[datetime]
    """Where the intervals begin, in their order, and where the last one ends."""
    names: tuple[str, ...] | None
    """None: all."""
    now: datetime
    """Until when those agents are counted who are still at it."""
    targets: Mapping[str, Sequence[Target]]
    """Of each queue. A queue that is not here has those of no name."""
    repeats: bool = False
    """Whether first-call resolution is wanted, which looks at the 30 days that follow too."""
    completed: tuple[str, ...] = ()
    """The dispositions that say that nothing is left to do."""

    def values(self) -> dict[str, Any]:
        """As the statements take them."""
        flat = [(queue, one) for queue, some in self.targets.items() for one in some]
        return {
            "by": self.by,
            "bounds": list(self.bounds),
            "since": self.bounds[0],
            "until": self.bounds[-1],
            "now": self.now,
            "names": None if self.names is None else list(self.names),
            "queues": [queue for queue, _ in flat],
            "tiers": [one.tier.value for _, one in flat],
            "seconds": [one.seconds for _, one in flat],
            "completed": list(self.completed),
        }


async def intervals(session: AsyncSession, asked: Asked) -> dict[Key, Counts]:
    """What was counted, for each name and interval in which anything was."""
    await _settle(session)
    values = asked.values()
    if asked.by is By.QUEUE:
        found = await _counts(session, VISITS, values)
        # The planner would sort a month's segments by contact, where it can as well hash them.
        await session.execute(text("SET LOCAL enable_sort = off"))
        _join(found, await _counts(session, HANDLED, values))
        await session.execute(text("SET LOCAL enable_sort = on"))
    else:
        found = await _counts(session, OFFERS, values)
        _join(found, await _counts(session, TIMES, values))
    if asked.repeats:
        _join(found, await _counts(session, FIRST_CALL, values))
    return found


async def _settle(session: AsyncSession) -> None:
    """For this transaction: sorts of a month in memory, plans for the very span that is asked."""
    for setting in ("work_mem = '64MB'", "jit = off", "plan_cache_mode = force_custom_plan"):
        await session.execute(text(f"SET LOCAL {setting}"))


async def _counts(
    session: AsyncSession, statement: TextClause, values: Mapping[str, Any]
) -> dict[Key, Counts]:
    wanted = {name: values[name] for name in statement.compile().params}
    found = await session.execute(statement, wanted)
    names = tuple(found.keys())
    # Thousands of rows, while calls go on.
    return await asyncio.to_thread(_read, names, found.all())


def _read(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[Key, Counts]:
    """Each row begins with its key; a null is nothing."""
    out = [(place, one.removeprefix("out_")) for place, one in enumerate(names) if "out_" in one]
    plain = [(place, one) for place, one in enumerate(names) if one in NUMBERS]
    tuples = {
        field: [names.index(f"{prefix}_{days}") for days in REPEAT_DAYS]
        for field, prefix in (("resolved", "resolved"), ("resolved_once", "once"))
        if f"{prefix}_1" in names
    }
    waits = names.index("waits_ms") if "waits_ms" in names else None
    found: dict[Key, Counts] = {}
    for row in rows:
        counted: dict[str, Any] = {one: int(row[place] or 0) for place, one in plain}
        counted |= {one: tuple(row[place] for place in places) for one, places in tuples.items()}
        if out:
            counted["flowed_out"] = {one: int(row[place]) for place, one in out if row[place]}
        if waits is not None and row[waits] is not None:
            counted["waits_ms"] = tuple(map(int, row[waits]))
        found[row[0], row[1]] = Counts(**counted)
    return found


def _join(found: dict[Key, Counts], more: Mapping[Key, Counts]) -> None:
    """Add what another statement has counted: of each count only one of them has any."""
    for key, counts in more.items():
        old = found.get(key)
        found[key] = counts if old is None else replace(old + counts, waits_ms=old.waits_ms)

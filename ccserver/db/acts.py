"""What supervisors did on the floor: written, and found again. Changes belong to the caller's
transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.db.desk_tables import ActRow

LIMIT_MAX: Final = 500


class ActKind(StrEnum):
    """What was done. The first four are the words of `SpyMode`."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    LEAVE = "leave"
    MESSAGE = "message"
    PRESENCE = "presence"
    MOVE = "move"
    CLOSE = "close"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act, as it is written."""

    who: str
    """The login."""
    kind: ActKind
    target: str
    """An agent's login, or a queue's name."""
    contact: ContactId | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAct:
    """One act that was written."""

    id: int
    at: datetime
    act: Act


KeepAct = Callable[[Act], Awaitable[None]]
"""Writes an act down in a transaction of its own."""


async def keep_act(session: AsyncSession, act: Act) -> None:
    """Write it down."""
    session.add(
        ActRow(
            who=act.who,
            kind=act.kind,
            target=act.target,
            contact=None if act.contact is None else UUID(act.contact),
            reason=act.reason,
            details=dict(act.details),
        )
    )
    await session.flush()


async def acts(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    who: str | None = None,
    target: str | None = None,
    limit: int = 100,
) -> tuple[KeptAct, ...]:
    """What was done in [since, until), newest first; by this person, to this agent or queue."""
    query = (
        select(ActRow)
        .where(ActRow.at >= since, ActRow.at < until)
        .order_by(ActRow.at.desc(), ActRow.id.desc())
        .limit(limit)
    )
    if who is not None:
        query = query.where(ActRow.who == who)
    if target is not None:
        query = query.where(ActRow.target == target)
    return tuple(
        KeptAct(
            id=row.id,
            at=row.at,
            act=Act(
                who=row.who,
                kind=ActKind(row.kind),
                target=row.target,
                contact=None if row.contact is None else ContactId(str(row.contact)),
                reason=row.reason,
                details=row.details,
            ),
        )
        for row in await session.scalars(query)
    )

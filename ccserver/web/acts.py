"""What supervisors did on the floor, over HTTP; and how it is written down."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.errors import Refused
from ccserver.db import acts as kept
from ccserver.db.acts import Act, ActKind, KeepAct
from ccserver.web.auth import DATABASE_AWAY, Supervisor
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms

router = APIRouter(prefix="/api/acts", tags=["floor"])

Word = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")]

_log = structlog.get_logger("ccserver.web")


class UnwrittenError(Refused):
    """It cannot be written down now who does this, so it is not done. Try again in a minute."""


class ActRow(BaseModel):
    """One thing that a supervisor did."""

    id: int
    at: int
    who: str
    """The login."""
    kind: ActKind
    target: str
    """An agent's login, or a queue's name."""
    contact: str | None
    reason: str
    details: dict[str, Any]


@router.get("")
async def listed(
    database: Database,
    _: Supervisor,
    since: Annotated[int, Query(alias="from", ge=0, le=YEAR_9999_MS)] = 0,
    until: Annotated[int, Query(alias="to", ge=0, le=YEAR_9999_MS)] = YEAR_9999_MS,
    who: Word = None,
    target: Word = None,
    limit: Annotated[int, Query(ge=1, le=kept.LIMIT_MAX)] = 100,
) -> list[ActRow]:
    """What was done in [from, to), newest first; by this person, to this agent or queue."""
    found = await kept.acts(
        database, from_ms(since), from_ms(until), who=who, target=target, limit=limit
    )
    return [
        ActRow(
            id=one.id,
            at=to_ms(one.at),
            who=one.act.who,
            kind=one.act.kind,
            target=one.act.target,
            contact=one.act.contact,
            reason=one.act.reason,
            details=dict(one.act.details),
        )
        for one in found
    ]


def keeper_of(sessions: async_sessionmaker[AsyncSession]) -> KeepAct:
    """Writes down what is done by the WebSocket. Raises UnwrittenError while the database is away,
    except for a supervisor who leaves: nobody is kept in a talk."""

    async def keep(act: Act) -> None:
        try:
            async with sessions.begin() as session:
                await kept.keep_act(session, act)
        except DATABASE_AWAY as error:
            _log.error("an act was not written down", kind=act.kind, who=act.who)
            if act.kind is not ActKind.LEAVE:
                raise UnwrittenError from error

    return keep

"""The messages of callers over HTTP: agents look after those of their queues."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import Queue
from ccserver.db import voicemails
from ccserver.db.people import Role, served_queues
from ccserver.db.voicemails import NoSuchVoicemailError, VoicemailState
from ccserver.web.auth import Someone
from ccserver.web.contact_rows import VoicemailRow, voicemail_row
from ccserver.web.database import Database, changing
from ccserver.web.messages import Me

router = APIRouter(prefix="/api/voicemails", tags=["voicemails"])

FileInPath = Annotated[str, Path(max_length=200, pattern=r"^[\x20-\x7e]+$")]


@router.get("")
async def listed(
    database: Database,
    someone: Someone,
    state: Annotated[list[VoicemailState] | None, Query()] = None,
    queue: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")] = None,
    limit: Annotated[int, Query(ge=1, le=voicemails.LIMIT_MAX)] = 100,
) -> list[VoicemailRow]:
    """Messages, oldest first; without `state` those that nobody has finished.

    An agent sees those of the queues whose callers he gets.
    """
    queues = None if queue is None else frozenset((Queue(queue),))
    if someone.me.role is Role.AGENT:
        own = await served_queues(database, someone.me.login)
        queues = own if queues is None else own & queues
    found = await voicemails.voicemails(
        database, queues=queues, states=state or voicemails.OPEN, limit=limit
    )
    return [voicemail_row(one) for one in found]


@router.post("/{file:path}/take")
async def take(request: Request, someone: Someone, file: FileInPath) -> VoicemailRow:
    """Look after a message. Of several who try one gets it; the others hear 409."""
    async with changing(request) as session:
        await _require_own_queue(session, someone.me, file)
        taken = await voicemails.take(session, file, who=someone.me.login)
    return voicemail_row(taken)


@router.post("/{file:path}/done")
async def done(request: Request, someone: Someone, file: FileInPath) -> VoicemailRow:
    """A message was looked after: by the agent who took it, or whoever did, says a supervisor."""
    me = someone.me
    async with changing(request) as session:
        await _require_own_queue(session, me, file)
        finished = await voicemails.finish(
            session, file, who=me.login, whosever=me.role is not Role.AGENT
        )
    return voicemail_row(finished)


@router.post("/{file:path}/put_back")
async def put_back(request: Request, someone: Someone, file: FileInPath) -> VoicemailRow:
    """Leave a message to others: the agent who took it, or a supervisor."""
    me = someone.me
    async with changing(request) as session:
        await _require_own_queue(session, me, file)
        left = await voicemails.put_back(
            session, file, who=me.login, whosever=me.role is not Role.AGENT
        )
    return voicemail_row(left)


async def _require_own_queue(session: AsyncSession, me: Me, file: str) -> None:
    if not await may_have(session, me, file):
        # Whether there is one of that name is no other agent's business.
        raise NoSuchVoicemailError


async def may_have(session: AsyncSession, me: Me, file: str) -> bool:
    """Whether this is a message that this person may hear and look after."""
    try:
        message = await voicemails.voicemail(session, file)
    except NoSuchVoicemailError:
        return False
    if me.role is not Role.AGENT:
        return True
    return message.queue in await served_queues(session, me.login)

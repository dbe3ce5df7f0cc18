"""The recorded talks over HTTP, to be heard."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db import recordings
from ccserver.db.people import Role
from ccserver.web.auth import Someone
from ccserver.web.database import Database
from ccserver.web.messages import Me
from ccserver.web.problems import Problem
from ccserver.web.voicemails import may_have

router = APIRouter(prefix="/api", tags=["recordings"])

OpenRecording = Callable[[str], tuple[int, Iterator[bytes]] | None]
"""The WAV file of a recording, by the name in its row: its size in bytes, and the bytes in chunks.
None when there is no such file. It may read the disk, and so may the chunks."""

_ID_MAX = 2**63 - 1

_log = structlog.get_logger("ccserver.web")


@router.get(
    "/recordings/{recording}",
    response_class=StreamingResponse,
    responses={200: {"content": {"audio/wav": {}}}, 404: {"description": "None, or none for you."}},
)
async def one_recording(
    request: Request,
    database: Database,
    someone: Someone,
    recording: Annotated[int, Path(ge=1, le=_ID_MAX)],
) -> StreamingResponse:
    """One talk as a WAV file: the customer on the left channel, the agent on the right.

    For supervisors and administrators, and for the agent whose talk it was; a message of a caller
    for the agents of its queue.
    """
    found = await recordings.recording(database, recording)
    may_hear = found is not None and await _may_hear(database, someone.me, found)
    # It may take minutes to send the sound, and others need the connection.
    await database.close()
    if found is None or not may_hear:
        # Whether there is one of that id is no other agent's business.
        raise Problem(404, "There is no such recording for you.", "Look for it in its contact.")
    open_recording: OpenRecording = request.app.state.open_recording
    sound = await asyncio.to_thread(open_recording, found.files[0])
    if sound is None:
        _log.error(
            "a recording's file is missing, or may not be read",
            recording=recording,
            file=found.files[0],
        )
        raise Problem(
            404,
            "The sound of this talk is not there any more.",
            "Ask an administrator: the file may have been moved, or its time may be over.",
        )
    _log.info("a recording is heard", recording=recording, by=someone.me.login)
    size, chunks = sound
    return StreamingResponse(
        chunks,
        media_type="audio/wav",
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f'inline; filename="{found.contact}-{recording}.wav"',
        },
    )


async def _may_hear(session: AsyncSession, me: Me, found: recordings.Recording) -> bool:
    if me.role is not Role.AGENT or (me.agent is not None and me.agent == found.agent):
        return True
    return found.agent is None and await may_have(session, me, found.files[0])

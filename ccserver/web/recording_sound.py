"""The sound of recordings over HTTP: in parts (RFC 9110, section 14), and never unlogged.

Whoever may hear a recording can also record what is played to him. The permission to take copies
is about honest people, and about what the log says: who only played it, and who has a copy.
"""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from ccserver.db.listening import Heard, log_listening
from ccserver.db.people import may_download
from ccserver.db.recordings import Recording
from ccserver.web.auth import Door, Someone, optional_bearer, session_of
from ccserver.web.database import Database, changing
from ccserver.web.instants import ms
from ccserver.web.problems import Problem
from ccserver.web.ranges import UnsatisfiableError, content_range, wanted_range
from ccserver.web.recordings import RecordingInPath, heard_recording
from ccserver.web.sound import OpenSound, Sound
from ccserver.web.tokens import BadTokenError, Session

router = APIRouter(prefix="/api", tags=["recordings"])

_SUFFIX = {"audio/ogg": "ogg", "audio/wav": "wav"}

_log = structlog.get_logger("ccserver.web")


class Link(BaseModel):
    """Where the sound can be heard without a token, until `expires_at` (ms since 1970 UTC)."""

    url: str
    expires_at: int


@router.post("/recordings/{recording}/link")
async def link(
    request: Request, database: Database, someone: Someone, recording: RecordingInPath
) -> Link:
    """A link for a player, which cannot send a token: for this person, this recording, 5 minutes.

    What is heard by it is logged as this person's.
    """
    one = await heard_recording(database, someone.me, recording)
    door: Door = request.app.state.door
    issued = door.link(someone, one.id)
    return Link(
        url=f"/api/recordings/{one.id}/sound?key={issued.token}", expires_at=ms(issued.expires_at)
    )


async def _listener(
    request: Request,
    recording: RecordingInPath,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(optional_bearer)],
    key: Annotated[str | None, Query(max_length=2000)] = None,
) -> Session:
    """Whose request this is: by the token, or by the link."""
    if key is None:
        return await session_of(request, bearer)
    door: Door = request.app.state.door
    try:
        return await door.enter_by_link(key, recording)
    except BadTokenError as error:
        raise Problem(
            401, str(error), "Ask for a new link with POST /api/recordings/{id}/link."
        ) from error


Listener = Annotated[Session, Depends(_listener)]


@router.head("/recordings/{recording}/sound", include_in_schema=False)
@router.get(
    "/recordings/{recording}/sound",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"audio/ogg": {}, "audio/wav": {}}},
        206: {"description": "The part that was asked for."},
        404: {"description": "None, or none for you."},
        416: {"description": "Nothing lies in the range."},
    },
)
async def sound(
    request: Request,
    database: Database,
    listener: Listener,
    recording: RecordingInPath,
    download: bool = False,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
) -> Response:
    """The sound: the customer on the left channel, the agents on the right; a message has one.

    Ogg/Opus once it is kept, WAV before. One range of bytes can be asked for; several are answered
    with the whole. Ten minutes of one person's playing are one line of the log. `download` is for
    administrators and who has the permission: the file gets a name, and each copy its own line.
    """
    me = listener.me
    one = await heard_recording(database, me, recording)
    if download and not await may_download(database, me.login):
        raise Problem(
            403,
            "You may not take copies of recordings.",
            "Play it here, or ask an administrator: `ccserver people add --downloads` allows it.",
        )
    # It may take minutes to send the sound, and others need the connection.
    await database.close()
    opened = await _open(request, one)
    tag = _tag(one, opened)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{one.contact}'
        f'-{one.id}.{_SUFFIX[opened.media_type]}"',
    }
    asked = range_ if if_range in (None, tag) else None
    try:
        part = wanted_range(asked, opened.size_bytes)
    except UnsatisfiableError as error:
        raise Problem(
            416,
            "The recording is shorter than that.",
            "Ask for bytes within the size that Content-Range names.",
            headers={"Content-Range": f"bytes */{opened.size_bytes}"},
        ) from error
    if request.method == "HEAD":
        return _head(opened, headers)
    async with changing(request) as session:
        what = Heard.DOWNLOADED if download else Heard.PLAYED
        is_new = await log_listening(session, one, person=me.login, what=what)
    if is_new:
        _log.info("a recording is heard", recording=one.id, by=me.login, what=what.value)
    start, end = part or (0, opened.size_bytes)
    if part is not None:
        headers["Content-Range"] = content_range(start, end, opened.size_bytes)
    return StreamingResponse(
        opened.read(start, end),
        status_code=200 if part is None else 206,
        media_type=opened.media_type,
        headers={"Content-Length": str(end - start), **headers},
    )


async def _open(request: Request, one: Recording) -> Sound:
    open_sound: OpenSound = request.app.state.open_sound
    opened = await open_sound(one)
    if opened is None:
        _log.error("a recording's sound is missing, or may not be read", recording=one.id)
        raise Problem(
            404,
            "The sound of this talk is not there any more.",
            "Ask an administrator: the file may have been moved, or its time may be over.",
        )
    return opened


def _tag(one: Recording, opened: Sound) -> str:
    """Another as soon as a byte is: what is not kept yet still grows, and is only ever added to."""
    if one.sha256 is not None and one.state == "kept":
        return f'"{one.sha256.hex()}"'
    return f'"{one.state}-{opened.size_bytes}"'


def _head(opened: Sound, headers: Mapping[str, str]) -> Response:
    """RFC 9110, 9.3.2: as GET would answer, without the sound. A range is not for HEAD: 14.2."""
    return Response(
        media_type=opened.media_type,
        headers={"Content-Length": str(opened.size_bytes), **headers},
    )

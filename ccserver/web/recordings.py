"""Recordings over HTTP: found, told of, and given words to find them again."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import MarkKind
from ccserver.db import holds, listening, people, recording_search, recording_story, recordings
from ccserver.db.history import BadCursorError
from ccserver.db.listening import Heard, log_listening
from ccserver.db.people import Role, served_queues
from ccserver.db.recording_filter import Hearer, RecordingFilter
from ccserver.db.recordings import Recording
from ccserver.numbers import e164
from ccserver.web.auth import Administrator, Someone, Supervisor
from ccserver.web.database import Database, changing
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem
from ccserver.web.recording_rows import (
    FoundRow,
    ListeningRow,
    Peaks,
    RecordingList,
    RecordingStory,
    deletion_row,
    found_row,
    hold_row,
    leg_row,
    listening_row,
    mark_row,
    span_row,
    transcript_row,
)

router = APIRouter(prefix="/api", tags=["recordings"])

_OF_SUPERVISORS = (MarkKind.SUPERVISOR, MarkKind.SUPERVISOR_LEFT)

RecordingInPath = Annotated[int, Path(ge=1, le=2**63 - 1)]

PEAKS_PER_SECOND = 10
TAGS_MAX = 20

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_TAG = re.compile(r"[^\W_][\w .:+-]{0,39}")

_log = structlog.get_logger("ccserver.web")


def _instant(at: datetime) -> datetime:
    """Without a time zone it is UTC."""
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    if not 1970 <= utc.year < 9999:
        raise ValueError("the year must be 1970 to 9998")
    return utc.astimezone(UTC)


def _tag(word: str) -> str:
    """In small letters, without blanks around it."""
    tag = word.strip().lower()
    if not _TAG.fullmatch(tag):
        raise ValueError(
            "a tag is up to 40 letters, digits, blanks and . : + - _, a letter or digit first"
        )
    return tag


Instant = Annotated[datetime, AfterValidator(_instant)]
Tag = Annotated[str, AfterValidator(_tag)]
Word = Annotated[str, Field(max_length=64, pattern=_PRINTABLE)]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class RecordingQuery(BaseModel, extra="forbid"):
    """Which recordings are wanted. What is left out matters not."""

    since: Instant | None = Field(None, alias="from")
    """Begun at this instant or later: ISO 8601, UTC where it names no time zone."""
    until: Instant | None = None
    """Begun before this instant."""
    agent: Word | None = None
    """It heard this agent."""
    team: Word | None = None
    """It heard an agent of this team."""
    queue: Word | None = None
    number: Word | None = None
    """The caller's, in E.164 or as people here write it."""
    customer: str | None = Field(None, pattern=r"^[0-9]{1,18}$")
    disposition: Word | None = None
    tag: list[Tag] = Field([], max_length=TAGS_MAX)
    """Given several times: it has all of these."""
    kind: Literal["contact", "consult", "voicemail"] | None = None
    direction: Literal["inbound", "outbound"] | None = None
    length_min: Seconds | None = None
    """Seconds, as in `length_max`."""
    length_max: Seconds | None = None
    fault: bool = False
    """Only those with a fault."""
    contact: str | None = Field(None, max_length=64)
    text: str = Field("", max_length=200, pattern=_PRINTABLE)
    """Words that were said, all of these."""
    after: str | None = Field(None, max_length=100)
    """The `next` of the page before."""
    limit: int = Field(50, ge=1, le=recording_search.LIMIT_MAX)


class NotesForm(BaseModel, extra="forbid"):
    """What somebody says of a recording. What is left out stays as it is."""

    tags: list[Tag] | None = Field(None, max_length=TAGS_MAX)
    """All that it is to have. For supervisors."""
    disposition: str | None = Field(None, max_length=64, pattern=_PRINTABLE)
    """How the talk ended, in the business's own word; empty or null: nobody has said."""


@router.get("/recordings")
async def found(
    request: Request,
    database: Database,
    someone: Someone,
    wanted: Annotated[RecordingQuery, Query()],
) -> RecordingList:
    """Recordings, newest first, in small pages.

    A supervisor sees all; an agent those that heard him, and the messages of his queues. Any
    filters can be asked for together; five million recordings take no longer than few.
    """
    asked = await _filter(database, wanted, someone.me, request.app.state.region)
    try:
        page = await recording_search.search(
            database, asked, after=wanted.after, limit=wanted.limit
        )
    except BadCursorError as error:
        raise Problem(
            422, "`after` is not a place in the list.", "Give the `next` of an earlier page."
        ) from error
    return RecordingList(recordings=[found_row(one) for one in page.recordings], next=page.next)


async def _filter(
    session: AsyncSession, wanted: RecordingQuery, me: Me, region: str
) -> RecordingFilter:
    agents: tuple[AgentId, ...] | None = None if wanted.agent is None else (AgentId(wanted.agent),)
    if wanted.team is not None:
        team = await people.team_agents(session, wanted.team)
        agents = tuple(agent for agent in team if agents is None or agent in agents)
    number = wanted.number
    return RecordingFilter(
        since=wanted.since,
        until=wanted.until,
        agents=agents,
        queue=None if wanted.queue is None else Queue(wanted.queue),
        # What is no number in E.164 was kept as the trunk sent it.
        numbers=() if number is None else (e164(number, region) or number, number),
        customer=None if wanted.customer is None else CustomerId(wanted.customer),
        disposition=wanted.disposition,
        tags=tuple(sorted(set(wanted.tag))),
        kind=wanted.kind,
        direction=wanted.direction,
        seconds_min=wanted.length_min,
        seconds_max=wanted.length_max,
        fault=wanted.fault,
        contact=None if wanted.contact is None else ContactId(wanted.contact),
        text=wanted.text.strip(),
        hearer=await _hearer(session, me),
    )


@router.get("/recordings/{recording}")
async def one_recording(
    request: Request, database: Database, someone: Someone, recording: RecordingInPath
) -> RecordingStory:
    """One recording: its legs, its time line, who heard it. Reading what was said is logged."""
    one = await heard_recording(database, someone.me, recording)
    transcript = await recording_story.transcript_of(database, one)
    if transcript is not None:
        async with changing(request) as session:
            await log_listening(session, one, person=someone.me.login, what=Heard.READ)
    row = await _row(database, one)
    legs = await recording_story.legs_of(database, one)
    marks = await recording_story.marks_of(database, one)
    spans = await recording_story.spans_of(database, one)
    deletions = await recording_story.deletions_of(database, one)
    is_agent = someone.me.role is Role.AGENT
    live: Live = request.app.state.live
    unseen = _OF_SUPERVISORS if is_agent and not live.view.spying_shown else ()
    listened = () if is_agent else await listening.listenings(database, recording=one.id)
    customer = None if row.customer is None else CustomerId(row.customer)
    held = (
        () if is_agent else await holds.holds_of(database, contact=one.contact, customer=customer)
    )
    return RecordingStory(
        **row.model_dump(),
        legs=[leg_row(leg) for leg in legs],
        marks=[mark_row(mark) for mark in marks if mark.kind not in unseen],
        spans=[span_row(span) for span in spans],
        deletions=[deletion_row(deletion) for deletion in deletions],
        transcript=None if transcript is None else transcript_row(transcript),
        listenings=None if is_agent else [listening_row(heard) for heard in listened],
        holds=None if is_agent else [hold_row(hold) for hold in held],
    )


@router.patch("/recordings/{recording}")
async def note(
    request: Request, someone: Someone, recording: RecordingInPath, notes: NotesForm
) -> FoundRow:
    """Say how the talk ended (also the agents whom it heard), and give it tags (supervisors)."""
    me = someone.me
    async with changing(request) as session:
        one = await heard_recording(session, me, recording)
        if me.role is Role.AGENT:
            if notes.tags is not None:
                raise Problem(403, "Tags are for supervisors.", "Set the disposition alone.")
            if not await recordings.heard_agent(session, one, _agent(me)):
                raise Problem(403, "This was not your talk.", "Ask a supervisor.")
        if notes.tags is not None:
            await recordings.set_tags(session, one, frozenset(notes.tags))
        if "disposition" in notes.model_fields_set:
            word = (notes.disposition or "").strip()
            await recordings.set_disposition(session, one, word or None)
        row = await _row(session, one)
    _log.info("a recording is noted", recording=recording, by=me.login)
    return row


@router.get("/recordings/{recording}/peaks", responses={404: {"description": "Not kept yet."}})
async def peaks(database: Database, someone: Someone, recording: RecordingInPath) -> Peaks:
    """The wave-form, to be drawn."""
    one = await heard_recording(database, someone.me, recording)
    stored = await recording_story.peaks_of(database, one)
    if stored is None:
        raise Problem(
            404,
            "The wave-form of this recording is not there.",
            "It is made when the recording is encoded: try again in some minutes.",
        )
    return Peaks(
        per_second=PEAKS_PER_SECOND,
        channels=1 if one.kind == "voicemail" else 2,
        peaks=b64encode(stored).decode(),
    )


@router.get("/recordings/{recording}/listenings")
async def listenings_of_recording(
    database: Database, supervisor: Supervisor, recording: RecordingInPath
) -> list[ListeningRow]:
    """Who heard it, the newest first. For supervisors."""
    one = await heard_recording(database, supervisor.me, recording)
    found = await listening.listenings(database, recording=one.id)
    return [listening_row(heard) for heard in found]


@router.get("/listenings")
async def listenings(
    database: Database,
    _: Administrator,
    person: Annotated[str | None, Query(max_length=64, pattern=_PRINTABLE)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=listening.LIMIT_MAX)] = 100,
) -> list[ListeningRow]:
    """Who heard what, the newest first; `before` is the last id of the page before."""
    found = await listening.listenings(database, person=person, before=before, limit=limit)
    return [listening_row(heard) for heard in found]


async def heard_recording(session: AsyncSession, me: Me, wanted: int) -> Recording:
    """The recording; 404 where there is none that this person may hear.

    Supervisors may hear all, an agent what heard him, and the messages of his queues.
    """
    one = await recordings.recording(session, wanted)
    if one is None or not await recordings.may_hear_this(
        session, wanted, await _hearer(session, me)
    ):
        # Whether there is one of that id is no other agent's business.
        raise Problem(404, "There is no such recording for you.", "Look for it in its contact.")
    return one


async def _hearer(session: AsyncSession, me: Me) -> Hearer | None:
    if me.role is not Role.AGENT:
        return None
    return Hearer(agent=_agent(me), queues=await served_queues(session, me.login))


def _agent(me: Me) -> AgentId | None:
    return None if me.agent is None else AgentId(me.agent)


async def _row(session: AsyncSession, one: Recording) -> FoundRow:
    (found,) = await recordings.found_recordings(session, [one.id])
    return found_row(found)

"""A recording as the API tells it, with all that belongs to it."""

from pydantic import BaseModel, Field

from ccserver.core.records import MarkKind, SegmentKind
from ccserver.db import listening, recording_story
from ccserver.db.holds import Hold
from ccserver.db.listening import Heard
from ccserver.db.recordings import FoundRecording
from ccserver.web.instants import to_ms


class FoundRow(BaseModel):
    """One recording in a list."""

    id: int
    contact: str
    kind: str
    """`contact`: its talks on one time line; `consult`: what an agent and whom he consulted said;
    `voicemail`."""
    direction: str
    started_at: int
    ended_at: int
    seconds: float
    """How long its sound is; until it is encoded, how long the events say."""
    queue: str | None
    agents: list[str]
    """Whom it heard."""
    caller: str
    customer: str | None
    customer_name: str | None
    disposition: str | None
    tags: list[str]
    state: str
    """`raw`: as the switch wrote it; `kept`: encoded, verified and sealed; `deleted`."""
    fault: str
    """Empty: it is complete. `missing`, `short`, `cut`: see its legs."""
    evaluations: int
    held: bool
    """A legal hold covers it: nobody may delete it."""
    transcribed: bool


class RecordingList(BaseModel):
    """Recordings, newest first."""

    recordings: list[FoundRow]
    next: str | None
    """Ask again with `after` set to this for the page that follows; null: this was the last."""


class LegRow(BaseModel):
    """One file as the switch wrote it."""

    file: str
    agents: list[str]
    offset: float
    """Seconds from the recording's beginning, as in all that follows."""
    seconds: float
    fault: str


class MarkRow(BaseModel):
    """What stands on the time line."""

    offset: float
    kind: MarkKind
    agent: str | None
    detail: str


class SpanRow(BaseModel):
    """What the contact was in for a while, such as a talk, or on hold."""

    offset: float
    seconds: float
    kind: SegmentKind
    agent: str | None


class DeletionRow(BaseModel):
    """Why it was deleted, or is to be."""

    why: str
    detail: str
    by: str
    at: int


class SaidRow(BaseModel):
    """A part of what was said."""

    channel: int = Field(description="0: the customer, 1: the agents.")
    offset: float
    until: float
    text: str


class TranscriptRow(BaseModel):
    """What was said, as a machine understood it."""

    language: str
    model: str
    parts: list[SaidRow]


class ListeningRow(BaseModel):
    """Somebody heard, copied or read a recording."""

    id: int
    recording: int
    contact: str
    person: str
    """The log-in."""
    what: Heard
    at: int


class HoldRow(BaseModel):
    """A legal hold."""

    id: int
    contact: str | None
    customer: str | None
    reason: str
    placed_at: int
    placed_by: str
    released_at: int | None
    released_by: str | None
    release_reason: str | None


class RecordingStory(FoundRow):
    """One recording with all that is known of it."""

    legs: list[LegRow]
    marks: list[MarkRow]
    spans: list[SpanRow]
    deletions: list[DeletionRow]
    transcript: TranscriptRow | None
    listenings: list[ListeningRow] | None
    """Null for agents, and so are the holds."""
    holds: list[HoldRow] | None


class Peaks(BaseModel):
    """The wave-form."""

    per_second: int
    channels: int
    peaks: str
    """Base64: a byte for each channel, the customer first, so many times a second; 255 is as loud
    as can be."""


def found_row(found: FoundRecording) -> FoundRow:
    """A recording in a list."""
    return FoundRow(
        id=found.id,
        contact=found.contact,
        kind=found.kind,
        direction=found.direction,
        started_at=to_ms(found.started_at),
        ended_at=to_ms(found.ended_at),
        seconds=found.seconds,
        queue=found.queue,
        agents=list(found.agents),
        caller=found.caller,
        customer=found.customer,
        customer_name=found.customer_name,
        disposition=found.disposition,
        tags=list(found.tags),
        state=found.state,
        fault=found.fault,
        evaluations=found.evaluations,
        held=found.held,
        transcribed=found.transcribed,
    )


def leg_row(leg: recording_story.Leg) -> LegRow:
    """A file."""
    return LegRow(
        file=leg.file,
        agents=list(leg.agents),
        offset=leg.offset_seconds,
        seconds=leg.seconds,
        fault=leg.fault,
    )


def mark_row(mark: recording_story.Mark) -> MarkRow:
    """A mark."""
    return MarkRow(offset=mark.offset_seconds, kind=mark.kind, agent=mark.agent, detail=mark.detail)


def span_row(span: recording_story.Span) -> SpanRow:
    """A part of the contact."""
    return SpanRow(
        offset=span.offset_seconds, seconds=span.seconds, kind=span.kind, agent=span.agent
    )


def deletion_row(deletion: recording_story.Deletion) -> DeletionRow:
    """A deletion."""
    return DeletionRow(
        why=deletion.why, detail=deletion.detail, by=deletion.by, at=to_ms(deletion.at)
    )


def transcript_row(transcript: recording_story.Transcript) -> TranscriptRow:
    """A transcript."""
    return TranscriptRow(
        language=transcript.language,
        model=transcript.model,
        parts=[
            SaidRow(
                channel=part.channel,
                offset=part.offset_seconds,
                until=part.until_seconds,
                text=part.text,
            )
            for part in transcript.parts
        ],
    )


def listening_row(one: listening.Listening) -> ListeningRow:
    """A listening."""
    return ListeningRow(
        id=one.id,
        recording=one.recording,
        contact=one.contact,
        person=one.person,
        what=one.what,
        at=to_ms(one.at),
    )


def hold_row(hold: Hold) -> HoldRow:
    """A legal hold."""
    return HoldRow(
        id=hold.id,
        contact=hold.contact,
        customer=hold.customer,
        reason=hold.reason,
        placed_at=to_ms(hold.placed_at),
        placed_by=hold.placed_by,
        released_at=None if hold.released_at is None else to_ms(hold.released_at),
        released_by=hold.released_by,
        release_reason=hold.release_reason,
    )

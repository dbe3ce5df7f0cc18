"""The tables of recordings: what was recorded, where it lies, who heard it, what it was worth."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.db.table import EMPTY, FALSE, NOW, Table

BLOCK_BITS = 16
BLOCK_SIZE = 1 << BLOCK_BITS
"""So many recordings, with ids that follow each other, are one block of the search's index."""
PART_BITS = 14
"""Transcripts tell in which smaller part they are."""


class RecordingRow(Table):
    """What can be found and played: a contact's talks on one time line, a consultation, a message.

    The journal writes it when its first leg has ended; the archive does the rest.
    """

    __tablename__ = "recording"
    __table_args__ = (
        Index(None, "contact"),
        Index("recording_started_idx", "started_at", "id"),
        Index("recording_caller_idx", "caller", "started_at", "id"),
        Index("recording_customer_idx", "customer_id"),
        Index("recording_raw_idx", "started_at", postgresql_where=text("state = 'raw'")),
        Index("recording_fault_idx", "started_at", postgresql_where=text("fault <> ''")),
        Index("recording_kept_idx", "kept_at", "id", postgresql_where=text("state = 'kept'")),
        Index(
            "recording_upload_idx",
            "kept_at",
            postgresql_where=text("state = 'kept' AND NOT remote"),
        ),
        Index("recording_twice_idx", "kept_at", postgresql_where=text("local AND remote")),
        Index("recording_there_idx", "started_at", postgresql_where=text("state <> 'deleted'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str] = mapped_column(
        unique=True, comment="the contact's id, of its talks; else the file of the only leg"
    )
    kind: Mapped[str] = mapped_column(comment="`contact`, `consult` or `voicemail`")
    contact: Mapped[UUID]
    direction: Mapped[str] = mapped_column(server_default=text("'inbound'"))
    queue: Mapped[str | None]
    agent: Mapped[str | None] = mapped_column(comment="whom it heard first; all: recording_party")
    caller: Mapped[str] = mapped_column(server_default=EMPTY, comment="E.164 where it is one")
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    disposition: Mapped[str | None]
    state: Mapped[str] = mapped_column(
        server_default=text("'raw'"),
        comment="`raw`: as Asterisk wrote it; `kept`: encoded, verified, sealed; `deleted`",
    )
    fault: Mapped[str] = mapped_column(
        server_default=EMPTY,
        comment="empty: complete; `missing`, `short`, `cut`: see recording_leg",
    )
    attempts: Mapped[int] = mapped_column(
        server_default=text("0"), comment="how often encoding it has failed"
    )
    retry_at: Mapped[datetime | None] = mapped_column(comment="not encoded before")
    file: Mapped[str | None] = mapped_column(comment="its name in the archive, once it is kept")
    seconds: Mapped[float | None] = mapped_column(comment="its length, once it is kept")
    size_bytes: Mapped[int | None] = mapped_column(BigInteger, comment="of the file, as it lies")
    sha256: Mapped[bytes | None] = mapped_column(comment="of the file, as it lies")
    key_name: Mapped[str | None] = mapped_column(
        comment="the settings' key that wraps its own; null: it is not encrypted"
    )
    wrapped_key: Mapped[bytes | None]
    peaks: Mapped[bytes | None] = mapped_column(
        comment="the wave-form: a byte for each channel, customer first, ten times a second"
    )
    kept_at: Mapped[datetime | None]
    local: Mapped[bool] = mapped_column(
        server_default=FALSE, comment="the file lies in the local folder"
    )
    remote: Mapped[bool] = mapped_column(
        server_default=FALSE, comment="the file lies in the bucket, and was verified there"
    )


class RecordingLegRow(Table):
    """One file as Asterisk wrote it: one leg's talk, from answer to its end."""

    __tablename__ = "recording_leg"
    __table_args__ = (
        Index(None, "source"),
        Index(None, "contact"),
        Index("recording_leg_there_idx", "started_at", postgresql_where=text("removed_at IS NULL")),
    )

    file: Mapped[str] = mapped_column(primary_key=True, comment="within the recordings' folder")
    source: Mapped[str] = mapped_column(comment="the recording of which it is a part")
    contact: Mapped[UUID]
    kind: Mapped[str] = mapped_column(comment="`talk`, `consult` or `voicemail`")
    agents: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    cut: Mapped[bool] = mapped_column(
        server_default=FALSE, comment="the switch was lost meanwhile: ended_at is too late"
    )
    seconds: Mapped[float | None] = mapped_column(comment="how long the file is, once it was read")
    sha256: Mapped[bytes | None] = mapped_column(comment="of what Asterisk wrote")
    fault: Mapped[str] = mapped_column(
        server_default=EMPTY,
        comment="empty, `missing`, `short` (less than the events say), `cut` (switch lost)",
    )
    removed_at: Mapped[datetime | None] = mapped_column(
        comment="when the file was removed, its sound being kept"
    )


class RecordingPartyRow(Table):
    """An agent whom a recording heard."""

    __tablename__ = "recording_party"
    __table_args__ = (Index("recording_party_agent_idx", "agent", "started_at"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(comment="the recording's")


class RecordingTagRow(Table):
    """A word that someone put on a recording, to find it again."""

    __tablename__ = "recording_tag"
    __table_args__ = (Index("recording_tag_tag_idx", "tag", "started_at"),)

    recording: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(comment="the recording's")


class RecordingMarkRow(Table):
    """What stands on the time line of a contact's recordings."""

    __tablename__ = "recording_mark"

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, comment="as in core/records.MarkKind")
    agent: Mapped[str] = mapped_column(primary_key=True, comment="empty: none")
    detail: Mapped[str]


class SealRow(Table):
    """A line of a day's list of kept files. Written once; outlives the file."""

    __tablename__ = "recording_seal"
    __table_args__ = (Index(None, "recording"),)

    day: Mapped[date] = mapped_column(primary_key=True, comment="on which it was sealed, UTC")
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recording: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str]
    sha256: Mapped[bytes]
    sealed_at: Mapped[datetime]


class SealedDayRow(Table):
    """A day whose list is complete, hashed together with the day before it."""

    __tablename__ = "recording_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    before: Mapped[bytes] = mapped_column(comment="the hash of the day before; 32 zeros: none")
    sha256: Mapped[bytes] = mapped_column(comment="of `before` and the day's lines")
    closed_at: Mapped[datetime]


class ListeningRow(Table):
    """Somebody heard a recording, or took a copy of it."""

    __tablename__ = "recording_listening"
    __table_args__ = (
        Index("recording_listening_recording_idx", "recording", "at"),
        Index("recording_listening_person_idx", "person", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recording: Mapped[int] = mapped_column(BigInteger)
    contact: Mapped[UUID]
    person: Mapped[str] = mapped_column(comment="the login")
    what: Mapped[str] = mapped_column(comment="`played`, `downloaded`, `read` (the transcript)")
    at: Mapped[datetime] = mapped_column(server_default=NOW)


class DeletionRow(Table):
    """A recording that is to be deleted, or was, and why. Written before the files go."""

    __tablename__ = "recording_deletion"
    __table_args__ = (
        Index(None, "recording"),
        Index(None, "contact"),
        Index("recording_deletion_open_idx", "at", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recording: Mapped[int] = mapped_column(BigInteger)
    contact: Mapped[UUID]
    kind: Mapped[str]
    file: Mapped[str] = mapped_column(comment="the kept one, or the legs' with commas between")
    sha256: Mapped[bytes | None]
    started_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(comment="`retention` or `erasure`")
    detail: Mapped[str] = mapped_column(comment="the rule, or who was erased on whose request")
    by: Mapped[str] = mapped_column(comment="the login; `ccserver`: by itself")
    at: Mapped[datetime] = mapped_column(server_default=NOW, comment="when it was decided")
    done_at: Mapped[datetime | None] = mapped_column(
        comment="when nothing of it was left; null: it is tried again"
    )


class LegalHoldRow(Table):
    """Recordings that nobody may delete, of one contact or of one customer."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(None, "contact"),
        Index(None, "customer_id"),
        CheckConstraint("(contact IS NULL) <> (customer_id IS NULL)", name="one"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact: Mapped[UUID | None]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    placed_by: Mapped[str]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    release_reason: Mapped[str | None]


class EvaluationFormRow(Table):
    """A form by which talks are judged. A version is never changed."""

    __tablename__ = "evaluation_form"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as in core/evaluation.py")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    made_by: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class EvaluationRow(Table):
    """What one rater says of one recording by one form."""

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("recording", "form", "version", "rater"),
        Index("evaluation_agent_idx", "agent", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recording: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[str] = mapped_column(comment="who is judged")
    form: Mapped[str]
    version: Mapped[int]
    rater: Mapped[str] = mapped_column(comment="the login")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="question -> answer")
    comments: Mapped[list[Any]] = mapped_column(
        JSONB, comment="[[seconds from the beginning, text], …]"
    )
    points: Mapped[float]
    points_max: Mapped[float]
    failed: Mapped[bool] = mapped_column(comment="a question that fails all was answered so")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class TranscriptRow(Table):
    """What was said, as a machine understood it."""

    __tablename__ = "transcript"
    __table_args__ = (Index("transcript_words_idx", "words", postgresql_using="gin"),)

    recording: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(comment="BCP 47")
    model: Mapped[str]
    parts: Mapped[list[Any]] = mapped_column(
        JSONB, comment="[[channel, from second, until second, text], …]"
    )
    text_: Mapped[str] = mapped_column("text")
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', text) || array_to_tsvector(ARRAY['part ' || (recording >> 14)])",
            persisted=True,
        ),
        comment="and the part, so that common words are looked for in the newest alone",
    )
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class SearchBlockRow(Table):
    """A block of recordings in the search's index: those whose ids are alike but for the last bits.

    See db/recording_index.py.
    """

    __tablename__ = "recording_block"
    __table_args__ = (Index("recording_block_last_idx", "last_at"),)

    block: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="id >> 16"
    )
    first_at: Mapped[datetime] = mapped_column(comment="the earliest beginning of a recording")
    last_at: Mapped[datetime] = mapped_column(comment="the latest")
    zones: Mapped[bytes] = mapped_column(
        comment="of each 1024 ids the earliest and the latest, int64 microseconds, big-endian"
    )


class SearchWordRow(Table):
    """Which recordings of a block have this property: a bit for each, by id."""

    __tablename__ = "recording_word"

    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(primary_key=True, comment="such as `queue=sales`")
    bits: Mapped[str] = mapped_column(BIT(BLOCK_SIZE))


class SearchChangeRow(Table):
    """A recording that came or changed since its block was made. Triggers write it."""

    __tablename__ = "recording_changed"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recording: Mapped[int] = mapped_column(BigInteger)

"""Flows and what callers do in them, with the meaning of each column.

As in tables.py: what is written at call time has no foreign keys and takes any word.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.db.table import EMPTY, FALSE, NOW, Table

ZERO = text("0")


class FlowVersionRow(Table):
    """A flow as it was published. A trigger refuses every change."""

    __tablename__ = "flow_version"

    flow: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … within the flow"
    )
    document: Mapped[Any] = mapped_column(JSONB, comment="as in ccserver/flows/document.py")
    sha256: Mapped[str] = mapped_column(comment="of the document, in hexadecimal digits")
    published_at: Mapped[datetime] = mapped_column(server_default=NOW)
    published_by: Mapped[str]
    note: Mapped[str] = mapped_column(server_default=EMPTY)


class FlowReleaseRow(Table):
    """Which version of a flow callers get. Every change of it stands in `setting_audit`."""

    __tablename__ = "flow_release"
    __table_args__ = (
        ForeignKeyConstraint(
            ["flow", "version"],
            ["flow_version.flow", "flow_version.version"],
            name="flow_release_version_fkey",
        ),
        ForeignKeyConstraint(
            ["flow", "canary_version"],
            ["flow_version.flow", "flow_version.version"],
            name="flow_release_canary_version_fkey",
        ),
        CheckConstraint(
            "CASE WHEN canary_version IS NULL THEN canary_share = 0"
            " ELSE canary_share > 0 AND canary_share < 1 END",
            name="canary",
        ),
    )

    flow: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    canary_version: Mapped[int | None] = mapped_column(
        Integer, comment="what a share of the callers gets; null: everyone gets `version`"
    )
    canary_share: Mapped[float] = mapped_column(server_default=ZERO)
    canary_since: Mapped[datetime | None] = mapped_column(
        comment="when callers began to be shared out like this: what both are compared from"
    )
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    changed_by: Mapped[str]


class IvrWalkRow(Table):
    """One walk of a caller through a flow, from its first step to its end."""

    __tablename__ = "ivr_walk"
    __table_args__ = (Index("ivr_walk_flow_idx", "flow", "began_at"),)

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … within the contact"
    )
    flow: Mapped[str] = mapped_column(comment="the one that it began with")
    version: Mapped[int] = mapped_column(Integer, comment="0: it was never published")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(comment="`queued`, `goodbye`, `hung_up` …")
    steps: Mapped[list[Any]] = mapped_column(
        JSONB,
        comment="[[step, entered at, how the one before was left], …]; `part.step` in a part",
    )


class VoicemailRow(Table):
    """A message that a caller left for the agents of a queue."""

    __tablename__ = "voicemail"
    __table_args__ = (
        Index("voicemail_queue_idx", "queue", "state", "ended_at"),
        Index(None, "contact"),
    )

    file: Mapped[str] = mapped_column(primary_key=True, comment="its sound is this recording")
    contact: Mapped[UUID]
    queue: Mapped[str]
    caller: Mapped[str] = mapped_column(comment="E.164 where the number is one")
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(comment="`new`, `taken`, `done`")
    taken_by: Mapped[str | None] = mapped_column(comment="the agent, or who else looks after it")
    changed_at: Mapped[datetime]


class SurveyAnswerRow(Table):
    """A caller's answer to a question of a survey: the last one that he gave."""

    __tablename__ = "survey_answer"
    __table_args__ = (Index("survey_answer_at_idx", "answered_at"),)

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    survey: Mapped[str] = mapped_column(primary_key=True, comment="the flow")
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(comment="the key, or the recording's file")
    queue: Mapped[str | None] = mapped_column(comment="whose caller it was")
    agent: Mapped[str | None] = mapped_column(comment="who had talked to him")
    answered_at: Mapped[datetime]


class ServiceTicketRow(Table):
    """What a caller wants to be done: a complaint, a repair, help at the roadside."""

    __tablename__ = "service_ticket"
    __table_args__ = (
        Index("service_ticket_opened_idx", "state", "opened_at"),
        Index(None, "contact"),
        Index(None, "customer_id"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact: Mapped[UUID | None] = mapped_column(comment="the call that it was opened in")
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    caller: Mapped[str] = mapped_column(comment="E.164 where the number is one")
    kind: Mapped[str]
    title: Mapped[str]
    details: Mapped[str]
    urgent: Mapped[bool] = mapped_column(server_default=FALSE)
    state: Mapped[str] = mapped_column(server_default=text("'open'"), comment="`open`, `closed`")
    opened_at: Mapped[datetime] = mapped_column(server_default=NOW)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class NuisanceNumberRow(Table):
    """A number whose callers are a nuisance."""

    __tablename__ = "nuisance_number"

    number: Mapped[str] = mapped_column(
        primary_key=True, comment="as contacts show it: E.164 where it is one"
    )
    reason: Mapped[str]
    contact: Mapped[UUID | None] = mapped_column(comment="the call in which it was marked")
    marked_by: Mapped[str]
    marked_at: Mapped[datetime] = mapped_column(server_default=NOW)

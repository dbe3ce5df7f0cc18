"""What customers were asked, by agents or by keys, and what they answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.db.table import EMPTY, NOW, Table


class QuestionnaireVersionRow(Table):
    """A questionnaire as it was at one time: answers hang on a version."""

    __tablename__ = "questionnaire_version"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="a QuestionnaireForm")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ResponseRow(Table):
    """One customer's answers to one questionnaire."""

    __tablename__ = "questionnaire_response"
    __table_args__ = (
        Index("questionnaire_response_contact_idx", "contact", "name", unique=True),
        Index(None, "name", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    contact: Mapped[UUID]
    campaign: Mapped[str] = mapped_column(server_default=EMPTY)
    lead: Mapped[int | None] = mapped_column(BigInteger)
    customer: Mapped[str] = mapped_column(server_default=EMPTY)
    agent: Mapped[str | None] = mapped_column(comment="who asked, or had talked before the keys")
    queue: Mapped[str | None]
    way: Mapped[str] = mapped_column(comment="`agent`, `keys`")
    language: Mapped[str] = mapped_column(server_default=EMPTY)
    data: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'"), comment="the lead's record then: figures go by it"
    )
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)
    completed_at: Mapped[datetime | None] = mapped_column(comment="null: broken off, or goes on")


class AnswerRow(Table):
    """The answer to one question."""

    __tablename__ = "questionnaire_answer"

    response: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("questionnaire_response.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[Any] = mapped_column(
        JSONB, comment="a name, a list of names, a number, or text; for a spoken one its file"
    )
    at: Mapped[datetime] = mapped_column(server_default=NOW)

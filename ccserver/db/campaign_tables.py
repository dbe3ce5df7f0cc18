"""Outbound calling: campaigns, lists, leads, attempts, their evidence, and who is barred."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.db.table import EMPTY, FALSE, NOW, Table

EMPTY_OBJECT = text("'{}'")
ZERO = text("0")


class CampaignRow(Table):
    """Whether a campaign of the configuration runs, and what its pacer has learned."""

    __tablename__ = "campaign"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(comment="a CampaignState")
    reason: Mapped[str] = mapped_column(server_default=EMPTY, comment="why it is in this state")
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    changed_by: Mapped[str] = mapped_column(server_default=EMPTY, comment="a login; empty: itself")
    started_at: Mapped[datetime | None] = mapped_column(comment="for the first time")
    ended_at: Mapped[datetime | None]
    learned: Mapped[str] = mapped_column(server_default=EMPTY)
    rules: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="SHA-256 of the rules in force, as the evidence has them"
    )


class CallListRow(Table):
    """A list of leads of one campaign."""

    __tablename__ = "call_list"
    __table_args__ = (Index(None, "campaign"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign: Mapped[str]
    title: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    priority: Mapped[int] = mapped_column(
        server_default=ZERO, comment="the highest of the campaign is called first"
    )
    share: Mapped[float] = mapped_column(
        server_default=text("1"), comment="of the calls of its priority: a mix"
    )
    region: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="ISO 3166: how numbers without + are read"
    )
    source: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=EMPTY_OBJECT, comment="the file's name, or the filter"
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    created_by: Mapped[str] = mapped_column(server_default=EMPTY)
    state: Mapped[str] = mapped_column(
        server_default=text("'ready'"), comment="`importing`, `ready`, `failed`"
    )
    rows_total: Mapped[int] = mapped_column(BigInteger, server_default=ZERO, comment="0: not known")
    rows_read: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    rows_good: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    rows_bad: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    failure: Mapped[str] = mapped_column(server_default=EMPTY)


class ListFaultRow(Table):
    """A row of a list's file that became no lead."""

    __tablename__ = "list_fault"

    call_list: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("call_list.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, comment="1: the first below")
    fault: Mapped[str] = mapped_column(
        comment="`no_number`, `invalid`, `duplicate`, `do_not_call`, `format`"
    )
    detail: Mapped[str]


class LeadRow(Table):
    """Somebody who is to be called."""

    __tablename__ = "lead"
    __table_args__ = (
        Index(
            "lead_due_idx", "call_list", "not_before",
            postgresql_where=text("state IN ('new', 'retry', 'callback')"),
        ),
        Index(
            "lead_new_idx", "call_list", text("priority DESC"), "id",
            postgresql_where=text("state = 'new'"),
        ),
        Index(None, "call_list"),
        Index("lead_numbers_idx", "numbers", postgresql_using="gin"),
        Index(
            "lead_queued_idx", "campaign",
            postgresql_where=text("state IN ('queued', 'dialing', 'connected')"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign: Mapped[str]
    call_list: Mapped[int] = mapped_column(BigInteger)
    customer: Mapped[str] = mapped_column(server_default=EMPTY)
    name: Mapped[str] = mapped_column(server_default=EMPTY)
    language: Mapped[str] = mapped_column(server_default=EMPTY)
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text()), comment="E.164, the best first")
    number_index: Mapped[int] = mapped_column(SmallInteger, server_default=ZERO)
    zone: Mapped[str] = mapped_column(server_default=EMPTY, comment="IANA, of the first number")
    data: Mapped[dict[str, Any]] = mapped_column(
        JSON(), default=dict, comment="label: value, both text"
    )
    """JSON, not JSONB: agents read the columns in the order of the file."""
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=ZERO)
    state: Mapped[str] = mapped_column(server_default=text("'new'"), comment="a LeadState")
    queued_from: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="its state before the hopper"
    )
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=ZERO)
    tries_by_result: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    not_before: Mapped[datetime] = mapped_column(server_default=text("'epoch'"))
    last_result: Mapped[str] = mapped_column(server_default=EMPTY)
    last_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None] = mapped_column(comment="abandoned: agent reserved only")
    agent: Mapped[str | None] = mapped_column(comment="who has agreed on a callback")
    consent: Mapped[bool] = mapped_column(server_default=FALSE, comment="came with the list")


class AttemptRow(Table):
    """One call to a lead. Written before the switch is told."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(None, "campaign", "placed_at"),
        Index(None, "number", "placed_at"),
        Index(None, "lead"),
        Index("attempt_open_idx", "campaign", postgresql_where=text("result IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="also the contact's, if answered")
    campaign: Mapped[str]
    call_list: Mapped[int] = mapped_column(BigInteger)
    lead: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str]
    number_index: Mapped[int] = mapped_column(SmallInteger)
    caller_id: Mapped[str] = mapped_column(server_default=EMPTY)
    mode: Mapped[str]
    placed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    clock_at: Mapped[datetime | None] = mapped_column(comment="the connect limit counts from here")
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(comment="a Result; null: it goes on")
    heard: Mapped[str] = mapped_column(server_default=EMPTY, comment="Asterisk's AMD")
    message: Mapped[str] = mapped_column(server_default=EMPTY, comment="the prompt he was played")
    agent: Mapped[str | None]
    disposition: Mapped[str] = mapped_column(server_default=EMPTY)


class EvidenceRow(Table):
    """What proves how a campaign called: a chain of hashes. Never changed: a trigger refuses."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "attempt"),)

    campaign: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, comment="1, 2, 3 … without gap")
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(comment="`rules`, `state`, `dialed`, `answered`, `ended` …")
    attempt: Mapped[UUID | None]
    body: Mapped[str] = mapped_column(comment="canonical JSON, which the hash is over")
    hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the hash before and the body")


class DoNotCallRow(Table):
    """A number, or the beginning of numbers, that is not to be called."""

    __tablename__ = "do_not_call"
    __table_args__ = (Index("do_not_call_number_idx", "number", "campaign", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(comment="E.164, or its beginning")
    prefix: Mapped[bool] = mapped_column(server_default=FALSE)
    campaign: Mapped[str] = mapped_column(server_default=EMPTY, comment="empty: by none at all")
    source: Mapped[str] = mapped_column(comment="`customer`, `agent`, `import`, `operator`")
    reason: Mapped[str] = mapped_column(server_default=EMPTY)
    added_at: Mapped[datetime] = mapped_column(server_default=NOW)
    added_by: Mapped[str] = mapped_column(server_default=EMPTY)


class CallingConsentRow(Table):
    """Whether somebody may be called at a number, as he has said: the last word counts."""

    __tablename__ = "calling_consent"

    number: Mapped[str] = mapped_column(primary_key=True, comment="E.164")
    campaign: Mapped[str] = mapped_column(primary_key=True, server_default=EMPTY)
    given: Mapped[bool]
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=NOW)
    by: Mapped[str] = mapped_column(server_default=EMPTY)


class CampaignReportRow(Table):
    """What a campaign did on one day or night, as it was told in the morning."""

    __tablename__ = "campaign_report"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)

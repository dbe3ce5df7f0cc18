"""What the desk and the floor leave behind: how calls sounded, what supervisors did, alerts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.db.table import EMPTY, NOW, Table


class CallQualityRow(Table):
    """How a talk went over the network, as the agent's browser measured it (getStats)."""

    __tablename__ = "call_quality"
    __table_args__ = (Index(None, "started_at"),)

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]
    packets_received: Mapped[int] = mapped_column(BigInteger)
    packets_lost: Mapped[int] = mapped_column(BigInteger)
    jitter_mean_ms: Mapped[float]
    jitter_max_ms: Mapped[float]
    round_trip_mean_ms: Mapped[float | None] = mapped_column(comment="null: never measured")
    round_trip_max_ms: Mapped[float | None]
    mos: Mapped[float | None] = mapped_column(
        comment="1 to 4.5, by the E-model (ITU-T G.107) from loss, jitter and round trip"
    )


class ActRow(Table):
    """What a supervisor did on the floor. Changes of the configuration are in `setting_audit`."""

    __tablename__ = "act"
    __table_args__ = (Index(None, "at"), Index(None, "target", "at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=NOW)
    who: Mapped[str] = mapped_column(comment="the login")
    kind: Mapped[str] = mapped_column(
        comment="`listen`, `whisper`, `barge`, `take_over`, `leave`, `message`, `presence`, "
        "`move`, `close`, `open`"
    )
    target: Mapped[str] = mapped_column(comment="an agent's login, or a queue's name")
    contact: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(server_default=EMPTY)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AlertRow(Table):
    """A figure that was beyond its threshold."""

    __tablename__ = "alert"
    __table_args__ = (Index(None, "began_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    threshold: Mapped[str]
    queue: Mapped[str]
    figure: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="null: it still is")
    worst: Mapped[float | None] = mapped_column(comment="null: there was no figure at all")

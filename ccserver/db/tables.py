"""People, customers and history, with the meaning of each column. Flows are in flow_tables.py.

Migrations are checked against both files.

Instants are `timestamptz` in UTC. Names of queues and agents are text and not foreign keys: the
history must be writable at call time whatever an operator has renamed or deleted since. For the
same reason the words in it (presence, kind, …) are checked by the core's types and not here.
"""

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
    SmallInteger,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ccserver.core.value import Tier
from ccserver.db.table import EMPTY, FALSE, NOW, Table

ROLES = ("agent", "supervisor", "admin")


def _one_of(column: str, words: tuple[str, ...] | list[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


class CustomerRow(Table):
    """Someone who calls. The core knows the id as text (`CustomerId`)."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint(_one_of("tier", list(Tier)), name="tier"),
        CheckConstraint("value BETWEEN 0 AND 1", name="value"),
        CheckConstraint("orders_per_year >= 0", name="orders_per_year"),
        CheckConstraint("open_complaints >= 0", name="open_complaints"),
        CheckConstraint("churn_risk BETWEEN 0 AND 1", name="churn_risk"),
        Index(None, "tier_changed_at", postgresql_where=text("tier_changed_at IS NOT NULL")),
        *(
            # To find what begins with some words, whatever the database's language.
            Index(
                f"customer_{column}_idx",
                func.lower(literal_column(column)).label("small"),
                postgresql_ops={"small": "text_pattern_ops"},
            )
            for column in ("name", "address")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(server_default=EMPTY)
    tier: Mapped[str] = mapped_column(server_default=text("'standard'"))
    value: Mapped[float] = mapped_column(
        server_default=text("0.2"), comment="what the customer is worth to the business, 0 to 1"
    )
    language: Mapped[str] = mapped_column(server_default=text("'zh'"), comment="BCP 47")
    notes: Mapped[str] = mapped_column(server_default=EMPTY)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    tier_changed_at: Mapped[datetime | None] = mapped_column(
        comment="set by triggers, also when a number comes; null: always was a standard customer"
    )
    region: Mapped[str] = mapped_column(
        server_default=EMPTY,
        comment="where the customer is at home, as the operator's data name it",
    )
    revenue_per_year: Mapped[float | None] = mapped_column(
        comment="in the operator's money, to compare customers and not to keep books"
    )
    last_purchase_on: Mapped[date | None]
    orders_per_year: Mapped[float | None]
    customer_since: Mapped[date | None]
    open_complaints: Mapped[int | None] = mapped_column(
        comment="null, as in every figure: not known, which counts neither for nor against"
    )
    churn_risk: Mapped[float | None] = mapped_column(
        comment="the probability to lose the customer, 0 to 1"
    )
    value_fixed: Mapped[bool] = mapped_column(
        server_default=FALSE,
        comment="set by hand or by a file: computing all values leaves it alone",
    )
    value_reasons: Mapped[list[Any]] = mapped_column(
        JSONB,
        server_default=text("'[]'"),
        comment="[[part, what it adds to the value], …], the largest first",
    )
    value_computed_at: Mapped[datetime | None] = mapped_column(
        comment="when value and reasons became what they are; null: they were not computed"
    )
    recording_consent: Mapped[str] = mapped_column(
        server_default=text("'unknown'"), comment="`unknown`, `given` or `refused`"
    )
    address: Mapped[str] = mapped_column(server_default=EMPTY)


class CustomerNumberRow(Table):
    """A telephone number and whose it is. A customer may have several, a number has one owner."""

    __tablename__ = "customer_number"

    number: Mapped[str] = mapped_column(primary_key=True, comment="E.164, with the plus sign")
    customer_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )


class PersonRow(Table):
    """Someone who logs in. An agent's `AgentId` is the login."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint(_one_of("role", ROLES), name="role"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str] = mapped_column(comment="argon2id; empty: cannot log in")
    phone: Mapped[str | None] = mapped_column(
        unique=True, comment="the extension that rings this agent; null for one who takes no calls"
    )
    sip_secret: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="what the phone registers with"
    )
    browser_secret: Mapped[str] = mapped_column(
        server_default=EMPTY,
        comment="what the browser's phone registers with; empty: the phone is the desk's",
    )
    browser_screen: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="what the page calls itself that has this secret"
    )
    queues: Mapped[list[str]] = mapped_column(
        ARRAY(Text),
        server_default=text("'{}'"),
        comment="none: every queue whose required skills the agent has",
    )
    skills: Mapped[dict[str, int]] = mapped_column(
        JSONB, server_default=text("'{}'"), comment="name: level, 1 to 5"
    )
    languages: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), comment="BCP 47; none: whatever is needed"
    )
    regions: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), comment="none: everywhere"
    )
    team: Mapped[str | None]
    downloads: Mapped[bool] = mapped_column(
        server_default=FALSE, comment="may take copies of recordings; administrators always may"
    )
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)


class AgentPresenceRow(Table):
    """How each agent was last seen: written at the change, so that it survives kill -9."""

    __tablename__ = "agent_presence"

    agent: Mapped[str] = mapped_column(primary_key=True)
    presence: Mapped[str]
    reason: Mapped[str]
    work: Mapped[str]
    since: Mapped[datetime]
    contact: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(
        comment="when the center said so; an older change never overwrites a newer one"
    )


class ContactRow(Table):
    """One customer's wish from first ring to last note."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("contact_arrived_idx", "arrived_at", "id"),
        Index("contact_customer_idx", "customer_id", "arrived_at", "id"),
        Index("contact_agent_idx", "agent", "arrived_at", "id"),
        Index("contact_queue_idx", "queue", "arrived_at", "id"),
        Index("contact_caller_idx", "caller", "arrived_at", "id"),
        Index("contact_open_idx", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "contact_campaign_idx",
            "campaign",
            "arrived_at",
            postgresql_where=text("campaign <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7, RFC 9562")
    leg: Mapped[str] = mapped_column(comment="the switch's name for the caller's leg")
    caller: Mapped[str] = mapped_column(comment="E.164 where the number is one")
    dialed: Mapped[str]
    arrived_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="null: still open")
    ended_by: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: the history outlives the customer's record"
    )
    tier: Mapped[str | None] = mapped_column(comment="as it was on the call, not as it is today")
    value: Mapped[float | None]
    language: Mapped[str | None]
    queue: Mapped[str | None] = mapped_column(comment="the last one")
    agent: Mapped[str | None] = mapped_column(comment="who talked to the caller last")
    keys: Mapped[list[Any] | None] = mapped_column(JSONB, comment="[[step, key], …] from the flow")
    data: Mapped[list[Any] | None] = mapped_column(
        JSONB, comment="[[label, value], …] that flows attached"
    )
    direction: Mapped[str] = mapped_column(server_default=text("'inbound'"))
    disposition: Mapped[str] = mapped_column(
        server_default=EMPTY, comment="what came of it, as the agent said; empty: nothing was said"
    )
    note: Mapped[str] = mapped_column(server_default=EMPTY, comment="the agent's")
    campaign: Mapped[str] = mapped_column(server_default=EMPTY, comment="which one called")
    lead: Mapped[int | None] = mapped_column(BigInteger)


class SegmentRow(Table):
    """One part of a contact. Parts follow each other without a gap."""

    __tablename__ = "segment"
    __table_args__ = (
        Index("segment_agent_idx", "agent", "started_at", postgresql_where=text("agent <> ''")),
        Index("segment_started_idx", "started_at", postgresql_using="brin"),
    )

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … within the contact"
    )
    kind: Mapped[str]
    queue: Mapped[str | None]
    agent: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[str]


class AgentIntervalRow(Table):
    """One finished stretch of an agent's day. The key says which event finished it."""

    __tablename__ = "agent_interval"
    __table_args__ = (
        Index("agent_interval_agent_idx", "agent", "started_at"),
        Index("agent_interval_started_idx", "started_at", "ended_at", postgresql_using="brin"),
    )

    run: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    agent: Mapped[str]
    presence: Mapped[str]
    reason: Mapped[str]
    work: Mapped[str]
    contact: Mapped[UUID | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]


class QueueVisitRow(Table):
    """One visit to a queue, from joining to leaving it: what figures are made of."""

    __tablename__ = "queue_visit"
    __table_args__ = (
        Index("queue_visit_queue_idx", "queue", "entered_at"),
        Index("queue_visit_ended_idx", "ended_at", postgresql_using="brin"),
        Index("queue_visit_entered_idx", "entered_at", postgresql_using="brin"),
    )

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … within the contact"
    )
    queue: Mapped[str]
    tier: Mapped[str] = mapped_column(comment="as it was on this visit")
    value: Mapped[float]
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    waited_seconds: Mapped[float] = mapped_column(
        comment="from entered_at to the exit, and what was brought along from an earlier queue"
    )
    exit: Mapped[str]
    agent: Mapped[str | None] = mapped_column(comment="who answered")
    wait_from_seconds: Mapped[float] = mapped_column(
        comment="the band that was promised at entered_at; 0 and 0: served at once"
    )
    wait_until_seconds: Mapped[float]


class CallbackRow(Table):
    """How a customer's wish to be called back stands: one row a contact."""

    __tablename__ = "callback"
    __table_args__ = (
        Index(
            "callback_open_idx",
            "queued_at",
            postgresql_where=text("state IN ('waiting', 'dialing')"),
        ),
    )

    contact: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    number: Mapped[str] = mapped_column(comment="E.164")
    queue: Mapped[str]
    queued_at: Mapped[datetime] = mapped_column(comment="the place in the queue that is kept")
    requested_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, comment="calls that were made already")
    not_before: Mapped[datetime] = mapped_column(comment="the next try waits until then")
    language: Mapped[str] = mapped_column(comment="BCP 47, as the caller chose it")
    agent: Mapped[str | None] = mapped_column(comment="who is to call; null: whoever is free")
    changed_at: Mapped[datetime] = mapped_column(
        comment="when the center said so; an older change never overwrites a newer one"
    )


class RunRow(Table):
    """One life of ccserver, from start to stop or kill."""

    __tablename__ = "run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[str]


class JournalRow(Table):
    """What the center was told and what it ordered: see ccserver/db/entries.py for the rules."""

    __tablename__ = "journal"
    __table_args__ = (
        Index(
            "journal_contact_idx", "contact", "now", postgresql_where=text("contact IS NOT NULL")
        ),
        Index("journal_at_idx", "at", postgresql_using="brin"),
    )

    run: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="0: the event and the commands of its contact; above: orders for others",
    )
    now: Mapped[float] = mapped_column(comment="the very float that the center was given")
    at: Mapped[datetime] = mapped_column(Computed("to_timestamp(now)", persisted=True))
    contact: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(comment="the event's name")
    commands_hash: Mapped[int] = mapped_column(
        BigInteger, comment="of all commands of the event, to compare a replay with"
    )
    body: Mapped[Any] = mapped_column(JSONB)


class SettingRow(Table):
    """One thing of the configuration, in the form of ccserver/config/form.py."""

    __tablename__ = "setting"

    kind: Mapped[str] = mapped_column(
        primary_key=True, comment="`queues`, `skills` …; `closed`: a queue closed by hand"
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Any] = mapped_column(JSONB, comment="without what is as usual")
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_by: Mapped[str]


class SettingAuditRow(Table):
    """One change of the configuration: who, when, from what to what, and why."""

    __tablename__ = "setting_audit"
    __table_args__ = (Index(None, "kind", "name", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=NOW)
    who: Mapped[str] = mapped_column(comment="the log-in, or the command line's user")
    kind: Mapped[str]
    name: Mapped[str]
    before: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True), comment="null: was not")
    after: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True), comment="null: is no more")
    reason: Mapped[str]

"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Whoever writes a customer, the switch's own database learns of a changed tier.
TIER_CHANGED = (
    """
CREATE FUNCTION customer_tier_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tier_changed_at := clock_timestamp();
  RETURN NEW;
END $$
""",
    """
CREATE TRIGGER customer_tier_added BEFORE INSERT ON customer
  FOR EACH ROW WHEN (NEW.tier <> 'standard') EXECUTE FUNCTION customer_tier_changed()
""",
    """
CREATE TRIGGER customer_tier_changed BEFORE UPDATE OF tier ON customer
  FOR EACH ROW WHEN (NEW.tier <> OLD.tier) EXECUTE FUNCTION customer_tier_changed()
""",
)


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "agent_interval",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run", "seq", "part", name=op.f("agent_interval_pkey")),
    )
    op.create_index(
        "agent_interval_agent_idx", "agent_interval", ["agent", "started_at"], unique=False
    )
    op.create_table(
        "agent_presence",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=True),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the center said so; an older change never overwrites a newer one",
        ),
        sa.PrimaryKeyConstraint("agent", name=op.f("agent_presence_pkey")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7, RFC 9562"),
        sa.Column(
            "leg", sa.Text(), nullable=False, comment="the switch's name for the caller's leg"
        ),
        sa.Column("caller", sa.Text(), nullable=False, comment="E.164 where the number is one"),
        sa.Column("dialed", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="null: still open"
        ),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column(
            "customer_id",
            sa.BigInteger(),
            nullable=True,
            comment="no foreign key: the history outlives the customer's record",
        ),
        sa.Column(
            "tier", sa.Text(), nullable=True, comment="as it was on the call, not as it is today"
        ),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True, comment="the last one"),
        sa.Column("agent", sa.Text(), nullable=True, comment="who talked to the caller last"),
        sa.Column(
            "keys",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="[[step, key], …] from the flow",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_pkey")),
    )
    op.create_index("contact_agent_idx", "contact", ["agent", "arrived_at", "id"], unique=False)
    op.create_index("contact_arrived_idx", "contact", ["arrived_at", "id"], unique=False)
    op.create_index("contact_caller_idx", "contact", ["caller", "arrived_at", "id"], unique=False)
    op.create_index(
        "contact_customer_idx", "contact", ["customer_id", "arrived_at", "id"], unique=False
    )
    op.create_index(
        "contact_open_idx",
        "contact",
        ["id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("contact_queue_idx", "contact", ["queue", "arrived_at", "id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("tier", sa.Text(), server_default=sa.text("'standard'"), nullable=False),
        sa.Column(
            "value",
            sa.Double(),
            server_default=sa.text("0.2"),
            nullable=False,
            comment="what the customer is worth to the business, 0 to 1",
        ),
        sa.Column(
            "language", sa.Text(), server_default=sa.text("'zh'"), nullable=False, comment="BCP 47"
        ),
        sa.Column("notes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "tier_changed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set by a trigger; null: always was a standard customer",
        ),
        sa.CheckConstraint(
            "tier IN ('platinum', 'gold', 'silver', 'standard')", name=op.f("customer_tier_check")
        ),
        sa.CheckConstraint("value BETWEEN 0 AND 1", name=op.f("customer_value_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_pkey")),
    )
    op.create_index(
        op.f("customer_tier_changed_at_idx"),
        "customer",
        ["tier_changed_at"],
        unique=False,
        postgresql_where=sa.text("tier_changed_at IS NOT NULL"),
    )
    for statement in TIER_CHANGED:
        op.execute(statement)
    op.create_table(
        "journal",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "part",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0: the event and the commands of its contact; above: orders for others",
        ),
        sa.Column(
            "now", sa.Double(), nullable=False, comment="the very float that the center was given"
        ),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            sa.Computed("to_timestamp(now)", persisted=True),
            nullable=False,
        ),
        sa.Column("contact", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False, comment="the event's name"),
        sa.Column(
            "commands_hash",
            sa.BigInteger(),
            nullable=False,
            comment="of all commands of the event, to compare a replay with",
        ),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run", "seq", "part", name=op.f("journal_pkey")),
    )
    op.create_index("journal_at_idx", "journal", ["at"], unique=False, postgresql_using="brin")
    op.create_index(
        "journal_contact_idx",
        "journal",
        ["contact", "now"],
        unique=False,
        postgresql_where=sa.text("contact IS NOT NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "password_hash", sa.Text(), nullable=False, comment="argon2id; empty: cannot log in"
        ),
        sa.Column(
            "phone",
            sa.Text(),
            nullable=True,
            comment="the extension that rings this agent; null for one who takes no calls",
        ),
        sa.Column(
            "sip_secret",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what the phone registers with",
        ),
        sa.Column(
            "queues", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('agent', 'supervisor', 'admin')", name=op.f("person_role_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
        sa.UniqueConstraint("login", name=op.f("person_login_key")),
        sa.UniqueConstraint("phone", name=op.f("person_phone_key")),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("recording_pkey")),
        sa.UniqueConstraint("file", name=op.f("recording_file_key")),
    )
    op.create_index(op.f("recording_contact_idx"), "recording", ["contact"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("run_pkey")),
    )
    op.create_index(op.f("run_started_at_idx"), "run", ["started_at"], unique=False)
    op.create_table(
        "segment",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … within the contact",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "number", name=op.f("segment_pkey")),
    )
    op.create_index(
        "segment_agent_idx",
        "segment",
        ["agent", "started_at"],
        unique=False,
        postgresql_where=sa.text("agent <> ''"),
    )
    op.create_table(
        "customer_number",
        sa.Column("number", sa.Text(), nullable=False, comment="E.164, with the plus sign"),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("customer_number_customer_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("customer_number_pkey")),
    )
    op.create_index(
        op.f("customer_number_customer_id_idx"), "customer_number", ["customer_id"], unique=False
    )


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("customer_number_customer_id_idx"), table_name="customer_number")
    op.drop_table("customer_number")
    op.drop_index(
        "segment_agent_idx", table_name="segment", postgresql_where=sa.text("agent <> ''")
    )
    op.drop_table("segment")
    op.drop_index(op.f("run_started_at_idx"), table_name="run")
    op.drop_table("run")
    op.drop_index(op.f("recording_contact_idx"), table_name="recording")
    op.drop_table("recording")
    op.drop_table("person")
    op.drop_index(
        "journal_contact_idx", table_name="journal", postgresql_where=sa.text("contact IS NOT NULL")
    )
    op.drop_index("journal_at_idx", table_name="journal", postgresql_using="brin")
    op.drop_table("journal")
    op.drop_index(
        op.f("customer_tier_changed_at_idx"),
        table_name="customer",
        postgresql_where=sa.text("tier_changed_at IS NOT NULL"),
    )
    op.drop_table("customer")
    op.execute("DROP FUNCTION customer_tier_changed")
    op.drop_index("contact_queue_idx", table_name="contact")
    op.drop_index(
        "contact_open_idx", table_name="contact", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index("contact_customer_idx", table_name="contact")
    op.drop_index("contact_caller_idx", table_name="contact")
    op.drop_index("contact_arrived_idx", table_name="contact")
    op.drop_index("contact_agent_idx", table_name="contact")
    op.drop_table("contact")
    op.drop_table("agent_presence")
    op.drop_index("agent_interval_agent_idx", table_name="agent_interval")
    op.drop_table("agent_interval")

"""What desk and floor need: outcomes, addresses, browsers' phones, acts, alerts, quality."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("who", sa.Text(), nullable=False, comment="the login"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="`listen`, `whisper`, `barge`, `take_over`, `leave`, `message`, `presence`, "
            "`move`, `close`, `open`",
        ),
        sa.Column(
            "target", sa.Text(), nullable=False, comment="an agent's login, or a queue's name"
        ),
        sa.Column("contact", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("act_pkey")),
    )
    op.create_index(op.f("act_at_idx"), "act", ["at"], unique=False)
    op.create_index(op.f("act_target_at_idx"), "act", ["target", "at"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("threshold", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="null: it still is"
        ),
        sa.Column("worst", sa.Double(), nullable=True, comment="null: there was no figure at all"),
        sa.PrimaryKeyConstraint("id", name=op.f("alert_pkey")),
    )
    op.create_index(op.f("alert_began_at_idx"), "alert", ["began_at"], unique=False)
    op.create_table(
        "call_quality",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packets_received", sa.BigInteger(), nullable=False),
        sa.Column("packets_lost", sa.BigInteger(), nullable=False),
        sa.Column("jitter_mean_ms", sa.Double(), nullable=False),
        sa.Column("jitter_max_ms", sa.Double(), nullable=False),
        sa.Column("round_trip_mean_ms", sa.Double(), nullable=True, comment="null: never measured"),
        sa.Column("round_trip_max_ms", sa.Double(), nullable=True),
        sa.Column(
            "mos",
            sa.Double(),
            nullable=True,
            comment="1 to 4.5, by the E-model (ITU-T G.107) from loss, jitter and round trip",
        ),
        sa.PrimaryKeyConstraint("contact", "agent", "started_at", name=op.f("call_quality_pkey")),
    )
    op.create_index(
        op.f("call_quality_started_at_idx"), "call_quality", ["started_at"], unique=False
    )
    op.create_index(
        "agent_interval_started_idx",
        "agent_interval",
        ["started_at", "ended_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "queue_visit_entered_idx",
        "queue_visit",
        ["entered_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "segment_started_idx", "segment", ["started_at"], unique=False, postgresql_using="brin"
    )
    op.add_column(
        "callback",
        sa.Column(
            "agent", sa.Text(), nullable=True, comment="who is to call; null: whoever is free"
        ),
    )
    op.add_column(
        "contact",
        sa.Column("direction", sa.Text(), server_default=sa.text("'inbound'"), nullable=False),
    )
    op.add_column(
        "contact",
        sa.Column(
            "disposition",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what came of it, as the agent said; empty: nothing was said",
        ),
    )
    op.add_column(
        "contact",
        sa.Column(
            "note", sa.Text(), server_default=sa.text("''"), nullable=False, comment="the agent's"
        ),
    )
    op.add_column(
        "customer", sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.create_index(
        "customer_address_idx",
        "customer",
        [sa.literal_column("lower(address) text_pattern_ops")],
        unique=False,
    )
    op.create_index(
        "customer_name_idx",
        "customer",
        [sa.literal_column("lower(name) text_pattern_ops")],
        unique=False,
    )
    op.add_column(
        "person",
        sa.Column(
            "browser_secret",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what the browser's phone registers with; empty: the phone is the desk's",
        ),
    )
    op.add_column(
        "person",
        sa.Column(
            "browser_screen",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what the page calls itself that has this secret",
        ),
    )


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("person", "browser_screen")
    op.drop_column("person", "browser_secret")
    op.drop_index("customer_name_idx", table_name="customer")
    op.drop_index("customer_address_idx", table_name="customer")
    op.drop_column("customer", "address")
    op.drop_column("contact", "note")
    op.drop_column("contact", "disposition")
    op.drop_column("contact", "direction")
    op.drop_column("callback", "agent")
    op.drop_index("segment_started_idx", table_name="segment")
    op.drop_index("queue_visit_entered_idx", table_name="queue_visit")
    op.drop_index("agent_interval_started_idx", table_name="agent_interval")
    op.drop_index(op.f("call_quality_started_at_idx"), table_name="call_quality")
    op.drop_table("call_quality")
    op.drop_index(op.f("alert_began_at_idx"), table_name="alert")
    op.drop_table("alert")
    op.drop_index(op.f("act_target_at_idx"), table_name="act")
    op.drop_index(op.f("act_at_idx"), table_name="act")
    op.drop_table("act")

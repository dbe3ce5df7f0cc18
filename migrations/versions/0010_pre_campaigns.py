"""What outbound calling needs: campaigns, lists, leads, attempts, evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False, comment="also the contact's, if answered"),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("call_list", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_index", sa.SmallInteger(), nullable=False),
        sa.Column("caller_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "clock_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the connect limit counts from here",
        ),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True, comment="a Result; null: it goes on"),
        sa.Column(
            "heard",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="Asterisk's AMD",
        ),
        sa.Column(
            "message",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="the prompt he was played",
        ),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
    )
    op.create_index(
        op.f("attempt_campaign_placed_at_idx"), "attempt", ["campaign", "placed_at"], unique=False
    )
    op.create_index(op.f("attempt_lead_idx"), "attempt", ["lead"], unique=False)
    op.create_index(
        op.f("attempt_number_placed_at_idx"), "attempt", ["number", "placed_at"], unique=False
    )
    op.create_index(
        "attempt_open_idx",
        "attempt",
        ["campaign"],
        unique=False,
        postgresql_where=sa.text("result IS NULL"),
    )
    op.create_table(
        "call_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "priority",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="the highest of the campaign is called first",
        ),
        sa.Column(
            "share",
            sa.Double(),
            server_default=sa.text("1"),
            nullable=False,
            comment="of the calls of its priority: a mix",
        ),
        sa.Column(
            "region",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="ISO 3166: how numbers without + are read",
        ),
        sa.Column(
            "source",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the file's name, or the filter",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'ready'"),
            nullable=False,
            comment="`importing`, `ready`, `failed`",
        ),
        sa.Column(
            "rows_total",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="0: not known",
        ),
        sa.Column("rows_read", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_good", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_bad", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("call_list_pkey")),
    )
    op.create_index(op.f("call_list_campaign_idx"), "call_list", ["campaign"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="a CampaignState"),
        sa.Column(
            "reason",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="why it is in this state",
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_by",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="a login; empty: itself",
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=True, comment="for the first time"
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("learned", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "rules",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="SHA-256 of the rules in force, as the evidence has them",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("campaign_pkey")),
    )
    op.create_table(
        "evidence",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … without gap"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="`rules`, `state`, `dialed`, `answered`, `ended` …",
        ),
        sa.Column("attempt", sa.Uuid(), nullable=True),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="canonical JSON, which the hash is over"
        ),
        sa.Column(
            "hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the hash before and the body",
        ),
        sa.PrimaryKeyConstraint("campaign", "seq", name=op.f("evidence_pkey")),
    )
    op.create_index(op.f("evidence_attempt_idx"), "evidence", ["attempt"], unique=False)
    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("call_list", sa.BigInteger(), nullable=False),
        sa.Column("customer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "numbers", postgresql.ARRAY(sa.Text()), nullable=False, comment="E.164, the best first"
        ),
        sa.Column("number_index", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "zone",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="IANA, of the first number",
        ),
        sa.Column(
            "data",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=False,
            comment="label: value, both text",
        ),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'new'"),
            nullable=False,
            comment="a LeadState",
        ),
        sa.Column(
            "queued_from",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="its state before the hopper",
        ),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "tries_by_result",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=False,
        ),
        sa.Column("last_result", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "locked_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="abandoned: agent reserved only",
        ),
        sa.Column("agent", sa.Text(), nullable=True, comment="who has agreed on a callback"),
        sa.Column(
            "consent",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="came with the list",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("lead_pkey")),
    )
    op.create_index(op.f("lead_call_list_idx"), "lead", ["call_list"], unique=False)
    op.create_index(
        "lead_due_idx",
        "lead",
        ["call_list", "not_before"],
        unique=False,
        postgresql_where=sa.text("state IN ('new', 'retry', 'callback')"),
    )
    op.create_index(
        "lead_new_idx",
        "lead",
        ["call_list", sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("lead_numbers_idx", "lead", ["numbers"], unique=False, postgresql_using="gin")
    op.create_index(
        "lead_queued_idx",
        "lead",
        ["campaign"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'dialing', 'connected')"),
    )
    op.add_column(
        "contact",
        sa.Column(
            "campaign",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="which one called",
        ),
    )
    op.add_column("contact", sa.Column("lead", sa.BigInteger(), nullable=True))
    op.create_index(
        "contact_campaign_idx",
        "contact",
        ["campaign", "arrived_at"],
        unique=False,
        postgresql_where=sa.text("campaign <> ''"),
    )
    op.execute("""
        CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'evidence is never changed';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER evidence_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
        FOR EACH STATEMENT EXECUTE FUNCTION evidence_stays()
    """)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "contact_campaign_idx", table_name="contact", postgresql_where=sa.text("campaign <> ''")
    )
    op.drop_column("contact", "lead")
    op.drop_column("contact", "campaign")
    op.drop_index(
        "lead_queued_idx",
        table_name="lead",
        postgresql_where=sa.text("state IN ('queued', 'dialing', 'connected')"),
    )
    op.drop_index("lead_numbers_idx", table_name="lead", postgresql_using="gin")
    op.drop_index("lead_new_idx", table_name="lead", postgresql_where=sa.text("state = 'new'"))
    op.drop_index(
        "lead_due_idx",
        table_name="lead",
        postgresql_where=sa.text("state IN ('new', 'retry', 'callback')"),
    )
    op.drop_index(op.f("lead_call_list_idx"), table_name="lead")
    op.drop_table("lead")
    op.drop_index(op.f("evidence_attempt_idx"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("campaign")
    op.drop_index(op.f("call_list_campaign_idx"), table_name="call_list")
    op.drop_table("call_list")
    op.drop_index(
        "attempt_open_idx", table_name="attempt", postgresql_where=sa.text("result IS NULL")
    )
    op.drop_index(op.f("attempt_number_placed_at_idx"), table_name="attempt")
    op.drop_index(op.f("attempt_lead_idx"), table_name="attempt")
    op.drop_index(op.f("attempt_campaign_placed_at_idx"), table_name="attempt")
    op.drop_table("attempt")
    op.execute("DROP FUNCTION evidence_stays()")

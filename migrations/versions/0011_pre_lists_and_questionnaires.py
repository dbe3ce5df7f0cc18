"""Who is barred, faults of lists, reports; what customers were asked, and answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "questionnaire_response",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("campaign", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lead", sa.BigInteger(), nullable=True),
        sa.Column("customer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "agent", sa.Text(), nullable=True, comment="who asked, or had talked before the keys"
        ),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False, comment="`agent`, `keys`"),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the lead's record then: figures go by it",
        ),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "completed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: broken off, or goes on",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("questionnaire_response_pkey")),
    )
    op.create_index(
        "questionnaire_response_contact_idx",
        "questionnaire_response",
        ["contact", "name"],
        unique=True,
    )
    op.create_index(
        op.f("questionnaire_response_name_started_at_idx"),
        "questionnaire_response",
        ["name", "started_at"],
        unique=False,
    )
    op.create_table(
        "questionnaire_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="a QuestionnaireForm",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("questionnaire_version_pkey")),
    )
    op.create_table(
        "questionnaire_answer",
        sa.Column("response", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="a name, a list of names, a number, or text; for a spoken one its file",
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["response"],
            ["questionnaire_response.id"],
            name=op.f("questionnaire_answer_response_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response", "question", name=op.f("questionnaire_answer_pkey")),
    )
    op.create_table(
        "calling_consent",
        sa.Column("number", sa.Text(), nullable=False, comment="E.164"),
        sa.Column("campaign", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("number", "campaign", name=op.f("calling_consent_pkey")),
    )
    op.create_table(
        "campaign_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("campaign_report_pkey")),
    )
    op.create_table(
        "do_not_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="E.164, or its beginning"),
        sa.Column("prefix", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "campaign",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="empty: by none at all",
        ),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="`customer`, `agent`, `import`, `operator`"
        ),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("added_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("do_not_call_pkey")),
    )
    op.create_index("do_not_call_number_idx", "do_not_call", ["number", "campaign"], unique=True)
    op.create_table(
        "list_fault",
        sa.Column("call_list", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="1: the first below"),
        sa.Column(
            "fault",
            sa.Text(),
            nullable=False,
            comment="`no_number`, `invalid`, `duplicate`, `do_not_call`, `format`",
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_list"],
            ["call_list.id"],
            name=op.f("list_fault_call_list_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("call_list", "row", name=op.f("list_fault_pkey")),
    )


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("questionnaire_answer")
    op.drop_table("questionnaire_version")
    op.drop_index(
        op.f("questionnaire_response_name_started_at_idx"), table_name="questionnaire_response"
    )
    op.drop_index("questionnaire_response_contact_idx", table_name="questionnaire_response")
    op.drop_table("questionnaire_response")
    op.drop_table("list_fault")
    op.drop_index("do_not_call_number_idx", table_name="do_not_call")
    op.drop_table("do_not_call")
    op.drop_table("campaign_report")
    op.drop_table("calling_consent")

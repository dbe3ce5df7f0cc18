"""Flows with versions and releases, and what callers do in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())

FIXED = (
    """
CREATE FUNCTION flow_version_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version that was published is never changed: publish a new one';
END $$
""",
    """
CREATE TRIGGER flow_version_fixed BEFORE UPDATE ON flow_version
  FOR EACH ROW EXECUTE FUNCTION flow_version_fixed()
""",
)


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "flow_version",
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … within the flow",
        ),
        sa.Column("document", JSON, nullable=False, comment="as in ccserver/flows/document.py"),
        sa.Column(
            "sha256", sa.Text(), nullable=False, comment="of the document, in hexadecimal digits"
        ),
        sa.Column("published_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("flow", "version", name=op.f("flow_version_pkey")),
    )
    for statement in FIXED:
        op.execute(statement)
    op.create_table(
        "ivr_walk",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … within the contact",
        ),
        sa.Column("flow", sa.Text(), nullable=False, comment="the one that it began with"),
        sa.Column("version", sa.Integer(), nullable=False, comment="0: it was never published"),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("how", sa.Text(), nullable=False, comment="`queued`, `goodbye`, `hung_up` …"),
        sa.Column(
            "steps",
            JSON,
            nullable=False,
            comment="[[step, entered at, how the one before was left], …]; `part.step` in a part",
        ),
        sa.PrimaryKeyConstraint("contact", "number", name=op.f("ivr_walk_pkey")),
    )
    op.create_index("ivr_walk_flow_idx", "ivr_walk", ["flow", "began_at"])
    op.create_table(
        "nuisance_number",
        sa.Column(
            "number",
            sa.Text(),
            nullable=False,
            comment="as contacts show it: E.164 where it is one",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=True, comment="the call in which it was marked"),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("marked_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("nuisance_number_pkey")),
    )
    op.create_table(
        "service_ticket",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=True, comment="the call that it was opened in"),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("caller", sa.Text(), nullable=False, comment="E.164 where the number is one"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'open'"),
            nullable=False,
            comment="`open`, `closed`",
        ),
        sa.Column("opened_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("service_ticket_pkey")),
    )
    op.create_index(op.f("service_ticket_contact_idx"), "service_ticket", ["contact"])
    op.create_index(op.f("service_ticket_customer_id_idx"), "service_ticket", ["customer_id"])
    op.create_index("service_ticket_opened_idx", "service_ticket", ["state", "opened_at"])
    op.create_table(
        "survey_answer",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False, comment="the flow"),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="the key, or the recording's file"),
        sa.Column("queue", sa.Text(), nullable=True, comment="whose caller it was"),
        sa.Column("agent", sa.Text(), nullable=True, comment="who had talked to him"),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("contact", "survey", "question", name=op.f("survey_answer_pkey")),
    )
    op.create_index("survey_answer_at_idx", "survey_answer", ["answered_at"])
    op.create_table(
        "voicemail",
        sa.Column("file", sa.Text(), nullable=False, comment="its sound is this recording"),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False, comment="E.164 where the number is one"),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="`new`, `taken`, `done`"),
        sa.Column(
            "taken_by", sa.Text(), nullable=True, comment="the agent, or who else looks after it"
        ),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("voicemail_pkey")),
    )
    op.create_index(op.f("voicemail_contact_idx"), "voicemail", ["contact"])
    op.create_index("voicemail_queue_idx", "voicemail", ["queue", "state", "ended_at"])
    op.create_table(
        "flow_release",
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "canary_version",
            sa.Integer(),
            nullable=True,
            comment="what a share of the callers gets; null: everyone gets `version`",
        ),
        sa.Column("canary_share", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "canary_since",
            INSTANT,
            nullable=True,
            comment="when callers began to be shared out like this: what both are compared from",
        ),
        sa.Column("changed_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN canary_version IS NULL THEN canary_share = 0"
            " ELSE canary_share > 0 AND canary_share < 1 END",
            name=op.f("flow_release_canary_check"),
        ),
        sa.ForeignKeyConstraint(
            ["flow", "canary_version"],
            ["flow_version.flow", "flow_version.version"],
            name="flow_release_canary_version_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["flow", "version"],
            ["flow_version.flow", "flow_version.version"],
            name="flow_release_version_fkey",
        ),
        sa.PrimaryKeyConstraint("flow", name=op.f("flow_release_pkey")),
    )
    op.add_column(
        "contact",
        sa.Column("data", JSON, nullable=True, comment="[[label, value], …] that flows attached"),
    )


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("contact", "data")
    op.drop_table("flow_release")
    op.drop_table("voicemail")
    op.drop_table("survey_answer")
    op.drop_table("service_ticket")
    op.drop_table("nuisance_number")
    op.drop_table("ivr_walk")
    op.drop_table("flow_version")
    op.execute("DROP FUNCTION flow_version_fixed")

"""Recordings as they are found and played, with their legs, time line, seals and judgements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


COLUMNS = (
    "remote",
    "local",
    "kept_at",
    "peaks",
    "wrapped_key",
    "key_name",
    "seconds",
    "retry_at",
    "attempts",
    "fault",
    "state",
    "disposition",
    "customer_id",
    "caller",
    "queue",
    "direction",
    "kind",
    "source",
)
TABLES = (
    "recording_tag",
    "recording_party",
    "recording_mark",
    "recording_leg",
)

MOVED = (
    """
INSERT INTO recording_leg (file, source, contact, kind, agents, started_at, ended_at)
SELECT file, CASE WHEN file LIKE '%.sln' THEN file ELSE contact::text END, contact,
  CASE WHEN file LIKE '%.sln' THEN 'voicemail' ELSE 'talk' END,
  CASE WHEN agent IS NULL THEN '[]' ELSE jsonb_build_array(agent) END, started_at, ended_at
FROM recording
""",
    """
INSERT INTO recording_party (source, agent, started_at)
SELECT source, agents ->> 0, min(started_at) FROM recording_leg
WHERE agents <> '[]' GROUP BY 1, 2
""",
    """
UPDATE recording SET source = leg.source, file = NULL,
  kind = CASE leg.kind WHEN 'talk' THEN 'contact' ELSE leg.kind END
FROM recording_leg AS leg WHERE leg.file = recording.file
""",
    # Of a contact's talks, which were rows of their own, the first stands for all.
    """
UPDATE recording SET ended_at = last.ended_at
FROM (SELECT source, max(ended_at) AS ended_at FROM recording GROUP BY source) AS last
WHERE last.source = recording.source
""",
    """
DELETE FROM recording AS later USING recording AS first
WHERE first.source = later.source AND (first.started_at, first.id) < (later.started_at, later.id)
""",
)

MOVED_BACK = """
UPDATE recording SET file = coalesce(
  (SELECT min(leg.file) FROM recording_leg AS leg WHERE leg.source = recording.source), source)
"""


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _new_tables()
    _recordings()


def _new_tables() -> None:
    op.create_table(
        "recording_leg",
        sa.Column("file", sa.Text(), nullable=False, comment="within the recordings' folder"),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="the recording of which it is a part"
        ),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="`talk`, `consult` or `voicemail`"),
        sa.Column(
            "agents",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "cut",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the switch was lost meanwhile: ended_at is too late",
        ),
        sa.Column(
            "seconds", sa.Double(), nullable=True, comment="how long the file is, once it was read"
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="of what Asterisk wrote"),
        sa.Column(
            "fault",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="empty, `missing`, `short` (less than the events say), `cut` (switch lost)",
        ),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the file was removed, its sound being kept",
        ),
        sa.PrimaryKeyConstraint("file", name=op.f("recording_leg_pkey")),
    )
    op.create_index(op.f("recording_leg_contact_idx"), "recording_leg", ["contact"], unique=False)
    op.create_index(op.f("recording_leg_source_idx"), "recording_leg", ["source"], unique=False)
    op.create_table(
        "recording_mark",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="as in core/records.MarkKind"),
        sa.Column("agent", sa.Text(), nullable=False, comment="empty: none"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "at", "kind", "agent", name=op.f("recording_mark_pkey")),
    )
    op.create_table(
        "recording_party",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="the recording's"
        ),
        sa.PrimaryKeyConstraint("source", "agent", name=op.f("recording_party_pkey")),
    )
    op.create_index(
        "recording_party_agent_idx", "recording_party", ["agent", "started_at"], unique=False
    )
    op.create_table(
        "recording_tag",
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="the recording's"
        ),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recording.id"],
            name=op.f("recording_tag_recording_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording", "tag", name=op.f("recording_tag_pkey")),
    )
    op.create_index("recording_tag_tag_idx", "recording_tag", ["tag", "started_at"], unique=False)


def _recordings() -> None:
    """What was a row for each talk becomes one for each contact, with its legs."""
    op.add_column(
        "recording",
        sa.Column(
            "source",
            sa.Text(),
            nullable=True,
            comment="the contact's id, of its talks; else the file of the only leg",
        ),
    )
    op.add_column(
        "recording",
        sa.Column("kind", sa.Text(), nullable=True, comment="`contact`, `consult` or `voicemail`"),
    )
    op.add_column(
        "recording",
        sa.Column("direction", sa.Text(), server_default=sa.text("'inbound'"), nullable=False),
    )
    op.add_column("recording", sa.Column("queue", sa.Text(), nullable=True))
    op.add_column(
        "recording",
        sa.Column(
            "caller",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="E.164 where it is one",
        ),
    )
    op.add_column("recording", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.add_column("recording", sa.Column("disposition", sa.Text(), nullable=True))
    op.add_column(
        "recording",
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'raw'"),
            nullable=False,
            comment="`raw`: as Asterisk wrote it; `kept`: encoded, verified, sealed; `deleted`",
        ),
    )
    op.add_column(
        "recording",
        sa.Column(
            "fault",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="empty: complete; `missing`, `short`, `cut`: see recording_leg",
        ),
    )
    op.add_column(
        "recording",
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how often encoding it has failed",
        ),
    )
    op.add_column(
        "recording",
        sa.Column(
            "retry_at", sa.DateTime(timezone=True), nullable=True, comment="not encoded before"
        ),
    )
    op.add_column(
        "recording",
        sa.Column("seconds", sa.Double(), nullable=True, comment="its length, once it is kept"),
    )
    op.add_column(
        "recording",
        sa.Column(
            "key_name",
            sa.Text(),
            nullable=True,
            comment="the settings' key that wraps its own; null: it is not encrypted",
        ),
    )
    op.add_column("recording", sa.Column("wrapped_key", sa.LargeBinary(), nullable=True))
    op.add_column(
        "recording",
        sa.Column(
            "peaks",
            sa.LargeBinary(),
            nullable=True,
            comment="the wave-form: a byte for each channel, customer first, ten times a second",
        ),
    )
    op.add_column("recording", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "recording",
        sa.Column(
            "local",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the file lies in the local folder",
        ),
    )
    op.add_column(
        "recording",
        sa.Column(
            "remote",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the file lies in the bucket, and was verified there",
        ),
    )
    op.alter_column(
        "recording",
        "agent",
        existing_type=sa.TEXT(),
        comment="whom it heard first; all: recording_party",
        existing_nullable=True,
    )
    op.alter_column(
        "recording",
        "file",
        existing_type=sa.TEXT(),
        nullable=True,
        comment="its name in the archive, once it is kept",
    )
    op.alter_column(
        "recording",
        "size_bytes",
        existing_type=sa.BIGINT(),
        comment="of the file, as it lies",
        existing_nullable=True,
    )
    op.alter_column(
        "recording",
        "sha256",
        existing_type=postgresql.BYTEA(),
        comment="of the file, as it lies",
        existing_nullable=True,
    )
    op.drop_constraint(op.f("recording_file_key"), "recording", type_="unique")
    for statement in MOVED:
        op.execute(statement)
    op.alter_column("recording", "source", nullable=False)
    op.alter_column("recording", "kind", nullable=False)
    op.create_index(
        "recording_caller_idx", "recording", ["caller", "started_at", "id"], unique=False
    )
    op.create_index("recording_customer_idx", "recording", ["customer_id"], unique=False)
    op.create_index(
        "recording_fault_idx",
        "recording",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("fault <> ''"),
    )
    op.create_index(
        "recording_raw_idx",
        "recording",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("state = 'raw'"),
    )
    op.create_unique_constraint(op.f("recording_source_key"), "recording", ["source"])
    op.create_index("recording_started_idx", "recording", ["started_at", "id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("recording_started_idx", table_name="recording")
    op.drop_constraint(op.f("recording_source_key"), "recording", type_="unique")
    op.drop_index(
        "recording_raw_idx", table_name="recording", postgresql_where=sa.text("state = 'raw'")
    )
    op.drop_index(
        "recording_fault_idx", table_name="recording", postgresql_where=sa.text("fault <> ''")
    )
    op.drop_index("recording_customer_idx", table_name="recording")
    op.drop_index("recording_caller_idx", table_name="recording")
    op.execute(MOVED_BACK)
    op.create_unique_constraint(
        op.f("recording_file_key"), "recording", ["file"], postgresql_nulls_not_distinct=False
    )
    op.alter_column(
        "recording",
        "sha256",
        existing_type=postgresql.BYTEA(),
        comment=None,
        existing_comment="of the file, as it lies",
        existing_nullable=True,
    )
    op.alter_column(
        "recording",
        "size_bytes",
        existing_type=sa.BIGINT(),
        comment=None,
        existing_comment="of the file, as it lies",
        existing_nullable=True,
    )
    op.alter_column(
        "recording",
        "file",
        existing_type=sa.TEXT(),
        nullable=False,
        comment=None,
        existing_comment="its name in the archive, once it is kept",
    )
    op.alter_column(
        "recording",
        "agent",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="whom it heard first; all: recording_party",
        existing_nullable=True,
    )
    for column in COLUMNS:
        op.drop_column("recording", column)
    for table in TABLES:
        op.drop_table(table)

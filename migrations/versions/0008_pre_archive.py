"""What becomes of recordings: seals, listenings, holds, deletions, judgements, transcripts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "transcript",
    "recording_seal",
    "recording_listening",
    "recording_deletion",
    "recording_day",
    "legal_hold",
    "evaluation_form",
    "evaluation",
    "recording_block",
    "recording_word",
    "recording_changed",
)

# What the search finds is looked up in blocks that are made now and then. Each row here is a
# recording whose block does not tell what it is now. Rows are only added: no one waits for another.
CHANGED = (
    """
CREATE FUNCTION recording_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recording_changed (recording) VALUES (NEW.id);
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION recording_party_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recording_changed (recording) SELECT id FROM recording WHERE source = NEW.source;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION recording_tag_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recording_changed (recording) VALUES (coalesce(NEW.recording, OLD.recording));
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION recording_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recording_changed (recording) SELECT id FROM recording WHERE source = NEW.file;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER recording_changed AFTER INSERT OR UPDATE OF
  kind, direction, queue, disposition, fault, started_at, ended_at, seconds
  ON recording FOR EACH ROW EXECUTE FUNCTION recording_changed()
""",
    """
CREATE TRIGGER recording_party_changed AFTER INSERT ON recording_party
  FOR EACH ROW EXECUTE FUNCTION recording_party_changed()
""",
    """
CREATE TRIGGER recording_message_changed AFTER INSERT ON voicemail
  FOR EACH ROW EXECUTE FUNCTION recording_message_changed()
""",
    """
CREATE TRIGGER recording_tag_changed AFTER INSERT OR DELETE ON recording_tag
  FOR EACH ROW EXECUTE FUNCTION recording_tag_changed()
""",
    "INSERT INTO recording_changed (recording) SELECT id FROM recording",
)
UNCHANGED = (
    "DROP TRIGGER recording_tag_changed ON recording_tag",
    "DROP TRIGGER recording_message_changed ON voicemail",
    "DROP TRIGGER recording_party_changed ON recording_party",
    "DROP TRIGGER recording_changed ON recording",
    "DROP FUNCTION recording_tag_changed",
    "DROP FUNCTION recording_message_changed",
    "DROP FUNCTION recording_party_changed",
    "DROP FUNCTION recording_changed",
)

INDEXES = (
    ("recording_leg_there_idx", "recording_leg", ["started_at"], "removed_at IS NULL"),
    ("recording_kept_idx", "recording", ["kept_at", "id"], "state = 'kept'"),
    ("recording_upload_idx", "recording", ["kept_at"], "state = 'kept' AND NOT remote"),
    ("recording_twice_idx", "recording", ["kept_at"], "local AND remote"),
    ("recording_there_idx", "recording", ["started_at"], "state <> 'deleted'"),
)
"""What the archive looks for: what is to be removed, sent, thinned out, and deleted."""


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "evaluation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False, comment="who is judged"),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rater", sa.Text(), nullable=False, comment="the login"),
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="question -> answer",
        ),
        sa.Column(
            "comments",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[[seconds from the beginning, text], …]",
        ),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("points_max", sa.Double(), nullable=False),
        sa.Column(
            "failed",
            sa.Boolean(),
            nullable=False,
            comment="a question that fails all was answered so",
        ),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("evaluation_pkey")),
        sa.UniqueConstraint(
            "recording", "form", "version", "rater", name=op.f("evaluation_recording_key")
        ),
    )
    op.create_index("evaluation_agent_idx", "evaluation", ["agent", "made_at"], unique=False)
    op.create_table(
        "evaluation_form",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "document",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="as in core/evaluation.py",
        ),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("evaluation_form_pkey")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(contact IS NULL) <> (customer_id IS NULL)", name=op.f("legal_hold_one_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("legal_hold_pkey")),
    )
    op.create_index(op.f("legal_hold_contact_idx"), "legal_hold", ["contact"], unique=False)
    op.create_index(op.f("legal_hold_customer_id_idx"), "legal_hold", ["customer_id"], unique=False)
    op.create_table(
        "recording_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column(
            "before",
            sa.LargeBinary(),
            nullable=False,
            comment="the hash of the day before; 32 zeros: none",
        ),
        sa.Column(
            "sha256", sa.LargeBinary(), nullable=False, comment="of `before` and the day's lines"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("recording_day_pkey")),
    )
    op.create_table(
        "recording_deletion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "file",
            sa.Text(),
            nullable=False,
            comment="the kept one, or the legs' with commas between",
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="`retention` or `erasure`"),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=False,
            comment="the rule, or who was erased on whose request",
        ),
        sa.Column("by", sa.Text(), nullable=False, comment="the login; `ccserver`: by itself"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it was decided",
        ),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when nothing of it was left; null: it is tried again",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("recording_deletion_pkey")),
    )
    op.create_index(
        op.f("recording_deletion_contact_idx"), "recording_deletion", ["contact"], unique=False
    )
    op.create_index(
        op.f("recording_deletion_recording_idx"), "recording_deletion", ["recording"], unique=False
    )
    op.create_index(
        "recording_deletion_open_idx",
        "recording_deletion",
        ["at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "recording_listening",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False, comment="the login"),
        sa.Column(
            "what",
            sa.Text(),
            nullable=False,
            comment="`played`, `downloaded`, `read` (the transcript)",
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("recording_listening_pkey")),
    )
    op.create_index(
        "recording_listening_person_idx", "recording_listening", ["person", "at"], unique=False
    )
    op.create_index(
        "recording_listening_recording_idx",
        "recording_listening",
        ["recording", "at"],
        unique=False,
    )
    op.create_table(
        "recording_seal",
        sa.Column("day", sa.Date(), nullable=False, comment="on which it was sealed, UTC"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "number", name=op.f("recording_seal_pkey")),
    )
    op.create_index(
        op.f("recording_seal_recording_idx"), "recording_seal", ["recording"], unique=False
    )
    op.create_table(
        "transcript",
        sa.Column("recording", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False, comment="BCP 47"),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column(
            "parts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[[channel, from second, until second, text], …]",
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', text)"
                " || array_to_tsvector(ARRAY['part ' || (recording >> 14)])",
                persisted=True,
            ),
            nullable=False,
            comment="and the part, so that common words are looked for in the newest alone",
        ),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("recording", name=op.f("transcript_pkey")),
    )
    op.create_index(
        "transcript_words_idx", "transcript", ["words"], unique=False, postgresql_using="gin"
    )
    _search()
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, unique=False, postgresql_where=sa.text(where))
    op.add_column(
        "customer",
        sa.Column(
            "recording_consent",
            sa.Text(),
            server_default=sa.text("'unknown'"),
            nullable=False,
            comment="`unknown`, `given` or `refused`",
        ),
    )
    op.add_column(
        "person",
        sa.Column(
            "downloads",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="may take copies of recordings; administrators always may",
        ),
    )


def _search() -> None:
    op.create_table(
        "recording_block",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False, comment="id >> 16"),
        sa.Column(
            "first_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the earliest beginning of a recording",
        ),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, comment="the latest"),
        sa.Column(
            "zones",
            sa.LargeBinary(),
            nullable=False,
            comment="of each 1024 ids the earliest and the latest, int64 microseconds, big-endian",
        ),
        sa.PrimaryKeyConstraint("block", name=op.f("recording_block_pkey")),
    )
    op.create_index("recording_block_last_idx", "recording_block", ["last_at"], unique=False)
    op.create_table(
        "recording_word",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False, comment="such as `queue=sales`"),
        sa.Column("bits", postgresql.BIT(65536), nullable=False),
        sa.PrimaryKeyConstraint("block", "word", name=op.f("recording_word_pkey")),
    )
    op.create_table(
        "recording_changed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("recording_changed_pkey")),
    )
    for statement in CHANGED:
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UNCHANGED:
        op.execute(statement)
    op.drop_column("person", "downloads")
    op.drop_column("customer", "recording_consent")
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table_name=table)
    for table in TABLES:
        op.drop_table(table)

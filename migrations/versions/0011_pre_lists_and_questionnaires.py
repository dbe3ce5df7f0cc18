"""Who is barred, faults of lists, reports; what customers were asked, and answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


_KEYS_COUNT = (
    # What is pressed in the flow `q_<questionnaire>` is an answer to that questionnaire, in the
    # transaction in which it is written: figures and quotas need not look in two places.
    """
CREATE FUNCTION survey_answer_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked text := substr(NEW.survey, 3);
  found bigint;
BEGIN
  INSERT INTO questionnaire_response (
    name, version, contact, campaign, lead, customer, agent, queue, way, language, data, started_at)
  SELECT asked,
    coalesce(
      (SELECT max(version) FROM questionnaire_version
       WHERE name = asked AND created_at <= NEW.answered_at),
      (SELECT min(version) FROM questionnaire_version WHERE name = asked), 0),
    NEW.contact, coalesce(nullif(c.campaign, ''), a.campaign, ''), coalesce(c.lead, a.lead),
    coalesce(c.customer_id::text, nullif(l.customer, ''), ''), NEW.agent, NEW.queue, 'keys',
    coalesce(c.language, l.language, ''), coalesce(l.data, '{}'), NEW.answered_at
  FROM (SELECT) AS one
  LEFT JOIN contact c ON c.id = NEW.contact
  LEFT JOIN attempt a ON a.id = NEW.contact
  LEFT JOIN lead l ON l.id = coalesce(c.lead, a.lead)
  ON CONFLICT (contact, name) DO NOTHING;
  SELECT id INTO found FROM questionnaire_response
  WHERE contact = NEW.contact AND name = asked AND way = 'keys';
  IF found IS NULL THEN
    RETURN NULL;
  END IF;
  IF NEW.question = 'completed' THEN
    UPDATE questionnaire_response SET completed_at = NEW.answered_at WHERE id = found;
    RETURN NULL;
  END IF;
  INSERT INTO questionnaire_answer (response, question, answer, at)
  VALUES (found, NEW.question, to_jsonb(NEW.answer), NEW.answered_at)
  ON CONFLICT (response, question) DO UPDATE SET answer = excluded.answer, at = excluded.at;
  IF NEW.question = 'opt_out' THEN
    -- Who was called for it is not called for it again.
    INSERT INTO do_not_call (number, campaign, source, reason, added_at)
    SELECT number, campaign, 'customer', 'by key, in the survey', NEW.answered_at
    FROM attempt WHERE id = NEW.contact
    ON CONFLICT (number, campaign) DO NOTHING;
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER survey_answer_counts AFTER INSERT OR UPDATE ON survey_answer
  FOR EACH ROW WHEN (starts_with(NEW.survey, 'q_')) EXECUTE FUNCTION survey_answer_counts()
""",
)


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
    for statement in _KEYS_COUNT:
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER survey_answer_counts ON survey_answer")
    op.execute("DROP FUNCTION survey_answer_counts")
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

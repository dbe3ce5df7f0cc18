"""The configuration moves into the database, with an audit of every change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

QUEUES = "none: every queue whose required skills the agent has"


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.alter_column("person", "queues", comment=QUEUES)
    op.add_column(
        "person",
        sa.Column(
            "skills",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="name: level, 1 to 5",
        ),
    )
    op.add_column(
        "person",
        sa.Column(
            "languages",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="BCP 47; none: whatever is needed",
        ),
    )
    op.add_column(
        "person",
        sa.Column(
            "regions",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="none: everywhere",
        ),
    )
    op.add_column("person", sa.Column("team", sa.Text(), nullable=True))
    op.create_table(
        "setting",
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="`queues`, `skills` …; `closed`: a queue closed by hand",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="without what is as usual",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("setting_pkey")),
    )
    op.create_table(
        "setting_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "who", sa.Text(), nullable=False, comment="the log-in, or the command line's user"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "before",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="null: was not",
        ),
        sa.Column(
            "after",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="null: is no more",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("setting_audit_pkey")),
    )
    op.create_index(op.f("setting_audit_kind_name_id_idx"), "setting_audit", ["kind", "name", "id"])


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("setting_audit")
    op.drop_table("setting")
    for column in ("team", "regions", "languages", "skills"):
        op.drop_column("person", column)
    op.alter_column("person", "queues", comment=None, existing_comment=QUEUES)

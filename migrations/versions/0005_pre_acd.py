"""Visits to queues, and customers who wait to be called back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "queue_visit",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … within the contact",
        ),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False, comment="as it was on this visit"),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column(
            "waited_seconds",
            sa.Double(),
            nullable=False,
            comment="from entered_at to the exit, and what was brought along from an earlier queue",
        ),
        sa.Column("exit", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True, comment="who answered"),
        sa.Column(
            "wait_from_seconds",
            sa.Double(),
            nullable=False,
            comment="the band that was promised at entered_at; 0 and 0: served at once",
        ),
        sa.Column("wait_until_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "number", name=op.f("queue_visit_pkey")),
    )
    op.create_index("queue_visit_queue_idx", "queue_visit", ["queue", "entered_at"])
    op.create_index("queue_visit_ended_idx", "queue_visit", ["ended_at"], postgresql_using="brin")
    op.create_table(
        "callback",
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="E.164"),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column(
            "queued_at", INSTANT, nullable=False, comment="the place in the queue that is kept"
        ),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, comment="calls that were made already"),
        sa.Column("not_before", INSTANT, nullable=False, comment="the next try waits until then"),
        sa.Column("language", sa.Text(), nullable=False, comment="BCP 47, as the caller chose it"),
        sa.Column(
            "changed_at",
            INSTANT,
            nullable=False,
            comment="when the center said so; an older change never overwrites a newer one",
        ),
        sa.PrimaryKeyConstraint("contact", name=op.f("callback_pkey")),
    )
    op.create_index(
        "callback_open_idx",
        "callback",
        ["queued_at"],
        postgresql_where=sa.text("state IN ('waiting', 'dialing')"),
    )


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("callback")
    op.drop_table("queue_visit")

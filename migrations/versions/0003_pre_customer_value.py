"""What a customer's value is computed from, and why it is what it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# One statement, so that the rows are read once: a second for some millions of them. The columns
# are quick anyway, since a constant default is not written into the rows.
CHECKS = """
ALTER TABLE customer
  ADD CONSTRAINT customer_orders_per_year_check CHECK (orders_per_year >= 0),
  ADD CONSTRAINT customer_open_complaints_check CHECK (open_complaints >= 0),
  ADD CONSTRAINT customer_churn_risk_check CHECK (churn_risk BETWEEN 0 AND 1)
"""


def columns() -> list[sa.Column]:
    """Made anew each time: a column belongs to one table."""
    return [
        sa.Column(
            "region",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="where the customer is at home, as the operator's data name it",
        ),
        sa.Column(
            "revenue_per_year",
            sa.Double(),
            nullable=True,
            comment="in the operator's money, to compare customers and not to keep books",
        ),
        sa.Column("last_purchase_on", sa.Date(), nullable=True),
        sa.Column("orders_per_year", sa.Double(), nullable=True),
        sa.Column("customer_since", sa.Date(), nullable=True),
        sa.Column(
            "open_complaints",
            sa.Integer(),
            nullable=True,
            comment="null, as in every figure: not known, which counts neither for nor against",
        ),
        sa.Column(
            "churn_risk",
            sa.Double(),
            nullable=True,
            comment="the probability to lose the customer, 0 to 1",
        ),
        sa.Column(
            "value_fixed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="set by hand or by a file: computing all values leaves it alone",
        ),
        sa.Column(
            "value_reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="[[part, what it adds to the value], …], the largest first",
        ),
        sa.Column(
            "value_computed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when value and reasons became what they are; null: they were not computed",
        ),
    ]


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in columns():
        op.add_column("customer", column)
    op.execute(CHECKS)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in reversed(columns()):
        op.drop_column("customer", column.name)

"""A number that comes to a customer above standard has changed its tier."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The switch's own database knows tiers by number. A number that moves may lose its tier too. The
# customer whose tier was set in this transaction, as an import does, will be found anyway.
NUMBER_CHANGED = (
    """
CREATE FUNCTION customer_number_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE customer SET tier_changed_at = clock_timestamp()
  FROM (SELECT DISTINCT customer_id FROM changed) n
  WHERE customer.id = n.customer_id
    AND (TG_OP = 'UPDATE' OR customer.tier <> 'standard')
    AND (customer.tier_changed_at IS NULL OR customer.tier_changed_at < now());
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER customer_number_added AFTER INSERT ON customer_number
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION customer_number_changed()
""",
    """
CREATE TRIGGER customer_number_moved AFTER UPDATE ON customer_number
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION customer_number_changed()
""",
)

BEFORE = "set by a trigger; null: always was a standard customer"
AFTER = "set by triggers, also when a number comes; null: always was a standard customer"


def upgrade() -> None:
    """Forward. A lock that is not had at once is not waited for: callers are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in NUMBER_CHANGED:
        op.execute(statement)
    op.alter_column("customer", "tier_changed_at", comment=AFTER, existing_comment=BEFORE)


def downgrade() -> None:
    """Back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.alter_column("customer", "tier_changed_at", comment=BEFORE, existing_comment=AFTER)
    op.execute("DROP TRIGGER customer_number_moved ON customer_number")
    op.execute("DROP TRIGGER customer_number_added ON customer_number")
    op.execute("DROP FUNCTION customer_number_changed")

"""What several centres on one ledger tell each other by its head, and which of them is on duty."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the columns and the table; the head learns which revision was the newest change of the law."""
    for name in ("law", "rows_law", "rows_as_of_ms", "directory", "sessions"):
        op.add_column("head", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE head SET law = COALESCE((SELECT MAX(revision) FROM journal WHERE case_id = ''), 0)")
    op.create_table(
        "duty",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_duty"),
    )

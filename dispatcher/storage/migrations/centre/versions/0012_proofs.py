"""The secret by which stations' acts are proved: apart from the offices', for `admin office renew` leaves it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "proof_secret",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_proof_secret"),
    )

"""In which form all open rows are made."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; what is there is taken to be of another form."""
    op.add_column("head", sa.Column("rows_form", sa.Integer(), nullable=False, server_default="0"))

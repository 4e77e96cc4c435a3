"""Records and secrets sealed: what stood in plain is sealed by the program, not here. And who signed in when."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the columns; `adopting` drops what stands in plain (`PLAIN_COLUMNS`, plain_office_secret) once sealed."""
    for table in ("verdicts", "accounts", "webhooks"):
        op.add_column(table, sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE office_secret RENAME TO plain_office_secret")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_office_secret RENAME TO pk_plain_office_secret")  # the name is taken otherwise
    op.create_table(
        "office_secret",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_office_secret"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_at_ms", "sign_ins", ["at_ms"])

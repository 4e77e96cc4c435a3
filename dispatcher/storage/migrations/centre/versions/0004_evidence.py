"""The chain of the journal, and personal data sealed: what stood in plain is sealed by the program, not here."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and columns; `adopting` drops what stands in plain (cases.caller, plain_roster) once sealed."""
    op.create_table(
        "chain",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_chain"),
    )
    op.create_table(
        "key_checks",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_key_checks"),
    )
    op.create_table(
        "restores",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_restores"),
    )
    op.add_column("head", sa.Column("place", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("head", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column("head", sa.Column("key_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("journal", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("envelope", sa.LargeBinary(), nullable=True))
    has_some = sa.text("envelope IS NOT NULL")
    op.create_index("ix_cases_erasable", "cases", ["closed_ms"], sqlite_where=has_some, postgresql_where=has_some)
    op.execute("ALTER TABLE roster RENAME TO plain_roster")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_roster RENAME TO pk_plain_roster")  # the name is taken otherwise
    op.create_table(
        "roster",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_roster"),
    )

"""Counts of each unit in each half-day, and the tables published from them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COUNTERS = (
    "received",
    "handled",
    "valid",
    "contacted",
    "solved",
    "satisfied",
    "basically",
    "unreachable",
    "excluded",
    "signed",
    "signed_in_time",
    "contacts",
    "contacted_in_time",
    "handled_in_time",
    "overdue",
    "redos",
    "returns",
    "whistles_blown",
    "summoned",
    "summons_signed_in_time",
    "reported_in_time",
    "done_in_time",
    "no_shows",
    "scored",
    "score_total",
)


def upgrade() -> None:
    """Make the tables; a ledger that holds cases already is counted by the program, not here."""
    op.create_table(
        "unit_tallies",
        sa.Column("half_day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTERS),
        sa.PrimaryKeyConstraint("half_day", "unit", name="pk_unit_tallies"),
    )
    op.create_table(
        "tallied",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_tallied"),
    )
    op.create_table(
        "published",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_published"),
    )
    op.add_column("cases", sa.Column("tally", sa.LargeBinary(), nullable=True))
    op.execute("INSERT INTO tallied (one, counted_by) SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM cases)")

"""The law book, the duty roster, timers, and who has lost a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COMMUNITY = {
    "sqlite": "json_extract(CAST(body AS TEXT), '$.order.place.community_code')",
    "postgresql": "convert_from(body, 'UTF8')::jsonb #>> '{order,place,community_code}'",
}


def upgrade() -> None:
    """Make the tables and columns, and read the community out of each body."""
    op.create_table(
        "law",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_law"),
    )
    op.create_table(
        "law_refusals",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_law_refusals"),
    )
    op.create_table(
        "roster",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("roster", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_roster"),
    )
    op.create_table(
        "losses",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "case_id", name="pk_losses"),
    )
    op.create_index("ix_losses_unit_revision", "losses", ["unit", "revision"])
    op.create_index("ix_losses_revision", "losses", ["revision"])
    op.add_column("verdicts", sa.Column("person", sa.Text(), nullable=False, server_default=""))
    op.add_column("verdicts", sa.Column("unit", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("community", sa.Text(), nullable=False, server_default=""))
    # 0 has every case looked at once, which gives it the timer it should have.
    op.add_column("cases", sa.Column("timer_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_cases_timer_ms", "cases", ["timer_ms"])
    op.create_index("ix_cases_is_open_id", "cases", ["is_open", "id"])
    found = _COMMUNITY[op.get_bind().dialect.name]
    op.execute(sa.text(f"UPDATE cases SET community = COALESCE({found}, '')"))

"""Places wait to be indexed by one mark, and what is closed has an index of its own: each was a row for every case."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the mark above everything there is, whose words `unindexed` lists so far, and the smaller index."""
    for statement in (
        "ALTER TABLE standing ADD COLUMN indexed_to INTEGER NOT NULL DEFAULT 0",
        "UPDATE standing SET indexed_to = coalesce((SELECT max(n) FROM queue), 0)",
        "DROP INDEX IF EXISTS queue_closed",
        "CREATE INDEX queue_closed ON queue (closed_ms) WHERE closed_ms < 253402300799000",
    ):
        op.execute(statement)

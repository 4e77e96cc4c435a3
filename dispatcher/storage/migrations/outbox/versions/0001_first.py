"""The first table of the console's outbox."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    for statement in (
        (
            "CREATE TABLE receipts (seq INTEGER PRIMARY KEY, act_id TEXT NOT NULL UNIQUE, case_id TEXT NOT NULL, "
            "state TEXT NOT NULL, act BLOB NOT NULL, made_us INTEGER NOT NULL, sent_us INTEGER, judged_us INTEGER, "
            "verdict BLOB, note TEXT NOT NULL DEFAULT '')"
        ),
        "CREATE INDEX receipts_unsettled ON receipts (seq) WHERE state IN ('queued', 'sent', 'parked', 'expired')",
    ):
        op.execute(statement)

"""Drafts; which ledger a verdict is of, and acts whose verdict a centre set back may have forgotten."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table, the column, and the index anew."""
    for statement in (
        "ALTER TABLE receipts ADD COLUMN ledger TEXT NOT NULL DEFAULT ''",
        "DROP INDEX receipts_unsettled",
        (
            "CREATE INDEX receipts_unsettled ON receipts (seq) "
            "WHERE state IN ('queued', 'sent', 'parked', 'expired', 'doubted')"
        ),
        (
            "CREATE TABLE drafts (case_id TEXT NOT NULL, form TEXT NOT NULL, saved_us INTEGER NOT NULL, "
            "draft BLOB NOT NULL, PRIMARY KEY (case_id, form))"
        ),
    ):
        op.execute(statement)

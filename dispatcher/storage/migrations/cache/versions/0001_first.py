"""The first tables of the console's cache."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    for statement in (
        (
            "CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), ledger TEXT NOT NULL, "
            "cursor INTEGER NOT NULL, as_of_us INTEGER)"
        ),
        "INSERT INTO standing VALUES (1, '', 0, NULL)",
        "CREATE TABLE remembered (one INTEGER PRIMARY KEY CHECK (one = 1), welcome BLOB NOT NULL)",
        (
            "CREATE TABLE queue (n INTEGER PRIMARY KEY, case_id TEXT NOT NULL, revision INTEGER NOT NULL, "
            "due_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, row BLOB NOT NULL)"
        ),
        "CREATE TABLE documents (n INTEGER PRIMARY KEY, body BLOB NOT NULL, caller BLOB)",
        "CREATE UNIQUE INDEX queue_case ON queue (case_id)",
        "CREATE INDEX queue_due ON queue (due_ms) WHERE closed_ms = 253402300799000",
        "CREATE INDEX queue_closed ON queue (closed_ms)",
    ):
        op.execute(statement)

"""What a station keeps of its office: keys, addresses, and colleagues' pending acts."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.execute("CREATE TABLE office (one INTEGER PRIMARY KEY CHECK (one = 1), memory BLOB NOT NULL)")
    op.execute("CREATE TABLE office_acts (act_id TEXT PRIMARY KEY, place INTEGER NOT NULL, entry BLOB NOT NULL)")

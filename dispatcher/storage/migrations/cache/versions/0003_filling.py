"""Fillings can be broken off and gone on with, a snapshot can be taken over, and all cases can be searched."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what a filling needs to know of itself, and the search index; what is here already waits to be indexed."""
    for statement in (
        "ALTER TABLE standing ADD COLUMN newest INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE standing ADD COLUMN newest_act TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE standing ADD COLUMN stale_to INTEGER NOT NULL DEFAULT 0",
        (
            "CREATE TABLE taking (one INTEGER PRIMARY KEY CHECK (one = 1), etag TEXT NOT NULL, "
            "offset INTEGER NOT NULL, base INTEGER NOT NULL)"
        ),
        (
            "CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, "
            "tokenize = 'unicode61 remove_diacritics 0')"
        ),
        "INSERT INTO words (words, rank) VALUES ('automerge', 16)",
        "CREATE TABLE unindexed (n INTEGER PRIMARY KEY)",
        "INSERT INTO unindexed SELECT n FROM queue",
    ):
        op.execute(statement)

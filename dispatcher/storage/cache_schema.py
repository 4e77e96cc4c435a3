"""The tables of the console's two files, as plain SQL: a new file is made from these at once, without Alembic.

`PRAGMA user_version` is the number of the newest migration applied; the migrations in `migrations/cache` and
`migrations/outbox` lead to exactly these tables. What lists need (`queue`) lies apart from the bodies, close together;
an index on a case's columns would be a second copy of them and cost the first sync half its speed.
"""

from typing import Final

CACHE_VERSION: Final = 4
OUTBOX_VERSION: Final = 3

_ALEMBIC: Final = (
    "CREATE TABLE {schema}.alembic_version "
    "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_STAMP: Final = "INSERT INTO {schema}.alembic_version VALUES ('{version:04d}')"

CACHE_TABLES: Final = (
    (
        "CREATE TABLE {schema}.standing (one INTEGER PRIMARY KEY CHECK (one = 1), ledger TEXT NOT NULL, "
        "cursor INTEGER NOT NULL, as_of_us INTEGER, law_mark TEXT NOT NULL DEFAULT '', "
        # The newest row ever taken and the act that made it, which show that this ledger's history is the centre's;
        # rows up to the place stale_to are of an earlier filling: they stand until this one is complete.
        "newest INTEGER NOT NULL DEFAULT 0, newest_act TEXT NOT NULL DEFAULT '', stale_to INTEGER NOT NULL DEFAULT 0, "
        # Up to this place cases can be searched, but for the unindexed.
        "indexed_to INTEGER NOT NULL DEFAULT 0)"
    ),
    "INSERT INTO {schema}.standing VALUES (1, '', 0, NULL, '', 0, '', 0, 0)",
    "CREATE TABLE {schema}.remembered (one INTEGER PRIMARY KEY CHECK (one = 1), welcome BLOB NOT NULL)",
    # row: a QueueRow as JSON; body: a Case as JSON, packed (bodies.py); caller: a Caller as JSON. The same n is the
    # same case.
    (
        "CREATE TABLE {schema}.queue (n INTEGER PRIMARY KEY, case_id TEXT NOT NULL, revision INTEGER NOT NULL, "
        "due_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, row BLOB NOT NULL)"
    ),
    "CREATE TABLE {schema}.documents (n INTEGER PRIMARY KEY, body BLOB NOT NULL, caller BLOB)",
    # A snapshot on its way: up to which byte it is here, and after which place its rows lie.
    (
        "CREATE TABLE {schema}.taking (one INTEGER PRIMARY KEY CHECK (one = 1), etag TEXT NOT NULL, "
        "offset INTEGER NOT NULL, base INTEGER NOT NULL)"
    ),
    # What is searched, by place, and the places up to standing.indexed_to whose words have changed since.
    (
        "CREATE VIRTUAL TABLE {schema}.words USING fts5 (text, content = '', contentless_delete = 1, "
        "tokenize = 'unicode61 remove_diacritics 0')"
    ),
    "INSERT INTO {schema}.words (words, rank) VALUES ('automerge', 16)",  # it is filled in many small steps
    "CREATE TABLE {schema}.unindexed (n INTEGER PRIMARY KEY)",
)
CACHE_INDEXES: Final = {
    "queue_case": "CREATE UNIQUE INDEX {schema}.queue_case ON queue (case_id)",
    "queue_due": "CREATE INDEX {schema}.queue_due ON queue (due_ms) WHERE closed_ms = 253402300799000",
    "queue_closed": "CREATE INDEX {schema}.queue_closed ON queue (closed_ms) WHERE closed_ms < 253402300799000",
}
"""Dropped while an empty cache is filled, made again in the transaction that completes it."""

OUTBOX_TABLES: Final = (
    (
        "CREATE TABLE {schema}.receipts (seq INTEGER PRIMARY KEY, act_id TEXT NOT NULL UNIQUE, case_id TEXT NOT NULL, "
        "state TEXT NOT NULL, act BLOB NOT NULL, made_us INTEGER NOT NULL, sent_us INTEGER, judged_us INTEGER, "
        "verdict BLOB, note TEXT NOT NULL DEFAULT '', ledger TEXT NOT NULL DEFAULT '')"
    ),
    (
        "CREATE INDEX {schema}.receipts_unsettled ON receipts (seq) "
        "WHERE state IN ('queued', 'sent', 'parked', 'expired', 'doubted')"
    ),
    (
        "CREATE TABLE {schema}.drafts (case_id TEXT NOT NULL, form TEXT NOT NULL, saved_us INTEGER NOT NULL, "
        "draft BLOB NOT NULL, PRIMARY KEY (case_id, form))"
    ),
    # memory: an OfficeMemory as JSON; entry: an OfficeAct as JSON. They outlive a broken cache, like the receipts.
    "CREATE TABLE {schema}.office (one INTEGER PRIMARY KEY CHECK (one = 1), memory BLOB NOT NULL)",
    "CREATE TABLE {schema}.office_acts (act_id TEXT PRIMARY KEY, place INTEGER NOT NULL, entry BLOB NOT NULL)",
)
"""A receipt's `ledger` is the one whose verdict it has; draft: a Draft as JSON."""


def cache_statements(schema: str) -> list[str]:
    """List what makes a new cache, to be run in one transaction."""
    statements = [_ALEMBIC, *CACHE_TABLES, *CACHE_INDEXES.values(), _STAMP, "PRAGMA {schema}.user_version = {version}"]
    return [statement.format(schema=schema, version=CACHE_VERSION) for statement in statements]


def outbox_statements(schema: str) -> list[str]:
    """List what makes a new outbox, to be run in one transaction."""
    statements = [_ALEMBIC, *OUTBOX_TABLES, _STAMP, "PRAGMA {schema}.user_version = {version}"]
    return [statement.format(schema=schema, version=OUTBOX_VERSION) for statement in statements]

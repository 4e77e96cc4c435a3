"""The tables of the console's two files, as plain SQL: a new file is made from these at once, without Alembic.

`PRAGMA user_version` is the number of the newest migration applied; the migrations in `migrations/cache` and
`migrations/outbox` lead to exactly these tables. What lists need (`queue`) lies apart from the bodies, close together;
an index on a case's columns would be a second copy of them and cost the first sync half its speed.
"""

from typing import Final

CACHE_VERSION: Final = 2
OUTBOX_VERSION: Final = 3

_ALEMBIC: Final = (
    "CREATE TABLE {schema}.alembic_version "
    "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_STAMP: Final = "INSERT INTO {schema}.alembic_version VALUES ('{version:04d}')"

CACHE_TABLES: Final = (
    (
        "CREATE TABLE {schema}.standing (one INTEGER PRIMARY KEY CHECK (one = 1), ledger TEXT NOT NULL, "
        "cursor INTEGER NOT NULL, as_of_us INTEGER, law_mark TEXT NOT NULL DEFAULT '')"
    ),
    "INSERT INTO {schema}.standing VALUES (1, '', 0, NULL, '')",
    "CREATE TABLE {schema}.remembered (one INTEGER PRIMARY KEY CHECK (one = 1), welcome BLOB NOT NULL)",
    # row: a QueueRow as JSON; body: a Case as JSON; caller: a Caller as JSON. The same n is the same case.
    (
        "CREATE TABLE {schema}.queue (n INTEGER PRIMARY KEY, case_id TEXT NOT NULL, revision INTEGER NOT NULL, "
        "due_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, row BLOB NOT NULL)"
    ),
    "CREATE TABLE {schema}.documents (n INTEGER PRIMARY KEY, body BLOB NOT NULL, caller BLOB)",
)
CACHE_INDEXES: Final = {
    "queue_case": "CREATE UNIQUE INDEX {schema}.queue_case ON queue (case_id)",
    "queue_due": "CREATE INDEX {schema}.queue_due ON queue (due_ms) WHERE closed_ms = 253402300799000",
    "queue_closed": "CREATE INDEX {schema}.queue_closed ON queue (closed_ms)",
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

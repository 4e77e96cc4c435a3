"""The tables of the centre's ledger, as SQLAlchemy Core knows them; the migrations in `migrations/centre` make them.

`cases` keeps each case three times ready: columns for SQL, `row` (a `QueueRow`) as the JSON that goes on the wire
unchanged, and `body` (a `Case` as JSON), sealed (`records`). A caller's name and phone stand in `cases.envelope` and
nowhere else; what else is personal in an act stands in `journal.sealed`, or in `verdicts.sealed` where it was refused.
Secrets of accounts, webhooks and offices are sealed sheets (docs/evidence.md).
"""

from typing import Final

import sqlalchemy as sa

from dispatcher.models.rates import COUNTERS

VERSION: Final = "0013"
"""The newest migration of `migrations/centre/versions`."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("ledger", sa.Text, primary_key=True),
)

head = sa.Table(
    "head",
    metadata,
    # One row: whoever holds its lock is the only writer, so revisions are in the order of the commits.
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    # The last link of the chain: its place, and its hash; null in a ledger that has not been chained yet.
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=True),
    # By which version of the key whatever is new is sealed.
    sa.Column("key_version", sa.Integer, nullable=False),
    # The revision of the newest change of the law, and by which law, as of when, in which form all open rows are made.
    sa.Column("law", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_law", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_as_of_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_form", sa.Integer, nullable=False, server_default="0"),
    # They grow whenever units were put, or sessions ended.
    sa.Column("directory", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sessions", sa.BigInteger, nullable=False, server_default="0"),
)

chain = sa.Table(
    "chain",
    metadata,
    # Every act judged, in the order it was judged: each link's hash covers the act's rows and the hash before.
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

key_checks = sa.Table(
    "key_checks",
    metadata,
    # A known text sealed by each version of the key: whether a key file is the right one.
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

restores = sa.Table(
    "restores",
    metadata,
    # Each time this ledger was set back to a backup: up to which revision it came back.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("head", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)

precautions = sa.Table(
    "precautions",
    metadata,
    # The last backup, anchor and proof of a backup; a reminder beside the journal, and no evidence.
    sa.Column("precaution", sa.Text, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    # Its name alone: where it lies is nobody's business who reads the ledger.
    sa.Column("file", sa.Text, nullable=False),
)

duty = sa.Table(
    "duty",
    metadata,
    # One row: which centre on this ledger does what only one may do.
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("holder", sa.Text, nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("act", sa.Text, nullable=False, unique=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("entered_ms", sa.BigInteger, nullable=False),
    sa.Column("committed_ms", sa.BigInteger, nullable=False),
    # What is personal in command and events, which hold it not; by the case's data key.
    sa.Column("sealed", sa.LargeBinary, nullable=True),
    sa.Index("ix_journal_case_id", "case_id", "revision"),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("act", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    # The two values of a collision, which the verdict holds not; by the case's data key.
    sa.Column("sealed", sa.LargeBinary, nullable=True),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False, index=True),
    sa.Column("committed_ms", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("confidential", sa.Boolean, nullable=False),
    sa.Column("received_ms", sa.BigInteger, nullable=False),
    sa.Column("due_ms", sa.BigInteger, nullable=False),
    sa.Column("closed_ms", sa.BigInteger, nullable=False),
    sa.Column("row", sa.LargeBinary, nullable=False),
    # By the case's data key; in plain where there is no envelope.
    sa.Column("body", sa.LargeBinary, nullable=False),
    # The case's data key and its caller, sealed; null once they are erased.
    sa.Column("envelope", sa.LargeBinary, nullable=True),
    sa.Column("community", sa.Text, nullable=False),
    # When the centre has to look at the case again by itself; the last instant of the calendar when never.
    sa.Column("timer_ms", sa.BigInteger, nullable=False, index=True),
    # What the case adds to `unit_tallies`; null in a ledger that has not been counted yet.
    sa.Column("tally", sa.LargeBinary, nullable=True),
    sa.UniqueConstraint("number", "source"),
    sa.Index("ix_cases_holder_revision", "holder", "revision"),
    sa.Index("ix_cases_is_open_id", "is_open", "id"),
    # Which of them are to be erased next; no more than those that hold something to erase.
    sa.Index(
        "ix_cases_erasable",
        "closed_ms",
        sqlite_where=sa.text("envelope IS NOT NULL"),
        postgresql_where=sa.text("envelope IS NOT NULL"),
    ),
)

case_units = sa.Table(
    "case_units",
    metadata,
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Index("ix_case_units_unit_revision", "unit", "revision"),
)

losses = sa.Table(
    "losses",
    metadata,
    # Who holds a case no more, and since which revision; forgotten when it comes back.
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False, index=True),
    sa.Index("ix_losses_unit_revision", "unit", "revision"),
)

law = sa.Table(
    "law",
    metadata,
    # One row, which is the law book as it stands; how it came to be is in the journal, under no case.
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("book", sa.Text, nullable=False),
)

law_refusals = sa.Table(
    "law_refusals",
    metadata,
    sa.Column("act", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("refused", sa.Text, nullable=False),
    sa.Column("entered_ms", sa.BigInteger, nullable=False),
)

roster = sa.Table(
    "roster",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

unit_tallies = sa.Table(
    "unit_tallies",
    metadata,
    # Half-days first: a period is one stretch of the key.
    sa.Column("half_day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("unit", sa.Text, primary_key=True),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTERS),
)

tallied = sa.Table(
    "tallied",
    metadata,
    # One row when every case is counted: by which way of counting.
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("counted_by", sa.Integer, nullable=False),
)

published = sa.Table(
    "published",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("made_ms", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)

units = sa.Table(
    "units",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("disabled_ms", sa.BigInteger, nullable=True),
    # The half-minute of the last code that was taken: no code of it or of one before is taken again.
    sa.Column("totp_step", sa.BigInteger, nullable=False),
    # Hashes of the recovery codes not used yet, as a JSON list.
    sa.Column("recovery", sa.Text, nullable=False),
    # The person's name and the secret of the one-time codes.
    sa.Column("sealed", sa.LargeBinary, nullable=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=True),
)

devices = sa.Table(
    "devices",
    metadata,
    # Where somebody has signed in before: guesses made elsewhere do not make such a device wait.
    sa.Column("device_hash", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("used_ms", sa.BigInteger, nullable=False),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("about", sa.Text, primary_key=True),
    sa.Column("times", sa.BigInteger, nullable=False),
    sa.Column("last_ms", sa.BigInteger, nullable=False, index=True),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    # Who signed in when and from where, for the auditor: kept when the session is long forgotten.
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
)

stations = sa.Table(
    "stations",
    metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("seen_ms", sa.BigInteger, nullable=False),
    sa.Column("wipe_order", sa.Text, nullable=False),
    sa.Column("wipe_reason", sa.Text, nullable=False),
    sa.Column("wipe_ordered_ms", sa.BigInteger, nullable=True),
    sa.Column("wiped_ms", sa.BigInteger, nullable=True),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    # How far each has been told stands in `cursor`; the others from `tries` on are of the notice that is stuck.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kinds", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_ms", sa.BigInteger, nullable=True),
    sa.Column("failing_since_ms", sa.BigInteger, nullable=True),
    sa.Column("error", sa.Text, nullable=False),
    # Address and secret: many an address is a secret itself.
    sa.Column("sealed", sa.LargeBinary, nullable=True),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("webhook", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("given_up_ms", sa.BigInteger, nullable=False),
)

office_secret = sa.Table(
    "office_secret",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

proof_secret = sa.Table(
    "proof_secret",
    metadata,
    # What the keys are derived from by which stations prove the acts they share.
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

office_stations = sa.Table(
    "office_stations",
    metadata,
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("seen_ms", sa.BigInteger, nullable=False),
)

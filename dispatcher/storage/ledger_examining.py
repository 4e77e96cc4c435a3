"""A ledger looked at from outside, for a doctor: one moment of it is read, and nothing is changed or made.

Promises: works on a ledger of any schema as far as saying which; names no citizen, and none of a webhook's address,
secret or errors. Raises `Trouble`.
"""

import contextlib
import datetime as dt
from collections.abc import Generator
from typing import Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import Revision
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import evidence, proving, timekeeping
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.adopting import unlock
from dispatcher.storage.centre import looked_at, make_engine, sorted_errors
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.locks import is_held
from dispatcher.storage.post import DUTY_LOCK, lock_file
from dispatcher.storage.precautions import Precaution, Taken, last_taken
from dispatcher.storage.proving import Anchor, NewestProof
from dispatcher.storage.vault import Vault
from dispatcher.sync.ports import StoreDamaged

SCHEMA: Final = schema.VERSION
"""The schema that this program reads and writes."""
_checks: Final = schema.key_checks


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that does not answer, and since when."""

    webhook: str
    since: dt.datetime
    tries: int


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices could not be delivered to a webhook, and when the last one was given up."""

    webhook: str
    letters: int
    last_at: dt.datetime


class LedgerSigns(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger says of itself; `accounts` are those that may sign in, `timer_due` is the earliest instant."""

    ledger: str
    head: Revision
    links: int
    last_commit: dt.datetime | None
    accounts: int
    timer_due: dt.datetime | None
    stations: int
    silent: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    dead: tuple[DeadLetters, ...]
    precautions: dict[Precaution, Taken]


class Looked:
    """A ledger that lies open to be read at one moment; `version` is its schema, None where there is none yet.

    All but `version` and `has_centre` are for a ledger of this program's schema.
    """

    def __init__(self, connection: sa.Connection, version: str | None) -> None:
        self._connection = connection
        self.version = version

    @property
    def is_file(self) -> bool:
        """Tell whether it is a SQLite file."""
        return self._connection.dialect.name == "sqlite"

    def has_centre(self) -> bool:
        """Tell whether a centre is at work on it: one has locked the SQLite file, or is on duty on PostgreSQL."""
        if self.is_file:
            return is_held(lock_file(self._connection.engine.url.database or ""))
        held = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._sorted() as connection:
            return connection.execute(held, {"key": DUTY_LOCK}).scalar_one() > 0

    def clock(self) -> dt.datetime | None:
        """Give what the database server's clock shows; None for a SQLite file, which has none of its own."""
        if self.is_file:
            return None
        with self._sorted() as connection:
            return connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()

    def check_pages(self) -> None:
        """Read every page of a SQLite file that holds something; raises StoreDamaged. Nothing for PostgreSQL."""
        if not self.is_file:
            return
        with self._sorted() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            name = self._connection.engine.url.database
            raise StoreDamaged(f"{name}: 数据库文件已损坏。 | The database file is damaged. ({said})")

    def key_versions(self) -> tuple[int, ...]:
        """List the versions of the keys that it needs; several in the midst of a rotation."""
        with self._sorted() as connection:
            return tuple(connection.execute(sa.select(_checks.c.version).order_by(_checks.c.version)).scalars())

    def check_keys(self, keyring: Keyring) -> None:
        """Raise Trouble where one of them is missing or another one."""
        with self._sorted() as connection:
            ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
            unlock(connection, Vault(keyring, ledger), keyring)

    def prove_newest(self, most: int) -> NewestProof:
        """Compute the newest links of the journal's chain again, `most` of them at most."""
        with self._sorted() as connection:
            return proving.prove_newest(connection, most)

    def is_anchored(self, pin: Anchor) -> bool:
        """Tell whether the link that an anchor pins stands where and as it was."""
        with self._sorted() as connection:
            return proving.is_anchored(connection, pin)

    def signs(self, silent_before: dt.datetime) -> LedgerSigns:
        """Read what it says of itself; stations not heard of since `silent_before` are silent."""
        stations = schema.stations
        there = stations.c.wiped_ms.is_(None)
        able = sa.select(sa.func.count()).select_from(schema.accounts).where(schema.accounts.c.disabled_ms.is_(None))
        quiet = sa.select(stations.c.station).where(there, stations.c.seen_ms < epoch_ms(silent_before))
        with self._sorted() as connection:
            head = evidence.read_head(connection)
            last = sa.select(schema.journal.c.committed_ms).where(schema.journal.c.revision == head.revision)
            last_ms = connection.execute(last).scalar()
            return LedgerSigns(
                ledger=connection.execute(sa.select(schema.meta.c.ledger)).scalar_one(),
                head=head.revision,
                links=head.place,
                last_commit=None if last_ms is None else from_epoch_ms(last_ms),
                accounts=connection.execute(able).scalar_one(),
                timer_due=timekeeping.next_timer(connection),
                stations=connection.execute(sa.select(sa.func.count()).select_from(stations).where(there)).scalar_one(),
                silent=tuple(connection.execute(quiet.order_by(stations.c.seen_ms)).scalars()),
                stuck=_stuck(connection),
                dead=_dead(connection),
                precautions=last_taken(connection),
            )

    @contextlib.contextmanager
    def _sorted(self) -> Generator[sa.Connection]:
        with sorted_errors(self._connection.engine):
            yield self._connection


@contextlib.contextmanager
def looked(url: str) -> Generator[Looked]:
    """Open a ledger to be looked at, whatever its schema; raises Trouble where it cannot be reached."""
    with looked_at(make_engine(url, untouched=True)) as (connection, version):
        yield Looked(connection, version)


def _stuck(connection: sa.Connection) -> tuple[Stuck, ...]:
    hooks = schema.webhooks
    failing = sa.select(hooks.c.id, hooks.c.failing_since_ms, hooks.c.tries).where(
        hooks.c.failing_since_ms.is_not(None)
    )
    return tuple(
        Stuck(webhook=row.id, since=from_epoch_ms(row.failing_since_ms), tries=row.tries)
        for row in connection.execute(failing.order_by(hooks.c.id))
    )


def _dead(connection: sa.Connection) -> tuple[DeadLetters, ...]:
    dead = schema.dead_letters
    counted = sa.select(dead.c.webhook, sa.func.count().label("letters"), sa.func.max(dead.c.given_up_ms).label("last"))
    return tuple(
        DeadLetters(webhook=row.webhook, letters=row.letters, last_at=from_epoch_ms(row.last))
        for row in connection.execute(counted.group_by(dead.c.webhook).order_by(dead.c.webhook))
    )

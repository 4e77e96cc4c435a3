"""Sessions in the ledger: tokens by their hashes, devices somebody signed in from, and guesses that failed.

Promises: a session that has ended, has run out or whose account is disabled is nobody's, in every process at once;
an ended one is remembered until it would have run out. Knows no token, only hashes.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.accounts import EndSessions
from dispatcher.models.ids import PersonId
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import prepared, standing
from dispatcher.storage.accounts import Account, Kept, Opening, account_of, end_all, enter
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import put
from dispatcher.wire.proofs import SESSION_CHARACTERS

PROVABLE_FOR: Final = dt.timedelta(days=30)
"""So long after a session has run out its acts can still be handed in by others, should its station be lost."""
ID_CHARACTERS: Final = 12
"""So much of a token's hash names its session to people."""
_table: Final = schema.sessions
_failures: Final = schema.sign_in_failures


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session as people see it."""

    id: str
    person: PersonId
    created_at: dt.datetime
    expires_at: dt.datetime
    station: str = ""
    address: str = ""


class Failures(NamedTuple):
    """How often signing in has failed, and when last."""

    times: int
    last: dt.datetime


class Sessions:
    """The sessions of one ledger."""

    def __init__(self, read: Opening, write: Opening, vault: Vault) -> None:
        self._read = read
        self._write = write
        self._vault = vault

    def put(
        self, token_hash: str, person: PersonId, created: dt.datetime, expires: dt.datetime, address: str = ""
    ) -> None:
        """Keep a session by the hash of its token and forget those that ran out long before `created`."""
        values = {
            "token_hash": token_hash,
            "person": person,
            "created_ms": epoch_ms(created),
            "expires_ms": epoch_ms(expires),
            "station": "",
            "address": address,
            "ended_ms": None,
        }
        with self._write() as connection:
            connection.execute(sa.delete(_table).where(_table.c.expires_ms <= epoch_ms(created - PROVABLE_FOR)))
            put(connection, _table, [values], key=("token_hash",))
            signed_in = {"at_ms": epoch_ms(created), "person": person, "address": address}
            # Half of the hash: no token is found by it.
            session = token_hash[:SESSION_CHARACTERS]
            put(connection, schema.sign_ins, [{"session": session, **signed_in}], key=("session",))

    def whose(self, token_hash: str, now: dt.datetime) -> Account | None:
        """Give the account behind a token's hash, None when it is nobody's (any more)."""
        with self._read() as connection:
            found = prepared.fetch(connection, _WHOSE, {"token_hash": token_hash, "now_ms": epoch_ms(now)})
        return account_of(self._vault, Kept(*found[0])) if found else None

    def live_among(self, token_hashes: Collection[str], now: dt.datetime) -> set[str]:
        """Give those of some hashes that are still somebody's."""
        accounts = schema.accounts
        found: set[str] = set()
        asked = sorted(token_hashes)
        statement = sa.select(_table.c.token_hash).join_from(_table, accounts, _table.c.person == accounts.c.person)
        with self._read() as connection:
            for start in range(0, len(asked), 500):
                among = _table.c.token_hash.in_(asked[start : start + 500])
                found |= set(connection.execute(statement.where(among, _is_live(now))).scalars())
        return found

    def of(self, person: PersonId, now: dt.datetime) -> tuple[Session, ...]:
        """List somebody's sessions that have not ended, the newest first; of everybody for an empty name."""
        accounts = schema.accounts
        statement = sa.select(_table).join_from(_table, accounts, _table.c.person == accounts.c.person)
        statement = statement.where(_is_live(now)).order_by(_table.c.created_ms.desc())
        if person:
            statement = statement.where(_table.c.person == person)
        with self._read() as connection:
            return tuple(_session(row) for row in connection.execute(statement))

    def end(self, person: PersonId, by: PersonId, now: dt.datetime, only: str = "") -> int:
        """End somebody's sessions, or the one whose id is `only`; gives how many."""
        with self._write() as connection:
            if only:
                one = (_table.c.person == person) & _table.c.token_hash.startswith(only, autoescape=True)
                one &= _table.c.ended_ms.is_(None)
                count = connection.execute(sa.update(_table).where(one).values(ended_ms=epoch_ms(now))).rowcount
            else:
                count = end_all(connection, person, now)
            if count:
                enter(connection, EndSessions(person=person, count=count), by, now)
        return count

    def drop(self, token_hash: str, now: dt.datetime) -> None:
        """End one session because its person signs out; harmless when there is none."""
        mine = (_table.c.token_hash == token_hash) & _table.c.ended_ms.is_(None)
        with self._write() as connection:
            if connection.execute(sa.update(_table).where(mine).values(ended_ms=epoch_ms(now))).rowcount:
                standing.note_sessions_ended(connection)

    # Devices and failures

    def put_device(self, device_hash: str, person: PersonId, now: dt.datetime) -> None:
        """Remember a device from which somebody has signed in."""
        row = {"device_hash": device_hash, "person": person, "used_ms": epoch_ms(now)}
        with self._write() as connection:
            put(connection, schema.devices, [row], key=("device_hash",))

    def knows_device(self, device_hash: str, person: PersonId) -> bool:
        """Tell whether somebody has signed in from a device before."""
        devices = schema.devices
        mine = (devices.c.device_hash == device_hash) & (devices.c.person == person)
        with self._read() as connection:
            return connection.execute(sa.select(devices.c.person).where(mine)).first() is not None

    def failures(self, about: Sequence[str]) -> dict[str, Failures]:
        """Give what has failed about names, addresses and devices."""
        statement = sa.select(_failures).where(_failures.c.about.in_(list(about)))
        with self._read() as connection:
            rows = connection.execute(statement).all()
        return {row.about: Failures(row.times, from_epoch_ms(row.last_ms)) for row in rows}

    def failed(self, about: Sequence[str], now: dt.datetime, forget_before: dt.datetime) -> None:
        """Count one more failure about each, and forget what failed last before an instant."""
        with self._write() as connection:
            connection.execute(sa.delete(_failures).where(_failures.c.last_ms < epoch_ms(forget_before)))
            known = connection.execute(
                sa.select(_failures.c.about, _failures.c.times).where(_failures.c.about.in_(list(about)))
            )
            times: dict[str, int] = {row.about: row.times for row in known}
            rows = [{"about": name, "times": times.get(name, 0) + 1, "last_ms": epoch_ms(now)} for name in about]
            put(connection, _failures, rows, key=("about",))

    def forgive(self, about: Sequence[str]) -> None:
        """Forget failures: the right password has come."""
        with self._write() as connection:
            connection.execute(sa.delete(_failures).where(_failures.c.about.in_(list(about))))


def _is_live(now: dt.datetime) -> sa.ColumnElement[bool]:
    return (_table.c.expires_ms > epoch_ms(now)) & _STANDS


_STANDS: Final = _table.c.ended_ms.is_(None) & schema.accounts.c.disabled_ms.is_(None)
_WHOSE: Final = (
    sa.select(*(schema.accounts.c[name] for name in Kept._fields))
    .join_from(_table, schema.accounts, _table.c.person == schema.accounts.c.person)
    .where(_table.c.token_hash == sa.bindparam("token_hash"), _table.c.expires_ms > sa.bindparam("now_ms"), _STANDS)
)


def _session(row: "sa.Row[*tuple[Any, ...]]") -> Session:
    return Session(
        id=row.token_hash[:ID_CHARACTERS],
        person=PersonId(row.person),
        created_at=from_epoch_ms(row.created_ms),
        expires_at=from_epoch_ms(row.expires_ms),
        station=row.station,
        address=row.address,
    )

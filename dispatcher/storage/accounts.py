"""Accounts in the ledger: who may sign in and as what; each change journaled, and the sessions it ends ended with it.

Promises: an account keeps hashes, never a password or a recovery code, and its name and the secret of its one-time
codes sealed; a code's half-minute and a recovery code are taken once, by whichever process is first. Knows neither
hashing nor the clock: values are brought. Raises Trouble; BadSeal for an account that was altered.
"""

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.accounts import AllowAccount, AnyAccountCommand, ChangePassword, PutAccount, SetCodes
from dispatcher.models.ids import CommandId, PersonId, Revision, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import evidence, standing
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import put, update_rows, write_entry

Opening = Callable[[], contextlib.AbstractContextManager[sa.Connection]]

_table: Final = schema.accounts
_encode = msgspec.json.Encoder().encode
_decode_roles = msgspec.json.Decoder(frozenset[Role]).decode
_decode_sheet = msgspec.json.Decoder(tuple[str, str]).decode
_decode_codes = msgspec.json.Decoder(tuple[str, ...]).decode


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in: the hash of the password, and what one-time codes need where they are asked for.

    `totp_step` is the half-minute of the last code taken; `recovery` holds hashes of the codes not used yet.
    """

    person: PersonId
    name: str
    unit: UnitId
    roles: frozenset[Role]
    password_hash: str = ""
    disabled_at: dt.datetime | None = None
    totp_secret: str = ""
    totp_step: int = 0
    recovery: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        """The person as the rules know one."""
        return Actor(person=self.person, name=self.name, unit=self.unit, roles=self.roles)


class Accounts:
    """The accounts of one ledger; `write` holds the head's lock, and the vault seals as the ledger says then."""

    def __init__(self, read: Opening, write: Opening, vault: Vault) -> None:
        self._read = read
        self._write = write
        self._vault = vault

    def get(self, person: PersonId) -> Account | None:
        """Give the account of a sign-in name, None when there is none."""
        with self._read() as connection:
            row = connection.execute(sa.select(_table).where(_table.c.person == person)).first()
        return None if row is None else account_of(self._vault, row)

    def all(self) -> tuple[Account, ...]:
        """List the accounts by name."""
        with self._read() as connection:
            found = connection.execute(sa.select(_table).order_by(_table.c.person)).all()
        return tuple(account_of(self._vault, row) for row in found)

    def seed(self, account: Account) -> None:
        """Add an account or replace the one of the same name, without a word in the journal: a ledger begins so."""
        with self._write() as connection:
            _put(connection, self._vault, account)

    def put(self, account: Account, by: PersonId, now: dt.datetime) -> None:
        """Add an account or replace the one of the same name, whose sessions end."""
        command = PutAccount(person=account.person, unit=account.unit, roles=tuple(sorted(account.roles)))
        with self._write() as connection:
            _put(connection, self._vault, account)
            end_all(connection, account.person, now)
            enter(connection, command, by, now)

    def allow(self, person: PersonId, allowed: bool, reason: str, by: PersonId, now: dt.datetime) -> None:
        """Let somebody sign in, or not any more; raises LookupError where there is no such account."""
        with self._write() as connection:
            _change(connection, person, disabled_ms=None if allowed else epoch_ms(now))
            if not allowed:
                end_all(connection, person, now)
            enter(connection, AllowAccount(person=person, allowed=allowed, reason=reason), by, now)

    def set_password(
        self, person: PersonId, password_hash: str, by: PersonId, now: dt.datetime, keep: str = ""
    ) -> None:
        """Keep another password's hash and end all sessions but `keep` (a token's hash); raises LookupError."""
        with self._write() as connection:
            _change(connection, person, password_hash=password_hash)
            end_all(connection, person, now, keep)
            devices = schema.devices
            connection.execute(sa.delete(devices).where(devices.c.person == person))
            enter(connection, ChangePassword(person=person), by, now)

    def set_codes(
        self, person: PersonId, secret: str, recovery: tuple[str, ...], by: PersonId, now: dt.datetime
    ) -> None:
        """Ask for one-time codes from now on, or (an empty secret) not any more; raises LookupError."""
        with self._write() as connection:
            sealed = connection.execute(sa.select(_table.c.sealed).where(_table.c.person == person)).scalar()
            if sealed is None:
                raise LookupError(person)
            name, _ = _opened(self._vault, person, sealed)
            sealed = sealed_sheet(self._vault, person, name, secret)
            _change(connection, person, sealed=sealed, totp_step=0, recovery=_encode(recovery).decode())
            enter(connection, SetCodes(person=person, on=bool(secret)), by, now)

    def take_step(self, person: PersonId, step: int) -> bool:
        """Use up a code's half-minute; False when it or a later one has been used already."""
        mine = (_table.c.person == person) & (_table.c.totp_step < step)
        with self._write() as connection:
            return connection.execute(sa.update(_table).where(mine).values(totp_step=step)).rowcount == 1

    def take_recovery(self, person: PersonId, code_hash: str) -> bool:
        """Use up a recovery code; False when it is none of this person's, or has been used already."""
        with self._write() as connection:
            mine = _table.c.person == person
            kept = connection.execute(sa.select(_table.c.recovery).where(mine).with_for_update()).scalar()
            codes = () if kept is None else _decode_codes(kept)
            if code_hash not in codes:
                return False
            rest = _encode(tuple(code for code in codes if code != code_hash)).decode()
            connection.execute(sa.update(_table).where(mine).values(recovery=rest))
            return True


class Kept(NamedTuple):
    """An account as its table keeps it."""

    person: str
    unit: str
    roles: str
    password_hash: str
    disabled_ms: int | None
    totp_step: int
    recovery: str
    sealed: bytes


def account_of(vault: Vault, row: "Kept | sa.Row[*tuple[Any, ...]]") -> Account:
    """Give the account that stands in a row; raises BadSeal."""
    name, totp_secret = _opened(vault, row.person, row.sealed)
    return Account(
        person=PersonId(row.person),
        name=name,
        unit=UnitId(row.unit),
        roles=_decode_roles(row.roles),
        password_hash=row.password_hash,
        disabled_at=None if row.disabled_ms is None else from_epoch_ms(row.disabled_ms),
        totp_secret=totp_secret,
        totp_step=row.totp_step,
        recovery=_decode_codes(row.recovery),
    )


def sealed_sheet(vault: Vault, person: str, name: str, totp_secret: str) -> bytes:
    """Seal what is not for everybody of an account: the person's name and the secret of the one-time codes."""
    return vault.seal_sheet(_sheet(person), _encode((name, totp_secret)))


def reseal(connection: sa.Connection, vault: Vault) -> None:
    """Seal every account by the vault's present key."""
    found = connection.execute(sa.select(_table.c.person, _table.c.sealed)).all()
    rows = [
        {"person": row.person, "sealed": sealed_sheet(vault, row.person, *_opened(vault, row.person, row.sealed))}
        for row in found
    ]
    update_rows(connection, _table, "person", ("sealed",), rows)


def end_all(connection: sa.Connection, person: PersonId, now: dt.datetime, keep: str = "") -> int:
    """End the sessions of a person but the one of a token's hash; gives how many."""
    table = schema.sessions
    open_ = (table.c.person == person) & table.c.ended_ms.is_(None) & (table.c.token_hash != keep)
    return connection.execute(sa.update(table).where(open_).values(ended_ms=epoch_ms(now))).rowcount


def enter(connection: sa.Connection, command: AnyAccountCommand, by: PersonId, now: dt.datetime) -> None:
    """Journal what was done and have every process that serves consoles look at their sessions again."""
    head = evidence.read_head(connection, lock=True)
    revision = Revision(head.revision + 1)
    act = CommandId(f"{evidence.WITHOUT_VERDICT}{uuid.uuid4()}")
    entry = write_entry(connection, revision, act, command, by, now, now)
    head = evidence.extend(connection, head, [evidence.Judged(act, entry=entry)])
    evidence.write_head(connection, head._replace(revision=revision))
    standing.note_sessions_ended(connection)


def _sheet(person: str) -> str:
    return f"account\n{person}"


def _opened(vault: Vault, person: str, sealed: bytes) -> tuple[str, str]:
    return _decode_sheet(vault.open_sheet(_sheet(person), sealed))


def _put(connection: sa.Connection, vault: Vault, account: Account) -> None:
    values = {
        "person": account.person,
        "unit": account.unit,
        "roles": _encode(sorted(account.roles)).decode(),
        "password_hash": account.password_hash,
        "disabled_ms": None if account.disabled_at is None else epoch_ms(account.disabled_at),
        "totp_step": account.totp_step,
        "recovery": _encode(account.recovery).decode(),
        "sealed": sealed_sheet(vault, account.person, account.name, account.totp_secret),
    }
    put(connection, _table, [values], key=("person",))


def _change(connection: sa.Connection, person: PersonId, **values: object) -> None:
    if connection.execute(sa.update(_table).where(_table.c.person == person).values(**values)).rowcount != 1:
        raise LookupError(person)

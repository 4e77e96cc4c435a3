"""Webhooks: who outside is told of accepted acts, how far each has been told, and what could not be delivered.

A webhook has a cursor of its own in the journal, so nothing is told twice by design and nothing is left out after a
crash; a notice names no person and holds no word that anybody wrote. Addresses and secrets are kept sealed. Raises
`Trouble`.
"""

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.organisation import covers
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import put, update_rows

SECRET_BYTES: Final = 32
_hooks = schema.webhooks
_dead = schema.dead_letters
_encode = msgspec.json.Encoder().encode
_decode_sheet = msgspec.json.Decoder(tuple[str, str]).decode
_Opening = Callable[[], contextlib.AbstractContextManager[sa.Connection]]


_NOTICED: Final = (
    sa.select(
        schema.journal.c.revision,
        schema.journal.c.act,
        schema.journal.c.kind,
        schema.journal.c.case_id,
        schema.journal.c.at_ms,
        schema.journal.c.committed_ms,
        schema.cases.c.number,
        schema.cases.c.state,
        schema.cases.c.holder,
    )
    .join_from(schema.journal, schema.cases, schema.journal.c.case_id == schema.cases.c.id)
    .order_by(schema.journal.c.revision)
)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody outside who is told of acts of `kinds` (all if empty) on cases held in `unit` (anywhere if empty).

    `cursor` is the revision up to which it has been told. `tries` and `error` are of the notice that is stuck, which is
    tried again at `next_try`; `failing_since` is when it was first tried.
    """

    id: str
    url: str
    secret: str
    kinds: frozenset[str]
    unit: UnitId
    cursor: Revision
    tries: int = 0
    next_try: dt.datetime | None = None
    failing_since: dt.datetime | None = None
    error: str = ""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted act as outsiders are told of it; number, state and holder are the case's as it stands now."""

    revision: Revision
    act: CommandId
    kind: str
    case: CaseId
    number: str
    state: CaseState
    holder: UnitId
    at: dt.datetime
    committed_at: dt.datetime


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that was given up: when, after how many tries, and what the last one came to."""

    webhook: str
    revision: Revision
    tries: int
    error: str
    given_up_at: dt.datetime


class Webhooks:
    """The webhooks of one ledger; `read` and `write` open its transactions, those that write hold the head's lock."""

    def __init__(self, read: _Opening, write: _Opening, vault: Vault) -> None:
        self._read = read
        self._write = write
        self._vault = vault

    def add(self, url: str, kinds: Iterable[str], unit: UnitId) -> Webhook:
        """Keep a new webhook, to be told of what is accepted from now on; its secret is made here."""
        with self._write() as connection:
            head = connection.execute(sa.select(schema.head.c.revision)).scalar_one()
            hook = Webhook(
                id=secrets.token_hex(4),
                url=url,
                secret=secrets.token_hex(SECRET_BYTES),
                kinds=frozenset(kinds),
                unit=unit,
                cursor=Revision(head),
            )
            sealed = sealed_sheet(self._vault, hook.id, hook.url, hook.secret)
            put(connection, _hooks, [{"id": hook.id, "sealed": sealed, **_told(hook)}])
        return hook

    def all(self) -> tuple[Webhook, ...]:
        """List them by their ids."""
        with self._read() as connection:
            found = connection.execute(sa.select(_hooks).order_by(_hooks.c.id)).all()
        return tuple(_hook(self._vault, row) for row in found)

    def remove(self, webhook: str) -> bool:
        """Forget a webhook and what could not be delivered to it; tells whether there was one."""
        with self._write() as connection:
            connection.execute(sa.delete(_dead).where(_dead.c.webhook == webhook))
            return connection.execute(sa.delete(_hooks).where(_hooks.c.id == webhook)).rowcount == 1

    def keep(self, hook: Webhook) -> None:
        """Keep how far a webhook has been told and what it is stuck at; one that was removed meanwhile stays so."""
        with self._write() as connection:
            connection.execute(sa.update(_hooks).where(_hooks.c.id == hook.id).values(_told(hook)))

    def after(self, hook: Webhook, limit: int) -> tuple[tuple[Notice, ...], Revision]:
        """Read on in the journal: a webhook's notices among the next entries, and up to which revision that is."""
        with self._read() as connection:
            rows = connection.execute(_NOTICED.where(schema.journal.c.revision > hook.cursor).limit(limit)).all()
        notices = tuple(notice for notice in map(_notice, rows) if _concerns(hook, notice))
        return notices, Revision(rows[-1].revision) if rows else hook.cursor

    def notice(self, revision: Revision) -> Notice | None:
        """Give one notice again, None where no act on a case has that revision."""
        with self._read() as connection:
            row = connection.execute(_NOTICED.where(schema.journal.c.revision == revision)).first()
        return _notice(row) if row is not None else None

    def give_up(self, letter: DeadLetter) -> None:
        """Keep what could not be delivered."""
        row = {
            "webhook": letter.webhook,
            "revision": letter.revision,
            "tries": letter.tries,
            "error": letter.error,
            "given_up_ms": epoch_ms(letter.given_up_at),
        }
        with self._write() as connection:
            put(connection, _dead, [row], key=("webhook", "revision"))

    def dead_letters(self, webhook: str = "") -> tuple[DeadLetter, ...]:
        """List what could not be delivered, to one webhook or to all, oldest first."""
        statement = sa.select(_dead).order_by(_dead.c.webhook, _dead.c.revision)
        if webhook:
            statement = statement.where(_dead.c.webhook == webhook)
        with self._read() as connection:
            return tuple(
                DeadLetter(
                    webhook=row.webhook,
                    revision=Revision(row.revision),
                    tries=row.tries,
                    error=row.error,
                    given_up_at=from_epoch_ms(row.given_up_ms),
                )
                for row in connection.execute(statement)
            )

    def delivered(self, letter: DeadLetter) -> None:
        """Take a letter off the list: it has been delivered after all."""
        with self._write() as connection:
            connection.execute(
                sa.delete(_dead).where(_dead.c.webhook == letter.webhook, _dead.c.revision == letter.revision)
            )


def _notice(row: "sa.Row[*tuple[Any, ...]]") -> Notice:
    return Notice(
        revision=Revision(row.revision),
        act=CommandId(row.act),
        kind=row.kind,
        case=CaseId(row.case_id),
        number=row.number,
        state=CaseState(row.state),
        holder=UnitId(row.holder),
        at=from_epoch_ms(row.at_ms),
        committed_at=from_epoch_ms(row.committed_ms),
    )


def _concerns(hook: Webhook, notice: Notice) -> bool:
    return (not hook.kinds or notice.kind in hook.kinds) and (not hook.unit or covers(hook.unit, notice.holder))


def sealed_sheet(vault: Vault, webhook: str, url: str, secret: str) -> bytes:
    """Seal what is nobody else's of a webhook: its address and its secret."""
    return vault.seal_sheet(_sheet(webhook), _encode((url, secret)))


def reseal(connection: sa.Connection, vault: Vault) -> None:
    """Seal every webhook by the vault's present key."""
    found = connection.execute(sa.select(_hooks.c.id, _hooks.c.sealed)).all()
    rows = [{"id": row.id, "sealed": sealed_sheet(vault, row.id, *_opened(vault, row.id, row.sealed))} for row in found]
    update_rows(connection, _hooks, "id", ("sealed",), rows)


def _sheet(webhook: str) -> str:
    return f"webhook\n{webhook}"


def _opened(vault: Vault, webhook: str, sealed: bytes) -> tuple[str, str]:
    return _decode_sheet(vault.open_sheet(_sheet(webhook), sealed))


def _told(hook: Webhook) -> dict[str, object]:
    return {
        "kinds": " ".join(sorted(hook.kinds)),
        "unit": hook.unit,
        "cursor": hook.cursor,
        "tries": hook.tries,
        "next_try_ms": epoch_ms(hook.next_try) if hook.next_try else None,
        "failing_since_ms": epoch_ms(hook.failing_since) if hook.failing_since else None,
        "error": hook.error,
    }


def _hook(vault: Vault, row: "sa.Row[*tuple[Any, ...]]") -> Webhook:
    url, secret = _opened(vault, row.id, row.sealed)
    return Webhook(
        id=row.id,
        url=url,
        secret=secret,
        kinds=frozenset(row.kinds.split()),
        unit=UnitId(row.unit),
        cursor=Revision(row.cursor),
        tries=row.tries,
        next_try=from_epoch_ms(row.next_try_ms) if row.next_try_ms is not None else None,
        failing_since=from_epoch_ms(row.failing_since_ms) if row.failing_since_ms is not None else None,
        error=row.error,
    )

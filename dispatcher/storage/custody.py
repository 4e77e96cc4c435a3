"""The custody of one ledger's personal data: what is to be erased by now, and a new key in the place of the old.

Promises: a rotation runs while others work on the ledger and goes on where it was killed; each of its steps leaves a
sound ledger. Only envelopes and sheets are sealed anew: the data keys within, and all that they seal, stay as they are.
Raises `Trouble`.
"""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import epoch_ms
from dispatcher.storage import accounts, officekeeping, records, webhooks
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.adopting import ROSTER
from dispatcher.storage.vault import Vault, version_of
from dispatcher.storage.writing import put, update_rows

AT_A_TIME: Final = 500
"""Envelopes sealed anew in one transaction: about ten milliseconds in which nobody else writes."""

_cases = schema.cases
_checks = schema.key_checks
_Opening = Callable[[], contextlib.AbstractContextManager[sa.Connection]]


class Custody:
    """`read` and `write` open transactions; one that writes holds the head's lock, and the vault seals as it says."""

    def __init__(self, read: _Opening, write: _Opening, vault: Vault) -> None:
        self._read = read
        self._write = write
        self._vault = vault
        self.keyring = vault.keyring

    def count_erasable(self, closed_before: dt.datetime) -> int:
        """Count the ended cases that still hold personal data although they were closed before an instant."""
        with self._read() as connection:
            return connection.execute(_erasable(closed_before, sa.func.count())).scalar_one()

    def erasable(self, closed_before: dt.datetime, limit: int) -> list[Case]:
        """List ended cases that still hold personal data although they were closed before an instant, oldest first."""
        statement = _erasable(closed_before, *records.COLUMNS).order_by(_cases.c.closed_ms).limit(limit)
        with self._read() as connection:
            return [records.case_of(connection, self._vault, row) for row in connection.execute(statement).all()]

    def key_versions(self) -> list[int]:
        """List the versions of the key by which something may be sealed; several in the midst of a rotation."""
        with self._read() as connection:
            return list(connection.execute(sa.select(_checks.c.version).order_by(_checks.c.version)).scalars())

    def prepare_key(self) -> int:
        """Make the file of the next key without using it, to be copied to other machines first; gives its version."""
        with self._read() as connection:
            version = 1 + connection.execute(sa.select(schema.head.c.key_version)).scalar_one()
        self._vault.keyring.make(version)
        return version

    def rotate_keys(self, told: Callable[[int], None] = lambda sealed: None) -> int:
        """Put the next key in the place of the present one, or go on with what was broken off; gives its version.

        `told` hears how many envelopes have been sealed anew.
        """
        if len(self.key_versions()) == 1:
            self.prepare_key()
            with self._write() as connection:
                self._begin(connection)
        after: CaseId | None = CaseId("")
        count = 0
        while after is not None:
            with self._write() as connection:
                after, sealed = self._reseal_some(connection, after)
            count += sealed
            told(count)
        with self._write() as connection:
            self._finish(connection)
        return self._vault.version

    def _begin(self, connection: sa.Connection) -> None:
        """Have everything new sealed by the next version."""
        self._vault.version += 1
        put(connection, _checks, [{"version": self._vault.version, "sealed": self._vault.check()}])
        connection.execute(sa.update(schema.head).values(key_version=self._vault.version))

    def _reseal_some(self, connection: sa.Connection, after: CaseId) -> tuple[CaseId | None, int]:
        statement = (
            sa.select(_cases.c.id, _cases.c.envelope)
            .where(_cases.c.id > after, _cases.c.envelope.is_not(None))
            .order_by(_cases.c.id)
            .limit(AT_A_TIME)
        )
        found = connection.execute(statement).all()
        changed = [
            {"id": row.id, "envelope": self._vault.resealed(CaseId(row.id), row.envelope)}
            for row in found
            if version_of(row.envelope) != self._vault.version
        ]
        update_rows(connection, _cases, "id", ("envelope",), changed)
        return (CaseId(found[-1].id) if len(found) == AT_A_TIME else None), len(changed)

    def _finish(self, connection: sa.Connection) -> None:
        """Seal the sheets anew and need the older versions no more."""
        for sheets in (accounts, webhooks, officekeeping):
            sheets.reseal(connection, self._vault)
        sealed = connection.execute(sa.select(schema.roster.c.sealed)).scalar()
        if sealed is not None:
            again = self._vault.seal_sheet(ROSTER, self._vault.open_sheet(ROSTER, sealed))
            put(connection, schema.roster, [{"one": 1, "sealed": again}], key=("one",))
        connection.execute(sa.delete(_checks).where(_checks.c.version != self._vault.version))


def _erasable(closed_before: dt.datetime, *what: sa.ColumnElement[Any]) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(*what).where(_cases.c.closed_ms < epoch_ms(closed_before), _cases.c.envelope.is_not(None))

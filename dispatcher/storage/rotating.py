"""A new key in the place of the old: everything sealed by the old one is sealed by the new, while the centre works.

Functions over an open connection inside a writing transaction that holds the head's lock; each leaves a sound ledger,
so that a rotation killed anywhere goes on where it stopped. Only envelopes and sheets are sealed anew: the data keys
within, and all that they seal, stay as they are.
"""

from typing import Final

import sqlalchemy as sa

from dispatcher.models.ids import CaseId
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.adopting import ROSTER
from dispatcher.storage.vault import Vault, version_of
from dispatcher.storage.writing import put, update_rows

AT_A_TIME: Final = 500


def versions_in_use(connection: sa.Connection) -> list[int]:
    """List the versions by which something may be sealed, the newest last; more than one in the midst of a rotation."""
    checks = schema.key_checks
    return list(connection.execute(sa.select(checks.c.version).order_by(checks.c.version)).scalars())


def begin(connection: sa.Connection, vault: Vault, version: int) -> None:
    """Have everything new sealed by another version, whose key must be durable."""
    vault.version = version
    put(connection, schema.key_checks, [{"version": version, "sealed": vault.check()}])
    connection.execute(sa.update(schema.head).values(key_version=version))


def reseal_some(connection: sa.Connection, vault: Vault, after: CaseId) -> tuple[CaseId | None, int]:
    """Seal some envelopes anew; gives the case to go on after, None at the end, and how many were sealed."""
    cases = schema.cases
    statement = (
        sa.select(cases.c.id, cases.c.envelope)
        .where(cases.c.id > after, cases.c.envelope.is_not(None))
        .order_by(cases.c.id)
        .limit(AT_A_TIME)
    )
    found = connection.execute(statement).all()
    changed = [
        {"id": row.id, "envelope": vault.resealed(CaseId(row.id), row.envelope)}
        for row in found
        if version_of(row.envelope) != vault.version
    ]
    update_rows(connection, cases, "id", ("envelope",), changed)
    return (CaseId(found[-1].id) if len(found) == AT_A_TIME else None), len(changed)


def finish(connection: sa.Connection, vault: Vault) -> None:
    """Seal the sheets anew and need the older versions no more."""
    sealed = connection.execute(sa.select(schema.roster.c.sealed)).scalar()
    if sealed is not None:
        again = vault.seal_sheet(ROSTER, vault.open_sheet(ROSTER, sealed))
        put(connection, schema.roster, [{"one": 1, "sealed": again}], key=("one",))
    checks = schema.key_checks
    connection.execute(sa.delete(checks).where(checks.c.version != vault.version))

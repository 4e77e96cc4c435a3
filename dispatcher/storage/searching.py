"""Reading through the ledger's cases: all that are open, or those a few words mean.

Functions over an open connection.
"""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import records
from dispatcher.storage.vault import Vault

AT_ONCE: Final = 500

_cases = schema.cases


def case(connection: sa.Connection, vault: Vault, id_: CaseId) -> Case | None:
    """Give one case, None when there is none."""
    row = connection.execute(sa.select(*records.COLUMNS).where(_cases.c.id == id_)).first()
    return None if row is None else records.case_of(connection, vault, row)


def open_cases(connection: sa.Connection, vault: Vault) -> Iterator[Case]:
    """Give every open case, some read at a time."""
    after = CaseId("")
    while True:
        statement = (
            sa.select(*records.COLUMNS)
            .where(_cases.c.is_open, _cases.c.id > after)
            .order_by(_cases.c.id)
            .limit(AT_ONCE)
        )
        found = connection.execute(statement).all()
        yield from (records.case_of(connection, vault, row) for row in found)
        if len(found) < AT_ONCE:
            return
        after = CaseId(found[-1].id)


def meant_by(connection: sa.Connection, vault: Vault, words: str, limit: int) -> list[Case]:
    """Give the case of an id, else those whose order's number ends so, the newest first."""
    exact = case(connection, vault, CaseId(words))
    if exact is not None:
        return [exact]
    ends_so = _cases.c.number.endswith(words, autoescape=True)
    statement = sa.select(*records.COLUMNS).where(ends_so).order_by(_cases.c.received_ms.desc()).limit(limit)
    return [records.case_of(connection, vault, row) for row in connection.execute(statement).all()]

"""Reading through the ledger's cases: all that are open, or those a few words mean.

Functions over an open connection.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.storage import ledger_schema as schema

AT_ONCE: Final = 500

_cases = schema.cases
_decode_case = msgspec.json.Decoder(Case).decode


def open_cases(connection: sa.Connection) -> Iterator[Case]:
    """Give every open case, some read at a time."""
    after = CaseId("")
    while True:
        statement = (
            sa.select(_cases.c.id, _cases.c.body)
            .where(_cases.c.is_open, _cases.c.id > after)
            .order_by(_cases.c.id)
            .limit(AT_ONCE)
        )
        found = connection.execute(statement).all()
        yield from (_decode_case(row.body) for row in found)
        if len(found) < AT_ONCE:
            return
        after = CaseId(found[-1].id)


def meant_by(connection: sa.Connection, words: str, limit: int) -> list[Case]:
    """Give the case of an id, else those whose order's number ends so, the newest first."""
    exact = connection.execute(sa.select(_cases.c.body).where(_cases.c.id == words)).scalar()
    if exact is not None:
        return [_decode_case(exact)]
    ends_so = _cases.c.number.endswith(words, autoescape=True)
    statement = sa.select(_cases.c.body).where(ends_so).order_by(_cases.c.received_ms.desc()).limit(limit)
    return [_decode_case(body) for body in connection.execute(statement).scalars()]

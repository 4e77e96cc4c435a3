"""What time alone brings about in the ledger: the instants at which cases must be looked at, and rows made anew.

Functions over an open connection; transactions are the caller's. Nothing here makes a revision.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Final, NamedTuple

import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law
from dispatcher.models.queue import NEVER_MS, epoch_ms, from_epoch_ms, summarise
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import records
from dispatcher.storage.judging import timer_of
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import summary_columns, update_cases

log = logging.getLogger(__name__)
_cases = schema.cases


class Due(NamedTuple):
    """A case whose instant has come, as it stands."""

    case: Case
    at: dt.datetime


def next_timer(connection: sa.Connection) -> dt.datetime | None:
    """Give the earliest instant at which some case must be looked at, None when there is none."""
    found = connection.execute(_NEXT).scalar()
    return None if found is None or found >= NEVER_MS else from_epoch_ms(found)


def timers_due(connection: sa.Connection, vault: Vault, now: dt.datetime, limit: int) -> list[Due]:
    """List the cases whose instant has come, the earliest first."""
    found = connection.execute(_DUE, {"now_ms": epoch_ms(now), "limit": limit}).all()
    return [Due(records.case_of(connection, vault, row), from_epoch_ms(row.timer_ms)) for row in found]


def set_timers(connection: sa.Connection, timers: Mapping[CaseId, dt.datetime | None]) -> None:
    """Give cases another instant at which they must be looked at, or none."""
    rows = [{"id": case, "timer_ms": NEVER_MS if timer is None else epoch_ms(timer)} for case, timer in timers.items()]
    if rows:
        update_cases(connection, ("timer_ms",), rows)


def resummarise(connection: sa.Connection, vault: Vault, law: Law, after: CaseId, batch: int) -> CaseId | None:
    """Make the rows and timers of some open cases anew under a law; gives the case after which the next ones come."""
    statement = (
        sa.select(*records.COLUMNS, _cases.c.row, _cases.c.timer_ms)
        .where(_cases.c.is_open, _cases.c.id > after)
        .order_by(_cases.c.id)
        .limit(batch)
    )
    found = connection.execute(statement).all()
    changed: list[dict[str, object]] = []
    for row in found:
        case = records.case_of(connection, vault, row)
        try:
            columns = {**summary_columns(summarise(case, law)), "timer_ms": timer_of(case, law)}
        except (ArithmeticError, ValueError) as error:
            # An instant at the end of the calendar: one such case must not keep all others under the law before.
            log.warning("case %s keeps the row of the law before: %r", case.id, error)
            continue
        if columns["row"] != row.row or columns["timer_ms"] != row.timer_ms:
            changed.append({"id": row.id, **columns})
    if changed:
        update_cases(connection, _REMADE, changed)
    return CaseId(found[-1].id) if len(found) == batch else None


_REMADE: Final = ("received_ms", "due_ms", "closed_ms", "row", "timer_ms")
_NEXT: Final = sa.select(sa.func.min(_cases.c.timer_ms))
_DUE: Final = (
    sa.select(*records.COLUMNS, _cases.c.timer_ms)
    .where(_cases.c.timer_ms <= sa.bindparam("now_ms"))
    .order_by(_cases.c.timer_ms, _cases.c.id)
    .limit(sa.bindparam("limit"))
)

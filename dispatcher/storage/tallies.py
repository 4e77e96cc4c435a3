"""The counts of each unit in each half-day, kept beside the cases.

Functions over an open connection; transactions are the caller's. Each case keeps what it adds (`cases.tally`), and the
counts are moved by the difference in the transaction that changes the case: so the counts are the sum over the cases
at every commit, whatever the law was when a case was counted.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.rates import COUNTERS, NOTHING, Tally
from dispatcher.models.tallies import COUNTED_BY, Where, contributions, counts_alike, pack, unpack
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import records
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import put, update_cases

AT_A_TIME: Final = 2000
_tallies = schema.unit_tallies
_cases = schema.cases


def counted(before: Case | None, kept: bytes | None, case: Case, law: Law) -> bytes:
    """Give what a case adds now, as it is kept; `kept` is what it added `before`."""
    if kept is not None and before is not None and counts_alike(before, case):
        return kept
    return pack(contributions(case, law))


def move(connection: sa.Connection, changes: Iterable[tuple[bytes | None, bytes]]) -> None:
    """Take from the counts what cases added before, and add what they add now."""
    moved: dict[Where, Tally] = {}
    for before, now in changes:
        if before == now:
            continue
        for where, tally in unpack(now):
            moved[where] = moved.get(where, NOTHING) + tally
        for where, tally in unpack(before or b"[]"):
            moved[where] = moved.get(where, NOTHING) - tally
    _add(connection, {where: tally for where, tally in moved.items() if tally != NOTHING})


def read(connection: sa.Connection, first: int, end: int) -> dict[UnitId, Tally]:
    """Sum the counts of every unit over the half-days from `first` to before `end`."""
    sums = (sa.func.sum(_tallies.c[name]) for name in COUNTERS)
    statement = (
        sa.select(_tallies.c.unit, *sums)
        .where(_tallies.c.half_day >= first, _tallies.c.half_day < end)
        .group_by(_tallies.c.unit)
    )
    return {UnitId(unit): Tally(*map(int, figures)) for unit, *figures in connection.execute(statement)}


def hold_still(connection: sa.Connection) -> None:
    """Let all that is read next in this transaction be of one commit; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def is_whole(connection: sa.Connection) -> bool:
    """Tell whether every case is counted, and in the way this program counts."""
    return connection.execute(sa.select(schema.tallied.c.counted_by)).scalar() == COUNTED_BY


def forget(connection: sa.Connection) -> None:
    """Say that the cases have to be counted again."""
    connection.execute(sa.delete(schema.tallied))


def recount(connection: sa.Connection, vault: Vault, law: Law) -> None:
    """Count every case again from its record and put that in the place of all counts."""
    connection.execute(sa.delete(_tallies))
    after = CaseId("")
    statement = (
        sa.select(*records.COLUMNS, _cases.c.tally)
        .where(_cases.c.id > sa.bindparam("after"))
        .order_by(_cases.c.id)
        .limit(AT_A_TIME)
    )
    while rows := connection.execute(statement, {"after": after}).all():
        changed: list[dict[str, object]] = []
        found: dict[Where, Tally] = {}
        for row in rows:
            adds = contributions(records.case_of(connection, vault, row), law)
            for where, tally in adds.items():
                found[where] = found.get(where, NOTHING) + tally
            kept = pack(adds)
            if kept != row.tally:
                changed.append({"id": row.id, "tally": kept})
        _add(connection, found)
        update_cases(connection, ("tally",), changed)
        after = CaseId(rows[-1].id)
    put(connection, schema.tallied, [{"one": 1, "counted_by": COUNTED_BY}], key=("one",))


def _add(connection: sa.Connection, counts: Mapping[Where, Tally]) -> None:
    if counts:
        rows = [
            {"unit": unit, "half_day": half, **msgspec.structs.asdict(tally)} for (unit, half), tally in counts.items()
        ]
        put(connection, _tallies, rows, key=("half_day", "unit"), adding=True)

"""The counts of each unit in each half-day, kept beside the cases, and the tables that were published from them.

Functions over an open connection; transactions are the caller's. Each case keeps what it adds (`cases.tally`), and the
counts are moved by the difference in the transaction that changes the case: so the counts are the sum over the cases
at every commit, whatever the law was when a case was counted.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.models.ranking import Table
from dispatcher.models.rates import COUNTERS, NOTHING, Tally
from dispatcher.models.tallies import COUNTED_BY, Where, contributions, counts_alike, pack, unpack
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.writing import put, update_cases

AT_A_TIME: Final = 2000
_tallies = schema.unit_tallies
_cases = schema.cases
_journal = schema.journal
_decode_case = msgspec.json.Decoder(Case).decode
_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode
_decode_table = msgspec.json.Decoder(Table).decode


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A published table, under the name it can be asked for again."""

    id: str
    made_at: dt.datetime
    table: Table


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


def is_whole(connection: sa.Connection) -> bool:
    """Tell whether every case is counted, and in the way this program counts."""
    return connection.execute(sa.select(schema.tallied.c.counted_by)).scalar() == COUNTED_BY


def forget(connection: sa.Connection) -> None:
    """Say that the cases have to be counted again."""
    connection.execute(sa.delete(schema.tallied))


def recount(connection: sa.Connection, law: Law) -> None:
    """Count every case again from its record and put that in the place of all counts."""
    connection.execute(sa.delete(_tallies))
    after = CaseId("")
    statement = (
        sa.select(_cases.c.id, _cases.c.body, _cases.c.tally)
        .where(_cases.c.id > sa.bindparam("after"))
        .order_by(_cases.c.id)
        .limit(AT_A_TIME)
    )
    while rows := connection.execute(statement, {"after": after}).all():
        changed: list[dict[str, object]] = []
        found: dict[Where, Tally] = {}
        for row in rows:
            adds = contributions(_decode_case(row.body), law)
            for where, tally in adds.items():
                found[where] = found.get(where, NOTHING) + tally
            kept = pack(adds)
            if kept != row.tally:
                changed.append({"id": row.id, "tally": kept})
        _add(connection, found)
        update_cases(connection, ("tally",), changed)
        after = CaseId(rows[-1].id)
    put(connection, schema.tallied, [{"one": 1, "counted_by": COUNTED_BY}], key=("one",))


# The journal


def replayed(connection: sa.Connection, upto: Revision) -> Iterator[Case]:
    """Make every case of the journal as it stood at a revision, in the order of their ids."""
    statement = (
        sa.select(_journal.c.case_id, _journal.c.revision, _journal.c.events)
        .where(_journal.c.revision <= upto, _journal.c.case_id != "")
        .order_by(_journal.c.case_id, _journal.c.revision)
    )
    rows = connection.execution_options(yield_per=AT_A_TIME).execute(statement)
    for _, entries in groupby(rows, key=lambda row: row.case_id):
        yield _replayed(entries)


def steps_of(connection: sa.Connection, case: CaseId) -> list[Case]:
    """Make one case as it stood after each of its acts, oldest first."""
    statement = (
        sa.select(_journal.c.revision, _journal.c.events)
        .where(_journal.c.case_id == case)
        .order_by(_journal.c.revision)
    )
    entries = connection.execute(statement).all()
    return [_replayed(entries[:count]) for count in range(1, len(entries) + 1)]


def changed_since(connection: sa.Connection, revision: Revision) -> list[CaseId]:
    """List the cases that any act after a revision was about."""
    statement = (
        sa.select(_journal.c.case_id)
        .where(_journal.c.revision > revision, _journal.c.case_id != "")
        .distinct()
        .order_by(_journal.c.case_id)
    )
    return [CaseId(case) for case in connection.execute(statement).scalars()]


def _replayed(entries: Iterable[Any]) -> Case:
    history: list[Recorded] = []
    revision = 0
    for entry in entries:
        history += _decode_events(entry.events)
        revision = entry.revision
    return replay(tuple(history), Revision(revision))


# What was published


def publish(connection: sa.Connection, table: Table, made_at: dt.datetime) -> str:
    """Keep a table for good and give the name it is asked for by: period, kind, and its number among those."""
    published = schema.published
    stem = f"{table.period.name}-{table.kind}"
    same = sa.select(sa.func.count()).where(published.c.period == table.period.name, published.c.kind == table.kind)
    id_ = f"{stem}-{connection.execute(same).scalar_one() + 1}"
    row = {
        "id": id_,
        "period": table.period.name,
        "kind": table.kind.value,
        "made_ms": epoch_ms(made_at),
        "content": msgspec.json.encode(table).decode(),
    }
    put(connection, published, [row])
    return id_


def published(connection: sa.Connection, id_: str) -> Publication | None:
    """Give a published table, None when there is none of that name."""
    row = connection.execute(sa.select(schema.published).where(schema.published.c.id == id_)).first()
    if row is None:
        return None
    return Publication(id=row.id, made_at=from_epoch_ms(row.made_ms), table=_decode_table(row.content))


def publications(connection: sa.Connection) -> list[str]:
    """List the names of what was published, the newest first."""
    table = schema.published
    return list(connection.execute(sa.select(table.c.id).order_by(table.c.made_ms.desc(), table.c.id.desc())).scalars())


def _add(connection: sa.Connection, counts: Mapping[Where, Tally]) -> None:
    if counts:
        rows = [
            {"unit": unit, "half_day": half, **msgspec.structs.asdict(tally)} for (unit, half), tally in counts.items()
        ]
        put(connection, _tallies, rows, key=("half_day", "unit"), adding=True)

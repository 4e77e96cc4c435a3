"""What has been judged becomes rows of the ledger's tables: verdicts, journal, cases, and who may see them.

Functions over an open connection; transactions are the caller's. Every write is set-wise.
"""

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from dispatcher.models.case import Case
from dispatcher.models.commands import Act
from dispatcher.models.events import Recorded
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId
from dispatcher.models.organisation import Actor, street_of
from dispatcher.models.queue import QueueRow, epoch_ms
from dispatcher.models.verdicts import Accepted, Verdict
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import prepared
from dispatcher.wire import CaseRow

NO_CASE: Final = CaseId("")
"""Stands in the journal for the case of an act that is about none."""
_encode = msgspec.json.Encoder().encode


class Judgement(NamedTuple):
    """An act's fresh verdict as it is kept, and whose act it was; `sealed` is what was taken out of the verdict."""

    act: Act
    actor: Actor
    verdict: Verdict
    sealed: bytes | None = None


class Written(NamedTuple):
    """An accepted act: the case after it, which units lost the case by it, and what the journal keeps (as JSON).

    `sealed` is what is personal in command and events, which hold it not; None where nothing is.
    """

    act: Act
    actor: Actor
    case: Case
    lost_by: tuple[UnitId, ...]
    command: str
    events: str
    first: Recorded
    sealed: bytes | None


class Changed(NamedTuple):
    """A case in the newest state of its transaction, ready to be kept (`body`) and sent (`row`)."""

    case: Case
    envelope: bytes | None
    body: bytes
    row: CaseRow
    timer_ms: int
    tally: bytes


def write_verdicts(connection: sa.Connection, judgements: Iterable[Judgement]) -> list[dict[str, object]]:
    """Keep the verdicts, refusals too; gives the rows."""
    rows = verdict_rows(judgements)
    if rows:
        put(connection, schema.verdicts, rows)
    return rows


def verdict_rows(judgements: Iterable[Judgement]) -> list[dict[str, object]]:
    """Give verdicts as rows."""
    return [
        {
            "act": act.id,
            "case_id": act.command.case,
            "verdict": _encode(verdict).decode(),
            "revision": verdict.revision if isinstance(verdict, Accepted) else None,
            "person": actor.person,
            "unit": actor.unit,
            "sealed": sealed,
        }
        for act, actor, verdict, sealed in judgements
    ]


def write_journal(
    connection: sa.Connection, written: Iterable[Written], entered_at: dt.datetime, committed_at: dt.datetime
) -> list[dict[str, object]]:
    """Append accepted acts; gives the rows."""
    entered_ms, committed_ms = epoch_ms(entered_at), epoch_ms(committed_at)
    rows: list[dict[str, object]] = [
        {
            "revision": each.case.revision,
            "act": each.act.id,
            "case_id": each.case.id,
            "kind": type(each.act.command).__struct_config__.tag,
            "command": each.command,
            "events": each.events,
            "person": each.first.by,
            "at_ms": epoch_ms(each.first.at),
            "entered_ms": entered_ms,
            "committed_ms": committed_ms,
            "sealed": each.sealed,
        }
        for each in written
    ]
    if rows:
        put(connection, schema.journal, rows)
    return rows


def write_entry(
    connection: sa.Connection,
    revision: Revision,
    act: CommandId,
    command: msgspec.Struct,
    by: PersonId,
    at: dt.datetime,
    committed_at: dt.datetime,
    entered_at: dt.datetime | None = None,
) -> dict[str, object]:
    """Journal what is about no case under a revision; gives the row, which has to be chained and the head moved."""
    entry: dict[str, object] = {
        "revision": revision,
        "act": act,
        "case_id": NO_CASE,
        "kind": type(command).__struct_config__.tag,
        "command": _encode(command).decode(),
        "events": "[]",
        "person": by,
        "at_ms": epoch_ms(at),
        "entered_ms": epoch_ms(entered_at or at),
        "committed_ms": epoch_ms(committed_at),
        "sealed": None,
    }
    put(connection, schema.journal, [entry])
    return entry


def write_cases(connection: sa.Connection, changed: Iterable[Changed], committed_at: dt.datetime) -> None:
    """Keep cases in their newest state, and at which revision each summoned unit must hear of them."""
    committed_ms = epoch_ms(committed_at)
    cases = list(changed)
    put(connection, schema.cases, [_columns(each, committed_ms) for each in cases], key=("id",))
    summoned = [
        {"unit": unit, "case_id": each.case.id, "revision": each.case.revision}
        for each in cases
        for unit in summoned_units(each.case)
    ]
    if summoned:
        put(connection, schema.case_units, summoned, key=("unit", "case_id"))


def write_losses(connection: sa.Connection, written: Iterable[Written]) -> None:
    """Keep who has lost a case at which revision; whoever has it again has lost it no more."""
    losses: dict[tuple[UnitId, CaseId], Revision] = {}
    regained: set[tuple[UnitId, CaseId]] = set()
    for each in written:
        losses.update({(unit, each.case.id): each.case.revision for unit in each.lost_by})
        for unit in holding_units(each.case) if each.lost_by else ():
            losses.pop((unit, each.case.id), None)
            regained.add((unit, each.case.id))
    if regained:
        take(connection, schema.losses, [{"unit": unit, "case_id": case} for unit, case in regained])
    if losses:
        rows = [{"unit": unit, "case_id": case, "revision": revision} for (unit, case), revision in losses.items()]
        put(connection, schema.losses, rows, key=("unit", "case_id"))


def holding_units(case: Case) -> tuple[UnitId, ...]:
    """Give the units whose people have a case because of who holds it: the street and, where it is its, a community."""
    in_holder = case.community and street_of(case.community) == case.holder
    return (case.holder, case.community) if in_holder else (case.holder,)


def summoned_units(case: Case) -> tuple[UnitId, ...]:
    """Give every unit ever summoned to a case, each once."""
    return tuple({summons.unit: None for whistle in case.whistles for summons in whistle.summons})


def summary_columns(row: QueueRow) -> dict[str, object]:
    """Give the columns that are taken from a case's row."""
    return {
        "received_ms": row.received_ms,
        "due_ms": row.due_ms,
        "closed_ms": row.closed_ms,
        "row": _encode(row),
    }


def _columns(changed: Changed, committed_ms: int) -> dict[str, object]:
    case = changed.case
    return {
        **summary_columns(changed.row.row),
        "id": case.id,
        "revision": case.revision,
        "committed_ms": committed_ms,
        "source": case.order.source,
        "number": case.order.number,
        "holder": case.holder,
        "state": case.state.value,
        "is_open": case.is_open,
        "confidential": case.order.confidential,
        "body": changed.body,
        "envelope": changed.envelope,
        "community": case.community,
        "timer_ms": changed.timer_ms,
        "tally": changed.tally,
    }


def put(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, object]],
    key: tuple[str, ...] = (),
    *,
    adding: bool = False,
) -> None:
    """Insert rows of all columns in one go; with a `key`, rows of the same key are replaced, or added to (`adding`)."""
    dialect = connection.dialect.name
    parameters: Any = rows
    in_arrays = dialect == "postgresql" and len(rows) != 1
    if in_arrays:
        parameters = {column.name: [row[column.name] for row in rows] for column in table.columns}
    prepared.run(connection, _insert(dialect, table, key, adding, in_arrays), parameters)


def take(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Delete the rows that have these values, in one go; all name the same columns."""
    names = tuple(rows[0])
    dialect = connection.dialect.name
    if dialect == "postgresql":
        parameters: Any = {f"gone_{name}": [row[name] for row in rows] for name in names}
    else:
        parameters = [{f"gone_{name}": row[name] for name in names} for row in rows]
    prepared.run(connection, _delete(dialect, table, names), parameters)


def update_cases(connection: sa.Connection, names: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
    """Set columns of cases by their ids, in one statement for all."""
    update_rows(connection, schema.cases, "id", names, rows)


def update_rows(
    connection: sa.Connection, table: sa.Table, key: str, names: tuple[str, ...], rows: Sequence[Mapping[str, object]]
) -> None:
    """Set columns of a table's rows by their keys, in one statement for all."""
    if not rows:
        return
    dialect = connection.dialect.name
    if dialect == "postgresql":
        found = {f"new_{name}": [row[name] for row in rows] for name in names}
        parameters: Any = {"of": [row[key] for row in rows], **found}
    else:
        parameters = [{"of": row[key], **{f"new_{name}": row[name] for name in names}} for row in rows]
    prepared.run(connection, _update(dialect, table, key, names), parameters)


# On PostgreSQL each is one statement with an array for each column: one for each row costs a city its rush hour. A row
# that comes alone is inserted by its values: the driver takes longer to make its arrays than the server for the rest.


@functools.cache
def _insert(dialect: str, table: sa.Table, key: tuple[str, ...], adding: bool, in_arrays: bool) -> sa.Executable:
    columns = table.columns.keys()
    insert: Any
    if in_arrays:
        arrays = [sa.bindparam(c.name, type_=postgresql.ARRAY(c.type)) for c in table.c]
        values = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
        insert = postgresql.insert(table).from_select(columns, sa.select(*(values.c[name] for name in columns)))
    else:
        insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    if not key:
        return insert
    new = insert.excluded
    changed = {name: table.c[name] + new[name] if adding else new[name] for name in columns if name not in key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=changed)


@functools.cache
def _delete(dialect: str, table: sa.Table, names: tuple[str, ...]) -> sa.Executable:
    if dialect == "postgresql":
        arrays = [sa.bindparam(f"gone_{name}", type_=postgresql.ARRAY(table.c[name].type)) for name in names]
        gone = sa.func.unnest(*arrays).table_valued(*names).render_derived(name="gone")
        return sa.delete(table).where(*(table.c[name] == gone.c[name] for name in names))
    return sa.delete(table).where(*(table.c[name] == sa.bindparam(f"gone_{name}") for name in names))


@functools.cache
def _update(dialect: str, table: sa.Table, key: str, names: tuple[str, ...]) -> sa.Executable:
    if dialect == "postgresql":
        columns = {"of": table.c[key], **{f"new_{name}": table.c[name] for name in names}}
        arrays = [sa.bindparam(name, type_=postgresql.ARRAY(column.type)) for name, column in columns.items()]
        new = sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="new")
        return sa.update(table).values({name: new.c[f"new_{name}"] for name in names}).where(table.c[key] == new.c.of)
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    return sa.update(table).values(values).where(table.c[key] == sa.bindparam("of"))

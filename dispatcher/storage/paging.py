"""What a scope is sent: rows in their newest state since a revision, and the cases that are in it no more; or all.

Functions over an open connection inside one transaction. Promises: a page is complete up to its `last`; what is
committed while it is read belongs to a later page; nothing outside the scope is in it, and no caller it is not
entitled to: pages and snapshots are read through the one statement that says which cases (`_in_scope`) and the one
function that says which of their details (`as_seen_by`).
"""

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.organisation import Scope, stem_of, street_of
from dispatcher.models.queue import QueueRow, from_epoch_ms
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import prepared, records, standing
from dispatcher.storage.vault import Vault
from dispatcher.wire import MAX_FRAME_BYTES, CaseRow, as_seen_by

PAGE_BYTES: Final = MAX_FRAME_BYTES // 5
"""A page holds at most this much: it fits a frame, and others who ask meanwhile do not wait for long."""
STREAMED: Final = 300
"""Rows taken from the database at a time while a page is filled."""
_NO_LIMIT: Final = 2**62

_cases = schema.cases
_losses = schema.losses
_decode_rows = msgspec.json.Decoder(list[QueueRow]).decode


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of changes in one scope, complete up to `last`; with `more` the next one begins after it.

    `gone` are cases that were in the scope and are not any more; none of them has a row here. `committed_at` is when
    the newest of the rows was committed, None without rows.
    """

    rows: tuple[CaseRow, ...]
    gone: tuple[CaseId, ...]
    last: Revision
    more: bool
    committed_at: dt.datetime | None


def page(connection: sa.Connection, vault: Vault, scope: Scope, after: Revision, limit: int) -> Page:
    """Give at most `limit` rows and `limit` cases gone, ordered by revision."""
    head = standing.read(connection).head
    rows, more = _rows(connection, scope, after, head, limit)
    last = rows[-1].revision if more else max(head, after)
    lost = _lost(connection, scope, after, last, limit)
    if len(lost) > limit:
        lost, more = lost[:limit], True
        last = Revision(lost[-1].revision)
        rows = [row for row in rows if row.revision <= last]
    return Page(
        rows=tuple(_case_rows(connection, vault, scope, rows)),
        gone=tuple(CaseId(row.case_id) for row in lost),
        last=last,
        more=more,
        committed_at=from_epoch_ms(rows[-1].committed_ms) if rows else None,
    )


def size(connection: sa.Connection, scope: Scope, after: Revision) -> int:
    """Count the rows a scope is sent after a revision."""
    return connection.execute(_count(scope), {"after": after}).scalar_one()


def everything(connection: sa.Connection, vault: Vault, scope: Scope, first: int) -> Iterator[CaseRow]:
    """Give all rows of a scope: `first` of those that are due first, then the others by revision.

    They are of one state where the transaction holds still.
    """
    due = list(map(_Kept._make, prepared.fetch(connection, _due_first(scope), {"limit": first})))
    rows = _case_rows(connection, vault, scope, due)
    yield from rows
    told = {row.row.id for row in rows}
    every = {"after": 0, "head": _NO_LIMIT, "limit": _NO_LIMIT}
    with prepared.streamed(connection, _changed(scope), every, STREAMED) as found:
        coming = iter(found)
        while some := list(map(_Kept._make, islice(coming, STREAMED))):
            yield from [row for row in _case_rows(connection, vault, scope, some) if row.row.id not in told]


class _Kept(NamedTuple):
    """A case's row as the ledger keeps it: what is read of it, in this order."""

    revision: Revision
    committed_ms: int
    row: bytes
    body: bytes
    envelope: bytes | None


def _case_rows(connection: sa.Connection, vault: Vault, scope: Scope, rows: Sequence[_Kept]) -> list[CaseRow]:
    """Make what goes down to a scope of what was read; pages and snapshots alike."""
    summaries = _decode_rows(b"[" + b",".join([row.row for row in rows]) + b"]")
    return [
        as_seen_by(scope, case_row(connection, vault, summary, row.body, row.envelope))
        for summary, row in zip(summaries, rows, strict=True)
    ]


def case_row(connection: sa.Connection, vault: Vault, row: QueueRow, body: bytes, envelope: bytes | None) -> CaseRow:
    """Make a row of what is kept, with the caller; whoever sends it takes out what is not for everybody.

    Raises Trouble when the centre's key is missing.
    """
    record = records.read(connection, vault, row.id, body, envelope)
    return CaseRow(row, msgspec.Raw(record.body), record.caller)


def _rows(
    connection: sa.Connection, scope: Scope, after: Revision, head: Revision, limit: int
) -> tuple[list[_Kept], bool]:
    rows: list[_Kept] = []
    size = 0
    wanted = {"after": after, "head": head, "limit": limit + 1}
    with prepared.streamed(connection, _changed(scope), wanted, min(limit + 1, STREAMED)) as found:
        for row in map(_Kept._make, found):
            size += len(row.row) + len(row.body) + len(row.envelope or b"")
            if len(rows) == limit or (rows and size > PAGE_BYTES):
                return rows, True
            rows.append(row)
    return rows, False


# Of each scope a statement is made once and kept: there are as many as units times ways of seeing.


@functools.cache
def _changed(scope: Scope) -> "sa.Select[*tuple[Any, ...]]":
    """Make the statement of a page; the head keeps out what is committed while it is read."""
    statement, revision = _in_scope(scope)
    statement = statement.where(revision > sa.bindparam("after"), revision <= sa.bindparam("head"))
    return statement.order_by(revision).limit(sa.bindparam("limit"))


@functools.cache
def _due_first(scope: Scope) -> "sa.Select[*tuple[Any, ...]]":
    """Make the statement of the open cases that are due first."""
    statement, _ = _in_scope(scope)
    return statement.where(_cases.c.is_open).order_by(_cases.c.due_ms, _cases.c.id).limit(sa.bindparam("limit"))


def _in_scope(scope: Scope) -> "tuple[sa.Select[*tuple[Any, ...]], sa.Column[int]]":
    """Say which rows a scope covers, and the column by whose index they are read in order."""
    statement = sa.select(*(_cases.c[name] for name in _Kept._fields))
    revision = _cases.c.revision
    if scope.nothing:
        statement = statement.where(sa.false())
    elif scope.as_summoned:
        units = schema.case_units
        statement = statement.join_from(units, _cases, units.c.case_id == _cases.c.id)
        statement = statement.where(units.c.unit == scope.unit)
        revision = units.c.revision
    elif not scope.everything:
        statement = statement.where(_covered(scope))
    return statement, revision


def _covered(scope: Scope) -> sa.ColumnElement[bool]:
    """Say which cases lie in a scope that goes by their holder."""
    if scope.district:
        return _lies_in(_cases.c.holder, scope)
    if scope.community:
        return (_cases.c.holder == street_of(scope.unit)) & (_cases.c.community == scope.unit)
    return _cases.c.holder == scope.unit


def _lost(connection: sa.Connection, scope: Scope, after: Revision, last: Revision, limit: int) -> list[Any]:
    """List what has left a scope since a revision; whoever has nothing yet has lost nothing."""
    if scope.everything or scope.nothing or scope.as_summoned or not after:
        return []
    return list(connection.execute(_left(scope), {"after": after, "last": last, "limit": limit + 1}))


@functools.cache
def _count(scope: Scope) -> sa.Select[Any]:
    statement, revision = _in_scope(scope)
    counting = statement.with_only_columns(sa.func.count(), maintain_column_froms=True)
    return counting.where(revision > sa.bindparam("after"))


@functools.cache
def _left(scope: Scope) -> "sa.Select[*tuple[Any, ...]]":
    if scope.district:
        loser = _lies_in(_losses.c.unit, scope)
    elif scope.community:
        # An older program noted what the street lost, and left it to the place whose it had been.
        of_street = (_losses.c.unit == street_of(scope.unit)) & (_cases.c.community == scope.unit)
        loser = (_losses.c.unit == scope.unit) | of_street
    else:
        loser = _losses.c.unit == scope.unit
    revision = sa.func.max(_losses.c.revision)
    since, until = _losses.c.revision > sa.bindparam("after"), _losses.c.revision <= sa.bindparam("last")
    return (
        sa.select(_losses.c.case_id, revision.label("revision"))
        .join_from(_losses, _cases, _losses.c.case_id == _cases.c.id)
        .where(loser, ~_covered(scope), since, until)
        .group_by(_losses.c.case_id)
        .order_by(revision)
        .limit(sa.bindparam("limit"))
    )


def _lies_in(unit: sa.Column[str], scope: Scope) -> sa.ColumnElement[bool]:
    stem = stem_of(scope.unit)
    return sa.func.substr(unit, 1, len(stem)) == stem

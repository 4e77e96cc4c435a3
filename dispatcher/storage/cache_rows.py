"""Rows of the cache's tables: written by case or by place, removed, and what is in which scope.

Functions over an open connection; transactions are the caller's. Whatever changes a case's text puts its place among
those whose words are to be indexed again.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.organisation import Scope, in_scope
from dispatcher.models.queue import QueueRow
from dispatcher.storage import blocks, cache_schema, cache_words
from dispatcher.wire import NO_CALLER, CaseRow, as_seen_by

if TYPE_CHECKING:
    from dispatcher.storage.bodies import Packer

READ: Final = 2_000

_encode = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(QueueRow).decode


class _Place(msgspec.Struct, frozen=True):
    community_code: UnitId = UnitId("")


class _Order(msgspec.Struct, frozen=True):
    place: _Place = _Place()


class _Summons(msgspec.Struct, frozen=True):
    unit: UnitId


class _Whistle(msgspec.Struct, frozen=True):
    summons: tuple[_Summons, ...] = ()


class _Lying(msgspec.Struct, frozen=True):
    """What a body says of where its case lies."""

    order: _Order
    assigned_community: UnitId = UnitId("")
    whistles: tuple[_Whistle, ...] = ()

    @property
    def community(self) -> UnitId:
        """As `Case.community`."""
        return self.assigned_community or self.order.place.community_code


_NOWHERE: Final = _Lying(_Order())
_decode_lying = msgspec.json.Decoder(_Lying).decode


def write(connection: sqlite3.Connection, rows: Sequence[CaseRow], above: int, packer: "Packer") -> None:
    """Write rows in the places their cases have, or in new ones, which lie above all others and above `above`."""
    first = max(last_place(connection), above) + 1
    places: list[int] = []
    for n, r in enumerate(rows, first):
        found = connection.execute(
            "INSERT INTO queue VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (case_id) DO UPDATE SET revision = excluded.revision, due_ms = excluded.due_ms,"
            " closed_ms = excluded.closed_ms, row = excluded.row RETURNING n",
            (n, r.row.id, r.row.revision, r.row.due_ms, r.row.closed_ms, _encode(r.row)),
        )
        places += [place for (place,) in found.fetchall()]
    said_anew = [n for n, r in zip(places, rows, strict=True) if n < first and _is_said_anew(connection, n, r, packer)]
    connection.executemany(
        "REPLACE INTO documents VALUES (?, ?, ?)",
        [(n, packer.pack(r.body), _present(r.caller)) for n, r in zip(places, rows, strict=True)],
    )
    cache_words.changed(connection, said_anew)


def _is_said_anew(connection: sqlite3.Connection, n: int, row: CaseRow, packer: "Packer") -> bool:
    """Tell whether a case's words are others than those in its place: most acts leave them as they are."""
    before = connection.execute("SELECT body FROM documents WHERE n = ?", (n,)).fetchone()
    try:
        return before is None or cache_words.words_of(packer.unpack(before[0])) != cache_words.words_of(row.body)
    except (ValueError, msgspec.DecodeError):
        return True  # whoever reads the one that is kept finds out


def append(
    connection: sqlite3.Connection, rows: Sequence[CaseRow], places: dict[CaseId, int], packer: "Packer"
) -> dict[CaseId, int]:
    """Write rows by their places alone, without an index, each case once; gives the places of the new ones."""
    first = last_place(connection) + 1
    fresh = [row for row in rows if row.row.id not in places]
    entries, block, _ = blocks.laid_out(fresh, packer)
    blocks.write(connection, first, _encode(entries).decode(), block)
    here = [(places[row.row.id], row) for row in rows if row.row.id in places]
    connection.executemany(
        "REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?)",
        [(n, r.row.id, r.row.revision, r.row.due_ms, r.row.closed_ms, _encode(r.row)) for n, r in here],
    )
    connection.executemany(
        "REPLACE INTO documents VALUES (?, ?, ?)", [(n, packer.pack(r.body), _present(r.caller)) for n, r in here]
    )
    cache_words.changed(connection, (n for n, _ in here))
    return {row.row.id: n for n, row in enumerate(fresh, first)}


def remove(connection: sqlite3.Connection, places: Iterable[int]) -> None:
    """Empty places, and take them out of the search index."""
    of = [(n,) for n in places]
    empty(connection, of)
    connection.executemany("DELETE FROM unindexed WHERE n = ?", of)
    cache_words.forget(connection, of)


def empty(connection: sqlite3.Connection, places: Iterable[tuple[int]]) -> None:
    """Empty places; the index still knows them."""
    of = list(places)
    connection.executemany("DELETE FROM queue WHERE n = ?", of)
    connection.executemany("DELETE FROM documents WHERE n = ?", of)


def keep_only(
    connection: sqlite3.Connection, scope: Scope, packer: "Packer"
) -> tuple[tuple[QueueRow, ...], tuple[CaseId, ...]]:
    """Remove what lies outside a scope, and of what stays the details it has not; gives rows changed, cases removed.

    Raises ValueError for a row or body that nobody can read.
    """
    gone: list[tuple[int, CaseId]] = []
    changed: list[tuple[int, CaseRow]] = []
    after = 0
    looks_inside = scope.as_summoned or scope.community
    while found := connection.execute(
        "SELECT n, row, body, caller FROM queue JOIN documents USING (n) WHERE n > ? ORDER BY n LIMIT ?", (after, READ)
    ).fetchall():
        after = found[-1][0]
        for n, row_bytes, stored, caller in found:
            body = packer.unpack(stored)
            case = CaseRow(
                _decode_row(row_bytes), msgspec.Raw(body), NO_CALLER if caller is None else msgspec.Raw(caller)
            )
            lying = _decode_lying(body) if looks_inside else _NOWHERE
            summoned = {summons.unit for whistle in lying.whistles for summons in whistle.summons}
            if not in_scope(scope, case.row.holder, lying.community, summoned):
                gone.append((n, case.row.id))
            elif (seen := as_seen_by(scope, case)) is not case:
                changed.append((n, seen))
    remove(connection, [n for n, _ in gone])
    connection.executemany("UPDATE queue SET row = ? WHERE n = ?", [(_encode(seen.row), n) for n, seen in changed])
    connection.executemany(
        "UPDATE documents SET body = ?, caller = ? WHERE n = ?",
        [(packer.pack(seen.body), _present(seen.caller), n) for n, seen in changed],
    )
    cache_words.changed(connection, (n for n, _ in changed))
    return tuple(seen.row for _, seen in changed), tuple(case for _, case in gone)


def last_place(connection: sqlite3.Connection) -> int:
    """Give the highest place that is taken or known to the search index, 0 where there is none."""
    return connection.execute(
        "SELECT max(indexed_to, coalesce((SELECT max(n) FROM queue), 0)) FROM standing"
    ).fetchone()[0]


def make_indexes(connection: sqlite3.Connection) -> None:
    """Make those of the cache's indexes that are missing."""
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'index'").fetchall()
    for name, statement in cache_schema.CACHE_INDEXES.items():
        if (name,) not in found:
            connection.execute(statement.format(schema="main")).close()


def drop_indexes(connection: sqlite3.Connection) -> None:
    """Drop the cache's indexes: filling them with random ids would be the slowest part of filling the cache."""
    for name in cache_schema.CACHE_INDEXES:
        connection.execute(f"DROP INDEX IF EXISTS {name}").close()


def _present(raw: msgspec.Raw) -> msgspec.Raw | None:
    """Give a part of a row that may be absent, which on the wire is null."""
    return None if raw == NO_CALLER else raw

"""Filling the cache anew: what stands in it from before stays in use until all has come again, then goes.

A filling is known by two things in the file: `standing.stale_to`, up to which place rows are of before, and, while a
snapshot is taken over, the row of `taking`. Both change in the transaction that writes the rows, so a filling that was
broken off at any moment goes on where it stopped.

Functions over an open connection; transactions are the caller's.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from dispatcher.models.ids import CaseId
from dispatcher.storage import blocks, cache_rows, cache_words
from dispatcher.storage.instants import to_us
from dispatcher.sync.ports import TakenUpTo
from dispatcher.wire import CaseRow, Part

_SAME: Final = "SELECT n FROM queue WHERE case_id IN (SELECT value ->> 0 FROM json_each(?))"


def begin(connection: sqlite3.Connection) -> None:
    """Let everything come again: the cursor is 0, and what is here is of before."""
    connection.execute("DELETE FROM taking").close()
    connection.execute(
        "UPDATE standing SET cursor = 0, newest = 0, newest_act = '',"
        " stale_to = coalesce((SELECT max(n) FROM queue), 0)"
    ).close()


def make_room(connection: sqlite3.Connection, rows: Sequence[CaseRow]) -> int:
    """Remove the rows of before of cases that have come again; gives the place above which theirs must lie."""
    stale_to = stale(connection)
    if not stale_to:
        return 0
    found = [
        connection.execute("SELECT n FROM queue WHERE case_id = ? AND n <= ?", (row.row.id, stale_to)).fetchone()
        for row in rows
    ]
    cache_rows.empty(connection, filter(None, found))
    return stale_to


def stale(connection: sqlite3.Connection) -> int:
    """Give the place up to which rows are of before, 0 when none is."""
    return connection.execute("SELECT stale_to FROM standing").fetchone()[0]


def sweep(connection: sqlite3.Connection) -> tuple[CaseId, ...]:
    """Remove what has not come again, now that all else has; gives the cases removed."""
    stale_to = stale(connection)
    gone = connection.execute("SELECT case_id FROM queue WHERE n <= ?", (stale_to,)).fetchall()
    for statement in ("DELETE FROM queue WHERE n <= ?", "DELETE FROM documents WHERE n <= ?"):
        connection.execute(statement, (stale_to,)).close()
    connection.execute("UPDATE standing SET stale_to = 0").close()
    cache_words.forget_all(connection)  # most of its places are empty by now
    return tuple(case for (case,) in gone)


def taken_up_to(connection: sqlite3.Connection) -> TakenUpTo | None:
    """Give how far a snapshot has been taken over, None when none is under way."""
    found = connection.execute("SELECT etag, offset FROM taking").fetchone()
    return None if found is None else TakenUpTo(*found)


def take(connection: sqlite3.Connection, part: Part, up_to: TakenUpTo, *, among_others: bool) -> None:
    """Write a part's cases behind what is here, and how far the snapshot has come with it.

    The first part begins a filling; the last one leaves the cache complete up to the snapshot's revision. With
    `among_others` some of its cases may be here already, by whatever way they came; the indexes are there then.
    """
    head = part.head
    if head.place == 0:
        begin(connection)
        base = cache_rows.last_place(connection)
    else:
        base = connection.execute("SELECT base FROM taking").fetchone()[0]
    if among_others or stale(connection):
        cache_rows.empty(connection, connection.execute(_SAME, (part.entries,)).fetchall())
    blocks.write(connection, base + head.place + 1, part.entries, part.block)
    connection.execute("REPLACE INTO taking VALUES (1, ?, ?, ?)", (up_to.etag, up_to.offset, base)).close()
    if head.last:
        connection.execute("DELETE FROM taking").close()
        connection.execute(
            "UPDATE standing SET cursor = ?, as_of_us = ?, newest = ?, newest_act = ?",
            (head.revision, to_us(head.at), head.newest, head.newest_act),
        ).close()

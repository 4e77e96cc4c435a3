"""Many cases as one block of bytes: how a snapshot carries them, and how a cache takes them in.

The form is the wire's (wire.snapshots). A database cuts a block up by itself, so that writing costs one statement a
table, whatever the number of cases: a step of the program for each would be dearer than the writing.
"""

import sqlite3
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Final

import msgspec

from dispatcher.wire import NO_CALLER, CaseRow, Entry

if TYPE_CHECKING:
    from dispatcher.storage.bodies import Packer

_QUEUE: Final = (
    "INSERT INTO queue SELECT ?1 + key, value ->> 0, value ->> 1, value ->> 2, value ->> 3,"
    " substr(?2, (value ->> 4) + 1, value ->> 5) FROM jsonb_each(?3)"
)
_DOCUMENTS: Final = (
    "INSERT INTO documents SELECT ?1 + key, substr(?2, (value ->> 6) + 1, value ->> 7),"
    " iif(value ->> 8, substr(?2, (value ->> 6) + (value ->> 7) + 1, value ->> 8), NULL) FROM jsonb_each(?3)"
)

_encode = msgspec.json.Encoder().encode


def laid_out(rows: Sequence[CaseRow], packer: "Packer") -> tuple[list[Entry], bytes, int]:
    """Lay cases out: where each lies, the block, and how many bytes of it are the rows that lists show."""
    summaries = [_encode(row.row) for row in rows]
    bodies = packer.pack_all([row.body for row in rows])
    callers = [b"" if row.caller == NO_CALLER else bytes(row.caller) for row in rows]
    array = b"[" + b",".join(summaries) + b"]"
    row_at = accumulate((len(summary) + 1 for summary in summaries), initial=1)
    body_at = accumulate(
        (len(body) + len(caller) for body, caller in zip(bodies, callers, strict=True)), initial=len(array)
    )
    entries = [
        Entry(
            row.row.id,
            row.row.revision,
            row.row.due_ms,
            row.row.closed_ms,
            begins,
            len(summary),
            follows,
            len(body),
            len(caller),
        )
        for row, summary, body, caller, begins, follows in zip(
            rows, summaries, bodies, callers, row_at, body_at, strict=False
        )
    ]
    return entries, array + b"".join(chain.from_iterable(zip(bodies, callers, strict=True))), len(array)


def write(connection: sqlite3.Connection, first: int, entries: str, block: bytes | memoryview) -> None:
    """Write the cases of a block into a cache, in the places from `first` on, which are empty."""
    parsed = connection.execute("SELECT jsonb(?)", (entries,)).fetchone()[0]
    for statement in (_QUEUE, _DOCUMENTS):
        connection.execute(statement, (first, block, parsed)).close()

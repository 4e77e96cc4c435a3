"""The console's durable memory: confirmed rows, how far they go, and the receipts of its own acts, all encrypted.

Promises what `sync.ports.Store` says. Rows, cursor and verdicts of one change set are one transaction over two files.
A broken file is set aside, replaced by an empty one and told to `damaged`; the engine then begins again from what
`standing` says. Used by one thread at a time.

An empty cache is filled without its indexes, which random ids would make the slowest part, and gets them in the
transaction that completes it; until then `_places` knows where each case lies.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.order import Caller
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.storage import cache_schema, cipher, office, outbox
from dispatcher.storage.cache_files import Files, run
from dispatcher.storage.instants import from_us, to_us
from dispatcher.storage.keys import Keyholder
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.ports import Draft, Receipt, Remembered, Standing, StoreDamaged, Trouble
from dispatcher.wire import NO_CALLER, CaseRow, Changes
from dispatcher.wire.office import OfficeAct

FIRST_PAGE: Final = 100
PAGE: Final = 4_000
LENT_PAGE: Final = 200

_encode = msgspec.json.Encoder().encode
_decode_rows = msgspec.json.Decoder(tuple[QueueRow, ...]).decode
_decode_row = msgspec.json.Decoder(QueueRow).decode
_decode_case = msgspec.json.Decoder(Case).decode
_decode_caller = msgspec.json.Decoder(Caller).decode
_decode_remembered = msgspec.json.Decoder(Remembered).decode
_T = TypeVar("_T")


class Cache:
    """One console's `Store`. `damages` lists in words what was found broken and set aside since it was opened."""

    def __init__(self, files: Files, damaged: Callable[[str], None] | None) -> None:
        self._files = files
        self._damaged = damaged
        self._places: dict[CaseId, int] | None = None
        self._closed = False
        self.damages: list[str] = []
        self._connection = self._open()

    @classmethod
    def open(
        cls, directory: Path, damaged: Callable[[str], None] | None = None, keys: Keyholder | None = None
    ) -> "Cache":
        """Open or make the files in a directory, for this program alone; raises Trouble, or StoreNewer."""
        files = Files(directory, keys)
        files.lock()
        try:
            return cls(files, damaged)
        except BaseException:
            files.unlock()
            raise

    def close(self) -> None:
        """Close the files; harmless when repeated."""
        if not self._closed:
            self._closed = True
            self._connection.close()
            self._files.unlock()

    def destroy(self) -> None:
        """Close the files and destroy key and files; raises Trouble where the key could not be destroyed."""
        if not self._closed:
            self._closed = True
            self._connection.close()
        try:
            self._files.destroy()
        finally:
            self._files.unlock()

    # How far it has come

    def standing(self) -> Standing:
        """Give ledger, cursor and as-of."""
        ledger, cursor, as_of_us = self._one("SELECT ledger, cursor, as_of_us FROM standing") or ("", 0, None)
        return Standing(
            ledger=LedgerId(ledger), cursor=Revision(cursor), as_of=None if as_of_us is None else from_us(as_of_us)
        )

    def remembered(self) -> Remembered | None:
        """Give the last Welcome's lasting part, None before the first and where it is of a form nobody knows."""
        row = self._one("SELECT welcome FROM remembered")
        try:
            return None if row is None else _decode_remembered(row[0])
        except msgspec.DecodeError:
            return None  # the next welcome brings it again

    def law_mark(self) -> str:
        """Give the mark of the law that all rows here are known to be made under; empty when it is not known."""
        row = self._one("SELECT law_mark FROM standing")
        return "" if row is None else row[0]

    def mark_law(self, mark: str) -> None:
        """Note under which law all rows here are made by now."""
        with self._transaction() as connection:
            connection.execute("UPDATE standing SET law_mark = ?", (mark,))

    def begin_ledger(self, ledger: LedgerId, remembered: Remembered) -> None:
        """Keep the Welcome; when the ledger differs from the cache's, drop all rows and set the cursor to 0."""
        differs = self.standing().ledger != ledger
        with self._transaction() as connection:
            connection.execute("REPLACE INTO remembered VALUES (1, ?)", (_encode(remembered),))
            if differs:
                run(connection, "DELETE FROM queue", "DELETE FROM documents")
                run(connection, *(f"DROP INDEX IF EXISTS {name}" for name in cache_schema.CACHE_INDEXES))
                connection.execute("UPDATE standing SET ledger = ?, cursor = 0, as_of_us = NULL", (ledger,))
        if differs:
            self._places = {}

    def apply(self, changes: Changes, as_of: dt.datetime) -> None:
        """Write rows, removals, the new cursor and the settled acts in one transaction."""
        complete = self._places is not None and not changes.catching_up
        placed: dict[CaseId, int] = {}
        with self._transaction() as connection:
            if self._places is None:
                _write(connection, changes.rows)
            else:
                placed = _append(connection, changes.rows, self._places)
            for case in changes.gone:
                self._remove(connection, case, placed)
            outbox.settle(connection, changes.settles, as_of)
            connection.execute("UPDATE standing SET cursor = ?, as_of_us = ?", (changes.last, to_us(as_of)))
            if complete:
                _make_indexes(connection)
        if complete:
            self._places = None
        elif self._places is not None:
            self._places.update(placed)

    def settle(self, receipts: tuple[Receipt, ...]) -> None:
        """Write new states of acts that changed no row."""
        with self._transaction() as connection:
            outbox.update(connection, receipts)

    def touch(self, as_of: dt.datetime, cursor: Revision) -> None:
        """Note that the cache is complete up to `cursor` at `as_of`."""
        with self._transaction() as connection:
            connection.execute("UPDATE standing SET cursor = ?, as_of_us = ?", (cursor, to_us(as_of)))
            if self._places is not None:
                _make_indexes(connection)
        self._places = None

    # Cases

    def rows(self, closed_since_ms: int) -> Iterator[tuple[QueueRow, ...]]:
        """Page through the rows that are open or were closed since, the first page being what is due first.

        Other work may go on between two pages: each page is as the cache stands when it is read.
        """
        index = "INDEXED BY queue_due" if self._places is None else ""
        first = self._all(
            f"SELECT n, row FROM queue {index} WHERE closed_ms = {NEVER_MS} ORDER BY due_ms LIMIT {FIRST_PAGE}", ()
        )
        if first:
            yield self._page(first)
        shown = {n for n, _ in first}
        for condition, values in (
            (f"closed_ms = {NEVER_MS}", ()),
            (f"closed_ms >= ? AND closed_ms < {NEVER_MS}", (closed_since_ms,)),
        ):
            after = 0
            while found := self._all(
                f"SELECT n, row FROM queue WHERE {condition} AND n > ? ORDER BY n LIMIT {PAGE}", (*values, after)
            ):
                after = found[-1][0]
                fresh = [row for row in found if row[0] not in shown]
                if fresh:
                    yield self._page(fresh)

    def open_cases(self, after: int, limit: int) -> tuple[tuple[int, QueueRow, Case], ...]:
        """List open cases by their places in the store, which rise: place, confirmed row and body."""
        found = self._all(
            "SELECT n, row, body FROM queue CROSS JOIN documents USING (n)"
            f" WHERE n > ? AND closed_ms = {NEVER_MS} ORDER BY n LIMIT ?",
            (after, limit),
        )
        return tuple((n, self._decoded(_decode_row, row), self._decoded(_decode_case, body)) for n, row, body in found)

    def replace_rows(self, rows: Sequence[tuple[int, QueueRow]]) -> None:
        """Put other rows in the places of the same revision of the same cases; others are passed over."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE queue SET due_ms = ?, row = ? WHERE n = ? AND revision = ?",
                [(row.due_ms, _encode(row), n, row.revision) for n, row in rows],
            )

    def row(self, case: CaseId) -> QueueRow | None:
        """Give one case's confirmed row."""
        row = self._of_case("SELECT row FROM queue WHERE n = ?", case)
        return None if row is None else self._decoded(_decode_row, row)

    def case(self, case: CaseId) -> Case | None:
        """Give one case's confirmed body, decoded."""
        body = self._of_case("SELECT body FROM documents WHERE n = ?", case)
        return None if body is None else self._decoded(_decode_case, body)

    def caller(self, case: CaseId) -> Caller | None:
        """Give the caller where this station was entitled to it."""
        caller = self._of_case("SELECT caller FROM documents WHERE n = ?", case)
        return None if caller is None else self._decoded(_decode_caller, caller)

    def count(self) -> int:
        """Count the cases in the cache."""
        row = self._one("SELECT count(*) FROM queue")
        return 0 if row is None else row[0]

    # Acts

    def enqueue(self, act: Act) -> Receipt:
        """Keep an act durably before anybody sees it; the same id again gives the same receipt."""
        with self._transaction() as connection:
            outbox.add(connection, act)
            receipt = outbox.find(connection, act.id)
        assert receipt is not None, "an act that was just kept"
        return receipt

    def unsettled(self) -> tuple[Receipt, ...]:
        """List queued, sent, parked, expired and doubted acts in the order they were made."""
        with self._guarded():
            return outbox.unsettled(self._connection)

    def receipts(self, limit: int) -> tuple[Receipt, ...]:
        """List the newest receipts, newest first."""
        with self._guarded():
            return outbox.newest(self._connection, limit)

    def receipt(self, act: CommandId) -> Receipt | None:
        """Give the receipt of an act of this station, whatever became of it."""
        with self._guarded():
            return outbox.find(self._connection, act)

    # The office

    def office_memory(self) -> OfficeMemory | None:
        """Give what is kept of the office, None before the first."""
        with self._guarded():
            return office.memory(self._connection)

    def keep_office_memory(self, memory: OfficeMemory) -> None:
        """Replace it."""
        with self._transaction() as connection:
            office.keep_memory(connection, memory)

    def office_acts(self) -> tuple[OfficeAct, ...]:
        """List the office's pending acts in their order."""
        with self._guarded():
            return office.acts(self._connection)

    def keep_office_acts(self, kept: Sequence[OfficeAct], dropped: Iterable[CommandId]) -> None:
        """Add or replace acts, and drop others."""
        with self._transaction() as connection:
            office.keep_acts(connection, kept, dropped)

    def rows_after(self, revision: Revision) -> Iterator[tuple[CaseRow, ...]]:
        """Page through the confirmed cases with a later revision, in the order of revisions.

        No index knows revisions: the places are looked for once, about 3 ms for 1,000 cases.
        """
        places = [n for (n,) in self._all("SELECT n FROM queue WHERE revision > ? ORDER BY revision", (revision,))]
        for start in range(0, len(places), LENT_PAGE):
            some = places[start : start + LENT_PAGE]
            found = self._all(
                "SELECT row, body, caller FROM queue JOIN documents USING (n)"
                f" WHERE n IN ({','.join('?' * len(some))}) ORDER BY revision",
                some,
            )
            yield tuple(
                CaseRow(
                    self._decoded(_decode_row, row),
                    msgspec.Raw(body),
                    NO_CALLER if caller is None else msgspec.Raw(caller),
                )
                for row, body, caller in found
            )

    def borrow(self, rows: Sequence[CaseRow]) -> None:
        """Keep confirmed cases that did not come from the centre: the cursor stays."""
        placed: dict[CaseId, int] = {}
        with self._transaction() as connection:
            if self._places is None:
                _write(connection, rows)
            else:
                placed = _append(connection, rows, self._places)
        if self._places is not None:
            self._places.update(placed)

    def doubt(self, head: Revision) -> tuple[Receipt, ...]:
        """Mark what this ledger accepted above `head` as doubted; gives those receipts."""
        with self._transaction() as connection:
            return outbox.doubt(connection, head)

    def drafts(self) -> tuple[Draft, ...]:
        """List what is begun, the newest first."""
        with self._guarded():
            return outbox.drafts(self._connection)

    def keep_draft(self, draft: Draft) -> None:
        """Keep a draft in place of the one of the same form on the same case."""
        with self._transaction() as connection:
            outbox.keep_draft(connection, draft)

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget a draft; harmless where there is none."""
        with self._transaction() as connection:
            outbox.drop_draft(connection, case, form)

    # Within

    def _open(self) -> sqlite3.Connection:
        connection = self._files.open(self._report)
        try:
            run(connection, "BEGIN IMMEDIATE")
            _make_indexes(connection)
            run(connection, "COMMIT")
        except cipher.Error as error:
            connection.close()
            raise sqlite_trouble(error, str(self._files.cache)) or error from error
        return connection

    def _report(self, words: str) -> None:
        self.damages.append(words)
        if self._damaged is not None:
            self._damaged(words)

    @contextlib.contextmanager
    def _guarded(self) -> Generator[None]:
        """Sort errors; after a StoreDamaged the cache is open again, with the broken file set aside."""
        if self._closed:
            raise Trouble("本地缓存已关闭。 | The cache is closed.")
        try:
            yield
        except cipher.Error as error:
            trouble = sqlite_trouble(error, str(self._files.cache))
            if trouble is None:
                raise
            if isinstance(trouble, StoreDamaged):
                self._begin_anew()
            raise trouble from error

    @contextlib.contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._guarded():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE").close()
            try:
                yield connection
                connection.execute("COMMIT").close()
            except BaseException:
                with contextlib.suppress(cipher.Error):
                    connection.rollback()
                raise

    def _begin_anew(self) -> None:
        self._connection.close()
        self._places = None
        self._files.set_aside_broken(self._report)
        self._connection = self._open()

    def _all(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._guarded():
            return self._connection.execute(statement, values).fetchall()

    def _one(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        with self._guarded():
            return self._connection.execute(statement, values).fetchone()

    def _decoded(self, decode: Callable[[bytes], _T], data: bytes) -> _T:
        try:
            return decode(data)
        except msgspec.DecodeError as error:
            self._begin_anew()
            raise StoreDamaged(
                f"{self._files.cache}: 内容无法读取。 | Its content cannot be read. ({error})"
            ) from error

    def _page(self, found: Sequence[tuple[Any, ...]]) -> tuple[QueueRow, ...]:
        return self._decoded(_decode_rows, b"[" + b",".join([row for _, row in found]) + b"]")

    def _place(self, case: CaseId) -> int | None:
        if self._places is not None:
            return self._places.get(case)
        row = self._one("SELECT n FROM queue WHERE case_id = ?", (case,))
        return None if row is None else row[0]

    def _of_case(self, statement: str, case: CaseId) -> bytes | None:
        place = self._place(case)
        row = None if place is None else self._one(statement, (place,))
        return None if row is None else row[0]

    def _remove(self, connection: sqlite3.Connection, case: CaseId, placed: dict[CaseId, int]) -> None:
        place = placed.get(case) or self._place(case)
        if place is not None:
            connection.execute("DELETE FROM queue WHERE n = ?", (place,))
            connection.execute("DELETE FROM documents WHERE n = ?", (place,))


def _write(connection: sqlite3.Connection, rows: Sequence[CaseRow]) -> None:
    connection.executemany(
        "INSERT INTO queue (case_id, revision, due_ms, closed_ms, row) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (case_id) DO UPDATE SET revision = excluded.revision, due_ms = excluded.due_ms,"
        " closed_ms = excluded.closed_ms, row = excluded.row",
        [(r.row.id, r.row.revision, r.row.due_ms, r.row.closed_ms, _encode(r.row)) for r in rows],
    )
    connection.executemany(
        "REPLACE INTO documents (n, body, caller) SELECT n, ?, ? FROM queue WHERE case_id = ?",
        [(r.body, _present(r.caller), r.row.id) for r in rows],
    )


def _append(connection: sqlite3.Connection, rows: Sequence[CaseRow], places: dict[CaseId, int]) -> dict[CaseId, int]:
    """Write rows by their places alone, without an index; gives the places of the new ones."""
    first = (connection.execute("SELECT max(n) FROM queue").fetchone()[0] or 0) + 1
    placed: dict[CaseId, int] = {}
    numbers: list[int] = []
    for case in rows:
        id_ = case.row.id
        place = places.get(id_) or placed.get(id_)
        if place is None:
            place = placed[id_] = first + len(placed)
        numbers.append(place)
    connection.executemany(
        "REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?)",
        [
            (n, row.id, row.revision, row.due_ms, row.closed_ms, _encode(row))
            for n, row in zip(numbers, [case.row for case in rows], strict=True)
        ],
    )
    connection.executemany(
        "REPLACE INTO documents VALUES (?, ?, ?)",
        [(n, case.body, _present(case.caller)) for n, case in zip(numbers, rows, strict=True)],
    )
    return placed


def _present(raw: msgspec.Raw) -> msgspec.Raw | None:
    """Give a part of a row that may be absent, which on the wire is null."""
    return None if raw == NO_CALLER else raw


def _make_indexes(connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'index'").fetchall()
    for name, statement in cache_schema.CACHE_INDEXES.items():
        if (name,) not in found:
            run(connection, statement.format(schema="main"))

"""The console's durable memory: confirmed rows, how far they go, and the receipts of its own acts, all encrypted.

Promises what `sync.ports.Store` says. Rows, cursor and verdicts of one change set are one transaction over two files.
A broken file is set aside, replaced by an empty one and told to `damaged`; the engine then begins again from what
`standing` says. Used by one thread at a time.

An empty cache is filled without its indexes, which random ids would make the slowest part, and gets them in the
transaction that completes it; until then `_places` knows where each case that came row by row lies.
"""

import contextlib
import datetime as dt
import functools
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Scope
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.storage import cache_filling, cache_rows, cache_words, cipher, office, outbox
from dispatcher.storage.cache_files import Files, run
from dispatcher.storage.instants import from_us, to_us
from dispatcher.storage.keys import Keyholder
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.ports import Draft, Receipt, Remembered, Standing, StoreDamaged, TakenUpTo, Trouble
from dispatcher.wire import NO_CALLER, CaseRow, Changes, Part
from dispatcher.wire.office import OfficeAct

if TYPE_CHECKING:
    from dispatcher.storage.bodies import Packer

FIRST_PAGE: Final = 100
PAGE: Final = 4_000
LENT_PAGE: Final = 200
INDEXED_AT_ONCE: Final = 2_000
INDEXED_LIVE: Final = 16

_encode = msgspec.json.Encoder().encode
_decode_rows = msgspec.json.Decoder(tuple[QueueRow, ...]).decode
_decode_row = msgspec.json.Decoder(QueueRow).decode
_decode_case = msgspec.json.Decoder(Case).decode
_decode_caller = msgspec.json.Decoder(Caller).decode
_decode_remembered = msgspec.json.Decoder(Remembered).decode
_T = TypeVar("_T")


class _Recorded(msgspec.Struct, frozen=True):
    act: CommandId


class _Made(msgspec.Struct, frozen=True):
    """What a body says of the acts that made it."""

    history: tuple[_Recorded, ...] = ()


_decode_made = msgspec.json.Decoder(_Made).decode


class Cache:
    """One console's `Store`. `damages` lists in words what was found broken and set aside since it was opened."""

    def __init__(self, files: Files, damaged: Callable[[str], None] | None) -> None:
        self._files = files
        self._damaged = damaged
        self._places: dict[CaseId, int] | None = None
        self._indexed = True
        self._words = cache_words.Indexing()
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
            self._words.close()
            self._connection.close()
            self._files.unlock()

    def destroy(self) -> None:
        """Close the files and destroy key and files; raises Trouble where the key could not be destroyed."""
        if not self._closed:
            self._closed = True
            self._words.close()
            self._connection.close()
        try:
            self._files.destroy()
        finally:
            self._files.unlock()

    # How far it has come

    def standing(self) -> Standing:
        """Give ledger, cursor and as-of."""
        with self._guarded():
            ledger, cursor, as_of_us, newest, newest_act, stale_to = self._connection.execute(
                "SELECT ledger, cursor, as_of_us, newest, newest_act, stale_to FROM standing"
            ).fetchone()
            taking = cache_filling.taken_up_to(self._connection)
        return Standing(
            ledger=LedgerId(ledger),
            cursor=Revision(cursor),
            as_of=None if as_of_us is None else from_us(as_of_us),
            newest=Revision(newest),
            newest_act=CommandId(newest_act),
            is_filling=stale_to > 0,
            taking=taking,
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

    def begin_ledger(self, ledger: LedgerId, remembered: Remembered, *, kin: bool = False) -> None:
        """Keep the Welcome; when the ledger differs from the cache's, drop all rows and set the cursor to 0.

        Of the same lineage (`kin`), the rows stay as after `begin_again`.
        """
        if kin and self.standing().ledger != ledger:
            self.begin_again()
            with self._transaction() as connection:
                connection.execute("UPDATE standing SET ledger = ?", (ledger,))
        differs = self.standing().ledger != ledger
        with self._transaction() as connection:
            connection.execute("REPLACE INTO remembered VALUES (1, ?)", (_encode(remembered),))
            if differs:
                run(connection, "DELETE FROM queue", "DELETE FROM documents")
                cache_words.forget_all(connection)
                cache_filling.begin(connection)
                cache_rows.drop_indexes(connection)
                connection.execute("UPDATE standing SET ledger = ?, as_of_us = NULL", (ledger,))
        if differs:
            self._places, self._indexed = {}, False

    def apply(self, changes: Changes, as_of: dt.datetime) -> None:
        """Write rows, removals, the new cursor and the settled acts in one transaction."""
        complete = not self._indexed and not changes.catching_up
        with self._transaction() as connection:
            placed = self._keep(connection, changes.rows)
            cache_rows.remove(connection, filter(None, (placed.get(c) or self._place(c) for c in changes.gone)))
            outbox.settle(connection, changes.settles, as_of)
            newest, newest_act = _newest(changes.rows) if changes.rows else (None, None)
            connection.execute(
                "UPDATE standing SET cursor = ?, as_of_us = ?,"
                " newest = coalesce(?, newest), newest_act = coalesce(?, newest_act)",
                (changes.last, to_us(as_of), newest, newest_act),
            )
            if complete:
                cache_rows.make_indexes(connection)
        if complete:
            self._places, self._indexed = None, True
        elif self._places is not None:
            self._places.update(placed)

    def begin_again(self) -> None:
        """Let everything come again from revision 0: what is here stays until it has come, or `sweep`."""
        with self._with_indexes() as connection:
            cache_filling.begin(connection)

    def take(self, part: Part, up_to: TakenUpTo) -> None:
        """Write a part of a snapshot, the first of which begins again and the last of which moves the cursor."""
        with self._transaction() as connection:
            if self._places:  # rows have come one by one before
                cache_rows.make_indexes(connection)
            cache_filling.take(connection, part, up_to, among_others=self._indexed or bool(self._places))
            if part.head.last:
                cache_rows.make_indexes(connection)
        self._places, self._indexed = None, self._indexed or bool(self._places) or part.head.last

    def sweep(self) -> tuple[CaseId, ...]:
        """Remove what has not come again: the cache is complete. Gives the cases removed."""
        with self._transaction() as connection:
            return cache_filling.sweep(connection)

    def keep_only(self, scope: Scope) -> tuple[tuple[QueueRow, ...], tuple[CaseId, ...]]:
        """Remove what lies outside a scope, and the details it has not. Gives the rows changed, the cases removed."""
        remembered = self.remembered()
        with self._readable(), self._with_indexes() as connection:
            if remembered is not None:
                told = msgspec.structs.replace(remembered, scope=scope)
                connection.execute("REPLACE INTO remembered VALUES (1, ?)", (_encode(told),))
            return cache_rows.keep_only(connection, scope, self._packer)

    def settle(self, receipts: tuple[Receipt, ...]) -> None:
        """Write new states of acts that changed no row."""
        with self._transaction() as connection:
            outbox.update(connection, receipts)

    def touch(self, as_of: dt.datetime, cursor: Revision) -> None:
        """Note that the cache is complete up to `cursor` at `as_of`."""
        with self._with_indexes() as connection:
            connection.execute("UPDATE standing SET cursor = ?, as_of_us = ?", (cursor, to_us(as_of)))

    # Cases

    def rows(self, closed_since_ms: int) -> Iterator[tuple[QueueRow, ...]]:
        """Page through the rows that are open or were closed since, the first page being what is due first.

        Other work may go on between two pages: each page is as the cache stands when it is read.
        """
        is_open, is_recent = f"closed_ms = {NEVER_MS}", f"closed_ms >= ? AND closed_ms < {NEVER_MS}"
        by_due, by_closed = ("INDEXED BY queue_due", "INDEXED BY queue_closed") if self._indexed else ("", "")
        first = self._all(f"SELECT n, row FROM queue {by_due} WHERE {is_open} ORDER BY due_ms LIMIT {FIRST_PAGE}")
        if first:
            yield self._page(first)
        shown = {n for n, _ in first}
        for found in (
            self._all(f"SELECT n FROM queue {by_due} WHERE {is_open}"),
            self._all(f"SELECT n FROM queue {by_closed} WHERE {is_recent}", (closed_since_ms,)),
        ):
            places = sorted(n for (n,) in found if n not in shown)  # in the file's order: each page of it is read once
            for start in range(0, len(places), PAGE):
                some = str(places[start : start + PAGE])
                rows = self._all("SELECT n, row FROM queue WHERE n IN (SELECT value FROM json_each(?))", (some,))
                if rows:
                    yield self._page(rows)

    def open_cases(self, after: int, limit: int) -> tuple[tuple[int, QueueRow, Case], ...]:
        """List open cases by their places in the store, which rise: place, confirmed row and body."""
        found = self._all(
            "SELECT n, row, body FROM queue CROSS JOIN documents USING (n)"
            f" WHERE n > ? AND closed_ms = {NEVER_MS} ORDER BY n LIMIT ?",
            (after, limit),
        )
        return tuple(
            (n, self._decoded(_decode_row, row), self._decoded(self._decode_body, body)) for n, row, body in found
        )

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
        return None if body is None else self._decoded(self._decode_body, body)

    def caller(self, case: CaseId) -> Caller | None:
        """Give the caller where this station was entitled to it."""
        caller = self._of_case("SELECT caller FROM documents WHERE n = ?", case)
        return None if caller is None else self._decoded(_decode_caller, caller)

    def count(self) -> int:
        """Count the cases in the cache."""
        row = self._one("SELECT count(*) FROM queue")
        return 0 if row is None else row[0]

    def index_some(self) -> bool:
        """Make some more cases ready to be searched; tells whether there are more."""
        try:
            with self._readable(), self._transaction(indexing=True) as connection:
                return self._words.step(connection, INDEXED_AT_ONCE, INDEXED_LIVE)
        except BaseException:
            self._words.forget()
            raise

    def search(self, asked: str, limit: int) -> tuple[QueueRow, ...]:
        """Find up to `limit` cases that have every word asked for in their order, those that came last first."""
        with self._guarded():
            found = cache_words.search(self._connection, asked, limit)
        return self._page(found)

    # Acts

    def enqueue(self, act: Act) -> Receipt:
        """Keep an act durably before anybody sees it; the same id again gives the same receipt."""
        with self._transaction() as connection:
            outbox.add(connection, act)
            receipt = outbox.find(connection, act.id)
        assert receipt is not None, "an act that was just kept"
        return receipt

    def replace(self, acts: Sequence[Act], given_up: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """Keep acts and give up those in whose place they are, in one transaction; gives the new ones' receipts."""
        with self._transaction() as connection:
            for act in acts:
                outbox.add(connection, act)
            outbox.update(connection, given_up)
            kept = [outbox.find(connection, act.id) for act in acts]
        return tuple(receipt for receipt in kept if receipt is not None)

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
                    msgspec.Raw(self._decoded(self._packer.unpack, body)),
                    NO_CALLER if caller is None else msgspec.Raw(caller),
                )
                for row, body, caller in found
            )

    def borrow(self, rows: Sequence[CaseRow]) -> None:
        """Keep confirmed cases that did not come from the centre: the cursor stays."""
        with self._transaction() if self._places is not None else self._with_indexes() as connection:
            placed = self._keep(connection, rows)
        if self._places is not None:
            self._places.update(placed)

    def doubt(self, head: Revision) -> tuple[Receipt, ...]:
        """Mark what a ledger of this lineage accepted above `head` as doubted; gives those receipts."""
        with self._transaction() as connection:
            return outbox.doubt(connection, head)

    def accepted(self) -> tuple[tuple[Revision, CommandId], ...]:
        """Name acts that a ledger of this lineage accepted, with their revisions: the 32 made last, ever fewer before.

        They are what a ledger proves by that it was not set back; no more than some fifty.
        """
        with self._guarded():
            return outbox.accepted(self._connection)

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
            cache_rows.make_indexes(connection)
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
    def _transaction(self, *, indexing: bool = False) -> Generator[sqlite3.Connection]:
        if not indexing:
            self._words.forget()
        with self._guarded():
            connection = self._connection
            connection.execute("BEGIN").close()
            try:
                yield connection
                connection.execute("COMMIT").close()
            except BaseException:
                with contextlib.suppress(cipher.Error):
                    connection.rollback()
                raise

    def _begin_anew(self) -> None:
        self._connection.close()
        self._words.forget()
        self._places, self._indexed = None, True
        self._files.set_aside_broken(self._report)
        self._connection = self._open()

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._guarded():
            return self._connection.execute(statement, values).fetchall()

    def _one(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        with self._guarded():
            return self._connection.execute(statement, values).fetchone()

    def _keep(self, connection: sqlite3.Connection, rows: Sequence[CaseRow]) -> dict[CaseId, int]:
        """Write rows; gives the places of new ones where there is no index yet."""
        if self._places is not None:
            return cache_rows.append(connection, rows, self._places, self._packer)
        cache_rows.write(connection, rows, cache_filling.make_room(connection, rows), self._packer)
        return {}

    @functools.cached_property
    def _packer(self) -> "Packer":
        from dispatcher.storage.bodies import Packer  # the first screen needs no body

        return Packer()

    def _decode_body(self, stored: bytes) -> Case:
        return _decode_case(self._packer.unpack(stored))

    def _decoded(self, decode: Callable[[bytes], _T], data: bytes) -> _T:
        with self._readable():
            return decode(data)

    @contextlib.contextmanager
    def _readable(self) -> Generator[None]:
        """Take content that cannot be read for damage."""
        try:
            yield
        except (msgspec.DecodeError, ValueError) as error:
            self._begin_anew()
            raise StoreDamaged(
                f"{self._files.cache}: 内容无法读取。 | Its content cannot be read. ({error})"
            ) from error

    @contextlib.contextmanager
    def _with_indexes(self) -> Generator[sqlite3.Connection]:
        """Go over from places to indexes in the transaction, and work with these."""
        with self._transaction() as connection:
            if not self._indexed:
                cache_rows.make_indexes(connection)
            yield connection
        self._places, self._indexed = None, True

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


def _newest(rows: Sequence[CaseRow]) -> tuple[Revision, CommandId]:
    """Give the newest revision of a batch and the act that made it."""
    newest = rows[-1]
    history = _decode_made(newest.body).history
    return newest.row.revision, history[-1].act if history else CommandId("")

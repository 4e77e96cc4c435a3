"""The cache's search index: every case by the words of its order, in the same encrypted file.

Text is spaced character by character and asked for by phrases, so a word of one, two or three characters, Chinese or
not, and the tail of a number are found wherever they stand. Case, width and punctuation do not count. The caller is
in it nowhere. Filled behind the sync in small steps: what lies above `standing.indexed_to` has its words still to come,
and so have the places below it that `unindexed` lists.

Functions over an open connection; transactions are the caller's.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

import msgspec

_BETWEEN: Final = "\n\u01c1\n"
"""A letter of no language here stands between two fields: no phrase reaches over it."""
_APART: Final = "\0"
_WIDE: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if _WIDE.match(chr(wide))}


class _Place(msgspec.Struct, frozen=True):
    address: str = ""
    community: str = ""
    spot: str = ""


class _Order(msgspec.Struct, frozen=True):
    number: str
    title: str
    text: str = ""
    category: tuple[str, ...] = ()
    place: _Place = _Place()
    reported_party: str = ""
    labels: tuple[str, ...] = ()
    previous_number: str = ""


class _Searched(msgspec.Struct, frozen=True):
    order: _Order
    assignee: str = ""


_decode = msgspec.json.Decoder(_Searched).decode
_encode = msgspec.json.Encoder().encode


class Indexing:
    """Makes cases ready to be searched, some at a time; a thread reads the words of the next ones meanwhile.

    Whoever changes anything else in the cache, or could not keep what `step` wrote, says so by `forget`.
    """

    def __init__(self) -> None:
        self._reader: ThreadPoolExecutor | None = None
        self._unpack: Callable[[bytes], bytes] = bytes
        self._ahead: _Read | None = None

    def step(self, connection: sqlite3.Connection, many: int, few: int) -> bool:
        """Index `many` cases where so many wait, else up to `few`, so that what comes live waits for a moment only.

        Tells whether there may be more. Raises ValueError for a body nobody can read.
        """
        again = connection.execute(
            "SELECT n, body FROM unindexed LEFT JOIN documents USING (n) ORDER BY n LIMIT ?", (few,)
        ).fetchall()
        if again:
            _write(connection, self._read([(n, body) for n, body in again if body is not None]))
            connection.execute("DELETE FROM unindexed WHERE n <= ?", (again[-1][0],)).close()
        now, self._ahead = self._ahead, None
        if now is None:
            here, last = connection.execute(
                "SELECT indexed_to, coalesce((SELECT max(n) FROM documents), 0) FROM standing"
            ).fetchone()
            now = self._from(connection, here, many if last - here >= many else few)
        if now.places:
            if len(now.places) == many:
                self._ahead = self._from(connection, now.places[-1], many)
            _write(connection, now)
            connection.execute("UPDATE standing SET indexed_to = ?", (now.places[-1],)).close()
        return self._ahead is not None or few in (len(again), len(now.places))

    def forget(self) -> None:
        """Read again what was read ahead: it may be of before."""
        self._ahead = None

    def close(self) -> None:
        """Let the thread go; harmless when repeated."""
        self._ahead = None
        if self._reader is not None:
            self._reader.shutdown()
            self._reader = None

    def _from(self, connection: sqlite3.Connection, after: int, limit: int) -> "_Read":
        return self._read(
            connection.execute(
                "SELECT n, body FROM documents WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
            ).fetchall()
        )

    def _read(self, bodies: list[tuple[int, bytes]]) -> "_Read":
        if self._reader is None:
            from dispatcher.storage.bodies import Packer  # the first screen needs no body

            self._reader = ThreadPoolExecutor(1, "words")
            self._unpack = Packer().unpack
        return _Read([n for n, _ in bodies], self._reader.submit(_entries, bodies, self._unpack))


class _Read(NamedTuple):
    """Places, and the entries of the index for the cases there, which a thread may still be making."""

    places: list[int]
    entries: "Future[str]"


def changed(connection: sqlite3.Connection, places: Iterable[int]) -> None:
    """Note that other words may lie in places by now."""
    connection.executemany(
        "INSERT OR IGNORE INTO unindexed SELECT ?1 WHERE ?1 <= (SELECT indexed_to FROM standing)",
        [(n,) for n in places],
    )


def search(connection: sqlite3.Connection, asked: str, limit: int) -> list[tuple[int, bytes]]:
    """Find up to `limit` rows that have every word asked for, those last kept first: place and row."""
    phrases = " AND ".join(f'"{_spaced(part)}"' for part in parts_of(asked))
    if not phrases:
        return []
    found: list[tuple[int, bytes]] = connection.execute(
        # The index may still know places that are empty by now.
        "SELECT queue.n, row FROM words CROSS JOIN queue ON queue.n = words.rowid"
        " WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?",
        (phrases, limit),
    ).fetchall()
    return found


def forget(connection: sqlite3.Connection, places: list[tuple[int]]) -> None:
    """Take places out of the index."""
    connection.executemany("DELETE FROM words WHERE rowid = ?", places)


def forget_all(connection: sqlite3.Connection) -> None:
    """Empty the index; what is in the cache waits to be indexed."""
    for statement in (
        "INSERT INTO words (words) VALUES ('delete-all')",
        "DELETE FROM unindexed",
        "UPDATE standing SET indexed_to = 0",
    ):
        connection.execute(statement).close()


def parts_of(asked: str) -> tuple[str, ...]:
    """Cut what a person asks for into words, as the index spells them."""
    return tuple(word for part in asked.split() if (word := _plain(part)))


def words_of(body: bytes) -> str:
    """Give all that a case is found by. Raises ValueError for a body nobody can read."""
    case = _decode(body)
    order, place = case.order, case.order.place
    return _BETWEEN.join(
        (
            order.number,
            order.title,
            order.text,
            place.address,
            place.community,
            place.spot,
            *order.category,
            order.reported_party,
            *order.labels,
            order.previous_number,
            case.assignee,
        )
    ).replace(_APART, " ")


def _entries(bodies: list[tuple[int, bytes]], unpack: Callable[[bytes], bytes]) -> str:
    """Give place and words of each body, as JSON; all are spaced in one go, for one by one that is the dearest step."""
    texts = _spaced(_folded(_APART.join([words_of(unpack(body)) for _, body in bodies]))).split(_APART)
    return _encode([(n, text) for (n, _), text in zip(bodies, texts, strict=bool(bodies))]).decode()


def _write(connection: sqlite3.Connection, read: _Read) -> None:
    # One statement: with one for each case the two threads would wait for each other at each.
    connection.execute(
        "INSERT OR REPLACE INTO words (rowid, text) SELECT value ->> 0, value ->> 1 FROM jsonb_each(?)",
        (read.entries.result(),),
    ).close()


def _spaced(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) != 2 * len(text):  # a character beyond the first 65,536 is two of these units
        return " ".join(text)
    spaced = bytearray(b" \0" * len(units))
    spaced[0::4], spaced[1::4] = units[0::2], units[1::2]
    return spaced.decode("utf-16-le")


def _plain(text: str) -> str:
    return "".join(c for c in _folded(text) if unicodedata.category(c)[0] in "LN")


def _folded(text: str) -> str:
    return (text.translate(_NARROW) if _WIDE.search(text) else text).lower()

"""A station's files looked at from outside: nothing is locked, mended, moved or written.

For a doctor, who may come while a console is starting or has crashed; a console at work keeps its files to itself
(`is_in_use`). Functions over a directory; raises `Trouble`, and `StoreDamaged` for a file that is broken or of another
key.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Generator
from pathlib import Path

import msgspec

from dispatcher.storage import cache_schema as schema
from dispatcher.storage import cipher
from dispatcher.storage.cache_files import CACHE_FILE, LOCK_FILE, OUTBOX_FILE, is_hot
from dispatcher.storage.instants import from_us
from dispatcher.storage.keys import Key
from dispatcher.storage.locks import is_held
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.ports import StoreDamaged

_AS_NOW = {CACHE_FILE: schema.CACHE_VERSION, OUTBOX_FILE: schema.OUTBOX_VERSION}


class NotOpened(StoreDamaged):
    """Not even the first page can be read: it is of another key, or broken."""


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A filling of the cache that was begun and is not complete; `taken` are the bytes of a snapshot that are here."""

    taken: int = 0


class CacheSigns(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole cache says of itself; `as_of` is when it was complete last."""

    cases: int
    cursor: int
    as_of: dt.datetime | None
    unfinished: Unfinished | None


class OutboxSigns(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole outbox says of itself: what waits for the centre, what for a person, and what is half written."""

    unsent: int
    oldest_unsent: dt.datetime | None
    waiting: int
    drafts: int
    oldest_draft: dt.datetime | None


def is_in_use(directory: Path) -> bool:
    """Tell whether a console has these files open."""
    return is_held(directory / LOCK_FILE, cipher.module)


def is_interrupted(directory: Path) -> bool:
    """Tell whether the last write was cut off: the next start takes it back, and until then the files say nothing."""
    journals = [directory / f"{name}-journal" for name in (CACHE_FILE, OUTBOX_FILE)]
    return any(is_hot(journal) for journal in journals)


def version_of(file: Path, key: Key) -> int:
    """Give the schema of one of the two files."""
    with _opened(file, key) as connection:
        return _version(connection)


def is_newer(file: Path, version: int) -> bool:
    """Tell whether a file is of a newer program than this one."""
    return version > _AS_NOW[file.name]


def is_older(file: Path, version: int) -> bool:
    """Tell whether the next start has to migrate a file."""
    return version < _AS_NOW[file.name]


def check(file: Path, key: Key) -> None:
    """Read every page that holds something; raises StoreDamaged, NotOpened of these where nothing can be read."""
    with _opened(file, key) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise StoreDamaged(f"{file}: 数据库文件已损坏。 | The database file is damaged. ({said})")


def cache_signs(file: Path, key: Key) -> CacheSigns:
    """Read what a cache of this program's schema says."""
    with _opened(file, key) as connection:
        cursor, as_of_us, stale_to = connection.execute("SELECT cursor, as_of_us, stale_to FROM standing").fetchone()
        taking = connection.execute("SELECT offset FROM taking").fetchone()
        cases = connection.execute("SELECT count(*) FROM queue").fetchone()[0]
    return CacheSigns(
        cases=cases,
        cursor=cursor,
        as_of=None if as_of_us is None else from_us(as_of_us),
        unfinished=Unfinished(taken=taking[0] if taking else 0) if stale_to or taking else None,
    )


def outbox_signs(file: Path, key: Key) -> OutboxSigns:
    """Read what an outbox of this program's schema says."""
    with _opened(file, key) as connection:
        unsent, oldest_us = connection.execute(
            "SELECT count(*), min(made_us) FROM receipts WHERE state IN ('queued', 'sent')"
        ).fetchone()
        waiting = connection.execute(
            "SELECT count(*) FROM receipts WHERE state IN ('parked', 'expired', 'doubted')"
        ).fetchone()[0]
        drafts, saved_us = connection.execute("SELECT count(*), min(saved_us) FROM drafts").fetchone()
    return OutboxSigns(
        unsent=unsent,
        oldest_unsent=None if oldest_us is None else from_us(oldest_us),
        waiting=waiting,
        drafts=drafts,
        oldest_draft=None if saved_us is None else from_us(saved_us),
    )


@contextlib.contextmanager
def _opened(file: Path, key: Key) -> Generator[sqlite3.Connection]:
    connection: sqlite3.Connection | None = None
    first = True
    try:
        connection = cipher.connect_untouched(file, key, cipher.PAGE_SIZE if file.name == CACHE_FILE else None)
        _version(connection)
        first = False
        yield connection
    except cipher.Error as error:
        trouble = sqlite_trouble(error, str(file))
        if trouble is None:
            raise
        if first and isinstance(trouble, StoreDamaged):
            trouble = NotOpened(
                f"{file}: 打不开：密钥不符，或首页已损坏。"
                " | It cannot be opened: another key, or its first page is broken."
            )
        raise trouble from error
    finally:
        if connection is not None:
            connection.close()


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]

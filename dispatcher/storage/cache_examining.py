"""A station's files looked at from outside: nothing is locked, mended, moved or written.

For a doctor, who may come while a console is starting, at work (`is_in_use`) or has crashed. A console at work keeps
every lock to itself, so its files are read without one, and what is found amiss there is believed only where nobody
wrote meanwhile (`beside`). Functions over a directory; raises `Trouble`, and `StoreDamaged` for a file that is broken
or of another key.
"""

import contextlib
import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from dispatcher.storage import cache_schema as schema
from dispatcher.storage import cipher
from dispatcher.storage.cache_files import CACHE_FILE, LOCK_FILE, OUTBOX_FILE, is_hot
from dispatcher.storage.instants import from_us
from dispatcher.storage.keys import Key
from dispatcher.storage.locks import is_held
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.ports import StoreDamaged, Trouble

TRIES: Final = 20
PAUSE_S: Final = 0.25
STILL_S: Final = 0.1
"""A file that was written to so lately may be written to again within the same tick of the file system's clock."""
_AS_NOW = {CACHE_FILE: schema.CACHE_VERSION, OUTBOX_FILE: schema.OUTBOX_VERSION}


class NotOpened(StoreDamaged):
    """Not even the first page can be read: it is of another key, or broken."""


class BeingWritten(Trouble):
    """A console at work wrote whenever its files were looked at: nothing can be said of them now."""


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


_T = TypeVar("_T")


def beside(directory: Path, look: Callable[[], _T]) -> _T:
    """Look at files that a console at work may write to at any instant; raises BeingWritten where it never pauses.

    Every page carries its own authentication, so what reads whole is whole. What reads broken may have been half
    written: it is raised as StoreDamaged only when that was found twice while nobody wrote.
    """
    seen = 0
    for _ in range(TRIES):
        before = _last_written(directory)
        if not is_interrupted(directory):
            try:
                return look()
            except StoreDamaged:
                still = time.time() - before > STILL_S and _last_written(directory) == before
                seen = seen + 1 if still else 0
                if seen == 2:
                    raise
        time.sleep(PAUSE_S)
    raise BeingWritten("正在写入，稍后再查 | it is being written to; look again later")


def _last_written(directory: Path) -> float:
    """Give when any of the files was written to last, in seconds since the epoch."""
    names = [f"{name}{end}" for name in (CACHE_FILE, OUTBOX_FILE) for end in ("", "-journal")]
    return max((path.stat().st_mtime for name in names if (path := directory / name).exists()), default=0.0)


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
        connection = cipher.connect_untouched(file, key, _page_size(file, key))
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


def _page_size(file: Path, key: Key) -> int | None:
    """Give what a file's pages are cut to: the next start writes a cache of the former size anew."""
    if file.name != CACHE_FILE:
        return None
    with contextlib.closing(cipher.connect_untouched(file, key, cipher.FORMER_PAGE_SIZE)) as connection:
        try:
            _version(connection)
        except cipher.Error:
            return cipher.PAGE_SIZE
        return cipher.FORMER_PAGE_SIZE


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]

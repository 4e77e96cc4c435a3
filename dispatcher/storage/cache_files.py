"""The console's two encrypted files on disk: opened together, locked, made, migrated, set aside when broken.

`cache.db` can be filled again from the centre; `outbox.db` cannot, so it is never given up with the cache. A broken
file is renamed, never deleted. A file of a newer version of the program is left untouched.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from dispatcher.storage import cache_schema as schema
from dispatcher.storage import cipher
from dispatcher.storage.badge import BADGE_FILE
from dispatcher.storage.keys import KEY_FILE, Key, Keyholder, overwrite
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.ports import StoreDamaged, StoreNewer, Trouble

CACHE_FILE: Final = "cache.db"
OUTBOX_FILE: Final = "outbox.db"
LOCK_FILE: Final = "cache.lock"
CACHE_MEMORY_KIB: Final = 16_384
JOURNAL_BYTES: Final = 8 * 1024 * 1024
"""So much of a file's journal is kept between two transactions."""

_BESIDE: Final = ("", "-journal")


class Files:
    """The directory of one console's files, held by this program alone from `lock` until `unlock`."""

    def __init__(self, directory: Path, keys: Keyholder | None = None) -> None:
        self.directory = directory
        self._keys = keys or Keyholder(directory)
        self.cache = directory / CACHE_FILE
        self.outbox = directory / OUTBOX_FILE
        self._lock: sqlite3.Connection | None = None

    def lock(self) -> None:
        """Make the directory and keep every other program out of it; raises Trouble."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise os_trouble(error, self.directory) from error
        path = self.directory / LOCK_FILE
        lock: sqlite3.Connection | None = None
        try:
            lock = cipher.plain(path)
            lock.execute("PRAGMA busy_timeout = 0")
            lock.execute("BEGIN EXCLUSIVE")
        except cipher.Error as error:
            if lock is not None:
                lock.close()
            trouble = sqlite_trouble(error, str(path))
            if trouble is None:
                raise
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise Trouble(
                    f"{self.directory}: 另一个调度台程序正在使用这个目录；请先关闭它，或换一个数据目录。"
                    " | Another console is using this directory; close it, or choose another data directory."
                ) from error
            raise trouble from error
        self._lock = lock

    def unlock(self) -> None:
        """Let others in; harmless when repeated."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def open(self, report: Callable[[str], None]) -> sqlite3.Connection:
        """Open both files on one connection, the outbox attached; broken ones are set aside and reported.

        Raises Trouble, or StoreNewer with both files as they were.
        """
        key = self._key(report)
        # At most both files are broken: three attempts, each with one broken file fewer.
        for _ in range(2):
            try:
                return self._open(key)
            except StoreDamaged:
                if not self._is_repaged(key):
                    self.set_aside_broken(report)
        return self._open(key)

    def destroy(self) -> None:
        """Destroy the key, then the files, those set aside too; raises Trouble when the key is still there.

        Without their key the files are noise already: what of them cannot be taken away is left.
        """
        self._keys.destroy()
        for name in (CACHE_FILE, OUTBOX_FILE, BADGE_FILE, KEY_FILE):
            for path in sorted(self.directory.glob(f"{name}*")):
                with contextlib.suppress(OSError):
                    overwrite(path) if name == KEY_FILE else path.unlink(missing_ok=True)

    def set_aside_broken(self, report: Callable[[str], None]) -> None:
        """Check both files and set aside those that are broken; the cache when none can be told to be."""
        key = self._keys.load()
        outbox_broken = key is None or not _is_whole(self.outbox, key, None)
        cache_broken = key is None or not _is_whole(self.cache, key, cipher.PAGE_SIZE)
        if outbox_broken:
            aside = self._set_aside(self.outbox)
            report(
                f"待发送记录文件已损坏，已另存为 {aside.name}；其中未发送的操作需要人工核对。"
                f" | The outbox was damaged and is kept as {aside.name}; acts not yet sent must be checked by hand."
            )
        if cache_broken or not outbox_broken:
            aside = self._set_aside(self.cache)
            report(
                f"本地缓存文件已损坏，已另存为 {aside.name}，将从中心重新取得数据；未发送的操作没有丢失。"
                f" | The cache was damaged and is kept as {aside.name}; it is filled again from the centre."
            )

    def _key(self, report: Callable[[str], None]) -> Key:
        key = self._keys.load()
        if key is not None:
            return key
        path = self.directory / KEY_FILE
        if path.exists():
            self._set_aside(path)
        if self.cache.exists() or self.outbox.exists():
            report(
                "本机密钥丢失或无效，原有文件无法读取。"
                " | The key of this station is missing or no key: the files it belongs to cannot be read."
            )
        return self._keys.make()

    def _open(self, key: Key) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        name = self.cache
        try:
            connection = cipher.connect(self.cache, key, cipher.PAGE_SIZE)
            run(connection, "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA temp_store = MEMORY")
            cache_version = _user_version(connection, "main")
            name = self.outbox
            cipher.attach(connection, self.outbox, "outbox", key)
            outbox_version = _user_version(connection, "outbox")
            _refuse_newer(self.cache, cache_version, schema.CACHE_VERSION)
            _refuse_newer(self.outbox, outbox_version, schema.OUTBOX_VERSION)
            if 0 < cache_version < schema.CACHE_VERSION or 0 < outbox_version < schema.OUTBOX_VERSION:
                connection.close()
                self._migrate(key)
                return self._open(key)
            # A rollback journal, not WAL: only so is a transaction over both files atomic. It stays where it is between
            # two transactions: to give its room back and to ask for it again costs some disks more than all else.
            run(
                connection,
                "PRAGMA main.journal_mode = PERSIST",
                "PRAGMA outbox.journal_mode = PERSIST",
                f"PRAGMA main.journal_size_limit = {JOURNAL_BYTES}",
                f"PRAGMA outbox.journal_size_limit = {JOURNAL_BYTES}",
                "PRAGMA main.synchronous = NORMAL",
                "PRAGMA outbox.synchronous = FULL",
                f"PRAGMA main.cache_size = -{CACHE_MEMORY_KIB}",
            )
            if not cache_version:
                name = self.cache
                run(connection, "BEGIN IMMEDIATE", *schema.cache_statements("main"), "COMMIT")
            if not outbox_version:
                name = self.outbox
                run(connection, "BEGIN IMMEDIATE", *schema.outbox_statements("outbox"), "COMMIT")
        except cipher.Error as error:
            if connection is not None:
                connection.close()
            trouble = sqlite_trouble(error, str(name))
            if trouble is None:
                raise
            raise trouble from error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return connection

    def _is_repaged(self, key: Key) -> bool:
        """Write the cache anew where it is whole and of the former page size; tells whether it was."""
        try:
            return self.cache.exists() and cipher.repage(self.cache, key)
        except cipher.Error as error:
            trouble = sqlite_trouble(error, str(self.cache))
            if isinstance(trouble, StoreDamaged):
                return False
            if trouble is None:  # what the copying function meets it says in words alone
                trouble = Trouble(
                    f"{self.cache}: 无法改写成新的格式，文件未作改动；请检查磁盘空间。"
                    f" | It cannot be written anew and stays as it is; check the room on the disk. ({error})"
                )
            raise trouble from error

    def _migrate(self, key: Key) -> None:
        from dispatcher.storage.cache_migrating import migrate

        migrate(self.cache, key, "cache")
        migrate(self.outbox, key, "outbox")

    def _set_aside(self, path: Path) -> Path:
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = next(name for name in _names(path, stamp) if not name.exists())
        try:
            for beside in _BESIDE:
                part = path.with_name(path.name + beside)
                if beside and not is_hot(part):
                    part.unlink(missing_ok=True)
                elif part.exists():
                    part.replace(aside.with_name(aside.name + beside))
        except OSError as error:
            raise os_trouble(error, path) from error
        return aside


def run(connection: sqlite3.Connection, *statements: str) -> None:
    """Run statements that answer nothing of interest."""
    for statement in statements:
        connection.execute(statement).close()


def is_hot(journal: Path) -> bool:
    """Tell as SQLite does whether a write was cut off: a journal that is done with is empty, or begins with a zero."""
    try:
        with journal.open("rb") as file:
            return file.read(1) not in (b"", b"\0")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise os_trouble(error, journal) from error


def os_trouble(error: OSError, path: Path) -> Trouble:
    """Say in words what the file system did."""
    return Trouble(f"{path}: 无法读写；请检查目录及其权限。 | It cannot be read or written: {error.strerror}.")


def _names(path: Path, stamp: str) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.damaged-{stamp}")
    for number in range(2, 1000):
        yield path.with_name(f"{path.name}.damaged-{stamp}-{number}")


def _user_version(connection: sqlite3.Connection, name: str) -> int:
    return connection.execute(f"PRAGMA {name}.user_version").fetchone()[0]


def _refuse_newer(path: Path, found: int, known: int) -> None:
    if found > known:
        raise StoreNewer(
            f"{path}: 由更新版本的程序写成（{found}），本程序只认识到 {known}；请使用新版本的程序，文件未作改动。"
            f" | It was written by a newer version of the program (schema {found}, this one knows {known}); use the"
            " newer program. Nothing was changed."
        )


def _is_whole(path: Path, key: Key, page_size: int | None) -> bool:
    if not path.exists():
        return True
    connection: sqlite3.Connection | None = None
    try:
        connection = cipher.connect(path, key, page_size)
        return connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except cipher.Error as error:
        if isinstance(sqlite_trouble(error, str(path)), StoreDamaged):
            return False
        raise
    finally:
        if connection is not None:
            connection.close()

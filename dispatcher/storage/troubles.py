"""Errors of the databases, sorted once: what the world did becomes `Trouble` with words, the rest stays a bug.

SQLite and SQLCipher are sorted by their result codes, PostgreSQL by its exception classes. The words are Chinese
first with English beside them, because they are shown as they are.
"""

import sqlite3
from typing import Final

from dispatcher.sync.ports import StoreDamaged, Trouble

DISK_FULL: Final = "磁盘已满，无法保存；请清理磁盘空间。 | The disk is full, nothing can be saved; free some space."
_READ_ONLY: Final = (
    "文件或目录为只读，无法保存；请检查权限。 | The file or its directory is read-only; check its permissions."
)
_LOCKED: Final = (
    "数据库正被另一个程序占用；请关闭另一个程序。 | The database is in use by another program; close the other one."
)
_CANNOT_OPEN: Final = (
    "无法打开数据库文件；请检查目录是否存在及其权限。"
    " | The database file cannot be opened; check that its directory exists and may be written."
)
_IO: Final = "读写磁盘失败；请检查磁盘。 | Reading or writing the disk failed; check the disk."
_MEMORY: Final = "内存不足。 | Out of memory."
_DAMAGED: Final = "数据库文件已损坏。 | The database file is damaged."

_WORDS: Final[dict[int, str]] = {
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_NOMEM: _MEMORY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _IO,
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
}
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def primary_code(error: BaseException) -> int | None:
    """Give the primary SQLite result code an exception of either SQLite module carries, None when it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def sqlite_trouble(error: BaseException, name: str) -> Trouble | None:
    """Sort an error of sqlite3 or sqlcipher3 about the file `name`; None means it is a bug and must be raised on."""
    code = primary_code(error)
    if code is None:
        return None
    if code in _BROKEN:
        return StoreDamaged(f"{name}: {_DAMAGED} ({error})")
    words = _WORDS.get(code)
    return Trouble(f"{name}: {words} ({error})") if words else None

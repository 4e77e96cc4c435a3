"""SQLCipher connections, typed as the sqlite3 connections they behave like."""

import sqlite3
from pathlib import Path
from typing import Any, Final, cast

import sqlcipher3.dbapi2 as _sqlcipher  # pyright: ignore[reportMissingTypeStubs]

from dispatcher.storage.keys import Key

module: Final[Any] = _sqlcipher
Error: Final[type[Exception]] = module.Error

PAGE_SIZE: Final = 16384
"""Bytes of a page of the cache: a body fits several times, and a page's authentication is paid less often. A change of
one case writes half a dozen pages twice."""
FORMER_PAGE_SIZE: Final = 32768
"""Of caches of the program's first versions."""


def connect(path: Path, key: Key, page_size: int | None = None) -> sqlite3.Connection:
    """Open an encrypted file in autocommit; nothing is read yet, so a wrong key shows at the first statement."""
    return _unlocked(plain(path), key, page_size)


def connect_untouched(path: Path, key: Key, page_size: int | None = None) -> sqlite3.Connection:
    """Open an encrypted file without a lock and changing nothing; sound while nobody writes."""
    connection = module.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return _unlocked(cast(sqlite3.Connection, connection), key, page_size)


def _unlocked(connection: sqlite3.Connection, key: Key, page_size: int | None) -> sqlite3.Connection:
    connection.execute("PRAGMA cipher_log_level = NONE").close()
    connection.execute(f"PRAGMA key = \"x'{key}'\"").close()
    _lay_out(connection, "", page_size)
    return connection


def _lay_out(connection: sqlite3.Connection, schema: str, page_size: int | None) -> None:
    if page_size is not None:
        connection.execute(f"PRAGMA {schema}cipher_page_size = {page_size}").close()
        # Half as dear as SHA-512 where the processor knows SHA-256; as sound for telling a page that was tampered with.
        connection.execute(f"PRAGMA {schema}cipher_hmac_algorithm = HMAC_SHA256").close()


def attach(connection: sqlite3.Connection, path: Path, schema: str, key: Key, page_size: int | None = None) -> None:
    """Attach a second encrypted file, of the usual page size unless another one is named."""
    connection.execute(f"ATTACH DATABASE ? AS {schema} KEY ?", (str(path), f"x'{key}'")).close()
    _lay_out(connection, f"{schema}.", page_size)


def repage(path: Path, key: Key) -> bool:
    """Write a cache of the former page size anew in today's; tells whether it was one. Else the file stays as it is."""
    fresh = path.with_name(f"{path.name}.repaged")
    fresh.unlink(missing_ok=True)
    connection = connect(path, key, FORMER_PAGE_SIZE)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        attach(connection, fresh, "fresh", key, PAGE_SIZE)
        for statement in ("SELECT sqlcipher_export('fresh')", f"PRAGMA fresh.user_version = {version}", "DETACH fresh"):
            connection.execute(statement).close()
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    finally:
        connection.close()
    fresh.replace(path)
    return True


def plain(path: Path) -> sqlite3.Connection:
    """Open an unencrypted file in autocommit."""
    # One connection may be opened by the program's start and used by the engine's thread, never by both at once.
    connection = module.connect(str(path), isolation_level=None, check_same_thread=False, timeout=1.0)
    return cast(sqlite3.Connection, connection)

"""What becomes of a station's files that have been without the centre for too long.

Promises: the cache can never be read again, because its key is destroyed. Acts that have no verdict yet are somebody's
work and not lost with it: their file goes on under a new key for as long once more, and is destroyed then. Broken
off anywhere, it is begun again or completed at the next start.
"""

import contextlib
from pathlib import Path
from typing import Final

from dispatcher.storage import cipher
from dispatcher.storage.cache_files import CACHE_FILE, OUTBOX_FILE, Files, os_trouble
from dispatcher.storage.keys import Key, Keyholder
from dispatcher.storage.outbox import UNSETTLED
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.ports import StoreDamaged, Trouble

_FRESH: Final = f"{OUTBOX_FILE}.new"


def wipe_by_age(directory: Path, keys: Keyholder, *, last: bool) -> int:
    """Destroy the cache; gives how many acts without a verdict are kept, always none with `last`. Raises Trouble."""
    files = Files(directory, keys)
    files.lock()
    try:
        key = keys.load()
        unsent = 0 if key is None or last else _unsent(files.outbox, key)
        if not unsent or key is None:
            files.destroy()
            return 0
        fresh = keys.another()
        _copy(files.outbox, key, directory / _FRESH, fresh)
        keys.keep(fresh)  # takes the place of the old one in one step
        complete(directory, keys)
        for path in directory.glob(f"{CACHE_FILE}*"):
            with contextlib.suppress(OSError):
                path.unlink()
        return unsent
    finally:
        files.unlock()


def complete(directory: Path, keys: Keyholder) -> None:
    """Put the outbox under the new key in its place, where that was broken off. Raises Trouble."""
    fresh, outbox = directory / _FRESH, directory / OUTBOX_FILE
    if not fresh.exists():
        return
    key = keys.load()
    try:
        if key is not None and _can_be_read(fresh, key):
            for journal in directory.glob(f"{OUTBOX_FILE}-*"):
                journal.unlink()
            fresh.replace(outbox)
        else:
            fresh.unlink()
    except OSError as error:
        raise os_trouble(error, fresh) from error


def _unsent(outbox: Path, key: Key) -> int:
    if not outbox.exists():
        return 0
    connection = cipher.connect(outbox, key)
    try:
        return connection.execute(f"SELECT count(*) FROM receipts WHERE {UNSETTLED}").fetchone()[0]
    except cipher.Error as error:
        trouble = sqlite_trouble(error, str(outbox))
        if isinstance(trouble, StoreDamaged):
            return 0
        raise trouble or error from error
    finally:
        connection.close()


def _copy(outbox: Path, key: Key, fresh: Path, other: Key) -> None:
    fresh.unlink(missing_ok=True)
    connection = cipher.connect(outbox, key)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        cipher.attach(connection, fresh, "fresh", other)
        connection.execute("SELECT sqlcipher_export('fresh')").fetchall()
        connection.execute(f"PRAGMA fresh.user_version = {version:d}").close()
    except cipher.Error as error:
        raise sqlite_trouble(error, str(outbox)) or error from error
    finally:
        connection.close()


def _can_be_read(path: Path, key: Key) -> bool:
    connection = cipher.connect(path, key)
    try:
        connection.execute("SELECT count(*) FROM receipts").fetchone()
    except cipher.Error as error:
        trouble = sqlite_trouble(error, str(path))
        if type(trouble) is Trouble:
            raise trouble from error
        return False
    else:
        return True
    finally:
        connection.close()

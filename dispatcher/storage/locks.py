"""Whether a program holds a lock file: asked without taking the lock, so that nobody who works is disturbed."""

import sqlite3
from pathlib import Path
from typing import Any

from dispatcher.storage.troubles import primary_code, sqlite_trouble


def is_held(path: Path, module: Any = sqlite3) -> bool:  # noqa: ANN401  (sqlite3, or SQLCipher's like of it)
    """Tell whether a program keeps others out by this file; false where there is none. Raises Trouble.

    `module` must be the one that locks it: two in one process know nothing of each other.
    """
    if not path.exists():
        return False
    try:
        connection = module.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.0, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except module.Error as error:
        if primary_code(error) == sqlite3.SQLITE_BUSY:
            return True
        trouble = sqlite_trouble(error, str(path))
        if trouble is None:
            raise
        raise trouble from error
    return False

"""The badge of a station: who signed in here last, with which token, and what lets that person in without the centre.

One row in an encrypted file of its own, under the key of the cache: the token is not readable beside it, and with the
key it is gone. Promises: written durably before it is used; a file that cannot be read is none.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Final

import msgspec

from dispatcher.models.ids import PersonId
from dispatcher.storage import cipher
from dispatcher.storage.keys import Key
from dispatcher.storage.troubles import sqlite_trouble
from dispatcher.sync.ports import Trouble

BADGE_FILE: Final = "badge.db"


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """Who, with which token; `verifier` is the password's argon2id hash, empty where there is none to go by.

    `device` tells the centre that this person has signed in here before. `contact_at` is when the centre last knew the
    token. `failures` counts wrong passwords given here without the centre since the last right one.
    """

    person: PersonId
    token: str = ""
    device: str = ""
    verifier: str = ""
    contact_at: dt.datetime | None = None
    failures: int = 0
    failed_at: dt.datetime | None = None


class BadgeFile:
    """The file of one station's badge."""

    def __init__(self, directory: Path, key: Key) -> None:
        self._path = directory / BADGE_FILE
        self._key = key

    def read(self, *, untouched: bool = False) -> Badge | None:
        """Give the badge, None when there is none, or none that this key opens. Raises Trouble.

        `untouched`: the file is read as it lies, and neither locked nor mended.
        """
        if not self._path.exists():
            return None
        try:
            with self._open(untouched=untouched) as connection:
                row = connection.execute("SELECT badge FROM badge").fetchone()
        except cipher.Error as error:
            self._sort(error)
            return None
        try:
            return None if row is None else msgspec.json.decode(row[0], type=Badge)
        except msgspec.DecodeError:
            return None

    def write(self, badge: Badge) -> None:
        """Keep a badge in place of any before; one that cannot be read is replaced. Raises Trouble."""
        try:
            self._write(badge)
        except cipher.Error as error:
            self._sort(error)
            self._path.unlink(missing_ok=True)
            self._write(badge)

    def _write(self, badge: Badge) -> None:
        with self._open() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS badge (one INTEGER PRIMARY KEY, badge BLOB NOT NULL)")
            connection.execute("REPLACE INTO badge VALUES (1, ?)", (msgspec.json.encode(badge),))

    @contextlib.contextmanager
    def _open(self, *, untouched: bool = False) -> Generator[sqlite3.Connection]:
        connection = (cipher.connect_untouched if untouched else cipher.connect)(self._path, self._key)
        try:
            yield connection
        finally:
            connection.close()

    def _sort(self, error: Exception) -> None:
        """Raise what the world did, and go on where the file is broken or belongs to another key."""
        trouble = sqlite_trouble(error, str(self._path))
        if trouble is None:
            raise error
        if type(trouble) is Trouble:
            raise trouble from error

"""The post of a centre on its ledger: what only one of all processes may do, and who that is.

On PostgreSQL many centres may share a ledger; one of them is on duty, by an advisory lock that its session holds as
long as it lives, and by its name in the table `duty`. Promises: whoever writes on duty does so while its name stands
there, so that two never do, even when one has not yet noticed that it was taken for dead. On SQLite there is one
centre, and it is on duty. For one thread at a time.
"""

import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import sorted_errors
from dispatcher.storage.writing import put
from dispatcher.sync.ports import Trouble

DUTY_LOCK: Final = 8_345_002
"""The PostgreSQL advisory lock of the centre on duty."""
_ALIVE: Final = (
    # A machine that has lost its power says no goodbye: its session has to end within seconds.
    "SET tcp_keepalives_idle = 3",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
)


class OffDuty(Trouble):
    """Another centre does it now; nothing was written."""


def lock_file(database: str) -> Path:
    """Name the file by which the one centre on a SQLite ledger keeps others out."""
    return Path(f"{database}-centre")


class Post:
    """One process's post."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._holder = str(uuid.uuid4())
        self._connection: sa.Connection | None = None
        self._sole: sqlite3.Connection | None = None

    @property
    def is_shared(self) -> bool:
        """Tell whether other centres may work on the ledger at the same time."""
        return self._engine.dialect.name == "postgresql"

    def enter(self) -> None:
        """Begin to be a centre on the ledger; raises Trouble where there is one and only one may be."""
        file = self._engine.url.database
        if self.is_shared or not file:
            return
        lock = sqlite3.connect(lock_file(file), timeout=0.0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            lock.close()
            raise Trouble(
                f"{file}: 已有一个中心进程在使用这个 SQLite 账本；请先停掉它，或改用 PostgreSQL。"
                " | Another centre is running on this SQLite ledger; stop it first, or use PostgreSQL,"
                f" which several may share. ({error})"
            ) from error
        self._sole = lock

    def take(self) -> bool:
        """Go on duty unless another centre is; tells whether this one is now. Raises Trouble."""
        if not self.is_shared:
            return True
        return self._asked(self._try)

    def holds(self) -> bool:
        """Tell whether this centre is still on duty. Raises Trouble when that cannot be known."""
        if not self.is_shared:
            return True
        return self._connection is not None and self._asked(lambda connection: self._stands_in(connection, False))

    def leave(self) -> None:
        """Go off duty and be a centre no more; harmless when repeated."""
        self._disconnect()
        sole, self._sole = self._sole, None
        if sole is not None:
            sole.close()

    def check(self, connection: sa.Connection) -> None:
        """Raise OffDuty unless this centre is on duty, and keep it so until the transaction ends."""
        if self.is_shared and not self._stands_in(connection, True):
            raise OffDuty("此项工作已由另一个中心进程接手 | another centre process has taken this over")

    def _try(self, connection: sa.Connection) -> bool:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(DUTY_LOCK))).scalar_one():
            return False
        put(connection, schema.duty, [{"one": 1, "holder": self._holder}], key=("one",))
        return True

    def _stands_in(self, connection: sa.Connection, hold: bool) -> bool:
        statement = sa.select(schema.duty.c.holder)
        return connection.execute(statement.with_for_update(read=True) if hold else statement).scalar() == self._holder

    def _asked(self, ask: Callable[[sa.Connection], bool]) -> bool:
        with sorted_errors(self._engine):
            try:
                if self._connection is None:
                    self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                    for statement in _ALIVE:
                        self._connection.exec_driver_sql(statement)
                return ask(self._connection)
            except BaseException:
                self._disconnect()
                raise

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # it listens, or holds a lock: it must not go back among the others
            connection.close()

"""The ledger as others change it: waits for their commits and reads what they made, on a connection of its own.

Promises: on PostgreSQL a commit of another process wakes the follower at once (LISTEN); whatever is missed by that,
and everything on SQLite, is found by looking again every POLL_S. The commits of this process's own engine do not wake
it. For one thread, but for `ring`, which any may call.
"""

import selectors
import socket
from typing import Final, NamedTuple

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from dispatcher.models.ids import Revision
from dispatcher.models.lawbook import LawBook
from dispatcher.storage import lawkeeping, standing
from dispatcher.storage.centre import sorted_errors
from dispatcher.storage.news import News, read_news
from dispatcher.storage.standing import Standing
from dispatcher.storage.vault import Vault

POLL_S: Final = 1.0


class Heard(NamedTuple):
    """How far the ledger has come, what changed since (None: too much to tell), and the law book if it is another."""

    standing: Standing
    news: News | None
    book: LawBook | None


class Follower:
    """Waits and reads; after a Trouble the next `read` makes a new connection."""

    def __init__(self, engine: sa.Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._connection: sa.Connection | None = None
        self._bell, self._hearing = socket.socketpair()
        for end in (self._bell, self._hearing):
            end.setblocking(False)
        self._own: set[int] = set()
        if engine.dialect.name == "postgresql":
            event.listen(engine, "checkout", self._know)

    def ring(self) -> None:
        """Wake whoever waits."""
        try:
            self._bell.send(b"!")
        except (BlockingIOError, OSError):
            return  # it rings already, or nobody waits any more

    def wait(self, most_s: float = POLL_S) -> None:
        """Wait until another process has committed, the bell has rung, the connection has failed or time is over."""
        heard = self._listening()
        with selectors.DefaultSelector() as selector:
            selector.register(self._hearing, selectors.EVENT_READ)
            if heard is not None:
                selector.register(heard.socket, selectors.EVENT_READ)
            while ready := selector.select(most_s):
                rung = any(key.fileobj is self._hearing for key, _ in ready)
                if rung:
                    self._hearing.recv(4096)
                if rung or heard is None or self._by_others(heard):
                    return

    def read(self, after: Revision, law: Revision) -> Heard:
        """Read what changed after a revision; `law` is the newest change of the law that is known. Raises Trouble."""
        with sorted_errors(self._engine):
            try:
                connection = self._connected()
                with connection.begin():
                    now, news = read_news(connection, self._vault, after)
                    book = lawkeeping.book(connection) if now.law > law else None
            except BaseException:
                self._disconnect()
                raise
            return Heard(now, news, book)

    def close(self) -> None:
        """End the connection; harmless when repeated."""
        self._disconnect()
        self._bell.close()
        self._hearing.close()

    def _connected(self) -> sa.Connection:
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection = connection
            if connection.dialect.name == "postgresql":
                with connection.begin():
                    connection.exec_driver_sql(f"LISTEN {standing.CHANNEL}")
        return self._connection

    def _listening(self) -> "psycopg.pq.abc.PGconn | None":
        if self._connection is None or self._connection.dialect.name != "postgresql":
            return None
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        return raw.pgconn

    def _by_others(self, heard: "psycopg.pq.abc.PGconn") -> bool:
        """Tell whether any of the notifications that have come is of another process, or none will come any more."""
        try:
            heard.consume_input()
        except psycopg.OperationalError:
            return True  # what is read next fails of it
        others = False
        while (notified := heard.notifies()) is not None:
            others |= notified.be_pid not in self._own
        return others

    def _know(self, connection: psycopg.Connection, _record: object, _proxy: object) -> None:
        self._own.add(connection.info.backend_pid)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # it listens, or holds a lock: it must not go back among the others
            connection.close()

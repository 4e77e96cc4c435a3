"""The centre's database as a place: making engines for SQLite and PostgreSQL, sorting their errors, migrating.

SQLite runs in WAL with full synchronisation; a writing transaction is BEGIN IMMEDIATE from its first word.
PostgreSQL is reached through psycopg 3.
"""

import contextlib
import os
import selectors
import shutil
import sqlite3
import time
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy as sa
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import event, pool
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError

from dispatcher.setting_values import without_password
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.troubles import DISK_FULL, sqlite_trouble
from dispatcher.sync.ports import StoreNewer, Trouble

BUSY_TIMEOUT_S: Final = 10.0
ROOM_BYTES: Final = 256 * 1024
"""About what the largest batches of acts need."""
IDLE_S: Final = 1.0
"""A connection to PostgreSQL that was used within this time is taken for a good one: to ask costs a round trip."""
_USED_S: Final = "used_s"
MIGRATION_LOCK: Final = 8_345_001
"""The PostgreSQL advisory lock that lets one process migrate at a time."""


def make_engine(url: str, *, untouched: bool = False) -> sa.Engine:
    """Make an engine for sqlite:///path or postgresql://…; raises Trouble for any other address.

    `untouched`: nothing is ever written to a SQLite file or beside it; it must be there.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Trouble(f"{url!r} is not a database address; write sqlite:///path or postgresql://…") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite_untouched(parsed) if untouched else _sqlite(parsed)
        case "postgresql":
            # hide_parameters: an error's text must not carry a caller's name or phone into a log.
            engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
            event.listen(engine, "connect", _prepare_postgresql)
            event.listen(engine, "checkin", _note_use)
            event.listen(engine, "checkout", _make_sure)
            return engine
        case _:
            raise Trouble(f"{without_password(url)!r}: only sqlite:/// and postgresql:// databases are known")


def _sqlite(url: sa.URL) -> sa.Engine:
    connect_args = {"timeout": BUSY_TIMEOUT_S, "isolation_level": None}
    engine = sa.create_engine(url, connect_args=connect_args, hide_parameters=True)

    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _sqlite_untouched(url: sa.URL) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        file = Path(url.database or "").absolute()
        # Without a log nobody has the file open, and SQLite would make one to read it: it is read as it lies.
        alone = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
        where = f"{file.as_uri()}?mode=ro{alone}"
        return sqlite3.connect(where, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)

    engine = sa.create_engine(url, creator=connect, poolclass=pool.NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_postgresql(connection: psycopg.Connection, _record: object) -> None:
    # Arrays of JSON texts are sent as they are: as text, each quote in them would be escaped in Python.
    connection.adapters.register_dumper(list, ListBinaryDumper)


def _note_use(_connection: psycopg.Connection | None, record: pool.ConnectionPoolEntry) -> None:
    record.info[_USED_S] = time.monotonic()


def _make_sure(connection: psycopg.Connection, record: pool.ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection whether it still holds where that is in doubt; the pool makes another if it does not.

    It is not where it was used just now and the server, which would say good-bye, has said nothing since.
    """
    if time.monotonic() - record.info.get(_USED_S, time.monotonic()) < IDLE_S and not _is_spoken_to(connection):
        return
    try:
        connection.execute("").close()
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _is_spoken_to(connection: psycopg.Connection) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection.pgconn.socket, selectors.EVENT_READ)
        return bool(selector.select(0))


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute("BEGIN IMMEDIATE" if writing else "BEGIN").close()


@contextlib.contextmanager
def sorted_errors(engine: sa.Engine) -> Generator[None]:
    """Turn what the world did to the database into Trouble; bugs pass through."""
    try:
        yield
    except DBAPIError as error:
        trouble = _trouble(error.orig, engine)
        if trouble is None:
            raise
        raise trouble from error
    except (psycopg.Error, sqlite3.Error) as error:  # of statements that were sent without waiting, and of BEGIN
        trouble = _trouble(error, engine)
        if trouble is None:
            raise
        raise trouble from error
    except NoSuchModuleError as error:
        raise Trouble(str(error)) from error


def _trouble(error: BaseException | None, engine: sa.Engine) -> Trouble | None:
    name = engine.url.render_as_string(hide_password=True)
    match error:
        case sqlite3.Error():
            return sqlite_trouble(error, name)
        case psycopg.OperationalError() | psycopg.InterfaceError() | psycopg.errors.InsufficientPrivilege():
            detail = " ".join(str(error).split())
            return Trouble(
                f"{name}: 数据库服务器不可用。 | The database server does not answer as it should. ({detail})"
            )
        case _:
            return None


def migrate(engine: sa.Engine) -> None:
    """Bring the database to this program's schema, making it where there is none; raises StoreNewer."""
    keep_to_owner(engine)
    with sorted_errors(engine):
        with engine.connect() as connection:
            found = _version(connection)
        if found == schema.VERSION:
            return
        if found is not None and found > schema.VERSION:
            raise StoreNewer(
                f"{engine.url.render_as_string(hide_password=True)}: 数据库由更新版本的程序写成（{found}），"
                f"本程序只认识到 {schema.VERSION}；请升级本程序。 | The database was written by a newer version of the "
                f"program (schema {found}, this one knows {schema.VERSION}); use the newer program."
            )
        from dispatcher.storage.migrations import upgrade

        with engine.execution_options(writing=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            upgrade(connection, "centre")
            if connection.execute(sa.select(schema.meta.c.ledger)).first() is None:
                connection.execute(sa.insert(schema.meta), {"ledger": str(uuid.uuid4())})
                connection.execute(sa.insert(schema.head), {"one": 1, "revision": 0, "place": 0, "key_version": 0})


def keep_to_owner(engine: sa.Engine) -> None:
    """Make the file of a SQLite database that is not there yet, for its owner alone; what lies beside it follows it."""
    file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if file and file != ":memory:" and not file.startswith("file:"):  # a URI says more than where
        with contextlib.suppress(OSError):  # one that is there stays as it is; SQLite says what else is wrong
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def check_room(engine: sa.Engine) -> None:
    """Raise Trouble when the disk of a SQLite database has less than ROOM_BYTES left.

    A write that is small enough may find room in what a larger one that failed has left behind.
    """
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and Path(file).is_file() and shutil.disk_usage(file).free < ROOM_BYTES:
        raise Trouble(f"{file}: {DISK_FULL}")


@contextlib.contextmanager
def snapshot(url: str) -> Generator[sa.Connection]:
    """Open a ledger to be read as it is at one moment, changing nothing; raises Trouble, StoreNewer too.

    One that is not of this program's schema is refused: whoever reads it must know what its columns mean.
    """
    with looked_at(make_engine(url)) as (connection, found):
        if found != schema.VERSION:
            name = connection.engine.url.render_as_string(hide_password=True)
            raise Trouble(
                f"{name}: 数据库版本为 {found}，本程序读 {schema.VERSION}；请先用本程序启动一次中心，或用相应版本。"
                f" | The database has schema {found} and this program reads {schema.VERSION}; start the centre on"
                " it once with this program, or use the program of its version."
            )
        yield connection


@contextlib.contextmanager
def looked_at(engine: sa.Engine) -> Generator[tuple[sa.Connection, str | None]]:
    """Open a database to be read as it is at one moment, of whatever schema, which is given; raises Trouble.

    The engine ends with it.
    """
    file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    try:
        if file is not None and not os.path.isfile(file):  # false, too, where nobody may look
            raise Trouble(f"{file}: 没有这个数据库 | there is no such database")
        with sorted_errors(engine), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection, _version(connection)
    finally:
        engine.dispose()


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

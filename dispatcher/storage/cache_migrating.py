"""Alembic over an encrypted file. Imported only when there is something to migrate, for its imports are slow."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, pool

from dispatcher.storage import cipher
from dispatcher.storage.keys import Key
from dispatcher.storage.migrations import Which, newest, upgrade


def migrate(path: Path, key: Key, which: Which) -> None:
    """Bring one file to the newest schema in one transaction, making its tables where it is new."""
    page_size = cipher.PAGE_SIZE if which == "cache" else None

    def connect() -> sqlite3.Connection:
        return cipher.connect(path, key, page_size)

    engine = sa.create_engine("sqlite://", module=cipher.module, creator=connect, poolclass=pool.NullPool)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        upgrade(connection, which)
        connection.exec_driver_sql(f"PRAGMA user_version = {int(newest(which))}")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

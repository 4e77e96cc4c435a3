"""The head of the ledger: the one row that says how far it has come, and whose lock makes its holder the only writer.

Functions over an open connection; transactions are the caller's. On PostgreSQL every move of the head is told to
whoever listens on `CHANNEL`, at the commit.
"""

import functools
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from dispatcher.models.ids import Revision
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import prepared

CHANNEL: Final = "dispatcher_head"


class Standing(NamedTuple):
    """How far a ledger has come.

    `head` is its newest revision, `law` that of the newest change of the law book. All open rows are of the law of
    revision `rows_law` as of `rows_as_of_ms`, in the form `rows_form` (`queue.ROWS_FORM`). `directory` and `sessions`
    grow whenever units were put or sessions ended.
    """

    head: Revision
    law: Revision
    rows_law: Revision
    rows_as_of_ms: int
    rows_form: int
    directory: int
    sessions: int


COLUMNS: Final = (
    schema.head.c.revision,
    schema.head.c.law,
    schema.head.c.rows_law,
    schema.head.c.rows_as_of_ms,
    schema.head.c.rows_form,
    schema.head.c.directory,
    schema.head.c.sessions,
)
_READ: Final = sa.select(*COLUMNS)
_LOCK: Final = _READ.with_for_update()


def standing_of(row: Sequence[Any]) -> Standing:
    """Read a row that begins with COLUMNS."""
    head, law, rows_law, rows_as_of_ms, rows_form, directory, sessions = row[: len(COLUMNS)]
    return Standing(Revision(head), Revision(law), Revision(rows_law), rows_as_of_ms, rows_form, directory, sessions)


def read(connection: sa.Connection) -> Standing:
    """Give how far the ledger has come."""
    return standing_of(prepared.fetch(connection, _READ, {})[0])


def lock(connection: sa.Connection) -> Standing:
    """Become the only writer until the transaction ends; gives how far the ledger has come."""
    return standing_of(prepared.fetch(connection, _LOCK, {})[0])


def move(connection: sa.Connection, **columns: object) -> None:
    """Set columns of the head and tell who listens."""
    values = {f"new_{name}": value for name, value in columns.items()}
    prepared.run(connection, _moving(connection.dialect.name, tuple(columns)), values)


def note_sessions_ended(connection: sa.Connection) -> None:
    """Say that some sessions hold no more: every centre looks at those of its own consoles."""
    prepared.run(connection, _moving(connection.dialect.name, counter="sessions"), {})


def note_directory_changed(connection: sa.Connection) -> None:
    """Say that the directory of units has changed."""
    prepared.run(connection, _moving(connection.dialect.name, counter="directory"), {})


@functools.cache
def _moving(dialect: str, names: tuple[str, ...] = (), counter: str = "") -> sa.Executable:
    """Say how the head is moved: columns to what is given with the statement, a counter by one."""
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    if counter:
        values[counter] = schema.head.c[counter] + 1
    statement = sa.update(schema.head).values(values)
    return statement.returning(sa.func.pg_notify(CHANNEL, "")) if dialect == "postgresql" else statement

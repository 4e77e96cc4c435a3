"""Statements that SQLAlchemy makes once and the driver runs by itself.

What a commit waits for goes this way: SQLAlchemy's own way to the driver and back takes several times what SQLite takes
for the statement. Values and columns are the driver's own, in the order in which the statement names them. Errors are
the driver's own; `centre.sorted_errors` knows them.
"""

import contextlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]


class _Made(NamedTuple):
    """A statement as text: `order` names its values where they go by place, `given` are those it brings itself."""

    text: str
    order: tuple[str, ...] | None
    given: Values


_made: Final[dict[tuple[str, sa.Executable], _Made]] = {}


def run(connection: sa.Connection, statement: sa.Executable, values: Values | Sequence[Values]) -> None:
    """Run a statement, once with values or once with each of several; it must be kept by whoever made it."""
    made = _of(connection, statement)
    with _driver(connection) as raw:
        if isinstance(values, Mapping):
            raw.execute(made.text, _bound(made, values)).close()
        elif len(values) == 1:
            raw.execute(made.text, _bound(made, values[0])).close()
        else:
            raw.executemany(made.text, [_bound(made, each) for each in values]).close()


def fetch(connection: sa.Connection, statement: sa.Executable, values: Values) -> list[tuple[Any, ...]]:
    """Run a statement and give all rows."""
    return fetch_all(connection, [(statement, values)])[0]


def fetch_all(connection: sa.Connection, asked: Sequence[tuple[sa.Executable, Values]]) -> list[list[tuple[Any, ...]]]:
    """Run statements that do not wait for each other's answers and give the rows of each: PostgreSQL is asked once."""
    made = [_of(connection, statement) for statement, _ in asked]
    with without_waiting(connection) as raw:
        cursors = [raw.execute(each.text, _bound(each, values)) for each, (_, values) in zip(made, asked, strict=True)]
        return [cursor.fetchall() for cursor in cursors]


@contextlib.contextmanager
def streamed(
    connection: sa.Connection, statement: sa.Executable, values: Values, at_a_time: int
) -> Generator[Iterable[tuple[Any, ...]]]:
    """Run a statement and give its rows as they are asked for, so many at a time where a server sends them."""
    made = _of(connection, statement)
    with _driver(connection) as raw:
        if connection.dialect.name == "postgresql":
            with raw.cursor(name="streamed") as cursor:
                cursor.itersize = at_a_time
                yield cursor.execute(made.text, _bound(made, values))
        else:
            with contextlib.closing(raw.execute(made.text, _bound(made, values))) as cursor:
                yield cursor


@contextlib.contextmanager
def without_waiting(connection: sa.Connection) -> Generator[Any]:
    """Send PostgreSQL the statements within in one go, a new transaction's begin too: round trips cost the most."""
    with (
        _driver(connection) as raw,
        raw.pipeline() if isinstance(raw, psycopg.Connection) else contextlib.nullcontext(),
    ):
        yield raw


def commit(connection: sa.Connection) -> None:
    """Have PostgreSQL commit with what was sent `without_waiting`; whoever ends the transaction asks it no more.

    After a statement that failed it does not. The driver's own commit would wait here, and for ever after many bytes.
    """
    with _driver(connection) as raw:
        if isinstance(raw, psycopg.Connection):
            raw.execute("COMMIT", prepare=False)


@contextlib.contextmanager
def _driver(connection: sa.Connection) -> Generator[Any]:
    """Give the driver's connection; one that breaks meanwhile does not go back among the others."""
    raw: Any = connection.connection.driver_connection
    try:
        yield raw
    except psycopg.Error as error:
        if raw.closed:
            connection.invalidate(error)
        raise


def _bound(made: _Made, values: Values) -> Any:  # noqa: ANN401  (by place or by name, as the driver takes them)
    if made.given:
        values = {**made.given, **values}
    return values if made.order is None else tuple([values[name] for name in made.order])


def _of(connection: sa.Connection, statement: sa.Executable) -> _Made:
    key = connection.dialect.name, statement
    found = _made.get(key)
    if found is None:
        compiled = cast(sa.ClauseElement, statement).compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        given = {name: value for name, value in compiled.params.items() if value is not None}
        order = compiled.positiontup
        found = _made[key] = _Made(compiled.string, None if order is None else tuple(order), given)
    return found

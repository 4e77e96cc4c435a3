"""The gazette (公报): tables of rates as they were published, and the journal made into cases again to check them by.

What is published is kept for good and never changed. Replaying uses the journal alone, not what the ledger keeps ready;
what is personal is left out of cases made so.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Generator, Iterable
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.models.ranking import Table
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import standing
from dispatcher.storage.writing import put

AT_A_TIME: Final = 2000
_journal = schema.journal
_published = schema.published
_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode
_decode_table = msgspec.json.Decoder(Table).decode
_Opening = Callable[[], contextlib.AbstractContextManager[sa.Connection]]


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A published table, under the name it can be asked for again."""

    name: str
    made_at: dt.datetime
    table: Table


class After(msgspec.Struct, frozen=True, kw_only=True):
    """One act of a case and the case after it."""

    revision: Revision
    act: CommandId
    kind: str
    by: PersonId
    at: dt.datetime
    entered_at: dt.datetime
    case: Case


class Gazette:
    """What was published from one ledger; `read` and `write` open its transactions. Raises Trouble."""

    def __init__(self, read: _Opening, write: _Opening) -> None:
        self._read = read
        self._write = write

    def publish(self, table: Table, made_at: dt.datetime) -> str:
        """Keep a table for good; gives the name to ask for it by: period, kind and a number, "2026-11-street-1"."""
        same = sa.select(sa.func.count()).where(
            _published.c.period == table.period.name, _published.c.kind == table.kind.value
        )
        with self._write() as connection:
            standing.lock(connection)
            name = f"{table.period.name}-{table.kind}-{connection.execute(same).scalar_one() + 1}"
            row = {
                "id": name,
                "period": table.period.name,
                "kind": table.kind.value,
                "made_ms": epoch_ms(made_at),
                "content": msgspec.json.encode(table).decode(),
            }
            put(connection, _published, [row])
        return name

    def find(self, name: str) -> Publication | None:
        """Give what was published under a name, None when nothing was."""
        with self._read() as connection:
            row = connection.execute(sa.select(_published).where(_published.c.id == name)).first()
        if row is None:
            return None
        return Publication(name=row.id, made_at=from_epoch_ms(row.made_ms), table=_decode_table(row.content))

    def names(self) -> list[str]:
        """List the names of all that was published, the newest first."""
        statement = sa.select(_published.c.id).order_by(_published.c.made_ms.desc(), _published.c.id.desc())
        with self._read() as connection:
            return list(connection.execute(statement).scalars())

    def cases_at(self, upto: Revision) -> Generator[Case]:
        """Make every case from the journal as it stood at a revision, one at a time."""
        statement = (
            sa.select(_journal.c.case_id, _journal.c.revision, _journal.c.events)
            .where(_journal.c.revision <= upto, _journal.c.case_id != "")
            .order_by(_journal.c.case_id, _journal.c.revision)
        )
        with self._read() as connection:
            rows = connection.execution_options(yield_per=AT_A_TIME).execute(statement)
            for _, entries in groupby(rows, key=lambda row: row.case_id):
                yield _replayed(list(entries))

    def steps_of(self, case: CaseId) -> list[After]:
        """Make one case from the journal as it stood after each of its acts, oldest first."""
        statement = sa.select(_journal).where(_journal.c.case_id == case).order_by(_journal.c.revision)
        with self._read() as connection:
            entries = connection.execute(statement).all()
        return [
            After(
                revision=Revision(entry.revision),
                act=CommandId(entry.act),
                kind=entry.kind,
                by=PersonId(entry.person),
                at=from_epoch_ms(entry.at_ms),
                entered_at=from_epoch_ms(entry.entered_ms),
                case=_replayed(entries[:count]),
            )
            for count, entry in enumerate(entries, 1)
        ]

    def touched_since(self, revision: Revision) -> list[CaseId]:
        """List the cases that were acted upon after a revision."""
        statement = (
            sa.select(_journal.c.case_id)
            .where(_journal.c.revision > revision, _journal.c.case_id != "")
            .distinct()
            .order_by(_journal.c.case_id)
        )
        with self._read() as connection:
            return [CaseId(case) for case in connection.execute(statement).scalars()]


def _replayed(entries: "Iterable[sa.Row[*tuple[Any, ...]]]") -> Case:
    history: list[Recorded] = []
    revision = 0
    for entry in entries:
        history += _decode_events(entry.events)
        revision = entry.revision
    return replay(tuple(history), Revision(revision))

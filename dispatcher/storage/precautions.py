"""What was last done for the day a ledger is lost: a backup, an anchor of its journal, a backup proved whole.

The rows stand outside the journal: a backup that wrote into the journal it copies would never be a copy of it. They
are a reminder and no evidence. Only the file's name is kept, not where it lies.
"""

import datetime as dt
import enum

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import PersonId
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import looked_at, make_engine, sorted_errors
from dispatcher.storage.writing import put
from dispatcher.sync.ports import Trouble

_rows = schema.precautions


class Precaution(enum.StrEnum):
    """What can be done."""

    BACKUP = "backup"
    ANCHOR = "anchor"
    PROOF = "proof"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One precaution as it was taken last: when, by whom, and the name of the file."""

    precaution: Precaution
    at: dt.datetime
    by: PersonId
    file: str


def note(url: str, ledger: str, taken: Taken) -> bool:
    """Remember it in the ledger; False where that ledger is not there or cannot be written to."""
    try:
        with looked_at(make_engine(url, untouched=True)) as (connection, version):
            if version != schema.VERSION or connection.execute(sa.select(schema.meta.c.ledger)).scalar() != ledger:
                return False
        engine = make_engine(url)
        try:
            with sorted_errors(engine), engine.execution_options(writing=True).begin() as connection:
                said = {"at_ms": epoch_ms(taken.at), "by": taken.by, "file": taken.file}
                put(connection, _rows, [{"precaution": taken.precaution.value, **said}], key=("precaution",))
        finally:
            engine.dispose()
    except Trouble:
        return False
    return True


def last_taken(connection: sa.Connection) -> dict[Precaution, Taken]:
    """Give what was taken last of each; those never taken are missing."""
    return {
        Precaution(row.precaution): Taken(
            precaution=Precaution(row.precaution), at=from_epoch_ms(row.at_ms), by=PersonId(row.by), file=row.file
        )
        for row in connection.execute(sa.select(_rows))
    }

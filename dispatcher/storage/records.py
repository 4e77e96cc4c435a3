"""Cases' records as the ledger keeps them: sealed by each case's data key, given in plain to whoever judges or sends.

The one place that reads `cases.body`. Promises: a record without an envelope is one that holds nothing personal (it
was erased) and stands in plain; where a seal was damaged the record is made again from the journal, without what is
personal, so that the work goes on. Functions over an open connection; Trouble when the centre's key is missing.
"""

import logging
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.case import Case
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CaseId, Revision
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.vault import BadSeal, Opened, Vault, is_sealed
from dispatcher.wire import NO_CALLER

COLUMNS: Final = (schema.cases.c.id, schema.cases.c.body, schema.cases.c.envelope)
"""What has to be read of a case to have its record."""

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_decode_case = msgspec.json.Decoder(Case).decode
_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode


class Record(NamedTuple):
    """A case's record and its caller, both as the JSON that goes on the wire; who may see them is not said here."""

    body: bytes
    caller: msgspec.Raw


def open_envelope(vault: Vault, case: CaseId, envelope: bytes | None) -> Opened | None:
    """Open an envelope; None where there is none, or none that can be opened: the work goes on without it."""
    if envelope is None:
        return None
    try:
        return vault.open(case, envelope)
    except BadSeal as error:
        log.error("case %s: %s", case, error)  # noqa: TRY400  (words, not a traceback)
        return None


def as_kept(vault: Vault, case: CaseId, opened: Opened | None, body: bytes) -> bytes:
    """Give a record as it is kept: sealed, in plain where the case has no envelope."""
    return body if opened is None else vault.seal_record(case, opened.key, body)


def body_of(connection: sa.Connection, vault: Vault, case: CaseId, opened: Opened | None, body: bytes) -> bytes:
    """Give a record in plain of what is kept; made again from the journal where nobody can open it."""
    if not is_sealed(body):
        return body
    if opened is not None:
        try:
            return vault.open_record(case, opened.key, body)
        except BadSeal as error:
            log.error("case %s: %s", case, error)  # noqa: TRY400  (words, not a traceback)
    return _encode(_made_again(connection, case))


def read(connection: sa.Connection, vault: Vault, case: CaseId, body: bytes, envelope: bytes | None) -> Record:
    """Give a case's record and caller in plain of what is kept."""
    found = open_envelope(vault, case, envelope)
    caller = NO_CALLER if found is None or found.caller is None else msgspec.Raw(found.caller)
    return Record(body_of(connection, vault, case, found, body), caller)


def case_of(connection: sa.Connection, vault: Vault, row: "sa.Row[*tuple[object, ...]]") -> Case:
    """Give the case of a row that has `COLUMNS`."""
    return _decode_case(read(connection, vault, CaseId(row.id), row.body, row.envelope).body)


def _made_again(connection: sa.Connection, case: CaseId) -> Case:
    journal = schema.journal
    statement = sa.select(journal.c.revision, journal.c.events).where(journal.c.case_id == case)
    entries = connection.execute(statement.order_by(journal.c.revision)).all()
    facts = tuple(fact for entry in entries for fact in _decode_events(entry.events))
    return replay(facts, Revision(entries[-1].revision))

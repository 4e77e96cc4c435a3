"""What departments owe: of each case, the summonses of open whistles whose unit still owes something.

Reads no more of a case than its whistles.
"""

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.whistle import Whistle
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import records
from dispatcher.storage.vault import Vault


class _Whistles(msgspec.Struct):
    whistles: tuple[Whistle, ...] = ()


_decode = msgspec.json.Decoder(_Whistles).decode


def owed_by(body: bytes | msgspec.Raw) -> tuple[UnitId, ...]:
    """Name the unit of every summons still owed in a case (a `Case` as JSON), a unit once for each."""
    return tuple(
        summons.unit
        for whistle in _decode(body).whistles
        if whistle.is_open
        for summons in whistle.summons
        if summons.is_owed
    )


def summoned_by(body: bytes | msgspec.Raw) -> tuple[UnitId, ...]:
    """Name every unit ever summoned to a case (a `Case` as JSON), each once."""
    return tuple({summons.unit: None for whistle in _decode(body).whistles for summons in whistle.summons})


def all_owed(connection: sa.Connection, vault: Vault) -> dict[CaseId, tuple[UnitId, ...]]:
    """Read what is owed on each case of the ledger that has anything owed."""
    cases = schema.cases
    summoned = sa.select(schema.case_units.c.case_id)
    statement = sa.select(*records.COLUMNS).where(cases.c.id.in_(summoned))
    with connection.execution_options(yield_per=500).execute(statement) as found:
        bodies = (
            (CaseId(row.id), records.read(connection, vault, CaseId(row.id), row.body, row.envelope).body)
            for row in found
        )
        owed = ((case, owed_by(body)) for case, body in bodies)
        return {case: units for case, units in owed if units}

"""The benchmark of the rates compares like with like: counts, records and the journal of its ledger agree."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.cases import sqlite_url
from benchmarks.rates import PERIOD, check, compare, directory, make
from dispatcher.assets import load_law
from dispatcher.models.ranking import Kind
from dispatcher.server.rates_door import tables_of
from dispatcher.storage.ledger import Ledger

CASES = 3000


def test_the_made_up_ledger_gives_the_same_by_counts_records_and_plain_sql(tmp_path: Path) -> None:
    units = directory()
    law = load_law(units=units)
    path = tmp_path / "ledger.db"
    make(path, CASES, units)
    ledger = Ledger.open(sqlite_url(path))
    try:
        check(ledger, law, CASES, units)
        tables = tables_of(ledger, law, PERIOD, (Kind.STREET, Kind.DEPARTMENT))
        assert sum(row.tally.received + row.before.received for table in tables for row in table.rows) == CASES
        compare(path, law, tables)
        (first, *others) = tables[0].rows
        tally = msgspec.structs.replace(first.tally, solved=first.tally.solved + 1)
        forged = (msgspec.structs.replace(first, tally=tally, rank=1), *others)
        with pytest.raises(RuntimeError, match="differ"):
            compare(path, law, (msgspec.structs.replace(tables[0], rows=forged), tables[1]))
    finally:
        ledger.close()

"""The benchmarks' own parts: what they measure must be what they say."""

from pathlib import Path

import msgspec
import pytest

from benchmarks import Result
from benchmarks.cases import DISPATCHER, fill, sqlite_url
from benchmarks.processes import percentile
from dispatcher.models.ids import Revision
from dispatcher.models.organisation import scope_of
from dispatcher.storage.ledger import Ledger

CASES = 40


def test_a_filled_ledger_holds_open_cases_of_every_depth_each_with_a_clock(tmp_path: Path) -> None:
    database = sqlite_url(tmp_path / "ledger.db")
    fill(database, CASES)
    ledger = Ledger.open(database)
    try:
        page = ledger.changes(scope_of(DISPATCHER), Revision(0), 10 * CASES)
    finally:
        ledger.close()
    rows = [row.row for row in page.rows]
    assert len(rows) == CASES
    assert all(row.is_open and row.clock is not None for row in rows)
    assert len({row.state for row in rows}) > 2
    assert any(msgspec.json.decode(row.caller) for row in page.rows)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51.0), (0.99, 100.0), (1.0, 100.0)])
def test_percentiles_never_flatter(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(1, 101)], share) == expected


@pytest.mark.window
def test_the_page_names_every_missed_bound() -> None:
    from benchmarks.__main__ import Found, page

    missed = Result("a start", 5.0, "s", 4.4, "≤ 4×", False)
    kept = Result("a sync", 2.0, "s", 0.5, "≥ 0.4×", True)
    written = page([Found("start", "About it.", [missed, kept], 3.0)], None)
    assert "- a start: **4.4×** (5 s), should be ≤ 4×." in written
    assert "- a sync" not in written
    assert "`python -m benchmarks.start`" in written

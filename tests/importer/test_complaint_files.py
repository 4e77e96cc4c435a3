"""The real complaint files go through the shipped profiles whole, with their traps counted."""

import collections
import datetime as dt
from pathlib import Path

import pytest

from dispatcher.importer.mapping import CLOSED_BEFORE_OPEN, DAY_ONLY, TIME_OF_IMPORT, Mapped, Mapping
from dispatcher.importer.profiles import detected
from dispatcher.importer.readers import Row, read_rows
from dispatcher.models.ids import UnitId

pytestmark = pytest.mark.shared_data

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("file", "profile", "rows", "closed", "mends"),
    [
        ("boston311_2015.csv.gz", "boston311", 58_219, 49_225, {CLOSED_BEFORE_OPEN: 84}),
        ("nyc311_2026.csv.gz", "nyc311_short", 60_000, 35_563, {}),
        ("nyc311_animals_full.csv.gz", "nyc311", 5_895, 2_464, {CLOSED_BEFORE_OPEN: 2}),
        ("nyc311_20181021_full.csv.gz", "nyc311", 6_765, 2_443, {}),
        ("zh_fuzhou12345_rivers.jsonl.gz", "fuzhou12345", 1_087, 0, {DAY_ONLY: 1_087}),
        ("zh_teddy_hot.jsonl.gz", "messages_zh", 2_917, 0, {}),
        ("zh_teddy_replies.jsonl.gz", "replies_zh", 2_288, 2_288, {}),
        ("zh_teddy_labelled_words.jsonl.gz", "labelled_words_zh", 8_596, 0, {TIME_OF_IMPORT: 8_596}),
        ("chicago311_open311_events.jsonl", "chicago311_open311", 50, 49, {}),
    ],
)
def test_a_complaint_file(shared_data: Path, file: str, profile: str, rows: int, closed: int, mends: dict[str, int]):
    made: Mapping | None = None
    counted: collections.Counter[str] = collections.Counter()
    for row in read_rows(shared_data / "dev" / file):
        assert isinstance(row, Row)
        if made is None:
            found = detected(list(row.cells))
            assert found.name == profile
            made = Mapping(found, (), UnitId("110105016"), NOW)
        mapped = made.map(row)
        assert isinstance(mapped, Mapped), mapped
        counted["rows"] += 1
        counted["closed"] += mapped.closed_at is not None
        counted.update(mapped.mends)
    assert counted["rows"] == rows
    assert counted["closed"] == closed
    assert {mend: counted[mend] for mend in mends} == mends

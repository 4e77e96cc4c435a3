"""`dispatcher admin office`: where stations are, and new keys."""

import datetime as dt
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.ids import UnitId
from dispatcher.storage.ledger import Ledger
from dispatcher.wire import OfficeStation

STREET = UnitId("110105016")


def test_stations_are_listed_and_keys_renewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'centre.db'}"
    ledger = Ledger.open(database)
    ledger.offices.make_secrets()
    before = ledger.offices.secret()
    ledger.offices.make_secrets()
    assert ledger.offices.secret() == before is not None
    now = dt.datetime.now(dt.UTC)
    ledger.offices.put_station(STREET, OfficeStation(station="aa", address="10.0.0.1:8346"), now)
    ledger.offices.put_station(STREET, OfficeStation(station="bb"), now - dt.timedelta(days=60))
    assert main(["admin", "--database", database, "office", "stations", STREET]) == 0
    assert capsys.readouterr().out.split() == ["aa", "10.0.0.1:8346"]
    assert main(["admin", "--database", database, "office", "stations", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert main(["admin", "--database", database, "office", "renew"]) == 0
    assert ledger.offices.secret() not in (before, None)
    ledger.close()

"""What the ledger keeps for offices, on SQLite and PostgreSQL."""

import datetime as dt

from dispatcher.models.commands import SignFor
from dispatcher.models.ids import CommandId, UnitId
from dispatcher.models.organisation import Role
from dispatcher.models.verdicts import Accepted, Refused
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.officekeeping import STATIONS_AT_MOST
from dispatcher.wire import OfficeStation
from tests.storage.city import DISPATCHER, LAW, NOW, act, actor, receive, sign


def test_one_secret_and_stations_by_street(ledger_url: str) -> None:
    ledger = Ledger.open(ledger_url)
    assert ledger.offices.secret() is None
    ledger.offices.make_secrets()
    secret = ledger.offices.secret()
    assert secret is not None
    assert len(secret) == 32
    ledger.offices.make_secrets()
    assert ledger.offices.secret() == secret
    ledger.offices.renew_secret()
    assert ledger.offices.secret() != secret

    here, there = UnitId("110105016"), UnitId("110105017")
    for number in range(STATIONS_AT_MOST + 5):
        station = OfficeStation(station=f"s{number:03d}", address=f"10.0.0.1:{number + 1}")
        ledger.offices.put_station(here, station, NOW + dt.timedelta(seconds=number))
    ledger.offices.put_station(there, OfficeStation(station="s000", address="10.9.0.1:1"), NOW)
    ledger.offices.put_station(here, OfficeStation(station="s104", address="10.0.0.9:9"), NOW + dt.timedelta(hours=1))
    found = ledger.offices.stations(here, NOW)
    assert len(found) == STATIONS_AT_MOST
    assert found[-1] == OfficeStation(station="s104", address="10.0.0.9:9")
    assert ledger.offices.stations(here, NOW + dt.timedelta(minutes=30)) == found[-1:]
    assert ledger.offices.stations(there, NOW) == (OfficeStation(station="s000", address="10.9.0.1:1"),)
    ledger.close()


def test_verdicts_are_given_to_the_unit_of_whoever_acted_and_to_the_one_that_has_the_case(ledger_url: str) -> None:
    ledger = Ledger.open(ledger_url)
    received = receive()
    ledger.judge([received], LAW, NOW)
    signed = sign(received[0].command.case)
    ledger.judge([signed], LAW, NOW)
    asked = (signed[0].id, received[0].id, CommandId("never"))
    settles = ledger.offices.verdicts(asked, DISPATCHER.unit)
    assert {settled.act for settled in settles} == {signed[0].id, received[0].id}
    assert all(isinstance(settled.verdict, Accepted) for settled in settles)
    assert ledger.offices.verdicts([CommandId("never")], DISPATCHER.unit) == ()
    ledger.close()


def test_who_has_a_copy_of_an_act_from_elsewhere_is_told_the_bare_verdict(ledger_url: str) -> None:
    ledger = Ledger.open(ledger_url)
    received = receive()
    ledger.judge([received], LAW, NOW)
    elsewhere = UnitId("110105099")
    moved = act(SignFor(case=received[0].command.case), actor("qian", elsewhere, Role.DISPATCHER))
    (outcome,) = ledger.judge([moved], LAW, NOW)
    assert isinstance(outcome.verdict, Refused)
    assert outcome.verdict.detail
    (there,) = ledger.offices.verdicts([moved[0].id], elsewhere)
    assert there.verdict == outcome.verdict
    (copied,) = ledger.offices.verdicts([moved[0].id], UnitId("110105098"))
    assert copied.verdict == Refused(reason=outcome.verdict.reason)
    ledger.close()

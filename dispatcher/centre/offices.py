"""`dispatcher admin office`: where a street's stations are, and new keys for all offices when a station is lost."""

import argparse
import datetime as dt
import sys

from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.ids import UnitId
from dispatcher.settings import AdminSettings


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    office = tasks.add_parser("office", help="what streets need to work without the centre")
    does = office.add_subparsers(dest="what", required=True, metavar="WHAT")
    stations = does.add_parser("stations", help="the stations of a street and where each would be the relay")
    stations.add_argument("unit", metavar="CODE", help="the street's code, e.g. 110105016")
    stations.set_defaults(do=_stations)
    renew = does.add_parser("renew", help="new keys for all offices: what a lost station knows is worthless then")
    renew.set_defaults(do=_renew)


def _stations(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    from dispatcher.server.offices import SEEN_WITHIN

    with opened(settings) as ledger:
        if UnitId(parsed.unit) not in {unit.id for unit in ledger.units()}:
            return failed(f"{parsed.unit}: no such unit in this centre's directory; give a code like 110105016", 2)
        for station in ledger.offices.stations(UnitId(parsed.unit), dt.datetime.now(dt.UTC) - SEEN_WITHIN):
            sys.stdout.write(f"{station.station}  {station.address or '-'}\n")
    return 0


def _renew(settings: AdminSettings, _parsed: argparse.Namespace) -> int:
    with opened(settings) as ledger:
        ledger.offices.renew_secret()
    sys.stdout.write(
        "本所密钥已更新；各工作站下次连上中心时取得 | Renewed; stations take the new keys when they next connect\n"
    )
    return 0

"""`dispatcher admin units`: the centre's directory listed, and streets, communities or departments added to it."""

import argparse
import sys
from pathlib import Path
from typing import Final

from dispatcher.assets import BadAsset, read_departments, read_units
from dispatcher.centre.accounts import by_whom
from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.organisation import UnitKind
from dispatcher.settings import AdminSettings
from dispatcher.sync.clock import SystemClock

_TABLES: Final = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY)


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    units = tasks.add_parser("units", help="list the directory of units, or add those of a file to it")
    units.add_argument("file", type=Path, nargs="?", metavar="FILE", help="code,name,name_en (CSV), or [[unit]] (TOML)")
    units.add_argument("--kind", choices=[kind.value for kind in _TABLES], default="street", help="what a CSV's are")
    units.set_defaults(do=_units)


def _units(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Add the units of a file, all or none; consoles come again for the directory within seconds."""
    file: Path | None = parsed.file
    with opened(settings) as ledger:
        known = ledger.units()
        if file is None:
            for unit in known:
                sys.stdout.write(f"{unit.id}\t{unit.kind.value}\t{unit.name}\t{unit.name_en}\n")
            return 0
        try:
            text = file.read_text("utf-8-sig")
            departments = file.suffix == ".toml"
            added = (
                read_departments(str(file), text, known)
                if departments
                else read_units(str(file), text, UnitKind(parsed.kind), known)
            )
        except BadAsset as error:
            return failed(error, 2)
        except (OSError, UnicodeDecodeError) as error:
            return failed(f"{file}: 无法读取 | it cannot be read ({error})", 2)
        ledger.put_units([*known, *added], by_whom(), SystemClock().now())
    sys.stdout.write(f"已加入 {len(added)} 个单位，共 {len(known) + len(added)} | {len(added)} units added\n")
    return 0

"""`dispatcher admin`: accounts and the duty roster."""

import argparse
import csv
import sys
from pathlib import Path

from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Role
from dispatcher.settings import AdminSettings
from dispatcher.sync.ports import Trouble


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    add = tasks.add_parser("add", help="make an account and print its password once")
    add.add_argument("new_person", metavar="PERSON", help="sign-in name")
    add.add_argument("--name", required=True, help="the person's name as others see it")
    add.add_argument("--unit", required=True, metavar="CODE", help="unit code, e.g. 110105016 or a department's")
    add.add_argument("--role", required=True, action="append", help="a role; may be given several times")
    add.set_defaults(do=_add)
    roster = tasks.add_parser("roster", help="read the duty roster in")
    roster.add_argument("file", type=Path, metavar="FILE.csv", help="the roster: unit, post, name, phone, from, to")
    roster.set_defaults(do=_import_roster)


def _add(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Make an account and print its password, this once; gives the exit status."""
    from dispatcher.server.identity import administer

    unknown = [role for role in parsed.role if role not in set(Role)]
    if unknown:
        return failed(f"--role {unknown[0]}: no such role; choose from {', '.join(Role)}", 2)
    with opened(settings) as ledger:
        if UnitId(parsed.unit) not in {known.id for known in ledger.units()}:
            return failed(
                f"--unit {parsed.unit}: no such unit in this centre's directory; give a code like 110105016", 2
            )
        person = PersonId(parsed.new_person)
        password = administer(ledger, person, parsed.name, UnitId(parsed.unit), [Role(role) for role in parsed.role])
    print(f"{person}: {password}")  # noqa: T201  the one time it is shown
    return 0


def _import_roster(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Put a duty roster in the place of the one before; lines that cannot be used are told and left out."""
    from dispatcher.models.roster import BadRoster, read_roster

    path: Path = parsed.file
    with opened(settings) as ledger:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                roster = read_roster(csv.DictReader(file), {unit.id for unit in ledger.units()})
            for fault in roster.faults:
                sys.stderr.write(f"{path.name}:{fault.line}: {fault.field} = {fault.value!r}: {fault.remedy}\n")
            if not roster.duties:
                return failed(f"{path}: no line of it can be used; the roster stays as it is")
            ledger.put_roster(roster)
        except (BadRoster, Trouble, OSError, UnicodeDecodeError) as error:
            return failed(f"{path}: {error}")
    sys.stdout.write(f"{path.name}: {len(roster.duties)} duties / {len(roster.faults)} lines left out\n")
    return 1 if roster.faults else 0

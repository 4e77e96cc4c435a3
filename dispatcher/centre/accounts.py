"""`dispatcher admin`: accounts, sessions, stations and the duty roster, in the ledger itself, a centre running or not.

Promises: a password, an otpauth URI and recovery codes are printed once and kept nowhere; every change is journaled
under the name of the operating system's account that made it. A running centre acts on it within seconds.
"""

import argparse
import csv
import datetime as dt
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.accounts import unfit_roles
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Role
from dispatcher.models.workcalendar import BEIJING
from dispatcher.settings import AdminSettings
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.clock import SystemClock


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    add = tasks.add_parser("add", help="make an account and print its password once")
    add.add_argument("new_person", metavar="PERSON", help="sign-in name")
    add.add_argument("--name", required=True, help="the person's name as others see it")
    add.add_argument("--unit", required=True, metavar="CODE", help="unit code, e.g. 110105016 or a department's")
    add.add_argument("--role", required=True, action="append", help="a role; may be given several times")
    add.set_defaults(do=_add)
    tasks.add_parser("list", help="list the accounts").set_defaults(do=_list)
    disable = tasks.add_parser("disable", help="an account may not sign in any more; its sessions end")
    disable.add_argument("account", metavar="PERSON")
    disable.add_argument("--reason", required=True, metavar="WORDS", help="why, for the record")
    disable.set_defaults(do=_disable)
    enable = tasks.add_parser("enable", help="a disabled account may sign in again")
    enable.add_argument("account", metavar="PERSON")
    enable.set_defaults(do=_enable)
    password = tasks.add_parser("password", help="make up another password and print it once; its sessions end")
    password.add_argument("account", metavar="PERSON")
    password.set_defaults(do=_renew_password)
    totp = tasks.add_parser("totp", help="ask for one-time codes; prints once what the authenticator needs")
    totp.add_argument("account", metavar="PERSON")
    totp.add_argument("--off", action="store_true", help="do not ask for codes any more")
    totp.set_defaults(do=_set_codes)
    sessions = tasks.add_parser("sessions", help="list the sessions of an account, or of all")
    sessions.add_argument("account", metavar="PERSON", nargs="?", default="")
    sessions.set_defaults(do=_list_sessions)
    end = tasks.add_parser("end-sessions", help="end an account's sessions; consoles are told within seconds")
    end.add_argument("account", metavar="PERSON")
    end.add_argument("--session", default="", metavar="ID", help="only this one, as `sessions` lists it")
    end.set_defaults(do=_end_sessions)
    stations = tasks.add_parser("stations", help="list the stations and when each was last in contact")
    stations.set_defaults(do=_list_stations)
    wipe = tasks.add_parser("wipe", help="have a lost station destroy its key and files at its next contact")
    wipe.add_argument("station", metavar="STATION", help="its id, as `stations` lists it")
    wipe.add_argument("--reason", required=True, metavar="WORDS", help="why; shown there and journaled")
    wipe.set_defaults(do=_wipe_station)
    roster = tasks.add_parser("roster", help="read the duty roster in")
    roster.add_argument("file", type=Path, metavar="FILE.csv", help="the roster: unit, post, name, phone, from, to")
    roster.set_defaults(do=_import_roster)


def _add(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Make an account, or an existing one anew, and print its password, this once; gives the exit status."""
    from dispatcher.server.credentials import made_up_password
    from dispatcher.server.identity import new_account

    person, unit, roles = parsed.new_person, parsed.unit, parsed.role
    unknown = [role for role in roles if role not in set(Role)]
    if unknown:
        return failed(f"--role {unknown[0]}: no such role; choose from {', '.join(Role)}", 2)
    held = frozenset(Role(role) for role in roles)
    unfit = unfit_roles(held, unit)
    if unfit:
        return failed(f"--role {unfit}", 2)

    def task(ledger: Ledger) -> int:
        if UnitId(unit) not in {known.id for known in ledger.units()}:
            return failed(f"--unit {unit}: no such unit in this centre's directory; give a code like 110105016", 2)
        password = made_up_password()
        account = new_account(PersonId(person), parsed.name, UnitId(unit), held, password)
        ledger.accounts.put(account, by_whom(), SystemClock().now())
        return _say(f"{person}: {password}")

    return _run(settings, task)


def _list(settings: AdminSettings, _parsed: argparse.Namespace) -> int:
    """Print every account: name, unit, roles, and what holds of it."""

    def task(ledger: Ledger) -> int:
        now = SystemClock().now()
        for account in ledger.accounts.all():
            marks = ["disabled"] if account.disabled_at else []
            marks += ["codes"] if account.totp_secret else []
            count = len(ledger.sessions.of(account.person, now))
            roles = ",".join(sorted(account.roles))
            _say("\t".join((account.person, account.name, account.unit, roles, f"{count} sessions", " ".join(marks))))
        return 0

    return _run(settings, task)


def _disable(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Keep somebody out; the sessions end with it."""
    return _allow(settings, parsed.account, allowed=False, reason=parsed.reason)


def _enable(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Let somebody in again."""
    return _allow(settings, parsed.account, allowed=True)


def _allow(settings: AdminSettings, person: str, *, allowed: bool, reason: str = "") -> int:

    def task(ledger: Ledger) -> int:
        ledger.accounts.allow(PersonId(person), allowed, reason, by_whom(), SystemClock().now())
        return _say(f"{person}: {'enabled' if allowed else 'disabled'}")

    return _run(settings, task)


def _renew_password(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Make up another password and print it, this once; all sessions of the person end."""
    from argon2 import PasswordHasher

    from dispatcher.server.credentials import made_up_password

    person = parsed.account

    def task(ledger: Ledger) -> int:
        password = made_up_password()
        ledger.accounts.set_password(PersonId(person), PasswordHasher().hash(password), by_whom(), SystemClock().now())
        return _say(f"{person}: {password}")

    return _run(settings, task)


def _set_codes(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Ask for one-time codes from now on and print, this once, what the authenticator needs; or stop asking."""
    from dispatcher.server.credentials import enrol, token_hash

    person = parsed.account

    def task(ledger: Ledger) -> int:
        now = SystemClock().now()
        if parsed.off:
            ledger.accounts.set_codes(PersonId(person), "", (), by_whom(), now)
            return _say(f"{person}: no codes")
        made = enrol(person)
        kept = tuple(token_hash(code) for code in made.recovery)
        ledger.accounts.set_codes(PersonId(person), made.secret, kept, by_whom(), now)
        _say(made.uri)
        for code in made.recovery:
            _say(f"recovery {code}")
        return 0

    return _run(settings, task)


def _list_sessions(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Print the sessions that have not ended, of one person or of everybody."""

    def task(ledger: Ledger) -> int:
        for session in ledger.sessions.of(PersonId(parsed.account), SystemClock().now()):
            since, until = (_shown(at) for at in (session.created_at, session.expires_at))
            _say("\t".join((session.id, session.person, since, until, session.address, session.station)))
        return 0

    return _run(settings, task)


def _end_sessions(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """End all of somebody's sessions, or one by its id; consoles are told within seconds."""

    def task(ledger: Ledger) -> int:
        person = PersonId(parsed.account)
        if ledger.accounts.get(person) is None:
            raise LookupError(person)
        count = ledger.sessions.end(person, by_whom(), SystemClock().now(), parsed.session)
        _say(f"{person}: {count} ended")
        return 0 if count else 1

    return _run(settings, task)


def _list_stations(settings: AdminSettings, _parsed: argparse.Namespace) -> int:
    """Print every station: its id, whose session was there last, from which address, when, and what becomes of it."""

    def task(ledger: Ledger) -> int:
        for station in ledger.stations.all():
            state = ""
            if station.wiped_at is not None:
                state = f"wiped {_shown(station.wiped_at)}"
            elif station.wipe_ordered_at is not None:
                state = f"to be wiped since {_shown(station.wipe_ordered_at)}: {station.wipe_reason}"
            _say("\t".join((station.station, station.person, station.address, _shown(station.seen_at), state)))
        return 0

    return _run(settings, task)


def _wipe_station(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Have a station destroy its key and files at its next contact."""

    def task(ledger: Ledger) -> int:
        ledger.stations.order_wipe(parsed.station, parsed.reason, by_whom(), SystemClock().now())
        return _say(f"{parsed.station}: to be wiped at its next contact")

    return _run(settings, task)


def _import_roster(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Put a duty roster in the place of the one before; lines that cannot be used are told and left out."""
    from dispatcher.models.roster import BadRoster, read_roster

    path: Path = parsed.file

    def task(ledger: Ledger) -> int:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                roster = read_roster(csv.DictReader(file), {unit.id for unit in ledger.units()})
        except (BadRoster, OSError, UnicodeDecodeError) as error:
            return failed(f"{path}: {error}")
        for fault in roster.faults:
            sys.stderr.write(f"{path.name}:{fault.line}: {fault.field} = {fault.value!r}: {fault.remedy}\n")
        if not roster.duties:
            return failed(f"{path}: no line of it can be used; the roster stays as it is")
        ledger.put_roster(roster)
        _say(f"{path.name}: {len(roster.duties)} duties / {len(roster.faults)} lines left out")
        return 1 if roster.faults else 0

    return _run(settings, task)


def _run(settings: AdminSettings, task: Callable[[Ledger], int]) -> int:
    try:
        with opened(settings) as ledger:
            return task(ledger)
    except LookupError as unknown:
        return failed(
            f"{unknown.args[0]}: 没有这个账号或工作站，用 admin list 或 admin stations 查看"
            " | there is no such account or station; see admin list or admin stations",
            2,
        )


def by_whom() -> PersonId:
    """Name who does it: the administrator at the machine, by the operating system's account."""
    return PersonId(f"admin:{getpass.getuser()}")


def _shown(instant: dt.datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _say(line: str) -> int:
    sys.stdout.write(f"{line}\n")
    return 0

"""The administrator's tasks on accounts, sessions and stations, in the ledger itself, while the centre runs or not.

Promises: a password, an otpauth URI and recovery codes are printed once and kept nowhere; every change is journaled
under the name of the operating system's account that made it. A running centre acts on it within seconds.
"""

import contextlib
import csv
import datetime as dt
import getpass
import sys
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from dispatcher.assets import load_organisation
from dispatcher.models.accounts import unfit_roles
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Role
from dispatcher.models.workcalendar import BEIJING
from dispatcher.settings import AdminSettings
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.ports import Trouble

Task = Callable[[Ledger], int]


def add_account(settings: AdminSettings, person: str, name: str, unit: str, roles: Sequence[str]) -> int:
    """Make an account, or an existing one anew, and print its password, this once; gives the exit status."""
    from dispatcher.server.credentials import made_up_password
    from dispatcher.server.identity import new_account

    unknown = [role for role in roles if role not in set(Role)]
    if unknown:
        return _failed(f"--role {unknown[0]}: no such role; choose from {', '.join(Role)}", 2)
    held = frozenset(Role(role) for role in roles)
    unfit = unfit_roles(held)
    if unfit:
        return _failed(f"--role {unfit}", 2)

    def task(ledger: Ledger) -> int:
        if UnitId(unit) not in {known.id for known in ledger.units()}:
            return _failed(f"--unit {unit}: no such unit in this centre's directory; give a code like 110105016", 2)
        password = made_up_password()
        account = new_account(PersonId(person), name, UnitId(unit), held, password)
        ledger.accounts.put(account, _by(), SystemClock().now())
        return _say(f"{person}: {password}")

    return _run(settings, task)


def list_accounts(settings: AdminSettings) -> int:
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


def allow_account(settings: AdminSettings, person: str, *, allowed: bool, reason: str = "") -> int:
    """Disable or enable an account; its sessions end with it."""

    def task(ledger: Ledger) -> int:
        ledger.accounts.allow(PersonId(person), allowed, reason, _by(), SystemClock().now())
        return _say(f"{person}: {'enabled' if allowed else 'disabled'}")

    return _run(settings, task)


def renew_password(settings: AdminSettings, person: str) -> int:
    """Make up another password and print it, this once; all sessions of the person end."""
    from argon2 import PasswordHasher

    from dispatcher.server.credentials import made_up_password

    def task(ledger: Ledger) -> int:
        password = made_up_password()
        ledger.accounts.set_password(PersonId(person), PasswordHasher().hash(password), _by(), SystemClock().now())
        return _say(f"{person}: {password}")

    return _run(settings, task)


def set_codes(settings: AdminSettings, person: str, *, on: bool) -> int:
    """Ask for one-time codes from now on and print, this once, what the authenticator needs; or stop asking."""
    from dispatcher.server.credentials import enrol, token_hash

    def task(ledger: Ledger) -> int:
        now = SystemClock().now()
        if not on:
            ledger.accounts.set_codes(PersonId(person), "", (), _by(), now)
            return _say(f"{person}: no codes")
        made = enrol(person)
        kept = tuple(token_hash(code) for code in made.recovery)
        ledger.accounts.set_codes(PersonId(person), made.secret, kept, _by(), now)
        _say(made.uri)
        for code in made.recovery:
            _say(f"recovery {code}")
        return 0

    return _run(settings, task)


def list_sessions(settings: AdminSettings, person: str) -> int:
    """Print the sessions that have not ended, of one person or of everybody."""

    def task(ledger: Ledger) -> int:
        for session in ledger.sessions.of(PersonId(person), SystemClock().now()):
            since, until = (_shown(at) for at in (session.created_at, session.expires_at))
            _say("\t".join((session.id, session.person, since, until, session.address, session.station)))
        return 0

    return _run(settings, task)


def end_sessions(settings: AdminSettings, person: str, session: str) -> int:
    """End all of somebody's sessions, or one by its id; consoles are told within seconds."""

    def task(ledger: Ledger) -> int:
        if ledger.accounts.get(PersonId(person)) is None:
            raise LookupError(person)
        count = ledger.sessions.end(PersonId(person), _by(), SystemClock().now(), session)
        _say(f"{person}: {count} ended")
        return 0 if count else 1

    return _run(settings, task)


def list_stations(settings: AdminSettings) -> int:
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


def wipe_station(settings: AdminSettings, station: str, reason: str) -> int:
    """Have a station destroy its key and files at its next contact."""

    def task(ledger: Ledger) -> int:
        ledger.stations.order_wipe(station, reason, _by(), SystemClock().now())
        return _say(f"{station}: to be wiped at its next contact")

    return _run(settings, task)


def import_roster(settings: AdminSettings, path: Path) -> int:
    """Put a duty roster in the place of the one before; lines that cannot be used are told and left out."""
    from dispatcher.models.roster import BadRoster, read_roster

    def task(ledger: Ledger) -> int:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                roster = read_roster(csv.DictReader(file), {unit.id for unit in ledger.units()})
        except (BadRoster, OSError, UnicodeDecodeError) as error:
            return _failed(f"{path}: {error}")
        for fault in roster.faults:
            sys.stderr.write(f"{path.name}:{fault.line}: {fault.field} = {fault.value!r}: {fault.remedy}\n")
        if not roster.duties:
            return _failed(f"{path}: no line of it can be used; the roster stays as it is")
        ledger.put_roster(roster)
        _say(f"{path.name}: {len(roster.duties)} duties / {len(roster.faults)} lines left out")
        return 1 if roster.faults else 0

    return _run(settings, task)


def _run(settings: AdminSettings, task: Task) -> int:
    try:
        with _ledger(settings) as ledger:
            return task(ledger)
    except LookupError as unknown:
        return _failed(
            f"{unknown.args[0]}: 没有这个账号或工作站，用 admin list 或 admin stations 查看"
            " | there is no such account or station; see admin list or admin stations",
            2,
        )
    except Trouble as trouble:
        return _failed(trouble)


@contextlib.contextmanager
def _ledger(settings: AdminSettings) -> Generator[Ledger]:
    from dispatcher.centre.serving import make_folder
    from dispatcher.server.main import Seed, open_ledger

    make_folder(settings.database)
    ledger = open_ledger(settings.database, SystemClock(), Seed(units=load_organisation()))
    try:
        yield ledger
    finally:
        ledger.close()


def _by() -> PersonId:
    """Name who does it: the administrator at the machine, by the operating system's account."""
    return PersonId(f"admin:{getpass.getuser()}")


def _shown(instant: dt.datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _say(line: str) -> int:
    sys.stdout.write(f"{line}\n")
    return 0


def _failed(error: object, status: int = 1) -> int:
    sys.stderr.write(f"dispatcher: {error}\n")
    return status

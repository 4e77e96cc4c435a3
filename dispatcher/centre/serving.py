"""The centre itself, and the import into it."""

import asyncio
import datetime as dt
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dispatcher.assets import CITY, BadAsset, load_law, load_organisation
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.settings import AdminSettings, ImportSettings, LawSettings, Reaching, ServerSettings
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.ports import Trouble

if TYPE_CHECKING:
    import ssl

    from dispatcher.storage.ledger import Ledger


def run_server(settings: ServerSettings) -> int:
    """Run the centre until it is told to stop; gives the exit status."""
    from dispatcher.server.listening import Tls
    from dispatcher.server.main import run
    from dispatcher.server.opening import Seed
    from dispatcher.server.workers import can_share

    if settings.workers > 1 and urlsplit(settings.database).scheme == "sqlite":
        return failed(
            f"workers = {settings.workers}: SQLite 账本只能由一个进程使用；改用 --workers 1，或换成 PostgreSQL 账本"
            " | a SQLite ledger is for one process; take --workers 1, or --database postgresql://user@host/name",
            2,
        )
    if settings.workers > 1 and not can_share():
        return failed(
            f"workers = {settings.workers}: 此系统上多个进程不能共用一个端口；改用 --workers 1"
            " | processes cannot share a port on this system; take --workers 1",
            2,
        )
    try:
        units = load_organisation()
        law = load_law(settings.policy, units)
    except BadAsset as error:
        return failed(error)
    make_folder(settings.database)
    tls = None if settings.certificate is None or settings.key is None else Tls(settings.certificate, settings.key)
    return run(
        settings.database,
        law,
        SystemClock(),
        host=settings.host,
        port=settings.port,
        seed=Seed(units=units),
        keys=settings.keys,
        keep_days=settings.keep_days,
        workers=settings.workers,
        tls=tls,
    )


def run_import(settings: ImportSettings, path: Path) -> int:
    """Bring a file in and say what became of its rows; gives 0 when every row was answered."""
    from dispatcher.importer.profiles import BadProfile, named
    from dispatcher.importer.readers import UnreadableFile
    from dispatcher.importer.upload import Tally, upload
    from dispatcher.transport.doors import Intake, sign_in

    rejected_to = Path(settings.rejected) if settings.rejected else path.with_name(f"{path.name}.rejected.csv")

    async def bring() -> Tally:
        tls = trust_of(settings)
        token = await sign_in(settings.centre, PersonId(settings.person), password_of(settings), tls)
        async with Intake(settings.centre, token, tls) as intake:
            return await upload(
                path,
                intake,
                profile=named(settings.profile) if settings.profile else None,
                units=load_organisation(),
                default_holder=UnitId(settings.street),
                now=dt.datetime.now(dt.UTC),
                rejected_to=rejected_to,
                progress=_show if sys.stderr.isatty() else lambda tally: None,
            )

    try:
        tally = asyncio.run(bring())
    except (UnreadableFile, BadProfile, LookupError, Trouble, BadAsset, OSError) as error:
        return failed(error)
    say = sys.stdout.write
    say(f"profile {tally.profile}\n")
    say(
        f"read {tally.read} / accepted {tally.accepted} / already there {tally.already_there}"
        f" / rejected {tally.rejected}\n"
    )
    for mend, count in tally.mends.most_common():
        say(f"  mended {count}: {mend}\n")
    if tally.rejected:
        say(f"rejected rows: {rejected_to}\n")
    if tally.failed:
        return failed(f"{tally.failed} rows could not be written at the centre; run the import again")
    return 0


def _show(tally: object) -> None:
    sys.stderr.write(f"\r{getattr(tally, 'read', 0)} rows")
    sys.stderr.flush()


def trust_of(settings: Reaching | AdminSettings) -> "ssl.SSLContext | None":
    """Give whom to trust at the centre's address, None where it is not encrypted; raises Trouble."""
    from dispatcher.transport.trust import trust

    if settings.centre.startswith("http:"):
        return None
    return trust(str(settings.authority or ""))


def password_of(settings: ImportSettings | LawSettings | AdminSettings) -> str:
    """Read the account's password from the file that was named, or ask for it; raises OSError."""
    if settings.password_file:
        return Path(settings.password_file).read_text("utf-8").strip()
    return getpass.getpass(f"{settings.person}@{settings.centre}: ")


def administrator(ledger: "Ledger", person: PersonId) -> Actor:
    """Give who acts on a ledger directly: whoever can write the database is its administrator."""
    account = ledger.accounts.get(person)
    return Actor(
        person=person,
        name=account.name if account else "",
        unit=account.unit if account else CITY,
        roles=frozenset({Role.ADMINISTRATOR}),
    )


def make_folder(database: str) -> None:
    """Make the folder of the default database; a folder the user named must be there already."""
    if urlsplit(database).scheme == "sqlite":
        Path(database.removeprefix("sqlite:///")).absolute().parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def failed(error: object, status: int = 1) -> int:
    """Say what went wrong on standard error; gives the exit status."""
    sys.stderr.write(f"dispatcher: {error}\n")
    return status

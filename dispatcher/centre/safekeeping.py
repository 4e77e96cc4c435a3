"""`dispatcher admin`: backups taken while the centre works, and put back into an empty database."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from dispatcher.centre.admin import Tasks
from dispatcher.settings import AdminSettings


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    backup = tasks.add_parser("backup", help="write everything to one file, while the centre runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="where to; an existing file is not overwritten")
    backup.set_defaults(do=_backup)
    restore = tasks.add_parser("restore", help="put a backup into the database, which must be empty")
    restore.add_argument("file", type=Path, metavar="FILE", help="the backup")
    restore.set_defaults(do=_restore)


def _backup(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    from dispatcher.storage import backup

    preface, ending = backup.take(settings.database, parsed.file, dt.datetime.now(dt.UTC))
    remember(settings, preface.ledger, "backup", preface.taken_at, parsed.file)
    keys = ", ".join(map(str, preface.key_versions))
    size_mb = parsed.file.stat().st_size / 1e6
    sys.stdout.write(
        f"{parsed.file}: 修订 {preface.head}，{ending.counts['cases']} 件案件，{size_mb:.1f} MB；"
        f"不含密钥，须另行保管密钥 {keys}"
        f" | revision {preface.head}, {ending.counts['cases']} cases, {size_mb:.1f} MB;"
        f" without the keys, keep key {keys} apart\n"
    )
    return 0


def remember(settings: AdminSettings, ledger: str, done: str, at: dt.datetime, file: Path) -> bool:
    """Have the ledger remember a precaution by its name (`storage.precautions`); says so where it cannot."""
    from dispatcher.centre.accounts import by_whom
    from dispatcher.storage.precautions import Precaution, Taken, note

    noted = note(settings.database, ledger, Taken(precaution=Precaution(done), at=at, by=by_whom(), file=file.name))
    if not noted:
        sys.stderr.write(
            f"{file.name}: 账本未能记下这一次，其余无碍 | the ledger could not note it down, all else is done\n"
        )
    return noted


def _restore(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    from dispatcher.storage import backup
    from dispatcher.storage.keyring import Keyring

    preface = backup.restore(parsed.file, settings.database, dt.datetime.now(dt.UTC))
    sys.stdout.write(
        f"已恢复至修订 {preface.head}（{preface.taken_at.isoformat(timespec='seconds')}）"
        f" | restored up to revision {preface.head} ({preface.taken_at.isoformat(timespec='seconds')})\n"
    )
    keyring = Keyring(settings.keys)
    for version in sorted(set(preface.key_versions) - set(keyring.versions())):
        sys.stdout.write(
            f"启动前放回密钥 {keyring.path(version)} | put the key {keyring.path(version)} back before the start\n"
        )
    return 0

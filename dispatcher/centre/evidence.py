"""`dispatcher admin`: the journal proved, and anchors of it taken out (docs/evidence.md)."""

import argparse
import contextlib
import datetime as dt
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dispatcher.centre.admin import Tasks
from dispatcher.centre.safekeeping import remember
from dispatcher.settings import AdminSettings
from dispatcher.sync.ports import Trouble

if TYPE_CHECKING:
    from dispatcher.storage.proving import Anchor, Finding, Proof

_FAULTS = {
    "altered": "被改动 | altered",
    "missing": "缺失 | missing",
    "inserted": "被插入 | inserted",
    "moved": "次序被改 | moved",
    "head": "链头不符 | head differs",
    "case": "案件与日志不符 | the case does not follow from the journal",
    "seal": "密封内容无法开启 | what is sealed cannot be opened",
    "anchor": "与锚点不符 | differs from the anchor",
}


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    verify = tasks.add_parser("verify", help="prove the journal and what is kept beside it, without a running centre")
    verify.add_argument("--from", dest="backup", type=Path, metavar="BACKUP", help="a backup, not the database")
    verify.add_argument(
        "--anchor", type=Path, action="append", default=[], metavar="FILE", help="an anchor; may be given several times"
    )
    verify.set_defaults(do=_verify)
    anchor = tasks.add_parser("anchor", help="write the newest link of the journal's chain to a file, to be kept apart")
    anchor.add_argument("file", type=Path, metavar="FILE", help="where to; an existing file is not overwritten")
    anchor.set_defaults(do=_anchor)


def _verify(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Prove a ledger; gives 0 when nothing is wrong, else 1."""
    from dispatcher.storage.adopting import vault_for
    from dispatcher.storage.centre import snapshot
    from dispatcher.storage.proving import prove

    anchors = [_read_anchor(file) for file in parsed.anchor]
    with _database_of(settings, parsed.backup) as url, snapshot(url) as connection:
        vault = vault_for(connection, settings.keys)
        proof = prove(connection, vault, anchors)
    _tell(proof)
    if parsed.backup is not None and proof.holds:
        remember(settings, proof.ledger, "proof", dt.datetime.now(dt.UTC), parsed.backup)
    return 0 if proof.holds else 1


def _anchor(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Write an anchor of the ledger as it stands."""
    from dispatcher.storage import proving
    from dispatcher.storage.centre import snapshot

    file: Path = parsed.file
    with snapshot(settings.database) as connection:
        found = proving.anchor(connection, dt.datetime.now(dt.UTC))
    try:
        with file.open("xb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    except OSError as error:
        raise Trouble(f"{file}: 无法写入锚点。 | The anchor cannot be written. ({error})") from error
    remember(settings, found.ledger, "anchor", found.at, file)
    sys.stdout.write(
        f"{file}: 修订 {found.revision}，第 {found.place} 环，{found.hash}"
        f" | revision {found.revision}, link {found.place}, {found.hash}\n"
    )
    return 0


@contextlib.contextmanager
def _database_of(settings: AdminSettings, backup: Path | None) -> Generator[str]:
    from dispatcher.storage.backup import unpacked

    if backup is None:
        yield settings.database
        return
    with unpacked(backup, dt.datetime.now(dt.UTC)) as (_, url):
        yield url


def _read_anchor(file: Path) -> "Anchor":
    from dispatcher.storage.proving import Anchor

    try:
        return msgspec.json.decode(file.read_bytes(), type=Anchor)
    except OSError as error:
        raise Trouble(f"{file}: 无法读取锚点。 | The anchor cannot be read. ({error})") from error
    except msgspec.DecodeError as error:
        raise Trouble(f"{file}: 不是锚点文件。 | It is no anchor. ({error})") from error


def _tell(proof: "Proof") -> None:
    say = sys.stdout.write
    say(
        f"账本 {proof.ledger}，修订 {proof.head}，{proof.links} 环，{proof.cases} 件案件，锚点 {proof.anchors} 个"
        f" | ledger {proof.ledger}, revision {proof.head}, {proof.links} links, {proof.cases} cases,"
        f" {proof.anchors} anchors\n"
    )
    if not proof.with_keys:
        say("未用密钥：个人信息未比对 | without keys: what is personal was not compared\n")
    for finding in proof.findings:
        say(f"{_words(finding)}\n")
    if proof.more:
        say(f"另有 {proof.more} 处 | and {proof.more} more\n")
    say("成立，未发现改动 | it holds, nothing was altered\n" if proof.holds else "不成立 | it does not hold\n")


def _words(finding: "Finding") -> str:
    where = [f"环 link {finding.place}"] if finding.place else []
    where += [f"修订 revision {finding.revision}"] if finding.revision else []
    where += [f"操作 act {finding.act}"] if finding.act else []
    where += [f"案件 case {finding.case}"] if finding.case else []
    return f"{', '.join(where)}: {_FAULTS[finding.fault]}{': ' + finding.differs if finding.differs else ''}"

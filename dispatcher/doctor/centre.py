"""A centre looked at on its own machine: its database, keys, journal, backups, certificate, and what waits for people.

Reads one moment of the ledger and changes nothing, whether a centre runs on it or not.
"""

import datetime as dt
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Final
from urllib.parse import urlsplit

import msgspec

from dispatcher.doctor.findings import Finding, Typing, attention, fault, said, unseen, well
from dispatcher.doctor.machine import ago, can_enter, examine_directory, examine_private_file, examine_space
from dispatcher.server.certificate import WARN_BEFORE, check
from dispatcher.setting_values import without_password
from dispatcher.settings import DoctorSettings, ServerSettings
from dispatcher.storage import backup
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.ledger_examining import SCHEMA, LedgerSigns, Looked, looked
from dispatcher.storage.precautions import Precaution
from dispatcher.storage.proving import Anchor
from dispatcher.sync.clock import WRONG_BEYOND_S, CentreTime
from dispatcher.sync.ports import Clock, StoreDamaged, Trouble
from dispatcher.transport import reaching
from dispatcher.transport.trust import trust_own

FRESH: Final = dt.timedelta(days=2)
"""A newest backup or anchor older than this is told: one a day is what docs/operations.md asks for."""
SILENT: Final = dt.timedelta(days=7)
"""A station not heard of for so long is told: it may be lost, and nobody there can sign in without the centre."""
LATE: Final = dt.timedelta(minutes=1)
_NAMED: Final = 5
_PRECAUTIONS: Final = {
    Precaution.BACKUP: ("备份", "backup", "--backups"),
    Precaution.ANCHOR: ("锚点", "anchor", "--anchors"),
}
_UPGRADE: Final = "pip install --upgrade ."


class CentreExamined:
    """One centre, by its settings and what the doctor was told to look at beside it."""

    def __init__(self, settings: ServerSettings, beside: DoctorSettings, clock: Clock, typed: Typing) -> None:
        self._settings = settings
        self._beside = beside
        self._clock = clock
        self._now = clock.now()
        self._typed = typed
        self._shown = without_password(settings.database)

    def machine(self) -> Iterator[Finding]:
        """Look at directories and disks."""
        settings = self._settings
        yield from examine_directory("keys.directory", settings.keys)
        if urlsplit(settings.database).scheme == "sqlite":
            file = Path(settings.database.removeprefix("sqlite:///")).absolute()
            yield from examine_directory("database.directory", file.parent, private=False)
            yield from examine_space("disk.database", file)
            if can_enter(file.parent) and file.parent.is_dir() and stat.S_IMODE(file.parent.stat().st_mode) & 0o077:
                yield from examine_private_file("database.file", file)
        yield from examine_space("disk.temporary", Path(tempfile.gettempdir()))

    def certificate(self) -> Iterator[Finding]:
        """Look at the pair of files behind https."""
        certificate, key = self._settings.certificate, self._settings.key
        if certificate is None or key is None:
            yield well(
                "certificate", "不用证书：只在本机监听，或在代理之后 | none: it listens here alone, or behind a proxy"
            )
            return
        renew = f"dispatcher admin certificates {quote(str(certificate.parent))} --host NAME"
        yield from examine_private_file("certificate.key", key)
        try:
            ends = check(certificate, key)
        except Trouble as trouble:
            yield fault("certificate", str(trouble), renew)
            return
        left = ends - self._now
        if left <= dt.timedelta():
            yield fault("certificate", f"证书已于 {ends:%F} 到期 | the certificate ended on {ends:%F}", renew)
        elif left <= WARN_BEFORE:
            days = left.days
            yield attention("certificate", f"证书 {days} 天后到期 | the certificate ends in {days} days", renew)
        else:
            yield well("certificate", f"证书有效至 {ends:%F} | the certificate holds until {ends:%F}")

    def database(self) -> Iterator[Finding]:
        """Look at the ledger and all that it says."""
        try:
            with looked(self._settings.database) as ledger:
                yield from self._ledger(ledger)
        except Trouble as trouble:
            yield fault("database", str(trouble), self._to_reach(trouble))

    # Within.

    def _ledger(self, ledger: Looked) -> Iterator[Finding]:
        yield well("database", f"数据库可连接：{self._shown} | the database answers: {self._shown}")
        start = self._typed.start()
        if ledger.version is None:
            yield fault("database.schema", "数据库中没有账本 | there is no ledger in the database", start)
            return
        if ledger.version != SCHEMA:
            yield self._other_schema(ledger.version, start)
            return
        yield well("database.schema", f"数据库版本 {SCHEMA} | schema {SCHEMA}")
        try:
            ledger.check_pages()
        except StoreDamaged as damaged:
            yield fault("database.pages", str(damaged), self._typed.admin("restore", "FILE.backup"))
        yield from self._keys(ledger)
        signs = ledger.signs(self._now - SILENT)
        yield from self._journal(ledger, signs)
        yield from self._backups(signs)
        yield from self._anchors(ledger, signs)
        yield from self._at_work(ledger, signs, start)
        yield self._clocks(ledger, signs)
        yield from self._waiting(signs)

    def _other_schema(self, found: str, start: str) -> Finding:
        check_ = "database.schema"
        if found < SCHEMA:
            return attention(
                check_,
                f"数据库版本为 {found}，本程序为 {SCHEMA}；先备份，再启动一次中心即升级"
                f" | schema {found}, this program's is {SCHEMA}; back up, and the centre's start migrates it",
                start,
            )
        return fault(
            check_,
            f"数据库由更新版本的程序写成（{found}，本程序 {SCHEMA}）"
            f" | the database is of a newer program (schema {found}, this one knows {SCHEMA})",
            _UPGRADE,
        )

    def _keys(self, ledger: Looked) -> Iterator[Finding]:
        keyring, needed, there = Keyring(self._settings.keys), ledger.key_versions(), list[int]()
        try:
            there = keyring.versions()
            ledger.check_keys(keyring)
        except Trouble as trouble:
            wanted = keyring.path(next((each for each in needed if each not in there), needed[-1]))
            put_back = f"install -D -m 600 SAFE/{wanted.name} {quote(str(wanted))}"
            yield fault("keys", str(trouble), put_back)
            return
        shown = ", ".join(map(str, needed))
        yield well("keys", f"密钥齐全且正确：{shown} | the keys are there and right: {shown}")
        for version in needed:
            yield from examine_private_file("keys.file", keyring.path(version))
        if len(needed) > 1:
            rotate = self._typed.admin("rotate-keys")
            yield attention("keys.rotation", "换密钥没有做完 | a rotation of keys was broken off", rotate)

    def _journal(self, ledger: Looked, signs: LedgerSigns) -> Iterator[Finding]:
        proof = ledger.prove_newest(self._beside.newest)
        if proof.findings:
            first = proof.findings[0]
            where = f"{first.fault.value}, link {first.place}, revision {first.revision}"
            verify = self._typed.admin("verify")
            yield fault("journal", f"日志链不成立：{where} | the journal's chain does not hold: {where}", verify)
            return
        yield well(
            "journal",
            f"日志最新 {proof.links} 环成立（共 {signs.links} 环，修订 {signs.head}）"
            f" | the newest {proof.links} links of the journal hold ({signs.links} in all, revision {signs.head})",
        )

    def _backups(self, signs: LedgerSigns) -> Iterator[Finding]:
        check_ = "backup"
        folder = self._beside.backups
        make = self._typed.admin("backup", str((folder or Path()) / f"centre-{self._now:%F}.backup"))
        yield from self._proof(signs)
        if folder is None:
            yield self._remembered(check_, signs, Precaution.BACKUP, make)
            return
        found: list[backup.Preface] = []
        for file in _newest(folder, "*.backup"):
            try:
                found.append(backup.preface_of(file))
            except Trouble as trouble:
                yield fault(check_, str(trouble), make)
        ours = [preface.taken_at for preface in found if preface.ledger == signs.ledger]
        if not ours:
            yield attention(check_, f"{folder}：没有本账本的备份 | there is no backup of this ledger", make)
        else:
            yield self._aged(check_, "最近一次备份", "the last backup", max(ours), make)

    def _proof(self, signs: LedgerSigns) -> Iterator[Finding]:
        proof = signs.precautions.get(Precaution.PROOF)
        if proof is not None:
            zh, en = ago(proof.at, self._now)
            yield well(
                "backup.proof",
                f"最近一次验证备份：{proof.file}，{zh}前 | a backup was last proved {en} ago: {proof.file}",
            )

    def _remembered(self, check_: str, signs: LedgerSigns, precaution: Precaution, make: str) -> Finding:
        """Tell what the ledger remembers, where no directory was named to look for files."""
        zh, en, flag = _PRECAUTIONS[precaution]
        taken = signs.precautions.get(precaution)
        if taken is None:
            return unseen(
                check_,
                f"账本没有记下过{zh}；用 {flag} DIR 指明目录 | the ledger remembers no {en}; name them with {flag} DIR",
            )
        return self._aged(check_, f"最近一次{zh}（{taken.file}）", f"the last {en} ({taken.file})", taken.at, make)

    def _anchors(self, ledger: Looked, signs: LedgerSigns) -> Iterator[Finding]:
        check_ = "anchor"
        folder = self._beside.anchors
        make = self._typed.admin("anchor", str((folder or Path()) / f"{self._now:%F}.anchor"))
        if folder is None:
            yield self._remembered(check_, signs, Precaution.ANCHOR, make)
            return
        pins: list[Anchor] = []
        for file in _newest(folder, "*.anchor"):
            try:
                pins.append(msgspec.json.decode(file.read_bytes(), type=Anchor))
            except (OSError, msgspec.DecodeError):
                yield fault(check_, f"{file}：不是可读的锚点 | it is no anchor that can be read", make)
        if not pins:
            yield attention(check_, f"{folder}：没有锚点 | there is no anchor", make)
            return
        newest = max(pins, key=lambda pin: pin.at)
        if not ledger.is_anchored(newest):
            verify = self._typed.admin("verify", "--anchor", str(_newest(folder, "*.anchor")[0]))
            where = f"第 {newest.place} 环"
            yield fault(
                check_,
                f"日志与锚点不符（{where}） | the journal differs from the anchor (link {newest.place})",
                verify,
            )
            return
        yield self._aged(check_, "最近一个锚点", "the last anchor", newest.at, make)

    def _aged(self, check_: str, zh: str, en: str, at: dt.datetime, make: str) -> Finding:
        ago_zh, ago_en = ago(at, self._now)
        words = f"{zh}在 {ago_zh}前 | {en} is {ago_en} old"
        return attention(check_, words, make) if self._now - at > FRESH else well(check_, words)

    def _at_work(self, ledger: Looked, signs: LedgerSigns, start: str) -> Iterator[Finding]:
        if not ledger.has_centre():
            yield attention("centre", "此数据库上没有中心在运行 | no centre runs on this database", start)
            return
        yield well("centre", "中心在运行，有进程值班 | a centre runs, and one is on duty")
        if self._settings.port:
            yield self._port(start, alone=ledger.is_file)
        if signs.timer_due is not None and self._now - signs.timer_due > LATE:
            zh, en = ago(signs.timer_due, self._now)
            yield fault(
                "centre.timers",
                f"到期的事已晚 {zh}没有办（催办阶梯、挂账到期）"
                f" | what has fallen due waits for {en} (ladder, ends of suspensions)",
                "sudo systemctl restart dispatcher-server",
            )

    def _port(self, start: str, *, alone: bool) -> Finding:
        settings = self._settings
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
        scheme = "http" if settings.certificate is None else "https"
        url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"
        try:
            tls = None if settings.certificate is None else trust_own(settings.certificate)
            met = reaching.ask(url, CentreTime(self._clock), tls)
        except Trouble as trouble:
            words = said(f"{url} 没有应答", f"{url} does not answer", trouble)
            # Of several machines on one ledger another one may be at work.
            return fault("centre.answer", words, start) if alone else attention("centre.answer", words, start)
        if met.trouble:
            return fault("centre.answer", said("不能受理", "it cannot judge acts", met.trouble), f"curl {url}/ready")
        ms, consoles = round(met.round_trip_s * 1000), met.health.consoles
        return well(
            "centre.answer",
            f"{url} 应答，{ms} 毫秒，{consoles} 个工作站在线 | {url} answers in {ms} ms, {consoles} consoles",
        )

    def _clocks(self, ledger: Looked, signs: LedgerSigns) -> Finding:
        set_right = "sudo timedatectl set-ntp true"
        asked = self._clock.now()
        shown = ledger.clock()
        if shown is not None:
            off_s = abs((shown - asked).total_seconds())
            words = f"与数据库的时钟相差 {off_s:.1f} 秒 | this clock and the database's are {off_s:.1f} s apart"
            return fault("clock", words, set_right) if off_s > WRONG_BEYOND_S else well("clock", words)
        ahead_s = 0.0 if signs.last_commit is None else (signs.last_commit - asked).total_seconds()
        if ahead_s > WRONG_BEYOND_S:
            back = dt.timedelta(seconds=round(ahead_s))
            return fault(
                "clock",
                f"本机时钟比日志最新一条慢 {back}：时钟被拨回过"
                f" | this machine's clock is {back} behind the newest entry of the journal: it was set back",
                set_right,
            )
        return well("clock", "时钟不早于日志 | the clock is not behind the journal")

    def _waiting(self, signs: LedgerSigns) -> Iterator[Finding]:
        if not signs.accounts:
            add = self._typed.admin("add", "admin", "--name", "管理员", "--unit", "110000")
            yield attention(
                "accounts", "还没有可用的账号 | there is no account that may sign in", f"{add} --role administrator"
            )
        for dead in signs.dead:
            zh, en = ago(dead.last_at, self._now)
            yield attention(
                "webhooks.dead",
                f"推送 {dead.webhook}：{dead.letters} 条未能送达，最近 {zh}前"
                f" | webhook {dead.webhook}: {dead.letters} notices could not be delivered, the last {en} ago",
                self._typed.admin("webhook", "again", dead.webhook),
            )
        for stuck in signs.stuck:
            zh, en = ago(stuck.since, self._now)
            yield attention(
                "webhooks.stuck",
                f"推送 {stuck.webhook}：{zh}没有应答，已试 {stuck.tries} 次"
                f" | webhook {stuck.webhook}: no answer for {en}, {stuck.tries} tries",
                self._typed.admin("webhook", "list"),
            )
        if signs.silent:
            names = ", ".join(signs.silent[:_NAMED]) + (" …" if len(signs.silent) > _NAMED else "")
            count, days = len(signs.silent), SILENT.days
            yield attention(
                "stations.silent",
                f"{count} 个工作站 {days} 天以上没有联系：{names}"
                f" | {count} stations have not been in contact for {days} days: {names}",
                self._typed.admin("stations"),
            )
        else:
            yield well(
                "stations", f"{signs.stations} 个工作站近期都有联系 | all {signs.stations} stations were in contact"
            )

    def _to_reach(self, trouble: Trouble) -> str:
        parts = urlsplit(self._settings.database)
        if parts.scheme != "sqlite":
            where = f" --host {parts.hostname}" if parts.hostname else ""
            return f"pg_isready{where} --port {parts.port or 5432}"
        if isinstance(trouble, StoreDamaged):
            return self._typed.admin("restore", "FILE.backup")
        return self._typed.start()


def _newest(folder: Path, pattern: str) -> list[Path]:
    """List a folder's newest files of a pattern, the newest first; older ones say nothing that matters."""
    files = [(file.stat().st_mtime, file) for file in folder.glob(pattern)] if folder.is_dir() else []
    return [file for _, file in sorted(files, reverse=True)[:3]]

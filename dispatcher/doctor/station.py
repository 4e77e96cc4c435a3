"""A station's files: key, badge, cache and outbox of each person who has signed in here. Nothing is moved or mended."""

import datetime as dt
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from typing import Final, NamedTuple, assert_never

from dispatcher.doctor.findings import Finding, Mark, Typing, attention, fault, said, unseen, well
from dispatcher.doctor.machine import ago, can_enter, examine_directory, examine_private_file, may
from dispatcher.entrance import STATIONS, station_home
from dispatcher.settings import ConsoleSettings, StationSettings
from dispatcher.storage import cache_examining
from dispatcher.storage.badge import Badge, BadgeFile
from dispatcher.storage.cache_files import CACHE_FILE, OUTBOX_FILE
from dispatcher.storage.key_stores import KEYRING, PASSPHRASE, key_store
from dispatcher.storage.keys import FILE, KEY_FILE, Key, KeyStore, kept_in
from dispatcher.sync.ports import Clock, StoreDamaged, Trouble

KEY_STORE_S: Final = 10.0
"""So long a keyring may take to answer; one that waits for a person to unlock it takes longer."""
WARN_BEFORE_WIPE: Final = dt.timedelta(days=7)
_FILES: Final = {
    CACHE_FILE: ("本地缓存", "the cache"),
    OUTBOX_FILE: ("待发送记录", "the outbox"),
}


def homes_of(settings: StationSettings) -> tuple[Path, ...]:
    """List the directories of the stations here: that of the person the settings name, or all."""
    if settings.person:
        return (station_home(settings.data, settings.centre, settings.person),)
    there = settings.data / STATIONS
    if not can_enter(settings.data) or not there.is_dir() or not may(there, os.R_OK | os.X_OK):
        return ()
    return tuple(sorted(home for home in there.iterdir() if home.is_dir()))


def examine_key_store(settings: StationSettings, typed: Typing) -> Iterator[Finding]:
    """Ask the store of keys that was chosen, where it can be asked without a station."""
    check = "key_store"
    if settings.key_store == KEYRING:
        try:
            answered(key_store(KEYRING, settings.data))
        except Trouble as trouble:
            yield fault(check, str(trouble), typed.start("--key-store", PASSPHRASE))
            return
        yield well(check, "系统密钥环可用 | the system's keyring answers")
    elif settings.key_store == PASSPHRASE:
        yield well(check, "密钥由本机口令保护 | keys are under this machine's passphrase")
    else:
        yield well(check, "密钥在文件中，只防拷走的缓存 | keys are in files, which protects a copied cache and no more")


class Home:
    """One person's station; `badge` is known once it has been examined, where the key could be had."""

    def __init__(self, home: Path, settings: StationSettings, clock: Clock, typed: Typing) -> None:
        self.home = home
        self.badge: Badge | None = None
        self._settings = settings
        self._now = clock.now()
        person = home.name.partition("@")[0]
        self._console = typed.start("--person", person)
        self._list = f"ls -l {quote(str(home))}"

    def examine(self) -> Iterator[Finding]:
        """Look at everything that lies here."""
        found = list(examine_directory("station.directory", self.home))
        yield from found
        if found[-1].mark in (Mark.FAULT, Mark.UNSEEN):
            return
        yield from examine_private_file("station.key_file", self.home / KEY_FILE)
        yield from self._set_aside()
        try:
            key = self._key()
        except Trouble as trouble:
            yield fault("station.key", str(trouble), self._console)
            return
        if isinstance(key, Finding):
            yield key
            return
        yield well("station.key", "本机密钥可取得 | the key of this station is at hand")
        try:
            yield from self._badge(key)
            yield from self._files(key)
        except Trouble as trouble:
            yield fault("station.files", str(trouble), self._list)

    def _key(self) -> Key | Finding:
        """Give the key from where it is kept, moving nothing; raises Trouble."""
        chosen = self._settings.key_store
        where = kept_in(self.home) or (FILE if (self.home / KEY_FILE).exists() else "")
        if where == PASSPHRASE or (not where and chosen == PASSPHRASE):
            if self._settings.passphrase_file is None:
                return unseen(
                    "station.key",
                    "密钥由口令保护；用 --passphrase-file 给出口令才能检查文件"
                    " | the key is under a passphrase; give it with --passphrase-file to have the files looked at",
                )
            given = self._settings.passphrase_file.read_text("utf-8").strip()
            key = key_store(PASSPHRASE, self.home, given).load()
        else:
            key = answered(key_store(where or chosen, self.home))
        if key is not None:
            return key
        if not any((self.home / name).exists() for name in _FILES):
            return unseen("station.key", "还没有密钥：尚未用过 | no key yet: not used so far")
        return fault(
            "station.key",
            "密钥丢失：现有文件无法读取；下次启动会另存它们并重新同步"
            " | the key is lost and the files cannot be read; the next start sets them aside and fills the cache anew",
            self._console,
        )

    def _badge(self, key: Key) -> Iterator[Finding]:
        badge = self.badge = BadgeFile(self.home, key).read(untouched=True)
        if badge is None or badge.contact_at is None:
            yield unseen("station.contact", "还没有登录记录 | no sign-in is on record")
            return
        zh, en = ago(badge.contact_at, self._now)
        said_ = f"上次联系中心：{zh}前 | last contact with the centre: {en} ago"
        age, settings = self._now - badge.contact_at, self._settings
        wiped_in = dt.timedelta(days=settings.wipe_after_days) - age
        if settings.wipe_after_days and wiped_in < WARN_BEFORE_WIPE:
            days = max(0, wiped_in.days)
            yield attention(
                "station.contact",
                f"上次联系中心是 {zh}前；{days} 天后本机数据将自动销毁"
                f" | last contact with the centre {en} ago; in {days} days this station wipes itself",
                self._console,
            )
        elif age > dt.timedelta(days=settings.offline_days):
            yield attention(
                "station.contact",
                f"上次联系中心是 {zh}前；离线登录（{settings.offline_days} 天）已过期"
                f" | last contact {en} ago; signing in without the centre ({settings.offline_days} days) is over",
                self._console,
            )
        else:
            yield well("station.contact", said_)

    def _files(self, key: Key) -> Iterator[Finding]:
        at_work = cache_examining.is_in_use(self.home)
        if at_work:
            yield well(
                "station.in_use",
                "调度台正在运行；以下在其旁只读检查 | a console runs; its files are read beside it, without a lock",
            )
        elif cache_examining.is_interrupted(self.home):
            yield attention(
                "station.interrupted",
                "上次写入被中断；下次启动会自动恢复，之前不查文件"
                " | the last write was cut off; the next start takes it back; until then the files are not examined",
                self._console,
            )
            return
        for name in (CACHE_FILE, OUTBOX_FILE):
            yield from self._file(self.home / name, key, beside=at_work)

    def _file(self, file: Path, key: Key, *, beside: bool) -> Iterator[Finding]:
        check = f"station.{file.stem}"
        zh, en = _FILES[file.name]
        if not file.exists():
            yield unseen(check, f"{zh}：还没有 | {en}: not there yet")
            return
        try:
            whole = cache_examining.beside(self.home, lambda: _read(file, key)) if beside else _read(file, key)
        except StoreDamaged as damaged:
            words = (
                said(f"{zh}损坏，下次启动会另存并重建", f"{en} is broken; the next start sets it aside", damaged)
                if file.name == CACHE_FILE
                else said(
                    f"{zh}损坏，未发送的操作须人工核对", f"{en} is broken; acts not sent must be checked", damaged
                )
            )
            yield fault(check, words, self._console)
            return
        except cache_examining.BeingWritten as busy:
            yield unseen(check, said(f"{zh}未查", f"{en} was not looked at", busy))
            return
        except Trouble as trouble:
            yield fault(check, str(trouble), self._list)
            return
        if cache_examining.is_newer(file, whole.version):
            yield fault(
                check,
                f"{zh}由更新版本的程序写成（{whole.version}） | {en} was written by a newer program ({whole.version})",
                "pip install --upgrade .",
            )
            return
        yield well(check, f"{zh}完好，版本 {whole.version} | {en} is whole, schema {whole.version}")
        match whole.signs:
            case cache_examining.CacheSigns():
                yield self._cache(whole.signs)
            case cache_examining.OutboxSigns():
                yield from self._outbox(whole.signs)
            case None:
                yield unseen(f"{check}.content", "下次启动时升级 | it is migrated at the next start")
            case _:
                assert_never(whole.signs)

    def _cache(self, signs: cache_examining.CacheSigns) -> Finding:
        check = "station.filling"
        if signs.unfinished is not None:
            mb = signs.unfinished.taken / 1e6
            return attention(
                check,
                f"缓存还没有取完（快照已取 {mb:.1f} MB）；启动后接着取"
                f" | the cache is not complete yet ({mb:.1f} MB of a snapshot are here); it goes on once started",
                self._console,
            )
        if signs.as_of is None:
            return unseen(check, "缓存为空：还没有同步过 | the cache is empty: never in step so far")
        zh, en = ago(signs.as_of, self._now)
        return well(
            check,
            f"{signs.cases} 件案件，截至 {zh}前，修订 {signs.cursor}"
            f" | {signs.cases} cases, as of {en} ago, revision {signs.cursor}",
        )

    def _outbox(self, signs: cache_examining.OutboxSigns) -> Iterator[Finding]:
        yield self._unsent(signs)
        if signs.waiting:
            yield attention(
                "station.waiting",
                f"{signs.waiting} 件操作等人处理（调度台 Ctrl+8）"
                f" | {signs.waiting} acts wait for a person (Ctrl+8 in the console)",
                self._console,
            )
        if signs.oldest_draft is not None:
            zh, en = ago(signs.oldest_draft, self._now)
            yield well(
                "station.drafts",
                f"{signs.drafts} 份草稿，最早 {zh}前 | {signs.drafts} drafts, the oldest of {en} ago",
            )

    def _unsent(self, signs: cache_examining.OutboxSigns) -> Finding:
        check = "station.unsent"
        if signs.oldest_unsent is None:
            return well(check, "没有未发送的操作 | no act waits to be sent")
        zh, en = ago(signs.oldest_unsent, self._now)
        words = f"{signs.unsent} 件操作未发送，最早 {zh}前 | {signs.unsent} acts not sent, the oldest of {en} ago"
        settings = self._settings if isinstance(self._settings, ConsoleSettings) else ConsoleSettings()
        minutes = (self._now - signs.oldest_unsent).total_seconds() / 60
        if minutes >= max(settings.unsent_warn, settings.unsent_alarm):
            return fault(check, words, self._console)
        return attention(check, words, self._console) if minutes >= settings.unsent_warn else well(check, words)

    def _set_aside(self) -> Iterator[Finding]:
        names = sorted(path.name for path in self.home.glob("*.damaged-*"))
        if names:
            yield attention(
                "station.set_aside",
                f"{len(names)} 个损坏文件已另存，最近 {names[-1]}；核对后移走"
                f" | {len(names)} broken files were set aside, {names[-1]} among them; move them away once checked",
                self._list,
            )


class _Read(NamedTuple):
    """A whole file: its schema, and what it says where this program reads that schema."""

    version: int
    signs: cache_examining.CacheSigns | cache_examining.OutboxSigns | None


def _read(file: Path, key: Key) -> _Read:
    """Read all of a file; nothing but its version where it is of a newer program. Raises Trouble."""
    version = cache_examining.version_of(file, key)
    if cache_examining.is_newer(file, version):
        return _Read(version, None)
    cache_examining.check(file, key)
    if cache_examining.is_older(file, version):
        return _Read(version, None)
    signs = cache_examining.cache_signs if file.name == CACHE_FILE else cache_examining.outbox_signs
    return _Read(version, signs(file, key))


def answered(store: KeyStore) -> Key | None:
    """Ask a store for its key; raises Trouble, also where it does not answer in time."""
    return _within(KEY_STORE_S, store.load)


def _within(seconds: float, ask: Callable[[], Key | None]) -> Key | None:
    answers: queue.SimpleQueue[Key | Trouble | None] = queue.SimpleQueue()

    def run() -> None:
        answer: Key | Trouble | None = Trouble("本程序出错 | an error of this program")
        try:
            answer = ask()
        except Trouble as trouble:
            answer = trouble
        finally:
            answers.put(answer)

    threading.Thread(target=run, name="key-store", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise Trouble(
            f"系统密钥环 {seconds:.0f} 秒内没有应答，可能在等待解锁"
            f" | the system's keyring did not answer within {seconds:.0f} s; it may wait to be unlocked"
        ) from None
    if isinstance(answer, Trouble):
        raise answer
    return answer

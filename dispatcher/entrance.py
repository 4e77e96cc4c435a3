"""How a person gets to a station of this machine: by the centre, or without it by what a sign-in before has left here.

Promises: what is left here lies encrypted under the station's key; a password is kept as its argon2id hash alone and
opens nothing after its days, during the wait for wrong guesses, or with a clock set back. A station too long without
the centre is wiped before anybody is let in. Knows no window.
"""

import asyncio
import datetime as dt
import os
import re
import secrets
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from dispatcher.models.ids import PersonId
from dispatcher.settings import BadSetting, StationSettings, check_plain
from dispatcher.storage.aging import complete, wipe_by_age
from dispatcher.storage.badge import Badge, BadgeFile
from dispatcher.storage.keys import Key, Keyholder, KeyStore, overwrite, write_private
from dispatcher.sync.ports import LinkLost, Trouble

FREE_FAILURES: Final = 5
LONGEST_WAIT_S: Final = 900.0
SHORTEST_PASSPHRASE: Final = 10
SET_BACK: Final = dt.timedelta(hours=1)
"""A clock so far before the last contact has been set back, or has lost its battery."""
STATIONS: Final = "stations"
"""Directory of the stations in the data directory, one for each person and centre."""
STATION_FILE: Final = "station"
_OLD_TOKEN_FILE: Final = "token"


class Refused(Trouble):
    """Nobody is let in, for the reason in the text."""


class Entered(NamedTuple):
    """A station somebody has been let in to; `offline` where the centre was not asked."""

    home: Path
    keys: Keyholder
    centre: str
    token: str
    tls: ssl.SSLContext | None
    offline: bool = False


class Asked(NamedTuple):
    """What a person gives to be let in."""

    centre: str
    person: str
    password: str
    code: str = ""
    passphrase: str = ""


class Entrance:
    """Lets people in by one set of settings; `now` is the machine's clock."""

    def __init__(self, settings: StationSettings, now: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._now = now
        self._passphrase = ""
        self.notes: list[str] = []
        """What a person should be told that nobody asked about, in words."""
        if settings.key_store == "passphrase" and settings.passphrase_file is not None:
            self._passphrase = settings.passphrase_file.read_text("utf-8").strip()

    @property
    def wants_passphrase(self) -> bool:
        """Tell whether the person has to give the passphrase of this machine."""
        return self._settings.key_store == "passphrase" and not self._passphrase

    def returning(self) -> Entered | None:
        """Let in whoever the settings name, by the token of the last time; None when a password is needed.

        Raises Trouble when the key cannot be had.
        """
        settings = self._settings
        if not settings.person or self.wants_passphrase:
            return None
        home = station_home(settings.data, settings.centre, settings.person)
        if not home.is_dir():
            return None
        keys = self._keys(home)
        if self._too_old(home, keys):
            return None
        badge = self._badge(home, keys)
        if badge is None or not badge.token:
            return None
        return Entered(home, keys, settings.centre, badge.token, self._trust(settings.centre))

    async def enter(self, asked: Asked) -> Entered:
        """Let somebody in: by the centre, or without it where this person has signed in here before. Raises Trouble."""
        from dispatcher.transport.doors import WrongPassword, admit

        try:
            check_plain(asked.centre, self._settings.plain_http)
        except BadSetting as bad:
            raise Refused(f"{asked.centre}: 未加密，不能用于其他机器；请用 https:// 地址 | {bad}") from None
        if self.wants_passphrase:
            self._check_passphrase(asked.passphrase)
        home = station_home(self._settings.data, asked.centre, asked.person)
        keys = self._keys(home, asked.passphrase)
        await asyncio.to_thread(keys.load)
        self._too_old(home, keys)
        badge, tls = self._badge(home, keys), self._trust(asked.centre)
        device = badge.device if badge else ""
        try:
            admitted = await admit(
                asked.centre, PersonId(asked.person), asked.password, code=asked.code, device=device, tls=tls
            )
        except WrongPassword:
            if badge is not None and badge.verifier and await self._is_right(badge, asked.password):
                self._write(home, keys, badge, verifier="", token="")  # the centre knows better than this station
            raise
        except LinkLost as lost:
            await self._check_offline(home, keys, badge, asked.password, lost)
            assert badge is not None
            self._keep_passphrase(asked.passphrase)
            return Entered(home, keys, asked.centre, badge.token, tls, offline=True)
        verifier = await asyncio.to_thread(_hash, asked.password)
        fresh = Badge(
            person=PersonId(asked.person),
            token=admitted.token,
            device=admitted.device,
            verifier=verifier,
            contact_at=self._now(),
        )
        keep_badge(home, keys, fresh)
        self._keep_passphrase(asked.passphrase)
        return Entered(home, keys, asked.centre, admitted.token, tls)

    def in_contact(self, entered: Entered, at: dt.datetime) -> None:
        """Note that the centre knew the token at an instant: the days without it count from here. Raises Trouble."""
        badge = self._badge(entered.home, entered.keys)
        if badge is not None:
            self._write(entered.home, entered.keys, badge, contact_at=at)

    async def take_password(self, entered: Entered, password: str) -> None:
        """Let another password open this station without the centre. Raises Trouble."""
        verifier = await asyncio.to_thread(_hash, password)
        badge = self._badge(entered.home, entered.keys)
        if badge is not None:
            self._write(entered.home, entered.keys, badge, verifier=verifier)

    def sign_out(self, entered: Entered) -> None:
        """Forget the token: the next start asks for the password. Raises Trouble."""
        badge = self._badge(entered.home, entered.keys)
        if badge is not None:
            self._write(entered.home, entered.keys, badge, token="")

    def age(self, entered: Entered) -> dt.timedelta | None:
        """Give how long ago the centre last knew the token here, None where it never did. Raises Trouble."""
        badge = self._badge(entered.home, entered.keys)
        return None if badge is None or badge.contact_at is None else self._now() - badge.contact_at

    def wipe_if_too_old(self, entered: Entered) -> bool:
        """Wipe a station that is closed and has been without the centre for too long. Raises Trouble."""
        return self._too_old(entered.home, entered.keys)

    def is_too_old(self, entered: Entered) -> bool:
        """Tell whether a station is to be wiped for its age. Raises Trouble."""
        age, days = self.age(entered), self._settings.wipe_after_days
        return bool(days) and age is not None and age > dt.timedelta(days=days)

    # ---- inside

    def _too_old(self, home: Path, keys: Keyholder) -> bool:
        days = self._settings.wipe_after_days
        complete(home, keys)
        badge = self._badge(home, keys)
        if not days or badge is None or badge.contact_at is None:
            return False
        age = self._now() - badge.contact_at
        if age <= dt.timedelta(days=days):
            return False
        last = age > dt.timedelta(days=2 * days)
        already = not badge.token and not badge.verifier and not last
        if already and not (home / "cache.db").exists():
            return False
        kept = wipe_by_age(home, keys, last=last)
        said = (
            f"本机超过 {days} 天未与中心联系，本机数据已销毁。",
            f"This station was without the centre for more than {days} days: its data has been destroyed.",
        )
        if kept:
            keep_badge(home, keys, Badge(person=badge.person, contact_at=badge.contact_at))
            said = (
                f"{said[0]}{kept} 件未发送的操作另行保留，联网登录后发送。",
                f"{said[1]} {kept} acts never sent are kept apart and go out once you have signed in with the centre.",
            )
        elif last:
            said = (f"{said[0]}未发送的操作也已销毁。", f"{said[1]} Acts never sent have gone with it.")
        self.notes.append(" | ".join(said))
        return True

    async def _check_offline(
        self, home: Path, keys: Keyholder, badge: Badge | None, password: str, lost: LinkLost
    ) -> None:
        """Let the person pass by what is kept here, or raise Refused with the reason."""
        days, now = self._settings.offline_days, self._now()
        if badge is None or not badge.verifier or badge.contact_at is None:
            raise _both(
                lost,
                "此人没有在本机登录过，第一次须联网登录",
                "this person has never signed in here, which takes the centre",
            )
        if now < badge.contact_at - SET_BACK:
            raise _both(
                lost,
                "本机时钟早于上次联系中心的时间，请先校正时钟",
                "this machine's clock is before the last contact; set it right",
            )
        if now > badge.contact_at + dt.timedelta(days=days):
            raise _both(
                lost,
                f"离线登录只在上次联系中心后 {days} 天内有效，已过期",
                f"signing in without it holds for {days} days after the last contact, and they are over",
            )
        wait_s = _wait_s(badge, now)
        if wait_s > 0:
            raise _both(lost, f"错误次数过多，{wait_s:.0f} 秒后再试", f"too many failures; try again in {wait_s:.0f} s")
        # Counted before it is tried: pulling the plug in between saves no guess.
        self._write(home, keys, badge, failures=badge.failures + 1, failed_at=now)
        if not await self._is_right(badge, password):
            raise _both(lost, "密码与本机保存的不符", "the password is not the one this station knows")
        self._write(home, keys, badge, failures=0, failed_at=None)

    async def _is_right(self, badge: Badge, password: str) -> bool:
        return await asyncio.to_thread(_verify, badge.verifier, password)

    def _badge(self, home: Path, keys: Keyholder) -> Badge | None:
        if not home.is_dir():
            return None
        key = keys.load()
        old = home / _OLD_TOKEN_FILE
        try:
            if old.is_file():  # what a program before this one left, readable beside the key
                token = old.read_text("utf-8").strip()
                kept = Badge(person=PersonId(home.name.partition("@")[0]), token=token, contact_at=self._now())
                keep_badge(home, keys, kept)
                overwrite(old)
                return kept
        except OSError as error:
            raise Trouble(f"{old}: 无法读写。 | It cannot be read or written: {error.strerror}.") from error
        return None if key is None else BadgeFile(home, key).read()

    def _write(self, home: Path, keys: Keyholder, badge: Badge, **changes: object) -> None:
        import msgspec

        keep_badge(home, keys, msgspec.structs.replace(badge, **changes))

    def _keys(self, home: Path, passphrase: str = "") -> Keyholder:
        given = self._passphrase or passphrase
        return Keyholder(home, self._settings.key_store, lambda name: _store(name, home, given))

    def _trust(self, centre: str) -> ssl.SSLContext | None:
        if not centre.startswith("https:"):
            return None
        from dispatcher.transport.trust import trust

        return trust(str(self._settings.authority or ""))

    def _check_passphrase(self, passphrase: str) -> None:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise Refused(
                f"本机口令至少 {SHORTEST_PASSPHRASE} 个字符"
                f" | the passphrase of this machine has at least {SHORTEST_PASSPHRASE} characters"
            )

    def _keep_passphrase(self, passphrase: str) -> None:
        """Keep it for the length of this program: signing in again does not ask for it again."""
        self._passphrase = self._passphrase or passphrase


def station_home(data: Path, centre: str, person: str) -> Path:
    """Give the directory of one person's station at one centre."""
    address = re.sub(r"[^A-Za-z0-9.-]+", "_", re.sub("^https?://", "", centre))
    return data / STATIONS / f"{re.sub(r'[^A-Za-z0-9._-]+', '_', person)}@{address}"


def station_id(home: Path) -> str:
    """Give what this station is called at the centre: the machine's name and a number made by chance, once for ever."""
    path = home / STATION_FILE
    try:
        known = path.read_text("utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        known = ""
    if not known:
        machine = re.sub(r"[^A-Za-z0-9-]+", "-", socket.gethostname())[:40].strip("-") or "station"
        known = f"{machine}-{secrets.token_hex(6)}"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, f"{known}\n".encode())
    return known


def keep_badge(home: Path, keys: Keyholder, badge: Badge) -> None:
    """Keep a badge, with a key made for it where there is none. Raises Trouble."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            home.chmod(0o700)
    except OSError as error:
        raise Trouble(f"{home}: 无法建立目录。 | The directory cannot be made: {error.strerror}.") from error
    key: Key = keys.load() or keys.make()
    BadgeFile(home, key).write(badge)


def keep_token(home: Path, token: str) -> None:
    """Keep a token for the next start of a station whose key is in a file."""
    badge = Badge(person=PersonId(home.name.partition("@")[0]), token=token, contact_at=dt.datetime.now(dt.UTC))
    keep_badge(home, Keyholder(home), badge)


def _store(name: str, home: Path, passphrase: str) -> KeyStore:
    if name == "file":
        from dispatcher.storage.keys import FileKeys

        return FileKeys(home)
    from dispatcher.storage.key_stores import key_store

    return key_store(name, home, passphrase)


def _wait_s(badge: Badge, now: dt.datetime) -> float:
    if badge.failures < FREE_FAILURES or badge.failed_at is None:
        return 0.0
    wait_s = min(LONGEST_WAIT_S, 2.0 ** min(badge.failures - FREE_FAILURES, 16))
    return min(wait_s, wait_s - (now - badge.failed_at).total_seconds())


def _both(lost: LinkLost, chinese: str, english: str) -> Refused:
    """Say that the centre is away and why this station does not let anybody in without it."""
    why_zh, found, why_en = str(lost).partition(" | ")
    return Refused(f"{why_zh}；{chinese} | {why_en if found else why_zh}; {english}")


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _verify(verifier: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(verifier, password)
    except (VerificationError, InvalidHashError):
        return False

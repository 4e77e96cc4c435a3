"""Where a station's key is kept other than in a plain file: the system's keyring, or a file under a passphrase.

The keyring is Secret Service (GNOME, KDE, Kylin), Windows' or macOS' own. The passphrase wraps the key: argon2id gives
a key of its own (64 MiB, three passes), which seals the station's key with AES-GCM. Imported only where it was chosen:
the libraries behind it cost a tenth of a second.
"""

import secrets
from pathlib import Path
from typing import Final

import keyring
import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError, PasswordDeleteError

from dispatcher.storage.keys import FILE, FileKeys, Key, KeyStore, as_key, overwrite, write_private
from dispatcher.sync.ports import Trouble

KEYRING: Final = "keyring"
PASSPHRASE: Final = "passphrase"
SERVICE: Final = "dispatcher"
WRAPPED_FILE: Final = "cache.key.wrapped"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_MEMORY_KIB: Final = 65_536
_PASSES: Final = 3
_LANES: Final = 4


class WrongPassphrase(Trouble):
    """The passphrase does not open the key; another may be tried."""


class _Wrapped(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds: how the passphrase's key is made, and the station's key sealed under it."""

    salt: bytes
    nonce: bytes
    sealed: bytes
    memory_kib: int
    passes: int
    lanes: int


class KeyringKeys:
    """The key in the system's keyring, under the directory's own path."""

    name = KEYRING

    def __init__(self, directory: Path) -> None:
        self._user = str(directory.absolute())

    def load(self) -> Key | None:
        """Ask the keyring, which may ask the person to unlock it."""
        try:
            return as_key(keyring.get_password(SERVICE, self._user) or "")
        except (KeyringError, InitError) as error:
            raise _no_keyring(error) from error

    def keep(self, key: Key) -> None:
        """Put the key in."""
        try:
            keyring.set_password(SERVICE, self._user, key)
        except (KeyringError, InitError) as error:
            raise _no_keyring(error) from error

    def destroy(self) -> None:
        """Take the key out."""
        try:
            if keyring.get_password(SERVICE, self._user) is not None:
                keyring.delete_password(SERVICE, self._user)
        except PasswordDeleteError as error:
            raise _no_keyring(error) from error
        except (KeyringError, InitError) as error:
            raise _no_keyring(error) from error


class PassphraseKeys:
    """The key in a file that a passphrase opens."""

    name = PASSPHRASE

    def __init__(self, directory: Path, passphrase: str) -> None:
        self._path = directory / WRAPPED_FILE
        self._passphrase = passphrase

    def load(self) -> Key | None:
        """Open the file; raises WrongPassphrase."""
        try:
            wrapped = msgspec.json.decode(self._path.read_bytes(), type=_Wrapped)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise Trouble(f"{self._path}: 密钥文件已损坏。 | The file of the key is damaged.") from error
        except OSError as error:
            raise _unreadable(self._path, error) from error
        try:
            opened = self._box(wrapped).decrypt(wrapped.nonce, wrapped.sealed, None)
        except InvalidTag as error:
            raise WrongPassphrase("本机口令不对。 | The passphrase of this station is wrong.") from error
        return as_key(opened.decode("ascii"))

    def keep(self, key: Key) -> None:
        """Write the file anew."""
        wrapped = _Wrapped(
            salt=secrets.token_bytes(_SALT_BYTES),
            nonce=secrets.token_bytes(_NONCE_BYTES),
            sealed=b"",
            memory_kib=_MEMORY_KIB,
            passes=_PASSES,
            lanes=_LANES,
        )
        sealed = self._box(wrapped).encrypt(wrapped.nonce, key.encode("ascii"), None)
        try:
            write_private(self._path, msgspec.json.encode(msgspec.structs.replace(wrapped, sealed=sealed)))
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def destroy(self) -> None:
        """Overwrite the file and take it away."""
        try:
            overwrite(self._path)
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def _box(self, wrapped: _Wrapped) -> AESGCM:
        made = hash_secret_raw(
            self._passphrase.encode(),
            wrapped.salt,
            time_cost=wrapped.passes,
            memory_cost=wrapped.memory_kib,
            parallelism=wrapped.lanes,
            hash_len=32,
            type=Type.ID,
        )
        return AESGCM(made)


def key_store(name: str, directory: Path, passphrase: str = "") -> KeyStore:
    """Give the store of a directory's key by its word; raises Trouble where its passphrase is wanted and missing."""
    match name:
        case "keyring":
            return KeyringKeys(directory)
        case "passphrase":
            if not passphrase:
                raise Trouble(
                    "本机的密钥由口令保护：请用 --key-store passphrase 启动并输入口令。"
                    " | The key of this station is under a passphrase: start with --key-store passphrase and give it."
                )
            return PassphraseKeys(directory, passphrase)
        case _:
            return FileKeys(directory)


def _no_keyring(error: Exception) -> Trouble:
    if isinstance(error, KeyringLocked):
        return Trouble(
            "系统密钥环已锁定，无法取得本机密钥：请解锁密钥环（登录桌面或输入其口令）后再试。数据没有丢失。"
            " | The system's keyring is locked: unlock it (sign in to the desktop, or give its password) and try again."
            " Nothing is lost."
        )
    if isinstance(error, NoKeyringError | InitError):
        return Trouble(
            "本机没有可用的系统密钥环：请用 --key-store passphrase（口令保护，推荐）或 --key-store file 启动。"
            " | This machine has no system keyring: start with --key-store passphrase (recommended) or"
            " --key-store file."
        )
    return Trouble(f"系统密钥环不可用。 | The system's keyring does not answer as it should. ({type(error).__name__})")


def _unreadable(path: Path, error: OSError) -> Trouble:
    return Trouble(f"{path}: 无法读写；请检查目录及其权限。 | It cannot be read or written: {error.strerror}.")


__all__ = ["FILE", "KEYRING", "PASSPHRASE", "KeyringKeys", "PassphraseKeys", "WrongPassphrase", "key_store"]

"""The key of a station's encrypted files: 32 random bytes, and where they are kept.

A `KeyStore` is the system's keyring, a file wrapped by a passphrase (both in `key_stores`), or a plain file only its
owner can read. Promises: the key is made once, durably, before anything is encrypted with it; it is never logged; a
store that cannot be asked raises Trouble, and never passes for one without a key. `Keyholder` chooses and moves.
"""

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final, NewType, Protocol

from dispatcher.sync.ports import Trouble

Key = NewType("Key", str)
"""A raw key as 64 hexadecimal digits."""

KEY_FILE: Final = "cache.key"
KEPT_IN: Final = "cache.key-store"
"""Says, in one word, in which store the key of this directory is; no secret."""
FILE: Final = "file"
_KEY: Final = re.compile(r"[0-9a-f]{64}")


class KeyStore(Protocol):
    """One place for one directory's key. Raises Trouble when it cannot be asked."""

    @property
    def name(self) -> str:
        """Give the word that chooses it."""
        ...

    def load(self) -> Key | None:
        """Give the key, None when there is none here."""
        ...

    def keep(self, key: Key) -> None:
        """Keep a key durably, in place of any before."""
        ...

    def destroy(self) -> None:
        """Destroy the key; harmless when there is none."""
        ...


class FileKeys:
    """The key in a file of its own: whoever takes both it and the encrypted files can read them."""

    name = FILE

    def __init__(self, directory: Path) -> None:
        self._path = directory / KEY_FILE

    def load(self) -> Key | None:
        """Read the file; what is no key is set aside as none."""
        try:
            return load_key(self._path)
        except OSError as error:
            raise _trouble(error, self._path) from error

    def keep(self, key: Key) -> None:
        """Write the file."""
        try:
            _write_key(self._path, key)
        except OSError as error:
            raise _trouble(error, self._path) from error

    def destroy(self) -> None:
        """Overwrite the file and take it away; a disk that keeps old blocks may still hold it for a while."""
        try:
            overwrite(self._path)
        except OSError as error:
            raise _trouble(error, self._path) from error


class Keyholder:
    """The key of one directory in the store that was chosen; what an earlier choice kept elsewhere is moved there.

    `stores` makes a store by its word. The key is asked for once and then remembered until it is destroyed.
    """

    def __init__(self, directory: Path, chosen: str = FILE, stores: Callable[[str], KeyStore] | None = None) -> None:
        self._directory = directory
        self._make: Callable[[str], KeyStore] = stores or self._in_a_file
        self._chosen = self._make(chosen)
        self._key: Key | None = None

    def _in_a_file(self, _name: str) -> KeyStore:
        return FileKeys(self._directory)

    def load(self) -> Key | None:
        """Give the key, None where there is none in the chosen store nor where it was kept before. Raises Trouble."""
        if self._key is None:
            self._key = self._chosen.load() or self._moved()
            if self._key is not None:
                self._note()
        return self._key

    def make(self) -> Key:
        """Make a new key in place of any before; durable on return. Raises Trouble."""
        key = self.another()
        self.keep(key)
        return key

    @staticmethod
    def another() -> Key:
        """Give a new key that is kept nowhere yet."""
        return Key(secrets.token_hex(32))

    def destroy(self) -> None:
        """Destroy the key wherever it is kept: nothing encrypted with it can be read again. Raises Trouble."""
        self._key = None
        FileKeys(self._directory).destroy()
        before = kept_in(self._directory)
        if before not in ("", FILE, self._chosen.name):
            self._make(before).destroy()
        self._chosen.destroy()

    def _moved(self) -> Key | None:
        before = kept_in(self._directory) or FILE
        if before == self._chosen.name:
            return None
        older = FileKeys(self._directory) if before == FILE else self._make(before)
        key = older.load()
        if key is not None:
            self.keep(key)
            older.destroy()
        return key

    def keep(self, key: Key) -> None:
        """Keep a key in place of any before; durable on return. Raises Trouble."""
        self._chosen.keep(key)
        if self._chosen.load() != key:
            raise Trouble(
                f"密钥没有存入 {self._chosen.name}，请换一种 --key-store。"
                f" | The key was not kept in {self._chosen.name}; choose another --key-store."
            )
        self._key = key
        self._note()

    def _note(self) -> None:
        if kept_in(self._directory) != self._chosen.name:
            path = self._directory / KEPT_IN
            try:
                path.write_text(f"{self._chosen.name}\n", "ascii")
            except OSError as error:
                raise _trouble(error, path) from error


def kept_in(directory: Path) -> str:
    """Say in which store the key of a directory is, empty where nothing says so. Raises Trouble."""
    try:
        return (directory / KEPT_IN).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    except OSError as error:
        raise _trouble(error, directory / KEPT_IN) from error


def load_key(path: Path) -> Key | None:
    """Read a key; None when there is no file or it holds no key. Raises OSError."""
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    return as_key(text.decode("ascii", "replace"))


def as_key(digits: str) -> Key | None:
    """Give a text as a key, None when it is none."""
    return Key(digits) if _KEY.fullmatch(digits) else None


def make_key(path: Path) -> Key:
    """Make a new key and its file, replacing what was there; durable on return. Raises OSError."""
    key = Key(secrets.token_hex(32))
    _write_key(path, key)
    return key


def overwrite(path: Path) -> None:
    """Overwrite a file with chance, durably, and take it away; harmless when there is none. Raises OSError."""
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all; durable on return. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _write_key(path: Path, key: Key) -> None:
    write_private(path, f"{key}\n".encode("ascii"))


def _trouble(error: OSError, path: Path) -> Trouble:
    return Trouble(f"{path}: 无法读写；请检查目录及其权限。 | It cannot be read or written: {error.strerror}.")

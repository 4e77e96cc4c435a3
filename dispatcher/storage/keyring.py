"""The centre's keys: one small file for each version, in a directory outside the database.

Promises: a key is durable and readable by its owner alone before anything is sealed by it; it is never logged; a
missing or unreadable one is told with the file's name and the remedy. What is sealed by a version names it, so several
are in use at once while the old one is being replaced. Knows nothing of databases.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatcher.sync.ports import Trouble

FIRST: Final = 1
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"centre-(\d{1,9})\.key")


class Keyring:
    """The keys in one directory, read as they are asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ciphers: dict[int, AESGCM] = {}

    def versions(self) -> list[int]:
        """List the versions that have a file, oldest first; none where there is no directory. Raises Trouble."""
        try:
            names = [path.name for path in self.directory.iterdir()] if self.directory.is_dir() else []
        except OSError as error:
            raise self._unreadable(self.directory, error) from error
        return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))

    def cipher(self, version: int) -> AESGCM:
        """Give the cipher of a version; raises Trouble when its file is missing or holds no key."""
        cipher = self._ciphers.get(version)
        if cipher is None:
            cipher = self._ciphers[version] = AESGCM(self._read(version))
        return cipher

    def make(self, version: int) -> None:
        """Make a key of a version unless it has one; durable on return. Raises Trouble."""
        path = self.path(version)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)  # unlike a rename, never over a key that is there already
            except FileExistsError:
                pass  # another process was first: its key is the key
            finally:
                fresh.unlink()
            _sync_directory(self.directory)
        except OSError as error:
            raise Trouble(f"{path}: 无法写入密钥文件。 | The key file cannot be written. ({error})") from error

    def path(self, version: int) -> Path:
        """Name the file of a version."""
        return self.directory / f"centre-{version}.key"

    def _read(self, version: int) -> bytes:
        path = self.path(version)
        try:
            text = path.read_bytes().strip().decode("ascii", "replace")
        except FileNotFoundError as error:
            raise Trouble(
                f"{path}: 缺少密钥文件，个人信息无法读取；请从保管处放回，或用 --keys 指明其目录。"
                " | The key file is missing and personal data cannot be read; put it back from where it is kept, or"
                " name its directory with --keys."
            ) from error
        except OSError as error:
            raise self._unreadable(path, error) from error
        if not _KEY.fullmatch(text):
            raise Trouble(
                f"{path}: 不是密钥文件（应为 64 位十六进制）；请从保管处放回。"
                " | It is no key file (64 hexadecimal digits); put it back from where it is kept."
            )
        return bytes.fromhex(text)

    def _unreadable(self, path: Path, error: OSError) -> Trouble:
        return Trouble(
            f"{path}: 无法读取密钥，请检查权限。 | The keys cannot be read; check the permissions. ({error})"
        )


def _sync_directory(directory: Path) -> None:
    """Have the new name in the directory survive a loss of power, where the system can say so."""
    if os.name != "posix":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

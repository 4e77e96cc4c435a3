"""The key of a station's encrypted files: 32 random bytes in a file only its owner can read.

Promises: the key is made once, durably, before anything is encrypted with it; it is never logged. Whoever takes both
the key file and the encrypted files can read them: the disk they lie on is the station's own.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Final, NewType

Key = NewType("Key", str)
"""A raw key as 64 hexadecimal digits."""

KEY_FILE: Final = "cache.key"
_KEY: Final = re.compile(r"[0-9a-f]{64}")


def load_key(path: Path) -> Key | None:
    """Read a key; None when there is no file or it holds no key. Raises OSError."""
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    digits = text.decode("ascii", "replace")
    return Key(digits) if _KEY.fullmatch(digits) else None


def make_key(path: Path) -> Key:
    """Make a new key and its file, replacing what was there; durable on return. Raises OSError."""
    key = Key(secrets.token_hex(32))
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return key

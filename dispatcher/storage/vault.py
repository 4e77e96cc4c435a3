"""The vault: personal data of one ledger, sealed and opened (AES-256-GCM).

A case has an *envelope*: its data key and its caller, sealed by the centre's key. The data key seals the case's record,
and what is personal in the acts on it, which the journal keeps for good: once the envelope is gone, nobody can read
that again. *Sheets* are what there is one of under a name: the roster, an account's secrets, a webhook's. What is
sealed is bound to its ledger, its case and its place, so that nothing can be put in the place of another.
Knows no SQL. The form of everything sealed is described in docs/evidence.md.
"""

import os
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatcher.models.ids import CaseId, CommandId
from dispatcher.storage.keyring import Keyring
from dispatcher.sync.ports import Trouble

_VERSION_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = _VERSION_BYTES + _NONCE_BYTES
_KEY_BYTES: Final = 32
_KNOWN: Final = b"dispatcher"
_RECORD: Final = b"\x01"
"""A sealed record begins with it, and no record in plain does: those are JSON."""
_AHEAD: Final = 1000
"""A version further ahead than this of the ledger's own is no key that is still on its way: the seal was altered."""


class BadSeal(Trouble):
    """Something sealed cannot be opened: it was altered, belongs elsewhere, or the key is another one."""


class Opened(NamedTuple):
    """What an envelope holds; `caller` is a `Caller` as JSON, None without one."""

    key: bytes
    caller: bytes | None


class Vault:
    """Seals by the key of `version`, which the ledger says; opens what any version in the keyring has sealed."""

    def __init__(self, keyring: Keyring, ledger: str) -> None:
        self.keyring = keyring
        self._ledger = f"{ledger}\n".encode()
        self.version = 0

    def new_envelope(self, case: CaseId, caller: bytes | None) -> tuple[bytes, Opened]:
        """Make the envelope of a case with a data key of its own; raises Trouble without the centre's key."""
        key = AESGCM.generate_key(256)
        return self._seal(key + (caller or b""), self._envelope_name(case)), Opened(key, caller)

    def open(self, case: CaseId, envelope: bytes) -> Opened:
        """Open an envelope; raises BadSeal, or Trouble without its key."""
        plain = self._open(envelope, self._envelope_name(case))
        return Opened(plain[:_KEY_BYTES], plain[_KEY_BYTES:] or None)

    def caller(self, case: CaseId, envelope: bytes) -> bytes | None:
        """Give the caller alone, a `Caller` as JSON; None without one. Raises as `open` does."""
        return self._open(envelope, self._envelope_name(case))[_KEY_BYTES:] or None

    def resealed(self, case: CaseId, envelope: bytes) -> bytes:
        """Give an envelope of the same content, sealed by the key of `version`. Raises as `open` does."""
        name = self._envelope_name(case)
        return self._seal(self._open(envelope, name), name)

    def seal_act(self, case: CaseId, act: CommandId, key: bytes, personal: bytes) -> bytes:
        """Seal what is personal in an act on a case by the case's data key."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, personal, self._act_name(case, act))

    def open_act(self, case: CaseId, act: CommandId, key: bytes, sealed: bytes) -> bytes:
        """Open what is personal in an act; raises BadSeal."""
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._act_name(case, act))
        except (InvalidTag, ValueError) as error:
            raise _bad(f"act {act}") from error

    def seal_record(self, case: CaseId, key: bytes, record: bytes) -> bytes:
        """Seal a case's record by the case's data key."""
        nonce = os.urandom(_NONCE_BYTES)
        return _RECORD + nonce + AESGCM(key).encrypt(nonce, record, self._record_name(case))

    def open_record(self, case: CaseId, key: bytes, sealed: bytes) -> bytes:
        """Open a sealed record; raises BadSeal."""
        begins = len(_RECORD) + _NONCE_BYTES
        try:
            return AESGCM(key).decrypt(sealed[len(_RECORD) : begins], sealed[begins:], self._record_name(case))
        except (InvalidTag, ValueError) as error:
            raise _bad(f"case {case}") from error

    def seal_sheet(self, name: str, plain: bytes) -> bytes:
        """Seal what the ledger keeps under a name that is nothing else's, such as its roster."""
        return self._seal(plain, self._sheet_name(name))

    def open_sheet(self, name: str, sealed: bytes) -> bytes:
        """Open it; raises as `open` does."""
        return self._open(sealed, self._sheet_name(name))

    def check(self) -> bytes:
        """Make what `has_right_key` later tells the right key of `version` by."""
        return self.seal_sheet("key", _KNOWN)

    def has_right_key(self, check: bytes) -> bool:
        """Tell whether the key that made a check is the one in the keyring; raises Trouble where there is none."""
        try:
            return self.open_sheet("key", check) == _KNOWN
        except BadSeal:
            return False

    def _seal(self, plain: bytes, name: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        head = self.version.to_bytes(_VERSION_BYTES, "big") + nonce
        return head + self.keyring.cipher(self.version).encrypt(nonce, plain, name)

    def _open(self, sealed: bytes, name: bytes) -> bytes:
        version = version_of(sealed)
        if not 1 <= version <= self.version + _AHEAD:
            raise _bad(name.replace(b"\n", b" ").decode())
        cipher = self.keyring.cipher(version)
        try:
            return cipher.decrypt(sealed[_VERSION_BYTES:_HEAD_BYTES], sealed[_HEAD_BYTES:], name)
        except (InvalidTag, ValueError) as error:
            raise _bad(name.replace(b"\n", b" ").decode()) from error

    def _envelope_name(self, case: CaseId) -> bytes:
        return self._ledger + case.encode() + b"\nenvelope"

    def _record_name(self, case: CaseId) -> bytes:
        return self._ledger + case.encode() + b"\nrecord"

    def _act_name(self, case: CaseId, act: CommandId) -> bytes:
        return self._ledger + f"{case}\nact\n{act}".encode()

    def _sheet_name(self, name: str) -> bytes:
        return self._ledger + b"\n" + name.encode()


def is_sealed(record: bytes) -> bool:
    """Tell a sealed record from one in plain."""
    return record.startswith(_RECORD)


def version_of(sealed: bytes) -> int:
    """Give the version of the key that sealed something."""
    return int.from_bytes(sealed[:_VERSION_BYTES], "big")


def version_prefix(version: int) -> bytes:
    """Give what everything sealed by a version begins with."""
    return version.to_bytes(_VERSION_BYTES, "big")


def _bad(what: str) -> BadSeal:
    return BadSeal(
        f"{what}: 密封内容无法开启：已被改动，或密钥不符。"
        " | What is sealed cannot be opened: it was altered, or the key is another one."
    )

"""Where a station's key is kept: the keyring, a passphrase, a file; moved by choice, and never replaced by mistake."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from dispatcher.storage.cache import Cache
from dispatcher.storage.key_stores import PassphraseKeys, WrongPassphrase, key_store
from dispatcher.storage.keys import KEY_FILE, FileKeys, Key, Keyholder
from dispatcher.sync.ports import Trouble
from tests import builders as b


class Ring(KeyringBackend):
    """A keyring of this process, behind the library's own front."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked("locked")
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def holder(home: Path, chosen: str, passphrase: str = "a long passphrase") -> Keyholder:
    return Keyholder(home, chosen, lambda name: key_store(name, home, passphrase))


@pytest.mark.parametrize("chosen", ["keyring", "passphrase"])
def test_the_key_of_a_file_moves_into_the_chosen_store(tmp_path: Path, ring: Ring, chosen: str) -> None:
    Cache.open(tmp_path).close()
    key = FileKeys(tmp_path).load()
    moved = holder(tmp_path, chosen)
    store = Cache.open(tmp_path, keys=moved)
    assert store.damages == []
    store.close()
    assert moved.load() == key
    assert not (tmp_path / KEY_FILE).exists()
    assert holder(tmp_path, chosen).load() == key
    assert key is not None
    assert not any(key.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_from_the_keyring_back_to_a_file(tmp_path: Path, ring: Ring) -> None:
    key = holder(tmp_path, "keyring").make()
    assert holder(tmp_path, "file").load() == key
    assert ring.held == {}


def test_a_locked_keyring_is_said_and_nothing_is_set_aside(tmp_path: Path, ring: Ring) -> None:
    Cache.open(tmp_path, keys=holder(tmp_path, "keyring")).close()
    ring.locked = True
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(Trouble, match=r"已锁定.*Nothing is lost"):
        Cache.open(tmp_path, keys=holder(tmp_path, "keyring"))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    ring.locked = False
    store = Cache.open(tmp_path, keys=holder(tmp_path, "keyring"))
    assert store.damages == []
    store.close()


def test_no_keyring_at_all_names_the_other_stores(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(Trouble, match=r"--key-store passphrase.*--key-store file"):
            holder(tmp_path, "keyring").load()
    finally:
        keyring.set_keyring(before)


def test_a_lost_key_sets_both_files_aside_loudly_and_deletes_neither(tmp_path: Path, ring: Ring) -> None:
    store = Cache.open(tmp_path, keys=holder(tmp_path, "keyring"))
    store.enqueue(b.act(c.SignFor(case=CaseId("one"))))
    store.close()
    ring.held.clear()
    store = Cache.open(tmp_path, keys=holder(tmp_path, "keyring"))
    said = "\n".join(store.damages)
    assert "密钥丢失" in said
    assert "未发送的操作需要人工核对" in said
    assert store.unsettled() == ()
    store.close()
    assert len(list(tmp_path.glob("outbox.db.damaged-*"))) == 1
    assert len(list(tmp_path.glob("cache.db.damaged-*"))) == 1


def test_another_passphrase_opens_nothing_and_the_file_tells_nothing(tmp_path: Path) -> None:
    key = Key("0123456789abcdef" * 4)
    PassphraseKeys(tmp_path, "right passphrase").keep(key)
    assert PassphraseKeys(tmp_path, "right passphrase").load() == key
    with pytest.raises(WrongPassphrase):
        PassphraseKeys(tmp_path, "wrong passphrase").load()
    (wrapped,) = tmp_path.iterdir()
    assert wrapped.stat().st_mode & 0o077 == 0
    altered = bytearray(wrapped.read_bytes())
    altered[altered.index(b'"sealed":"') + 12] ^= 1
    wrapped.write_bytes(altered)
    with pytest.raises(Trouble):
        PassphraseKeys(tmp_path, "right passphrase").load()


def test_destroyed_is_destroyed_in_every_store(tmp_path: Path, ring: Ring) -> None:
    store = Cache.open(tmp_path, keys=holder(tmp_path, "keyring"))
    store.destroy()
    assert ring.held == {}
    assert [path.name for path in tmp_path.iterdir()] == ["cache.lock"]
    store.destroy()

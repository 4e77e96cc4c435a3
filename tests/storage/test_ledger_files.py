"""What may befall the centre's database file: full and read-only disks, other programs, a clock set back, damage."""

import contextlib
import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatcher.models.ids import Revision
from dispatcher.models.verdicts import Accepted
from dispatcher.storage import centre as database
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import StoreDamaged, Trouble
from tests.storage.city import LAW, NOW, receive, sign
from tests.storage.test_cache_files import largest_file, spoil

Opened = Callable[[], Ledger]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "centre.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Opened]:
    ledgers: list[Ledger] = []

    def open_() -> Ledger:
        ledgers.append(Ledger.open(f"sqlite:///{path}"))
        return ledgers[-1]

    yield open_
    for ledger in ledgers:
        ledger.close()


def fill(ledger: Ledger, count: int = 20) -> None:
    outcomes = ledger.judge([receive() for _ in range(count)], LAW, NOW)
    assert all(isinstance(outcome.verdict, Accepted) for outcome in outcomes)


def test_a_new_file_and_what_lies_beside_it_are_their_owners_alone(opened: Opened, path: Path) -> None:
    fill(opened())
    made = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir() if file.is_file()}
    assert set(made.values()) == {0o600}, made


def test_a_full_disk_is_said_in_words_and_costs_nothing(opened: Opened, path: Path) -> None:
    ledger = opened()
    fill(ledger)
    head = ledger.head()
    made = [receive() for _ in range(400)]
    wal = path.with_name(path.name + "-wal")
    with largest_file(wal.stat().st_size + 60_000), pytest.raises(Trouble, match=r"磁盘.*disk") as caught:
        ledger.judge(made, LAW, NOW)
    assert not isinstance(caught.value, StoreDamaged)
    assert "\n" not in str(caught.value).strip()
    assert (ledger.head(), len(ledger.journal(Revision(0), 10_000))) == (head, head)
    assert all(isinstance(outcome.verdict, Accepted) for outcome in ledger.judge(made, LAW, NOW)), "there is room again"


@contextlib.contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Files that may only be read, and no rights to write to them all the same."""
    as_root = os.geteuid() == 0
    parents = [parent for parent in path.parents if not parent.stat().st_mode & 0o001]
    modes = [(parent, parent.stat().st_mode) for parent in parents]
    for parent in parents:
        parent.chmod(parent.stat().st_mode | 0o011)
    directory = path.parent.stat().st_mode
    for file in path.parent.iterdir():
        file.chmod(0o444)
    path.parent.chmod(0o555)
    if as_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if as_root:
            os.seteuid(0)
        path.parent.chmod(directory)
        for file in path.parent.iterdir():
            file.chmod(0o644)
        for parent, mode in modes:
            parent.chmod(mode)


def test_a_read_only_disk_is_said_in_words(opened: Opened, path: Path) -> None:
    ledger = opened()
    fill(ledger)
    ledger.close()
    with without_rights(path), pytest.raises(Trouble, match="权限") as caught:
        fill(opened())
    assert str(path) in str(caught.value)
    again = opened()
    fill(again)
    assert again.head() == 40


def test_a_file_that_another_program_holds_is_said_in_words(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    ledger = opened()
    fill(ledger)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Trouble, match=r"占用.*another program"):
            fill(ledger)
        assert ledger.head() == 20, "it can still be read"
        other.execute("ROLLBACK")
        fill(ledger)
        assert ledger.head() == 40
    finally:
        other.close()


def test_a_damaged_page_is_said_in_words_and_stays_as_it_is(opened: Opened, path: Path) -> None:
    ledger = opened()
    fill(ledger, 300)
    ledger.close()
    size = path.stat().st_size
    for page in range(2, size // 4096):
        spoil(path, page * 4096)

    def work() -> None:
        again = opened()
        for case in again.open_cases():
            again.judge([sign(case.id)], LAW, NOW)

    with pytest.raises(StoreDamaged, match=r"损坏.*damaged"):
        work()
    assert path.stat().st_size == size, "nothing is thrown away: a backup or a person decides"


def test_no_database_at_all_is_said_in_words(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreDamaged, match="损坏"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is no database")


def test_a_clock_set_back_keeps_the_order_of_what_happened(opened: Opened) -> None:
    ledger = opened()
    fill(ledger, 2)
    made = receive()
    (outcome,) = ledger.judge([made], LAW, NOW - dt.timedelta(hours=1))
    fill(ledger, 2)
    (again,) = ledger.judge([made], LAW, NOW)
    assert (again.verdict, again.repeat) == (outcome.verdict, True)
    journal = ledger.journal(Revision(0), 10)
    assert [entry.revision for entry in journal] == list(range(1, ledger.head() + 1))

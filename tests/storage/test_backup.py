"""A backup taken under load and put back elsewhere is the same ledger, and says that it was set back."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
import zstandard

from dispatcher.models import commands as c
from dispatcher.models.ids import Revision, UnitId
from dispatcher.models.organisation import Detail, Scope
from dispatcher.models.verdicts import Accepted
from dispatcher.settings import keys_path
from dispatcher.storage import backup
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.adopting import vault_for
from dispatcher.storage.centre import make_engine, snapshot
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.proving import Anchor, anchor, prove
from dispatcher.sync.ports import StoreDamaged, StoreNewer, Trouble
from tests.storage.city import CALLER, LAW, NOW, act, receive, sign
from tests.storage.test_proving import LEADER, a_day

EVERYTHING = Scope(unit=UnitId(""), everything=True, details=frozenset(Detail))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "centre.backup"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind in turn; a PostgreSQL one beside that of the ledger."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    fresh_postgres_url: str = request.getfixturevalue("fresh_postgres_url")
    name = fresh_postgres_url.split("@/", 1)[1].split("?", 1)[0]
    engine = make_engine(fresh_postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}_restored")
    yield fresh_postgres_url.replace(f"@/{name}?", f"@/{name}_restored?", 1)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}_restored WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def reopen() -> Iterator[Callable[[str], Ledger]]:
    opened: list[Ledger] = []

    def open_(url: str) -> Ledger:
        opened.append(Ledger.open(url))
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


def tables(url: str) -> dict[str, list[tuple[object, ...]]]:
    with snapshot(url) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in schema.metadata.sorted_tables
        }


def findings(url: str, *anchors: Anchor) -> tuple[object, ...]:
    with snapshot(url) as connection:
        proof = prove(connection, vault_for(connection, keys_path()), anchors)
    assert proof.with_keys
    return proof.findings


def test_a_backup_taken_under_load_is_one_moment_and_is_restored_whole(
    ledger: Ledger, ledger_url: str, file: Path, target: str, reopen: Callable[[str], Ledger]
) -> None:
    case = a_day(ledger)
    stop, busy = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            order, by = receive()
            ledger.judge([(order, by), sign(order.command.case), receive()], LAW, NOW)
            busy.set()

    working = threading.Thread(target=work)
    working.start()
    try:
        assert busy.wait(60)
        preface, ending = backup.take(ledger_url, file, NOW)
    finally:
        stop.set()
        working.join()
    assert preface.head > 10
    assert ending.counts["journal"] == preface.head
    assert backup.restore(file, target, NOW) == preface
    assert findings(target) == ()
    restored = reopen(target)
    assert restored.head() == preface.head < ledger.head()
    assert (restored.id, restored.restored) == (f"{ledger.id}+1", (preface.head,))
    assert restored.caller(case) == CALLER
    whole = ledger.changes(EVERYTHING, Revision(0), 2000).rows
    up_to_then = [row.row for row in whole if row.row.revision <= preface.head]
    assert [row.row for row in restored.changes(EVERYTHING, Revision(0), 2000).rows] == up_to_then
    order, by = receive()
    again = restored.judge([(order, by), act(c.AddNote(case=case, text="恢复后"), LEADER)], LAW, NOW)
    assert [type(outcome.verdict) for outcome in again] == [Accepted, Accepted]
    assert findings(target) == (), "the chain goes on"


def test_every_table_comes_back_as_it_was(ledger: Ledger, ledger_url: str, file: Path, target: str) -> None:
    a_day(ledger)
    backup.take(ledger_url, file, NOW)
    backup.restore(file, target, NOW)
    there, here = tables(target), tables(ledger_url)
    assert there.pop("restores") == [(1, 11, backup.epoch_ms(NOW))]
    assert here.pop("restores") == []
    assert there == here


def test_an_anchor_of_the_ledger_holds_of_its_backup(ledger: Ledger, ledger_url: str, file: Path) -> None:
    a_day(ledger)
    with snapshot(ledger_url) as connection:
        early = anchor(connection, NOW)
    ledger.judge([receive()], LAW, NOW)
    backup.take(ledger_url, file, NOW)
    ledger.judge([receive()], LAW, NOW)
    with snapshot(ledger_url) as connection:
        late = anchor(connection, NOW)
    with backup.unpacked(file, NOW) as (preface, url):
        assert preface.ledger == early.ledger
        assert findings(url, early) == ()
        assert findings(url, late) != (), "what came after the backup is not in it"


def test_a_database_that_is_not_empty_is_left_alone(ledger: Ledger, ledger_url: str, file: Path) -> None:
    a_day(ledger)
    backup.take(ledger_url, file, NOW)
    before = tables(ledger_url)
    with pytest.raises(Trouble, match="not empty"):
        backup.restore(file, ledger_url, NOW)
    assert tables(ledger_url) == before


def test_an_existing_file_is_not_overwritten(ledger: Ledger, ledger_url: str, file: Path) -> None:
    a_day(ledger)
    file.write_text("yesterday's")
    with pytest.raises(Trouble, match="already"):
        backup.take(ledger_url, file, NOW)
    assert file.read_text() == "yesterday's"
    assert list(file.parent.glob("*.part")) == []


def frames(plain: bytes) -> list[bytes]:
    found: list[bytes] = []
    while plain:
        length = 4 + int.from_bytes(plain[:4], "big")
        found.append(plain[:length])
        plain = plain[length:]
    return found


def by_a_newer_program(plain: bytes) -> bytes:
    """The same backup with a schema nobody knows, sound in itself."""
    *before, last = frames(plain.replace(schema.VERSION.encode(), b"9999", 1))
    ending = msgspec.msgpack.decode(last[4:], type=backup.Ending)
    again = msgspec.structs.replace(ending, sha256=hashlib.sha256(b"".join(before)).digest())
    data = msgspec.msgpack.encode(again)
    return b"".join(before) + len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize("fault", ["cut", "a byte", "a row", "a row twice", "rubbish", "empty", "newer"])
def test_a_damaged_backup_leaves_nothing_behind(tmp_path: Path, file: Path, fault: str) -> None:
    url, target = f"sqlite:///{tmp_path / 'ledger.db'}", f"sqlite:///{tmp_path / 'restored.db'}"
    ledger = Ledger.open(url)
    a_day(ledger)
    ledger.close()
    backup.take(url, file, NOW)
    data = file.read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    spoilt = {
        "cut": data[: len(data) // 2],
        "a byte": data[:400] + bytes([data[400] ^ 1]) + data[401:],
        "a row": zstandard.compress(plain.replace("暴雨".encode(), "晴天".encode(), 1)),
        "rubbish": b"not a backup at all",
        "empty": b"",
        "a row twice": zstandard.compress(plain.replace(frames(plain)[1], frames(plain)[1] * 2, 1)),
        "newer": zstandard.compress(by_a_newer_program(plain)),
    }[fault]
    file.write_bytes(spoilt)
    with pytest.raises(StoreNewer if fault == "newer" else StoreDamaged):
        backup.restore(file, target, NOW)
    engine = make_engine(target)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_backup_is_readable_by_its_owner_alone_and_holds_no_caller(
    ledger: Ledger, ledger_url: str, file: Path
) -> None:
    a_day(ledger)
    preface, _ = backup.take(ledger_url, file, NOW)
    assert file.stat().st_mode & 0o077 == 0
    assert preface.key_versions == (1,)
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
    assert CALLER.name.encode() not in plain
    assert CALLER.phone.encode() not in plain


def test_a_ledger_set_back_twice_says_so(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    a_day(ledger)
    files, urls = [tmp_path / n for n in "ab"], [f"sqlite:///{tmp_path / n}.db" for n in ("one", "two")]
    backup.take(ledger_url, files[0], NOW)
    backup.restore(files[0], urls[0], NOW)
    once = Ledger.open(urls[0])
    once.judge([receive()], LAW, NOW)
    once.close()
    backup.take(urls[0], files[1], NOW)
    backup.restore(files[1], urls[1], NOW)
    twice = Ledger.open(urls[1])
    assert (twice.id, twice.restored) == (f"{ledger.id}+2", (11, 12))
    twice.close()

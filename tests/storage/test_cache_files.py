"""What may befall the console's files: damage, other versions, other programs, full and read-only disks, thieves."""

import contextlib
import os
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from dispatcher.models.ids import Revision
from dispatcher.models.order import Caller
from dispatcher.storage import cache_examining, cipher
from dispatcher.storage.cache import Cache
from dispatcher.storage.keys import KEY_FILE, load_key
from dispatcher.sync.ports import StoreDamaged, StoreNewer, Trouble
from tests.storage.city import NOW, sign
from tests.storage.test_crashes import ROOT
from tests.storage.test_store import LEDGER, REMEMBERED, a_case, changes, row_of

Opened = Callable[[], Cache]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "station"


@pytest.fixture
def opened(directory: Path) -> Iterator[Opened]:
    stores: list[Cache] = []

    def open_() -> Cache:
        stores.append(Cache.open(directory))
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


def filled(store: Cache, count: int = 400) -> Cache:
    store.begin_ledger(LEDGER, REMEMBERED)
    store.apply(changes(*(row_of(a_case(n + 1)) for n in range(count))), NOW)
    return store


def spoil(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if ".damaged-" in path.name)


def test_what_is_written_is_there_after_closing(opened: Opened) -> None:
    store = filled(opened())
    receipt = store.enqueue(sign(a_case(1).id)[0])
    store.close()
    again = opened()
    assert (again.count(), again.standing().cursor, again.remembered()) == (400, 400, REMEMBERED)
    assert again.unsettled() == (receipt,)
    assert again.damages == []


def test_an_interrupted_first_sync_is_opened_with_its_indexes(opened: Opened) -> None:
    store = opened()
    store.begin_ledger(LEDGER, REMEMBERED)
    cases = [a_case(n + 1) for n in range(10)]
    store.apply(changes(*(row_of(case) for case in cases), catching_up=True), NOW)
    store.close()
    again = opened()
    assert again.case(cases[3].id) == cases[3]
    newer = msgspec.structs.replace(cases[3], revision=Revision(11))
    again.apply(changes(row_of(newer), catching_up=True), NOW)
    assert again.count() == 10
    found = again._connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'queue\\_%' ESCAPE '\\'")
    assert found.fetchone()[0] == 3


def test_nothing_personal_can_be_read_from_the_files(opened: Opened, directory: Path) -> None:
    planted = Caller("上官寻踪", "13800138765")
    store = opened()
    store.begin_ledger(LEDGER, REMEMBERED)
    case = a_case(1, title="独一无二的标题文字", text="plainly legible words")
    store.apply(changes(row_of(case, planted), catching_up=True), NOW)
    store.enqueue(sign(case.id)[0])
    store._connection.execute("BEGIN IMMEDIATE")
    store._connection.execute("UPDATE documents SET body = body")  # the journal holds pages too
    store._connection.execute("UPDATE receipts SET state = state")
    secrets = [planted.name, planted.phone, "独一无二的标题文字", "plainly legible words", "sign_for", case.id]
    files = [path for path in directory.iterdir() if path.is_file()]
    assert {"cache.db", "outbox.db"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content, path.name
            assert secret.encode("utf-16-le") not in content, path.name
    store._connection.rollback()
    assert store.caller(case.id) == planted


def test_the_key_is_readable_by_its_owner_alone(opened: Opened, directory: Path) -> None:
    opened()
    path = directory / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    key = load_key(path)
    assert key is not None
    assert len(bytes.fromhex(key)) == 32


def test_each_station_has_a_key_of_its_own(tmp_path: Path) -> None:
    for name in "ab":
        Cache.open(tmp_path / name).close()
    assert load_key(tmp_path / "a" / KEY_FILE) != load_key(tmp_path / "b" / KEY_FILE)


@pytest.mark.parametrize(
    "ruin",
    [
        lambda path: path.write_bytes(b"this is not a database" * 1000),
        lambda path: spoil(path, 100),
        lambda path: path.write_bytes(path.read_bytes()[: cipher.PAGE_SIZE // 2]),
    ],
    ids=["not a database", "first page", "half a page"],
)
def test_a_broken_cache_is_set_aside_at_opening_and_the_acts_are_kept(
    opened: Opened, directory: Path, ruin: Callable[[Path], object]
) -> None:
    store = filled(opened())
    receipt = store.enqueue(sign(a_case(1).id)[0])
    store.close()
    ruin(directory / "cache.db")
    told: list[str] = []
    again = Cache.open(directory, told.append)
    try:
        assert (again.count(), again.standing().ledger, again.standing().cursor) == (0, "", 0)
        assert again.unsettled() == (receipt,)
        (aside,) = names(directory)
        assert aside.startswith("cache.db.damaged-20")
        assert aside.endswith("Z")
        assert told == again.damages
        assert aside in told[0]
        filled(again)
        assert again.count() == 400
    finally:
        again.close()


def test_a_page_found_damaged_while_working_is_told_and_the_cache_begins_anew(opened: Opened, directory: Path) -> None:
    store = filled(opened())
    receipt = store.enqueue(sign(a_case(1).id)[0])
    store.close()
    path = directory / "cache.db"
    for page in range(3, path.stat().st_size // cipher.PAGE_SIZE):
        spoil(path, page * cipher.PAGE_SIZE + 500)
    again = opened()
    with pytest.raises(StoreDamaged, match="损坏"):
        list(again.rows(0))
    assert len(names(directory)) == len(again.damages) == 1
    assert (again.count(), again.standing().cursor, again.unsettled()) == (0, 0, (receipt,))
    filled(again)
    assert again.count() == 400


def test_a_page_found_damaged_while_writing_is_told_too(opened: Opened, directory: Path) -> None:
    store = filled(opened())
    store.close()
    path = directory / "cache.db"
    for page in range(3, path.stat().st_size // cipher.PAGE_SIZE):
        spoil(path, page * cipher.PAGE_SIZE + 500)
    again = opened()
    with pytest.raises(StoreDamaged):
        again.apply(changes(*(row_of(a_case(n + 401)) for n in range(50)), last=450), NOW)
    filled(again)
    assert again.count() == 400


def test_a_row_that_cannot_be_understood_counts_as_damage(opened: Opened, directory: Path) -> None:
    store = filled(opened(), 3)
    store._connection.execute("UPDATE queue SET row = x'5b5d' WHERE n = 2")
    with pytest.raises(StoreDamaged):
        list(store.rows(0))
    assert store.count() == 0
    assert len(names(directory)) == 1


def test_a_broken_outbox_is_kept_aside_and_loudly_told(opened: Opened, directory: Path) -> None:
    store = filled(opened())
    store.enqueue(sign(a_case(1).id)[0])
    store.close()
    (directory / "outbox.db").write_bytes(b"rubbish" * 5000)
    again = opened()
    assert [name.split(".damaged")[0] for name in names(directory)] == ["outbox.db"]
    assert "人工核对" in again.damages[0]
    assert again.count() == 400, "the cache was sound"
    assert again.unsettled() == ()


def test_a_lost_key_leaves_both_files_aside_and_a_console_that_works(opened: Opened, directory: Path) -> None:
    filled(opened()).close()
    (directory / KEY_FILE).unlink()
    again = opened()
    assert [name.split(".damaged")[0] for name in names(directory)] == ["cache.db", "outbox.db"]
    assert len(again.damages) == 3
    filled(again)
    assert again.count() == 400


def test_a_key_file_that_holds_no_key_is_set_aside(opened: Opened, directory: Path) -> None:
    opened().close()
    (directory / KEY_FILE).write_text("secret\n")
    assert filled(opened()).count() == 400
    assert KEY_FILE in [name.split(".damaged")[0] for name in names(directory)]


@pytest.mark.parametrize("file", ["cache.db", "outbox.db"])
def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(opened: Opened, directory: Path, file: str) -> None:
    filled(opened(), 5).close()
    key = load_key(directory / KEY_FILE)
    assert key is not None
    connection = cipher.connect(directory / file, key, cipher.PAGE_SIZE if file == "cache.db" else None)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    with pytest.raises(StoreNewer, match=r"99.*newer version"):
        opened()
    after = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert {name: after[name] for name in ("cache.db", "outbox.db", KEY_FILE)} == {
        name: before[name] for name in ("cache.db", "outbox.db", KEY_FILE)
    }
    assert names(directory) == []
    connection = cipher.connect(directory / file, key, cipher.PAGE_SIZE if file == "cache.db" else None)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert opened().count() == 5, "a failed opening keeps nobody out"


def test_a_second_program_on_the_same_directory_is_refused(opened: Opened, directory: Path) -> None:
    store = filled(opened(), 3)
    with pytest.raises(Trouble, match="另一个调度台程序"):
        opened()
    script = (
        "import sys; from pathlib import Path\n"
        "from dispatcher.storage.cache import Cache\n"
        "from dispatcher.sync.ports import Trouble\n"
        "try: Cache.open(Path(sys.argv[1]))\n"
        "except Trouble as trouble: sys.exit(7 if 'Another console' in str(trouble) else 8)\n"
    )
    other = subprocess.run([sys.executable, "-c", script, str(directory)], cwd=ROOT, check=False)
    assert other.returncode == 7
    assert store.count() == 3, "the first goes on undisturbed"
    store.close()
    assert opened().count() == 3


@pytest.fixture
def former(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill a cache as the program's first versions did."""
    with monkeypatch.context() as then:
        then.setattr(cipher, "PAGE_SIZE", cipher.FORMER_PAGE_SIZE)
        store = filled(opened())
        store.enqueue(sign(a_case(1).id)[0])
        while store.index_some():
            pass
        store.close()


@pytest.mark.usefixtures("former")
def test_a_cache_of_the_former_page_size_is_written_anew_and_nothing_is_lost(opened: Opened, directory: Path) -> None:
    key = load_key(directory / KEY_FILE)
    assert key is not None
    assert cache_examining.cache_signs(directory / "cache.db", key).cases == 400, "the doctor reads it as it lies"
    store = opened()
    assert (store.count(), store.standing().cursor, store.remembered()) == (400, 400, REMEMBERED)
    assert (len(store.unsettled()), len(store.search("井盖", 1000)), store.damages) == (1, 400, [])
    assert int(store._connection.execute("PRAGMA main.page_size").fetchone()[0]) == cipher.PAGE_SIZE
    store.close()
    cache_examining.check(directory / "cache.db", key)
    assert not [*names(directory), *directory.glob("*.repaged*")]


@pytest.mark.usefixtures("former")
def test_a_cache_that_cannot_be_written_anew_stays_as_it_is(opened: Opened, directory: Path) -> None:
    before = (directory / "cache.db").read_bytes()
    with largest_file(60_000), pytest.raises(Trouble, match="磁盘"):
        opened()
    assert (directory / "cache.db").read_bytes() == before
    assert opened().count() == 400
    assert not [*names(directory), *directory.glob("*.repaged*")]


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_leaves_everything_as_it_was(opened: Opened, directory: Path) -> None:
    store = filled(opened(), 50)
    more = changes(*(row_of(a_case(n + 51)) for n in range(500)), last=550)
    with largest_file((directory / "cache.db").stat().st_size + 50_000), pytest.raises(Trouble) as caught:
        store.apply(more, NOW)
    assert not isinstance(caught.value, StoreDamaged)
    assert "磁盘" in str(caught.value)
    assert (store.count(), store.standing().cursor) == (50, 50)
    store.apply(more, NOW)
    assert (store.count(), store.standing().cursor) == (550, 550)
    assert store.damages == []


def test_a_full_disk_is_said_in_words_even_while_the_cache_is_first_filled(opened: Opened) -> None:
    store = opened()
    store.begin_ledger(LEDGER, REMEMBERED)
    pages = store._connection.execute("PRAGMA main.page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA main.max_page_count = {pages + 3}")
    rows = [row_of(a_case(n + 1)) for n in range(300)]
    with pytest.raises(Trouble, match=r"磁盘已满.*disk is full"):
        store.apply(changes(*rows, catching_up=True), NOW)
    assert (store.count(), store.standing().cursor, store.row(rows[0].row.id)) == (0, 0, None)
    store._connection.execute("PRAGMA main.max_page_count = 1000000")
    store.apply(changes(*rows), NOW)
    assert store.count() == 300


@contextlib.contextmanager
def read_only_directory() -> Iterator[Path]:
    """A directory nobody may write to, and no rights to write to it all the same."""
    directory = Path(tempfile.mkdtemp(prefix="read-only-"))
    as_root = os.geteuid() == 0
    directory.chmod(0o555)
    if as_root:
        os.seteuid(65534)
    try:
        yield directory
    finally:
        if as_root:
            os.seteuid(0)
        directory.chmod(0o700)
        for path in directory.iterdir():
            path.unlink()
        directory.rmdir()


def test_a_read_only_directory_is_said_in_words() -> None:
    with read_only_directory() as directory:
        with pytest.raises(Trouble, match=r"权限.*permission|may be written"):
            Cache.open(directory)
        with pytest.raises(Trouble, match="无法读写"):
            Cache.open(directory / "below")


def test_a_closed_cache_says_so(opened: Opened) -> None:
    store = opened()
    store.close()
    with pytest.raises(Trouble, match="closed"):
        store.standing()

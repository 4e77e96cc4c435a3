"""A station's files as the doctor finds them: whole, broken, locked, of another key, and never changed by it."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatcher.doctor.findings import Finding, Mark, Typing
from dispatcher.doctor.station import Home, examine_key_store, homes_of
from dispatcher.entrance import keep_badge, station_home
from dispatcher.models.ids import PersonId
from dispatcher.settings import ConsoleSettings
from dispatcher.storage import cipher
from dispatcher.storage.badge import Badge
from dispatcher.storage.cache import Cache
from dispatcher.storage.key_stores import key_store
from dispatcher.storage.keys import KEY_FILE, Keyholder, load_key
from dispatcher.sync.ports import Draft, Trouble
from tests.doctor.looking import SetClock, asking, lying, marks
from tests.storage.city import sign
from tests.storage.test_cache_files import filled, spoil
from tests.storage.test_crashes import ROOT
from tests.storage.test_key_stores import Ring, ring  # noqa: F401  (a fixture)
from tests.storage.test_store import a_case

CENTRE = "https://centre.example:8345"
NOW = SetClock().now()


def settings(data: Path, **more: object) -> ConsoleSettings:
    return ConsoleSettings(**({"centre": CENTRE, "data": data, "person": "wang", "key_store": "file"} | more))  # type: ignore[arg-type]


def home_of(data: Path) -> Path:
    return station_home(data, CENTRE, "wang")


def examined(data: Path, **more: object) -> list[Finding]:
    chosen = settings(data, **more)
    (place,) = homes_of(chosen)
    return list(Home(place, chosen, SetClock(), Typing("console", ConsoleSettings, {})).examine())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A station in good order: signed in just now, 400 cases, nothing waiting."""
    home = home_of(tmp_path)
    keep_badge(home, Keyholder(home), Badge(person=PersonId("wang"), token="a-secret-token", contact_at=NOW))
    filled(Cache.open(home)).close()
    return tmp_path


@pytest.fixture
def store(data: Path) -> Iterator[Cache]:
    """The same station with its console at work."""
    store = Cache.open(home_of(data))
    yield store
    store.close()


def made(ago: dt.timedelta) -> object:
    act, _ = sign(a_case(1).id)
    return type(act)(id=act.id, command=act.command, by=act.by, made_at=NOW - ago)


def test_a_station_in_good_order_is_well_and_is_left_as_it_was(data: Path) -> None:
    before = lying(data)
    found = examined(data)
    assert asking(found) == {}
    assert marks(found)["station.cache"] is Mark.WELL
    assert any("400 cases" in finding.words for finding in found)
    assert lying(data) == before


def test_a_console_at_work_is_said_and_not_disturbed(data: Path, store: Cache) -> None:
    first = store.enqueue(made(dt.timedelta(minutes=30)))  # type: ignore[arg-type]
    found = marks(examined(data))
    assert found["station.in_use"] is Mark.WELL
    assert found["station.unsent"] is Mark.ATTENTION
    assert found["station.cache"] is found["station.outbox"] is Mark.WELL
    receipt = store.enqueue(sign(a_case(2).id)[0])
    assert store.unsettled() == (first, receipt)
    with pytest.raises(Trouble, match="Another console"):
        Cache.open(home_of(data))  # it still keeps others out


@pytest.mark.parametrize("name", ["cache.db", "outbox.db"])
def test_a_file_that_broke_under_a_console_at_work_is_named(data: Path, store: Cache, name: str) -> None:
    spoil(home_of(data) / name, 100)
    assert asking(examined(data)) == {f"station.{name.removesuffix('.db')}": Mark.FAULT}
    assert store.count() == 400  # it reads from memory what it has read


@pytest.mark.parametrize(
    ("minutes", "mark"), [(5, Mark.WELL), (30, Mark.ATTENTION), (180, Mark.FAULT)], ids=["fresh", "old", "too old"]
)
def test_the_age_of_the_oldest_unsent_act_is_told(data: Path, store: Cache, minutes: int, mark: Mark) -> None:
    store.enqueue(made(dt.timedelta(minutes=minutes)))  # type: ignore[arg-type]
    store.enqueue(made(dt.timedelta()))  # type: ignore[arg-type]
    store.keep_draft(Draft(case=a_case(1).id, form="reply", fields={}, saved_at=NOW))
    store.close()
    found = examined(data)
    assert marks(found)["station.unsent"] is mark
    assert any("2 acts not sent" in finding.words for finding in found)
    assert any("1 drafts" in finding.words for finding in found)


def _cut(home: Path) -> None:
    path = home / "cache.db"
    path.write_bytes(path.read_bytes()[: -cipher.PAGE_SIZE * 2])


def _other_key(home: Path) -> None:
    (home / KEY_FILE).write_text("ab" * 32)


def _newer(home: Path) -> None:
    key = load_key(home / KEY_FILE)
    assert key is not None
    connection = cipher.connect(home / "outbox.db", key)
    connection.execute("PRAGMA user_version = 99").close()
    connection.close()


@pytest.mark.parametrize(
    ("ruin", "broken"),
    [
        (_cut, {"station.cache": Mark.FAULT}),
        (lambda home: spoil(home / "cache.db", 100), {"station.cache": Mark.FAULT}),
        (lambda home: spoil(home / "cache.db", 3 * cipher.PAGE_SIZE + 99), {"station.cache": Mark.FAULT}),
        (lambda home: spoil(home / "outbox.db", 100), {"station.outbox": Mark.FAULT}),
        (_other_key, {"station.cache": Mark.FAULT, "station.outbox": Mark.FAULT}),
        (_newer, {"station.outbox": Mark.FAULT}),
        (lambda home: (home / KEY_FILE).unlink(), {"station.key": Mark.FAULT}),
        (lambda home: (home / KEY_FILE).chmod(0o644), {"station.key_file": Mark.ATTENTION}),
        (lambda home: home.chmod(0o755), {"station.directory": Mark.ATTENTION}),
        (lambda home: (home / "cache.db-journal").write_bytes(b"hot"), {"station.interrupted": Mark.ATTENTION}),
        (lambda home: (home / "cache.db.damaged-1").touch(), {"station.set_aside": Mark.ATTENTION}),
    ],
    ids=[
        "pages cut off", "first page", "a page", "outbox", "another key", "a newer program", "no key",
        "readable key", "readable directory", "interrupted", "set aside",
    ],
)  # fmt: skip
def test_what_has_befallen_a_station_is_named(
    data: Path, ruin: Callable[[Path], object], broken: dict[str, Mark]
) -> None:
    ruin(home_of(data))
    before = lying(data)
    assert asking(examined(data)) == broken
    assert lying(data) == before


def test_a_filling_broken_off_in_the_middle_is_told(data: Path, store: Cache) -> None:
    store.begin_again()
    store.close()
    assert asking(examined(data)) == {"station.filling": Mark.ATTENTION}


@pytest.mark.parametrize(
    ("days", "mark"), [(1, Mark.WELL), (8, Mark.ATTENTION), (25, Mark.ATTENTION)], ids=["fresh", "offline", "wipe"]
)
def test_days_without_the_centre_are_told_before_they_cost_something(data: Path, days: int, mark: Mark) -> None:
    home = home_of(data)
    keep_badge(home, Keyholder(home), Badge(person=PersonId("wang"), contact_at=NOW - dt.timedelta(days=days)))
    assert marks(examined(data))["station.contact"] is mark


def test_a_key_under_a_passphrase_is_asked_for_by_its_file(data: Path, tmp_path: Path) -> None:
    home = home_of(data)
    Keyholder(home, "passphrase", lambda name: key_store(name, home, "a long passphrase")).load()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("a long passphrase\n")
    wrong.write_text("another passphrase\n")
    assert marks(examined(data, key_store="passphrase"))["station.key"] is Mark.UNSEEN
    assert asking(examined(data, key_store="passphrase", passphrase_file=right)) == {}
    assert asking(examined(data, key_store="passphrase", passphrase_file=wrong)) == {"station.key": Mark.FAULT}


def test_a_locked_keyring_is_said_and_a_key_is_not_moved_by_looking(data: Path, ring: Ring) -> None:  # noqa: F811
    chosen, typed = settings(data, key_store="keyring"), Typing("console", ConsoleSettings, {})
    assert asking(examine_key_store(chosen, typed)) == {}
    assert asking(examined(data, key_store="keyring")) == {}  # the key is in its file still
    assert ring.held == {}
    ring.locked = True
    (said,) = examine_key_store(chosen, typed)
    assert said.mark is Mark.FAULT
    assert "locked" in said.words
    assert said.remedy == "dispatcher console --key-store passphrase"


def test_whoever_never_signed_in_here_is_no_fault(tmp_path: Path) -> None:
    assert asking(examined(tmp_path)) == {}
    assert homes_of(settings(tmp_path, person="")) == ()


def test_a_directory_of_somebody_else_is_said_in_words(data: Path) -> None:
    home = home_of(data)
    as_root = os.geteuid() == 0
    home.chmod(0)
    if as_root:
        os.seteuid(65534)
    try:
        found = asking(examined(data))
    finally:
        if as_root:
            os.seteuid(0)
        home.chmod(0o700)
    assert found == {"station.directory": Mark.FAULT}


_AT_WORK = """
import sys
from pathlib import Path
from dispatcher.storage.cache import Cache
store = Cache.open(Path(sys.argv[1]))
store._connection.execute("PRAGMA main.cache_size = 1")  # it has to write before it commits
store._connection.execute("BEGIN IMMEDIATE")
store._connection.execute("UPDATE documents SET body = body || x'00'")
print("at work", flush=True)
sys.stdin.read()
"""


_WRITING = """
import sys
from pathlib import Path
from dispatcher.storage.cache import Cache
store = Cache.open(Path(sys.argv[1]))
store._connection.execute("PRAGMA main.cache_size = 1")
print("writing", flush=True)
while True:
    with store._transaction() as connection:
        connection.execute("DELETE FROM documents WHERE n % 3 = 0")
        connection.execute("INSERT INTO documents SELECT n + 1000000, body, caller FROM documents WHERE n % 3 = 1")
    with store._transaction() as connection:
        connection.execute("DELETE FROM documents WHERE n > 1000000")
        connection.execute("INSERT INTO documents SELECT n - 1, body, caller FROM documents WHERE n % 3 = 1")
"""


def test_a_console_that_writes_without_a_pause_is_never_called_broken(data: Path) -> None:
    console = subprocess.Popen([sys.executable, "-c", _WRITING, str(home_of(data))], stdout=subprocess.PIPE, cwd=ROOT)
    assert console.stdout is not None
    with console.stdout:
        assert console.stdout.readline() == b"writing\n"
        try:
            for _ in range(2):
                assert asking(examined(data)) == {}
                assert console.poll() is None
        finally:
            console.kill()
            console.wait()


def test_a_console_of_another_process_is_seen_at_work_and_after_a_kill_in_the_middle_of_a_write(data: Path) -> None:
    home = home_of(data)
    console = subprocess.Popen(
        [sys.executable, "-c", _AT_WORK, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert console.stdin is not None
    assert console.stdout is not None
    with console.stdin, console.stdout:
        assert console.stdout.readline() == b"at work\n"
        found = marks(examined(data))
        assert found["station.in_use"] is Mark.WELL
        assert found["station.cache"] is Mark.UNSEEN, "half a write is no damage"
        console.kill()
        console.wait()
    before = lying(data)
    assert asking(examined(data)) == {"station.interrupted": Mark.ATTENTION}
    assert lying(data) == before, "the write that was cut off is the console's to take back"
    Cache.open(home).close()
    assert asking(examined(data)) == {}

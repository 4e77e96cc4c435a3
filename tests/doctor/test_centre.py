"""A centre as the doctor finds it on its own machine: real ledgers with real faults, on both databases."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from dispatcher.centre.certificates import make_certificates
from dispatcher.cli import main
from dispatcher.doctor.centre import CentreExamined
from dispatcher.doctor.findings import Finding, Mark, Typing
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Role
from dispatcher.models.verdicts import Accepted
from dispatcher.settings import DoctorSettings, ServerSettings
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.migrations import upgrade
from dispatcher.storage.webhooks import DeadLetter
from tests.doctor.looking import SetClock, asking, lying, marks
from tests.server.centre import running_centre
from tests.storage.city import LAW, NOW, STREET, receive
from tests.storage.test_cache_files import spoil

NOBODY_RUNS = {"centre": Mark.ATTENTION}
ACCOUNT = Account(person=PersonId("new"), name="New", unit=STREET, roles=frozenset({Role.DISPATCHER}))


def examined(
    database: str, keys: Path, clock: SetClock | None = None, beside: DoctorSettings | None = None, **more: object
) -> list[Finding]:
    settings = ServerSettings(**({"database": database, "keys": keys, "port": 0} | more))  # type: ignore[arg-type]
    typed = Typing("server", ServerSettings, {"database": database})
    centre = CentreExamined(settings, beside or DoctorSettings(), clock or SetClock(), typed)
    return [*centre.machine(), *centre.certificate(), *centre.database()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "centre"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def database(place: Path, keys: Path) -> str:
    """A SQLite ledger in good order on which no centre runs."""
    return filled(f"sqlite:///{place / 'centre.db'}", keys)


def filled(url: str, keys: Path) -> str:
    ledger = Ledger.open(url, keys=keys)
    try:
        assert all(
            isinstance(each.verdict, Accepted) for each in ledger.judge([receive() for _ in range(60)], LAW, NOW)
        )
        ledger.accounts.put(ACCOUNT, PersonId("admin"), NOW)
    finally:
        ledger.close()
    return url


def change(database: str, *statements: sa.Executable) -> None:
    """Write to a ledger behind its back."""
    engine = make_engine(database)
    with engine.execution_options(writing=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def test_a_ledger_in_good_order_is_well_and_is_left_as_it_was(database: str, place: Path, keys: Path) -> None:
    before = lying(place)
    found = examined(database, keys)
    assert asking(found) == NOBODY_RUNS
    assert {"database.schema", "keys", "journal", "clock"} <= marks(found).keys()
    assert lying(place) == before


def test_a_ledger_is_not_made_by_looking_for_it(place: Path, keys: Path) -> None:
    assert asking(examined(f"sqlite:///{place / 'centre.db'}", keys)) == {"database": Mark.FAULT}
    assert lying(place) == {}


def test_the_centre_at_work_is_seen_and_not_disturbed(tmp_path: Path, place: Path) -> None:
    async def story() -> None:
        url = f"sqlite:///{place / 'centre.db'}"
        async with running_centre(url) as centre:
            found = await asyncio.to_thread(examined, url, ServerSettings().keys, port=centre.port)
            assert asking(found) == {}
            assert marks(found)["centre"] is marks(found)["centre.answer"] is Mark.WELL
            assert (await centre.http.get("/ready")).status_code == 200

    asyncio.run(story())


def _cut(place: Path, _keys: Path) -> None:
    path = place / "centre.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def _tear(place: Path, _keys: Path) -> None:
    with (place / "centre.db").open("r+b") as file:
        file.seek(60 * 4096)
        file.write(bytes([0xA5]) * 4096)


def _wrong_key(_place: Path, keys: Path) -> None:
    (keys / "centre-1.key").write_text("cd" * 32 + "\n")


@pytest.mark.parametrize(
    ("ruin", "broken"),
    [
        (_cut, "database"),
        (_tear, "database.pages"),
        (lambda place, _: spoil(place / "centre.db", 5), "database"),
        (lambda _, keys: (keys / "centre-1.key").unlink(), "keys"),
        (_wrong_key, "keys"),
        (lambda _, keys: keys.chmod(0o755), "keys.directory"),
        (lambda _, keys: (keys / "centre-1.key").chmod(0o644), "keys.file"),
    ],
    ids=["cut off", "a page", "first page", "no key", "wrong key", "directory of keys", "key that others read"],
)
def test_what_has_befallen_a_centre_is_named(
    database: str, place: Path, keys: Path, ruin: Callable[[Path, Path], object], broken: str
) -> None:
    ruin(place, keys)
    found = asking(examined(database, keys))
    assert broken in found
    if broken == "keys":
        (said,) = [finding for finding in examined(database, keys) if finding.check == "keys"]
        assert said.remedy == f"install -D -m 600 SAFE/centre-1.key {keys / 'centre-1.key'}"
    if broken.startswith("keys"):
        assert found.keys() - NOBODY_RUNS.keys() == {broken}


@pytest.mark.parametrize(("version", "mark"), [("0008", Mark.ATTENTION), ("9999", Mark.FAULT)])
def test_a_schema_of_yesterday_and_one_of_tomorrow_are_told(place: Path, keys: Path, version: str, mark: Mark) -> None:
    url = f"sqlite:///{place / 'centre.db'}"
    engine = make_engine(url)
    with engine.execution_options(writing=True).begin() as connection:
        upgrade(connection, "centre", to="0008")
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    engine.dispose()
    found = examined(url, keys)
    assert asking(found) == {"database.schema": mark}
    assert any(version in finding.words for finding in found)


def test_an_altered_entry_among_the_newest_is_found_and_an_older_one_by_looking_further(
    database: str, keys: Path
) -> None:
    altered = sa.update(schema.journal).where(schema.journal.c.revision == 20).values(kind="sign_for")
    change(database, altered)
    assert asking(examined(database, keys, beside=DoctorSettings(newest=10))) == NOBODY_RUNS
    assert asking(examined(database, keys)) == {**NOBODY_RUNS, "journal": Mark.FAULT}


def test_backups_and_anchors_are_told_by_their_age_and_by_what_they_are_of(
    database: str, keys: Path, tmp_path: Path
) -> None:
    backups, anchors = tmp_path / "backups", tmp_path / "anchors"
    beside = DoctorSettings(backups=backups, anchors=anchors)
    both = {"backup": Mark.ATTENTION, "anchor": Mark.ATTENTION, **NOBODY_RUNS}
    backups.mkdir()
    anchors.mkdir()
    assert asking(examined(database, keys, beside=beside)) == both
    for task in (["backup", str(backups / "a.backup")], ["anchor", str(anchors / "a.anchor")]):
        assert main(["admin", "--database", database, "--keys", str(keys), *task]) == 0
    assert asking(examined(database, keys, beside=beside)) == NOBODY_RUNS
    assert asking(examined(database, keys, SetClock(dt.timedelta(days=3)), beside)) == both
    change(database, sa.update(schema.chain).where(schema.chain.c.place == 61).values(hash=b"another"))
    assert asking(examined(database, keys, beside=beside))["anchor"] is Mark.FAULT
    spoil(backups / "a.backup", 30)
    assert asking(examined(database, keys, beside=beside))["backup"] is Mark.FAULT


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_ledger_remembers_what_was_taken_last_where_no_directory_is_named(
    request: pytest.FixtureRequest, kind: str, keys: Path, tmp_path: Path
) -> None:
    url = request.getfixturevalue("fresh_postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger, file = filled(url, keys), tmp_path / "a.backup"
    found = marks(examined(ledger, keys))
    assert found["backup"] is found["anchor"] is Mark.UNSEEN
    for task in (["backup", str(file)], ["anchor", str(tmp_path / "a.anchor")], ["verify", "--from", str(file)]):
        assert main(["admin", "--database", ledger, "--keys", str(keys), *task]) == 0
    told = examined(ledger, keys)
    assert {marks(told)[check] for check in ("backup", "anchor", "backup.proof")} == {Mark.WELL}
    assert not any(str(tmp_path) in each.words for each in told if each.check.startswith(("backup", "anchor")))
    late = asking(examined(ledger, keys, SetClock(dt.timedelta(days=3))))
    assert late.keys() >= {"backup", "anchor"}
    assert main(["admin", "--database", ledger, "--keys", str(keys), "verify"]) == 0  # the journal is as it was


def test_a_backup_of_another_ledger_is_not_remembered_here(database: str, keys: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "a.backup", filled(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
    assert main(["admin", "--database", other, "--keys", str(tmp_path / "other"), "backup", str(file)]) == 0
    proof = ["verify", "--from", str(file)]
    assert main(["admin", "--database", database, "--keys", str(tmp_path / "other"), *proof]) == 0
    assert "backup.proof" not in marks(examined(database, keys))


def test_a_clock_that_was_set_back_is_behind_the_journal(database: str, keys: Path) -> None:
    back = SetClock(NOW - SetClock().now() - dt.timedelta(hours=1))
    assert asking(examined(database, keys, back)) == {**NOBODY_RUNS, "clock": Mark.FAULT}


def test_what_waits_for_people_is_told_without_addresses(database: str, keys: Path) -> None:
    ledger = Ledger.open(database, keys=keys)
    hook = ledger.webhooks.add("https://example.cn/hook?key=hidden", (), UnitId(""))
    ledger.webhooks.give_up(
        DeadLetter(webhook=hook.id, revision=ledger.head(), tries=9, error="example.cn says no", given_up_at=NOW)
    )
    ledger.stations.met("DESK-3", PersonId("new"), "10.0.0.9", "", NOW)
    ledger.close()
    change(database, sa.update(schema.accounts).values(disabled_ms=1))
    found = examined(database, keys)
    waiting = dict.fromkeys(("accounts", "webhooks.dead", "stations.silent"), Mark.ATTENTION)
    assert asking(found) == {**NOBODY_RUNS, **waiting}
    said = " ".join(finding.words + finding.remedy for finding in found)
    assert hook.id in said
    assert "DESK-3" in said
    assert "hidden" not in said
    assert "example.cn" not in said


@pytest.mark.parametrize(
    ("days", "mark"), [(100, Mark.WELL), (20, Mark.ATTENTION), (-3, Mark.FAULT)], ids=["well", "soon", "expired"]
)
def test_the_end_of_the_certificate_is_told(database: str, keys: Path, tmp_path: Path, days: int, mark: Mark) -> None:
    made = tmp_path / "made"
    make_certificates(made, ["localhost"], SetClock().now() + dt.timedelta(days=days - 10), 10)
    found = examined(database, keys, certificate=made / "centre.pem", key=made / "centre.key")
    assert marks(found)["certificate"] is mark


@pytest.mark.parametrize(("free_mb", "mark"), [(50, Mark.FAULT), (500, Mark.ATTENTION), (5000, Mark.WELL)])
def test_a_disk_that_reports_no_room_is_told(
    database: str, keys: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, mark: Mark
) -> None:
    report = SimpleNamespace(free=free_mb * 1024**2)
    monkeypatch.setattr("dispatcher.doctor.machine.shutil.disk_usage", lambda path: report)
    assert marks(examined(database, keys))["disk.database"] is mark


def test_a_readable_database_in_a_readable_directory_is_told(database: str, place: Path, keys: Path) -> None:
    (place / "centre.db").chmod(0o644)
    assert asking(examined(database, keys)) == NOBODY_RUNS, "nobody else gets to it"
    place.chmod(0o755)
    assert asking(examined(database, keys)) == {**NOBODY_RUNS, "database.file": Mark.ATTENTION}


@pytest.mark.postgres
def test_a_centre_on_postgresql_is_seen_on_duty_and_its_database_by_its_clock(
    fresh_postgres_url: str, keys: Path
) -> None:
    assert asking(examined(fresh_postgres_url, keys)) == {"database.schema": Mark.FAULT}
    filled(fresh_postgres_url, keys)
    assert asking(examined(fresh_postgres_url, keys)) == NOBODY_RUNS
    ledger = Ledger.open(fresh_postgres_url, keys=keys)
    assert ledger.post.take()
    assert asking(examined(fresh_postgres_url, keys)) == {}
    off = SetClock(dt.timedelta(hours=1))
    assert asking(examined(fresh_postgres_url, keys, off)) == {"clock": Mark.FAULT}
    ledger.close()


@pytest.mark.postgres
def test_a_database_server_that_is_away_is_said_without_its_password(
    fresh_postgres_url: str, keys: Path, tmp_path: Path
) -> None:
    gone = f"postgresql://dispatcher:geheim@/none?host={tmp_path}"
    found = examined(gone, keys)
    assert asking(found) == {"database": Mark.FAULT}
    assert "geheim" not in " ".join(finding.words + finding.remedy for finding in found)


def test_a_database_that_another_program_writes_to_can_be_looked_at(database: str, keys: Path, place: Path) -> None:
    other = sqlite3.connect(place / "centre.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert asking(examined(database, keys)) == NOBODY_RUNS
    other.close()

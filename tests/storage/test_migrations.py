"""The migrations lead to the schema the program works with, for all three databases."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dispatcher.models.ids import CaseId, LedgerId, Revision, UnitId
from dispatcher.models.lawbook import book_of
from dispatcher.models.order import Place
from dispatcher.models.queue import summarise
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.storage import cache_schema, cipher, ledger_schema, migrations
from dispatcher.storage.cache import Cache
from dispatcher.storage.cache_files import run
from dispatcher.storage.cache_migrating import migrate
from dispatcher.storage.centre import make_engine
from dispatcher.storage.keys import KEY_FILE, Key, load_key, make_key
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.migrations import Which, newest
from dispatcher.sync.ports import ActState, Draft, Remembered, StoreNewer, Trouble
from dispatcher.wire import Changes
from tests.builders import NOON, law, new_case
from tests.storage.city import CALENDAR, DISPATCHER, POLICY, sign
from tests.storage.test_crashes import ROOT

KEY = Key("0123456789abcdef" * 4)
FILES = {"cache": cache_schema.cache_statements, "outbox": cache_schema.outbox_statements}


def page_size(which: Which) -> int | None:
    return cipher.PAGE_SIZE if which == "cache" else None


def content(path: Path, which: Which) -> tuple[object, ...]:
    connection = cipher.connect(path, KEY, page_size(which))
    try:
        found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        made = [(*rest, re.sub(r"\s+", "", sql or "")) for *rest, sql in found]
        rows = {
            name: connection.execute(f"SELECT * FROM {name}").fetchall() for kind, name, *_ in made if kind == "table"
        }
        return made, rows, connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.close()


@pytest.mark.parametrize("which", ["cache", "outbox"])
def test_migrating_from_nothing_gives_what_a_new_file_gets(tmp_path: Path, which: Which) -> None:
    direct = cipher.connect(tmp_path / "direct.db", KEY, page_size(which))
    run(direct, "BEGIN", *FILES[which]("main"), "COMMIT")
    direct.close()
    migrate(tmp_path / "migrated.db", KEY, which)
    assert content(tmp_path / "direct.db", which) == content(tmp_path / "migrated.db", which)


def test_the_versions_the_program_names_are_the_newest_migrations() -> None:
    assert newest("centre") == ledger_schema.VERSION
    assert newest("cache") == f"{cache_schema.CACHE_VERSION:04d}"
    assert newest("outbox") == f"{cache_schema.OUTBOX_VERSION:04d}"


def test_the_centre_s_migrations_give_exactly_the_tables_the_program_names(ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    engine = make_engine(ledger_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), ledger_schema.metadata) == []
    engine.dispose()


def test_a_ledger_of_a_newer_version_is_refused(ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    engine = make_engine(ledger_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0099'"))
    engine.dispose()
    with pytest.raises(StoreNewer, match="0099"):
        Ledger.open(ledger_url)


def test_a_ledger_of_the_first_version_keeps_its_cases_and_learns_where_they_lie(ledger_url: str) -> None:
    """Each case's community is read out of its body, and the centre looks at each once for what time has brought."""
    community = UnitId("110105017003")
    cases = [new_case(f"case-{place}", place=Place(community_code=code)) for place, code in enumerate(("", community))]
    engine = make_engine(ledger_url)
    with engine.execution_options(writing=True).begin() as connection:
        config = migrations._config("centre")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO meta VALUES ('old')"))
        connection.execute(sa.text("INSERT INTO head VALUES (1, 2)"))
        for revision, case in enumerate(cases, 1):
            row = summarise(case, law())
            values = {
                "id": case.id,
                "revision": revision,
                "committed_ms": 0,
                "source": case.order.source,
                "number": case.order.number,
                "holder": case.holder,
                "state": case.state.value,
                "is_open": True,
                "confidential": False,
                "received_ms": row.received_ms,
                "due_ms": row.due_ms,
                "closed_ms": row.closed_ms,
                "row": msgspec.json.encode(row),
                "body": msgspec.json.encode(case),
                "caller": None,
            }
            names = ", ".join(f'"{name}"' for name in values)
            connection.execute(
                sa.text(f"INSERT INTO cases ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
            )
    engine.dispose()
    ledger = Ledger.open(ledger_url)
    assert (ledger.id, ledger.head(), ledger.counts().open) == ("old", 2, 2)
    assert [due.case.id for due in ledger.timers_due(NOON, 9)] == [case.id for case in cases]
    assert ledger.resummarise(law(), CaseId(""), 9) is None
    assert ledger.timers_due(NOON, 9) == []
    ledger.close()
    engine = make_engine(ledger_url)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT community FROM cases ORDER BY id")).scalars().all()
    engine.dispose()
    assert found == ["", community]


def test_a_cache_made_by_migration_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older file goes through: opened with a lower version, migrated, opened again."""
    key = make_key(tmp_path / KEY_FILE)
    for which in ("cache", "outbox"):
        migrate(tmp_path / f"{which}.db", key, which)
    asked: list[str] = []

    def migrating(path: Path, key: Key, which: Which) -> None:
        asked.append(which)
        connection = cipher.connect(path, key, page_size(which))
        connection.execute("PRAGMA user_version = 99")
        connection.close()

    monkeypatch.setattr("dispatcher.storage.cache_migrating.migrate", migrating)
    monkeypatch.setattr(cache_schema, "CACHE_VERSION", 99)
    monkeypatch.setattr(cache_schema, "OUTBOX_VERSION", 99)
    store = Cache.open(tmp_path)
    assert asked == ["cache", "outbox"]
    assert store.count() == 0
    store.close()
    assert load_key(tmp_path / KEY_FILE) == key


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda path: f"sqlite:///{path / 'no' / 'such' / 'directory' / 'l.db'}", "无法打开"),
        (lambda _: "mysql://root:secret@localhost/db", "only sqlite"),
        (lambda _: "nonsense", "not a database address"),
        (lambda path: f"postgresql://nobody:secret@/db?host={path}", "数据库服务器"),
    ],
    ids=["no directory", "other database", "nonsense", "no server"],
)
def test_a_ledger_that_cannot_be_opened_says_why(tmp_path: Path, url: Callable[[Path], str], words: str) -> None:
    with pytest.raises(Trouble, match=words) as caught:
        Ledger.open(url(tmp_path))
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Trouble, match="损坏"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"not a database")


def test_opening_a_cache_imports_neither_sqlalchemy_nor_alembic(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from dispatcher.storage.cache import Cache\n"
        "Cache.open(Path(sys.argv[1])).close()\n"
        "sys.exit(bool({'sqlalchemy', 'alembic', 'asyncio'} & sys.modules.keys()))\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("form", ["the first version's", "nobody's", "rubbish"])
def test_a_cache_of_the_first_version_keeps_its_cases_and_its_session(tmp_path: Path, form: str) -> None:
    """Until then the session held one policy and a calendar; now it has a law book of them."""
    key = make_key(tmp_path / KEY_FILE)
    engine = sa.create_engine(
        "sqlite://",
        module=cipher.module,
        creator=lambda: cipher.connect(tmp_path / "cache.db", key, page_size("cache")),
        poolclass=sa.pool.NullPool,
    )
    with engine.begin() as opened:
        config = migrations._config("cache")
        config.attributes["connection"] = opened
        command.upgrade(config, "0001")
        opened.exec_driver_sql("PRAGMA user_version = 1")
    connection = cipher.connect(tmp_path / "cache.db", key, page_size("cache"))
    session = {"actor": DISPATCHER, "policy": POLICY, "calendar": CALENDAR, "units": ()}
    remembered = {"the first version's": session, "nobody's": {"actor": DISPATCHER}, "rubbish": []}[form]
    connection.execute("INSERT INTO remembered VALUES (1, ?)", (msgspec.json.encode(remembered),))
    case = new_case()
    row = summarise(case, law())
    queued = (1, case.id, 1, row.due_ms, row.closed_ms, msgspec.json.encode(row))
    connection.execute("INSERT INTO queue VALUES (?, ?, ?, ?, ?, ?)", queued)
    connection.execute("INSERT INTO documents VALUES (1, ?, NULL)", (msgspec.json.encode(case),))
    connection.commit()
    connection.close()
    store = Cache.open(tmp_path, damaged=pytest.fail)
    try:
        kept = Remembered(actor=DISPATCHER, book=book_of(POLICY, CALENDAR), units=())
        assert store.remembered() == (kept if form == "the first version's" else None)
        assert (store.case(case.id), store.row(case.id), store.law_mark()) == (case, row, "")
    finally:
        store.close()


def test_an_outbox_of_the_first_version_keeps_its_receipts_and_takes_drafts(tmp_path: Path) -> None:
    """What it had accepted before ledgers were noted may be doubted like all else."""
    store = Cache.open(tmp_path)
    store.begin_ledger(LedgerId("l"), Remembered(actor=DISPATCHER, book=book_of(POLICY, CALENDAR), units=()))
    act = sign(CaseId("case-1"))[0]
    store.enqueue(act)
    settled = Settled(act=act.id, verdict=Accepted(revision=Revision(4), judged_at=NOON))
    store.apply(Changes(first=Revision(1), last=Revision(4), settles=(settled,)), NOON)
    store.close()
    key = load_key(tmp_path / KEY_FILE)
    assert key is not None
    outbox = cipher.connect(tmp_path / "outbox.db", key, None)
    run(
        outbox,
        "DROP TABLE drafts",
        "DROP TABLE office",
        "DROP TABLE office_acts",
        "DROP INDEX receipts_unsettled",
        "ALTER TABLE receipts DROP COLUMN ledger",
        "CREATE INDEX receipts_unsettled ON receipts (seq) WHERE state IN ('queued', 'sent', 'parked', 'expired')",
        "UPDATE alembic_version SET version_num = '0001'",
        "PRAGMA user_version = 1",
    )
    outbox.close()
    store = Cache.open(tmp_path)
    assert [receipt.state for receipt in store.receipts(5)] == [ActState.ACCEPTED]
    store.keep_draft(Draft(case=CaseId("case-1"), form="reply", fields={"done": "x"}, saved_at=NOON))
    assert len(store.drafts()) == 1
    assert [receipt.act.id for receipt in store.doubt(Revision(3))] == [act.id]
    store.close()

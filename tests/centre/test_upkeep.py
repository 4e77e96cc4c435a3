"""The admin tasks of evidence, personal data and safekeeping, from the command line to the ledger."""

import asyncio
import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import CaseId
from dispatcher.models.verdicts import Accepted
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Ledger
from tests.server.centre import LAW, PASSWORD, now, order, running_centre
from tests.storage.city import CALLER, DISPATCHER, HOTLINE, act, receive, sign
from tests.storage.test_proving import LEADER, PERSONAL


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'centre.db'}"


@pytest.fixture
def keys(tmp_path: Path) -> str:
    return str(tmp_path / "keys")


@pytest.fixture
def closed(database: str, keys: str) -> CaseId:
    """A ledger with one case that was closed ten days ago."""
    then = now() - dt.timedelta(days=10)
    ledger = Ledger.open(database, keys=Path(keys))
    order_, by = receive(number="BJ0099", dispatched_at=then, **PERSONAL)
    case = order_.command.case
    reply = c.Reply(case=case, accepted="当日", talked_with="欧女士", done="换井盖", result="已修好")
    call = c.RecordCallBack(case=case, reached=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED)
    steps = [
        (order_, by),
        sign(case),
        act(c.RecordContact(case=case, reached=True), DISPATCHER),
        act(reply, LEADER),
        act(call, HOTLINE),
        act(c.CloseCase(case=case), HOTLINE),
    ]
    for each, who in steps:
        made = c.Act(id=each.id, command=each.command, by=each.by, made_at=then)
        (outcome,) = ledger.judge([(made, who)], LAW, then)
        assert isinstance(outcome.verdict, Accepted), outcome.verdict
    assert ledger.caller(case) == CALLER
    ledger.close()
    return case


def caller(database: str, keys: str, case: CaseId) -> object:
    ledger = Ledger.open(database, keys=Path(keys))
    try:
        return ledger.caller(case)
    finally:
        ledger.close()


def admin(database: str, keys: str, *task: str) -> int:
    return main(["admin", "--database", database, "--keys", keys, *task])


def test_verify_ends_with_0_or_names_what_was_altered_and_ends_with_1(
    closed: CaseId, database: str, keys: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pin, file = str(tmp_path / "an.anchor"), str(tmp_path / "a.backup")
    assert admin(database, keys, "anchor", pin) == 0
    assert admin(database, keys, "backup", file) == 0
    assert admin(database, keys, "verify", "--anchor", pin) == 0
    assert admin(database, keys, "verify", "--from", file, "--anchor", pin) == 0
    assert "it holds" in capsys.readouterr().out
    engine = make_engine(database)
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(sa.update(schema.journal).where(schema.journal.c.revision == 2).values(person="sun"))
    engine.dispose()
    assert admin(database, keys, "verify") == 1
    told = capsys.readouterr().out
    assert "revision 2" in told
    assert "altered: journal.person" in told
    assert closed in told
    assert admin(database, keys, "verify", "--from", file) == 0, "the backup is from before"


def test_a_backup_is_restored_and_says_which_key_is_needed(
    closed: CaseId, database: str, keys: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = str(tmp_path / "a.backup"), f"sqlite:///{tmp_path / 'other.db'}"
    assert admin(database, keys, "backup", file) == 0
    assert admin(other, str(tmp_path / "elsewhere"), "restore", file) == 0
    assert "centre-1.key" in capsys.readouterr().out
    assert admin(other, str(tmp_path / "elsewhere"), "retention", "--days", "9") == 1, "nothing starts without the key"
    assert admin(other, keys, "verify") == 0
    assert caller(other, keys, closed) == CALLER
    assert admin(other, keys, "restore", file) == 1, "not into a database that holds something"


def test_personal_data_that_is_over_is_erased_and_the_rest_is_kept(
    closed: CaseId, database: str, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for days, count in (("11", "0"), ("9", "1")):
        assert admin(database, keys, "retention", "--days", days, "--dry-run") == 0
        assert capsys.readouterr().out.strip().endswith(f": {count}")
    assert admin(database, keys, "retention", "--days", "11") == 0
    assert capsys.readouterr().out.strip().endswith(": 0")
    assert caller(database, keys, closed) == CALLER
    assert admin(database, keys, "retention", "--days", "9") == 0
    assert capsys.readouterr().out.strip().endswith(": 1")
    assert caller(database, keys, closed) is None
    assert admin(database, keys, "verify") == 0


def test_what_is_asked_for_is_erased_by_the_end_of_the_number(
    closed: CaseId, database: str, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert admin(database, keys, "erase", "0099", "--reason", "市民申请") == 0
    assert "BJ0099" in capsys.readouterr().out
    assert caller(database, keys, closed) is None
    assert admin(database, keys, "erase", "0099", "--reason", "市民申请") == 1
    assert "already_so" in capsys.readouterr().out
    assert admin(database, keys, "erase", "nothing", "--reason", "x") == 1


def test_keys_are_rotated_and_the_old_one_is_named(
    closed: CaseId, database: str, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert admin(database, keys, "rotate-keys", "--prepare") == 0
    assert admin(database, keys, "rotate-keys") == 0
    assert "centre-1.key" in capsys.readouterr().out
    assert caller(database, keys, closed) == CALLER


def test_an_erasure_at_a_running_centre_reaches_every_console(tmp_path: Path) -> None:
    """The door, an administrator's alone; the console's row comes again without caller and hints."""
    database = f"sqlite:///{tmp_path / 'centre.db'}"

    async def story() -> None:
        async with running_centre(database) as centre, centre.console("hotline") as hotline:
            done = now().isoformat()
            (case,) = await centre.accepted(order(number="WT0077", closed_at=done, result="已办"))
            await hotline.until(lambda client: case in client.rows)
            assert hotline.rows[case].caller is not None
            asked = {"case": "0077", "reason": "市民申请"}
            refused = await centre.http.post("/erasures", json=asked, headers=await centre.bearer("qian"))
            assert refused.status_code == 403
            unknown = await centre.http.post(
                "/erasures", json={**asked, "case": "9999"}, headers=await centre.bearer("admin")
            )
            assert unknown.status_code == 404
            (password := tmp_path / "password").write_text(PASSWORD)
            status: list[int] = []
            flags = ["--centre", centre.running.url, "--person", "admin", "--password-file", str(password)]
            run = threading.Thread(
                target=lambda: status.append(main(["admin", *flags, "erase", "0077", "--reason", "市民申请"]))
            )
            run.start()
            await hotline.until(lambda client: client.rows[case].caller is None)
            await asyncio.to_thread(run.join)
            assert status == [0]
            assert "欧".encode() not in bytes(hotline.rows[case].body)

    asyncio.run(story())

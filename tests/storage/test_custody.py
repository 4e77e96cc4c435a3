"""Personal data at rest: sealed by keys outside the database, by new ones later, and gone when it is erased."""

import datetime as dt
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from dispatcher.models import commands as c
from dispatcher.models import privacy
from dispatcher.models.case import Case
from dispatcher.models.events import PersonalDataErased, Satisfied, Solved
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId
from dispatcher.models.organisation import CENTRE, Detail, Scope
from dispatcher.models.roster import DutyPost, OnDuty, Roster
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.storage import custody
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.proving import prove
from dispatcher.storage.vault import BadSeal, Vault, version_of
from dispatcher.sync.ports import Trouble
from dispatcher.wire import NO_CALLER
from tests.storage.city import CALLER, DISPATCHER, HOTLINE, LAW, NOW, STREET, act, receive, sign
from tests.storage.test_crashes import ROOT
from tests.storage.test_proving import LEADER, PERSONAL, a_day

EVERYTHING = Scope(unit=UnitId(""), everything=True, details=frozenset(Detail))
SECRETS = ("欧阳植树", "13912345678", "欧女士", "约好下午三点", "139****5678", "很快")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def reopen(ledger_url: str, keys: Path) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def open_() -> Ledger:
        opened.append(Ledger.open(ledger_url, keys=keys))
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


def everything_stored(url: str, *but: str) -> str:
    """All that stands in any table, as text."""
    engine = make_engine(url)
    with engine.connect() as connection:
        texts = [
            repr([bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else value for value in row])
            for table in schema.metadata.sorted_tables
            for row in connection.execute(sa.select(*(column for column in table.c if column.name not in but)))
        ]
    engine.dispose()
    return "\n".join(texts)


def close(ledger: Ledger, case: CaseId) -> None:
    record = ledger.case(case)
    assert record is not None
    withdrawn = [c.WithdrawWhistle(case=case, whistle=whistle.id, reason="已恢复") for whistle in record.whistles]
    acts = [*(act(command, DISPATCHER) for command in withdrawn), act(c.CloseCase(case=case), HOTLINE)]
    for outcome in ledger.judge(acts, LAW, NOW):
        assert isinstance(outcome.verdict, Accepted), outcome.verdict


def erase(ledger: Ledger, case: CaseId) -> object:
    return ledger.judge([act(c.ErasePersonalData(case=case, reason="到期"), CENTRE)], LAW, NOW)[0].verdict


def proof(url: str, keys: Path) -> list[object]:
    engine = make_engine(url)
    with engine.connect() as connection:
        vault = Vault(Keyring(keys), connection.execute(sa.select(schema.meta.c.ledger)).scalar_one())
        vault.version = connection.execute(sa.select(schema.head.c.key_version)).scalar_one()
        found = [*prove(connection, vault).findings, *prove(connection, None).findings]
    engine.dispose()
    return found


def test_the_first_start_makes_a_key_that_its_owner_alone_can_read(reopen: Callable[[], Ledger], keys: Path) -> None:
    reopen()
    (file,) = keys.iterdir()
    assert file.name == "centre-1.key"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_nobody_s_name_phone_or_words_stand_in_any_table(reopen: Callable[[], Ledger], ledger_url: str) -> None:
    ledger = reopen()
    case = a_day(ledger)
    ledger.put_roster(
        Roster(duties=(OnDuty(unit=STREET, post=DutyPost.SHIFT_LEADER, name="赵值班", phone="13700001111"),))
    )
    assert ledger.caller(case) == CALLER
    assert ledger.roster().duties[0].phone == "13700001111"
    stored = everything_stored(ledger_url)
    assert not [secret for secret in (*SECRETS, "赵值班", "13700001111") if secret in stored]


@pytest.mark.parametrize("fault", ["missing", "another", "rubbish"])
def test_without_the_right_key_nothing_is_opened_and_the_file_is_named(
    reopen: Callable[[], Ledger], keys: Path, fault: str
) -> None:
    a_day(reopen())
    file = keys / "centre-1.key"
    match fault:
        case "missing":
            file.unlink()
        case "another":
            file.unlink()
            Keyring(keys).make(1)
        case _:
            file.write_text("hello")
    with pytest.raises(Trouble, match=r"centre-1\.key.*--keys|centre-1\.key.*key file"):
        reopen()
    assert fault == "missing" or file.exists()
    assert not (fault == "missing" and file.exists()), "a ledger that has a key is never given another"


def test_what_was_sealed_for_one_case_opens_for_no_other(keys: Path) -> None:
    keyring = Keyring(keys)
    keyring.make(1)
    vault, other = Vault(keyring, "a ledger"), Vault(keyring, "another")
    vault.version = other.version = 1
    envelope, opened = vault.new_envelope(CaseId("one"), b"{}")
    sealed = vault.seal_act(CaseId("one"), CommandId("a"), opened.key, b"[]")
    assert vault.open(CaseId("one"), envelope) == opened
    assert vault.open_act(CaseId("one"), CommandId("a"), opened.key, sealed) == b"[]"
    wrong: list[Callable[[], object]] = [
        lambda: vault.open(CaseId("two"), envelope),
        lambda: other.open(CaseId("one"), envelope),
        lambda: vault.open(CaseId("one"), envelope[:-1] + bytes([envelope[-1] ^ 1])),
        lambda: vault.open(CaseId("one"), b"\xff" + envelope[1:]),
        lambda: vault.open(CaseId("one"), envelope[:20]),
        lambda: vault.open_act(CaseId("one"), CommandId("b"), opened.key, sealed),
        lambda: vault.open_sheet("roster", envelope),
    ]
    for attempt in wrong:
        with pytest.raises(BadSeal):
            attempt()


@pytest.mark.expects_log("cannot be opened")
def test_a_spoilt_envelope_stops_neither_the_feed_nor_the_work(reopen: Callable[[], Ledger], ledger_url: str) -> None:
    ledger = reopen()
    order, by = receive(**PERSONAL)
    ledger.judge([(order, by)], LAW, NOW)
    engine = make_engine(ledger_url)
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(sa.update(schema.cases).values(envelope=b"\0\0\0\1" + b"x" * 60))
    engine.dispose()
    (row,) = ledger.changes(EVERYTHING, Revision(0), 9).rows
    assert row.caller == NO_CALLER
    made_again = msgspec.json.decode(bytes(row.body), type=Case)
    assert (made_again.order.title, made_again.order.caller_name_hint) == (order.command.order.title, "")  # type: ignore[union-attr]
    note = act(c.AddNote(case=order.command.case, text="已转告"), DISPATCHER)
    assert [type(o.verdict) for o in ledger.judge([sign(order.command.case), note], LAW, NOW)] == [Accepted, Accepted]


def test_an_erasure_leaves_nothing_personal_and_a_chain_that_holds(
    reopen: Callable[[], Ledger], ledger_url: str, keys: Path
) -> None:
    ledger = reopen()
    case = a_day(ledger)
    assert erase(ledger, case) == Refused(reason=Reason.WRONG_STATE, detail="replied")
    close(ledger, case)
    before = ledger.case(case)
    assert isinstance(erase(ledger, case), Accepted)
    assert erase(ledger, case) == Refused(reason=Reason.ALREADY_SO)
    after = ledger.case(case)
    assert before is not None
    assert after is not None
    assert isinstance(after.history[-1].event, PersonalDataErased)
    assert after.history[:-1] == privacy.blank_case(before).history
    assert ledger.caller(case) is None
    (row,) = [row for row in ledger.changes(EVERYTHING, Revision(0), 99).rows if row.row.id == case]
    assert row.caller == NO_CALLER
    assert b"\xe6\xac\xa7" not in bytes(row.body), "no hint of the name is left in what consoles are sent"
    assert proof(ledger_url, keys) == []
    engine = make_engine(ledger_url)
    with engine.connect() as connection:
        journal, cases = schema.journal, schema.cases
        kept = connection.execute(
            sa.select(journal.c.sealed).where(journal.c.case_id == case, journal.c.sealed.is_not(None))
        ).all()
        envelope = connection.execute(sa.select(cases.c.envelope).where(cases.c.id == case)).scalar_one()
    engine.dispose()
    assert len(kept) >= 4, "what the chain covers stays"
    assert envelope is None, "and the key to it is gone"


def test_what_comes_after_an_erasure_is_sealed_by_a_new_key(
    reopen: Callable[[], Ledger], ledger_url: str, keys: Path
) -> None:
    ledger = reopen()
    case = a_day(ledger)
    close(ledger, case)
    erase(ledger, case)
    again = [
        act(c.ReopenCase(case=case, reason="又坏了"), LEADER),
        act(c.AddNote(case=case, text="欧女士来电"), LEADER),
    ]
    assert [type(o.verdict) for o in ledger.judge(again, LAW, NOW)] == [Accepted, Accepted]
    assert "欧女士" not in everything_stored(ledger_url)
    assert proof(ledger_url, keys) == []


def test_both_values_of_a_collision_are_sealed_told_again_and_erased(
    reopen: Callable[[], Ledger], ledger_url: str, keys: Path
) -> None:
    ledger = reopen()
    order, by = receive()
    case = order.command.case
    reply = c.Reply(case=case, accepted="当日", talked_with="欧女士", done="换井盖", result="已修好")
    contact = act(c.RecordContact(case=case, reached=True), DISPATCHER)
    again = act(msgspec.structs.replace(reply, talked_with="欧先生"), LEADER, seen="")
    for each in ((order, by), sign(case), contact, act(reply, LEADER)):
        assert isinstance(ledger.judge([each], LAW, NOW)[0].verdict, Accepted)
    refused = ledger.judge([again], LAW, NOW)[0].verdict
    assert isinstance(refused, Refused)
    assert refused.changed is not None
    assert "欧女士" in refused.changed.theirs
    assert reopen().judge([again], LAW, NOW)[0].verdict == refused, "the same act gets the same answer"
    assert not [name for name in ("欧女士", "欧先生") if name in everything_stored(ledger_url)]
    assert proof(ledger_url, keys) == []
    call = c.RecordCallBack(case=case, reached=True, contacted=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED)
    ledger.judge([act(call, HOTLINE), act(c.CloseCase(case=case), HOTLINE)], LAW, NOW)
    assert isinstance(erase(ledger, case), Accepted)
    assert ledger.judge([again], LAW, NOW)[0].verdict == msgspec.structs.replace(refused, changed=None)
    assert proof(ledger_url, keys) == []


def test_what_is_over_is_found_oldest_first_and_only_once(reopen: Callable[[], Ledger]) -> None:
    ledger = reopen()
    case = a_day(ledger)
    later = NOW + dt.timedelta(days=30)
    assert ledger.custody.erasable(later, 9) == []
    close(ledger, case)
    assert [found.id for found in ledger.custody.erasable(later, 9)] == [case]
    assert ledger.custody.count_erasable(later) == 1
    assert ledger.custody.erasable(NOW, 9) == [], "the instant itself is not over"
    erase(ledger, case)
    assert ledger.custody.erasable(later, 9) == []


def envelopes(url: str) -> list[int]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(schema.cases.c.envelope).where(schema.cases.c.envelope.is_not(None)))
        versions = [version_of(envelope) for envelope in found.scalars()]
    engine.dispose()
    return versions


def test_everything_is_sealed_by_a_new_key_while_another_process_works(
    reopen: Callable[[], Ledger], ledger_url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "AT_A_TIME", 2)
    ledger, working = reopen(), reopen()
    case = a_day(ledger)
    ledger.put_roster(Roster())
    person = PersonId("new")
    ledger.accounts.set_codes(person, "JBSWY3DPEHPK3PXP", (), PersonId("admin"), NOW)
    hook = ledger.webhooks.add("https://example.org/hook?key=0123", (), STREET)
    ledger.offices.make_secrets()
    secret = ledger.offices.secret()
    received: list[CaseId] = []

    def between(sealed: int) -> None:
        order, by = receive()
        working.judge([(order, by), sign(order.command.case)], LAW, NOW)
        received.append(order.command.case)

    assert ledger.custody.rotate_keys(between) == 2
    assert set(envelopes(ledger_url)) == {2}
    assert ledger.custody.key_versions() == [2]
    (keys / "centre-1.key").unlink()
    fresh = reopen()
    assert [fresh.caller(each) for each in (case, *received)] == [CALLER] * (1 + len(received))
    assert fresh.roster() == Roster()
    account = fresh.accounts.get(person)
    assert account is not None
    assert (account.name, account.totp_secret) == ("New", "JBSWY3DPEHPK3PXP")
    assert fresh.webhooks.all() == (hook,)
    assert fresh.offices.secret() == secret
    assert proof(ledger_url, keys) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from dispatcher.storage import custody
from dispatcher.storage.ledger import Ledger
custody.AT_A_TIME = 1
ledger = Ledger.open(sys.argv[1], keys=Path(sys.argv[2]))
ledger.custody.rotate_keys(lambda sealed: sealed == 2 and os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_rotation_killed_in_the_middle_goes_on_where_it_was(
    reopen: Callable[[], Ledger], ledger_url: str, keys: Path
) -> None:
    case = a_day(reopen())
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, ledger_url, str(keys)], cwd=ROOT, check=False, capture_output=True
    )
    assert done.returncode == -9, done.stderr
    assert sorted(envelopes(ledger_url)) == [1, 1, 2, 2]
    ledger = reopen()
    assert ledger.caller(case) == CALLER
    assert ledger.custody.key_versions() == [1, 2]
    ledger.judge([receive()], LAW, NOW)
    assert sorted(envelopes(ledger_url)) == [1, 1, 2, 2, 2], "what is new is sealed by the new key"
    assert ledger.custody.rotate_keys() == 2, "goes on, and makes no third key"
    assert set(envelopes(ledger_url)) == {2}
    assert sorted(path.name for path in keys.iterdir()) == ["centre-1.key", "centre-2.key"]
    assert proof(ledger_url, keys) == []


def test_a_key_may_be_made_before_it_is_used(reopen: Callable[[], Ledger], keys: Path) -> None:
    ledger = reopen()
    assert ledger.custody.prepare_key() == 2
    prepared = (keys / "centre-2.key").read_text()
    assert ledger.custody.key_versions() == [1]
    assert ledger.custody.rotate_keys() == 2
    assert (keys / "centre-2.key").read_text() == prepared


def test_a_part_split_off_has_the_caller_under_a_key_of_its_own(reopen: Callable[[], Ledger]) -> None:
    ledger = reopen()
    order, by = receive()
    case = order.command.case
    parts = tuple(c.Part(case=CaseId(f"{case}-{n}"), title="一部分") for n in (1, 2))
    contact = act(c.RecordContact(case=case, reached=True), DISPATCHER)
    split = act(c.SplitCase(case=case, parts=parts), LEADER)
    for each in ((order, by), sign(case), contact, split):
        assert isinstance(ledger.judge([each], LAW, NOW)[0].verdict, Accepted)
    assert [ledger.caller(part.case) for part in parts] == [CALLER, CALLER]

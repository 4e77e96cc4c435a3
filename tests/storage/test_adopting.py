"""A ledger of an older program: what stood in plain is sealed at its first opening, and its journal is chained."""

from pathlib import Path

import msgspec
import sqlalchemy as sa
from alembic import command

from dispatcher.models import commands as c
from dispatcher.models.commands import AnyCommand
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CaseId, PersonId
from dispatcher.models.queue import NEVER_MS, epoch_ms, summarise
from dispatcher.models.roster import DutyPost, OnDuty, Roster
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import migrations
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Ledger
from tests.storage.city import CALLER, DISPATCHER, LAW, NOW, STREET, act, receive, sign
from tests.storage.test_custody import everything_stored, proof
from tests.storage.test_proving import PERSONAL

ROSTER = Roster(duties=(OnDuty(unit=STREET, post=DutyPost.SHIFT_LEADER, name="赵值班", phone="13700001111"),))


def put(connection: sa.Connection, table: str, **values: object) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def make_old(url: str) -> CaseId:
    """What version 0003 left: two accepted acts and a refused one on a case with a caller, and a roster."""
    order, by = receive(**PERSONAL)
    case = order.command.case
    done = [(order, by), sign(case), act(c.RecordContact(case=case, reached=True, note="欧女士晚上在家"), DISPATCHER)]
    engine = make_engine(url)
    with engine.execution_options(writing=True).begin() as connection:
        config = migrations._config("centre")
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        put(connection, "meta", ledger="old")
        put(connection, "head", one=1, revision=len(done))
        put(connection, "roster", one=1, roster=encoded(ROSTER))
        history: tuple[Recorded, ...] = ()
        for revision, (each, who) in enumerate(done, 1):
            record = replay(history, revision - 1) if history else None  # type: ignore[arg-type]
            facts = judge(each, record, who, LAW, NOW)
            assert isinstance(facts, tuple)
            history += facts
            kept: AnyCommand = each.command
            if isinstance(kept, c.ReceiveOrder):
                kept = msgspec.structs.replace(kept, caller=None)
            put(
                connection,
                "journal",
                revision=revision,
                act=each.id,
                case_id=case,
                kind=type(kept).__struct_config__.tag,
                command=encoded(kept),
                events=encoded(facts),
                person=who.person,
                at_ms=epoch_ms(NOW),
                entered_ms=epoch_ms(NOW),
                committed_ms=epoch_ms(NOW),
            )
            verdict = Accepted(revision=revision, judged_at=NOW)  # type: ignore[arg-type]
            put(
                connection,
                "verdicts",
                act=each.id,
                case_id=case,
                verdict=encoded(verdict),
                revision=revision,
                person=who.person,
                unit=who.unit,
            )
        refused = encoded(Refused(reason=Reason.ALREADY_SO))
        put(connection, "verdicts", act="no", case_id=case, verdict=refused, revision=None, person="sun", unit="x")
        record = replay(history, len(done))  # type: ignore[arg-type]
        row = summarise(record, LAW)
        put(
            connection,
            "cases",
            id=case,
            revision=len(done),
            committed_ms=epoch_ms(NOW),
            source=record.order.source,
            number=record.order.number,
            holder=record.holder,
            state=record.state.value,
            is_open=True,
            confidential=False,
            received_ms=row.received_ms,
            due_ms=row.due_ms,
            closed_ms=row.closed_ms,
            row=msgspec.json.encode(row),
            body=msgspec.json.encode(record),
            caller=msgspec.json.encode(CALLER),
            community="",
            timer_ms=NEVER_MS,
            tally=None,
        )
    engine.dispose()
    return case


def test_what_stood_in_plain_is_sealed_and_the_journal_is_chained(ledger_url: str, tmp_path: Path) -> None:
    case = make_old(ledger_url)
    keys = tmp_path / "keys"
    ledger = Ledger.open(ledger_url, keys=keys)
    try:
        assert (ledger.id, ledger.head(), ledger.caller(case), ledger.roster()) == ("old", 3, CALLER, ROSTER)
        assert proof(ledger_url, keys) == []
        stored = everything_stored(ledger_url)
        secrets = (CALLER.name, CALLER.phone, "赵值班", "13700001111", "欧女士", "139****5678")
        assert not [secret for secret in secrets if secret in stored]
        assert isinstance(ledger.judge([receive()], LAW, NOW)[0].verdict, Accepted)
        assert proof(ledger_url, keys) == []
    finally:
        ledger.close()
    engine = make_engine(ledger_url)
    inspected = sa.inspect(engine)
    assert "caller" not in {column["name"] for column in inspected.get_columns("cases")}
    assert not inspected.has_table("plain_roster")
    with engine.connect() as connection:
        acts = connection.execute(sa.select(schema.chain.c.act).order_by(schema.chain.c.place)).scalars().all()
    engine.dispose()
    assert (len(acts), acts[3]) == (5, "no"), "entries by revision, then refusals, then what comes now"


def test_records_and_secrets_of_an_older_program_are_sealed(ledger_url: str, tmp_path: Path) -> None:
    """What version 0009 kept in plain: records, names of accounts, secrets of codes, webhooks and offices."""
    make_old(ledger_url)
    engine = make_engine(ledger_url)
    with engine.execution_options(writing=True).begin() as connection:
        migrations.upgrade(connection, "centre", "0009")
        put(
            connection,
            "accounts",
            person="wang",
            name="王调度",
            unit=STREET,
            roles='["dispatcher"]',
            password_hash="",
            disabled_ms=None,
            totp_secret="JBSWY3DPEHPK3PXP",
            totp_step=0,
            recovery="[]",
        )
        put(
            connection,
            "webhooks",
            id="hook",
            url="https://example.org/hook?key=0123",
            secret="5ec2e7",
            kinds="",
            unit="",
            cursor=0,
            tries=0,
            next_try_ms=None,
            failing_since_ms=None,
            error="",
        )
        put(connection, "office_secret", one=1, secret=b"office-secret-of-thirty-two-byte")
    engine.dispose()
    ledger = Ledger.open(ledger_url, keys=tmp_path / "keys")
    try:
        account = ledger.accounts.get(PersonId("wang"))
        (hook,) = ledger.webhooks.all()
        assert account is not None
        assert (account.name, account.totp_secret) == ("王调度", "JBSWY3DPEHPK3PXP")
        assert (hook.url, hook.secret) == ("https://example.org/hook?key=0123", "5ec2e7")
        assert ledger.offices.secret() == b"office-secret-of-thirty-two-byte"
        assert proof(ledger_url, tmp_path / "keys") == []
    finally:
        ledger.close()
    Ledger.open(ledger_url, keys=tmp_path / "keys").close()
    stored = everything_stored(ledger_url)
    secrets = ("王调度", "JBSWY3DPEHPK3PXP", "key=0123", "5ec2e7", "office-secret", "欧女士", "139****5678")
    assert not [secret for secret in secrets if secret in stored]
    engine = make_engine(ledger_url)
    inspected = sa.inspect(engine)
    assert "totp_secret" not in {column["name"] for column in inspected.get_columns("accounts")}
    assert not inspected.has_table("plain_office_secret")
    engine.dispose()


def test_a_sqlite_file_keeps_nothing_of_it_in_its_free_pages(tmp_path: Path) -> None:
    make_old(f"sqlite:///{tmp_path / 'ledger.db'}")
    Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", keys=tmp_path / "keys").close()
    data = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert CALLER.phone.encode() not in data
    assert "欧女士".encode() not in data
    assert b"13700001111" not in data

"""The chain of the journal as evidence: whatever is changed, removed, added or moved is found and named."""

import base64
import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from dispatcher.models import commands as c
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision
from dispatcher.models.lawbook import LawAct, SwitchFlood, book_of
from dispatcher.models.organisation import Role
from dispatcher.models.verdicts import Accepted
from dispatcher.settings import keys_path
from dispatcher.storage import evidence, proving
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.proving import Anchor, Fault, Finding, Proof, prove
from dispatcher.storage.vault import Vault
from tests.storage.city import (
    CALENDAR,
    DISPATCHER,
    HOTLINE,
    LAW,
    NOW,
    OTHER_STREET,
    POLICY,
    STREET,
    WATER,
    act,
    actor,
    receive,
    sign,
    whistle,
)

LEADER = actor("zhao", STREET, Role.SHIFT_LEADER)
ADMIN = actor("admin", STREET, Role.ADMINISTRATOR)
PERSONAL = {"caller_name_hint": "欧***", "caller_phone_hint": "139****5678"}


def a_day(ledger: Ledger) -> CaseId:
    """A few acts of every kind that leaves rows: accepted, refused, of several cases, on the law, refused there."""
    ledger.put_first_book(book_of(POLICY, CALENDAR))
    order, by = receive(**PERSONAL)
    case = order.command.case
    stranger = actor("sun", OTHER_STREET, Role.DISPATCHER)
    done = [
        (order, by),
        sign(case, stranger),
        sign(case),
        act(c.RecordContact(case=case, reached=True, note="约好下午三点"), DISPATCHER),
        whistle(case, WATER),
        receive(OTHER_STREET, **PERSONAL),
        act(c.Reply(case=case, accepted="当日", talked_with="欧女士", done="换井盖", result="已修好"), LEADER),
        act(
            c.RecordCallBack(
                case=case, reached=True, contacted=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED, words="很快"
            ),
            HOTLINE,
        ),
    ]
    for each in done:
        ledger.judge([each], LAW, NOW)
    flood = SwitchFlood(on=True, reason="暴雨")
    for name, who in (("law:1", ADMIN), ("law:2", DISPATCHER)):
        ledger.change_law(LawAct(id=CommandId(name), command=flood, by=who.person, made_at=NOW), who, NOW)
    ledger.judge([receive(), receive(caller=None)], LAW, NOW)
    account = Account(person=PersonId("new"), name="New", unit=STREET, roles=frozenset({Role.DISPATCHER}))
    ledger.accounts.put(account, ADMIN.person, NOW)
    return case


@pytest.fixture
def stage(ledger_url: str, ledger: Ledger) -> Iterator[sa.Connection]:
    """A day's ledger, opened once more by whoever can write to the database; nothing of it is committed."""
    a_day(ledger)
    engine = make_engine(ledger_url)
    with engine.execution_options(writing=True).connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture
def vault(ledger_url: str, ledger: Ledger) -> Vault:
    found = Vault(Keyring(keys_path()), ledger.id)
    found.version = 1
    return found


def test_an_honest_ledger_holds_with_and_without_its_keys(stage: sa.Connection, vault: Vault) -> None:
    proof = prove(stage, vault)
    assert proof == Proof(
        ledger=proof.ledger,
        head=Revision(11),
        links=13,
        hash=proof.hash,
        cases=4,
        with_keys=True,
        anchors=0,
        findings=(),
    )
    assert prove(stage, None).findings == ()


def other(value: Any) -> Any:
    """A value one bit or one letter away."""
    match value:
        case bytes():
            return bytes([*value[:-1], value[-1] ^ 1]) if value else b"x"
        case int():
            return value + 1
        case str():
            return value[:-1] + ("y" if value.endswith("x") else "x") if value else "x"
        case None:
            return b"x"
        case _:
            raise AssertionError(value)


CHAINED = [
    *((schema.journal, name) for name in evidence.ENTRY),
    *((schema.verdicts, name) for name in evidence.VERDICT),
    *((schema.law_refusals, name) for name in evidence.LAW_REFUSAL),
    (schema.chain, "act"),
    (schema.chain, "hash"),
    (schema.head, "hash"),
    (schema.head, "place"),
    (schema.head, "revision"),
]


def test_no_column_of_any_entry_can_be_changed_unseen(stage: sa.Connection) -> None:
    """Every column of every row that a link covers, one after the other, by one letter or one bit."""
    tried = 0
    for table, column in CHAINED:
        key = next(iter(table.primary_key.columns))
        for row in stage.execute(sa.select(key, table.c[column])).all():
            fresh = 10_000 if column == "revision" and row[1] is not None else other(row[1])
            if table.c[column].type.python_type is int and fresh == b"x":
                fresh = 10_000
            with stage.begin_nested() as point:
                stage.execute(sa.update(table).where(key == row[0]).values({column: fresh}))
                findings = prove(stage, None).findings
                assert findings, f"{table.name}.{column} of {row[0]} was changed unseen"
                if table in (schema.journal, schema.verdicts) and column not in ("act", "revision"):
                    named = stage.execute(sa.select(table.c.act).where(key == row[0])).scalar_one()
                    assert findings[0].act == named, (table.name, column, findings)
                    assert findings[0].fault is Fault.ALTERED
                point.rollback()
            tried += 1
    assert tried > 200
    assert prove(stage, None).holds


def test_the_finding_says_where_and_what(stage: sa.Connection) -> None:
    journal = schema.journal
    row = stage.execute(sa.select(journal).where(journal.c.kind == "sign_for")).one()
    stage.execute(sa.update(journal).where(journal.c.revision == row.revision).values(person="sun"))
    first = prove(stage, None).findings[0]
    assert first == Finding(
        fault=Fault.ALTERED, place=3, revision=2, act=row.act, case=row.case_id, differs="journal.person"
    )


@pytest.mark.parametrize("table", [schema.journal, schema.verdicts, schema.law_refusals])
def test_an_entry_that_was_removed_is_missing(stage: sa.Connection, table: sa.Table) -> None:
    for row in stage.execute(sa.select(table.c.act)).all():
        with stage.begin_nested() as point:
            stage.execute(sa.delete(table).where(table.c.act == row.act))
            findings = prove(stage, None).findings
            assert (findings[0].fault, findings[0].act) == (Fault.MISSING, row.act)
            point.rollback()


def test_an_entry_removed_together_with_its_link_is_missing(stage: sa.Connection) -> None:
    name = stage.execute(sa.select(schema.chain.c.act).where(schema.chain.c.place == 4)).scalar_one()
    for table in (schema.journal, schema.verdicts, schema.chain):
        stage.execute(sa.delete(table).where(table.c.act == name))
    first = prove(stage, None).findings[0]
    assert (first.fault, first.place, first.differs) == (Fault.MISSING, 4, "links 4 to 4")


def forged(connection: sa.Connection, revision: int) -> dict[str, Any]:
    row = connection.execute(sa.select(schema.journal).where(schema.journal.c.revision == 2)).mappings().one()
    return {**row, "act": "forged", "revision": revision}


def test_an_entry_that_was_added_is_named(stage: sa.Connection) -> None:
    stage.execute(sa.insert(schema.journal), forged(stage, 99))
    found = [finding for finding in prove(stage, None).findings if finding.fault is Fault.INSERTED]
    assert [(finding.act, finding.revision, finding.differs) for finding in found] == [("forged", 99, "journal")]


def test_two_entries_that_changed_places_are_found(stage: sa.Connection) -> None:
    chain = schema.chain
    acts = {row.place: row.act for row in stage.execute(sa.select(chain).where(chain.c.place.in_((4, 5))))}
    for place in (4, 5):
        stage.execute(sa.update(chain).where(chain.c.place == place).values(act=acts[9 - place]))
    assert prove(stage, None).findings[0].place == 4


def rechain(connection: sa.Connection) -> None:
    """What a forger does who knows the program: make every hash anew, so that nothing contradicts anything."""
    ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    last, place, revision = evidence.genesis(ledger), 0, 0
    for each in list(proving._links(connection)):
        place += 1
        last = evidence.link(last, place, each.judged)
        connection.execute(sa.update(schema.chain).where(schema.chain.c.place == each.place).values(hash=last))
        revision = each.judged.entry["revision"] if each.judged.entry else revision
    connection.execute(sa.update(schema.head).values(place=place, hash=last, revision=revision))


def cut_the_tail(connection: sa.Connection, links: int) -> None:
    chain = schema.chain
    gone = connection.execute(sa.select(chain.c.act).order_by(chain.c.place.desc()).limit(links)).scalars().all()
    cases = (
        connection.execute(sa.select(schema.journal.c.case_id).where(schema.journal.c.act.in_(gone))).scalars().all()
    )
    for table in (chain, schema.journal, schema.verdicts, schema.law_refusals):
        connection.execute(sa.delete(table).where(table.c.act.in_(gone)))
    connection.execute(sa.delete(schema.cases).where(schema.cases.c.id.in_(cases)))


def test_a_tail_that_was_cut_off_is_found_by_the_head_or_else_by_an_anchor(stage: sa.Connection) -> None:
    pin = proving.anchor(stage, NOW)
    cut_the_tail(stage, 2)
    first = prove(stage, None).findings[0]
    assert (first.fault, first.place, first.revision) == (Fault.MISSING, 12, 10)
    rechain(stage)
    assert prove(stage, None).holds, "without an anchor nobody can tell"
    (finding,) = prove(stage, None, [pin]).findings
    assert (finding.fault, finding.place, finding.revision) == (Fault.MISSING, 13, 11)


def test_a_chain_made_anew_is_found_by_an_anchor_alone(stage: sa.Connection) -> None:
    pin = proving.anchor(stage, NOW)
    assert prove(stage, None, [pin]).holds
    journal = schema.journal
    stage.execute(sa.update(journal).where(journal.c.revision == 10).values(committed_ms=journal.c.committed_ms + 1))
    rechain(stage)
    assert prove(stage, None).holds
    (finding,) = prove(stage, None, [pin]).findings
    assert (finding.fault, finding.place) == (Fault.ANCHOR, 13)


def test_an_anchor_of_another_ledger_proves_nothing_here(stage: sa.Connection) -> None:
    pin = msgspec.structs.replace(proving.anchor(stage, NOW), ledger="elsewhere")
    assert prove(stage, None, [pin]).findings[0].fault is Fault.ANCHOR


def test_an_anchor_survives_its_file(stage: sa.Connection) -> None:
    pin = proving.anchor(stage, NOW)
    assert msgspec.json.decode(msgspec.json.encode(pin), type=Anchor) == pin


@pytest.mark.parametrize(
    ("column", "value"),
    [("holder", "110105099"), ("state", "closed"), ("number", "BJx"), ("is_open", False), ("confidential", True)],
)
def test_a_case_that_does_not_follow_from_its_entries_is_named(stage: sa.Connection, column: str, value: Any) -> None:
    case = stage.execute(sa.select(schema.cases.c.id).where(schema.cases.c.state == "dispatched").limit(1)).scalar_one()
    stage.execute(sa.update(schema.cases).where(schema.cases.c.id == case).values({column: value}))
    (finding,) = prove(stage, None).findings
    assert (finding.fault, finding.case, finding.differs) == (Fault.CASE, case, f"cases.{column}")


def test_a_body_that_says_something_else_is_named(stage: sa.Connection, vault: Vault) -> None:
    """Whoever has the keys can seal another record, and is found out by the journal."""
    for row in stage.execute(sa.select(schema.cases)).all():
        key = vault.open(row.id, row.envelope).key
        body = vault.open_record(row.id, key, row.body)
        if b"talked_with" in body:
            break
    sealed = vault.seal_record(row.id, key, body.replace("欧女士".encode(), "王先生".encode()))
    stage.execute(sa.update(schema.cases).where(schema.cases.c.id == row.id).values(body=sealed))
    assert prove(stage, None).holds, "a sealed record is compared with the keys alone"
    (finding,) = prove(stage, vault).findings
    assert (finding.fault, finding.case, finding.differs) == (Fault.CASE, row.id, "history")


def test_a_record_altered_without_the_keys_does_not_open(stage: sa.Connection, vault: Vault) -> None:
    rows = stage.execute(sa.select(schema.cases).order_by(schema.cases.c.id)).all()
    swapped = {rows[0].id: rows[0].body[:-1] + b"!", rows[1].id: rows[2].body}
    for case, body in swapped.items():
        stage.execute(sa.update(schema.cases).where(schema.cases.c.id == case).values(body=body))
    found = [(finding.fault, finding.case, finding.differs) for finding in prove(stage, vault).findings]
    assert found == [(Fault.SEAL, case, "record") for case in swapped]


def test_a_case_removed_and_a_case_added_are_named(stage: sa.Connection) -> None:
    row = stage.execute(sa.select(schema.cases).limit(1)).mappings().one()
    stage.execute(sa.update(schema.cases).where(schema.cases.c.id == row["id"]).values(id="other"))
    found = {(finding.fault, finding.case) for finding in prove(stage, None).findings}
    assert found == {(Fault.MISSING, row["id"]), (Fault.CASE, "other")}


def test_an_envelope_put_in_the_place_of_another_does_not_open(stage: sa.Connection, vault: Vault) -> None:
    cases = schema.cases
    rows = stage.execute(sa.select(cases.c.id, cases.c.envelope).where(cases.c.envelope.is_not(None))).all()
    stage.execute(sa.update(cases).where(cases.c.id == rows[0].id).values(envelope=rows[1].envelope))
    (finding,) = prove(stage, vault).findings
    assert (finding.fault, finding.case, finding.differs) == (Fault.SEAL, rows[0].id, "envelope")


def test_two_processes_writing_at_once_make_one_chain(ledger_url: str, open_ledger: Callable[[], Ledger]) -> None:
    ledgers = [open_ledger(), open_ledger()]

    def work(ledger: Ledger) -> None:
        for _ in range(10):
            (order, by), second = receive(), receive()
            outcomes = ledger.judge([(order, by), sign(order.command.case), second, sign(CaseId("none"))], LAW, NOW)
            assert [isinstance(outcome.verdict, Accepted) for outcome in outcomes] == [True, True, True, False]

    threads = [threading.Thread(target=work, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = make_engine(ledger_url)
    with engine.connect() as connection:
        proof = prove(connection, None)
    engine.dispose()
    assert (proof.findings, proof.links, proof.head) == ((), 80, 60)


def test_the_encoding_is_what_the_page_says(stage: sa.Connection) -> None:
    """docs/evidence.md: SHA-256 of the hash before and a JSON array without spaces, made here by other means."""

    def covered(row: evidence.Row | None, names: tuple[str, ...]) -> list[Any] | None:
        if row is None:
            return None
        return [base64.b64encode(v).decode() if isinstance(v, bytes) else v for v in (row[name] for name in names)]

    def verdict_columns(row: evidence.Row | None) -> tuple[str, ...]:
        return evidence.VERDICT if row is not None and row["sealed"] is not None else evidence.VERDICT[:-1]

    def encoded(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    ledger = stage.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    last = hashlib.sha256(encoded([evidence.FORM, ledger])).digest()
    for each in list(proving._links(stage)):
        link = each.judged
        parts = [
            covered(link.verdict, verdict_columns(link.verdict)),
            covered(link.entry, evidence.ENTRY),
            covered(link.law_refusal, evidence.LAW_REFUSAL),
        ]
        last = hashlib.sha256(last + encoded([each.place, each.act, *parts])).digest()
        assert each.hash == last
    text = "".join(map(chr, range(0x20))) + '\x7f\u2028"\\/<é井\U0001f6a8'
    assert evidence._encode(text) == encoded(text)


def test_a_moment_later_is_another_anchor(stage: sa.Connection) -> None:
    assert proving.anchor(stage, NOW).at < proving.anchor(stage, NOW + dt.timedelta(seconds=1)).at

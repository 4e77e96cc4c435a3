"""The ledger's contract, over SQLite and PostgreSQL alike."""

import datetime as dt
import threading
from collections.abc import Callable

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import privacy
from dispatcher.models.case import Case, CaseState
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.organisation import Detail, Role, Scope, Unit, UnitKind, scope_of
from dispatcher.models.queue import summarise
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.storage import paging as paging_module
from dispatcher.storage.ledger import Account, Ledger, Page
from dispatcher.storage.sessions import PROVABLE_FOR
from dispatcher.wire import NO_CALLER, Changes, decode_downward, encode
from tests.storage.city import (
    CALLER,
    DISPATCHER,
    HOTLINE,
    LAW,
    LIAISON,
    NOW,
    OTHER_STREET,
    POWER,
    STREET,
    WATER,
    act,
    actor,
    new_id,
    receive,
    sign,
    whistle,
)

EVERYTHING = Scope(unit=UnitId(""), everything=True, details=frozenset(Detail))


def pages(ledger: Ledger, scope: Scope, limit: int, after: int = 0) -> list[Page]:
    found: list[Page] = []
    while not found or found[-1].more:
        found.append(ledger.changes(scope, Revision(after), limit))
        after = found[-1].last
    return found


def decoded(row: paging_module.CaseRow) -> Case:
    return msgspec.json.decode(row.body, type=Case)


def test_an_order_becomes_revision_one_with_row_body_and_caller(ledger: Ledger) -> None:
    order, by = receive()
    assert ledger.head() == 0
    (outcome,) = ledger.judge([(order, by)], LAW, NOW)
    assert outcome.verdict == Accepted(revision=Revision(1), judged_at=NOW)
    assert outcome.row is not None
    assert (outcome.repeat, outcome.holder, outcome.summoned, outcome.committed_at) == (False, STREET, (), NOW)
    case = ledger.case(order.command.case)
    assert case == decoded(outcome.row)
    assert case is not None
    assert case.state is CaseState.DISPATCHED
    assert outcome.row.row == summarise(case, LAW)
    assert ledger.caller(case.id) == CALLER
    assert ledger.head() == 1


def test_the_record_is_what_the_rules_make_of_the_journal(ledger: Ledger) -> None:
    order, by = receive()
    case = order.command.case
    for each in ((order, by), sign(case), whistle(case, WATER, POWER)):
        assert isinstance(ledger.judge([each], LAW, NOW)[0].verdict, Accepted)
    replayed: Case | None = None
    for entry in ledger.journal(Revision(0), 100):
        assert entry.case == case
        for recorded in entry.events:
            replayed = evolve(replayed, recorded, entry.revision)
    record = ledger.case(case)
    assert record is not None
    assert replayed == privacy.blank_case(record)


def test_an_act_is_judged_once_and_gets_the_same_answer_for_ever(
    ledger: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    order, by = receive()
    refused, person = sign(order.command.case, actor("zhao", OTHER_STREET, Role.DISPATCHER))
    (first,) = ledger.judge([(order, by)], LAW, NOW)
    (no,) = ledger.judge([(refused, person)], LAW, NOW)
    assert no.verdict == Refused(reason=Reason.NOT_YOUR_CASE, detail=STREET)
    later = NOW + dt.timedelta(days=3)
    again = open_ledger().judge([(order, by), (refused, person), (order, by)], LAW, later)
    assert [o.verdict for o in again] == [first.verdict, no.verdict, first.verdict]
    assert all(o.repeat and o.row is None for o in again)
    assert ledger.head() == 1


def test_the_same_act_twice_in_one_batch_counts_once(ledger: Ledger) -> None:
    order, by = receive()
    first, second = ledger.judge([(order, by), (order, by)], LAW, NOW)
    assert first.verdict == second.verdict
    assert (first.repeat, second.repeat) == (False, True)
    assert ledger.counts().cases == 1


def test_later_acts_of_a_batch_see_the_earlier_ones(ledger: Ledger) -> None:
    order, by = receive()
    outcomes = ledger.judge([(order, by), sign(order.command.case), sign(order.command.case)], LAW, NOW)
    assert [type(o.verdict) for o in outcomes] == [Accepted, Accepted, Refused]
    assert [o.row is not None and o.row.row.revision for o in outcomes] == [2, 2, False]
    case = ledger.case(order.command.case)
    assert case is not None
    assert (case.state, case.revision, len(case.history)) == (CaseState.SIGNED, 2, 2)


def test_a_second_order_with_the_same_number_is_already_there(ledger: Ledger) -> None:
    first, by = receive(number="BJ1", source="12345")
    again, _ = receive(number="BJ1", source="12345")
    elsewhere, _ = receive(number="BJ1", source="city")
    in_batch = ledger.judge([(first, by), (again, by), (elsewhere, by)], LAW, NOW)
    assert [type(o.verdict) for o in in_batch] == [Accepted, Refused, Accepted]
    third, _ = receive(number="BJ1", source="12345")
    (outcome,) = ledger.judge([(third, by)], LAW, NOW)
    assert outcome.verdict == Refused(reason=Reason.ALREADY_THERE, field="order.number", detail="BJ1")
    assert ledger.counts().cases == 2


NAIVE = NOW.replace(tzinfo=None)
BAD = {
    "an id too long": lambda: act(c.SignFor(case=CaseId("c")), DISPATCHER, id=CommandId("x" * 81)),
    "an id with a zero byte": lambda: act(c.SignFor(case=CaseId("c")), DISPATCHER, id=CommandId("a\0b")),
    "no id": lambda: act(c.SignFor(case=CaseId("c")), DISPATCHER, id=CommandId("")),
    "a case id too long": lambda: receive(case=CaseId("y" * 81)),
    "a number with a zero byte": lambda: receive(number="BJ\0"),
    "a number beyond UTF-8": lambda: receive(number="\ud800"),
    "a text beyond UTF-8": lambda: receive(text="\udfff"),
    "an instant without a zone": lambda: act(receive()[0].command, HOTLINE, made_at=NAIVE),
    "an instant at the end of time": lambda: receive(dispatched_at=dt.datetime.max.replace(tzinfo=dt.UTC)),
    "a whistle to nobody's id": lambda: whistle(CaseId("no such case"), UnitId("u\0")),
    "a case that is not there": lambda: sign(CaseId(new_id())),
    "a role that may not": lambda: act(receive()[0].command, DISPATCHER),
}


@pytest.mark.expects_log("cannot be judged")
def test_one_bad_act_never_rejects_the_batch(ledger: Ledger) -> None:
    good = [receive() for _ in BAD]
    batch = [each for sound, bad in zip(good, BAD.values(), strict=True) for each in (sound, bad())]
    outcomes = ledger.judge(batch, LAW, NOW)
    for name, outcome in zip(BAD, outcomes[1::2], strict=True):
        assert isinstance(outcome.verdict, Refused), name
        assert outcome.row is None
    assert [o.verdict for o in outcomes[::2]] == [
        Accepted(revision=Revision(n), judged_at=NOW) for n in range(1, len(good) + 1)
    ]
    assert ledger.head() == len(good) == ledger.counts().cases


def test_text_with_a_zero_byte_is_kept_as_it_came(ledger: Ledger) -> None:
    order, by = receive(text="一\0二")
    assert isinstance(ledger.judge([(order, by)], LAW, NOW)[0].verdict, Accepted)
    case = ledger.case(order.command.case)
    assert case is not None
    assert case.order.text == "一\0二"


def test_pages_are_contiguous_and_hold_each_case_once_in_its_newest_state(ledger: Ledger) -> None:
    orders = [receive() for _ in range(25)]
    ledger.judge(orders, LAW, NOW)
    ledger.judge([sign(act_.command.case) for act_, _ in orders[:5]], LAW, NOW)
    found = pages(ledger, EVERYTHING, 7)
    assert [len(page.rows) for page in found] == [7, 7, 7, 4]
    assert [page.more for page in found] == [True, True, True, False]
    revisions = [row.row.revision for page in found for row in page.rows]
    assert revisions == list(range(6, 31))
    assert [page.last for page in found] == [12, 19, 26, 30]
    assert len({row.row.id for page in found for row in page.rows}) == 25
    for page in found:
        for row in page.rows:
            assert row.row == summarise(decoded(row), LAW)


def test_a_page_exactly_full_says_that_nothing_more_follows(ledger: Ledger) -> None:
    ledger.judge([receive() for _ in range(4)], LAW, NOW)
    page = ledger.changes(EVERYTHING, Revision(0), 4)
    assert (len(page.rows), page.more, page.last) == (4, False, 4)


def test_the_last_page_reaches_the_head_even_when_the_newest_case_is_out_of_scope(ledger: Ledger) -> None:
    ledger.judge([receive(STREET), receive(OTHER_STREET), receive(OTHER_STREET)], LAW, NOW)
    page = ledger.changes(Scope(unit=STREET), Revision(0), 10)
    assert (len(page.rows), page.last, page.more) == (1, 3, False)
    empty = ledger.changes(Scope(unit=STREET), Revision(3), 10)
    assert (empty.rows, empty.last, empty.more, empty.committed_at) == ((), 3, False, None)


def test_a_page_never_outgrows_a_frame(ledger: Ledger) -> None:
    ledger.judge([receive(text="长" * 150_000) for _ in range(8)], LAW, NOW)
    found = pages(ledger, EVERYTHING, 2000)
    assert len(found) > 1
    assert sum(len(page.rows) for page in found) == 8
    for page in found:
        frame = encode(Changes(first=Revision(1), last=page.last, rows=page.rows))
        assert len(frame) < 4 * 1024 * 1024


def test_a_page_says_when_its_newest_row_was_committed(ledger: Ledger) -> None:
    later = NOW + dt.timedelta(minutes=1)
    ledger.judge([receive()], LAW, NOW)
    ledger.judge([receive()], LAW, later)
    assert ledger.changes(EVERYTHING, Revision(0), 1).committed_at == NOW
    assert ledger.changes(EVERYTHING, Revision(0), 9).committed_at == later


def test_the_clock_of_the_ledger_stamps_the_commit(ledger_url: str) -> None:
    committed = NOW + dt.timedelta(milliseconds=250)
    ledger = Ledger.open(ledger_url, clock=lambda: committed)
    try:
        (outcome,) = ledger.judge([receive()], LAW, NOW)
        (entry,) = ledger.journal(Revision(0), 9)
    finally:
        ledger.close()
    assert outcome.committed_at == committed
    assert (entry.entered_at, entry.committed_at) == (NOW, committed)


def callers(ledger: Ledger, scope: Scope) -> list[bool]:
    return [row.caller != NO_CALLER for row in ledger.changes(scope, Revision(0), 100).rows]


def test_who_sees_which_cases_and_whose_callers(ledger: Ledger) -> None:
    plain, by = receive(STREET)
    secret, _ = receive(STREET, confidential=True)
    other, _ = receive(OTHER_STREET)
    anonymous, _ = receive(STREET, caller=None)
    ledger.judge([(plain, by), (secret, by), (other, by), (anonymous, by)], LAW, NOW)
    ledger.judge([whistle(plain.command.case, WATER)], LAW, NOW)

    def cases(scope: Scope) -> list[str]:
        return [row.row.id for row in ledger.changes(scope, Revision(0), 100).rows]

    street = [secret.command.case, anonymous.command.case, plain.command.case]
    dispatcher = scope_of(DISPATCHER)
    assert cases(dispatcher) == street
    assert callers(ledger, dispatcher) == [False, False, True]
    wall = scope_of(actor("wall", STREET, Role.WALL))
    assert cases(wall) == street
    assert callers(ledger, wall) == [False, False, False]
    assert cases(scope_of(LIAISON)) == [plain.command.case]
    assert callers(ledger, scope_of(LIAISON)) == [False]
    assert cases(scope_of(actor("power", POWER, Role.LIAISON))) == []
    assert len(cases(scope_of(HOTLINE))) == 4
    assert callers(ledger, scope_of(HOTLINE)) == [True, True, False, True]
    assert callers(ledger, scope_of(actor("audit", UnitId("110000"), Role.AUDITOR))) == [False] * 4


def test_a_department_is_sent_every_later_change_of_a_case_it_was_summoned_to(ledger: Ledger) -> None:
    order, by = receive()
    case = order.command.case
    ledger.judge([(order, by), whistle(case, WATER, POWER)], LAW, NOW)
    seen = ledger.changes(scope_of(LIAISON), Revision(0), 10)
    assert [row.row.revision for row in seen.rows] == [2]
    (outcome,) = ledger.judge([sign(case)], LAW, NOW)
    assert set(outcome.summoned) == {WATER, POWER}
    later = ledger.changes(scope_of(LIAISON), seen.last, 10)
    assert [(row.row.id, row.row.revision) for row in later.rows] == [(case, 3)]


def test_a_page_goes_over_the_wire(ledger: Ledger) -> None:
    ledger.judge([receive(), receive(caller=None)], LAW, NOW)
    page = ledger.changes(EVERYTHING, Revision(0), 10)
    sent = Changes(first=Revision(1), last=page.last, rows=page.rows)
    received = decode_downward(encode(sent))
    assert isinstance(received, Changes)
    assert [(row.row, bytes(row.body)) for row in received.rows] == [(row.row, bytes(row.body)) for row in page.rows]


def test_the_journal_never_holds_the_caller(ledger: Ledger) -> None:
    order, by = receive()
    ledger.judge([(order, by)], LAW, NOW)
    (entry,) = ledger.journal(Revision(0), 10)
    assert isinstance(entry.command, c.ReceiveOrder)
    assert entry.command.caller is None
    text = msgspec.json.encode(entry).decode() + msgspec.json.encode(ledger.case(order.command.case)).decode()
    assert CALLER.phone not in text
    assert CALLER.name not in text


def test_two_processes_writing_at_once_leave_no_gap_and_no_double(open_ledger: Callable[[], Ledger]) -> None:
    shared = [receive() for _ in range(20)]
    ledgers = [open_ledger(), open_ledger()]
    own = [[receive() for _ in range(30)] for _ in ledgers]
    answers: list[list[object]] = [[], []]

    def work(which: int) -> None:
        for start in range(0, 50, 5):
            batch = (own[which] + shared)[start : start + 5]
            answers[which] += [outcome.verdict for outcome in ledgers[which].judge(batch, LAW, NOW)]

    threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0][30:] == answers[1][30:]
    assert ledgers[0].head() == 80
    assert [entry.revision for entry in ledgers[1].journal(Revision(0), 1000)] == list(range(1, 81))


def test_a_ledger_keeps_its_name_and_its_head(ledger: Ledger, open_ledger: Callable[[], Ledger]) -> None:
    ledger.judge([receive(), receive()], LAW, NOW)
    again = open_ledger()
    assert again.id == ledger.id != ""
    assert again.head() == 2


def test_counts(ledger: Ledger) -> None:
    order, by = receive()
    ledger.judge([(order, by), receive(OTHER_STREET), sign(order.command.case), sign(order.command.case)], LAW, NOW)
    counts = ledger.counts()
    assert (counts.cases, counts.open, counts.refused) == (2, 2, 1)
    assert counts.by_holder == {STREET: 1, OTHER_STREET: 1}
    assert counts.acts == {"receive_order": 2, "sign_for": 1}


def test_units_come_back_in_their_order(ledger: Ledger) -> None:
    units = [
        Unit(id=WATER, name="水务局", kind=UnitKind.DEPARTMENT, duties=("供水", "排水")),
        Unit(id=STREET, name="酒仙桥街道", kind=UnitKind.STREET),
    ]
    ledger.put_units(units)
    renamed = [msgspec.structs.replace(units[0], phone="010-96159"), units[1]]
    ledger.put_units(renamed)
    assert ledger.units() == tuple(renamed)


def test_accounts_and_sessions(ledger: Ledger) -> None:
    account = Account(
        person=DISPATCHER.person, name="王", unit=STREET, roles=frozenset({Role.DISPATCHER}), password_hash="h1"
    )
    ledger.accounts.seed(account)
    changed = msgspec.structs.replace(account, password_hash="h2")
    ledger.accounts.seed(changed)
    assert ledger.accounts.get(account.person) == changed
    assert ledger.accounts.get(LIAISON.person) is None
    expires = NOW + dt.timedelta(hours=12)
    ledger.sessions.put("token", account.person, NOW, expires)
    assert ledger.sessions.whose("token", NOW) == changed
    assert ledger.sessions.whose("token", expires) is None
    assert ledger.sessions.whose("other", NOW) is None
    later = expires + PROVABLE_FOR
    ledger.sessions.put("second", account.person, later, later + dt.timedelta(hours=1))
    assert ledger.sessions.whose("token", NOW) is None, "those that ran out so long ago are forgotten"
    ledger.sessions.drop("second", later)
    assert ledger.sessions.whose("second", later) is None


def test_an_empty_batch_is_nothing(ledger: Ledger) -> None:
    assert ledger.judge([], LAW, NOW) == []
    assert ledger.head() == 0

"""The replica: what visibly changed, and nothing else."""

import datetime as dt
import time

import msgspec
import pytest

from dispatcher import wire
from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.queue import NEVER_MS, Pending, QueueRow, epoch_ms, summarise
from dispatcher.models.verdicts import Reason, Refused, Settled
from dispatcher.sync.colleagues import Colleagues
from dispatcher.sync.outbox import Outbox
from dispatcher.sync.ports import Remembered
from dispatcher.sync.replica import Replica, look_of
from tests import builders as b
from tests.fakes import MemoryStore

ONE = CaseId("case-1")


def station(*cases: Case) -> tuple[MemoryStore, Outbox, Replica]:
    store = MemoryStore()
    store.begin_ledger(LedgerId("l"), Remembered(actor=b.DISPATCHER, book=b.book(), units=b.units()))
    keep(store, *cases)
    outbox = Outbox(store)
    replica = Replica(store, outbox, Colleagues(store, "here"), epoch_ms(b.NOON - dt.timedelta(hours=24)))
    replica.judge_by(b.DISPATCHER, b.law())
    for page in store.rows(0):
        replica.take_page(page)
    return store, outbox, replica


def keep(store: MemoryStore, *cases: Case) -> None:
    rows = tuple(wire.CaseRow(summarise(case, b.law()), msgspec.Raw(msgspec.json.encode(case))) for case in cases)
    store.apply(wire.Changes(first=Revision(1), last=Revision(1), rows=rows), b.NOON)


def test_a_row_that_looks_as_before_is_not_told_again():
    _, _, replica = station(b.new_case())
    assert not replica.confirm([summarise(b.new_case(), b.law())], ())


def test_a_pending_act_shows_its_effect_and_its_name():
    _, outbox, replica = station(b.new_case())
    outbox.push(b.act(c.SignFor(case=ONE)))
    (row,) = replica.refold([ONE]).rows
    assert (row.state, row.pending, row.pending_what) == (CaseState.SIGNED, Pending.PENDING, "sign_for")
    assert row.revision == 1, "the revision stays the confirmed one"
    assert not replica.refold([ONE])


def test_the_confirmed_row_with_the_act_in_it_only_loses_its_mark():
    store, outbox, replica = station(b.new_case())
    outbox.push(b.act(c.SignFor(case=ONE)))
    replica.refold([ONE])
    keep(store, b.signed_case())
    outbox.applied([], b.NOON)
    (row,) = replica.confirm([summarise(b.signed_case(), b.law())], ()).rows
    assert (row.state, row.pending) == (CaseState.SIGNED, Pending.PENDING), "the verdict has not come"


def test_an_act_the_centre_has_already_recorded_is_not_folded_twice():
    store, outbox, replica = station(b.signed_case())
    missed = b.act(c.RecordContact(case=ONE, reached=False))
    outbox.push(missed)
    view = replica.view(ONE)
    assert view is not None
    assert view.case.attempts == 1
    case = b.signed_case()
    case = b.after_(case, missed.command)
    keep(store, case)
    view = replica.view(ONE)
    assert view is not None
    assert (view.case.attempts, view.confirmed, len(view.case.history)) == (1, 3, 3)


def test_a_pending_act_that_the_confirmed_case_no_longer_allows_falls_away_but_stays_marked():
    store, outbox, replica = station(b.new_case())
    outbox.push(b.act(c.SignFor(case=ONE)))
    replica.refold([ONE])
    case = b.case_in_hand()
    keep(store, case)
    (row,) = replica.confirm([summarise(case, b.law())], ()).rows
    assert (row.state, row.pending) == (CaseState.IN_HAND, Pending.PENDING)


def test_a_parked_act_is_louder_than_a_waiting_one_and_is_not_folded():
    _, outbox, replica = station(b.new_case())
    outbox.push(b.act(c.SignFor(case=ONE), act_id="s"))
    outbox.push(b.act(c.RecordContact(case=ONE, reached=True), act_id="r"))
    outbox.mark_sent(outbox.to_send(b.DISPATCHER.person), b.NOON)
    outbox.settle([Settled(act=CommandId("s"), verdict=Refused(reason=Reason.NOT_YOUR_ROLE))], b.NOON)
    (row,) = replica.refold([ONE]).rows
    assert (row.state, row.pending, row.pending_what) == (CaseState.DISPATCHED, Pending.PARKED, "sign_for")


def test_a_case_that_is_gone_is_told_once():
    _, _, replica = station(b.new_case())
    assert replica.confirm((), [ONE]).gone == (ONE,)
    assert not replica.confirm((), [ONE])


def test_what_was_closed_before_the_day_is_never_shown_and_leaves_when_its_day_is_over():
    _, _, replica = station(b.new_case())
    row = summarise(b.new_case(), b.law())
    closed = msgspec.structs.replace(row, closed_ms=epoch_ms(b.NOON))
    assert replica.confirm([closed], ()).rows == (closed,)
    assert not replica.forget_closed_before(epoch_ms(b.NOON))
    assert replica.forget_closed_before(epoch_ms(b.NOON) + 1).gone == (ONE,)
    assert not replica.confirm([closed], ())
    assert replica.confirm([row], ()).rows == (row,), "opened again"


def test_forgetting_leaves_nothing():
    _, _, replica = station(b.new_case())
    assert replica.forget().reset
    assert len(replica) == 0


@pytest.mark.parametrize("column", QueueRow.__struct_fields__)
def test_a_row_that_differs_in_one_column_looks_different(column: str):
    row = summarise(b.new_case(), b.law())
    value = getattr(row, column)
    if column == "clock":
        other = ClockKind.CITIZEN if value is not ClockKind.CITIZEN else ClockKind.SIGN
    else:
        other = value + "x" if isinstance(value, str) else int(value) + 1
    assert look_of(msgspec.structs.replace(row, **{column: other})) != look_of(row)
    assert look_of(msgspec.structs.replace(row)) == look_of(row)


def test_a_batch_is_cheap_over_a_quarter_of_a_million_rows():
    _, _, replica = station()
    row = summarise(b.new_case(), b.law())
    replace = msgspec.structs.replace
    replica.take_page([replace(row, id=CaseId(str(n)), due_ms=NEVER_MS - n) for n in range(250_000)])
    batches = [
        [replace(row, id=CaseId(str(n * 97 % 250_000)), revision=Revision(2)) for n in range(k, k + 50)]
        for k in range(0, 5000, 50)
    ]
    took_s: list[float] = []
    for batch in batches:
        began_s = time.perf_counter()
        assert len(replica.confirm(batch, ()).rows) == 50
        took_s.append(time.perf_counter() - began_s)
    assert sorted(took_s)[len(took_s) // 2] < 0.005, "generous: the figure itself is the benchmarks' business"

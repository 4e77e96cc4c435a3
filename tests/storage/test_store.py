"""The contract of the console's store, over the encrypted one and the one in memory that other tests stand on."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import rules
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision, UnitId
from dispatcher.models.lawbook import book_of
from dispatcher.models.order import Caller, Place
from dispatcher.models.organisation import Scope, scope_of
from dispatcher.models.queue import NEVER_MS, QueueRow, epoch_ms, summarise
from dispatcher.models.redaction import case_for, row_for
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.storage.blocks import laid_out
from dispatcher.storage.bodies import Packer
from dispatcher.storage.cache import FIRST_PAGE, PAGE, Cache
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.ports import ActState, Draft, Receipt, Remembered, Standing, Store, TakenUpTo
from dispatcher.wire import (
    NO_CALLER,
    SNAPSHOT_FORMAT,
    CaseRow,
    Changes,
    OfficeKey,
    Part,
    PartHead,
    part_bytes,
    read_part,
)
from dispatcher.wire.office import OfficeAct
from tests.fakes import MemoryStore
from tests.storage.city import (
    CALENDAR,
    CALLER,
    DISPATCHER,
    LAW,
    NOW,
    OTHER_STREET,
    POLICY,
    STREET,
    WATER,
    new_id,
    receive,
    sign,
)

LEDGER = LedgerId("ledger-1")
REMEMBERED = Remembered(actor=DISPATCHER, book=book_of(POLICY, CALENDAR), units=())
LATER = NOW + dt.timedelta(seconds=5, microseconds=7)


@pytest.fixture(params=["sqlcipher", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store: Store = Cache.open(tmp_path / "cache") if request.param == "sqlcipher" else MemoryStore()
    yield store
    store.close()


def a_case(revision: int, **more: object) -> Case:
    act, by = receive(**more)
    events = rules.judge(act, None, by, LAW, NOW)
    assert not isinstance(events, Refused)
    return evolve(None, events[0], Revision(revision))


def row_of(case: Case, caller: Caller | None = CALLER, **columns: object) -> CaseRow:
    row = msgspec.structs.replace(summarise(case, LAW), **columns)
    encode = msgspec.json.encode
    return CaseRow(row, msgspec.Raw(encode(case)), msgspec.Raw(encode(caller)) if caller else NO_CALLER)


def changes(*rows: CaseRow, last: int = 0, **more: object) -> Changes:
    newest = last or max((row.row.revision for row in rows), default=0)
    return Changes(first=Revision(1), last=Revision(newest), rows=rows, **more)  # type: ignore[arg-type]


def begun(store: Store) -> Store:
    store.begin_ledger(LEDGER, REMEMBERED)
    return store


def shown(store: Store, closed_since_ms: int = 0) -> list[QueueRow]:
    return [row for page in store.rows(closed_since_ms) for row in page]


def test_a_fresh_store_has_come_nowhere(store: Store) -> None:
    assert store.standing() == Standing(ledger=LedgerId(""), cursor=Revision(0), as_of=None)
    assert store.remembered() is None
    assert store.count() == 0
    assert shown(store) == []
    assert store.unsettled() == store.receipts(10) == ()
    nobody = CaseId("nobody")
    assert (store.row(nobody), store.case(nobody), store.caller(nobody)) == (None, None, None)


def test_a_welcome_is_remembered(store: Store) -> None:
    begun(store)
    assert store.remembered() == REMEMBERED
    assert store.standing() == Standing(ledger=LEDGER, cursor=Revision(0), as_of=None)


def test_rows_cursor_and_as_of_come_together(store: Store) -> None:
    begun(store)
    case = a_case(3)
    store.apply(changes(row_of(case), last=7), LATER)
    assert store.standing() == Standing(
        ledger=LEDGER, cursor=Revision(7), as_of=LATER, newest=Revision(3), newest_act=case.history[-1].act
    )
    assert store.row(case.id) == summarise(case, LAW)
    assert store.case(case.id) == case
    assert store.caller(case.id) == CALLER
    assert (store.count(), shown(store)) == (1, [summarise(case, LAW)])


def test_a_case_without_a_caller_has_none(store: Store) -> None:
    case = a_case(1)
    begun(store).apply(changes(row_of(case, None)), NOW)
    assert store.caller(case.id) is None


@pytest.mark.parametrize("filling", [True, False])
def test_a_newer_state_replaces_the_older_one(store: Store, filling: bool) -> None:
    begun(store)
    case, other = a_case(1), a_case(2)
    store.apply(changes(row_of(case), row_of(other), catching_up=filling), NOW)
    newer = msgspec.structs.replace(case, revision=Revision(3), assignee="张三")
    store.apply(changes(row_of(newer, None), catching_up=filling), NOW)
    assert store.case(case.id) == newer
    assert store.caller(case.id) is None
    assert store.count() == 2
    assert {row.id: row.revision for row in shown(store)} == {case.id: 3, other.id: 2}


@pytest.mark.parametrize("filling", [True, False])
def test_a_case_that_left_the_scope_is_gone(store: Store, filling: bool) -> None:
    begun(store)
    case, other = a_case(1), a_case(2)
    store.apply(changes(row_of(case), row_of(other), catching_up=filling), NOW)
    store.apply(changes(last=3, gone=(case.id, CaseId("never seen")), catching_up=filling), NOW)
    assert [row.id for row in shown(store)] == [other.id]
    assert (store.row(case.id), store.case(case.id), store.caller(case.id)) == (None, None, None)
    store.apply(changes(row_of(msgspec.structs.replace(case, revision=Revision(4)))), NOW)
    assert store.count() == 2


def test_another_ledger_empties_the_cache_and_keeps_the_acts(store: Store) -> None:
    begun(store).apply(changes(row_of(a_case(1))), NOW)
    receipt = store.enqueue(sign(CaseId("c"))[0])
    store.begin_ledger(LedgerId("ledger-2"), REMEMBERED)
    assert store.standing() == Standing(ledger=LedgerId("ledger-2"), cursor=Revision(0), as_of=None)
    assert (store.count(), shown(store)) == (0, [])
    assert store.unsettled() == (receipt,)


def test_the_same_ledger_again_keeps_the_rows(store: Store) -> None:
    begun(store).apply(changes(row_of(a_case(1))), NOW)
    begun(store)
    assert store.count() == 1
    assert store.standing().cursor == 1


def test_touch_moves_cursor_and_as_of_alone(store: Store) -> None:
    begun(store).apply(changes(row_of(a_case(1)), catching_up=True), NOW)
    before = store.standing()
    store.touch(LATER, Revision(9))
    assert store.standing() == msgspec.structs.replace(before, cursor=Revision(9), as_of=LATER)
    assert store.count() == 1


def test_what_is_due_first_comes_first_and_everything_comes_once(store: Store) -> None:
    begun(store)
    cases = [a_case(n + 1, dispatched_at=NOW - dt.timedelta(minutes=n % 997)) for n in range(PAGE + FIRST_PAGE + 50)]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    pages = list(store.rows(NEVER_MS))
    first = [row.due_ms for row in pages[0]]
    assert first == sorted(first)
    assert len(pages[0]) <= FIRST_PAGE
    rest = [row for page in pages[1:] for row in page]
    assert min(row.due_ms for row in rest) >= first[-1]
    assert sorted(row.revision for page in pages for row in page) == list(range(1, len(cases) + 1))


def test_closed_cases_come_only_when_closed_since(store: Store) -> None:
    begun(store)
    at = epoch_ms(NOW)
    rows = [row_of(a_case(n + 1), closed_ms=closed) for n, closed in enumerate((at - 1, at, at + 1, NEVER_MS))]
    store.apply(changes(*rows), NOW)
    assert sorted(row.revision for row in shown(store, at)) == [2, 3, 4]
    assert [row.revision for row in shown(store, NEVER_MS)] == [4]
    assert store.count() == 4


def test_rows_may_change_while_they_are_paged(store: Store) -> None:
    begun(store)
    cases = [a_case(n + 1) for n in range(FIRST_PAGE + 20)]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    found: list[QueueRow] = []
    for page in store.rows(0):
        found += page
        store.touch(NOW, Revision(len(cases)))
    assert {row.id for row in found} == {case.id for case in cases}


def test_an_act_is_kept_once(store: Store) -> None:
    act, _ = sign(CaseId("c"))
    receipt = store.enqueue(act)
    assert receipt == Receipt(seq=1, act=act, state=ActState.QUEUED, made_at=act.made_at)
    assert store.enqueue(act) == receipt
    other = store.enqueue(sign(CaseId("c"))[0])
    assert other.seq == 2
    assert store.unsettled() == (receipt, other)


def test_the_same_id_again_gives_the_receipt_as_it_stands(store: Store) -> None:
    receipt = store.enqueue(sign(CaseId("c"))[0])
    sent = msgspec.structs.replace(receipt, state=ActState.SENT, sent_at=LATER)
    store.settle((sent,))
    assert store.enqueue(receipt.act) == sent


def test_verdicts_settle_acts_with_the_rows_they_made(store: Store) -> None:
    begun(store)
    case = a_case(1)
    accepted, refused, stale, waiting = (store.enqueue(sign(case.id)[0]) for _ in range(4))
    no = Refused(reason=Reason.WRONG_STATE, detail="signed")
    late = Refused(reason=Reason.EXPIRED, field="valid_until")
    yes = Accepted(revision=Revision(2), judged_at=LATER)
    settles = (
        Settled(act=accepted.act.id, verdict=yes),
        Settled(act=refused.act.id, verdict=no),
        Settled(act=stale.act.id, verdict=late),
        Settled(act=CommandId("somebody else's"), verdict=yes),
    )
    store.apply(changes(row_of(case), last=2, settles=settles), NOW)
    found = {receipt.act.id: receipt for receipt in store.receipts(10)}
    replace = msgspec.structs.replace
    assert found[accepted.act.id] == replace(accepted, state=ActState.ACCEPTED, verdict=yes, judged_at=LATER)
    assert found[refused.act.id] == replace(refused, state=ActState.PARKED, verdict=no, judged_at=NOW)
    assert found[stale.act.id] == replace(stale, state=ActState.EXPIRED, verdict=late, judged_at=NOW)
    assert found[waiting.act.id] == waiting
    assert [receipt.act.id for receipt in store.unsettled()] == [refused.act.id, stale.act.id, waiting.act.id]


def test_acts_take_the_places_of_those_given_up_for_them(store: Store) -> None:
    begun(store)
    old, again, behind = (sign(CaseId("c"))[0] for _ in range(3))
    receipt = store.enqueue(old)
    given_up = msgspec.structs.replace(receipt, state=ActState.DISCARDED, note=again.id)
    kept = store.replace([again, behind], (given_up,))
    assert [(each.act, each.state) for each in kept] == [(again, ActState.QUEUED), (behind, ActState.QUEUED)]
    assert store.unsettled() == kept
    assert store.receipt(old.id) == given_up


def test_an_act_given_up_no_longer_waits_but_its_receipt_stays(store: Store) -> None:
    receipt = store.enqueue(sign(CaseId("c"))[0])
    no = Refused(reason=Reason.NOT_DONE)
    parked = msgspec.structs.replace(receipt, state=ActState.PARKED, verdict=no, sent_at=NOW, judged_at=LATER)
    store.settle((parked,))
    assert store.unsettled() == (parked,)
    given_up = msgspec.structs.replace(parked, state=ActState.DISCARDED, note="重复操作")
    store.settle((given_up,))
    assert store.unsettled() == ()
    assert store.receipts(1) == (given_up,)


def test_receipts_are_listed_newest_first(store: Store) -> None:
    made = [store.enqueue(sign(CaseId(new_id()))[0]) for _ in range(5)]
    assert store.receipts(3) == tuple(reversed(made[2:]))


def test_closing_twice_is_harmless(store: Store) -> None:
    store.close()
    store.close()


def test_a_fresh_store_does_not_know_its_law_until_it_is_marked(store: Store) -> None:
    assert store.law_mark() == ""
    store.mark_law("a law")
    begun(store)
    assert store.law_mark() == "a law"


@pytest.mark.parametrize("filling", [True, False])
def test_open_cases_are_listed_a_few_at_a_time_each_once(store: Store, filling: bool) -> None:
    begun(store)
    cases = [a_case(number) for number in range(1, 8)]
    rows = [row_of(case) for case in cases]
    rows[3] = row_of(cases[3], closed_ms=epoch_ms(NOW))
    store.apply(changes(*rows, catching_up=filling), NOW)
    found: list[CaseId] = []
    place = 0
    while some := store.open_cases(place, 2):
        assert len(some) <= 2
        assert all(row.id == case.id for _, row, case in some)
        found += [row.id for _, row, _ in some]
        place = some[-1][0]
    assert found == [case.id for case in cases if case is not cases[3]]


def test_a_row_takes_another_s_place_only_while_the_case_is_at_the_same_revision(store: Store) -> None:
    begun(store)
    one, two = a_case(1), a_case(2)
    store.apply(changes(row_of(one), row_of(two)), NOW)
    found = store.open_cases(0, 10)
    anew = [(place, msgspec.structs.replace(row, due_ms=5, title="anew")) for place, row, _ in found]
    newer = msgspec.structs.replace(two, revision=Revision(3))
    store.apply(changes(row_of(newer)), NOW)
    store.replace_rows(anew)
    assert store.row(one.id) == anew[0][1]
    assert store.row(two.id) == summarise(newer, LAW)
    assert [row.id for row in shown(store)] == [one.id, two.id], "sorted by the new instant"
    assert store.case(one.id) == one


def part_of(*cases: Case, place: int = 0, total: int = 0, last: bool = False, ledger: LedgerId = LEDGER) -> Part:
    """Lay cases out as the centre does; a confidential order comes without its caller."""
    rows = [row_of(case, None if case.order.confidential else CALLER) for case in cases]
    entries, block, rows_bytes = laid_out(rows, Packer())
    newest = max((case.revision for case in cases), default=Revision(0))
    head = PartHead(
        format=SNAPSHOT_FORMAT,
        ledger=ledger,
        revision=Revision(100),
        at=LATER,
        total=total or len(cases),
        place=place,
        rows_bytes=rows_bytes,
        last=last,
        newest=newest,
        newest_act=CommandId("act-of-the-newest"),
    )
    return read_part(part_bytes(head, entries, block))


def test_a_snapshot_comes_by_parts_and_the_last_one_moves_the_cursor(store: Store) -> None:
    begun(store)
    cases = [a_case(n + 1, confidential=n == 2) for n in range(6)]
    store.take(part_of(*cases[:2], total=6), TakenUpTo("etag", 10))
    assert store.standing() == Standing(ledger=LEDGER, cursor=Revision(0), as_of=None, taking=TakenUpTo("etag", 10))
    assert {row.id for row in shown(store)} == {case.id for case in cases[:2]}
    assert store.case(cases[1].id) == cases[1], "it can be used while the rest comes"
    store.take(part_of(*cases[2:], place=2, total=6), TakenUpTo("etag", 20))
    store.take(part_of(place=6, total=6, last=True), TakenUpTo("etag", 30))
    standing = store.standing()
    assert (standing.cursor, standing.as_of, standing.taking, standing.is_filling) == (100, LATER, None, False)
    assert standing.newest_act == "act-of-the-newest"
    assert {row.id: row for row in shown(store)} == {case.id: summarise(case, LAW) for case in cases}
    assert [store.case(case.id) for case in cases] == cases
    assert [store.caller(case.id) for case in cases] == [CALLER, CALLER, None, CALLER, CALLER, CALLER]
    newer = msgspec.structs.replace(cases[0], revision=Revision(101), assignee="张三")
    store.apply(changes(row_of(newer)), NOW)
    assert (store.case(newer.id), store.count()) == (newer, 6)


@pytest.mark.parametrize("by", ["rows", "snapshot"])
def test_what_stands_stays_until_all_has_come_again(store: Store, by: str) -> None:
    begun(store)
    cases = [a_case(n + 1) for n in range(5)]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    kept, changed = cases[3], msgspec.structs.replace(cases[4], revision=Revision(9), assignee="张三")
    fresh = a_case(10)
    if by == "rows":
        store.begin_again()
        assert (store.standing().cursor, store.standing().is_filling) == (0, True)
        store.apply(changes(row_of(kept), catching_up=True), NOW)
    else:
        store.take(part_of(kept, total=3), TakenUpTo("etag", 10))
    assert store.standing().is_filling
    assert {row.id for row in shown(store)} == {case.id for case in cases}, "all can be used meanwhile"
    if by == "rows":
        store.apply(changes(row_of(changed), row_of(fresh), last=100), LATER)
    else:
        store.take(part_of(changed, fresh, place=1, total=3), TakenUpTo("etag", 20))
        store.take(part_of(place=3, total=3, last=True), TakenUpTo("etag", 30))
    assert set(store.sweep()) == {case.id for case in cases[:3]}
    assert {row.id: row for row in shown(store)} == {case.id: summarise(case, LAW) for case in (kept, changed, fresh)}
    assert [store.case(case.id) for case in (kept, changed, fresh)] == [kept, changed, fresh]
    assert (store.count(), store.case(cases[0].id), store.standing().is_filling) == (3, None, False)
    assert store.standing().cursor == 100
    assert store.sweep() == ()


def test_what_goes_while_all_comes_again_is_gone_once(store: Store) -> None:
    begun(store)
    cases = [a_case(n + 1) for n in range(3)]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    store.begin_again()
    store.apply(changes(row_of(cases[1]), last=9, gone=(cases[0].id,)), LATER)
    assert store.sweep() == (cases[2].id,)
    assert {row.id for row in shown(store)} == {cases[1].id}


def test_another_snapshot_in_the_middle_of_one_begins_again(store: Store) -> None:
    begun(store)
    cases = [a_case(n + 1) for n in range(4)]
    store.take(part_of(*cases[:2], total=4), TakenUpTo("one", 10))
    store.take(part_of(*cases[1:3], total=3), TakenUpTo("other", 12))
    assert store.standing().taking == TakenUpTo("other", 12)
    store.take(part_of(cases[3], place=2, total=3), TakenUpTo("other", 20))
    store.take(part_of(place=3, total=3, last=True), TakenUpTo("other", 30))
    assert store.sweep() == (cases[0].id,)
    assert {row.id for row in shown(store)} == {case.id for case in cases[1:]}


def test_only_what_lies_in_a_scope_is_kept(store: Store) -> None:
    begun(store)
    community = UnitId(f"{STREET}003")
    here = a_case(1)
    near = a_case(2, place=Place(street=STREET, community_code=community))
    secret = a_case(3, confidential=True)
    there = msgspec.structs.replace(a_case(4), holder=OTHER_STREET)
    store.apply(changes(*(row_of(case) for case in (here, near, secret, there))), NOW)
    desk = scope_of(DISPATCHER)
    rows, gone = store.keep_only(desk)
    assert (store.remembered() or REMEMBERED).scope == desk, "in one transaction: a crash must not leave the wider one"
    assert ([row.id for row in rows], gone) == ([secret.id], (there.id,))
    assert [store.caller(case.id) for case in (here, secret)] == [CALLER, None]
    wall = msgspec.structs.replace(desk, details=frozenset())
    rows, gone = store.keep_only(wall)
    assert ({row.id for row in rows}, gone) == ({here.id, near.id, secret.id}, ())
    kept = store.case(here.id)
    assert kept == case_for(wall, here)
    assert (store.caller(here.id), kept.order.text, store.row(here.id)) == (
        None,
        "",
        row_for(wall, summarise(here, LAW)),
    )
    assert found(store, "跌落") == set(), "nor can it be searched by what is not there any more"
    assert set(store.keep_only(msgspec.structs.replace(wall, unit=community, community=True))[1]) == {
        here.id,
        secret.id,
    }
    assert [row.id for row in shown(store)] == [near.id]
    assert store.keep_only(Scope(unit=WATER, as_summoned=True))[1] == (near.id,)
    assert (store.count(), store.standing().cursor) == (0, 4)


def found(store: Store, asked: str, limit: int = 100) -> set[CaseId]:
    while store.index_some():
        pass
    return {row.id for row in store.search(asked, limit)}


def test_every_word_of_one_two_or_three_characters_is_found(store: Store) -> None:
    """Recall: whatever stands in a case, wherever, is found by it."""
    begun(store)
    cases = [
        a_case(1, title="管庄加装电梯", text="市民反映：管庄6号楼1单元想加装电梯，6层以上老人多。"),
        a_case(2, title="井盖缺失", text="酒仙桥路10号院门前井盖缺失,夜间无照明;ＢＲＴ站旁"),
        a_case(
            3, title="Noise at night", text="KTV音响扰民（凌晨2点）", place=Place(address="将台西路9-2号", spot="丽都")
        ),
    ]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    for case in cases:
        order = case.order
        for field in (order.number, order.title, order.text, order.place.address, order.place.spot, *order.category):
            plain = "".join(c for c in field if c.isalnum())
            for length in (1, 2, 3, 4):
                for begin in range(max(0, len(plain) - length + 1)):
                    word = plain[begin : begin + length]
                    assert case.id in found(store, word), word
    assert found(store, "brt") == {cases[1].id}, "width and case do not count"
    assert found(store, "电梯 老人") == {cases[0].id}, "every word"
    assert found(store, "电梯 凌晨") == set()
    assert found(store, "梯电") == set(), "a word, not its characters"
    assert found(store, "加装电梯管庄") == set(), "no word reaches from one field into another"
    assert found(store, " ，。\" ' * ") == set()
    assert len(store.search("1", 1)) == 1
    assert found(store, CALLER.name) == found(store, CALLER.phone) == set(), "never by the caller"


def test_the_index_keeps_up_with_what_changes_and_goes(store: Store) -> None:
    begun(store)
    one, two = a_case(1, title="广场舞噪声"), a_case(2, title="路灯不亮")
    store.apply(changes(row_of(one), row_of(two)), NOW)
    assert found(store, "噪声") == {one.id}
    newer = msgspec.structs.replace(one, revision=Revision(3), assignee="李队长")
    store.apply(changes(row_of(newer), gone=(two.id,)), NOW)
    assert found(store, "李队") == {one.id}
    assert found(store, "路灯") == set()
    closed = msgspec.structs.replace(two, revision=Revision(4))
    store.apply(changes(row_of(closed, closed_ms=epoch_ms(NOW) - 10)), NOW)
    assert found(store, "路灯") == {two.id}, "closed ones too"
    store.begin_again()
    store.apply(changes(row_of(newer), last=5), NOW)
    store.sweep()
    assert (found(store, "路灯"), found(store, "噪声")) == (set(), {one.id})
    store.begin_ledger(LedgerId("ledger-2"), REMEMBERED)
    assert found(store, "噪声") == set()


def test_what_changes_between_two_steps_of_indexing_is_found_by_its_new_words(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of the next cases are read ahead, and a case may change before they are written."""
    monkeypatch.setattr("dispatcher.storage.cache.INDEXED_AT_ONCE", 2)
    begun(store)
    cases = [a_case(revision, title="路灯不亮") for revision in range(1, 8)]
    store.apply(changes(*(row_of(case) for case in cases)), NOW)
    store.index_some()
    order = msgspec.structs.replace(cases[3].order, title="水管爆裂")
    newer = msgspec.structs.replace(cases[3], revision=Revision(8), order=order)
    store.apply(changes(row_of(newer), gone=(cases[2].id,)), NOW)
    assert found(store, "爆裂") == {newer.id}
    assert found(store, "路灯") == {case.id for place, case in enumerate(cases) if place not in (2, 3)}


def test_the_office_is_remembered_and_acts_are_kept_in_their_order(store: Store) -> None:
    assert store.office_memory() is None
    memory = OfficeMemory(station="aa", keys=(OfficeKey(id="k", secret=b"\0\1", with_caller=True),), serving_since=NOW)
    store.keep_office_memory(memory)
    store.keep_office_memory(msgspec.structs.replace(memory, unit=DISPATCHER.unit))
    assert store.office_memory() == msgspec.structs.replace(memory, unit=DISPATCHER.unit)
    entries = [
        OfficeAct(act=sign(CaseId(f"case-{place}"))[0], maker=DISPATCHER, station="bb", place=place)
        for place in (3, 1, 2)
    ]
    store.keep_office_acts(entries, ())
    assert [entry.place for entry in store.office_acts()] == [1, 2, 3]
    moved = msgspec.structs.replace(entries[1], place=9)
    store.keep_office_acts((moved,), (entries[2].act.id, CommandId("unknown")))
    assert store.office_acts() == (entries[0], moved)


def test_rows_are_lent_by_revision_and_borrowed_without_moving_the_cursor(store: Store) -> None:
    begun(store)
    rows = [row_of(a_case(revision), CALLER if revision % 2 else None) for revision in range(1, 500)]
    store.apply(changes(*rows), NOW)
    lent = [row for page in store.rows_after(Revision(100)) for row in page]
    assert [(row.row, bytes(row.body), bytes(row.caller)) for row in lent] == [
        (row.row, bytes(row.body), bytes(row.caller)) for row in rows[100:]
    ]
    assert list(store.rows_after(Revision(499))) == []
    newer = a_case(900)
    other = evolved(rows[0], 901)
    store.borrow([row_of(newer), other])
    assert store.standing().cursor == 499
    assert store.case(newer.id) == newer
    assert store.caller(newer.id) == CALLER
    found = store.row(other.row.id)
    assert found is not None
    assert found.revision == 901
    assert store.count() == 500


def test_rows_can_be_borrowed_into_a_cache_that_is_still_being_filled(store: Store) -> None:
    begun(store)
    one, two = a_case(1), a_case(2)
    store.apply(changes(row_of(one), last=1, catching_up=True), NOW)
    store.borrow([row_of(two)])
    assert store.case(two.id) == two
    store.apply(changes(row_of(two), last=2), NOW)
    assert store.count() == 2
    assert {row.id for row in shown(store)} == {one.id, two.id}


def test_a_receipt_is_found_whatever_became_of_it(store: Store) -> None:
    act, _ = sign(CaseId("case-1"))
    assert store.receipt(act.id) is None
    receipt = store.enqueue(act)
    assert store.receipt(act.id) == receipt
    given_up = msgspec.structs.replace(receipt, state=ActState.DISCARDED, note="by mistake")
    store.settle((given_up,))
    assert store.receipt(act.id) == given_up


def evolved(row: CaseRow, revision: int) -> CaseRow:
    return CaseRow(msgspec.structs.replace(row.row, revision=Revision(revision)), row.body, row.caller)


def drafted(text: str, form: str = "reply", seconds: int = 0) -> Draft:
    at = NOW + dt.timedelta(seconds=seconds)
    return Draft(case=CaseId("one"), form=form, fields={"done": text, "on_scene": True}, saved_at=at, known=("a", "b"))  # type: ignore[arg-type]


def test_drafts_are_kept_by_form_and_case_the_newest_first(store: Store) -> None:
    assert store.drafts() == ()
    store.keep_draft(drafted("half a"))
    store.keep_draft(drafted("other", "add_note", 1))
    store.keep_draft(drafted("half a sentence", seconds=2))
    assert store.drafts() == (drafted("half a sentence", seconds=2), drafted("other", "add_note", 1))
    store.drop_draft(CaseId("one"), "reply")
    store.drop_draft(CaseId("one"), "reply")
    assert store.drafts() == (drafted("other", "add_note", 1),)


def test_what_this_ledger_accepted_above_a_head_is_doubted_and_nothing_else(store: Store) -> None:
    begun(store)
    acts = [sign(CaseId(f"case-{n}"))[0] for n in range(5)]
    for act in acts:
        store.enqueue(act)
    verdicts = [Accepted(revision=Revision(n), judged_at=NOW) for n in (10, 11, 12)]
    settles = [Settled(act=act.id, verdict=verdict) for act, verdict in zip(acts, verdicts, strict=False)]
    store.apply(changes(settles=tuple(settles), last=12), NOW)
    refused = msgspec.structs.replace(
        store.unsettled()[0], state=ActState.PARKED, verdict=Refused(reason=Reason.WRONG_STATE), judged_at=NOW
    )
    store.settle((refused,))
    assert [receipt.act.id for receipt in store.doubt(Revision(10))] == [acts[1].id, acts[2].id]
    states = {receipt.act.id: receipt.state for receipt in store.receipts(10)}
    assert [states[act.id] for act in acts] == [
        ActState.ACCEPTED, ActState.DOUBTED, ActState.DOUBTED, ActState.PARKED, ActState.QUEUED,
    ]  # fmt: skip
    assert {receipt.act.id for receipt in store.unsettled()} == {act.id for act in acts[1:]}
    # A verdict that comes after all ends the doubt, wherever it comes from.
    store.apply(changes(settles=(settles[1],), last=13), NOW)
    assert acts[1].id not in {receipt.act.id for receipt in store.unsettled()}


def test_a_ledger_of_the_same_lineage_leaves_the_rows_until_all_has_come_again(store: Store) -> None:
    begun(store)
    old = [row_of(a_case(n, case=CaseId(f"case-{n}"))) for n in (1, 2)]
    store.apply(changes(*old, last=2), NOW)
    store.begin_ledger(LedgerId(f"{LEDGER}+1"), REMEMBERED, kin=True)
    standing = store.standing()
    assert (standing.ledger, standing.cursor, standing.is_filling, standing.as_of) == (f"{LEDGER}+1", 0, True, NOW)
    assert {row.id for row in shown(store)} == {"case-1", "case-2"}
    store.apply(changes(old[0], last=1), NOW)
    assert store.sweep() == (CaseId("case-2"),)
    store.begin_ledger(LedgerId(f"{LEDGER}+1"), REMEMBERED, kin=True)
    assert (store.standing().cursor, store.standing().is_filling) == (1, False), "it is that ledger already"


def accepted_in_order(store: Store, count: int) -> list[CommandId]:
    """Have so many acts made and accepted, as revisions 1, 2, 3 ..."""
    acts = [sign(CaseId(f"case-{n}"))[0] for n in range(count)]
    for act in acts:
        store.enqueue(act)
    verdicts = [Accepted(revision=Revision(n), judged_at=NOW) for n in range(1, count + 1)]
    settles = [Settled(act=act.id, verdict=verdict) for act, verdict in zip(acts, verdicts, strict=True)]
    store.apply(changes(settles=tuple(settles), last=count), NOW)
    return [act.id for act in acts]


@pytest.mark.parametrize(
    ("count", "revisions"),
    [(0, []), (3, [3, 2, 1]), (33, list(range(33, 1, -1))), (300, [*range(300, 268, -1), 236, 172, 44])],
)
def test_the_newest_accepted_acts_are_named_and_some_from_before(
    store: Store, count: int, revisions: list[int]
) -> None:
    begun(store)
    made = accepted_in_order(store, count)
    assert store.accepted() == tuple((Revision(n), made[n - 1]) for n in revisions)
    store.begin_ledger(LedgerId("another"), REMEMBERED)
    assert store.accepted() == ()


def test_what_was_accepted_before_a_ledger_was_set_back_may_still_be_doubted(store: Store) -> None:
    begun(store)
    made = accepted_in_order(store, 3)
    store.begin_ledger(LedgerId(f"{LEDGER}+1"), REMEMBERED, kin=True)
    assert len(store.accepted()) == 3
    assert [receipt.act.id for receipt in store.doubt(Revision(1))] == made[1:]


def test_another_ledger_casts_no_doubt_on_the_verdicts_of_the_one_before(store: Store) -> None:
    begun(store)
    act = sign(CaseId("case-1"))[0]
    store.enqueue(act)
    settled = Settled(act=act.id, verdict=Accepted(revision=Revision(9), judged_at=NOW))
    store.apply(changes(settles=(settled,), last=9), NOW)
    store.begin_ledger(LedgerId("another"), REMEMBERED)
    assert store.doubt(Revision(1)) == ()

"""merge(): many change sets as one, with the same effect on whoever shows them."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.changes import ChangeSet, merge
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.queue import QueueRow, summarise
from tests import builders as b

ROW = summarise(b.new_case(), b.law())
IDS = [CaseId(name) for name in "abcde"]


def row(case: CaseId, revision: int) -> QueueRow:
    return msgspec.structs.replace(ROW, id=case, revision=Revision(revision))


@st.composite
def change_sets(draw: st.DrawFn) -> ChangeSet:
    gone = draw(st.lists(st.sampled_from(IDS), unique=True))
    kept = [case for case in IDS if case not in gone]
    rows = draw(st.lists(st.sampled_from(kept), unique=True)) if kept else []
    reset = draw(st.integers(0, 5)) == 0
    return ChangeSet(tuple(row(case, draw(st.integers(1, 99))) for case in rows), () if reset else tuple(gone), reset)


def shown(before: dict[CaseId, QueueRow], sets: list[ChangeSet]) -> dict[CaseId, QueueRow]:
    rows = dict(before)
    for change in sets:
        if change.reset:
            rows.clear()
        for case in change.gone:
            rows.pop(case, None)
        rows.update({row.id: row for row in change.rows})
    return rows


@given(st.lists(st.sampled_from(IDS), unique=True), st.lists(change_sets()))
def test_merged_sets_show_what_they_showed_one_by_one(before: list[CaseId], sets: list[ChangeSet]):
    start = {case: row(case, 0) for case in before}
    assert shown(start, [merge(sets)]) == shown(start, sets)


@given(st.lists(change_sets()), st.lists(change_sets()))
def test_merging_in_parts_is_merging_at_once(some: list[ChangeSet], more: list[ChangeSet]):
    assert shown({}, [merge([merge(some), merge(more)])]) == shown({}, [merge(some + more)])


@given(st.lists(change_sets()))
def test_a_merged_set_names_each_case_once(sets: list[ChangeSet]):
    merged = merge(sets)
    named = [row.id for row in merged.rows] + list(merged.gone)
    assert len(named) == len(set(named))


def test_nothing_is_nothing():
    assert not merge([])
    assert not merge([ChangeSet(), ChangeSet()])
    assert merge([ChangeSet(reset=True)])

"""What follows from an act on other cases is carried out with it in one commit, or nothing is."""

import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.organisation import CENTRE, Role
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.storage.ledger import Ledger, Outcome
from tests.storage.city import (
    CALLER,
    DISPATCHER,
    HOTLINE,
    LAW,
    NOW,
    OTHER_STREET,
    STREET,
    act,
    actor,
    new_id,
    receive,
    sign,
)

LEADER = actor("qian", STREET, Role.SHIFT_LEADER)


def judged(ledger: Ledger, *acts: object) -> list[Outcome]:
    return ledger.judge(list(acts), LAW, NOW)  # type: ignore[arg-type]


def new_case(ledger: Ledger, holder: str = STREET, number: str = "") -> CaseId:
    more = {"number": number} if number else {}
    order, by = receive(holder=holder, **more)  # type: ignore[arg-type]
    case = order.command.case
    outcomes = judged(ledger, (order, by))
    assert isinstance(outcomes[0].verdict, Accepted)
    return case


def in_hand(ledger: Ledger, number: str = "") -> CaseId:
    case = new_case(ledger, number=number)
    judged(ledger, sign(case), act(c.RecordContact(case=case, reached=True), DISPATCHER))
    return case


def split(case: CaseId, *children: str) -> c.SplitCase:
    parts = tuple(c.Part(case=CaseId(child), title=f"part {child[:4]}") for child in children)
    return c.SplitCase(case=case, parts=parts)


def test_the_parts_of_a_split_are_cases_of_the_same_commit(ledger: Ledger) -> None:
    case = in_hand(ledger, "BJ1")
    ids = (new_id(), new_id())
    (outcome,) = judged(ledger, act(split(case, *ids), DISPATCHER))
    assert isinstance(outcome.verdict, Accepted)
    assert outcome.verdict.revision == 4
    assert [o.verdict.revision for o in outcome.followed_by if isinstance(o.verdict, Accepted)] == [5, 6]
    assert ledger.head() == 6
    for number, id_ in enumerate(ids, 1):
        child = ledger.case(CaseId(id_))
        assert child is not None
        assert (child.order.number, child.parent, child.holder) == (f"BJ1-{number}", case, STREET)
        assert ledger.caller(child.id) == CALLER
    entries = ledger.journal(Revision(3), 10)
    assert [(e.revision, e.act, e.by) for e in entries] == [
        (4, outcome.act, "wang"),
        (5, f"{outcome.act}:1", CENTRE.person),
        (6, f"{outcome.act}:2", CENTRE.person),
    ]


def test_a_refused_consequence_refuses_the_act_and_nothing_is_half_done(ledger: Ledger) -> None:
    case = in_hand(ledger, "BJ1")
    new_case(ledger, number="BJ1-2")
    before = ledger.case(case)
    wish = act(split(case, new_id(), new_id()), DISPATCHER)
    (outcome,) = judged(ledger, wish)
    assert outcome.verdict == Refused(reason=Reason.ALREADY_THERE, field="order.number", detail="BJ1-2")
    assert ledger.case(case) == before
    assert ledger.counts().cases == 2
    assert ledger.head() == 4
    (again,) = judged(ledger, wish)
    assert again.repeat
    assert again.verdict == outcome.verdict


def test_an_id_somebody_took_before_refuses_the_act(ledger: Ledger) -> None:
    case = in_hand(ledger)
    wish, by = act(split(case, new_id(), new_id()), DISPATCHER)
    taken, who = act(c.AddNote(case=case, text="mine"), DISPATCHER, id=f"{wish.id}:1")
    outcomes = judged(ledger, (taken, who), (wish, by))
    assert isinstance(outcomes[0].verdict, Accepted)
    assert outcomes[1].verdict == Refused(reason=Reason.ALREADY_THERE, field="id", detail=taken.id)


def test_acts_after_a_refused_one_get_the_next_revision(ledger: Ledger) -> None:
    case = in_hand(ledger, "BJ1")
    new_case(ledger, number="BJ1-2")
    note = act(c.AddNote(case=case, text="after"), DISPATCHER)
    outcomes = judged(ledger, act(split(case, new_id(), new_id()), DISPATCHER), note)
    assert isinstance(outcomes[0].verdict, Refused)
    assert outcomes[1].verdict == Accepted(revision=Revision(5), judged_at=NOW)


def test_a_merge_ends_one_case_and_tells_the_other(ledger: Ledger) -> None:
    case, into = in_hand(ledger, "BJ1"), in_hand(ledger, "BJ2")
    (outcome,) = judged(ledger, act(c.MergeCase(case=case, into=into, reason="the same lid"), LEADER))
    assert isinstance(outcome.verdict, Accepted)
    merged, absorbing = ledger.case(case), ledger.case(into)
    assert merged is not None
    assert absorbing is not None
    assert (merged.state, merged.merged_into) == (CaseState.MERGED, into)
    assert absorbing.duplicates == (case,)
    assert [o.row.row.id for o in outcome.followed_by if o.row] == [into]


@pytest.mark.parametrize(
    ("target", "reason"),
    [("nowhere", Reason.NO_SUCH_CASE), ("other street", Reason.NOT_YOUR_CASE), ("withdrawn", Reason.WRONG_STATE)],
)
def test_a_merge_into_what_cannot_take_it_is_refused(ledger: Ledger, target: str, reason: Reason) -> None:
    case = in_hand(ledger)
    into = new_case(ledger, holder=OTHER_STREET if target == "other street" else STREET)
    if target == "withdrawn":
        judged(ledger, act(c.WithdrawOrder(case=into, reason="a mistake"), HOTLINE))
    if target == "nowhere":
        into = CaseId(new_id())
    (outcome,) = judged(ledger, act(c.MergeCase(case=case, into=into, reason="the same"), LEADER))
    assert isinstance(outcome.verdict, Refused)
    assert (outcome.verdict.reason, outcome.verdict.field) == (reason, "into")
    still = ledger.case(case)
    assert still is not None
    assert still.state is CaseState.IN_HAND


def test_a_part_that_ends_is_noted_on_the_whole_in_the_same_batch(ledger: Ledger) -> None:
    case = in_hand(ledger)
    ids = (new_id(), new_id())
    outcomes = judged(
        ledger,
        act(split(case, *ids), DISPATCHER),
        act(c.WithdrawOrder(case=CaseId(ids[0]), reason="not ours"), HOTLINE),
    )
    assert [isinstance(o.verdict, Accepted) for o in outcomes] == [True, True]
    whole = ledger.case(case)
    assert whole is not None
    assert whole.children == ids
    assert whole.children_ended == (ids[0],)


def test_a_number_that_is_taken_is_not_given(ledger: Ledger) -> None:
    new_case(ledger, number="BJ7")
    local, _ = receive(number=f"L-{STREET}-20260701-1", source="desk")
    (taken_in,) = judged(ledger, (local, DISPATCHER))
    assert isinstance(taken_in.verdict, Accepted)
    case = local.command.case
    wish = c.GiveNumber(case=case, number="BJ7", source="12345")
    (outcome,) = judged(ledger, act(wish, HOTLINE))
    assert outcome.verdict == Refused(reason=Reason.ALREADY_THERE, field="number", detail="BJ7")
    (first, second) = judged(
        ledger,
        act(c.GiveNumber(case=case, number="BJ8", source="12345"), HOTLINE),
        receive(number="BJ8", source="12345"),
    )
    assert isinstance(first.verdict, Accepted)
    assert second.verdict == Refused(reason=Reason.ALREADY_THERE, field="order.number", detail="BJ8")
    body = ledger.case(case)
    assert body is not None
    assert (body.order.number, body.local_number) == ("BJ8", local.command.order.number)

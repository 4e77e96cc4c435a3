"""The outbox as a state machine over a store."""

import datetime as dt

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.sync.outbox import WINDOW, Outbox, new_command_id
from dispatcher.sync.ports import ActState, Trouble
from tests import builders as b
from tests.fakes import MemoryStore

LI = b.DISPATCHER.person


def an_act(name: str, case: str = "case-1", valid_s: float | None = None, **more: object) -> c.Act:
    until = None if valid_s is None else b.NOON + dt.timedelta(seconds=valid_s)
    return b.act(c.SignFor(case=CaseId(case)), act_id=name, valid_until=until, **more)


def accepted(name: str) -> Settled:
    return Settled(act=CommandId(name), verdict=Accepted(revision=Revision(1), judged_at=b.NOON))


def refused(name: str, reason: Reason = Reason.WRONG_STATE) -> Settled:
    return Settled(act=CommandId(name), verdict=Refused(reason=reason))


def send(outbox: Outbox) -> list[str]:
    chosen = outbox.to_send(LI)
    outbox.mark_sent(chosen, b.NOON)
    return [receipt.act.id for receipt in chosen]


def test_one_act_per_case_is_under_way_and_cases_do_not_wait_for_each_other():
    outbox = Outbox(MemoryStore())
    for name, case in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        outbox.push(an_act(name, case))
    assert send(outbox) == ["a1", "b1"]
    assert send(outbox) == []
    outbox.settle([accepted("a1")], b.NOON)
    assert send(outbox) == ["a2"]


def test_a_verdict_that_comes_twice_in_one_batch_settles_once():
    store = MemoryStore()
    outbox = Outbox(store)
    outbox.push(an_act("a1"))
    send(outbox)
    (receipt,) = outbox.applied([accepted("a1"), accepted("a1")], b.NOON)
    assert receipt.state is ActState.ACCEPTED
    assert len(outbox) == 0


def test_the_window_bounds_what_is_under_way():
    outbox = Outbox(MemoryStore())
    for n in range(WINDOW + 5):
        outbox.push(an_act(f"{n:03}", f"case-{n}"))
    assert len(send(outbox)) == WINDOW
    assert send(outbox) == []
    outbox.settle([accepted("000"), accepted("001")], b.NOON)
    assert len(send(outbox)) == 2


def test_sent_is_durable_before_anything_leaves():
    store = MemoryStore()
    outbox = Outbox(store)
    outbox.push(an_act("a1"))
    store.failing_writes = Trouble("the disk is full")
    with pytest.raises(Trouble):
        outbox.mark_sent(outbox.to_send(LI), b.NOON)
    store.failing_writes = None
    assert [receipt.state for receipt in outbox.all()] == [ActState.QUEUED]
    assert send(outbox) == ["a1"], "it is still first in line"
    assert store.unsettled()[0].state is ActState.SENT


def test_after_a_new_link_what_was_sent_leaves_again_under_the_same_id_and_keeps_its_first_instant():
    store = MemoryStore()
    outbox = Outbox(store)
    outbox.push(an_act("a1"))
    send(outbox)
    writes = store.writes
    outbox.link_ended()
    chosen = outbox.to_send(LI)
    assert outbox.mark_sent(chosen, b.NOON + dt.timedelta(hours=1)) == ()
    assert [receipt.act.id for receipt in chosen] == ["a1"]
    assert outbox.all()[0].sent_at == b.NOON
    assert store.writes == writes


def test_a_parked_act_holds_back_its_case_until_it_is_discarded():
    outbox = Outbox(MemoryStore())
    for name in ("a1", "a2"):
        outbox.push(an_act(name, "a"))
    send(outbox)
    outbox.settle([refused("a1")], b.NOON)
    assert send(outbox) == []
    assert outbox.discard(CommandId("a1"), "no longer needed") is not None
    assert send(outbox) == ["a2"]


def test_an_expired_act_holds_nothing_back():
    outbox = Outbox(MemoryStore())
    outbox.push(an_act("a1", "a", valid_s=10))
    outbox.push(an_act("a2", "a"))
    assert outbox.expire(b.NOON + dt.timedelta(seconds=10)) == ()
    expired = outbox.expire(b.NOON + dt.timedelta(seconds=10.001))
    assert [(r.act.id, r.state, r.sent_at) for r in expired] == [("a1", ActState.EXPIRED, None)]
    assert send(outbox) == ["a2"]


def test_what_may_have_left_never_expires_here():
    outbox = Outbox(MemoryStore())
    outbox.push(an_act("a1", valid_s=10))
    send(outbox)
    outbox.link_ended()
    assert outbox.expire(b.NOON + dt.timedelta(days=1)) == ()
    assert send(outbox) == ["a1"]
    outbox.settle([refused("a1", Reason.EXPIRED)], b.NOON)
    assert outbox.all()[0].state is ActState.EXPIRED


def test_what_may_have_left_cannot_be_discarded():
    outbox = Outbox(MemoryStore())
    outbox.push(an_act("a1"))
    send(outbox)
    assert outbox.discard(CommandId("a1"), "changed my mind") is None
    assert outbox.discard(CommandId("nobody's"), "") is None


def test_a_verdict_counts_once_and_on_own_acts_only():
    outbox = Outbox(MemoryStore())
    outbox.push(an_act("a1"))
    send(outbox)
    assert len(outbox.settle([accepted("a1"), accepted("not-ours")], b.NOON)) == 1
    assert outbox.settle([accepted("a1"), refused("a1")], b.NOON) == ()
    assert len(outbox) == 0
    assert outbox.cases() == frozenset()


def test_acts_leave_only_while_their_maker_is_signed_in():
    outbox = Outbox(MemoryStore())
    outbox.push(an_act("a1", "a"))
    outbox.push(an_act("b1", "b", by=b.LEADER))
    assert send(outbox) == ["a1"]
    outbox.look_again()
    assert [r.act.id for r in outbox.to_send(b.LEADER.person)] == ["b1"]


def test_trying_again_makes_a_new_act_and_what_waited_follows_it():
    store = MemoryStore()
    outbox = Outbox(store)
    for name in ("a1", "a2", "a3"):
        outbox.push(an_act(name, "a"))
    send(outbox)
    outbox.settle([refused("a1")], b.NOON)
    given_up = outbox.retry(CommandId("a1"), an_act("again", "a"))
    assert [r.act.id for r in given_up] == ["a1", "a2", "a3"]
    assert all(r.state is ActState.DISCARDED for r in given_up)
    assert given_up[0].note == "again"
    left = outbox.all()
    assert [r.note for r in given_up] == [r.act.id for r in left]
    assert send(outbox) == ["again"]
    assert [r.act.id for r in Outbox(store).all()] == [r.act.id for r in left], "the same after a restart"


def test_an_outbox_is_as_it_was_after_a_restart():
    store = MemoryStore()
    outbox = Outbox(store)
    for name, case in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "c"), ("d1", "d")):
        outbox.push(an_act(name, case, valid_s=10 if name == "d1" else None))
    send(outbox)
    outbox.settle([refused("a1"), accepted("b1")], b.NOON)
    again = Outbox(store)
    assert again.all() == outbox.all()
    assert send(again) == ["c1", "d1"], "sent before and not settled; the parked one holds its case back"


def test_the_same_id_is_kept_once():
    store = MemoryStore()
    outbox = Outbox(store)
    first = outbox.push(an_act("a1"))
    assert outbox.push(an_act("a1")) == first
    assert len(outbox) == 1


def test_ids_are_new_each_time():
    assert len({new_command_id() for _ in range(1000)}) == 1000
